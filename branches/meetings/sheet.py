"""The attendance sheet as the page shows it and as it comes back: one row for each expected person.

Field names: `listed` (every row that was shown), `present` (ticked), `state-<id>`, `reason-<id>`, `grade-<id>`, and
`names` where an organisation is too large to be listed.
"""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import QueryDict

from branches.meetings.expected import Circle, Person, circle_of, find_by_names
from branches.meetings.gathering import Mark
from branches.meetings.kinds import Grade
from branches.meetings.models import Presence
from branches.meetings.quorum import Demand, Share, demand_of, share_of
from branches.models import Branch, PartyGroup
from partywork.forms import tidy_text

ROW_FIELDS = ("state-", "reason-", "grade-")
REST_QUALIFIED = "rest_qualified"  # the button 其余评为合格
REASONS = ("公务外出", "病假", "事假", "探亲", "培训", "未请假")


@dataclass(frozen=True)
class Row:
    """One person's line: what is or was ticked and typed; `new` when the page had not listed him before."""

    person: Person
    present: bool
    state: str
    reason: str
    grade: str
    new: bool = False

    @property
    def mark(self) -> Mark:
        return Mark(Presence.PRESENT if self.present else self.state, "" if self.present else self.reason, self.grade)


@dataclass(frozen=True)
class Sheet:
    """The whole sheet; `gone` counts those named in what came back who are not expected by the day and kinds as they are now:
    listed before, or never, in which case nobody's browser sent them."""

    circle: Circle
    rows: tuple[Row, ...]
    gone: int
    unclear: tuple[str, ...]
    kinds: frozenset[str]
    day: date

    @cached_property
    def marks(self) -> dict[int, Mark]:
        """Among chosen people, an unticked one that is neither on leave nor absent was not asked to come."""
        asked = [row for row in self.rows if row.present or row.state]
        return {row.person.member_id: row.mark for row in asked}

    @property
    def problems(self) -> list[str]:
        """What must be looked at before this sheet may be believed."""
        said = list(self.unclear)
        new = [] if self.circle.chosen else [row.person.name for row in self.rows if row.new]
        if new or self.gone:
            told = [f"增加 {'、'.join(new[:8])}{'等' if len(new) > 8 else ''}（{len(new)}人）"] if new else []
            told += [f"减少 {self.gone} 人"] if self.gone else []
            said.append(f"按当天名册和会议类型，应到名单有变化：{'，'.join(told)}。名单已更新，请核对后再提交。")
        return said

    @cached_property
    def tally(self) -> dict[str, int]:
        """How many, with a vote and without, as the line under the list says it."""
        asked = [row for row in self.rows if row.person.member_id in self.marks]
        here = [row for row in asked if row.present]
        return {
            "expected": len(asked), "present": len(here),
            "voters": sum(row.person.votes for row in asked), "voters_present": sum(row.person.votes for row in here),
        }  # fmt: skip

    @cached_property
    def demand(self) -> Demand | None:
        return demand_of(self.kinds, self.circle.body, self.day, self.tally["expected"], self.tally["voters"])

    @property
    def share(self) -> Share | None:
        """The grade 优秀 among those appraised, where the meeting appraises."""
        grades = [row.grade for row in self.rows if row.person.member_id in self.marks]
        return share_of(self.kinds, self.day, len(grades), grades.count(Grade.EXCELLENT))

    @property
    def holds(self) -> bool:
        here = self.tally["voters_present" if self.by_voters else "present"]
        return self.demand is None or here >= self.demand.need

    @property
    def by_voters(self) -> bool:
        return self.demand is not None and self.demand.by_voters


def read_sheet(
    branch: Branch, kinds: Collection[str], day: date, group: PartyGroup | None, raw: QueryDict
) -> Sheet:
    """The sheet for that day and these kinds; what was ticked and typed stays where the person is the same."""
    listed = numbers(raw.getlist("listed"))
    named, unclear = find_by_names(branch, day, raw.get("names", "")) if raw.get("names", "").strip() else ([], [])
    circle = circle_of(branch, kinds, day, group, asked=[*listed, *named])
    ticked = numbers(raw.getlist("present")) | set(named)
    rows = tuple(row_of(person, circle, listed | set(named), ticked, raw) for person in circle.people)
    gone = len((listed | ticked | marked(raw)) - circle.ids)
    return Sheet(circle, rows, gone, tuple(unclear), frozenset(kinds), day)


def row_of(person: Person, circle: Circle, listed: set[int], ticked: set[int], raw: QueryDict) -> Row:
    pk, usual = person.member_id, "" if circle.chosen else Presence.LEAVE
    if pk not in listed:
        return Row(person, not circle.chosen, usual, "", "", new=True)
    state = raw.get(f"state-{pk}", "")
    state = state if state in (Presence.LEAVE, Presence.ABSENT) else usual
    reason, grade = tidy_text(raw.get(f"reason-{pk}", ""), False), raw.get(f"grade-{pk}", "")
    if not grade and person.graded and raw.get("refresh") == REST_QUALIFIED:
        grade = Grade.QUALIFIED
    return Row(person, pk in ticked, state, reason, grade)


def numbers(values: list[str]) -> set[int]:
    """The ids among what was posted; anything else is nobody."""
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}


def marked(raw: QueryDict) -> set[int]:
    """The ids in the names of the rows' own fields, where these say something."""
    return numbers([name.partition("-")[2] for name in raw if name.startswith(ROW_FIELDS) and raw[name]])


def sheet_fields(marks: dict[int, Mark]) -> dict[str, list[Any]]:
    """A stored attendance as the page would post it."""
    present = [pk for pk, mark in marks.items() if mark.present]
    fields: dict[str, list[Any]] = {"listed": list(marks), "present": present}
    for pk, mark in marks.items():
        fields[f"grade-{pk}"] = [mark.grade]
        if not mark.present:
            fields |= {f"state-{pk}": [mark.state], f"reason-{pk}": [mark.reason]}
    return fields
