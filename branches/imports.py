"""Party organisations as a sheet that can be imported: few rows, each made by the service that makes one by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from branches import services
from branches.models import Branch, BranchKind
from partywork.errors import RuleViolation
from partywork.imports.cells import day_of, one_of, plain_choice, read_rows, require_values, text_of
from partywork.imports.registry import (
    Action,
    Column,
    Context,
    Importer,
    Outcome,
    Planned,
    Rows,
    register_importer,
)
from partywork.imports.undoing import refuse_dependents
from partywork.journal.services import register_actions, write_entries

register_actions({"org.unimport": "撤回导入的党组织"})
KINDS = {"支部": "branch", "联合支部": "joint", "临时支部": "temporary", "总支": "general", "总支部": "general", "党总支部": "general"}
COLUMNS = (
    Column("code", "编号", ("组织编号", "党组织编号", "党组织代码", "代码"), True, text_of(20), example="ZB01", width=12),
    Column("name", "党组织全称", ("全称", "党组织名称", "名称", "组织名称"), True, text_of(100),
           example="中共云溪县林业局机关第一支部委员会", width=40),
    Column("short_name", "简称", ("党组织简称",), False, text_of(30), help="页面和报表里用的名称；不填的用全称。", example="一支部",
           width=20),
    Column("kind", "类别", ("组织类别", "党组织类别"), False, one_of(BranchKind.choices, KINDS), tuple(BranchKind.labels[1:]),
           help="不填的是党支部。", example="党支部"),
    Column("parent", "上级党组织", ("上级", "所属党组织", "上级组织"), False, text_of(100),
           help="写全称、简称或编号，可以是本表中的；不填的直属机关党委。",
           example="机关总支", width=24),
    Column("founded_on", "成立日期", ("成立时间", "建立日期", "批准成立日期"), True, day_of, help="写作 2020-01-01 或 2020年1月1日。",
           example="2020-01-01"),
    Column("note", "备注", ("说明",), False, text_of(200), width=30),
)  # fmt: skip
KNOWN = {column.name: column for column in COLUMNS}
EDITABLE = ("name", "short_name", "note")


@dataclass
class World:
    """Organisations by every name they go by, those of the sheet included; `rows` says which are only planned."""

    names: dict[str, list[Branch]] = field(default_factory=dict)
    codes: dict[str, Branch] = field(default_factory=dict)
    parents: dict[int, Branch | None] = field(default_factory=dict)
    reach: set[int] = field(default_factory=set)

    def add(self, branch: Branch) -> None:
        for name in {plain_choice(branch.code), plain_choice(branch.name), plain_choice(branch.short_name)} - {""}:
            self.names.setdefault(name, []).append(branch)


def plan(context: Context, rows: Rows) -> list[Planned]:
    planned = read_rows(COLUMNS, rows)
    world = see_world(context)
    for row in planned:
        require_values(row, [column for column in COLUMNS if column.required])
        row.values.setdefault("kind", BranchKind.BRANCH)
        row.values["short_name"] = row.values.get("short_name") or short_name_of(row)
        row.title = row.values.get("name") or ""
        row.target = world.codes.get(plain_choice(row.values.get("code") or ""))
    refuse_doubles(planned)
    stand_ins = {row.number: stand_in(row) for row in planned if not row.faults and row.target is None}
    for branch in stand_ins.values():
        world.add(branch)
    for row in planned:
        judge_known(row, world) if row.target else judge_new(row, world, context, stand_ins.get(row.number))
    refuse_orphans(planned)
    return planned


def see_world(context: Context) -> World:
    world, by_path = World(), {}
    allowed = set(Branch.objects.editable_by(context.actor).within(context.branch).values_list("pk", flat=True))
    for branch in Branch.objects.all():
        by_path[branch.path] = branch
        world.codes[plain_choice(branch.code)] = branch
        world.parents[branch.pk] = by_path.get(branch.path[: -Branch.steplen])
        if branch.pk in allowed and branch.dissolved_on is None:
            world.reach.add(branch.pk)
            world.add(branch)
    return world


def short_name_of(row: Planned) -> str:
    name = row.values.get("name") or ""
    if len(name) > 30:
        row.refuse(KNOWN["short_name"].label, "全称超过 30 个字，请填写简称。")
    return name[:30]


def refuse_doubles(planned: list[Planned]) -> None:
    codes: dict[str, int] = {}
    for row in planned:
        code = plain_choice(row.values.get("code") or "")
        if code and codes.setdefault(code, row.number) != row.number:
            row.refuse(KNOWN["code"].label, f"与第 {codes[code]} 行的编号相同。")


def stand_in(row: Planned) -> Branch:
    """What the row will be, for rows below that name it as theirs above."""
    values = row.values
    made = Branch(code=values["code"], name=values["name"], short_name=values["short_name"], kind=values["kind"],
           founded_on=values["founded_on"])
    made.planned = row.number
    return made


def judge_new(row: Planned, world: World, context: Context, made: Branch | None) -> None:
    row.action = Action.CREATE
    parent = parent_of(row, world, context)
    row.place = parent.short_name if parent else ""
    if row.faults or parent is None:
        return
    try:
        services.check_place(row.values["kind"], parent.kind)
        services.check_within_parent(row.values["founded_on"], parent)
    except RuleViolation as refusal:
        row.refuse(KNOWN[refusal.field if refusal.field in KNOWN else "parent"].label, refusal.message)
    row.facts = {name: row.values.get(name) or "" for name in ("code", "name", "short_name", "kind", "note")}
    row.facts |= {"founded_on": row.values["founded_on"], "parent": parent.pk, "parent_row": getattr(parent, "planned", None)}


def parent_of(row: Planned, world: World, context: Context) -> Branch | None:
    said = row.values.get("parent") or ""
    named = world.names.get(plain_choice(said), [])
    found = [each for each in named if getattr(each, "planned", None) != row.number] if said else [context.branch]
    if not found:
        row.refuse(KNOWN["parent"].label, f"没有“{said[:30]}”这个党组织，或不在您的管理范围内。")
    elif len(found) > 1:
        row.refuse(KNOWN["parent"].label, f"“{said[:30]}”不止一个，请写编号。")
    return found[0] if len(found) == 1 else None


def refuse_orphans(planned: list[Planned]) -> None:
    """A row whose superior in the sheet is refused, or stands below it in a circle, cannot be made either."""
    good = {row.number: row for row in planned if row.action == Action.CREATE and not row.faults}
    placed: set[int] = set()
    while ready := [row for number, row in good.items() if number not in placed and row.facts.get("parent_row") in (None, *placed)]:
        placed |= {row.number for row in ready}
    for number in good.keys() - placed:
        good[number].refuse(KNOWN["parent"].label, "表中的上级党组织没有通过核对，请先改好上级那一行。")


def judge_known(row: Planned, world: World) -> None:
    branch, values = row.target, row.values
    row.place = parent.short_name if (parent := world.parents[branch.pk]) else ""
    if branch.pk not in world.reach:
        row.refuse(KNOWN["code"].label, "这个编号已被使用，且不在您的管理范围内，或该组织已撤销。")
        return
    if values["kind"] != branch.kind and row.cells.get("kind"):
        row.refuse(KNOWN["kind"].label, f"系统里是{branch.get_kind_display()}，更正请在该党组织页面办理。")
    if values.get("founded_on") and values["founded_on"] != branch.founded_on:
        row.refuse(KNOWN["founded_on"].label, f"系统里是{services.cn_date(branch.founded_on)}，更正请在该党组织页面办理。")
    said = values.get("parent")
    if said and parent and parent not in world.names.get(plain_choice(said), []):
        row.refuse(KNOWN["parent"].label, f"系统里的上级是{parent.short_name}，不能用导入改变隶属关系。")
    compare(row, branch)


def compare(row: Planned, branch: Branch) -> None:
    for name in EDITABLE:
        value, old = row.values.get(name) or "", getattr(branch, name)
        if row.cells.get(name) and value != old:
            row.facts[name] = value
            row.changes.append((KNOWN[name].label, old, value))
    row.action = Action.CHANGE if row.changes else Action.SAME


def commit(context: Context, planned: list[Planned]) -> Outcome:
    """Superiors first."""
    outcome: Outcome = {}
    waiting = [row for row in planned if row.action == Action.CREATE]
    while waiting:
        ready = [row for row in waiting if row.facts["parent_row"] in (None, *outcome)]
        for row in ready:
            outcome[row.number] = {"pk": create(context, row, outcome).pk}
        waiting = [row for row in waiting if row.number not in outcome]
    for row in planned:
        if row.action == Action.CHANGE:
            before = {name: getattr(row.target, name) for name in row.facts}
            edited = services.edit_branch(actor=context.actor, branch=row.target, version=row.target.version, **row.facts)
            outcome[row.number] = {"pk": edited.pk, "before": before, "version": edited.version}
    return outcome


def create(context: Context, row: Planned, outcome: Outcome) -> Branch:
    facts = dict(row.facts)
    above = facts.pop("parent_row")
    parent = Branch.objects.get(pk=outcome[above]["pk"] if above else facts["parent"])
    return services.create_branch(actor=context.actor, **facts | {"parent": parent})


def undo(context: Context, outcome: Outcome, titles: Mapping[int, str]) -> None:
    made = {told["pk"]: 1 for told in outcome.values() if "before" not in told}
    known = made | {told["pk"]: told["version"] for told in outcome.values() if "before" in told}
    rows = {branch.pk: branch for branch in Branch.objects.select_for_update().filter(pk__in=known)}
    later = [titles.get(number, "") for number, told in outcome.items()
             if told["pk"] not in rows or rows[told["pk"]].version != known[told["pk"]]]  # fmt: skip
    if later:
        raise RuleViolation(f"导入之后又修改过{'、'.join(later[:5])}，不能整体撤回。")
    refuse_below([rows[pk] for pk in made], set(made))
    refuse_dependents(Branch, list(made))
    write_entries(actor=context.actor, action="org.unimport", acts=[(rows[pk], {}) for pk in made])
    for told in outcome.values():
        if "before" in told:
            services.edit_branch(actor=context.actor, branch=rows[told["pk"]], version=told["version"], **told["before"])
    Branch.objects.filter(pk__in=made).delete()


def refuse_below(made: list[Branch], keys: set[int]) -> None:
    """What was founded under an imported organisation would go with it."""
    for branch in made:
        below = Branch.objects.get_children(branch).exclude(pk__in=keys).first() if branch.numchild else None
        if below:
            raise RuleViolation(f"{branch.short_name}之下又新建了{below.short_name}，不能整体撤回。")


def scope(account: Any, values: Mapping[str, Any]) -> Branch:
    return Branch.objects.editable_by(account).first()


ORGANISATIONS = register_importer(Importer(
    kind="branches", label="党组织", action="org.edit", columns=COLUMNS, plan=plan, commit=commit, undo=undo, scope=scope,
    address=lambda pk: reverse("branch", args=[pk]), home="org", home_label="组织", unit="个",
))  # fmt: skip
