"""Forms of terms, seats and elections. People are typed or pasted, one line each; nothing typed is lost."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms

from branches.meetings.models import Meeting
from branches.models import Branch
from branches.terms.elections import Sheet
from branches.terms.models import ElectionKind, Method, Office, Seat, SeatStop, Term, Years
from branches.terms.naming import read_people
from members.models import Member
from partywork.forms import DateField, SiteForm, SiteModelForm, TokenForm, VersionForm

LEAVING = (SeatStop.MOVED, SeatStop.RESIGNED, SeatStop.REMOVED, SeatStop.DIED)
KINDS = ((ElectionKind.RENEWAL, "换届选举（含首届）"), (ElectionKind.BY, "补选"))
MEETINGS = 24  # congresses to choose from
PEOPLE_HELP = "一行一人，写姓名和职务，例如“赵敏 书记”“周彤 组织委员”；没有分工的只写姓名，记作委员。"
CANDIDATES_HELP = "一行一人，写姓名、赞成票数和拟任职务，例如“赵敏 18 书记”“周彤 17 组织委员”；落选的也要写。"
NUMBER = {"min_value": 1, "max_value": 99}
COUNT = {"min_value": 0, "max_value": 9999}


class EnterTermForm(SiteForm, TokenForm):
    """A term whose election is not recorded here."""

    number = forms.IntegerField(label="届次", help_text="第几届，只填数字。", **NUMBER)
    elected_on = DateField(label="选举日期")
    years = forms.TypedChoiceField(label="任期", choices=Years.choices, coerce=int, help_text="党支部、党总支一般3年，机关党委5年。")
    ended_on = DateField(label="结束日期", required=False, help_text="现任的不填；补登往届时填写换届日期。")
    people = forms.CharField(label="当选人员", widget=forms.Textarea(attrs={"rows": 7}), max_length=2000, help_text=PEOPLE_HELP)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        if branch.is_leaf_kind is False:
            self.fields["years"].initial = Years.FIVE if branch.kind == "committee" else Years.THREE

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("elected_on") and values.get("people"):
            values["people"], faults = read_people(self.branch, values["elected_on"], values["people"], votes=False)
            for fault in faults:
                self.add_error("people", fault)
        return values


class EditTermForm(SiteModelForm, VersionForm):
    class Meta:
        model = Term
        fields = ["number", "elected_on", "years", "note"]

    def validate_constraints(self) -> None:
        """The service judges the new values together with the other terms."""


class ExtendForm(SiteModelForm, VersionForm):
    class Meta:
        model = Term
        fields = ["extended_until", "extension_document", "extension_reason"]
        help_texts = {"extended_until": "一般不超过原届满日后1年。", "extension_document": "上级党组织批复的文号或日期。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields:
            self.fields[name].required = True


class SeatForm(SiteForm, VersionForm):
    """An act on a seat: it carries the version of the term that the person saw."""

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = seat.term.version


class EndSeatForm(SeatForm):
    """Somebody leaves his office."""

    day = DateField(label="离任日期", help_text="自这一天起空缺，补选的期限从这一天算。")
    reason = forms.ChoiceField(label="离任原因", choices=[("", "请选择"), *((each.value, each.label) for each in LEAVING)])
    document = forms.CharField(label="任免文号", max_length=100, required=False)


class DropSeatForm(SeatForm):
    """A vacancy that is not filled any more."""

    day = DateField(label="核销日期")
    document = forms.CharField(label="依据", max_length=100, help_text="例如：某年某月某日党员大会决定减少名额。")


class OfficeForm(SeatForm):
    office = forms.ChoiceField(label="改任")
    day = DateField(label="调整日期")
    document = forms.CharField(label="依据", max_length=100, required=False, help_text="例如：某年某月某日支委会决定。")

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        self.fields["office"].choices = [("", "请选择"), *(pair for pair in Office.choices if pair[0] != seat.office)]


class FillSeatForm(SiteForm, TokenForm):
    """A vacancy filled from above; one that is filled by votes is an election."""

    member = forms.ModelChoiceField(Member.objects.none(), label="任命", empty_label="请选择")
    day = DateField(label="任职日期")
    document = forms.CharField(label="任命文号", max_length=100, help_text="上级党组织任命或指派的文号。")

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roster = Member.objects.present().filter(latest__branch__path__startswith=seat.term.branch.path, latest__kind="full")
        self.fields["member"].queryset = roster.exclude(seats__in=seat.term.seats.open())


class ElectionForm(SiteForm, TokenForm):
    """One count of votes; a branch chooses its recorded congress, others tell day and numbers."""

    kind = forms.ChoiceField(label="类别", choices=KINDS)
    meeting = forms.ModelChoiceField(Meeting.objects.none(), label="党员大会", empty_label="请选择",
                                     help_text="应到、实到人数取自这次会议的出勤记录，不用再填。")  # fmt: skip
    held_on = DateField(label="选举日期")
    expected = forms.IntegerField(label="应到会有选举权", **COUNT)
    present = forms.IntegerField(label="实到会有选举权", **COUNT)
    number = forms.IntegerField(label="届次", required=False, help_text="换届选举填写第几届；补选不填。", **NUMBER)
    years = forms.TypedChoiceField(label="任期", choices=Years.choices, coerce=int, help_text="补选按本届任期，不另计算。")
    method = forms.ChoiceField(label="方式", choices=Method.choices)
    places = forms.IntegerField(label="应选名额", **NUMBER)
    issued = forms.IntegerField(label="发出选票", **COUNT)
    returned = forms.IntegerField(label="收回选票", **COUNT)
    spoilt = forms.IntegerField(label="其中作废", initial=0, help_text="所选人数多于应选名额等原因作废的选票。", **COUNT)
    candidates = forms.CharField(label="候选人得票", widget=forms.Textarea(attrs={"rows": 8}), max_length=2000, help_text=CANDIDATES_HELP)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        if branch.is_leaf_kind:
            for name in ("held_on", "expected", "present"):
                del self.fields[name]
            held = branch.meetings.held().of_kind("congress").order_by("-held_on", "-id")
            self.fields["meeting"].queryset = held.filter(pk__in=list(held.values_list("pk", flat=True)[:MEETINGS]))
            self.fields["meeting"].label_from_instance = meeting_label
        else:
            del self.fields["meeting"]

        self.helper.layout = Layout(
            "form_token", "kind", *(["meeting"] if branch.is_leaf_kind else ["held_on", pairs("expected", "present")]),
            pairs("number", "years", "method", "places"), pairs("issued", "returned", "spoilt"), "candidates", "note")  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("kind") == ElectionKind.RENEWAL and not values.get("number") and "number" not in self.errors:
            self.add_error("number", "换届选举请填写届次，例如3。")
        meeting = values.get("meeting")
        day = meeting.held_on if meeting else values.get("held_on")
        if day and values.get("candidates"):
            values["candidates"], faults = read_people(self.branch, day, values["candidates"], votes=True)
            for fault in faults:
                self.add_error("candidates", fault)
        return values

    def sheet(self) -> Sheet:
        """What a valid form says, as the service takes it."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "form_token"}
        return Sheet(**values | {"candidates": tuple(values["candidates"])})


def pairs(*names: str) -> Div:
    """Short fields side by side."""
    return Div(*names, css_class="fields-2")


def meeting_label(meeting: Meeting) -> str:
    return f"{meeting.held_on:%Y-%m-%d} {meeting.title}（应到{meeting.voters_expected}，实到{meeting.voters_present}）"


class ApproveForm(SiteForm):
    day = DateField(label="批复或备案日期")
    document = forms.CharField(label="文号", max_length=100, help_text="上级批复的文号；只备案的写备案的文号或日期。")


class VoidForm(SiteForm):
    reason = forms.CharField(label="作废原因", max_length=200, help_text="例如：选错了会议，票数抄错。")


