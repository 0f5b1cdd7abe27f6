"""What somebody says one gathering was: plain values, on their way from a form (or a loader) to the services."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from typing import Any

from branches.meetings.kinds import Kind
from branches.meetings.models import Matter, Meeting, Presence
from branches.models import PartyGroup
from members.models import Member


@dataclass(frozen=True)
class Mark:
    """One expected person's attendance."""

    state: str = Presence.PRESENT
    reason: str = ""
    grade: str = ""

    @property
    def present(self) -> bool:
        return self.state == Presence.PRESENT


@dataclass(frozen=True)
class Vote:
    """One resolution and its votes."""

    text: str
    matter: str = Matter.ORDINARY
    yes: int | None = None
    no: int | None = None
    abstain: int | None = None
    written_yes: int | None = None

    @property
    def counted(self) -> int:
        return (self.yes or 0) + (self.no or 0) + (self.abstain or 0)

    def __str__(self) -> str:
        told = [("赞成", self.yes), ("反对", self.no), ("弃权", self.abstain), ("书面赞成", self.written_yes)]
        votes = "，".join(f"{label}{number}" for label, number in told if number is not None)
        return f"{self.text}（{votes}）" if votes else self.text


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Every answer of the form. `attendance` has one mark for each expected member, by his id."""

    kinds: frozenset[str]
    held_on: date
    title: str
    attendance: Mapping[int, Mark]
    resolutions: tuple[Vote, ...] = ()
    group: PartyGroup | None = None
    begins_at: time | None = None
    ends_at: time | None = None
    place: str = ""
    topics: str = ""
    theme_form: str = ""
    host: Member | None = None
    recorder: Member | None = None
    lecturer: Member | None = None
    lecturer_name: str = ""
    by_leader: bool = False
    guests: str = ""
    minutes: str = ""
    studied_party_work: bool = False
    first_topic: bool = False
    work_report: bool = False
    self_criticisms: int | None = None
    mutual_criticisms: int | None = None

    def settled(self) -> Gathering:
        """Without the answers that only another kind asks for: pages show those fields when scripts are off."""
        drop: dict[str, Any] = {}
        for name, kinds in ASKED_OF.items():
            if not self.kinds & kinds:
                drop[name] = EMPTY[name]
        marks = self.attendance
        if Kind.APPRAISAL not in self.kinds:
            marks = {pk: replace(mark, grade="") for pk, mark in marks.items()}
        return replace(self, attendance=marks, **drop)

    @property
    def membership_vote(self) -> bool:
        return any(vote.matter != Matter.ORDINARY for vote in self.resolutions)


# Which kinds ask for a field; the form shows it and the service keeps it only then.
ASKED_OF: dict[str, frozenset[str]] = {
    "group": frozenset({Kind.GROUP}),
    "theme_form": frozenset({Kind.THEME_DAY}),
    "lecturer": frozenset({Kind.LECTURE}),
    "lecturer_name": frozenset({Kind.LECTURE}),
    "by_leader": frozenset({Kind.LECTURE}),
    "studied_party_work": frozenset({Kind.PARTY_GROUP}),
    "first_topic": frozenset({Kind.PARTY_GROUP, Kind.CENTRE_STUDY, Kind.CENTRE_SEMINAR}),
    "work_report": frozenset({Kind.CONGRESS}),
    "self_criticisms": frozenset({Kind.ORG_LIFE, Kind.DEMOCRATIC_LIFE}),
    "mutual_criticisms": frozenset({Kind.ORG_LIFE, Kind.DEMOCRATIC_LIFE}),
}
EMPTY = {each.name: each.default for each in fields(Gathering) if each.name in ASKED_OF}
COLUMNS = tuple(each.name for each in fields(Gathering) if each.name not in {"kinds", "attendance", "resolutions"})
TEXTS = ("title", *(name for name in COLUMNS if isinstance(getattr(Gathering, name, None), str)))


@dataclass(frozen=True)
class Kept:
    """A held meeting as it is stored, read once, to be compared with what it becomes."""

    columns: dict[str, Any]
    kinds: frozenset[str]
    marks: dict[int, Mark]
    names: dict[int, str]
    votes: tuple[Vote, ...] = field(default=())

    @classmethod
    def of(cls, meeting: Meeting) -> Kept:
        rows = list(meeting.attendance.select_related("member"))
        return cls(
            columns={name: getattr(meeting, name) for name in COLUMNS},
            kinds=frozenset(row.kind for row in meeting.kinds.all()),
            marks={row.member_id: Mark(row.state, row.reason, row.grade) for row in rows},
            names={row.member_id: row.member.name for row in rows},
            votes=tuple(vote_of(row) for row in meeting.resolutions.all()),
        )

    def as_gathering(self) -> Gathering:
        return Gathering(kinds=self.kinds, attendance=self.marks, resolutions=self.votes, **self.columns)


def vote_of(row: Any) -> Vote:
    return Vote(row.text, row.matter, row.yes, row.no, row.abstain, row.written_yes)
