"""What a path's records mean: the dates by which rules are asked, the exits, the stage. No query once a path came `with_course`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from branches.holiday_services import work_calendar
from members.development import rules
from members.development.exits import Exits
from members.development.extra import APPROVES, REPEATED, REPORTED_MARK
from members.development.local import settings_on
from members.development.models import Path, StepRecord, Submission
from members.development.querysets import in_branches
from members.development.rules import NO_SETTINGS, Settings, Window
from members.development.steps import KEYS
from partywork.workdays import WEEKENDS_ONLY, WorkCalendar

MOVED_IN = ("moved", "transfer_in")  # how a membership begins when its person came from another branch
FINISHED = "archive"


@dataclass(frozen=True)
class Measure:
    """What days are held against: today, the organisation's own figures, its working days."""

    today: date
    settings: Settings = field(default_factory=dict)
    calendar: WorkCalendar = WEEKENDS_ONLY

    @classmethod
    def of(cls, today: date) -> Measure:
        """Two queries."""
        return cls(today, settings_on(today), work_calendar())


@dataclass
class Course:
    """One path as it stands."""

    path: Path
    records: list[StepRecord]
    submissions: list[Submission]

    @classmethod
    def of(cls, path: Path) -> Course:
        """Of a path that came `with_course`, or (three queries) of any."""
        records = path.standing if hasattr(path, "standing") else standing_of(path)
        return cls(path, records, list(path.submissions.all()))

    def record(self, key: str) -> StepRecord | None:
        """The record of a step; of a repeated one the last."""
        return next((each for each in reversed(self.records) if each.key == key), None)

    def waiting(self, key: str) -> Submission | None:
        return next((each for each in self.submissions if each.key == key and each.state == "waiting"), None)

    @property
    def undecided(self) -> str:
        """The exit that the congress decided and the committee has not: extension_approval, cancellation_approval or ""."""
        pairs = ((approval, key) for approval, key in APPROVES.items() if key in ("extension", "cancellation"))
        return next((approval for approval, key in pairs if self.record(key) and not self.record(approval)), "")

    @cached_property
    def dates(self) -> dict[str, date]:
        """{key of a step or mark: day}, as rules.py takes them."""
        dates = {"born_on": self.path.born_on}
        for each in self.records:
            if each.key in KEYS:
                dates[each.key] = max(each.done_on, dates.get(each.key, each.done_on))
        return dates | self.marks

    @property
    def marks(self) -> dict[str, date]:
        marks = {"leaving_on": self.path.leaving_on}
        if consent := self.record("candidate_consent"):
            marks |= {"publicity_from": consent.publicity_from, "publicity_to": consent.publicity_to}
        for key, mark in REPORTED_MARK.items():
            sent = [each.reported_on for each in self.submissions if each.key == key and each.state != "returned"]
            marks[mark] = max(sent, default=None)
        return {mark: day for mark, day in marks.items() if day}

    @cached_property
    def exits(self) -> Exits:
        extended, cancelled, stopped = (self.record(key) for key in ("extension", "cancellation", "stopped"))
        return Exits(
            extended_on=extended and extended.done_on,
            extension_months=extended.months if extended else 0,
            moved_in_on=self.moved_in_on,
            stopped_on=stopped and stopped.done_on,
            cancelled_on=cancelled and cancelled.done_on,
        )

    @property
    def moved_in_on(self) -> date | None:
        """The last time that somebody else's probationary member came here."""
        if not self.path.member_id:
            return self.path.moved_in_on
        came = [each.start_on for each in self.path.member.memberships.all() if each.start_reason in MOVED_IN]
        return max(came, default=self.path.moved_in_on)

    @property
    def standing(self) -> str:
        return rules.standing_of(self.dates, self.exits)

    @property
    def stage(self) -> str:
        """For the board; "" when the path is over."""
        stage = rules.stage_of(self.dates, self.exits)
        return stage.value if stage else ""

    @property
    def state(self) -> str:
        cancelled = self.record("cancellation_approval")
        if cancelled or self.record("stopped"):
            return "ended"
        return "done" if self.record(FINISHED) else "open"

    def next_windows(self, measure: Measure) -> list[Window]:
        """The steps that can come next, the one with the nearest limit first; none while an exit waits for the committee."""
        if self.path.state != "open" or self.undecided:
            return []
        found = rules.next_steps(self.dates, measure.settings, measure.calendar, exits=self.exits, on=measure.today)
        return sorted(found, key=lambda each: (each.step.key in REPEATED, each.latest or date.max, each.step.number))

    def judge(self, key: str, day: date, measure: Measure, *, partial: bool = False, **marks: date | None):
        """Whether a step may be entered for a day; `marks` are days that come with the record itself."""
        dates = self.dates | {mark: given for mark, given in marks.items() if given}
        return rules.judge(key, day, dates, measure.settings, measure.calendar, exits=self.exits, partial=partial)

    def checks(self, key: str) -> list[date]:
        return [each.done_on for each in self.records if each.key == key]


def standing_of(path: Path) -> list[StepRecord]:
    rows = StepRecord.objects.standing().filter(path=path).select_related("resolution__meeting", "meeting")
    return list(rows.order_by("done_on", "id"))


def measure_on(day: date, calendar: WorkCalendar | None = None) -> Measure:
    """By the figures that were set on the day of the step itself."""
    return Measure(day, settings_on(day), work_calendar() if calendar is None else calendar)


def extended_months(branch) -> dict[int, int]:
    """{member: months by which his probation was extended}; one query."""
    rows = StepRecord.objects.standing().filter(in_branches(branch, "path__"), key="extension", path__member__isnull=False)
    return dict(rows.values_list("path__member_id", "months"))


__all__ = ["NO_SETTINGS", "Course", "Measure", "extended_months", "measure_on"]
