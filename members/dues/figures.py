"""Figures of dues (figures.md part 3): what the months owe, what was paid for them, what came in, what went up."""

from __future__ import annotations

from branches.models import LEAF_KINDS
from members.dues.models import DueLine, Payment, PaymentKind, Remittance
from partywork.figures import Cleared, Demanded, Distinct, Ground, Listing, Q, Ratio, Total, during, figure
from partywork.periods import Period

LINES = Ground(DueLine, always=Q(exempt=False))
EXEMPT = Ground(DueLine, always=Q(exempt=True))
MONEY = Ground(Payment)
BATCHES = Ground(Remittance)
LEAVES = Q(branch__kind__in=LEAF_KINDS)
DAYS = Listing(order=("sent_on", "pk"), related=("branch",))


@figure("dues.due", of=LINES, label="应缴党费", unit="元", part=3, how=Total("due"))
def due(period: Period) -> Demanded:
    """本期各月应缴党费合计，按各月名册逐人核定；免交的不计。"""
    return (during("month", period),)


@figure("dues.paid", of=LINES, label="本期应缴中已缴", unit="元", part=3, how=Total("paid"))
def paid(period: Period) -> Demanded:
    """本期各月应缴党费中已经交纳的金额，预交、补交的都计入所交的月份；自愿多交的不计。"""
    return (during("month", period),)


@figure("dues.rate", of=LINES, label="党费收缴率（按金额）", unit="%", part=3, how=Ratio("paid", "due"))
def rate(period: Period) -> Demanded:
    """本期各月已缴金额除以应缴金额；免交的不计入分子和分母。"""
    return (during("month", period),)


@figure("dues.rate_people", of=LINES, label="党费收缴率（按人数）", unit="%", part=3, how=Cleared("member"))
def rate_people(period: Period) -> Demanded:
    """本期各月党费全部交齐的人数除以应交人数；免交的不计入分子和分母。"""
    return (during("month", period),)


@figure("dues.rate_in_time", of=LINES, label="党费按期率", unit="%", part=3, how=Ratio("in_time", "due"))
def rate_in_time(period: Period) -> Demanded:
    """本期各月在规定期限内交纳的金额除以应缴金额；免交的不计入分子和分母。"""
    return (during("month", period),)


@figure("dues.exempt", of=EXEMPT, label="免交党费的党员", unit="人", part=3, how=Distinct("member"))
def exempt(period: Period) -> Demanded:
    """本期内有免交月份的党员人数。"""
    return (during("month", period),)


@figure("dues.collected", of=MONEY, label="收到党费", unit="元", part=3, how=Total("amount"))
def collected(period: Period) -> Demanded:
    """本期内实际收到的党费合计，按交纳日期计，含补交、预交和自愿多交，减去退回。"""
    return (during("paid_on", period),)


@figure("dues.extra", of=MONEY, label="自愿多交党费", unit="元", part=3, how=Total("amount"))
def extra(period: Period) -> Demanded:
    """本期内党员自愿多交的党费，按交纳日期计。"""
    return during("paid_on", period), Q(kind=PaymentKind.EXTRA)


@figure("dues.sent", of=BATCHES, label="支部上缴党费", unit="元", part=3, how=Total("amount"))
def sent(period: Period) -> Demanded:
    """本期内各党支部向上一级上缴的党费，按上缴日期计。"""
    return during("sent_on", period), LEAVES


@figure("dues.sent_out", of=BATCHES, label="机关党委上缴党费", unit="元", part=3, how=Total("amount"))
def sent_out(period: Period) -> Demanded:
    """本期内机关党委向上级党组织上缴的党费，按上缴日期计。"""
    return during("sent_on", period), Q(to_branch__isnull=True)


@figure("dues.sent_days", of=BATCHES, label="党费上缴日期", unit="次", part=3, how=DAYS)
def sent_days(period: Period) -> Demanded:
    """本期内上缴党费的日期、单位和金额，按日期排列。"""
    return (during("sent_on", period),)
