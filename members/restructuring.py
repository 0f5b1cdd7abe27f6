"""Services that move many at once: branches merged into one, all members of a branch put anew into its groups; each is one
dated event of the organisation, and is taken back whole where nothing later hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from branches.accounts.models import Account
from branches.accounts.services import end_posts_of, reopen_posts
from branches.models import Branch, BranchEvent, EventKind, PartyGroup
from branches.restructuring import check_day, undissolve, undoes
from branches.services import check_dissolvable
from members import changes, corrections, rules
from members.models import Member, Membership, StartReason
from members.services import claim
from partywork.errors import RuleViolation
from partywork.journal.services import register_actions, write_entry

register_actions({"org.merge": "合并党支部", "groups.regroup": "调整全支部党小组"})


@transaction.atomic
def merge_branches(
    *, actor: Account, into: Branch, sources: Iterable[Branch], day: date, reason: str, today: date, form_token: UUID | None = None
) -> list[BranchEvent]:
    """From `day` on the members of `sources` belong to `into`; their groups and posts end, and they are no more."""
    actor.require("org.edit", into)
    chosen = list(sources)
    if not chosen:
        raise RuleViolation("请选择要并入的党支部。", field="sources")
    check_day(into, day, today)
    events = []
    for place, source in enumerate(sorted(chosen, key=lambda branch: branch.pk)):
        actor.require("org.edit", source)
        events.append(_merge(actor, source, into, day, reason, today, form_token if place == 0 else None))
    return events


def _merge(
    actor: Account, source: Branch, into: Branch, day: date, reason: str, today: date, form_token: UUID | None
) -> BranchEvent:
    source = Branch.objects.select_for_update().get(pk=source.pk)
    if source.pk == into.pk or not (source.is_leaf_kind and into.is_leaf_kind):
        raise RuleViolation("只能把别的党支部并入党支部。", field="sources")
    check_day(source, day, today)
    members = [_carry(actor, row, into, day, today) for row in _whoever_is_left(source, day)]
    groups = _end_groups(source, day)
    posts = end_posts_of(actor, source, day)
    check_dissolvable(source, day)
    source.dissolved_on = day
    source.version += 1
    source.save(update_fields=["dissolved_on", "version"])
    event = BranchEvent.objects.create(
        branch=source, kind=EventKind.MERGED, day=day, to_branch=into, reason=reason, form_token=form_token,
        details={"members": members, "groups": groups, "posts": posts},
    )  # fmt: skip
    told = {"去向": [None, into.short_name], "党员": [None, len(members)], "dissolved_on": [None, day.isoformat()]}
    write_entry(actor=actor, action="org.merge", target=source, reason=reason, changes=told)
    return event


def _whoever_is_left(source: Branch, day: date) -> list[Membership]:
    """Memberships that last beyond the day; each must be its person's latest and have begun before."""
    rows = list(source.memberships.filter(Q(stop_on=None) | Q(stop_on__gt=day)).select_related("member__latest__branch"))
    late = next((row for row in rows if row.start_on >= day or row.stop_on or row.pk != row.member.latest_id), None)
    if late:
        since = rules.cn(max(filter(None, (late.start_on, late.stop_on))))
        raise RuleViolation(f"{late.member.name}在{since}有变动，合并日期应在它之后。", field="day")
    return rows


def _carry(actor: Account, row: Membership, into: Branch, day: date, today: date) -> int:
    claim(row.member, None)  # open forms of his are stale now
    changes.put_in_branch(actor, row.member, into, None, day, today, f"{row.branch.short_name}并入")
    return row.member_id


def _end_groups(source: Branch, day: date) -> list[int]:
    ended = []
    for group in source.groups.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=day)):
        if group.dissolved_on or group.founded_on >= day:
            raise RuleViolation(f"{group.name}在{rules.cn(day)}或以后还有变动，合并日期应在它之后。", field="day")
        group.dissolved_on = day
        group.version += 1
        group.save(update_fields=["dissolved_on", "version"])
        ended.append(group.pk)
    return ended


@undoes(EventKind.MERGED)
def unmerge(event: BranchEvent, actor: Account) -> dict[str, list]:
    """Organisation, groups and posts first, then each member, whose latest step must be this one."""
    changes = undissolve(event, actor)
    for group in PartyGroup.objects.filter(pk__in=event.details["groups"], dissolved_on=event.day):
        group.dissolved_on = None
        group.version += 1
        group.save(update_fields=["dissolved_on", "version"])
    reopen_posts(event.details["posts"], event.day)
    _take_back_all(event, actor, StartReason.MOVED, event.to_branch_id)
    return changes | {"党员": [len(event.details["members"]), 0]}


def _take_back_all(event: BranchEvent, actor: Account, reason: str, branch_id: int) -> None:
    for member in Member.objects.filter(pk__in=event.details["members"]).select_related("latest__branch"):
        latest = member.latest
        if (latest.branch_id, latest.start_on, latest.start_reason, latest.stop_on) != (branch_id, event.day, reason, None):
            raise RuleViolation(f"{member.name}以后又有变动，请先在他的档案中撤销以后的变动。")
        claim(member, None)
        corrections.take_back(actor, member, f"撤销{event.get_kind_display()}")


@transaction.atomic
def regroup_branch(
    *,
    actor: Account,
    branch: Branch,
    places: Mapping[int, int | None],
    day: date,
    reason: str,
    today: date,
    form_token: UUID | None = None,
) -> BranchEvent:
    """All members of a branch among its groups at one dated act: {member: group, or None for no group}. Who stays where he is
    is left alone; a leader who changes his group leads it no longer."""
    actor.require("members.edit", branch)
    check_day(branch, day, today, EventKind.REGROUPED)
    groups = {group.pk: group for group in branch.groups.all()}
    moved, amended = [], False
    rows = branch.memberships.active_on(today).filter(member__in=list(places)).select_related("member__latest__branch", "group")
    for row in rows:
        group = groups.get(places[row.member_id])
        if row.pk == row.member.latest_id and row.group != group:
            amended |= row.start_on == day
            changes.regroup_member(actor=actor, member=row.member, group=group, day=day, today=today, note=reason)
            moved.append(row.member_id)
    if not moved:
        raise RuleViolation("没有人的党小组有变化。")
    event = BranchEvent.objects.create(
        branch=branch, kind=EventKind.REGROUPED, day=day, reason=reason, form_token=form_token,
        details={"members": moved, "amended": amended},
    )  # fmt: skip
    write_entry(actor=actor, action="groups.regroup", target=branch, reason=reason, changes={"党员": [None, len(moved)]})
    return event


@undoes(EventKind.REGROUPED)
def unregroup(event: BranchEvent, actor: Account) -> dict[str, list]:
    if event.details["amended"]:
        raise RuleViolation("有人在同一天还办理过别的变动，不能整体撤销，请逐人更正。")
    _take_back_all(event, actor, StartReason.REGROUPED, event.branch_id)
    return {"党员": [len(event.details["members"]), 0]}
