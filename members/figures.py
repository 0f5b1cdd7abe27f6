"""Figures of the roster: who is there, came, went or turned full (figures.md part 3); changes in groups (part 2)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from branches.querysets import active_on
from members.models import Kind, Membership, Standing, StartReason, Status, StopReason
from partywork.figures import Demanded, Ground, Listing, Nature, Q, during, figure
from partywork.periods import Period

ROSTER = Ground(Membership)
NAMES = Listing(order=("branch__path", "member__pinyin", "member_id"), related=("member", "branch"))
FULL, PROBATIONARY = Q(kind=Kind.FULL), Q(kind=Kind.PROBATIONARY)


@figure("groups.adjustments", of=ROSTER, label="党小组调整", unit="人次", part=2)
def group_adjustments(period: Period) -> Demanded:
    """本期内调整党小组和变动党小组组长的人次，按生效日期计；新任组长和卸任组长各计1人次；随登记、转入、支部间调整一并编入党小组的不计。"""
    return _begun(period, StartReason.REGROUPED, StartReason.LEADER)


@figure("members.start", of=ROSTER, label="期初党员", unit="人", part=3, nature=Nature.OPENING)
def at_start(period: Period) -> Demanded:
    """本期第一天的名册人数：当天在册的正式党员和预备党员，当天转入、登记的计入，当天转出、离开的不计。"""
    return _roster(period.start)


@figure("members.start_full", of=ROSTER, label="期初正式党员", unit="人", part=3, nature=Nature.OPENING)
def full_at_start(period: Period) -> Demanded:
    """本期第一天名册中的正式党员人数；当天转正的计入。"""
    return _roster(period.start, FULL)


@figure("members.start_probationary", of=ROSTER, label="期初预备党员", unit="人", part=3, nature=Nature.OPENING)
def probationary_at_start(period: Period) -> Demanded:
    """本期第一天名册中的预备党员人数；当天转正的不计。"""
    return _roster(period.start, PROBATIONARY)


@figure("members.end", of=ROSTER, label="期末党员", unit="人", part=3, nature=Nature.STOCK)
def at_end(period: Period) -> Demanded:
    """本期最后一天的名册人数：当天在册的正式党员和预备党员，当天转出、离开的不计。"""
    return _roster(period.last_day)


@figure("members.end_full", of=ROSTER, label="期末正式党员", unit="人", part=3, nature=Nature.STOCK)
def full_at_end(period: Period) -> Demanded:
    """本期最后一天名册中的正式党员人数；当天转正的计入。"""
    return _roster(period.last_day, FULL)


@figure("members.end_probationary", of=ROSTER, label="期末预备党员", unit="人", part=3, nature=Nature.STOCK)
def probationary_at_end(period: Period) -> Demanded:
    """本期最后一天名册中的预备党员人数；当天转正的不计。"""
    return _roster(period.last_day, PROBATIONARY)


@figure(
    "members.probationary_names", of=ROSTER, label="预备党员名单", unit="人", part=3, nature=Nature.STOCK, how=NAMES
)
def probationary_names(period: Period) -> Demanded:
    """本期最后一天名册中的预备党员姓名，按支部、姓名排列。"""
    return _roster(period.last_day, PROBATIONARY)


@figure("members.transfers_in", of=ROSTER, label="组织关系转入", unit="人次", part=3)
def transfers_in(period: Period) -> Demanded:
    """本期内组织关系转入的人次，按接收（编入支部）的日期计；本单位支部之间的调整不计。"""
    return _begun(period, StartReason.TRANSFER_IN)


@figure("members.transfers_out", of=ROSTER, label="组织关系转出", unit="人次", part=3)
def transfers_out(period: Period) -> Demanded:
    """本期内组织关系转出的人次，按对方接收、本单位除册的日期计；本单位支部之间的调整不计。"""
    return _ended(period, StopReason.TRANSFER_OUT)


@figure("members.moved_in", of=ROSTER, label="支部间调整", unit="人次", part=3)
def moved_in(period: Period) -> Demanded:
    """本期内从本单位其他支部调整进来的人次，按调整日期计。"""
    return _begun(period, StartReason.MOVED)


@figure("members.admitted", of=ROSTER, label="新接收预备党员", unit="人", part=3)
def admitted(period: Period) -> Demanded:
    """本期内支部发展入党的人数，按支部党员大会通过其为预备党员的日期计。"""
    return _begun(period, StartReason.ADMITTED)


@figure("members.turned_full", of=ROSTER, label="预备党员转正", unit="人", part=3)
def turned_full(period: Period) -> Demanded:
    """本期内转为正式党员的人数，按转正日期（党龄起算之日）计。"""
    return _begun(period, StartReason.TURNED_FULL)


@figure("members.left", of=ROSTER, label="党员减少（不含转出）", unit="人", part=3)
def left(period: Period) -> Demanded:
    """本期内因去世、除名、开除党籍、取消预备党员资格而除册的人数，按除册日期计。"""
    return _ended(
        period, StopReason.DIED, StopReason.REMOVED, StopReason.EXPELLED, StopReason.CANCELLED
    )


@figure("members.stopped", of=ROSTER, label="停止党籍", unit="人", part=3)
def stopped(period: Period) -> Demanded:
    """本期内停止党籍的人数，按停止党籍的日期计；后来恢复的也计。"""
    return _ended(period, StopReason.STOPPED)


@figure("members.restored", of=ROSTER, label="恢复党籍", unit="人", part=3)
def restored(period: Period) -> Demanded:
    """本期内恢复党籍、重新列入名册的人数，按恢复党籍的日期计。"""
    return _begun(period, StartReason.RESTORED)


@figure("members.floating", of=ROSTER, label="流动党员", unit="人", part=3, nature=Nature.STOCK)
def floating(period: Period) -> Demanded:
    """本期最后一天名册中登记为流动党员（流出）的人数；当天结束流动的不计。"""
    return _standing(period, Status.FLOATING)


@figure("members.lost", of=ROSTER, label="失去联系的党员", unit="人", part=3, nature=Nature.STOCK)
def lost(period: Period) -> Demanded:
    """本期最后一天名册中登记为失去联系的党员人数；当天恢复联系的不计，已停止党籍的不在名册，也不计。"""
    return _standing(period, Status.LOST)


def _standing(period: Period, status: str) -> Demanded:
    """On the roster of the last day, and of that standing."""
    day = period.last_day
    return *_roster(day), Q(Exists(Standing.objects.in_force(status, on=day).filter(member=OuterRef("member"))))


def _roster(day, *more: Q) -> Demanded:
    return active_on(day, start="start_on", stop="stop_on"), *more


def _begun(period: Period, *reasons: str) -> Demanded:
    return during("start_on", period), Q(start_reason__in=reasons)


def _ended(period: Period, *reasons: str) -> Demanded:
    return during("stop_on", period), Q(stop_reason__in=reasons)
