"""Quorum and votes of one meeting, asked of the book of rules as it stood on the day, told in Chinese for its pages."""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from branches.meetings.kinds import Body, Kind
from branches.meetings.models import Matter
from partywork.rules import in_force

WORDS = {"VOTE-1": "达到半数", "VOTE-2": "超过半数", "VOTE-4": "达到半数", "VOTE-8": "达到三分之二"}
BY_VOTERS = ("VOTE-1", "VOTE-2")  # these count those with a vote, the others everyone expected
MATTERS = {Matter.ADMIT: "VOTE-2", Matter.FULL: "VOTE-3", Matter.ORDINARY: "VOTE-1"}


@dataclass(frozen=True)
class Demand:
    """How many must be there by a rule, and the two sentences that say whether they are."""

    rule: str
    need: int

    @property
    def by_voters(self) -> bool:
        return self.rule in BY_VOTERS

    @property
    def yes(self) -> str:
        return f"{WORDS[self.rule]}，符合规定"

    @property
    def no(self) -> str:
        return f"未{WORDS[self.rule]}，不符合规定，至少应到 {self.need} 人"


@dataclass(frozen=True)
class Quorum:
    """The quorum line of one meeting; `holds` is None where no rule asks for one."""

    holds: bool | None
    text: str
    rule: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a resolution passes; None where no rule decides or no votes were written down."""

    passes: bool | None
    text: str
    rule: str = ""


@dataclass(frozen=True)
class Share:
    """How many were graded 优秀 and how many a democratic appraisal should grade so at most (MTG-8: a warning, no refusal)."""

    excellent: int
    most: int
    rule: str = "MTG-8"

    @property
    def holds(self) -> bool:
        return self.excellent <= self.most


def share_of(kinds: Collection[str], day: date, members: int, excellent: int) -> Share | None:
    """`members` are those appraised, probationary ones among them."""
    rule = in_force(Share.rule, day)
    if Kind.APPRAISAL not in kinds or rule is None or not members:
        return None
    return Share(excellent, rule.answer(members=members, excellent=excellent).values["most"])


def rule_for(kinds: Collection[str], body: str, membership: bool) -> str:
    """Which rule asks for a number of people; `membership` when it votes on admitting a member or turning one full."""
    if Kind.CONGRESS in kinds:
        return "VOTE-2" if membership else "VOTE-1"
    if body == Body.COMMITTEE:
        return "VOTE-4"
    return "VOTE-8" if Kind.DEMOCRATIC_LIFE in kinds else ""


def demand_of(
    kinds: Collection[str], body: str, day: date, expected: int, voters: int, *, membership: bool = False
) -> Demand | None:
    """What the rules of that day ask of a gathering with so many expected, so many of them with a vote."""
    rule_id = rule_for(kinds, body, membership)
    rule = in_force(rule_id, day)
    whole = voters if rule_id in BY_VOTERS else expected
    if rule is None or not whole:
        return None
    values = {"expected": whole, "present": 0, "yes": 0, "written_yes": 0}
    answer = rule.answer(**{param.name: values[param.name] for param in rule.params})
    return Demand(rule_id, answer.values["needed"])


def quorum_of(
    kinds: Collection[str], body: str, day: date, counts: tuple[int, int, int, int], *, membership: bool = False
) -> Quorum:
    """`counts` are expected, present, voters expected, voters present, as the meeting keeps them."""
    expected, present, voters, voters_present = counts
    told = f"应到 {expected} 人，实到 {present} 人"
    if voters != expected:
        told = f"应到 {expected} 人（有表决权 {voters} 人），实到 {present} 人（有表决权 {voters_present} 人）"
    demand = demand_of(kinds, body, day, expected, voters, membership=membership)
    if demand is None:
        return Quorum(None, f"{told}。")
    holds = (voters_present if demand.by_voters else present) >= demand.need
    return Quorum(holds, f"{told}，{demand.yes if holds else demand.no}。", demand.rule)


def verdict_on(kinds: Collection[str], matter: str, day: date, yes: int | None, written: int, counts: tuple) -> Verdict:
    """Whether that many votes pass; the denominator is always who should have come."""
    expected, _, voters, voters_present = counts
    rule_id = MATTERS[matter] if Kind.CONGRESS in kinds else "VOTE-9" if Kind.PARTY_GROUP in kinds else ""
    rule = in_force(rule_id, day)
    if yes is None or rule is None:
        return Verdict(None, "" if rule is None else "未记票数。", rule_id if rule else "")
    whole = expected if rule_id == "VOTE-9" else voters
    values = {"expected": whole, "present": voters_present, "yes": yes, "written_yes": written}
    answer = rule.answer(**{param.name: values[param.name] for param in rule.params})
    return Verdict(answer.holds, answer.says, rule_id)
