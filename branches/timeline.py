"""The course of one organisation: founded, renamed, moved, merged, dissolved, its groups; newest first."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from branches.models import Branch, BranchEvent, EventKind, PartyGroup
from branches.restructuring import right_of
from partywork.slots import Step, added_to


def steps_of(branch: Branch, groups: Iterable[PartyGroup], reader) -> list[Step]:
    """One query for the events; the groups are at hand. A step leads to its undoing where the reader may undo it."""
    steps = [Step(branch.founded_on, "成立")]
    for event in BranchEvent.objects.touching(branch).select_related("branch", "from_branch", "to_branch", "group"):
        steps.append(_step(event, branch, reader))
    if branch.dissolved_on and not any(step.title in ("撤销", "并入其他党组织") for step in steps):
        steps.append(Step(branch.dissolved_on, "撤销"))
    for group in groups:
        steps.append(Step(group.founded_on, "设立党小组", group.name))
        if group.dissolved_on:
            steps.append(Step(group.dissolved_on, "撤销党小组", group.name))
    steps += added_to("branch.steps", branch, reader)
    return sorted(steps, key=lambda step: step.when, reverse=True)


def _step(event: BranchEvent, branch: Branch, reader) -> Step:
    url = reverse("event_undo", args=[event.pk]) if reader.can(right_of(event), event.branch) else ""
    title, text = words_of(event, branch)
    return Step(event.day, title, "；".join(filter(None, (text, event.reason))), url=url)


def words_of(event: BranchEvent, branch: Branch) -> tuple[str, str]:
    """(title, what happened) as the organisation's own page says it."""
    match event.kind:
        case EventKind.RENAMED:
            return "更名", f"曾用名：{event.old_name}（{event.old_short_name}）"
        case EventKind.MOVED:
            return "调整隶属关系", f"由{event.from_branch.short_name}调整到{event.to_branch.short_name}"
        case EventKind.MERGED if event.branch_id == branch.pk:
            return "并入其他党组织", f"并入{event.to_branch.short_name}"
        case EventKind.MERGED:
            return "合并", f"{event.branch.short_name}并入"
        case EventKind.GROUP_RENAMED:
            return "党小组更名", f"{event.group.name}，曾用名：{event.old_short_name}"
        case EventKind.REGROUPED:
            return "调整党小组", f"{len(event.details.get('members', []))}名党员"
    return event.get_kind_display(), ""
