"""Services for what a member asks to have corrected in his own record: he asks, whoever keeps the record answers.
The journal has that it happened, never the text."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from members.models import AskState, CorrectionRequest, Member
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry

register_actions({"members.ask": "请求更正", "members.answer": "答复更正请求"})

MOST_OPEN = 5
CLOSING = ("state", "answer", "closed_on", "closed_by")


@transaction.atomic
def ask_correction(*, actor: Account, member: Member, text: str, today: date, form_token: UUID | None = None) -> CorrectionRequest:
    """A new open request about one's own record; RuleViolation when too many wait already."""
    actor.require("members.ask", member)
    if member.requests.open().count() >= MOST_OPEN:
        raise RuleViolation(f"您已有{MOST_OPEN}件请求在等处理，请等书记或组织委员处理后再提。")
    row = CorrectionRequest.objects.create(member=member, text=text, asked_on=today, form_token=form_token)
    write_entry(actor=actor, action="members.ask", target=member)
    return row


@transaction.atomic
def answer_request(*, actor: Account, request: CorrectionRequest, state: str, answer: str, today: date) -> CorrectionRequest:
    """Close it, once: what was corrected, or why nothing was. Correcting itself is done in the record."""
    actor.require("members.edit", request.member)
    row = CorrectionRequest.objects.select_for_update().get(pk=request.pk)
    if row.state != AskState.OPEN:
        raise RuleViolation(f"这件请求已经处理过（{row.get_state_display()}）。")
    if state == AskState.DECLINED and not answer.strip():
        raise RuleViolation("不作更正的，请写明原因，本人会看到。", field="answer")
    before = snapshot(row, CLOSING)
    row.state, row.answer, row.closed_on, row.closed_by = state, answer, today, actor
    row.save(update_fields=CLOSING)
    changes = changes_between(before, snapshot(row, CLOSING))
    write_entry(actor=actor, action="members.answer", target=request.member, changes=changes)
    return row
