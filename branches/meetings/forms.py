"""The meeting form. It reads plain values; what the rules say of them is `faults`, shown all at once."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from branches.choosing import BranchChoice
from branches.meetings.expected import Person
from branches.meetings.gathering import COLUMNS, Gathering, Vote
from branches.meetings.kinds import ThemeForm, kinds_for
from branches.meetings.models import Matter, Meeting
from branches.meetings.sheet import Sheet
from branches.models import Branch, PartyGroup
from members.models import Member
from partywork.errors import RuleViolation
from partywork.forms import DateField, SiteForm, TokenForm, VersionForm

PEOPLE = ("host", "recorder", "lecturer")


def text_field(name: str, rows: int = 0, **options: Any) -> forms.CharField:
    """A text column's field: its label, its length, one line or `rows` lines."""
    column = Meeting._meta.get_field(name)
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    options.setdefault("label", column.verbose_name)
    return forms.CharField(max_length=column.max_length, widget=widget, **{"required": False} | options)


def time_field(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


def flag_field(name: str) -> forms.BooleanField:
    return forms.BooleanField(label=Meeting._meta.get_field(name).verbose_name, required=False)


def count_field(name: str) -> forms.IntegerField:
    return number_field(Meeting._meta.get_field(name).verbose_name)


def number_field(label: str) -> forms.IntegerField:
    """A text field: a browser's own number field forgets what it does not understand."""
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=9999, widget=widget)


def person_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False)


class MeetingForm(SiteForm):
    """Everything but the attendance and the resolutions, which `desk` reads beside it."""

    kinds = forms.MultipleChoiceField(label="会议类型", widget=forms.CheckboxSelectMultiple)
    held_on = DateField(label="日期")
    group = forms.ChoiceField(label="党小组", required=False)
    theme_form = forms.ChoiceField(
        label="主题党日形式", required=False, choices=[("", "请选择形式"), *ThemeForm.choices]
    )
    lecturer = person_field("主讲人")
    lecturer_name = text_field("lecturer_name")
    by_leader = flag_field("by_leader")
    begins_at = time_field("开始时间")
    ends_at = time_field("结束时间")
    place = text_field("place")
    host = person_field("主持人")
    recorder = person_field("记录人")
    title = text_field("title", required=True)
    topics = text_field("topics", rows=3, help_text="每行一条。")
    guests = text_field("guests", help_text="姓名之间用顿号隔开。")
    minutes = text_field("minutes", rows=12)
    studied_party_work = flag_field("studied_party_work")
    first_topic = flag_field("first_topic")
    work_report = flag_field("work_report")
    self_criticisms = count_field("self_criticisms")
    mutual_criticisms = count_field("mutual_criticisms")

    def __init__(
        self, *args: Any, branch: Branch, groups: Iterable[PartyGroup], people: Iterable[Person], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.beside: dict[str, list[str]] = {"attendance": [], "resolutions": [], "files": []}
        self.groups = {str(group.pk): group for group in groups}
        self.people = {str(person.member_id): Member(pk=person.member_id, name=person.name) for person in people}
        self.fields["kinds"].choices = [(kind.value, kind.label) for kind in kinds_for(branch.kind)]
        self.fields["group"].choices = [("", "请选择党小组"), *((pk, group.name) for pk, group in self.groups.items())]
        for name in PEOPLE:
            self.fields[name].choices = [("", "请选择"), *person_choices(people)]

    def clean_group(self) -> PartyGroup | None:
        return self.groups.get(self.cleaned_data["group"])

    def clean_host(self) -> Member | None:
        return self.people.get(self.cleaned_data["host"])

    def clean_recorder(self) -> Member | None:
        return self.people.get(self.cleaned_data["recorder"])

    def clean_lecturer(self) -> Member | None:
        return self.people.get(self.cleaned_data["lecturer"])

    def gathering(self, sheet: Sheet, votes: tuple[Vote, ...]) -> Gathering:
        """What the form says; a field with an error of its own counts as empty, so that all faults come at once."""
        empty = {name: Meeting._meta.get_field(name).get_default() for name in COLUMNS} | {"held_on": sheet.day}
        facts = {name: self.cleaned_data.get(name, empty[name]) for name in COLUMNS}
        return Gathering(
            kinds=frozenset(self.cleaned_data.get("kinds", ())), attendance=sheet.marks, resolutions=votes, **facts
        )

    def take(self, fault: RuleViolation) -> None:
        """Put a fault beside its field, once; attendance, resolutions and files stand outside the form's own fields."""
        if fault.field not in self.fields:
            self.beside.setdefault(fault.field or "", []).append(fault.message)
            self.add_error(None, fault.message)
        elif fault.field not in self.errors:
            self.add_error(fault.field, fault.message)


def person_choices(people: Iterable[Person]) -> list[tuple[str, str]]:
    """Names; people of the same name with their branch."""
    people = list(people)
    names = [person.name for person in people]
    return [
        (str(person.member_id), person.name if names.count(person.name) == 1 else person.full_name) for person in people
    ]


class NewMeetingForm(MeetingForm, TokenForm):
    """Registering: anew or from a draft."""


class CorrectionForm(MeetingForm, VersionForm):
    """Correcting a held meeting, with the reason."""

    reason = forms.CharField(label="更正原因", max_length=200, help_text="会记入这次会议的变更记录。")


class ResolutionForm(SiteForm):
    """One resolution; a wholly empty row is none."""

    matter = forms.ChoiceField(label="事项", choices=Matter.choices, required=False, initial=Matter.ORDINARY)
    text = forms.CharField(label="决议内容", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    yes = number_field("赞成")
    no = number_field("反对")
    abstain = number_field("弃权")
    written_yes = number_field("书面赞成")

    @property
    def vote(self) -> Vote | None:
        data = self.cleaned_data
        if not data.get("text") and all(data.get(name) is None for name in ("yes", "no", "abstain", "written_yes")):
            return None
        return Vote(**{name: data.get(name) for name in ("yes", "no", "abstain", "written_yes")},
                    text=data.get("text", ""), matter=data.get("matter") or Matter.ORDINARY)  # fmt: skip


ResolutionSet = forms.formset_factory(ResolutionForm, extra=1, max_num=30, absolute_max=40)


def resolution_fields(votes: Iterable[Vote]) -> dict[str, list[Any]]:
    """Stored resolutions as the page would post them."""
    rows = [(number, vote) for number, vote in enumerate(votes)]
    fields: dict[str, list[Any]] = {"res-TOTAL_FORMS": [len(rows)], "res-INITIAL_FORMS": [0]}
    for number, vote in rows:
        for name in ("matter", "text", "yes", "no", "abstain", "written_yes"):
            value = getattr(vote, name)
            fields[f"res-{number}-{name}"] = ["" if value is None else value]
    return fields


def typed_resolutions(raw: QueryDict) -> list[dict[str, str]]:
    """The rows as typed, for showing them again without judging them."""
    total = raw.get("res-TOTAL_FORMS", "0")
    count = min(int(total), 40) if total.isascii() and total.isdigit() and len(total) < 4 else 0
    names = ResolutionForm.base_fields
    rows = [{name: raw.get(f"res-{number}-{name}", "") for name in names} for number in range(count)]
    return [row for row in rows if any(value for name, value in row.items() if name != "matter")]


class PlaceForm(SiteForm):
    """For which organisation a new meeting is registered."""

    branch = BranchChoice(label="登记到", empty_label=None)

    def __init__(self, *args: Any, account: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="pick_%s", **kwargs)
        self.fields["branch"].queryset = Branch.objects.filter(account.reach("meetings.edit")).active_on(today)


class VoidForm(SiteForm):
    reason = forms.CharField(label="作废原因", max_length=200)
