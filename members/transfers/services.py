"""The only door through which letters are written: draft, issue, take in, accept, receipt, end, take back.

A letter moves nobody until it is accepted; accepting writes the membership in the same transaction. Dates are whole
days; `today` is told.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from branches.rule_settings import entry_on
from members import changes, corrections, rules
from members.models import Member, StartReason, StopReason
from members.services import check_place, refuse
from members.transfers import rules as letters
from members.transfers.arriving import former_record, register_arrival
from members.transfers.models import Direction, State, Transfer
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.versions import claim_version

register_actions({
    "transfers.draft": "拟转组织关系", "transfers.issue": "开具组织关系介绍信", "transfers.take_in": "登记转来的介绍信",
    "transfers.edit": "更正介绍信", "transfers.accept": "接收组织关系", "transfers.receipt": "登记介绍信回执",
    "transfers.close": "退回或撤销介绍信", "transfers.undo": "撤销接收",
})  # fmt: skip

PERSON = ("name", "sex", "born_on", "joined_on", "full_on")
LETTER = ("number", "start_on", "valid_until", "dues_to", "distance", "cause", "other_side", "other_unit", "note")
FIELDS = (*LETTER, *PERSON, "direction", "state", "branch", "to_branch", "stop_on", "receipt_on", "is_late")


def require(actor: Account | None, branch: Branch) -> None:
    """No actor: the system itself (sample data)."""
    if actor is not None:
        actor.require("transfers.edit", branch)


# --- a letter begins ----------------------------------------------------------------------------------------------------


@transaction.atomic
def send_member(
    *,
    actor: Account | None,
    member: Member,
    today: date,
    to_branch: Branch | None = None,
    accepted_on: date | None = None,
    form_token: UUID | None = None,
    **facts: Any,
) -> Transfer:
    """A letter for a member on our roster. Without number and day it waits to be issued; with `accepted_on` it is entered
    late, whole. `facts` are any of LETTER."""
    latest = changes.present(member)
    require(actor, latest.branch)
    direction = Direction.WITHIN if to_branch else Direction.OUT
    row = Transfer(member=member, direction=direction, branch=latest.branch, to_branch=to_branch, form_token=form_token)
    check_addressee(row, facts)
    if Transfer.objects.still().filter(member=member).exists():
        raise RuleViolation("该党员有一份介绍信还没有办结，请先办结或撤销。")
    return _begin(actor, "transfers.draft", row, facts, accepted_on, today)


@transaction.atomic
def take_in_letter(
    *,
    actor: Account | None,
    branch: Branch,
    today: date,
    group: PartyGroup | None = None,
    accepted_on: date | None = None,
    form_token: UUID | None = None,
    **facts: Any,
) -> Transfer:
    """A letter from outside for a person whom we do not have yet; with `accepted_on` he is accepted at once."""
    require(actor, branch)
    row = Transfer(direction=Direction.IN, branch=branch, form_token=form_token)
    _set(row, facts, PERSON)
    refuse(*rules.why_not_life(row.born_on, row.joined_on, row.full_on, today))
    check_place(branch, group, accepted_on or today, today)
    check_addressee(row, facts)
    return _begin(actor, "transfers.take_in", row, facts, accepted_on, today, group)


def check_addressee(row: Transfer, facts: dict[str, Any]) -> None:
    if row.direction == Direction.WITHIN and row.to_branch == row.branch:
        raise RuleViolation("该党员已经在这个支部。", field="to_branch")
    if row.direction != Direction.WITHIN and not facts.get("other_side", "").strip():
        raise RuleViolation("请填写对方党组织的名称。", field="other_side")


def _begin(
    actor: Account | None, action: str, row: Transfer, facts: dict, accepted_on: date | None, today: date, group: PartyGroup | None = None
) -> Transfer:
    row.created_by, row.is_late = actor, accepted_on is not None
    _set(row, facts, LETTER)
    if row.start_on or row.number or accepted_on:
        settle_letter(row, today)
    _save(actor, action, row, {})
    if accepted_on:
        _accept(actor, row, accepted_on, group, today, row.note)
    return row


def settle_letter(row: Transfer, today: date) -> None:
    """Number, days and dues of a letter that is out; where no validity is given, the usual one (TRF-3)."""
    for name, words in (("number", "介绍信编号"), ("start_on", "开出日期")):
        if not getattr(row, name):
            raise RuleViolation(f"请填写{words}。", field=name)
    usual, last = validity_of(row.start_on, row.distance)
    row.valid_until = row.valid_until or usual
    refuse(*letters.why_not_issue(row.start_on, row.valid_until, last, today))
    refuse("dues_to", letters.why_not_dues(row.dues_to, row.start_on))
    check_number(row)
    row.state = State.ON_THE_WAY


def validity_of(issued_on: date, distance: str) -> tuple[date, date]:
    """(usual, latest) end of a letter's validity, by the bureau's own setting of TRF-3 on that day."""
    entry = entry_on("TRF-3", max(issued_on, letters.EDUCATION_RULES))
    values = entry.rule.answer(entry.setting and entry.setting.figures, issued_on=issued_on, distance=distance).values
    return date.fromisoformat(values["usual"]), date.fromisoformat(values["last"])


def check_number(row: Transfer) -> None:
    """A number is used once: of our own letters, or by one organisation outside. A cancelled letter's number stays used."""
    incoming = row.direction == Direction.IN
    same = Transfer.objects.filter(number=row.number).exclude(pk=row.pk)
    same = same.filter(direction=Direction.IN, other_side=row.other_side) if incoming else same.exclude(direction=Direction.IN)
    if other := same.select_related("member").first():
        raise RuleViolation(f"编号“{row.number}”已用于{other.person}的介绍信，请核对。", field="number")


@transaction.atomic
def issue_letter(*, actor: Account | None, transfer: Transfer, today: date, version: int | None = None, **facts: Any) -> Transfer:
    """The drafted letter gets number, day, validity and dues, and is on the way from then on."""
    row = _claimed(actor, transfer, transfer.branch, version, State.DRAFTED)
    before = snapshot(row, FIELDS)
    _set(row, facts, LETTER)
    settle_letter(row, today)
    return _save(actor, "transfers.issue", row, before)


@transaction.atomic
def edit_letter(*, actor: Account | None, transfer: Transfer, today: date, version: int | None = None, **facts: Any) -> Transfer:
    """Correct what a letter says before it is ended."""
    row = _claimed(actor, transfer, transfer.branch, version, State.DRAFTED, State.ON_THE_WAY)
    before = snapshot(row, FIELDS)
    _set(row, facts, LETTER)
    check_addressee(row, {"other_side": row.other_side})
    if row.state == State.ON_THE_WAY:
        settle_letter(row, today)
    return _save(actor, "transfers.edit", row, before)


# --- a letter ends ------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept_transfer(
    *,
    actor: Account | None,
    transfer: Transfer,
    day: date,
    today: date,
    group: PartyGroup | None = None,
    note: str = "",
    receipt_on: date | None = None,
    version: int | None = None,
) -> Transfer:
    """Accepted on a day: by our receiving branch, or by the other side, as its receipt or word says. From that day on the
    membership is where the letter leads; two acceptances at once move the person once."""
    row = _claimed(actor, transfer, transfer.receiver or transfer.branch, version, State.ON_THE_WAY)
    if receipt_on:
        refuse("receipt_on", letters.why_not_receipt(day, receipt_on, today))
    row.receipt_on = receipt_on
    return _accept(actor, row, day, group, today, note)


def _accept(actor: Account | None, row: Transfer, day: date, group: PartyGroup | None, today: date, note: str) -> Transfer:
    before = snapshot(row, FIELDS)
    refuse(*letters.why_not_accept(row.start_on, row.valid_until, day, today, note))
    row.note = note or row.note
    _move(actor, row, day, group, today)
    row.state, row.stop_on = State.ACCEPTED, day
    return _save(actor, "transfers.accept", row, before)


def _move(actor: Account | None, row: Transfer, day: date, group: PartyGroup | None, today: date) -> None:
    """The membership follows the letter."""
    words = f"介绍信{row.number}"
    if row.direction == Direction.IN:
        former = former_record(row)
        row.member = former or register_arrival(actor, row, day, group, today, words)
        if former:
            kind = "full" if row.full_on else "probationary"
            changes.put_back(actor, former, row.branch, group, day, today, words, kind)
        return
    member = Member.objects.select_related("latest__branch", "latest__group").get(pk=row.member_id)
    if changes.present(member).branch_id != row.branch_id:
        raise RuleViolation(f"{member.name}已经不在{row.branch.short_name}，请撤销这份介绍信，由现在的支部重新开具。")
    claim_version(member, member.version)
    if row.direction == Direction.WITHIN:
        changes.put_in_branch(actor, member, row.to_branch, group, day, today, words)
    else:
        changes.take_off_roster(actor, member, StopReason.TRANSFER_OUT, day, today, words)


@transaction.atomic
def note_receipt(*, actor: Account | None, transfer: Transfer, day: date, today: date, version: int | None = None) -> Transfer:
    """The receipt came back, or of a letter from outside was sent."""
    row = _claimed(actor, transfer, transfer.branch, version, State.ACCEPTED)
    refuse("day", letters.why_not_receipt(row.stop_on, day, today))
    before = snapshot(row, FIELDS)
    row.receipt_on = day
    return _save(actor, "transfers.receipt", row, before)


@transaction.atomic
def close_transfer(
    *, actor: Account | None, transfer: Transfer, state: str, day: date, reason: str, today: date, version: int | None = None
) -> Transfer:
    """Returned by the receiver (not without cause, TRF-2) or cancelled by the sender: nobody has moved."""
    receiver = transfer.receiver if state == State.RETURNED else None
    row = _claimed(actor, transfer, receiver or transfer.branch, version, State.DRAFTED, State.ON_THE_WAY)
    if state not in (State.RETURNED, State.CANCELLED) or (state == State.RETURNED and row.state == State.DRAFTED):
        raise RuleViolation("请选择退回或撤销；还没有开出的只能撤销。", field="state")
    if not reason.strip():
        raise RuleViolation("请写明原因。", field="reason")
    refuse("day", letters.why_not_close(row.start_on, day, today))
    before = snapshot(row, FIELDS)
    row.state, row.stop_on, row.note = state, day, reason
    return _save(actor, "transfers.close", row, before)


@transaction.atomic
def undo_acceptance(*, actor: Account | None, transfer: Transfer, reason: str, version: int | None = None) -> Transfer:
    """Accepted by mistake: the membership goes back to what it was and the letter is on the way again, unless something
    later hangs on it."""
    row = _claimed(actor, transfer, transfer.receiver or transfer.branch, version, State.ACCEPTED)
    if not reason.strip():
        raise RuleViolation("请写明撤销的原因。", field="reason")
    member = Member.objects.select_related("latest").get(pk=row.member_id)
    if not rests_on(member.latest, row):
        raise RuleViolation("接收以后该党员又有变动，请先在党员档案中撤销以后的变动。")
    before = snapshot(row, FIELDS)
    claim_version(member, member.version)
    corrections.take_back(actor, member, f"撤销接收：{reason}")
    if row.direction == Direction.IN:
        row.member = None
    row.state, row.stop_on, row.receipt_on = State.ON_THE_WAY, None, None
    return _save(actor, "transfers.undo", row, before)


def rests_on(latest, row: Transfer) -> bool:
    """Whether the latest membership is what this letter's acceptance made of it."""
    if row.direction == Direction.OUT:
        return latest.stop_reason == StopReason.TRANSFER_OUT and latest.stop_on == row.stop_on
    reason = StartReason.MOVED if row.direction == Direction.WITHIN else StartReason.TRANSFER_IN
    return latest.stop_on is None and (latest.start_reason, latest.start_on) == (reason, row.stop_on)


# --- small parts ---------------------------------------------------------------------------------------------------------


def _claimed(actor: Account | None, transfer: Transfer, branch: Branch, version: int | None, *states: str) -> Transfer:
    """The letter as it is now, for nobody else; refused when it is no longer in such a state."""
    require(actor, branch)
    row = Transfer.objects.select_for_update(of=("self",)).select_related("branch", "to_branch").get(pk=transfer.pk)
    if row.state not in states:
        raise RuleViolation(f"这份介绍信现在是“{row.get_state_display()}”，不能办理这一步，请查看最新情况。")
    claim_version(row, row.version if version is None else version)
    return row


def _set(row: Transfer, facts: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for name in facts.keys() & set(allowed):
        setattr(row, name, facts[name])


def _save(actor: Account | None, action: str, row: Transfer, before: dict[str, Any]) -> Transfer:
    asks_receipt = row.direction != Direction.WITHIN
    row.due_on = letters.due_day(row.state, row.valid_until, row.stop_on, row.receipt_on, asks_receipt=asks_receipt)
    row.save()
    write_entry(actor=actor, action=action, target=row, reason=row.note, changes=changes_between(before, snapshot(row, FIELDS)))
    return row

