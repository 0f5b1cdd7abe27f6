"""Services for what was entered wrongly about the latest membership; a reason is asked for and the journal keeps both.

What lies before the latest membership is corrected by undoing step by step and entering again.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members import rules
from members.changes import leaders_from
from members.guards import check_guards
from members.models import Member, Membership, StartReason, StopReason
from members.services import ARRIVALS, PLACE, begin, check_place, refuse
from members.standings import follow_leaving, follow_return, reopen_standings, unrestore
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, snapshot, write_entry


@transaction.atomic
def correct_membership(
    *,
    actor: Account | None,
    member: Member,
    reason: str,
    branch: Branch,
    group: PartyGroup | None,
    start_on: date,
    stop_on: date | None,
    today: date,
    version: int | None = None,
) -> Membership:
    """Other dates or another group for the latest membership; another branch only where it is the first one."""
    begin(actor, member, version)
    _check_reason(reason)
    latest = Membership.objects.select_related("member").get(pk=member.latest_id)
    previous = previous_of(member)
    before = snapshot(latest, PLACE)
    if (latest.start_on, latest.stop_on) != (start_on, stop_on):
        check_guards(latest)
    _check_dates(latest, previous, start_on, stop_on, today)
    _check_branch(actor, latest, previous, branch)
    check_place(branch, group, start_on, today if stop_on is None else start_on)
    if latest.is_group_leader and group != latest.group:
        raise RuleViolation("该党员是组长，更正党小组前请先撤销组长任职。", field="group")
    if previous and previous.stop_reason == StopReason.CHANGED:
        Membership.objects.filter(pk=previous.pk).update(stop_on=start_on)
    follow_leaving(member, latest.stop_on, stop_on)
    if latest.start_reason == StartReason.RESTORED:
        follow_return(member, latest.start_on, start_on)
    latest.branch, latest.group, latest.start_on, latest.stop_on = branch, group, start_on, stop_on
    latest.save()
    member.latest = latest
    _follow(member, latest)
    changes = changes_between(before, snapshot(latest, PLACE))
    write_entry(actor=actor, action="members.correct", target=member, reason=reason, changes=changes)
    return latest


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("请写明更正的原因。", field="reason")


def _check_dates(
    latest: Membership, previous: Membership | None, start_on: date, stop_on: date | None, today: date
) -> None:
    if (latest.stop_on is None) != (stop_on is None):
        raise RuleViolation("离开与否不能在这里更正，请用“离开”或“撤销变动”。", field="stop_on")
    if start_on > today or (stop_on and stop_on > today):
        raise RuleViolation("日期不能晚于今天。", field="stop_on" if start_on <= today else "start_on")
    if stop_on and stop_on <= start_on:
        raise RuleViolation("离开日期应在开始日期之后。", field="stop_on")
    if previous and start_on < _earliest(latest, previous):
        raise RuleViolation(
            f"上一段记录自{rules.cn(previous.start_on)}起，日期不能早于它。", field="start_on"
        )
    if latest.start_reason == StartReason.TURNED_FULL:
        refuse("start_on", rules.why_not_full(latest.member.joined_on, start_on))


def _earliest(latest: Membership, previous: Membership) -> date:
    """A row that follows at once may eat into the one before but not swallow it; one after a break may not touch it."""
    follows = previous.stop_reason == StopReason.CHANGED
    return previous.start_on + timedelta(days=1) if follows else previous.stop_on


def _check_branch(
    actor: Account | None, latest: Membership, previous: Membership | None, branch: Branch
) -> None:
    if branch == latest.branch:
        return
    if previous is not None:
        raise RuleViolation("换支部请用“支部间调整”；调整登记错了的，请撤销后重新登记。", field="branch")
    if actor is not None:
        actor.require("members.edit", branch)


def _follow(member: Member, latest: Membership) -> None:
    """The member's own dates that follow from the corrected row."""
    if latest.start_reason == StartReason.TURNED_FULL:
        member.full_on = latest.start_on
    elif latest.start_reason == StartReason.ADMITTED:
        member.joined_on = latest.start_on
    if latest.start_reason in ARRIVALS and previous_of(member) is None:
        full_on = member.full_on if latest.kind == "full" else None
        refuse(
            *rules.why_not_arrive(
                latest.start_reason, member.joined_on, full_on, latest.start_on, latest.start_on
            )
        )
    member.save(update_fields=["full_on", "joined_on"])


@transaction.atomic
def undo_change(
    *, actor: Account | None, member: Member, reason: str, version: int | None = None
) -> Membership:
    """Take back the latest step: a leaving is reopened; a change is removed and what stood before it goes on."""
    begin(actor, member, version)
    _check_reason(reason)
    check_guards(member.latest)
    return take_back(actor, member, reason)


def take_back(actor: Account | None, member: Member, reason: str) -> Membership:
    """The undoing itself; whoever calls has asked for the right."""
    before = snapshot(member.latest, PLACE)
    row = _take_back_leaving(member) if member.latest.stop_on else _remove_latest(member)
    changes = changes_between(before, snapshot(row, PLACE))
    write_entry(actor=actor, action="members.undo", target=member, reason=reason, changes=changes)
    return row


def _take_back_leaving(member: Member) -> Membership:
    reopen_standings(member, member.latest.stop_on)
    return _reopen(member.latest)


def _remove_latest(member: Member) -> Membership:
    wrong, previous = member.latest, previous_of(member)
    if previous is None:
        raise RuleViolation("这是该党员的第一段记录，不能撤销；有误请用“更正记录”。")
    if wrong.start_reason == StartReason.TURNED_FULL:
        member.full_on = None
    if wrong.start_reason == StartReason.RESTORED:
        unrestore(member, wrong.start_on)
    member.latest = previous
    member.save(update_fields=["latest", "full_on"])
    wrong.delete()
    return _reopen(previous) if previous.stop_reason == StopReason.CHANGED else previous


def _reopen(row: Membership) -> Membership:
    check_still(row)
    if row.is_group_leader and (now := leaders_from(row.group, row.stop_on).exclude(pk=row.pk).first()):
        raise RuleViolation(f"该组现任组长是{now.member.name}，请先撤销其任职。")
    row.stop_on, row.stop_reason, row.ground = None, "", ""
    row.save()
    return row


def check_still(row: Membership) -> None:
    """Branch and group of a reopened row must still be in being."""
    for place in filter(None, (row.branch, row.group)):
        if place.dissolved_on:
            raise RuleViolation(f"{place}已于{rules.cn(place.dissolved_on)}撤销，不能恢复到那里。")


def previous_of(member: Member) -> Membership | None:
    """The membership before the latest one."""
    return member.memberships.exclude(pk=member.latest_id).order_by("-start_on", "-id").first()
