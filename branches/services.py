"""The acts on the organisation: found, change, dissolve; groups alike; the bureau's names.

Dates are half-open like everywhere: a dissolved organisation is gone from its `dissolved_on` on.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from branches.models import LEAF_KINDS, Branch, BranchEvent, BranchKind, Bureau, EventKind, PartyGroup
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.periods import today
from partywork.versions import claim_version

register_actions(
    {
        "org.create": "新建党组织",
        "org.edit": "修改党组织",
        "org.dissolve": "撤销党组织",
        "group.create": "新建党小组",
        "group.edit": "修改党小组",
        "group.dissolve": "撤销党小组",
        "bureau.edit": "修改单位信息",
    }
)
BRANCH_FIELDS = ("name", "short_name", "code", "kind", "founded_on", "note")
GROUP_FIELDS = ("name", "founded_on")
BUREAU_FIELDS = ("name", "party_group_name", "organ_name", "addressee")


@transaction.atomic
def found_committee(*, name: str, short_name: str, code: str, founded_on: date) -> Branch:
    """The root of an empty system; only the command that sets a system up calls it."""
    if Branch.objects.filter(depth=1).exists():
        raise RuleViolation("系统中已有机关党委，只能有一个。")
    root = Branch.objects.add_root(
        {
            "name": name,
            "short_name": short_name,
            "code": code,
            "founded_on": founded_on,
            "kind": BranchKind.COMMITTEE,
        }
    )
    write_entry(
        actor=None,
        action="org.create",
        target=root,
        changes=changes_between({}, snapshot(root, BRANCH_FIELDS)),
    )
    return root


@transaction.atomic
def create_branch(
    *,
    actor,
    parent: Branch,
    name: str,
    short_name: str,
    code: str,
    kind: str,
    founded_on: date,
    note: str = "",
    form_token=None,
) -> Branch:
    """A general branch or a branch under `parent`."""
    actor.require("org.edit", parent)
    parent = _locked(Branch, parent)
    check_place(kind, parent.kind)
    check_branch_code(code)
    check_within_parent(founded_on, parent)
    branch = Branch.objects.add_child(
        parent,
        {
            "name": name,
            "short_name": short_name,
            "code": code,
            "kind": kind,
            "founded_on": founded_on,
            "note": note,
            "form_token": form_token,
        },
    )
    write_entry(
        actor=actor,
        action="org.create",
        target=branch,
        changes=changes_between({}, snapshot(branch, BRANCH_FIELDS)),
    )
    return branch


@transaction.atomic
def edit_branch(*, actor, branch: Branch, version: int, **facts: Any) -> Branch:
    """Correct names, code, kind, founding day or note. What hangs on the organisation stays within its life."""
    actor.require("org.edit", branch)
    branch = _locked(Branch, branch)
    before = snapshot(branch, BRANCH_FIELDS)
    claim_version(branch, version)
    _set(branch, facts, BRANCH_FIELDS)
    check_branch_code(branch.code, branch)
    parent = Branch.objects.get_parent(branch)
    if parent:
        check_place(branch.kind, parent.kind)
        check_within_parent(branch.founded_on, parent)
    check_kind_fits(branch, before["kind"])
    check_founding_of(branch)
    branch.save(update_fields=[*BRANCH_FIELDS])
    _note_changes(actor, "org.edit", branch, before, BRANCH_FIELDS)
    return branch


@transaction.atomic
def dissolve_branch(*, actor, branch: Branch, day: date, reason: str) -> Branch:
    """From `day` on the organisation is no more. Everybody and everything must have left it first."""
    actor.require("org.edit", branch)
    branch = _locked(Branch, branch)
    check_dissolvable(branch, day)
    branch.dissolved_on = day
    branch.version += 1
    branch.save(update_fields=["dissolved_on", "version"])
    BranchEvent.objects.create(branch=branch, kind=EventKind.DISSOLVED, day=day, reason=reason)
    write_entry(
        actor=actor,
        action="org.dissolve",
        target=branch,
        reason=reason,
        changes={"dissolved_on": [None, day.isoformat()]},
    )
    return branch


@transaction.atomic
def create_group(*, actor, branch: Branch, name: str, founded_on: date, form_token=None) -> PartyGroup:
    actor.require("org.groups", branch)
    branch = _locked(Branch, branch)
    if not branch.is_leaf_kind:
        raise RuleViolation(f"{branch.get_kind_display()}不直接管理党员，不能设党小组。请在所属党支部设置。")
    check_group_name(branch, name)
    check_life_of_group(branch, founded_on)
    group = PartyGroup.objects.create(branch=branch, name=name, founded_on=founded_on, form_token=form_token)
    write_entry(
        actor=actor,
        action="group.create",
        target=group,
        changes=changes_between({}, snapshot(group, GROUP_FIELDS)),
    )
    return group


@transaction.atomic
def edit_group(*, actor, group: PartyGroup, version: int, name: str, founded_on: date) -> PartyGroup:
    actor.require("org.groups", group)
    group = _locked(PartyGroup, group)
    before = snapshot(group, GROUP_FIELDS)
    claim_version(group, version)
    group.name, group.founded_on = name, founded_on
    check_group_name(group.branch, name, group)
    check_life_of_group(group.branch, founded_on)
    _refuse_earlier(
        group.memberships, "start_on", founded_on, "已有党员在{}编入本小组，成立日期不能晚于这一天。"
    )
    _refuse_earlier(group.meetings, "held_on", founded_on, "本小组在{}已登记会议，成立日期不能晚于这一天。")
    group.save(update_fields=[*GROUP_FIELDS])
    _note_changes(actor, "group.edit", group, before, GROUP_FIELDS)
    return group


@transaction.atomic
def dissolve_group(*, actor, group: PartyGroup, day: date, reason: str = "") -> PartyGroup:
    actor.require("org.groups", group)
    group = _locked(PartyGroup, group)
    _check_end(group, day, "党小组")
    _refuse_left(
        _lasting(group.memberships, "stop_on", day),
        "本小组还有{}名党员。请先把他们调整到其他党小组，再撤销。",
    )
    _refuse_left(
        group.meetings.filter(held_on__gte=day).exclude(state="voided"),
        "本小组在这一天或之后还登记有{}次会议，撤销日期应在会议之后。",
    )
    group.dissolved_on = day
    group.version += 1
    group.save(update_fields=["dissolved_on", "version"])
    write_entry(
        actor=actor,
        action="group.dissolve",
        target=group,
        reason=reason,
        changes={"dissolved_on": [None, day.isoformat()]},
    )
    return group


@transaction.atomic
def set_bureau(
    *, actor, name: str, organ_name: str, party_group_name: str = "", addressee: str = ""
) -> Bureau:
    """The names on pages and in reports."""
    actor.require("bureau.edit")
    bureau = Bureau.objects.select_for_update().first() or Bureau()
    before = snapshot(bureau, BUREAU_FIELDS)
    _set(
        bureau,
        {
            "name": name,
            "organ_name": organ_name,
            "party_group_name": party_group_name,
            "addressee": addressee,
        },
        BUREAU_FIELDS,
    )
    bureau.save()
    _note_changes(actor, "bureau.edit", bureau, before, BUREAU_FIELDS)
    return bureau


def the_bureau() -> Bureau | None:
    """Whose system this is; None before it was told."""
    return Bureau.objects.first()


# --- what must hold -------------------------------------------------------------------------------------------------


def check_place(kind: str, parent_kind: str) -> None:
    """机关党委 is the root alone; 党总支 stands under it; branches stand under either."""
    if kind == BranchKind.COMMITTEE:
        raise RuleViolation("机关党委只能有一个，不能设在其他党组织之下。", field="kind")
    if parent_kind in LEAF_KINDS:
        raise RuleViolation("党支部之下不能再设党组织，可以设党小组。", field="parent")
    if kind == BranchKind.GENERAL and parent_kind != BranchKind.COMMITTEE:
        raise RuleViolation("党总支只能设在机关党委之下。", field="kind")


def check_branch_code(code: str, but: Branch | None = None) -> None:
    others = Branch.objects.filter(code__iexact=code)
    other = (others.exclude(pk=but.pk) if but else others).first()
    if other:
        raise RuleViolation(f"编号“{code}”已用于“{other.short_name}”，请换一个。", field="code")


def check_within_parent(founded_on: date, parent: Branch) -> None:
    _refuse_future(founded_on, "founded_on", "成立日期")
    if founded_on < parent.founded_on:
        raise RuleViolation(
            f"成立日期不能早于上级“{parent.short_name}”的成立日期{cn_date(parent.founded_on)}。",
            field="founded_on",
        )
    if parent.dissolved_on and parent.dissolved_on <= founded_on:
        raise RuleViolation(
            f"上级“{parent.short_name}”已于{cn_date(parent.dissolved_on)}撤销，这一天起不能再设下级党组织。",
            field="founded_on",
        )


def check_kind_fits(branch: Branch, old_kind: str) -> None:
    """A change of kind must not leave members above or organisations below a branch."""
    if branch.kind == old_kind:
        return
    if BranchKind.COMMITTEE in (branch.kind, old_kind):
        raise RuleViolation("机关党委的类别不能改变。", field="kind")
    if branch.is_leaf_kind and Branch.objects.get_children(branch).exists():
        raise RuleViolation("它之下还有党组织，不能改为党支部。", field="kind")
    if not branch.is_leaf_kind and (branch.memberships.exists() or branch.groups.exists()):
        raise RuleViolation("它名下有党员或党小组的记录，不能改为党总支。请另建党总支。", field="kind")


def check_founding_of(branch: Branch) -> None:
    """The founding day may be corrected, but never to after something that is on record."""
    day = branch.founded_on
    _refuse_future(day, "founded_on", "成立日期")
    if branch.dissolved_on and branch.dissolved_on <= day:
        raise RuleViolation(f"成立日期应早于撤销日期{cn_date(branch.dissolved_on)}。", field="founded_on")
    _refuse_earlier(
        Branch.objects.get_children(branch),
        "founded_on",
        day,
        "下级党组织在{}已成立，成立日期不能晚于这一天。",
    )
    _refuse_earlier(branch.groups, "founded_on", day, "本支部的党小组在{}已成立，成立日期不能晚于这一天。")
    _refuse_earlier(branch.memberships, "start_on", day, "已有党员在{}编入，成立日期不能晚于这一天。")
    _refuse_earlier(branch.meetings, "held_on", day, "在{}已登记会议，成立日期不能晚于这一天。")


def check_dissolvable(branch: Branch, day: date) -> None:
    if branch.kind == BranchKind.COMMITTEE:
        raise RuleViolation("机关党委是根组织，不能撤销。")
    _check_end(branch, day, "党组织")
    _refuse_left(
        _lasting(Branch.objects.get_children(branch), "dissolved_on", day),
        "它之下还有{}个党组织。请先撤销下级党组织。",
    )
    _refuse_left(_lasting(branch.groups, "dissolved_on", day), "它还有{}个党小组。请先撤销党小组。")
    _refuse_left(
        _lasting(branch.memberships, "stop_on", day), "它还有{}名党员。请先把党员调整到其他支部或转出。"
    )
    check_loose_ends(branch, day)


def check_loose_ends(branch: Branch, day: date) -> None:
    """Nothing recorded from that day on, and no letter of transfer that waits for it."""
    _refuse_left(
        branch.meetings.filter(held_on__gte=day).exclude(state="voided"),
        "这一天或之后还登记有{}次会议，日期应在会议之后。",
    )
    for letters in (branch.transfers, branch.transfers_to):
        _refuse_left(letters.filter(state__in=("drafted", "on_the_way")), "还有{}份组织关系介绍信没有办结，请先办结或撤销。")


def check_group_name(branch: Branch, name: str, but: PartyGroup | None = None) -> None:
    others = branch.groups.filter(name=name, dissolved_on=None)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise RuleViolation(f"本支部已有“{name}”，请换一个名称。", field="name")


def check_life_of_group(branch: Branch, founded_on: date) -> None:
    _refuse_future(founded_on, "founded_on", "成立日期")
    if founded_on < branch.founded_on:
        raise RuleViolation(
            f"成立日期不能早于本支部的成立日期{cn_date(branch.founded_on)}。", field="founded_on"
        )
    if branch.dissolved_on and branch.dissolved_on <= founded_on:
        raise RuleViolation(
            f"本支部已于{cn_date(branch.dissolved_on)}撤销，不能再设党小组。", field="founded_on"
        )


# --- small parts ----------------------------------------------------------------------------------------------------


def _check_end(row: Branch | PartyGroup, day: date, what: str) -> None:
    if row.dissolved_on:
        raise RuleViolation(f"这个{what}已于{cn_date(row.dissolved_on)}撤销。")
    _refuse_future(day, "day", "撤销日期")
    if day <= row.founded_on:
        raise RuleViolation(f"撤销日期应在成立日期{cn_date(row.founded_on)}之后。", field="day")


def _refuse_future(day: date, field: str, label: str) -> None:
    if day > today():
        raise RuleViolation(f"{label}不能晚于今天。", field=field)


def _lasting(rows, stop: str, day: date) -> QuerySet:
    """Rows not yet ended on that day."""
    return rows.filter(Q(**{stop: None}) | Q(**{f"{stop}__gt": day}))


def _refuse_left(rows: QuerySet, sentence: str) -> None:
    if count := rows.count():
        raise RuleViolation(sentence.format(count), field="day")


def _refuse_earlier(rows, column: str, day: date, sentence: str) -> None:
    first = rows.filter(**{f"{column}__lt": day}).order_by(column).values_list(column, flat=True).first()
    if first:
        raise RuleViolation(sentence.format(cn_date(first)), field="founded_on")


def _locked(model: type, row: Any) -> Any:
    return model.objects.select_for_update().get(pk=row.pk)


def _set(row: Any, facts: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for name in allowed:
        if name in facts:
            setattr(row, name, facts[name])


def _note_changes(actor, action: str, row: Any, before: dict[str, Any], fields: tuple[str, ...]) -> None:
    write_entry(
        actor=actor, action=action, target=row, changes=changes_between(before, snapshot(row, fields))
    )


def cn_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
