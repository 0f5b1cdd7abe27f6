"""The filters above the roster. Nothing asked for: today's roster of everything in reach.

An organisation stands for everything below it; a band is one of the structure table (`members.structure`), which leads here:
so a number there and the list here are made by the same condition."""

from __future__ import annotations

from datetime import date

import django_filters
from django import forms
from django.utils.functional import cached_property

from branches.choosing import BranchFilter
from branches.models import Branch, PartyGroup
from members.models import Status
from members.structure import band_choices, in_band
from partywork.lists import SiteFilterSet

STANDINGS = ("floating", "lost", "correcting", "probation")
STATES = (
    ("full", "正式党员"), ("probationary", "预备党员"), ("left", "已离开"),
    *((status, Status(status).label) for status in STANDINGS),
)  # fmt: skip


class RosterFilter(SiteFilterSet):
    """Groups are offered of one branch only: there are too many of the same name."""

    words = django_filters.CharFilter(label="姓名或拼音")
    branch = BranchFilter(
        label="党组织", queryset=lambda request: Branch.objects.filter(request.user.reach("members.view")), empty_label="全部",
    )  # fmt: skip
    group = django_filters.ChoiceFilter(label="党小组", empty_label="全部小组")
    state = django_filters.ChoiceFilter(label="类别", choices=STATES, empty_label="全部在册")
    band = django_filters.ChoiceFilter(label="结构", choices=band_choices, empty_label="全部")
    day = django_filters.DateFilter(label="哪一天的名册")

    def __init__(self, data, *args, today: date, **kwargs) -> None:
        super().__init__(data, *args, **kwargs)
        self.today = today

    @cached_property
    def form(self) -> forms.Form:
        """The groups are those of the asked-for branch; where there is but one branch it need not be asked for."""
        form = super().form
        branch, group = form.fields["branch"], form.fields["group"]
        chosen = branch.only or branch.see(form["branch"].value()).sure
        if branch.only:
            branch.widget = forms.HiddenInput()
        if chosen and chosen.is_leaf_kind:
            group.choices = self.groups_of(chosen)
        else:
            group.widget = forms.HiddenInput()
        return form

    def groups_of(self, branch: Branch) -> list[tuple[str, str]]:
        """One query for the select, and the choice is checked against what it gave."""
        rows = PartyGroup.objects.filter(branch=branch).order_by("id")
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def get_form_class(self) -> type[forms.Form]:
        form_class, today = super().get_form_class(), self.today

        def clean_day(form: forms.Form) -> date | None:
            day = form.cleaned_data["day"]
            if day and day > today:
                raise forms.ValidationError("名册日期不能晚于今天。")
            return day

        return type(form_class)("RosterForm", (form_class,), {"clean_day": clean_day})

    @property
    def asked(self) -> dict:
        return getattr(self.form, "cleaned_data", {}) if self.is_valid() else {}

    @property
    def on_day(self) -> date:
        return self.asked.get("day") or self.today

    @property
    def of_leavers(self) -> bool:
        return self.asked.get("state") == "left"

    def filter_queryset(self, rows):
        asked = self.form.cleaned_data
        rows = rows.last_of_leavers(self.on_day) if self.of_leavers else rows.active_on(self.on_day)
        rows = rows.with_names_of(self.on_day) if self.on_day != self.today else rows
        if asked["state"] in ("full", "probationary"):
            rows = rows.filter(kind=asked["state"])
        if asked["state"] in STANDINGS:
            rows = rows.standing(asked["state"], self.on_day)
        if asked["words"]:
            rows = rows.search(asked["words"])
        if asked["branch"]:
            rows = rows.within(asked["branch"])
        if asked["group"]:
            rows = rows.filter(group=asked["group"])
        return in_band(rows, asked["band"], self.on_day) if asked["band"] else rows
