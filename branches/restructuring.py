"""Services for the life of an organisation beside founding and dissolving: another name, another place in the tree; and how
such a change is taken back. What moves people stands in `members.restructuring`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from branches.models import Branch, BranchEvent, BranchKind, EventKind, PartyGroup
from branches.services import check_group_name, check_place, check_within_parent, cn_date
from partywork.errors import RuleViolation
from partywork.journal.services import register_actions, write_entry
from partywork.versions import claim_version

register_actions({
    "org.rename": "党组织更名", "org.move": "调整隶属关系", "group.rename": "党小组更名", "org.undo": "撤销党组织变动",
})  # fmt: skip

Undo = Callable[[BranchEvent, Any], dict[str, list]]  # the event and who undoes it; what the journal tells: {field: [old, new]}
RIGHTS = {EventKind.GROUP_RENAMED: "org.groups", EventKind.REGROUPED: "members.edit"}
_undoers: dict[str, Undo] = {}


def undoes(kind: str) -> Callable[[Undo], Undo]:
    """Declare how a kind of event is taken back; it refuses where something later hangs on it."""

    def declare(undo: Undo) -> Undo:
        _undoers[kind] = undo
        return undo

    return declare


def right_of(event: BranchEvent) -> str:
    return RIGHTS.get(event.kind, "org.edit")


def check_day(branch: Branch, day: date, today: date, kind: str = "", group: PartyGroup | None = None) -> None:
    """Within the organisation's life, and not before the last change of this kind."""
    if day > today:
        raise RuleViolation("生效日期不能晚于今天。", field="day")
    if day < branch.founded_on:
        raise RuleViolation(f"{branch.short_name}于{cn_date(branch.founded_on)}成立，日期不能早于这一天。", field="day")
    if branch.dissolved_on:
        raise RuleViolation(f"{branch.short_name}已于{cn_date(branch.dissolved_on)}撤销。")
    last = BranchEvent.objects.filter(branch=branch, kind=kind, group=group, day__gte=day).last() if kind else None
    if last:
        raise RuleViolation(f"已登记{cn_date(last.day)}的{last.get_kind_display()}，日期应在它之后；登记有误的请先撤销。", field="day")


def locked(branch: Branch) -> Branch:
    """The organisation and everything below it, for nobody else: a new one below waits, and hangs where the others went."""
    rows = list(Branch.objects.select_for_update().filter(path__startswith=branch.path))
    return next(row for row in rows if row.pk == branch.pk)


@transaction.atomic
def rename_branch(
    *, actor, branch: Branch, name: str, short_name: str, day: date, reason: str, today: date, version: int | None = None, form_token=None
) -> BranchEvent:
    """Another name from a day on; before it the old one stands on rosters, and in the timeline for ever."""
    actor.require("org.edit", branch)
    branch = Branch.objects.select_for_update().get(pk=branch.pk)
    if (branch.name, branch.short_name) == (name, short_name):
        raise RuleViolation("名称没有变化。", field="name")
    check_day(branch, day, today, EventKind.RENAMED)
    claim_version(branch, branch.version if version is None else version)
    event = BranchEvent.objects.create(
        branch=branch, kind=EventKind.RENAMED, day=day, old_name=branch.name, old_short_name=branch.short_name, reason=reason,
        form_token=form_token,
    )  # fmt: skip
    changes = {"name": [branch.name, name], "short_name": [branch.short_name, short_name]}
    branch.name, branch.short_name = name, short_name
    branch.save(update_fields=["name", "short_name"])
    write_entry(actor=actor, action="org.rename", target=branch, reason=reason, changes=changes)
    return event


@undoes(EventKind.RENAMED)
def unrename(event: BranchEvent, actor) -> dict[str, list]:
    branch = Branch.objects.select_for_update().get(pk=event.branch_id)
    if BranchEvent.objects.filter(branch=branch, kind=EventKind.RENAMED, pk__gt=event.pk).exists():
        raise RuleViolation("以后又更过名，请先撤销后一次更名。")
    changes = {"name": [branch.name, event.old_name], "short_name": [branch.short_name, event.old_short_name]}
    branch.name, branch.short_name = event.old_name, event.old_short_name
    branch.version += 1
    branch.save(update_fields=["name", "short_name", "version"])
    return changes


@transaction.atomic
def move_branch(
    *, actor, branch: Branch, parent: Branch, day: date, reason: str, today: date, version: int | None = None, form_token=None
) -> BranchEvent:
    """Under another organisation, with everything below it. Rights follow the tree at once; the event keeps the day."""
    actor.require("org.edit", branch)
    actor.require("org.edit", parent)
    before = Branch.objects.get_parent(branch)
    if branch.kind == BranchKind.COMMITTEE or before is None:
        raise RuleViolation("机关党委是根组织，不能调整隶属关系。")
    if parent.pk == before.pk:
        raise RuleViolation("现在就隶属这个党组织。", field="parent")
    branch = locked(branch)
    parent = Branch.objects.select_for_update().get(pk=parent.pk)
    check_new_parent(branch, parent, day)
    check_day(branch, day, today, EventKind.MOVED)
    claim_version(branch, branch.version if version is None else version)
    Branch.objects.move(branch, parent, "last-child")
    event = BranchEvent.objects.create(
        branch=branch, kind=EventKind.MOVED, day=day, from_branch=before, to_branch=parent, reason=reason, form_token=form_token
    )
    changes = {"上级党组织": [before.short_name, parent.short_name]}
    write_entry(actor=actor, action="org.move", target=branch, reason=reason, changes=changes)
    return event


def check_new_parent(branch: Branch, parent: Branch, day: date) -> None:
    if parent.path.startswith(branch.path):
        raise RuleViolation("不能隶属于自己的下级党组织。", field="parent")
    try:
        check_place(branch.kind, parent.kind)
        check_within_parent(day, parent)
    except RuleViolation as error:
        field = "day" if error.field == "founded_on" else "parent"
        raise RuleViolation(error.message.replace("成立日期", "生效日期", 1), field=field) from error


@undoes(EventKind.MOVED)
def unmove(event: BranchEvent, actor) -> dict[str, list]:
    branch = locked(event.branch)
    if BranchEvent.objects.filter(branch=branch, kind=EventKind.MOVED, pk__gt=event.pk).exists():
        raise RuleViolation("以后又调整过隶属关系，请先撤销后一次调整。")
    if event.from_branch.dissolved_on:
        raise RuleViolation(f"原上级{event.from_branch.short_name}已经撤销，不能恢复。")
    Branch.objects.move(branch, event.from_branch, "last-child")
    return {"上级党组织": [event.to_branch.short_name, event.from_branch.short_name]}


@undoes(EventKind.DISSOLVED)
def undissolve(event: BranchEvent, actor) -> dict[str, list]:
    branch = Branch.objects.select_for_update().get(pk=event.branch_id)
    above = Branch.objects.get_parent(branch)
    if above and above.dissolved_on:
        raise RuleViolation(f"上级{above.short_name}已经撤销，请先恢复上级。")
    changes = {"dissolved_on": [branch.dissolved_on.isoformat(), None]}
    branch.dissolved_on = None
    branch.version += 1
    branch.save(update_fields=["dissolved_on", "version"])
    return changes


@transaction.atomic
def rename_group(
    *, actor, group: PartyGroup, name: str, day: date, today: date, reason: str = "", version: int | None = None
) -> BranchEvent:
    """Another name of a Party group from a day on."""
    actor.require("org.groups", group)
    group = PartyGroup.objects.select_for_update(of=("self",)).select_related("branch").get(pk=group.pk)
    if group.dissolved_on or day < group.founded_on:
        raise RuleViolation(f"{group.name}{cn_date(group.founded_on)}成立，日期应在它存续期间。", field="day")
    if name == group.name:
        raise RuleViolation("名称没有变化。", field="name")
    check_group_name(group.branch, name, group)
    check_day(group.branch, day, today, EventKind.GROUP_RENAMED, group)
    claim_version(group, group.version if version is None else version)
    event = BranchEvent.objects.create(
        branch=group.branch, kind=EventKind.GROUP_RENAMED, group=group, day=day, old_short_name=group.name, reason=reason
    )
    changes = {"name": [group.name, name]}
    group.name = name
    group.save(update_fields=["name"])
    write_entry(actor=actor, action="group.rename", target=group, reason=reason, changes=changes)
    return event


@undoes(EventKind.GROUP_RENAMED)
def unrename_group(event: BranchEvent, actor) -> dict[str, list]:
    if BranchEvent.objects.filter(group=event.group, kind=EventKind.GROUP_RENAMED, pk__gt=event.pk).exists():
        raise RuleViolation("以后又更过名，请先撤销后一次更名。")
    check_group_name(event.branch, event.old_short_name, event.group)
    group = event.group
    changes = {"党小组": [group.name, event.old_short_name]}
    group.name = event.old_short_name
    group.version += 1
    group.save(update_fields=["name", "version"])
    return changes


@transaction.atomic
def undo_event(*, actor, event: BranchEvent, reason: str) -> None:
    """Take back what was registered by mistake; the event goes, the journal keeps it."""
    actor.require(right_of(event), event)
    rows = BranchEvent.objects.select_for_update(of=("self",))
    event = rows.select_related("branch", "from_branch", "to_branch", "group").get(pk=event.pk)
    if not reason.strip():
        raise RuleViolation("请写明撤销的原因。", field="reason")
    changes = _undoers[event.kind](event, actor)
    label = f"{event.get_kind_display()}（{cn_date(event.day)}）：{reason}"
    branch = event.branch
    event.delete()
    write_entry(actor=actor, action="org.undo", target=branch, reason=label, changes=changes)
