"""What an election comes to by VOTE-5, VOTE-6, VOTE-7 and VOTE-10 of its day. Pure functions of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from partywork.rules import in_force


@dataclass(frozen=True)
class Count:
    """The numbers of one election; `votes` are the yes votes of each candidate in their order."""

    expected: int
    present: int
    issued: int
    returned: int
    spoilt: int
    places: int
    votes: tuple[int, ...]
    differential: bool = True


@dataclass(frozen=True)
class Remark:
    """One sentence of the judgement with its rule; kind is ok, warn or bad."""

    rule: str
    text: str
    kind: str = "ok"


@dataclass(frozen=True)
class Outcome:
    """Who of the candidates (by place in the list) is elected or tied; how many places are left; why."""

    valid: bool
    elected: frozenset[int] = frozenset()
    tied: frozenset[int] = frozenset()
    left: int = 0
    passing: int = 0
    remarks: tuple[Remark, ...] = field(default=())


def why_not_counted(count: Count) -> tuple[str, str]:
    """(field, sentence) against numbers that cannot all be true; ("", "") when they can."""
    valid = count.returned - count.spoilt
    if count.present > count.expected:
        return "present", "实到人数不能多于应到人数。"
    if count.issued > count.present:
        return "issued", f"发出的选票不能多于到会有选举权的{count.present}人。"
    if count.spoilt > count.returned:
        return "spoilt", "作废的选票不能多于收回的选票。"
    if not count.votes:
        return "candidates", "请填写候选人和得票。"
    if max(count.votes) > valid:
        return "candidates", f"得票不能多于有效选票{valid}张，请核对。"
    if sum(count.votes) > valid * count.places:
        return "candidates", f"得票合计{sum(count.votes)}，多于有效选票{valid}张与应选{count.places}人的乘积，请核对。"
    return "", ""


def judge(count: Count, day: date, figures: Mapping[str, Mapping[str, Any]]) -> Outcome:
    """The outcome by the rules of that day; `figures` are the organisation's own where it set some."""
    vote5 = in_force("VOTE-5", day)
    quorum = vote5.answer(dict(figures.get("VOTE-5", {})), expected=count.expected, present=count.present, yes=count.present)
    ballots = in_force("VOTE-6", day).answer(issued=count.issued, returned=count.returned, places=count.places, chosen=0)
    valid = quorum.values.get("valid", False) and ballots.values["valid"]
    passing = quorum.values.get("passing", 0)
    remarks = [_quorum(count, quorum.values), _ballots(count, ballots.values["valid"]), *_choice(count, day)]
    if not valid:
        return Outcome(False, passing=passing, left=count.places, remarks=tuple(remarks))
    elected, tied = ranked(count.votes, count.places, passing)
    filled = in_force("VOTE-10", day).answer(places=count.places, ahead=len(elected), tied=len(tied))
    remarks.append(Remark("VOTE-10", filled.says, "ok" if filled.holds else "warn"))
    remarks += _below_expected(count, elected)
    return Outcome(True, elected, tied, filled.values["left"], passing, tuple(remarks))


def ranked(votes: tuple[int, ...], places: int, passing: int) -> tuple[frozenset[int], frozenset[int]]:
    """(elected, tied): of those with enough votes the first `places`; who cannot be told apart at the cut is tied."""
    passed = sorted((place for place, yes in enumerate(votes) if yes >= passing), key=lambda place: -votes[place])
    if len(passed) <= places:
        return frozenset(passed), frozenset()
    cut = votes[passed[places - 1]]
    if votes[passed[places]] < cut:
        return frozenset(passed[:places]), frozenset()
    return frozenset(each for each in passed if votes[each] > cut), frozenset(each for each in passed if votes[each] == cut)


def _quorum(count: Count, values: Mapping[str, Any]) -> Remark:
    told = f"应到会有选举权{count.expected}人，实到{count.present}人，至少到会{values.get('needed', 0)}人方可选举，"
    if values.get("valid"):
        return Remark("VOTE-5", told + f"到会人数有效；得赞成票至少{values['passing']}票当选。")
    return Remark("VOTE-5", told + "到会人数不足，选举无效。", "bad")


def _ballots(count: Count, valid: bool) -> Remark:
    told = f"发出选票{count.issued}张，收回{count.returned}张，其中作废{count.spoilt}张，"
    return Remark("VOTE-6", told + ("选举有效。" if valid else "收回多于发出，选举无效，应当重新选举。"), "ok" if valid else "bad")


def _choice(count: Count, day: date) -> list[Remark]:
    if not count.differential:
        return []
    answer = in_force("VOTE-7", day).answer(places=count.places, candidates=len(count.votes))
    return [Remark("VOTE-7", answer.says, "ok" if answer.holds else "warn")]


def _below_expected(count: Count, elected: frozenset[int]) -> list[Remark]:
    """The open question of VOTE-5: elected by half of those present, but not by half of those who should have come."""
    short = sum(2 * count.votes[each] <= count.expected for each in elected)
    if not short:
        return []
    told = f"当选人中有{short}人的赞成票没有超过应到会人数的一半（{count.expected // 2 + 1}票）。以实到还是应到为准，各地掌握不一，"
    return [Remark("VOTE-5", told + "请先向上级党组织核实。", "warn")]
