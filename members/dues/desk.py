"""What the pages of dues read: the progress of branches, arrears, a member's card, the yearly ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet, Sum

from branches.accounts.models import Account
from branches.models import Branch
from members.dues import rules
from members.dues.models import DueLine, Payment
from members.dues.rules import Warning
from members.models import Member
from partywork.lists import Column
from partywork.periods import Period


def arrears_of(account: Account, branch: Branch | None, day: date) -> QuerySet:
    """One row a person who owes for a month past its last day, those who owe longest first."""
    lines = DueLine.objects.visible_to(account).overdue_on(day)
    if branch is not None:
        lines = lines.filter(branch__path__startswith=branch.path)
    rows = lines.order_by().values("member_id", "member__name", "member__pinyin", "member__latest__branch__short_name")
    told = rows.annotate(months=Count("pk"), owed=Sum(F("due") - F("paid")), first=Min("month"), last=Max("month"))
    return told.order_by("-months", "member__pinyin", "member_id")


def with_warnings(account: Account, rows: Iterable[dict], day: date) -> list[dict]:
    """Each row with its months and the warning that its longest run of them gives; one query."""
    rows, months = list(rows), defaultdict(list)
    lines = DueLine.objects.visible_to(account).overdue_on(day).filter(member__in=[row["member_id"] for row in rows])
    for member, month in lines.order_by("month").values_list("member", "month"):
        months[member].append(month)
    return [row | told_arrears(months[row["member_id"]]) for row in rows]


def told_arrears(months: list[date]) -> dict[str, Any]:
    run = rules.in_a_row(months)
    return {"run": run, "warning": rules.warning_of(run), "words": "、".join(f"{each:%Y-%m}" for each in months)}


ARREARS = [
    Column("name", "姓名", lambda row: row["member__name"], 12),
    Column("branch", "支部", lambda row: row["member__latest__branch__short_name"], 22),
    Column("months", "欠交月数", "months", 10),
    Column("run", "其中连续", "run", 10),
    Column("owed", "欠交金额（元）", "owed", 16),
    Column("words", "月份", "words", 50),
    Column("warning", "提醒", lambda row: row["warning"].says if row["warning"] else "", 50),
]


@dataclass(frozen=True)
class Progress:
    """One branch in a month."""

    branch: Branch
    members: int
    cleared: int
    due: Decimal
    paid: Decimal

    @property
    def rate(self) -> Decimal | None:
        return rules.rate(self.paid, self.due)


def progress_of(branches: Iterable[Branch], month: date) -> list[Progress]:
    """Branches in a month; one query."""
    branches = list(branches)
    lines = DueLine.objects.owed().filter(branch__in=branches, month=month).order_by()
    told = lines.values("branch").annotate(members=Count("pk"), due_sum=Sum("due"), paid_sum=Sum("paid"))
    kept = {row["branch"]: row for row in told}
    short = dict(lines.unsettled().values_list("branch").annotate(short=Count("pk")))
    return [_progress(each, kept.get(each.pk), short.get(each.pk, 0)) for each in branches]


def _progress(branch: Branch, row: dict | None, short: int) -> Progress:
    if row is None:
        return Progress(branch, 0, 0, Decimal(0), Decimal(0))
    return Progress(branch, row["members"], row["members"] - short, rules.to_fen(row["due_sum"]), rules.to_fen(row["paid_sum"]))


@dataclass(frozen=True)
class Card:
    """A member's dues of a year: lines, payments, what is open over all years."""

    year: int
    lines: list[DueLine]
    payments: list[Payment]
    owed: Decimal
    warning: Warning | None

    @property
    def due(self) -> Decimal:
        return sum((line.due for line in self.lines), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), Decimal(0))


def card_of(account: Account, member: Member, year: int, day: date) -> Card:
    """Three queries."""
    seen = DueLine.objects.visible_to(account).filter(member=member)
    lines = list(seen.filter(month__year=year).select_related("branch").order_by("month"))
    payments = Payment.objects.visible_to(account).filter(member=member, paid_on__year=year).select_related("line", "branch")
    late = list(seen.overdue_on(day).values_list("month", "due", "paid"))
    owed = sum((due - paid for _, due, paid in late), Decimal(0))
    return Card(year, lines, list(payments.order_by("paid_on", "id")), owed, rules.warning_of(rules.in_a_row(row[0] for row in late)))


# --- the ledger of DUE-20 ------------------------------------------------------------------------------------------------


def ledger_columns(year: int) -> list[Column]:
    months = [Column(f"m{number}", f"{number}月实缴", lambda row, number=number: row["paid"].get(number), 10) for number in range(1, 13)]
    return [
        Column("number", "序号", "number", 6), Column("name", "姓名", "name", 12), Column("branch", "支部", "branch", 20),
        Column("base", "计算基数（元）", "base", 14), Column("standard", "执行标准", "standard", 14),
        Column("monthly", "月应缴（元）", "monthly", 12), *months, Column("due", "全年应缴（元）", "due", 14),
        Column("all", "全年实缴（元）", "all", 14), Column("note", "备注", "note", 24),
    ]  # fmt: skip


def ledger_rows(account: Account, branch: Branch, year: int, *, bases: bool) -> Iterator[dict]:
    """One row a member and branch. Bases stand in it only for who may keep them (`bases`)."""
    lines = DueLine.objects.visible_to(account).filter(branch__path__startswith=branch.path, month__year=year)
    lines = lines.select_related("member", "branch").order_by("branch__path", "member__pinyin", "member_id", "month")
    people: dict[tuple[int, int], list[DueLine]] = defaultdict(list)
    for line in lines.iterator(2000):
        people[line.branch_id, line.member_id].append(line)
    for number, same in enumerate(people.values(), 1):
        yield {"number": number, **ledger_row(same, bases)}


def ledger_row(lines: list[DueLine], bases: bool) -> dict[str, Any]:
    last = lines[-1]
    exempt = [str(line.month.month) for line in lines if line.exempt]
    return {
        "name": last.member.name, "branch": last.branch.short_name, "base": Decimal(last.base) if bases and last.base else None,
        "standard": standard_words(last), "monthly": last.due, "paid": {line.month.month: line.paid for line in lines},
        "due": sum((line.due for line in lines), Decimal(0)), "all": sum((line.paid for line in lines), Decimal(0)),
        "note": f"{'、'.join(exempt)}月免交" if exempt else "",
    }  # fmt: skip


def standard_words(line: DueLine) -> str:
    """1%, or what the fixed amount is for."""
    if not line.base:
        return line.get_category_display()
    bands = rules.PENSION_BANDS if line.category == "retired" else rules.SALARY_BANDS
    return f"{rules.permille_of(Decimal(line.base), bands) / 10:g}%"


def year_of(text: str, day: date) -> int:
    return int(text) if text.isascii() and text.isdigit() and 2008 <= int(text[:4]) <= day.year + 1 and len(text) == 4 else day.year


def period_of_year(year: int) -> Period:
    return Period.parse(str(year))
