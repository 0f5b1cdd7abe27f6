"""The sample's dues: bases, the months of the last half-year with a few arrears, a quarter handed up."""
from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q

from members.dues import remitting
from members.dues.models import DueLine, DuesStandard, Payment
from members.dues.payments import PAID, credit
from members.dues.rules import month_of
from members.dues.services import make_lines, upsert
from partywork.periods import Period, Span, add_months
from reports.sample.organisation import Sample

MONTHS = {"large": 2}
LATE, BEHIND = 23, (2, 4, 7, 3)  # one member in so many is so many months behind, this one included


def build_dues(sample: Sample, size: str) -> int:
    """The number of payments."""
    clerk = sample.accounts["dangban"]
    DuesStandard.objects.bulk_create([_standard(sample, member, clerk) for member in sample.members.values()], batch_size=500)
    now = month_of(sample.until)
    months = [add_months(now, -back) for back in reversed(range(MONTHS.get(size, 7)))]
    make_lines(Q(), months)
    lines = list(DueLine.objects.select_related("branch").order_by("month", "pk"))
    behind = {pk: BEHIND[number % len(BEHIND)] for number, pk in enumerate(list(sample.members)[LATE // 3 :: LATE])}
    paid = [_payment(sample, line, clerk) for line in lines if _pays(sample, line, now, behind)]
    Payment.objects.bulk_create(paid, batch_size=500)
    upsert([payment.line for payment in paid], PAID)
    _hand_up(sample)
    return len(paid)


def _standard(sample: Sample, member, clerk) -> DuesStandard:
    old = "离退休" in member.latest.branch.short_name
    random = sample.random
    pay = Decimal(random.randrange(2800_00, 7200_00, 50_00) if old else random.randrange(2600_00, 7800_00, 50_00)) / 100
    items = {"received": pay} if old else {"position": pay, "grade": Decimal(900), "allowance": Decimal(1250), "insurance": pay / 10}
    return DuesStandard(member=member, category="retired" if old else "salaried", start_on=date(sample.start.year, 1, 1), set_by=clerk,
                        items=json.dumps({code: str(amount) for code, amount in items.items()}))  # fmt: skip


def _pays(sample: Sample, line: DueLine, now: date, behind: dict[int, int]) -> bool:
    """Everybody up to last month but those behind; of this month two in three so far."""
    if not line.due or line.month > add_months(now, -behind.get(line.member_id, 0)):
        return False
    return line.month < now or sample.random.random() < 0.67


def _payment(sample: Sample, line: DueLine, clerk) -> Payment:
    day = min(line.month + timedelta(days=sample.random.choice((4, 8, 9, 9, 9, 10, 12, 33))), sample.until)
    payment = Payment(member_id=line.member_id, branch_id=line.branch_id, line=line, kind="due", amount=line.due, paid_on=day,
                      in_time=day <= line.due_on, way=sample.random.choice(("cash", "bank", "app")), collector="组织委员",
                      created_by=clerk)  # fmt: skip
    credit(line, line.due, in_time=payment.in_time)
    return payment


def _hand_up(sample: Sample) -> None:
    """The last whole quarter, each branch by itself; the level above confirmed most of it."""
    quarter = Period.at(Span.QUARTER, sample.until).previous
    sent = min(quarter.stop + timedelta(days=5), sample.until)
    for number, branch in enumerate(sample.branches):
        if not Payment.objects.filter(branch=branch, paid_on__lt=quarter.stop).exists():
            continue
        row = remitting.remit_dues(actor=None, branch=branch, period=quarter, sent_on=sent, share=100, voucher=f"党费-{number + 1:03d}",
                                   today=sample.until)  # fmt: skip
        if number % 4:
            remitting.receive_dues(actor=None, remittance=row, received_on=sent, today=sample.until)
