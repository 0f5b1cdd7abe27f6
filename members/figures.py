"""Figures of the roster: who is there, came, went or turned full (figures.md part 3); changes in groups (part 2)."""

from __future__ import annotations

from django.db.models import QuerySet

from members.models import Membership, StartReason, StopReason
from partywork.figures import Listing, Nature, figure
from partywork.periods import Period


@figure("groups.adjustments", label="党小组调整", unit="人次", part=2)
def group_adjustments(scope: QuerySet, period: Period) -> QuerySet:
    """本期内调整党小组和变动党小组组长的人次，按生效日期计；新任组长和卸任组长各计1人次；随登记、转入、支部间调整一并编入党小组的不计。"""
    return _begun(scope, period, StartReason.REGROUPED, StartReason.LEADER)


@figure("members.start", label="期初党员", unit="人", part=3, nature=Nature.OPENING)
def at_start(scope: QuerySet, period: Period) -> QuerySet:
    """本期第一天的名册人数：当天在册的正式党员和预备党员，当天转入、登记的计入，当天转出、离开的不计。"""
    return _roster(scope, period.start)


@figure("members.start_full", label="期初正式党员", unit="人", part=3, nature=Nature.OPENING)
def full_at_start(scope: QuerySet, period: Period) -> QuerySet:
    """本期第一天名册中的正式党员人数；当天转正的计入。"""
    return _roster(scope, period.start).full()


@figure("members.start_probationary", label="期初预备党员", unit="人", part=3, nature=Nature.OPENING)
def probationary_at_start(scope: QuerySet, period: Period) -> QuerySet:
    """本期第一天名册中的预备党员人数；当天转正的不计。"""
    return _roster(scope, period.start).probationary()


@figure("members.end", label="期末党员", unit="人", part=3, nature=Nature.STOCK)
def at_end(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天的名册人数：当天在册的正式党员和预备党员，当天转出、离开的不计。"""
    return _roster(scope, period.last_day)


@figure("members.end_full", label="期末正式党员", unit="人", part=3, nature=Nature.STOCK)
def full_at_end(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天名册中的正式党员人数；当天转正的计入。"""
    return _roster(scope, period.last_day).full()


@figure("members.end_probationary", label="期末预备党员", unit="人", part=3, nature=Nature.STOCK)
def probationary_at_end(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天名册中的预备党员人数；当天转正的不计。"""
    return _roster(scope, period.last_day).probationary()


@figure(
    "members.probationary_names", label="预备党员名单", unit="人", part=3, nature=Nature.STOCK, how=Listing()
)
def probationary_names(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天名册中的预备党员姓名，按支部、姓名排列。"""
    rows = _roster(scope, period.last_day).probationary().select_related("member", "branch")
    return rows.order_by("branch__path", "member__pinyin", "member_id")


@figure("members.transfers_in", label="组织关系转入", unit="人次", part=3)
def transfers_in(scope: QuerySet, period: Period) -> QuerySet:
    """本期内组织关系转入的人次，按接收（编入支部）的日期计；本单位支部之间的调整不计。"""
    return _begun(scope, period, StartReason.TRANSFER_IN)


@figure("members.transfers_out", label="组织关系转出", unit="人次", part=3)
def transfers_out(scope: QuerySet, period: Period) -> QuerySet:
    """本期内组织关系转出的人次，按对方接收、本单位除册的日期计；本单位支部之间的调整不计。"""
    return _ended(scope, period, StopReason.TRANSFER_OUT)


@figure("members.moved_in", label="支部间调整", unit="人次", part=3)
def moved_in(scope: QuerySet, period: Period) -> QuerySet:
    """本期内从本单位其他支部调整进来的人次，按调整日期计。"""
    return _begun(scope, period, StartReason.MOVED)


@figure("members.admitted", label="新接收预备党员", unit="人", part=3)
def admitted(scope: QuerySet, period: Period) -> QuerySet:
    """本期内支部发展入党的人数，按支部党员大会通过其为预备党员的日期计。"""
    return _begun(scope, period, StartReason.ADMITTED)


@figure("members.turned_full", label="预备党员转正", unit="人", part=3)
def turned_full(scope: QuerySet, period: Period) -> QuerySet:
    """本期内转为正式党员的人数，按转正日期（党龄起算之日）计。"""
    return _begun(scope, period, StartReason.TURNED_FULL)


@figure("members.left", label="党员减少（不含转出）", unit="人", part=3)
def left(scope: QuerySet, period: Period) -> QuerySet:
    """本期内因去世、除名、开除党籍、取消预备党员资格而除册的人数，按除册日期计。"""
    return _ended(
        scope, period, StopReason.DIED, StopReason.REMOVED, StopReason.EXPELLED, StopReason.CANCELLED
    )


def _roster(scope: QuerySet, day) -> QuerySet:
    return Membership.objects.within(scope).active_on(day)


def _begun(scope: QuerySet, period: Period, *reasons: str) -> QuerySet:
    return Membership.objects.within(scope).started_in(period, *reasons)


def _ended(scope: QuerySet, period: Period, *reasons: str) -> QuerySet:
    return Membership.objects.within(scope).stopped_in(period, *reasons)
