"""What an organisation owes: the meetings that the rules demand in a period, what was held, and what is missing.

A duty belongs to a month, quarter, half-year or year. It is owed by organisations in being from the first day of that
time to its last (a branch founded in mid-month owes nothing for that month; our convention).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils.functional import cached_property

from branches.accounts.models import Post
from branches.accounts.permissions import COMMITTEE_ROLES
from branches.meetings.kinds import Kind
from branches.meetings.models import MeetingKind
from branches.models import Branch, PartyGroup, RuleSetting
from partywork import rules
from partywork.periods import Period, Span

SOON = timedelta(days=7)
COMMITTEE_SIZE = 3  # a branch committee has three members or more (ORG-4)


class Status(StrEnum):
    DONE = "done"
    OPEN = "open"  # still time
    SOON = "soon"  # within a week of its end
    OVERDUE = "overdue"  # the time is over and it was not held

    @property
    def label(self) -> str:
        return {"done": "已完成", "open": "待召开", "soon": "即将到期", "overdue": "已超期"}[self.value]


@dataclass(frozen=True)
class Owed:
    """Which rule demands which kind of meeting, and of whom."""

    rule_id: str
    kind: Kind
    of: str  # branch | with_committee | group | bureau
    counts: tuple[Kind, ...]


OWED = (
    Owed("MTG-1", Kind.CONGRESS, "branch", (Kind.CONGRESS,)),
    Owed("MTG-2", Kind.COMMITTEE, "with_committee", (Kind.COMMITTEE,)),
    Owed("MTG-3", Kind.GROUP, "group", (Kind.GROUP,)),
    Owed("MTG-4", Kind.LECTURE, "branch", (Kind.LECTURE,)),
    Owed("MTG-5", Kind.THEME_DAY, "branch", (Kind.THEME_DAY,)),
    Owed("MTG-6", Kind.ORG_LIFE, "branch", (Kind.ORG_LIFE,)),
    Owed("MTG-7", Kind.APPRAISAL, "branch", (Kind.APPRAISAL,)),
    Owed("MTG-10", Kind.DEMOCRATIC_LIFE, "bureau", (Kind.DEMOCRATIC_LIFE,)),
    Owed("MTG-11", Kind.CENTRE_STUDY, "bureau", (Kind.CENTRE_STUDY, Kind.CENTRE_SEMINAR)),
)


Demand = tuple[Owed, int, Period]


@dataclass(frozen=True)
class Duty:
    """One required meeting (or several) of one organisation or group in one period."""

    branch: Branch
    group: PartyGroup | None
    kind: Kind
    period: Period
    required: int
    held: tuple[int, ...]  # ids of the meetings that count
    status: Status
    rule_id: str

    @property
    def done(self) -> int:
        return len(self.held)

    @property
    def missing(self) -> int:
        return max(0, self.required - self.done)

    @property
    def due_on(self) -> date:
        return self.period.last_day

    @property
    def label(self) -> str:
        """2026年第一季度党员大会, 2026年3月党小组会（第一党小组）."""
        return f"{self.period.label}{self.kind.label}" + (f"（{self.group.name}）" if self.group else "")


def duties_of(branches: Iterable[Branch], period: Period, today: date) -> list[Duty]:
    """Every duty of these organisations whose time overlaps the period; four queries at most."""
    branches = list(branches)
    spans = demands(period)
    return duties_from(Facts.behind(branches, spans), branches, spans, today)


def duties_from(facts: Facts, branches: Iterable[Branch], spans: list[Demand], today: date) -> list[Duty]:
    """The duties of these organisations for these demands, out of what was fetched already."""
    return [
        duty
        for branch in branches
        for owed, times, part in spans
        for duty in _duties(branch, owed, times, part, facts, today)
    ]


def missing(branches: Iterable[Branch], period: Period, today: date) -> list[Duty]:
    """The duties whose time is over and which were not (wholly) done."""
    return [duty for duty in duties_of(branches, period, today) if duty.status is Status.OVERDUE]


def status_of(required: int, done: int, period: Period, today: date) -> Status:
    """Where a duty stands on a day."""
    if done >= required:
        return Status.DONE
    if today >= period.stop:
        return Status.OVERDUE
    return Status.SOON if today > period.last_day - SOON else Status.OPEN


def demands(period: Period, kinds: Collection[str] = ()) -> list[Demand]:
    """(owed, times, stretch) for every stretch that overlaps the period; only of these kinds when some are given."""
    asked = [owed for owed in OWED if not kinds or set(owed.counts) & set(kinds)]
    settings = _settings(asked)
    return [(owed, times, part) for owed in asked for times, part in _stretches(owed, period, settings)]


def _settings(asked: list[Owed]) -> dict[str, list[RuleSetting]]:
    kept = defaultdict(list)
    for row in RuleSetting.objects.filter(rule_id__in=[owed.rule_id for owed in asked]).order_by(
        "valid_from", "id"
    ):
        kept[row.rule_id].append(row)
    return kept


def _stretches(owed: Owed, period: Period, settings: dict) -> Iterator[tuple[int, Period]]:
    """The stretches of time by the figures in force when each begins: a new setting waits for the next stretch."""
    day = Period.at(Span.YEAR, period.start).start
    while day < period.stop:
        figures = _figures(owed.rule_id, day, settings)
        part = Period.at(Span(figures["per"]) if figures else Span.MONTH, day)
        if figures and part.stop > period.start:
            yield figures["times"], part
        day = part.stop


def _figures(rule_id: str, day: date, settings: dict) -> dict | None:
    rule = rules.in_force(rule_id, day)
    if rule is None:
        return None
    own = [row.figures for row in settings[rule_id] if row.valid_from <= day]
    return rule.figures | (own[-1] if own else {})


class Facts:
    """What was held from `start` to `stop`, which groups there were and which branches had a committee; each is
    fetched once, and only when asked for."""

    def __init__(self, branches: Iterable[Branch], start: date, stop: date) -> None:
        self.start, self.stop = start, stop
        self.ids = [branch.pk for branch in branches]

    @classmethod
    def behind(cls, branches: Iterable[Branch], asked: list[Demand]) -> Facts:
        """What is needed to judge these demands."""
        return cls(
            branches,
            min((part.start for _, _, part in asked), default=date.max),
            max((part.stop for _, _, part in asked), default=date.min),
        )

    @cached_property
    def groups(self) -> dict[int, list[PartyGroup]]:
        return _by_branch(PartyGroup.objects.filter(branch_id__in=self.ids).order_by("branch_id", "id"))

    @cached_property
    def posts(self) -> dict[int, list[Post]]:
        holding = Q(stop_on=None) | Q(stop_on__gt=self.start)
        return _by_branch(
            Post.objects.filter(
                holding, branch_id__in=self.ids, role__in=COMMITTEE_ROLES, start_on__lt=self.stop
            )
        )

    @cached_property
    def meetings(self) -> dict[tuple[int, str], list[tuple[date, int | None, int]]]:
        """{(organisation, kind): (day, group, meeting) in the order of time}. Every kind: to pick some out costs a database
        more than to hand over all."""
        held = MeetingKind.objects.filter(
            meeting__branch_id__in=self.ids,
            meeting__state="held",
            meeting__held_on__gte=self.start,
            meeting__held_on__lt=self.stop,
        )
        kept = defaultdict(list)
        for branch_id, kind, *rest in held.values_list(
            "meeting__branch_id", "kind", "meeting__held_on", "meeting__group_id", "meeting_id"
        ):
            kept[branch_id, kind].append(tuple(rest))
        for rows in kept.values():
            rows.sort(key=lambda row: (row[0], row[2]))
        return kept

    def held(
        self, branch_id: int, kinds: Iterable[str], part: Period, group_id: int | None = None
    ) -> tuple[int, ...]:
        """The ids of the meetings of these kinds in this time (and of this group), each once."""
        found = {
            meeting_id: None
            for kind in kinds
            for _, of_group, meeting_id in self._during(branch_id, kind, part)
            if group_id in (None, of_group)
        }
        return tuple(found)

    def _during(self, branch_id: int, kind: str, part: Period) -> list[tuple[date, int | None, int]]:
        rows = self.meetings.get((branch_id, kind), [])
        return rows[bisect_left(rows, (part.start,)) : bisect_left(rows, (part.stop,))]

    def has_committee(self, branch: Branch, day: date) -> bool:
        holders = {
            post.account_id
            for post in self.posts[branch.pk]
            if post.start_on <= day and (post.stop_on is None or post.stop_on > day)
        }
        return len(holders) >= COMMITTEE_SIZE


def _by_branch(rows) -> dict[int, list]:
    kept = defaultdict(list)
    for row in rows:
        kept[row.branch_id].append(row)
    return kept


def _duties(branch: Branch, owed: Owed, times: int, part: Period, facts: Facts, today: date) -> list[Duty]:
    if not (_throughout(branch, part) and _applies(branch, owed, part, facts, today)):
        return []
    groups = (
        [group for group in facts.groups[branch.pk] if _throughout(group, part)]
        if owed.of == "group"
        else [None]
    )
    duties = []
    for group in groups:
        held = facts.held(branch.pk, owed.counts, part, group and group.pk)
        status = status_of(times, len(held), part, today)
        duties.append(Duty(branch, group, owed.kind, part, times, held, status, owed.rule_id))
    return duties


def _throughout(dated: Branch | PartyGroup, part: Period) -> bool:
    return dated.is_active_on(part.start) and dated.is_active_on(part.last_day)


def _applies(branch: Branch, owed: Owed, part: Period, facts: Facts, today: date) -> bool:
    if owed.of == "bureau":
        return branch.is_root()
    if owed.of == "with_committee":
        return branch.is_leaf_kind and facts.has_committee(branch, min(part.last_day, max(today, part.start)))
    return branch.is_leaf_kind
