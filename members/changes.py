"""Services for dated changes. Each ends the present membership and begins the next on the same day.

What happens twice on one day amends the row that began that day where nothing is lost by it (group and leader), and is
refused with advice where it would be.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members import rules
from members.models import Ground, Kind, Member, Membership, StartReason, StopReason
from members.services import ARRIVALS, begin, check_place, claim, make_latest, refuse, require, told
from members.standings import close_standings
from partywork.errors import RuleViolation

# A row begun for one of these may take a second change of group or leader on its first day.
AMENDABLE = (*ARRIVALS, StartReason.MOVED, StartReason.REGROUPED, StartReason.LEADER)
LEAVING = tuple(reason for reason in StopReason if reason != StopReason.CHANGED)


@transaction.atomic
def regroup_member(
    *,
    actor: Account | None,
    member: Member,
    group: PartyGroup | None,
    day: date,
    today: date,
    note: str = "",
    version: int | None = None,
) -> Membership:
    """To another group of his branch, or to none; a leader who leaves his group leads it no longer."""
    begin(actor, member, version)
    latest = present(member)
    if latest.group == group:
        said = "已经在这个党小组。" if group else "现在就没有编入党小组，请选择要编入的小组。"
        raise RuleViolation(said, field="group")
    check_place(latest.branch, group, day, today)
    row = _change(member, day, today, StartReason.REGROUPED, note, group=group, is_group_leader=False)
    return told(actor, "members.regroup", member, latest, row)


@transaction.atomic
def appoint_group_leader(
    *,
    actor: Account | None,
    member: Member,
    day: date,
    today: date,
    note: str = "",
    version: int | None = None,
) -> Membership:
    """Leader of the group he is in; the former leader's leadership ends on the same day."""
    begin(actor, member, version)
    latest = present(member)
    if latest.group is None:
        raise RuleViolation("该党员没有编入党小组，请先编入党小组，再确定组长。")
    if latest.is_group_leader:
        raise RuleViolation("该党员已经是党小组组长。")
    check_place(latest.branch, latest.group, day, today)
    _relieve_leader(actor, latest.group, member, day, today)
    row = _change(member, day, today, StartReason.LEADER, note, is_group_leader=True)
    return told(actor, "members.leader", member, latest, row)


def _relieve_leader(
    actor: Account | None, group: PartyGroup, successor: Member, day: date, today: date
) -> None:
    PartyGroup.objects.select_for_update().get(pk=group.pk)  # two appointments at once wait for each other
    for former in leaders_from(group, day).exclude(member=successor):
        if former.stop_on or former.start_on > day:
            until = f"至{rules.cn(former.stop_on)}" if former.stop_on else "至今"
            raise RuleViolation(
                f"{former.member.name}自{rules.cn(former.start_on)}{until}是该组组长，"
                "任职日期不能落在这一段里或早于它。",
                field="day",
            )
        claim(former.member, None)  # his open forms are stale now
        row = _change(former.member, day, today, StartReason.LEADER, "", is_group_leader=False)
        told(actor, "members.unleader", former.member, former, row)


@transaction.atomic
def dismiss_group_leader(
    *,
    actor: Account | None,
    member: Member,
    day: date,
    today: date,
    note: str = "",
    version: int | None = None,
) -> Membership:
    """No longer leader, and nobody in his place for now."""
    begin(actor, member, version)
    latest = present(member)
    if not latest.is_group_leader:
        raise RuleViolation("该党员现在不是党小组组长。")
    row = _change(member, day, today, StartReason.LEADER, note, is_group_leader=False)
    return told(actor, "members.unleader", member, latest, row)


@transaction.atomic
def move_member(
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
    """To another branch of this organisation; both branches must be within the actor's right."""
    begin(actor, member, version)
    require(actor, branch)
    return put_in_branch(actor, member, branch, group, day, today, note)


def put_in_branch(
    actor: Account | None, member: Member, branch: Branch, group: PartyGroup | None, day: date, today: date, note: str
) -> Membership:
    """The move itself; whoever calls has asked for the right."""
    latest = present(member)
    if latest.branch == branch:
        raise RuleViolation("已经在这个支部。", field="branch")
    check_place(branch, group, day, today)
    row = _change(
        member, day, today, StartReason.MOVED, note, branch=branch, group=group, is_group_leader=False
    )
    return told(actor, "members.move", member, latest, row)


@transaction.atomic
def turn_full(
    *,
    actor: Account | None,
    member: Member,
    day: date,
    today: date,
    note: str = "",
    version: int | None = None,
) -> Membership:
    """A probationary member becomes a full one; his 党龄 counts from this day."""
    begin(actor, member, version)
    latest = present(member)
    if latest.kind != Kind.PROBATIONARY:
        raise RuleViolation("该党员已经是正式党员。")
    refuse("day", rules.why_not_full(member.joined_on, day))
    row = _change(member, day, today, StartReason.TURNED_FULL, note, kind=Kind.FULL)
    member.full_on = day
    member.save(update_fields=["full_on"])
    return told(actor, "members.full", member, latest, row, full_on=[None, day])


@transaction.atomic
def leave_member(
    *,
    actor: Account | None,
    member: Member,
    reason: str,
    day: date,
    today: date,
    note: str = "",
    ground: str = "",
    version: int | None = None,
) -> Membership:
    """Transferred out, died, removed, expelled, cancelled or stopped: from this day on no longer on the roster. A removal
    has its ground (DSP-1)."""
    begin(actor, member, version)
    return take_off_roster(actor, member, reason, day, today, note, ground)


def take_off_roster(
    actor: Account | None, member: Member, reason: str, day: date, today: date, note: str, ground: str = ""
) -> Membership:
    """The leaving itself; whoever calls has asked for the right."""
    if reason not in LEAVING:
        raise RuleViolation("请选择离开的原因。", field="reason")
    latest = present(member)
    refuse("reason", rules.why_not_leave(reason, latest.kind))
    if ground and (reason != StopReason.REMOVED or ground not in Ground.values):
        raise RuleViolation("除名情形只在除名时选择。", field="ground")
    refuse("day", rules.why_not_on(day, today, latest.start_on))
    if day == latest.start_on:
        raise RuleViolation(rules.why_not_twice(day, latest.get_start_reason_display()), field="day")
    close_standings(member, day, reason)
    member.latest = _end(latest, day, reason, note, ground)
    return told(actor, "members.leave", member, latest, member.latest)


@transaction.atomic
def return_member(
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
    """Somebody whose membership had been transferred out comes back: the same record goes on."""
    begin(actor, member, version)
    require(actor, branch)
    return put_back(actor, member, branch, group, day, today, note)


def put_back(
    actor: Account | None, member: Member, branch: Branch, group: PartyGroup | None, day: date, today: date, note: str,
    kind: str = "",
) -> Membership:
    """The return itself; whoever calls has asked for the right. `kind` where it changed meanwhile."""
    latest = member.latest
    if latest.stop_reason != StopReason.TRANSFER_OUT:
        raise RuleViolation("只有组织关系已转出的党员才能重新转入。")
    refuse("day", rules.why_not_on(day, today, latest.stop_on))
    check_place(branch, group, day, today)
    row = Membership(
        member=member,
        branch=branch,
        group=group,
        kind=kind or latest.kind,
        start_on=day,
        start_reason=StartReason.TRANSFER_IN,
        note=note,
    )
    make_latest(member, row)
    return told(actor, "members.return", member, latest, row)


# --- how a change is written -----------------------------------------------------------------------------------------


def _change(member: Member, day: date, today: date, reason: str, note: str, **changes: Any) -> Membership:
    latest = member.latest
    refuse("day", rules.why_not_on(day, today, latest.start_on))
    if latest.start_on == day:
        return _amend(member, latest, reason, note, changes)
    _end(latest, day, StopReason.CHANGED)
    kept = {name: getattr(latest, name) for name in ("branch", "group", "kind", "is_group_leader")}
    return make_latest(
        member, Membership(member=member, start_on=day, start_reason=reason, note=note, **(kept | changes))
    )


def _amend(member: Member, latest: Membership, reason: str, note: str, changes: dict[str, Any]) -> Membership:
    """The second change of a day: only of group and leader, and only where the first loses nothing by it."""
    if reason not in (StartReason.REGROUPED, StartReason.LEADER) or latest.start_reason not in AMENDABLE:
        raise RuleViolation(
            rules.why_not_twice(latest.start_on, latest.get_start_reason_display()), field="day"
        )
    row = Membership.objects.get(pk=latest.pk)
    for name, value in (changes | ({"note": note} if note else {})).items():
        setattr(row, name, value)
    row.save()
    member.latest = row
    return row


def _end(latest: Membership, day: date, reason: str, note: str = "", ground: str = "") -> Membership:
    """End a row and answer with it as it is now; `latest` stays as it was read, for the journal."""
    row = Membership.objects.get(pk=latest.pk)
    row.stop_on, row.stop_reason, row.note, row.ground = day, reason, note or row.note, ground
    row.save()
    return row


def present(member: Member) -> Membership:
    latest = member.latest
    if latest is None or latest.stop_on is not None:
        raise RuleViolation("该党员已经离开，不能再办理这项变动。")
    return latest


def leaders_from(group: PartyGroup, day: date):
    """Leaderships of a group that last beyond a day."""
    rows = Membership.objects.filter(group=group, is_group_leader=True).select_related("member__latest")
    return rows.exclude(stop_on__lte=day).order_by("start_on")
