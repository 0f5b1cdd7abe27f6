"""Whatever is done in whatever order: lines never double, what is written agrees to the fen on every day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Branch
from members.dues import payments, remitting, services
from members.dues.books import Balance, balances_of, ledgers_of, total
from members.dues.models import DueLine, Payment, Remittance
from members.dues.verification import books_agree, carried_batches_arrived, lines_follow_their_payments
from partywork.errors import RuleViolation
from partywork.keeping.checks import Asked
from partywork.periods import Period
from tests.members.dues.making import TODAY, give_base, manner, taken

pytestmark = pytest.mark.django_db
NUMBER = st.integers(0, 40)
ACTS = st.lists(st.tuples(st.sampled_from(("make", "base", "collect", "pay", "ahead", "extra", "refund", "reduce", "remit", "receive",
                                           "use")), NUMBER, NUMBER, NUMBER), min_size=5, max_size=20)  # fmt: skip
FIRST = date(2026, 1, 1)


class Office:
    """Applies one drawn act; what a rule refuses leaves nothing."""

    def __init__(self, world) -> None:
        self.world, self.staff = world, world["staff"]
        self.members = [world.members[name] for name in ("member", "colleague", "neighbour", "probationer")]

    def do(self, act: str, who: int, when: int, much: int) -> None:
        day = FIRST + timedelta(days=4 * when)
        try:
            with transaction.atomic():
                getattr(self, act)(who, min(day, TODAY), much)
        except RuleViolation:
            pass

    def member(self, who: int):
        return self.members[who % len(self.members)]

    def branch(self, who: int) -> Branch:
        branches = (self.world.a, self.world.b, self.world.office, self.world.root)
        return Branch.objects.get(pk=branches[who % len(branches)].pk)

    def make(self, who: int, day: date, much: int) -> None:
        services.make_month(actor=self.staff, branch=self.branch(who), month=day, today=TODAY)

    def base(self, who: int, day: date, much: int) -> None:
        give_base(self.staff, self.member(who), str(1000 + much * 251), start_on=day.replace(day=1), reason="调整")

    def collect(self, who: int, day: date, much: int) -> None:
        lines = DueLine.objects.unsettled().filter(branch=self.branch(who), month=day.replace(day=1))
        payments.collect_month(actor=self.staff, branch=self.branch(who), month=day, taken=[taken(each) for each in lines],
                               manner=manner(day), today=TODAY)  # fmt: skip

    def pay(self, who: int, day: date, much: int) -> None:
        line = self.member(who).due_lines.unsettled().order_by("month").first()
        if line:
            payments.pay_months(actor=self.staff, member=line.member, taken=[taken(line, min(D(much + 1), line.open))],
                                manner=manner(day), reason="分次交纳", today=TODAY)  # fmt: skip

    def ahead(self, who: int, day: date, much: int) -> None:
        lines = payments.ready_ahead(actor=self.staff, member=self.member(who), months=much % 6 + 1, today=TODAY)
        payments.pay_months(actor=self.staff, member=self.member(who), taken=[taken(each) for each in lines if each.open],
                            manner=manner(TODAY), today=TODAY)  # fmt: skip

    def extra(self, who: int, day: date, much: int) -> None:
        payments.pay_extra(actor=self.staff, member=self.member(who), amount=D(much * 50), manner=manner(day), today=TODAY)

    def refund(self, who: int, day: date, much: int) -> None:
        payment = Payment.objects.order_by("pk")[who % 7 : who % 7 + 1].first()
        if payment:
            payments.refund_payment(actor=self.staff, payment=payment, amount=D(much), paid_on=day, reason="退回", today=TODAY)

    def reduce(self, who: int, day: date, much: int) -> None:
        services.reduce_dues(actor=self.staff, member=self.member(who), amount=D(much % 3), start_on=day, months=2, decision="支委会",
                             decided_on=day, approved_by="批复", reason="困难", today=TODAY)  # fmt: skip

    def remit(self, who: int, day: date, much: int) -> None:
        remitting.remit_dues(actor=self.staff, branch=self.branch(who), period=Period.parse("2026H1"), sent_on=day,
                             share=much * 2 + 7, voucher="记", today=TODAY)  # fmt: skip

    def receive(self, who: int, day: date, much: int) -> None:
        row = Remittance.objects.filter(received_on=None).exclude(to_branch=None).order_by("pk").first()
        if row:
            remitting.receive_dues(actor=self.staff, remittance=row, received_on=day, today=TODAY)

    def use(self, who: int, day: date, much: int) -> None:
        remitting.use_dues(actor=self.staff, branch=self.branch(who), purpose="helping", amount=D(much), used_on=day, decision="决定",
                           voucher="记", today=TODAY)  # fmt: skip


def differences() -> dict:
    """Days on which some organisation's books do not agree, or spend more than they keep on the last."""
    everywhere = Branch.objects.all()
    days = set(Payment.objects.values_list("paid_on", flat=True)) | set(Remittance.objects.values_list("sent_on", flat=True))
    return {(day, pk): balance for day in days | {TODAY} for pk, balance in balances_of(everywhere, day).items()
            if balance.difference or (day == TODAY and balance.left < 0)}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_books_agree_after_any_acts(world, acts):
    with transaction.atomic():
        office = Office(world)
        for member in office.members:
            give_base(office.staff, member)
        office.make(3, date(2026, 2, 1), 0)
        for act in acts:
            office.do(*act)
        assert differences() == {}
        assert [fault for check in (lines_follow_their_payments, books_agree, carried_batches_arrived) for fault in check(Asked())] == []
        doubled = Counter(DueLine.objects.values_list("member", "month"))
        assert {place: count for place, count in doubled.items() if count > 1} == {}
        whole = total(balances_of(Branch.objects.all(), TODAY).values(), Balance())
        year = ledgers_of(Branch.objects.all(), Period.parse("2026"))
        assert sum((each.collected for each in year.values()), D(0)) == whole.collected == sum(
            (each.amount for each in Payment.objects.all()), D(0))  # fmt: skip
        transaction.set_rollback(True)


def test_the_check_sees_a_payment_that_no_line_knows(world):
    """The negative control: money written past the services is found."""
    give_base(world["staff"], world.members["member"])
    services.make_month(actor=world["staff"], branch=world.a, month=FIRST, today=TODAY)
    line = DueLine.objects.get(member=world.members["member"])
    Payment.objects.create(member=line.member, branch=line.branch, line=line, kind="due", amount=D("0.01"), paid_on=TODAY, way="cash",
                           collector="赵敏", created_by=world["staff"])  # fmt: skip
    assert len(list(lines_follow_their_payments(Asked()))) == 1
