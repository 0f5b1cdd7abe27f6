"""Rows of dues for tests: a base by its amount, a month's lines, money taken in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from members.dues import payments, services
from members.dues.models import DueLine, Payment
from members.dues.payments import Manner, Taken

TODAY = date(2026, 6, 30)
START = date(2025, 1, 1)


def give_base(actor, member, pay="5000", *, category="salaried", start_on=START, **more):
    """Salaried people by one item, the others by what they receive."""
    name = {"salaried": "position", "self_employed": "quarter"}.get(category, "received")
    items = {} if category in ("farmer", "none") else {name: Decimal(pay)}
    facts = {"category": category, "items": items, "start_on": start_on, "today": TODAY} | more
    return services.set_standard(actor=actor, member=member, **facts)


def make_month(actor, branch, month, today=TODAY):
    return services.make_month(actor=actor, branch=branch, month=month, today=today)


def line_of(member, month: date) -> DueLine:
    return DueLine.objects.get(member=member, month=month)


def manner(day: date, **more) -> Manner:
    return Manner(**{"paid_on": day, "way": "cash", "collector": "赵敏"} | more)


def taken(line: DueLine, amount=None, **more) -> Taken:
    return Taken(line.pk, line.version, line.open if amount is None else Decimal(amount), **more)


def collect(actor, *lines: DueLine, day: date, today=TODAY, **more) -> list[Payment]:
    """Everybody in full."""
    return payments.collect_month(actor=actor, branch=lines[0].branch, month=lines[0].month, taken=[taken(each) for each in lines],
                                  manner=manner(day), today=today, **more)  # fmt: skip
