"""The desk of the meeting form: form, attendance sheet and resolutions, all read from one set of typed values.

The values come from a POST, a draft, a stored meeting or the defaults; only a POST that wants to be saved is `judged`.
"""
from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import MultipleChoiceField
from django.http import QueryDict
from django.utils.functional import cached_property

from branches.meetings.defaults import last_time
from branches.meetings.expected import officers_of
from branches.meetings.faults import Setting, faults_of
from branches.meetings.forms import CorrectionForm, NewMeetingForm, ResolutionSet, typed_resolutions
from branches.meetings.gathering import ASKED_OF, Gathering, Vote
from branches.meetings.kinds import Body, Grade, Kind, kinds_for
from branches.meetings.models import Meeting
from branches.meetings.sheet import REASONS, Sheet, read_sheet
from branches.models import Branch, PartyGroup
from partywork.errors import RuleViolation
from partywork.forms import read_date


class Desk:
    """One rendering of the form. `meeting` is the draft or the meeting under correction, if there is one."""

    def __init__(
        self, branch: Branch, raw: QueryDict, today: date, *, judged: bool = False, meeting: Meeting | None = None
    ) -> None:
        self.branch, self.raw, self.today, self.judged, self.meeting = branch, raw, today, judged, meeting
        self.correcting = meeting is not None and meeting.state != "draft"
        self.kinds = frozenset(raw.getlist("kinds")) & frozenset(kinds_for(branch.kind))
        self.day = typed_day(raw) or today
        self.groups = list(branch.groups.order_by("id"))

    @cached_property
    def group(self) -> PartyGroup | None:
        chosen = [group for group in self.groups if str(group.pk) == self.raw.get("group", "")]
        return chosen[0] if chosen else None

    @cached_property
    def officers(self):
        return officers_of(self.branch, self.day)

    @cached_property
    def sheet(self) -> Sheet:
        return read_sheet(self.branch, self.kinds, self.day, self.group, self.raw)

    @cached_property
    def form(self) -> NewMeetingForm | CorrectionForm:
        kind = CorrectionForm if self.correcting else NewMeetingForm
        known = {"branch": self.branch, "groups": self.offered_groups, "people": self.officers}
        if self.judged:
            return kind(self.raw, **known)
        return kind(initial=initial_values(kind, self.raw), **known)

    @property
    def offered_groups(self) -> list[PartyGroup]:
        return [group for group in self.groups if group.is_active_on(self.day) or group == self.group]

    @cached_property
    def resolutions(self):
        if self.judged:
            return ResolutionSet(self.raw, prefix="res")
        return ResolutionSet(prefix="res", initial=typed_resolutions(self.raw))

    def judge(self) -> Gathering | None:
        """The gathering, when nothing stands against it; otherwise every fault is on the form."""
        form, typed = self.form, self.resolutions.is_valid()
        if not typed:
            form.take(RuleViolation("决议里有几处需要改正，见下面标出的地方。", field="resolutions"))
        form.is_valid()
        gathering = form.gathering(self.sheet, self.votes if typed else ()).settled()
        for fault in [*self.sheet_faults(), *faults_of(gathering, self.setting)]:
            form.take(fault)
        return gathering if form.is_valid() else None

    @property
    def setting(self) -> Setting:
        officers = frozenset(person.member_id for person in self.officers)
        return Setting(self.branch, self.sheet.circle, officers, self.today)

    def sheet_faults(self) -> list[RuleViolation]:
        return [RuleViolation(said, field="attendance") for said in self.sheet.problems]

    @property
    def votes(self) -> tuple[Vote, ...]:
        return tuple(form.vote for form in self.resolutions.forms if form.vote)

    @property
    def context(self) -> dict[str, Any]:
        """What templates/meetings/form.html needs."""
        return self.sheet_context | {
            "form": self.form, "resolutions": self.resolutions, "correcting": self.correcting,
            "meeting": self.meeting, "files": self.files, "asked": asked_of(self.branch),
        }  # fmt: skip

    @property
    def sheet_context(self) -> dict[str, Any]:
        """What templates/meetings/_attendance.html needs."""
        waiting = self.sheet.circle.body == Body.GROUP and self.group is None
        return {
            "desk": self, "branch": self.branch, "sheet": self.sheet, "day": self.day, "reasons": REASONS,
            "grades": Grade.choices, "grading": Kind.APPRAISAL in self.kinds, "waiting_for_group": waiting,
        }  # fmt: skip

    @property
    def last_time(self) -> dict[str, Any]:
        return last_time(self.branch, sorted(self.kinds))

    @property
    def files(self) -> list:
        return files_of(self.meeting) if self.meeting else []


def typed_day(raw: QueryDict) -> date | None:
    try:
        return read_date(raw.get("held_on", ""))
    except ValidationError:
        return None


def initial_values(kind: type, raw: QueryDict) -> dict[str, Any]:
    """The typed values, right or wrong, as a form shows them without judging."""
    fields = kind.base_fields.items()
    return {
        name: raw.getlist(name) if isinstance(field, MultipleChoiceField) else raw.get(name)
        for name, field in fields
        if name in raw
    }


def asked_of(branch: Branch) -> dict[str, str]:
    """For each field that only some kinds ask for: these kinds, or "" where this organisation holds none of them."""
    allowed = frozenset(kinds_for(branch.kind))
    return {name: " ".join(sorted(kinds & allowed)) for name, kinds in ASKED_OF.items()}


def files_of(meeting: Meeting) -> list:
    return list(meeting.files.filter(removed_at=None).select_related("attachment"))
