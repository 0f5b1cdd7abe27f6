"""Services for what holds of a person for a time: registering, correcting or ending it, taking back what was wrong; stopping
and restoring a membership. Dates are whole days; `today` is told."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members import rules, standing_rules
from members.models import Member, Membership, Outcome, Standing, StartReason, Status, StopReason
from members.services import begin, check_place, make_latest, refuse, require, told
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry

register_actions({
    "standings.open": "登记流动、失联或处置情况", "standings.edit": "更正流动、失联或处置情况",
    "standings.remove": "删除流动、失联或处置情况", "members.restore": "恢复党籍", "members.lapse": "按自行脱党除名",
})  # fmt: skip

ENTERED = tuple(status for status in Status if status != Status.STOPPED)  # a stopped membership is an act of its own
FACTS = ("status", "start_on", "stop_on", "until", "place", "is_abroad", "contact", "contact_on", "reason")
CONNECTED = ("outcome",)


@transaction.atomic
def open_standing(
    *,
    actor: Account | None,
    member: Member,
    status: str,
    start_on: date,
    today: date,
    version: int | None = None,
    form_token: UUID | None = None,
    **facts: Any,
) -> Standing:
    """`facts` are any of FACTS; with `stop_on` the standing is over already."""
    begin(actor, member, version)
    if status not in ENTERED:
        raise RuleViolation("请选择要登记的情形。", field="status")
    if member.latest.stop_on and not (facts.get("stop_on") and facts["stop_on"] <= member.latest.stop_on):
        raise RuleViolation("该党员已经离开，只能补登离开以前已经结束的情况。", field="start_on")
    row = Standing(member=member, status=status, start_on=start_on, form_token=form_token)
    return _save(actor, "standings.open", row, {}, facts, today)


@transaction.atomic
def change_standing(
    *, actor: Account | None, standing: Standing, today: date, version: int | None = None, **facts: Any
) -> Standing:
    """Correct any of FACTS but the status; a day in `stop_on` ends it, None reopens it."""
    begin(actor, standing.member, version)
    row = Standing.objects.select_related("member__latest").get(pk=standing.pk)
    check_own_end(row)
    before = snapshot(row, FACTS)
    facts.pop("status", None)
    return _save(actor, "standings.edit", row, before, facts, today)


def check_own_end(row: Standing) -> None:
    """What ended with leaving, or belongs to a stopped membership, follows that act."""
    if row.status == Status.STOPPED or row.outcome not in ("", Outcome.OVER):
        raise RuleViolation("这一条随离开一并登记，有误请在“更正记录”或“撤销变动”中办理。")


def _save(actor: Account | None, action: str, row: Standing, before: dict, facts: dict[str, Any], today: date) -> Standing:
    for name in facts.keys() & set(FACTS):
        setattr(row, name, facts[name])
    member = row.member
    refuse(*standing_rules.why_not_stand(row.status, member.latest.kind, row.start_on, row.until, member.joined_on, today))
    if row.stop_on:
        refuse("stop_on", standing_rules.why_not_end(row.start_on, row.stop_on, today))
    if row.contact_on and not row.start_on <= row.contact_on <= today:
        raise RuleViolation("最近联系日期应在开始日期之后、今天以前。", field="contact_on")
    row.outcome = Outcome.OVER if row.stop_on else ""
    check_free(row)
    row.save()
    changes = changes_between(before, snapshot(row, FACTS))
    write_entry(actor=actor, action=action, target=member, reason=row.get_status_display(), changes=changes)
    return row


def check_free(row: Standing) -> None:
    """No other stretch of the same status overlaps."""
    others = Standing.objects.filter(member=row.member, status=row.status).exclude(pk=row.pk)
    for other in others:
        ends_before = other.stop_on and other.stop_on <= row.start_on
        begins_after = row.stop_on and row.stop_on <= other.start_on
        if not (ends_before or begins_after):
            until = f"至{rules.cn(other.stop_on)}" if other.stop_on else "至今"
            said = f"已登记{rules.cn(other.start_on)}{until}的“{other.get_status_display()}”，时间不能重叠。"
            raise RuleViolation(said, field="start_on")


@transaction.atomic
def remove_standing(*, actor: Account | None, standing: Standing, reason: str, version: int | None = None) -> None:
    """Take back what was registered by mistake; the journal keeps what it said."""
    begin(actor, standing.member, version)
    if not reason.strip():
        raise RuleViolation("请写明删除的原因。", field="reason")
    row = Standing.objects.select_related("member__latest").get(pk=standing.pk)
    check_own_end(row)
    before = snapshot(row, FACTS)
    row.delete()
    changes = changes_between(before, {})
    label = f"{row.get_status_display()}：{reason}"
    write_entry(actor=actor, action="standings.remove", target=row.member, reason=label, changes=changes)


# --- a stopped membership -------------------------------------------------------------------------------------------


@transaction.atomic
def restore_member(
    *,
    actor: Account | None,
    member: Member,
    branch: Branch,
    group: PartyGroup | None,
    day: date,
    today: date,
    note: str = "",
    version: int | None = None,
) -> Membership:
    """A stopped membership goes on from a day; the time between stays without one."""
    begin(actor, member, version)
    require(actor, branch)
    latest, stopped = member.latest, stopped_of(member)
    refuse("day", rules.why_not_on(day, today, latest.stop_on))
    if day == stopped.start_on:
        raise RuleViolation("恢复党籍的日期应在停止党籍之后；停止登记错了的，请用“撤销变动”。", field="day")
    check_place(branch, group, day, today)
    _end(stopped, day, Outcome.RESTORED)
    row = Membership(
        member=member, branch=branch, group=group, kind=latest.kind, start_on=day, start_reason=StartReason.RESTORED, note=note
    )
    make_latest(member, row)
    return told(actor, "members.restore", member, latest, row)


@transaction.atomic
def lapse_member(
    *, actor: Account | None, member: Member, day: date, today: date, note: str = "", version: int | None = None
) -> Standing:
    """Two years after the membership was stopped, and still out of touch: removed as one who has left by himself."""
    begin(actor, member, version)
    stopped = stopped_of(member)
    if day > today:
        raise RuleViolation("日期不能晚于今天。", field="day")
    refuse("day", standing_rules.why_not_lapse(stopped.start_on, day))
    _end(stopped, day, Outcome.REMOVED, note)
    write_entry(actor=actor, action="members.lapse", target=member, reason=note, changes={"stop_on": [None, day]})
    return stopped


def stopped_of(member: Member) -> Standing:
    row = Standing.objects.still().filter(member=member, status=Status.STOPPED).first()
    if member.latest.stop_reason != StopReason.STOPPED or row is None:
        raise RuleViolation("只有停止党籍的党员才能办理这项变动。")
    return row


# --- what leaving does to standings; called by the services of memberships, whose right it was ------------------------


def close_standings(member: Member, day: date, reason: str) -> None:
    """Whatever was open ends with the leaving on that day; a stopped membership begins a standing of its own."""
    rows = list(Standing.objects.still().filter(member=member))
    if reason == StopReason.STOPPED:
        lost_from = next((row.start_on for row in rows if row.status == Status.LOST), None)
        is_abroad = any(row.status == Status.FLOATING and row.is_abroad for row in rows)
        refuse("day", standing_rules.why_not_stop(member.latest.kind, lost_from, is_abroad, day))
    later = Standing.objects.filter(member=member, stop_on__gt=day).first() or next((row for row in rows if row.start_on >= day), None)
    if later is not None:
        said = f"{rules.cn(later.start_on)}起登记有“{later.get_status_display()}”，离开日期应在它之后；登记有误的请先更正。"
        raise RuleViolation(said, field="day")
    for row in rows:
        _end(row, day, Outcome.LEFT)
    if reason == StopReason.STOPPED:
        Standing.objects.create(member=member, status=Status.STOPPED, start_on=day)


def reopen_standings(member: Member, day: date) -> None:
    """The leaving of that day is taken back: what ended with it goes on."""
    stopped = Standing.objects.filter(member=member, status=Status.STOPPED, start_on=day).first()
    if stopped and stopped.stop_on:
        raise RuleViolation(f"已登记{rules.cn(stopped.stop_on)}{stopped.get_outcome_display()}，停止党籍不能再撤销。")
    if stopped:
        stopped.delete()
    for row in Standing.objects.filter(member=member, stop_on=day, outcome=Outcome.LEFT):
        _end(row, None, "")


def unrestore(member: Member, day: date) -> None:
    """The restoring of that day is taken back: the membership is stopped still."""
    for row in Standing.objects.filter(member=member, status=Status.STOPPED, stop_on=day, outcome=Outcome.RESTORED):
        _end(row, None, "")


def follow_leaving(member: Member, old: date | None, new: date | None) -> None:
    """The day of leaving was corrected."""
    if old is None or new is None or old == new:
        return
    for row in Standing.objects.filter(member=member, stop_on=old, outcome=Outcome.LEFT):
        refuse("stop_on", "" if row.start_on < new else f"{rules.cn(row.start_on)}起登记有“{row.get_status_display()}”，日期应在它之后。")
        _end(row, new, Outcome.LEFT)
    for row in Standing.objects.filter(member=member, status=Status.STOPPED, start_on=old):
        row.start_on = new
        row.save(update_fields=["start_on"])


def follow_return(member: Member, old: date, new: date) -> None:
    """The day of restoring was corrected."""
    for row in Standing.objects.filter(member=member, status=Status.STOPPED, stop_on=old, outcome=Outcome.RESTORED):
        _end(row, new, Outcome.RESTORED)


def _end(row: Standing, day: date | None, outcome: str, note: str = "") -> None:
    row.stop_on, row.outcome, row.reason = day, outcome, note or row.reason
    row.save(update_fields=["stop_on", "outcome", "reason"])
