"""Rows of dues for tests: a base by its amount, a month's lines, money taken in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Q

from members.dues import payments, remitting, services
from members.dues.models import DueLine, Payment
from members.dues.payments import Manner, Taken
from partywork.periods import Period, Span, add_months, today

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


def draw_dues(world) -> None:
    """In two branches: a month in time, one late, one not paid, one exempt; an extra; a batch of a branch and of the committee."""
    staff, a, b = world["staff"], world.a, world.b
    people = [world.members[name] for name in ("member", "colleague", "neighbour")]
    for member in people:
        give_base(staff, member)
    services.reduce_dues(actor=staff, member=people[1], amount=Decimal(0), start_on=date(2026, 4, 1), months=1, decision="支委会",
                         decided_on=date(2026, 3, 20), approved_by="批复", reason="大病", today=TODAY)  # fmt: skip
    for number in range(1, 7):
        make_month(staff, world.root, date(2026, number, 1))
    for member in people:
        collect(staff, line_of(member, date(2026, 1, 1)), day=date(2026, 1, 20))
        collect(staff, line_of(member, date(2026, 2, 1)), day=date(2026, 3, 5))
    payments.pay_extra(actor=staff, member=people[0], amount=Decimal(1200), manner=manner(date(2026, 5, 1)), today=TODAY)
    half = Period.parse("2026H1")
    for branch, day in ((a, date(2026, 3, 31)), (b, date(2026, 4, 1))):
        remitting.remit_dues(actor=staff, branch=branch, period=half, sent_on=day, share=100, voucher="记-1", today=TODAY)
    payments.pay_extra(actor=staff, member=world.members["staff"], amount=Decimal(5), manner=manner(date(2026, 5, 1)), today=TODAY)
    row = remitting.remit_dues(actor=staff, branch=world.retired, period=half, sent_on=date(2026, 5, 2), share=100, voucher="记-2",
                               today=TODAY)  # fmt: skip
    remitting.receive_dues(actor=staff, remittance=row, received_on=date(2026, 5, 3), today=TODAY)
    remitting.remit_dues(actor=staff, branch=world.root, period=half, sent_on=date(2026, 5, 20), share=20, voucher="记-3", today=TODAY)


def place_dues(branch, account, member, mark: str, own: str) -> dict:
    """For the standing tests, by today: an old month not paid, a paid one handed up, this month made by a base that has changed
    since, money in hand. `own` is what the member himself may read."""
    now = today()
    month = now.replace(day=1)
    standard = give_base(account, member, start_on=add_months(month, -12), today=now, reason=mark)
    for back in (3, 2, 0):
        make_month(account, branch, add_months(month, -back), now)
    collect(account, line_of(member, add_months(month, -2)), day=month, today=now)
    batch = remitting.remit_dues(actor=account, branch=branch, period=Period.at(Span.MONTH, now), sent_on=now, share=50, voucher=mark,
                                 today=now)  # fmt: skip
    extra = payments.pay_extra(actor=account, member=member, amount=Decimal(30), manner=manner(now, collector=own), today=now, reason=own)
    standard.items = '{"position": "6000"}'
    standard.save(update_fields=["items"])
    return {"payment": extra, "remittance": batch}


def owe_months(account, members) -> None:
    """By today: a month that is late and this one, for each of them."""
    now = today()
    month = now.replace(day=1)
    for member in members:
        give_base(account, member, start_on=add_months(month, -12), today=now)
    services.make_lines(Q(member__in=members), [add_months(month, -3), month])


def pay_years(account, member, months: int) -> None:
    """So many months of this year and the ones before, each paid."""
    now = today()
    since = [add_months(date(now.year, 1, 1), -number) for number in range(months)]
    lines = [DueLine(member=member, branch=member.latest.branch, month=month, category="salaried", base="5000", due=50, paid=50, in_time=50,
                     settled=True, due_on=now) for month in since if not member.due_lines.filter(month=month).exists()]  # fmt: skip
    DueLine.objects.bulk_create(lines)
    Payment.objects.bulk_create(
        Payment(member=member, branch=line.branch, line=line, kind="due", amount=50, paid_on=now, in_time=True, way="cash",
                collector="赵敏", created_by=account) for line in lines)  # fmt: skip
