"""Figures of the tree: organisations and Party groups by their dates (figures.md part 2)."""

from __future__ import annotations

from branches.models import LEAF_KINDS, Branch, BranchEvent, BranchKind, EventKind, PartyGroup
from branches.querysets import active_on
from partywork.figures import Demanded, Ground, Level, Nature, Q, during, figure
from partywork.periods import Period

TREE, GROUPS, EVENTS = Ground(Branch, branch=""), Ground(PartyGroup), Ground(BranchEvent)
BELOW = ~Q(kind=BranchKind.COMMITTEE)


@figure("org.branches", of=TREE, label="党支部", unit="个", part=2, nature=Nature.STOCK, level=Level.COMMITTEE)
def branches_at_end(period: Period) -> Demanded:
    """期末党支部数：本期最后一天仍存续的党支部，含联合党支部和临时党支部，不含机关党委和党总支；当天撤销的不计。"""
    return active_on(period.last_day), Q(kind__in=LEAF_KINDS)


@figure("org.general", of=TREE, label="党总支", unit="个", part=2, nature=Nature.STOCK, level=Level.COMMITTEE)
def general_branches_at_end(period: Period) -> Demanded:
    """期末党总支数：本期最后一天仍存续的党总支；当天撤销的不计。"""
    return active_on(period.last_day), Q(kind=BranchKind.GENERAL)


@figure("org.founded", of=TREE, label="新成立党组织", unit="个", part=2, level=Level.COMMITTEE)
def founded(period: Period) -> Demanded:
    """本期新成立的党组织数：成立日期在本期内的党总支和党支部，后来又撤销的也计；不含机关党委。"""
    return during("founded_on", period), BELOW


@figure("org.dissolved", of=TREE, label="撤销党组织", unit="个", part=2, level=Level.COMMITTEE)
def dissolved(period: Period) -> Demanded:
    """本期撤销的党组织数：撤销日期在本期内的党总支和党支部，撤销日期为不再存续的第一天；因并入其他党支部而撤销的也计。"""
    return during("dissolved_on", period), BELOW


@figure("org.moved", of=EVENTS, label="调整隶属关系的党组织", unit="次", part=2, level=Level.COMMITTEE)
def moved(period: Period) -> Demanded:
    """本期调整隶属关系（改归另一个上级党组织）的次数，按生效日期计。"""
    return during("day", period), Q(kind=EventKind.MOVED)


@figure("org.merged", of=EVENTS, label="并入其他党支部的党组织", unit="个", part=2, level=Level.COMMITTEE)
def merged(period: Period) -> Demanded:
    """本期并入其他党支部的党支部数，按并入的支部计，不含接收的支部，按生效日期计；同时计入撤销党组织。"""
    return during("day", period), Q(kind=EventKind.MERGED)


@figure("org.groups", of=GROUPS, label="党小组", unit="个", part=2, nature=Nature.STOCK)
def groups_at_end(period: Period) -> Demanded:
    """期末党小组数：本期最后一天仍存续的党小组；当天撤销的不计。"""
    return (active_on(period.last_day),)
