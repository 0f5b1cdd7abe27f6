"""The books of dues on any day: what came in, went up, is kept, is in hand. Every number is summed from rows of its own, so that
`income = handed up + kept + in hand` is a proof and not a definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from branches.models import Branch
from members.dues.models import DueLine, Payment, PaymentKind, Remittance, Use
from members.dues.rules import month_of, rate, to_fen
from partywork.periods import Period, Span

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Balance:
    """One organisation, or several, on a day."""

    collected: Decimal = NOTHING
    received: Decimal = NOTHING
    handed_up: Decimal = NOTHING
    kept: Decimal = NOTHING
    in_hand: Decimal = NOTHING
    used: Decimal = NOTHING

    @property
    def income(self) -> Decimal:
        return self.collected + self.received

    @property
    def left(self) -> Decimal:
        """Kept and not spent."""
        return self.kept - self.used

    @property
    def difference(self) -> Decimal:
        """0.00 when the books agree."""
        return self.income - self.handed_up - self.kept - self.in_hand

    def __add__(self, other: Balance) -> Balance:
        return Balance(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def balance_of(branch: Branch, day: date) -> Balance:
    return balances_of(Branch.objects.filter(pk=branch.pk), day).get(branch.pk, Balance())


def balances_of(scope: QuerySet, day: date) -> dict[int, Balance]:
    """{organisation: its balance on a day}; four queries whatever their number."""
    free = Q(remittance=None) | Q(remittance__sent_on__gt=day)
    waiting = Q(carried=None) | Q(carried__sent_on__gt=day)
    parts = {
        **several(Payment.objects.filter(branch__in=scope, paid_on__lte=day), "branch", collected=Sum("amount"),
                  free=Sum("amount", filter=free)),
        **several(Remittance.objects.filter(branch__in=scope, sent_on__lte=day), "branch", handed_up=Sum("amount"), basis=Sum("basis")),
        **several(Remittance.objects.filter(to_branch__in=scope, received_on__lte=day), "to_branch", received=Sum("amount"),
                  waiting=Sum("amount", filter=waiting)),
        "used": sums(Use.objects.filter(branch__in=scope, used_on__lte=day), "amount"),
    }  # fmt: skip
    known = set().union(*parts.values())
    return {pk: _balance({name: part.get(pk, NOTHING) for name, part in parts.items()}) for pk in known}


def several(rows: QuerySet, by: str, **asked: Sum) -> dict[str, dict[int, Decimal]]:
    """{name: {organisation: sum to the fen}} of several sums over the same rows; one query."""
    told = list(rows.order_by().values(by).annotate(**{f"sum_{name}": what for name, what in asked.items()}))
    return {name: {row[by]: to_fen(row[f"sum_{name}"] or NOTHING) for row in told} for name in asked}


def _balance(of: dict[str, Decimal]) -> Balance:
    return Balance(of["collected"], of["received"], of["handed_up"], of["basis"] - of["handed_up"], of["free"] + of["waiting"], of["used"])


def sums(rows: QuerySet, column: str, by: str = "branch") -> dict[int, Decimal]:
    """{organisation: sum to the fen}."""
    told = rows.order_by().values_list(by).annotate(total=Sum(column))
    return {pk: to_fen(total or NOTHING) for pk, total in told}


@dataclass(frozen=True)
class Whole:
    """An organisation with everything below it, on a day: what left it, what is on its way between its levels."""

    collected: Decimal
    handed_out: Decimal
    in_transit: Decimal
    kept: Decimal
    in_hand: Decimal

    @property
    def difference(self) -> Decimal:
        return self.collected - self.handed_out - self.in_transit - self.kept - self.in_hand


def whole_of(scope: QuerySet, day: date) -> Whole:
    """Of a subtree: what its levels hand to each other counts once, and is on its way until it is confirmed."""
    sum_of_all = total(balances_of(scope, day).values(), Balance())
    sent = Remittance.objects.filter(branch__in=scope, sent_on__lte=day)
    inside = sent.filter(to_branch__in=scope)
    return Whole(
        sum_of_all.collected, amount_of(sent.exclude(pk__in=inside.values("pk"))),
        amount_of(inside.filter(Q(received_on=None) | Q(received_on__gt=day))), sum_of_all.kept, sum_of_all.in_hand)  # fmt: skip


def amount_of(rows: QuerySet) -> Decimal:
    return to_fen(rows.order_by().aggregate(total=Sum("amount"))["total"] or NOTHING)


# --- a period in the books ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ledger:
    """One line of `manage.py dues_ledger`: what the months of a period owe, and what moved within it."""

    due: Decimal = NOTHING
    paid: Decimal = NOTHING
    in_time: Decimal = NOTHING
    collected: Decimal = NOTHING
    back_paid: Decimal = NOTHING
    extra: Decimal = NOTHING
    refunded: Decimal = NOTHING
    handed_up: Decimal = NOTHING
    members: int = 0
    cleared: int = 0
    exempt: int = 0

    @property
    def rate_people(self) -> Decimal | None:
        return rate(self.cleared, self.members)

    @property
    def rate_amount(self) -> Decimal | None:
        return rate(self.paid, self.due)

    @property
    def rate_in_time(self) -> Decimal | None:
        return rate(self.in_time, self.due)

    def __add__(self, other: Ledger) -> Ledger:
        return Ledger(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def ledgers_of(scope: QuerySet, period: Period) -> dict[int, Ledger]:
    """{organisation: its ledger of a period}. Back-paid is what came within the period for months before that of the payment."""
    lines = DueLine.objects.filter(branch__in=scope, month__gte=period.start, month__lt=period.stop)
    moved = Payment.objects.filter(branch__in=scope, paid_on__gte=period.start, paid_on__lt=period.stop)
    sent = Remittance.objects.filter(branch__in=scope, sent_on__gte=period.start, sent_on__lt=period.stop)
    people, cleared, exempt = people_of(lines)
    columns: dict[str, dict[int, Any]] = {
        "due": sums(lines, "due"), "paid": sums(lines, "paid"), "in_time": sums(lines, "in_time"),
        "collected": sums(moved, "amount"), "back_paid": back_paid(moved, period),
        "extra": sums(moved.filter(line=None, kind=PaymentKind.EXTRA), "amount"),
        "refunded": {pk: -total for pk, total in sums(moved.filter(kind=PaymentKind.REFUND), "amount").items()},
        "handed_up": sums(sent, "amount"), "members": people, "cleared": cleared, "exempt": exempt,
    }  # fmt: skip
    return {pk: Ledger(**{name: of[pk] for name, of in columns.items() if pk in of}) for pk in set().union(*columns.values())}


def people_of(lines: QuerySet, together: bool = False) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """By organisation: members who owe, those of them with every month paid, and those exempt in all their months.
    `together`: under 0 for all of them, where who moved counts once."""
    owing: dict[int, set[int]] = {}
    short: dict[int, set[int]] = {}
    free: dict[int, set[int]] = {}
    for of, member, exempt, settled in lines.order_by().values_list("branch", "member", "exempt", "settled").distinct():
        branch = 0 if together else of
        (free if exempt else owing).setdefault(branch, set()).add(member)
        if not settled:
            short.setdefault(branch, set()).add(member)
    members = {pk: len(people) for pk, people in owing.items()}
    cleared = {pk: len(people - short.get(pk, set())) for pk, people in owing.items()}
    return members, cleared, {pk: len(people - owing.get(pk, set())) for pk, people in free.items()}


def ledger_of_all(scope: QuerySet, period: Period) -> Ledger:
    """The ledger of several organisations as one."""
    lines = DueLine.objects.filter(branch__in=scope, month__gte=period.start, month__lt=period.stop)
    members, cleared, exempt = people_of(lines, together=True)
    people = {"members": members.get(0, 0), "cleared": cleared.get(0, 0), "exempt": exempt.get(0, 0)}
    return replace(total(ledgers_of(scope, period).values(), Ledger()), **people)


def handed_out(scope: QuerySet, period: Period) -> Decimal:
    """What left a subtree within a period."""
    sent = Remittance.objects.filter(branch__in=scope, sent_on__gte=period.start, sent_on__lt=period.stop)
    return amount_of(sent.exclude(to_branch__in=scope) | sent.filter(to_branch=None))


def back_paid(moved: QuerySet, period: Period) -> dict[int, Decimal]:
    """What was paid in each month of the period for earlier months; one query a month would tell the same."""
    late = Q(pk__in=())
    for month in period.split(Span.MONTH):
        late |= Q(paid_on__gte=month.start, paid_on__lt=month.stop, line__month__lt=month_of(month.start))
    return sums(moved.filter(late, kind=PaymentKind.DUE), "amount")


def total(parts: Iterable[Any], empty: Any) -> Any:
    for part in parts:
        empty = empty + part
    return empty
