"""What of the letters `manage.py verify` looks through."""

from __future__ import annotations

from collections.abc import Iterator

from members.guards import guards_memberships
from members.models import Membership, StartReason, StopReason
from members.transfers.models import Direction, State, Transfer
from members.transfers.rules import due_day
from partywork.keeping.checks import Asked, verifies


@verifies("介绍信的期限和去向")
def letters_are_as_kept(asked: Asked) -> Iterator[str]:
    """`due_on` follows from the letter's own days, and whoever was accepted has a record."""
    for row in Transfer.objects.order_by("pk").iterator(2000):
        asks_receipt = row.direction != Direction.WITHIN
        due = due_day(row.state, row.valid_until, row.stop_on, row.receipt_on, asks_receipt=asks_receipt)
        if row.due_on != due:
            yield f"介绍信{row.pk}：期限登记为 {row.due_on or '空'}，应为 {due or '空'}。"
        if row.state == State.ACCEPTED and row.member_id is None:
            yield f"介绍信{row.pk}：已接收，但没有对应的党员。"


@guards_memberships
def resting_on_a_letter(row: Membership) -> str:
    """A membership that an accepted letter began or ended is taken back with the letter."""
    accepted = Transfer.objects.filter(member=row.member_id, state=State.ACCEPTED)
    if row.stop_reason == StopReason.TRANSFER_OUT:
        accepted = accepted.filter(direction=Direction.OUT, stop_on=row.stop_on)
    elif row.stop_on is None and row.start_reason in (StartReason.MOVED, StartReason.TRANSFER_IN):
        accepted = accepted.exclude(direction=Direction.OUT).filter(stop_on=row.start_on)
    else:
        return ""
    found = accepted.first()
    return f"这次变动由介绍信{found.number}办理，有误请在“组织关系转接”中撤销接收。" if found else ""
