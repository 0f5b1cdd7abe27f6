"""The page of whose file lacks what (信息完整度)."""

from __future__ import annotations

from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST, require_safe

from branches.choosing import BranchFilter
from branches.models import Branch
from members.exports import gap_columns
from members.gaps import ITEMS, PHONE, completeness, gap_counts, lacking, missing_items
from members.models import Membership, Profile
from partywork.exports import export_list
from partywork.lists import SiteFilterSet, list_page
from partywork.periods import today


class GapFilter(SiteFilterSet):
    branch = BranchFilter(
        label="党组织", queryset=lambda request: Branch.objects.filter(request.user.reach("members.view")), empty_label="全部",
    )  # fmt: skip
    lacks = django_filters.ChoiceFilter(label="缺项", choices=[(item.code, item.label) for item in ITEMS], empty_label="任何一项")

    @cached_property
    def form(self) -> forms.Form:
        form = super().form
        if form.fields["branch"].only:
            form.fields["branch"].widget = forms.HiddenInput()
        return form

    def of_branch(self) -> QuerySet:
        """Everybody of the asked-for organisation, whatever his file lacks."""
        branch = self.form.cleaned_data["branch"] if self.is_valid() else None
        return self.queryset.within(branch) if branch else self.queryset

    def filter_queryset(self, rows: QuerySet) -> QuerySet:
        return lacking(self.of_branch(), self.form.cleaned_data["lacks"])


def roster_of(request: HttpRequest) -> QuerySet:
    """Today's roster in the order of the organisation."""
    rows = Membership.objects.visible_to(request.user).active_on(today())
    return rows.select_related("branch", "member__profile").order_by("branch__path", "member__pinyin", "member_id")


def gaps_of(row: Membership) -> list[str]:
    return missing_items(row.member, getattr(row.member, "profile", None) or Profile(member=row.member))


@require_safe
def member_gaps(request: HttpRequest) -> HttpResponse:
    request.user.require("org.view")
    context = list_page(request, roster_of(request), filterset=GapFilter)
    found: GapFilter = context["filter"]
    for row in context["page_obj"]:
        row.member.latest = row
        row.gaps = gaps_of(row)
        row.complete = completeness(row.gaps)
        row.mend_url = mend_url(row) if request.user.can("members.edit", row) else ""
    counts = gap_counts(found.of_branch())
    return render(request, "members/gaps.html", context | {"counts": counts, "items": counted_items(found, counts)})


def mend_url(row: Membership) -> str:
    """The page that takes what is missing: the mobile number stands in the member's own row, everything else in his file."""
    only_phone = row.gaps == [PHONE]
    return reverse("member_edit" if only_phone else "member_profile", args=[row.member_id])


def counted_items(found: GapFilter, counts: dict[str, int]) -> list[dict]:
    """Each item with how many files lack it, as rows of ui/bars.html that lead to them."""
    branch = found.form.cleaned_data.get("branch") if found.is_valid() else None
    kept = {"branch": branch.pk} if branch else {}
    return [{"label": item.label, "value": counts[item.code], "url": f"{reverse('member_gaps')}?{urlencode(kept | {'lacks': item.code})}"}
            for item in ITEMS]  # fmt: skip


@require_POST
def member_gaps_export(request: HttpRequest) -> HttpResponse:
    request.user.require("org.view")
    return export_list(request, "登记表缺项", roster_of(request), columns=gap_columns(gaps_of), filterset=GapFilter)
