"""Taking dues in: a month from everybody present, one person's months back or ahead, voluntary extras, refunds.

Every taking locks its lines in one order, holds each against the version that was shown, and writes payments and lines in the
same transaction. What was paid is never changed afterwards: a refund is a row of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from branches.accounts.models import Account
from branches.models import Branch
from members.dues import rules
from members.dues.models import DueLine, Payment, PaymentKind
from members.dues.services import make_lines, refuse, require, set_by, upsert
from members.models import Member
from partywork.errors import RuleViolation, StaleVersion
from partywork.journal.services import register_actions, write_entry
from partywork.periods import add_months

register_actions({
    "dues.collect": "收缴党费",
    "dues.pay": "登记交纳党费",
    "dues.extra": "登记自愿多交党费",
    "dues.refund": "退回党费（冲销）",
})  # fmt: skip

PAID = ("paid", "in_time", "settled")


@dataclass(frozen=True)
class Taken:
    """What is paid for one line: the version that was shown, how much, why not all of it, by whom if not himself."""

    line_id: int
    version: int
    amount: Decimal
    reason: str = ""
    paid_by: str = ""


@dataclass(frozen=True)
class Manner:
    """When, how and by whom money was taken in."""

    paid_on: date
    way: str
    collector: str


class Overtaken(StaleVersion):
    """Somebody else took money for some of these lines first: `lines` are as they are now."""

    def __init__(self, lines: Sequence[DueLine]) -> None:
        names = "、".join(line.member.name for line in lines[:8])
        super().__init__(f"在您填写期间，{names}等的党费已由他人登记或调整。您填写的没有保存，请核对后再提交。")
        self.lines, self.current = lines, None


@transaction.atomic
def collect_month(
    *, actor: Account | None, branch: Branch, month: date, taken: Sequence[Taken], manner: Manner, today: date,
    form_token: UUID | None = None,
) -> list[Payment]:  # fmt: skip
    """What was collected of a branch's month, everybody in one go. Sent again it answers with what it made."""
    require(actor, "dues.edit", branch)
    if made := made_by(form_token):
        return made
    if not taken:
        raise RuleViolation("还没有勾选任何人。请勾选本次交纳党费的党员。")
    lines = locked(Q(branch=branch, month=rules.month_of(month)), taken)
    payments = take(actor, lines, taken, manner, today, form_token, apart=True)
    total = sum((each.amount for each in payments), Decimal(0))
    write_entry(actor=actor, action="dues.collect", target=branch, label=f"{branch.short_name} {month:%Y-%m}",
                changes={"人数": [None, len(payments)], "金额": [None, str(total)]})  # fmt: skip
    return payments


@transaction.atomic
def pay_months(
    *, actor: Account | None, member: Member, taken: Sequence[Taken], manner: Manner, today: date, reason: str = "",
    ahead: int = 0, form_token: UUID | None = None,
) -> list[Payment]:  # fmt: skip
    """One person's months, past, present and `ahead`: one act, one receipt. Months more than six back need a reason (DUE-9);
    more than six ahead are refused (DUE-10)."""
    require(actor, "dues.edit", member)
    if made := made_by(form_token):
        return made
    if ahead:
        lines = ready_ahead(actor=actor, member=member, months=ahead, today=today)
        known = {each.line_id for each in taken}
        taken = [*taken, *(Taken(line.pk, line.version, line.open) for line in lines if line.open and line.pk not in known)]
    if not taken:
        raise RuleViolation("还没有选择月份。请勾选要交纳的月份。", field="months")
    lines = locked(Q(member=member), taken)
    for line in lines.values():
        require(actor, "dues.edit", line)
        refuse("months", rules.why_not_ahead(line.month, manner.paid_on), "DUE-10")
        refuse("reason", "" if reason.strip() else rules.why_not_back(line.month, manner.paid_on), "DUE-9")
    payments = take(actor, lines, [told(each, reason) for each in taken], manner, today, form_token, apart=False)
    months = sorted(line.month for line in lines.values())
    total = sum((each.amount for each in payments), Decimal(0))
    write_entry(actor=actor, action="dues.pay", target=member, reason=reason, changes={
        "月份": [None, [f"{each:%Y-%m}" for each in months]], "金额": [None, str(total)]})  # fmt: skip
    return payments


def told(each: Taken, reason: str) -> Taken:
    return Taken(each.line_id, each.version, each.amount, each.reason or reason, each.paid_by)


@transaction.atomic
def ready_ahead(*, actor: Account | None, member: Member, months: int, today: date) -> list[DueLine]:
    """Lines of the months to come, so that they can be paid already: by the roster and the base as they stand now."""
    require(actor, "dues.edit", member)
    if not 1 <= months <= rules.AHEAD_MONTHS:
        raise RuleViolation(f"预缴不超过{rules.AHEAD_MONTHS}个月。", field="months", rule="DUE-10")
    wanted = [add_months(rules.month_of(today), ahead) for ahead in range(1, months + 1)]
    make_lines(Q(member=member), wanted)
    return list(member.due_lines.filter(month__in=wanted))


def locked(whose: Q, taken: Iterable[Taken]) -> dict[int, DueLine]:
    """The lines, locked in the order of their keys; stale if one of them is not as it was shown."""
    shown = {each.line_id: each.version for each in taken}
    rows = DueLine.objects.filter(whose, pk__in=list(shown)).select_related("member", "branch")
    lines = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    if shown.keys() - lines.keys():
        raise RuleViolation("名单已有变化，请刷新页面后重新勾选。")
    overtaken = [row for row in lines.values() if row.version != shown[row.pk]]
    if overtaken:
        raise Overtaken(overtaken)
    return lines


def take(actor, lines: dict[int, DueLine], taken: Sequence[Taken], manner: Manner, today: date, token: UUID | None,
         *, apart: bool) -> list[Payment]:  # fmt: skip
    """Payments for locked lines. `apart`: each is an act with a receipt of its own; otherwise they are one."""
    refuse("paid_on", rules.why_not_paid_on(manner.paid_on, today))
    act, payments = uuid.uuid4(), []
    for each in taken:
        line = lines[each.line_id]
        why = rules.why_not_amount(each.amount, line.open, each.reason)
        refuse("", f"{line.member.name}{line.month.month}月：{why}" if why else "")
        payments.append(Payment(
            member=line.member, branch_id=line.branch_id, line=line, kind=PaymentKind.DUE, amount=each.amount, paid_on=manner.paid_on,
            in_time=manner.paid_on <= line.due_on, way=manner.way, collector=manner.collector, paid_by=each.paid_by,
            reason=each.reason, act=uuid.uuid4() if apart else act, created_by=set_by(actor, None),
            form_token=None if payments else token))  # fmt: skip
        credit(line, each.amount, in_time=payments[-1].in_time)
    made = Payment.objects.bulk_create(payments, batch_size=500)
    upsert(list(lines.values()), PAID)
    return made


def made_by(token: UUID | None) -> list[Payment]:
    """What the same form made before: the first of its payments carries the token."""
    first = Payment.objects.filter(form_token=token).first() if token else None
    return [first] if first else []


def credit(line: DueLine, amount: Decimal, *, in_time: bool) -> None:
    line.paid += amount
    line.in_time += amount if in_time else 0
    line.settled = line.paid >= line.due
    line.version += 1


@transaction.atomic
def pay_extra(
    *, actor: Account | None, member: Member, amount: Decimal, manner: Manner, today: date, reason: str = "",
    form_token: UUID | None = None,
) -> Payment:  # fmt: skip
    """A voluntary extra; 1000 yuan and more go to the Centre whole (DUE-13)."""
    require(actor, "dues.edit", member)
    refuse("paid_on", rules.why_not_paid_on(manner.paid_on, today))
    refuse("amount", "" if 0 < amount <= rules.LARGEST else "金额应大于0，不超过9999999.99元。")
    payment = Payment.objects.create(
        member=member, branch=member.rights_branch, kind=PaymentKind.EXTRA, amount=amount, paid_on=manner.paid_on, way=manner.way,
        collector=manner.collector, reason=reason, to_centre=rules.goes_to_centre(amount), created_by=set_by(actor, None),
        form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="dues.extra", target=member, reason=reason, changes={
        "金额": [None, str(amount)], "全部上缴中央": [None, payment.to_centre]})  # fmt: skip
    return payment


@transaction.atomic
def refund_payment(
    *, actor: Account | None, payment: Payment, amount: Decimal, paid_on: date, reason: str, today: date,
    form_token: UUID | None = None,
) -> Payment:  # fmt: skip
    """Give back all or part of a payment by a reversing row. Only what the branch still has in hand can be given back."""
    require(actor, "dues.edit", payment)
    Branch.objects.select_for_update().get(pk=payment.branch_id)  # two refunds see the same money one after the other
    payment = Payment.objects.select_for_update(of=("self",)).select_related("member", "branch").get(pk=payment.pk)
    refuse("paid_on", rules.why_not_paid_on(paid_on, today))
    refuse("", "这一笔本身是退回，不能再退。" if payment.kind == PaymentKind.REFUND else "")
    refuse("paid_on", "退回日期不能早于交纳日期。" if paid_on < payment.paid_on else "")
    refuse("amount", why_not_refund(payment, amount))
    row = Payment.objects.create(
        member=payment.member, branch=payment.branch, line=payment.line, kind=PaymentKind.REFUND, amount=-amount, paid_on=paid_on,
        in_time=payment.in_time, way=payment.way, collector=payment.collector, reason=reason, to_centre=payment.to_centre,
        reverses=payment, act=uuid.uuid4(), created_by=set_by(actor, None), form_token=form_token)  # fmt: skip
    if payment.line_id:
        line = DueLine.objects.select_for_update().get(pk=payment.line_id)
        credit(line, -amount, in_time=payment.in_time)
        upsert([line], PAID)
    write_entry(actor=actor, action="dues.refund", target=payment.member, reason=reason, changes={"金额": [None, str(amount)]})
    return row


def why_not_refund(payment: Payment, amount: Decimal) -> str:
    back = -(payment.reversals.aggregate(total=Sum("amount"))["total"] or Decimal(0))
    if not 0 < amount <= payment.amount - back:
        return f"退回金额应大于0，不超过{payment.amount - back}元。"
    free = Payment.objects.filter(branch=payment.branch_id, remittance=None, to_centre=payment.to_centre)
    in_hand = free.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if amount > in_hand:
        return f"本支部手上的党费只有{in_hand}元，其余已上缴。请先收到上级退款或以后收缴的党费再退。"
    return ""
