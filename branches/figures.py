"""Figures of the tree: organisations and Party groups by their dates (figures.md part 2)."""

from __future__ import annotations

from django.db.models import QuerySet

from branches.models import BranchKind, PartyGroup
from partywork.figures import Level, Nature, figure
from partywork.periods import Period


@figure("org.branches", label="党支部", unit="个", part=2, nature=Nature.STOCK, level=Level.COMMITTEE)
def branches_at_end(scope: QuerySet, period: Period) -> QuerySet:
    """期末党支部数：本期最后一天仍存续的党支部，含联合党支部和临时党支部，不含机关党委和党总支；当天撤销的不计。"""
    return scope.leaves().active_on(period.last_day)


@figure("org.general", label="党总支", unit="个", part=2, nature=Nature.STOCK, level=Level.COMMITTEE)
def general_branches_at_end(scope: QuerySet, period: Period) -> QuerySet:
    """期末党总支数：本期最后一天仍存续的党总支；当天撤销的不计。"""
    return scope.filter(kind=BranchKind.GENERAL).active_on(period.last_day)


@figure("org.founded", label="新成立党组织", unit="个", part=2, level=Level.COMMITTEE)
def founded(scope: QuerySet, period: Period) -> QuerySet:
    """本期新成立的党组织数：成立日期在本期内的党总支和党支部，后来又撤销的也计；不含机关党委。"""
    return scope.exclude(kind=BranchKind.COMMITTEE).filter(
        founded_on__gte=period.start, founded_on__lt=period.stop
    )


@figure("org.dissolved", label="撤销党组织", unit="个", part=2, level=Level.COMMITTEE)
def dissolved(scope: QuerySet, period: Period) -> QuerySet:
    """本期撤销的党组织数：撤销日期在本期内的党总支和党支部，撤销日期为不再存续的第一天。"""
    return scope.exclude(kind=BranchKind.COMMITTEE).filter(
        dissolved_on__gte=period.start, dissolved_on__lt=period.stop
    )


@figure("org.groups", label="党小组", unit="个", part=2, nature=Nature.STOCK)
def groups_at_end(scope: QuerySet, period: Period) -> QuerySet:
    """期末党小组数：本期最后一天仍存续的党小组；当天撤销的不计。"""
    return PartyGroup.objects.within(scope).active_on(period.last_day)
