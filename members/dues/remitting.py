"""Handing dues up, receiving them, spending what is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch
from members.dues import rules
from members.dues.books import balance_of
from members.dues.models import Payment, Remittance, Use
from members.dues.services import refuse, require, set_by
from partywork.errors import RuleViolation
from partywork.files.models import Attachment
from partywork.journal.services import register_actions, write_entry
from partywork.periods import Period

register_actions({
    "dues.remit": "上缴党费",
    "dues.receive": "确认收到上缴的党费",
    "dues.use": "登记党费使用",
})  # fmt: skip

NOTHING = Decimal(0)


@transaction.atomic
def remit_dues(
    *, actor: Account | None, branch: Branch, period: Period, sent_on: date, share: int, voucher: str, today: date,
    attachment: Attachment | None = None, form_token: UUID | None = None,
) -> Remittance:  # fmt: skip
    """Hand up a share of everything in hand that was taken in up to the period's end; what is for the Centre goes whole.
    The rest is kept."""
    require(actor, "dues.remit", branch)
    refuse("sent_on", "上缴日期不能晚于今天。" if sent_on > today else "")
    refuse("share", "" if 0 <= share <= 100 else "比例应在0到100之间。")
    branch = Branch.objects.select_for_update().get(pk=branch.pk)  # two batches of one organisation follow each other
    until = min(period.last_day, sent_on)
    payments = list(Payment.objects.select_for_update().filter(branch=branch, remittance=None, paid_on__lte=until))
    batches = list(Remittance.objects.select_for_update().filter(to_branch=branch, carried=None, received_on__lte=until))
    basis = sum((each.amount for each in payments), NOTHING) + sum((each.amount for each in batches), NOTHING)
    refuse("period_code", f"到{rules.cn(until)}手上没有可以上缴的党费。" if basis <= 0 else "")
    centre = sum((each.amount for each in payments if each.to_centre), NOTHING) + sum((each.centre for each in batches), NOTHING)
    centre = min(max(centre, NOTHING), basis)
    amount = rules.handed_up(basis - centre, share) + centre
    above = Branch.objects.above(branch).last()
    row = Remittance.objects.create(
        branch=branch, to_branch=above, period_code=period.code, basis=basis, share=share, centre=centre, amount=amount,
        sent_on=sent_on, voucher=voucher, attachment=attachment, created_by=set_by(actor, None), form_token=form_token)  # fmt: skip
    Payment.objects.filter(pk__in=[each.pk for each in payments]).update(remittance=row)
    Remittance.objects.filter(pk__in=[each.pk for each in batches]).update(carried=row)
    write_entry(actor=actor, action="dues.remit", target=branch, label=f"{branch.short_name} {period.label}", changes={
        "党费合计": [None, str(basis)], "上缴": [None, str(amount)], "凭证号": [None, voucher]})  # fmt: skip
    return row


@transaction.atomic
def receive_dues(*, actor: Account | None, remittance: Remittance, received_on: date, today: date) -> Remittance:
    """Confirm that a batch from below arrived; whoever sent it cannot confirm it. Nobody inside receives what goes outside:
    the sender notes there when the level above confirmed."""
    require(actor, "dues.remit", remittance.to_branch or remittance.branch)
    row = Remittance.objects.select_for_update(of=("self",)).select_related("branch").get(pk=remittance.pk)
    refuse("received_on", "收到日期不能晚于今天。" if received_on > today else "")
    refuse("received_on", "收到日期不能早于上缴日期。" if received_on < row.sent_on else "")
    if row.received_on:
        raise RuleViolation("这一批已经确认收到，请刷新页面。")
    row.received_on, row.received_by = received_on, set_by(actor, None)
    row.save(update_fields=["received_on", "received_by"])
    write_entry(actor=actor, action="dues.receive", target=row.branch, label=str(row), changes={
        "金额": [None, str(row.amount)], "收到": [None, received_on.isoformat()]})  # fmt: skip
    return row


@transaction.atomic
def use_dues(
    *, actor: Account | None, branch: Branch, purpose: str, amount: Decimal, used_on: date, decision: str, voucher: str,
    today: date, note: str = "", form_token: UUID | None = None,
) -> Use:  # fmt: skip
    """Spend kept dues for one of the five purposes (DUE-15), not more than there is."""
    require(actor, "dues.remit", branch)
    refuse("used_on", "使用日期不能晚于今天。" if used_on > today else "")
    Branch.objects.select_for_update().get(pk=branch.pk)
    left = min(balance_of(branch, day).left for day in (used_on, today))
    refuse("amount", "" if 0 < amount <= left else f"留存党费可用{left}元，使用金额应大于0，不超过这个数。")
    row = Use.objects.create(branch=branch, purpose=purpose, amount=amount, used_on=used_on, decision=decision, voucher=voucher,
                             note=note, created_by=set_by(actor, None), form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="dues.use", target=branch, label=f"{branch.short_name} {row.get_purpose_display()}", reason=decision,
                changes={"金额": [None, str(amount)], "凭证号": [None, voucher]})  # fmt: skip
    return row
