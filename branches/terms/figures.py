"""Figures of terms (figures.md part 2): committees whose term ended, those that were renewed, those that are overdue."""

from __future__ import annotations

from django.db.models import F

from branches.terms.models import Term
from partywork.figures import Demanded, Ground, Listing, Nature, Q, during, figure
from partywork.periods import Period

TERMS = Ground(Term)
NAMES = Listing(order=("branch__path", "number"), related=("branch",))
IN_BEING = Q(branch__dissolved_on=None) | Q(branch__dissolved_on__gt=F("due_on"))
RENEWED = Q(number__gt=1)


@figure("terms.due", of=TERMS, label="任期届满的党组织", unit="个", part=2)
def due(period: Period) -> Demanded:
    """本期任期届满的党组织数：应换届日期在本期内的届次，批准延期的按延期后的日期，提前换届的按换届日期；届满前已撤销的不计。"""
    return during("due_on", period), IN_BEING


@figure("terms.due_names", of=TERMS, label="任期届满的党组织名单", unit="个", part=2, how=NAMES)
def due_names(period: Period) -> Demanded:
    """本期任期届满的党组织名称，口径同“任期届满的党组织”，按组织顺序排列。"""
    return due(period)


@figure("terms.renewed", of=TERMS, label="完成换届的党组织", unit="个", part=2)
def renewed(period: Period) -> Demanded:
    """本期完成换届的党组织数：选举日期在本期内的届次，第一届不计；只计有效的选举。"""
    return during("elected_on", period), RENEWED


@figure("terms.renewed_names", of=TERMS, label="完成换届的党组织名单", unit="个", part=2, how=NAMES)
def renewed_names(period: Period) -> Demanded:
    """本期完成换届的党组织名称，口径同“完成换届的党组织”，按组织顺序排列。"""
    return renewed(period)


@figure("terms.overdue", of=TERMS, label="届满未换届的党组织", unit="个", part=2, nature=Nature.STOCK)
def overdue(period: Period) -> Demanded:
    """期末届满未换届的党组织数：应换届日期（批准延期的按延期后的日期）早于本期最后一天，到这一天还没有换届；已撤销的不计。"""
    day = period.last_day
    not_renewed = Q(ended_on=None) | Q(ended_on__gt=day)
    return Q(due_on__lt=day), not_renewed, Q(branch__dissolved_on=None) | Q(branch__dissolved_on__gt=day)


@figure("terms.overdue_names", of=TERMS, label="届满未换届的党组织名单", unit="个", part=2, nature=Nature.STOCK, how=NAMES)
def overdue_names(period: Period) -> Demanded:
    """期末届满未换届的党组织名称，口径同“届满未换届的党组织”，按组织顺序排列。"""
    return overdue(period)
