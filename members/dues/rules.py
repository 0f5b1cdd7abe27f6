"""What the regulations on dues demand (党费收缴、使用和管理的规定): pure functions of plain values. `book.py` declares them.

Money is Decimal yuan with two places. A month is its first day. A function named `why_not_…` answers with the Chinese
sentence that refuses, or "".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from members.rules import cn
from partywork.periods import Period, Span, add_months, days_in_month

FEN = Decimal("0.01")
# (up to and including this base, thousandths of the whole base); None: everything above.
SALARY_BANDS = ((3000, 5), (5000, 10), (10000, 15), (None, 20))
PENSION_BANDS = ((5000, 5), (None, 10))
FARMER = (Decimal("0.2"), Decimal("1"))
NO_INCOME = Decimal("0.2")
BACK_MONTHS = AHEAD_MONTHS = 6
WARN_MONTHS, LEAVE_MONTHS = 3, 6
TO_CENTRE = Decimal(1000)
HALF_MONTH_DAY = 15  # whoever is admitted after it pays half a month, where that is the practice
LARGEST = Decimal("9999999.99")
FIRST_DAY = date(2008, 4, 1)  # the rules of 2008 are in force from here

# What a member's pay may consist of, and whether it counts (DUE-21); local practice differs, so each can be set.
PAY_ITEMS = (
    ("position", "职务（岗位）工资", True),
    ("grade", "级别（薪级、技术等级）工资", True),
    ("allowance", "津贴补贴", True),
    ("performance", "绩效工资", True),
    ("bonus", "奖金（企业）", True),
    ("housing", "住房补贴", False),
    ("traffic", "交通补贴", False),
    ("communication", "通讯补贴", False),
    ("overtime", "加班费", False),
    ("seasonal", "取暖、降温费", False),
    ("property", "物业补贴", False),
)
TAKEN_OFF = (
    ("tax", "个人所得税", True),
    ("insurance", "社会保险（个人部分）", True),
    ("fund", "住房公积金（个人部分）", True),
    ("annuity", "职业年金、企业年金（个人部分）", True),
)
FORMULA = {f"counts_{code}": counts for code, _, counts in (*PAY_ITEMS, *TAKEN_OFF)}


def to_fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


# --- how much ----------------------------------------------------------------------------------------------------------


def permille_of(base: Decimal, bands: Sequence[tuple[int | None, int]]) -> int:
    """Thousandths of the whole base; a bound belongs to the lower band (DUE-1, DUE-4)."""
    return next(rate for bound, rate in bands if bound is None or base <= bound)


def by_bands(base: Decimal, bands: Sequence[tuple[int | None, int]]) -> Decimal:
    """The month's dues to the fen: a flat rate on the whole base, not progressive."""
    return to_fen(base * permille_of(base, bands) / 1000)


def quarter_mean(income: Decimal) -> Decimal:
    """The monthly mean of a quarter's net income (DUE-3)."""
    return to_fen(income / 3)


def rounded(amount: Decimal, unit: str, way: str) -> Decimal:
    """By local practice (DUE-19): unit none, 0.1 or 1; way half_up or up. Money exists in fen, so what is below a fen is
    rounded half up first and never lifts an amount to the next unit."""
    fen = to_fen(amount)
    if unit == "none":
        return fen
    step = Decimal(unit)
    return ((fen / step).quantize(Decimal(1), ROUND_UP if way == "up" else ROUND_HALF_UP) * step).quantize(FEN)


def base_of(items: Mapping[str, Decimal], formula: Mapping[str, bool]) -> Decimal:
    """The base of what was entered, by the formula in force (DUE-21): what counts, less what is taken off; never below 0."""
    paid = sum((items.get(code, Decimal(0)) for code, *_ in PAY_ITEMS if formula[f"counts_{code}"]), Decimal(0))
    less = sum((items.get(code, Decimal(0)) for code, *_ in TAKEN_OFF if formula[f"counts_{code}"]), Decimal(0))
    return to_fen(max(paid - less, Decimal(0)))


def monthly_dues(category: str, base: Decimal | None, *, farmer_jiao: int, unit: str, way: str) -> Decimal:
    """What a member of a class owes for a whole month. Fixed amounts are not rounded: 0.2 is 0.2 everywhere."""
    match category:
        case "farmer":
            return to_fen(Decimal(farmer_jiao) / 10)
        case "none":
            return to_fen(NO_INCOME)
    if base is None:
        raise ValueError(f"class {category} needs a base")
    return rounded(by_bands(base, PENSION_BANDS if category == "retired" else SALARY_BANDS), unit, way)


# --- who, where and from when --------------------------------------------------------------------------------------------


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_between(earlier: date, later: date) -> int:
    """Whole months from one month to another: March to June is 3; negative backwards."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def last_day(month: date) -> date:
    return month.replace(day=days_in_month(month.year, month.month))


@dataclass(frozen=True)
class Stretch:
    """A stretch of membership, as far as dues ask."""

    start_on: date
    stop_on: date | None
    start_reason: str
    stop_reason: str = ""


@dataclass(frozen=True)
class Owed:
    """Whether and how much of a month is owed: `share` of the whole, `due_on` the last day in time."""

    share: Decimal
    due_on: date


ENDED = ("died", "removed", "expelled", "cancelled")  # who ceases to be a member within the month owes nothing for it


def owed(stretch: Stretch, month: date, *, first_month: str, collect_day: int, grace: int) -> Owed | None:
    """What a stretch of membership owes its branch for a month, or None.

    Dues are owed where one stood on the month's first day: who comes from elsewhere within the month has paid there. Who is
    admitted within the month owes from then on (DUE-8), by local practice the whole month, half of it, or from the next.
    """
    ends = last_day(month)
    if stretch.stop_on and stretch.stop_on <= ends and stretch.stop_reason in ENDED:
        return None
    in_time = ends + timedelta(days=grace)
    if stretch.start_on <= month and (stretch.stop_on is None or stretch.stop_on > month):
        return Owed(Decimal(1), in_time)
    if stretch.start_reason != "admitted" or not month < stretch.start_on <= ends:
        return None
    if stretch.start_on.day > collect_day:  # the month's collection is over: made up in the next
        in_time = last_day(add_months(month, 1)) + timedelta(days=grace)
    share = first_share(stretch.start_on.day, first_month)
    return Owed(share, in_time) if share else None


def first_share(day: int, first_month: str) -> Decimal:
    """How much of the month is owed by somebody admitted on that day of it."""
    if first_month == "next":
        return Decimal(0)
    return Decimal("0.5") if first_month == "half" and day > HALF_MONTH_DAY else Decimal(1)


def applies_from(day: date, adjust: str) -> date:
    """The month from which a pay that changed on a day counts: the next year's first, or the next month (DUE-7)."""
    return date(day.year + 1, 1, 1) if adjust == "year" else add_months(month_of(day), 1)


# --- when, and for how long --------------------------------------------------------------------------------------------


def why_not_back(month: date, paid_on: date, most: int = BACK_MONTHS) -> str:
    """Whether a past month may be made up without more ado (DUE-9)."""
    late = months_between(month, paid_on)
    return "" if late <= most else f"补缴一般不超过{most}个月，{month.year}年{month.month}月已过{late}个月。请写明支部同意补缴的理由。"


def why_not_ahead(month: date, paid_on: date, most: int = AHEAD_MONTHS) -> str:
    """Whether a month to come may be paid already (DUE-10)."""
    early = months_between(paid_on, month)
    return "" if early <= most else f"预缴不超过{most}个月，{month.year}年{month.month}月还有{early}个月。"


def why_not_paid_on(day: date, today: date) -> str:
    return f"交纳日期不能晚于今天（{cn(today)}）。" if day > today else ""


def in_a_row(unpaid: Iterable[date]) -> int:
    """The longest run of months without a gap among the unpaid ones."""
    longest = run = 0
    before: date | None = None
    for month in sorted(set(unpaid)):
        run = run + 1 if before and months_between(before, month) == 1 else 1
        longest, before = max(longest, run), month
    return longest


@dataclass(frozen=True)
class Warning:
    level: str
    says: str
    article: str


LEAVES = "没有正当理由的，按自行脱党处理，由支部大会决定除名并报上级党组织批准。"


def warning_of(months: int) -> Warning | None:
    """What follows from so many unpaid months in a row (DUE-14)."""
    said = f"连续{months}个月未交党费"
    if months >= LEAVE_MONTHS:
        return Warning("leave", f"{said}：{LEAVES}", "教管条例第三十一条")
    if months >= WARN_MONTHS:
        soon = f"再过{LEAVE_MONTHS - months}个月即满{LEAVE_MONTHS}个月"
        return Warning("warn", f"{said}，{soon}：应批评教育、限期补交。", "教管条例第二十九条")
    return None


# --- money on its way ------------------------------------------------------------------------------------------------


def goes_to_centre(amount: Decimal) -> bool:
    """Whether a voluntary extra goes up whole (DUE-13)."""
    return amount >= TO_CENTRE


def handed_up(basis: Decimal, share: int) -> Decimal:
    """What of a basis goes up by a share in percent, to the fen; the rest is kept (DUE-18)."""
    return to_fen(basis * share / 100)


def rate(part: Any, whole: Any) -> Decimal | None:
    """In percent with one decimal; None without a whole. Exempted members are on neither side (DUE-22)."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


def why_not_amount(amount: Decimal, remaining: Decimal, reason: str) -> str:
    """Whether an amount fits what is still owed; less than all of it needs a reason."""
    if amount <= 0:
        return "交纳金额应大于0。"
    if amount > remaining:
        return f"应交余额为{remaining}元，多交的部分请另行登记为自愿多交党费。"
    return "" if amount == remaining or reason.strip() else f"应交余额为{remaining}元，少交的请写明原因。"


def why_not_reduction(amount: Decimal, category: str, approved_by: str, by_branch: bool) -> str:
    """Hardship: the branch studies, the upper committee approves (DUE-11); of retired members the branch alone may decide
    where that is the practice."""
    if amount < 0:
        return "减免后的月缴纳额不能小于0。"
    alone = by_branch and category == "retired"
    return "" if approved_by.strip() or alone else "减交、免交须经支部研究、上级党委批准，请填写批准机关和文号。"


def period_months(period: Period) -> list[date]:
    return [each.start for each in period.split(Span.MONTH)]
