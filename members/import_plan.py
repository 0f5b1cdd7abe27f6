"""What becomes of each row of a roster sheet. Everything that rows are held against is fetched once for all of them.

A person who is known is recognised by the ID number, else by name and birth date. The sheet may fill and change what the personal
file holds; what is dated (branch, group, joining, turning full) is changed by an act of its own, never by a sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from branches.models import Branch, PartyGroup
from members import rules
from members.id_numbers import birth_of, sex_of, why_not_id_number
from members.import_columns import COLUMNS, KNOWN, PROFILE_FACTS, label
from members.models import Kind, Member, Profile, Sex, StartReason
from members.personal import masked, why_not_course
from members.querysets import ID_PURPOSE
from partywork.fields import blind_index, blind_indexes
from partywork.forms import read_date
from partywork.imports.cells import MonthOnly, forget_fault, in_words, plain_choice, read_rows, require_values
from partywork.imports.registry import Action, Context, Planned, Rows
from partywork.imports.undoing import parts

SEALED = ("id_number", "phone", "landline", "home_address", "residence")
WHO = tuple(KNOWN[name] for name in ("name", "born_on"))  # by which a person is known
NEEDED = tuple(KNOWN[name] for name in ("sex", "joined_on", "branch"))  # of somebody new
DATED = (
    ("sex", "性别"), ("born_on", "出生日期"), ("joined_on", "加入党组织日期"), ("full_on", "转为正式党员日期"),
)  # fmt: skip
ELSEWHERE = "名册里已有同名、同出生日期的党员，不在导入的范围内。请与机关党委核对，调入的请办理支部间调整。"


@dataclass
class World:
    """What the rows are held against. Organisations are found by code, name or short name; people by number or by name and birth."""

    places: dict[str, list[Branch]] = field(default_factory=lambda: defaultdict(list))
    reach: set[int] = field(default_factory=set)
    groups: dict[tuple[int, str], PartyGroup] = field(default_factory=dict)
    by_number: dict[str, Member] = field(default_factory=dict)
    by_birth: dict[tuple[str, date], list[Member]] = field(default_factory=lambda: defaultdict(list))
    only: Branch | None = None


def plan(context: Context, rows: Rows) -> list[Planned]:
    planned = read_rows(COLUMNS, rows)
    for row in planned:
        complete(row, context.today)
    refuse_doubles(planned)
    world = see_world(context, planned)
    for row in planned:
        settle_place(row, world)
        row.title, row.place = row.values.get("name", ""), place_words(row)
        row.target = known_person(row, world)
        judge_known(row, context) if row.target else judge_new(row, context)
        row.values = {name: row.values.get(name) for name in ("branch", "group")}  # the rest is in `facts`, or of no more use
    return planned


# --- a row by itself ----------------------------------------------------------------------------------------------------


def complete(row: Planned, today: date) -> None:
    """Birth date and sex follow from a sound ID number where the sheet leaves them out."""
    values, number = row.values, row.values.get("id_number", "")
    born = values.get("born_on")
    if number and not why_not_id_number(number, today=today):
        fill_from_number(row, number, born)
    if number:
        told = {name: values.get(name) for name in ("born_on", "sex")}
        day = told["born_on"] if isinstance(told["born_on"], date) else None
        row.refuse(label("id_number"), why_not_id_number(number, day, told["sex"] or "", today))
    for name in [name for name, value in values.items() if isinstance(value, MonthOnly)]:
        values[name] = None
    require_values(row, WHO)


def fill_from_number(row: Planned, number: str, born: Any) -> None:
    whole = birth_of(number)
    if not born or (isinstance(born, MonthOnly) and (born.year, born.month) == (whole.year, whole.month)):
        row.values["born_on"] = whole
        forget_fault(row, label("born_on"))
    row.values["sex"] = row.values.get("sex") or sex_of(number)


def refuse_doubles(planned: Iterable[Planned]) -> None:
    """The second of two rows about one person; the first stays good."""
    numbers: dict[str, int] = {}
    births: dict[tuple, tuple[int, str]] = {}
    for row in planned:
        number, key = row.values.get("id_number", ""), birth_key(row)
        if number and numbers.setdefault(number, row.number) != row.number:
            row.refuse(label("id_number"), f"与第 {numbers[number]} 行的身份证号相同。请只保留一行。")
        if key is None:
            continue
        first, other = births.setdefault(key, (row.number, number))
        if first != row.number and not (number and other and number != other):
            row.refuse(label("name"), f"与第 {first} 行的姓名和出生日期相同。确是两个人的，请都填上身份证号。")


def birth_key(row: Planned) -> tuple[str, date] | None:
    name, born = row.values.get("name"), row.values.get("born_on")
    return (name, born) if name and born else None


# --- what the rows are held against -----------------------------------------------------------------------------------------


def see_world(context: Context, planned: list[Planned]) -> World:
    world = World()
    see_places(context, world)
    see_people(context, planned, world)
    return world


def see_places(context: Context, world: World) -> None:
    rows = Branch.objects.within(context.branch)
    if context.actor is not None:
        rows = rows.filter(context.actor.reach("members.edit"))
    for branch in rows:
        world.reach.add(branch.pk)
        for name in {plain_choice(branch.code), plain_choice(branch.name), plain_choice(branch.short_name)}:
            world.places[name].append(branch)
    world.only = context.branch if context.branch.is_leaf_kind and context.branch.pk in world.reach else None
    groups = PartyGroup.objects.filter(branch__path__startswith=context.branch.path, dissolved_on=None).select_related("branch")
    world.groups = {(group.branch_id, plain_choice(group.name)): group for group in groups}


def see_people(context: Context, planned: list[Planned], world: World) -> None:
    """Everyone whom a row may mean, wherever he is: two questions for five thousand rows."""
    people = Member.objects.select_related("latest__branch", "latest__group", "profile")
    if context.locking:
        people = people.select_for_update(of=("self",), no_key=True)
    numbers = {index: row.values["id_number"] for row in planned if row.values.get("id_number")
               for index in blind_indexes(row.values["id_number"], ID_PURPOSE)}  # fmt: skip
    for some in parts(list(numbers)):
        for person in people.filter(profile__id_index__in=some):
            world.by_number[numbers[person.profile.id_index]] = person
    for some in parts(sorted({row.values["name"] for row in planned if birth_key(row)})):
        for person in people.filter(name__in=some).order_by("pk"):
            world.by_birth[person.name, person.born_on].append(person)


def settle_place(row: Planned, world: World) -> None:
    """Branch and group as rows of the database in place of their names."""
    values, said = row.values, row.values.get("branch", "")
    found = world.places.get(plain_choice(said), []) if said else [world.only] if world.only else []
    values["branch"] = found[0] if len(found) == 1 else None
    if said and not found:
        row.refuse(label("branch"), f"没有“{said[:30]}”这个支部，或不在导入的范围内。请写全称、简称或编号。")
    if len(found) > 1:
        row.refuse(label("branch"), f"“{said[:30]}”不止一个，请写编号：{'、'.join(each.code for each in found[:5])}。")
    elif found and not found[0].is_leaf_kind:
        row.refuse(label("branch"), f"{found[0].short_name}不是党支部，党员只能编入党支部。")
    settle_group(row, world)


def settle_group(row: Planned, world: World) -> None:
    said, branch = row.values.get("group", ""), row.values.get("branch")
    row.values["group"] = group = world.groups.get((branch.pk, plain_choice(said))) if said and branch else None
    if said and branch and group is None:
        row.refuse(label("group"), f"{branch.short_name}没有“{said}”。请先在支部页面设置党小组，或留空。")


def place_words(row: Planned) -> str:
    branch, group = row.values.get("branch"), row.values.get("group")
    return f"{branch.short_name}{group.name if group else ''}" if branch else ""


def known_person(row: Planned, world: World) -> Member | None:
    number, key = row.values.get("id_number", ""), birth_key(row)
    if found := world.by_number.get(number):
        return found
    same = world.by_birth.get(key, []) if key else []
    if number:  # somebody of another number is somebody else
        same = [each for each in same if not file_of(each).id_number]
    if len(same) > 1:
        row.refuse(label("name"), "名册里有几名同名、同出生日期的党员，请填写身份证号。")
    return same[0] if len(same) == 1 else None


def file_of(person: Member) -> Profile:
    return getattr(person, "profile", None) or Profile(member=person)


# --- somebody new ----------------------------------------------------------------------------------------------------------


def judge_new(row: Planned, context: Context) -> None:
    row.action = Action.CREATE
    values, today = row.values, context.today
    require_values(row, NEEDED)
    full_on = judge_kind(row)
    if row.faults:
        return
    branch, group = values["branch"], values["group"]
    start_on = values.get("start_on") or usual_start(row, context, full_on)
    judge_days(row, full_on, start_on, today)
    judge_course(row, SimpleNamespace(born_on=values["born_on"], joined_on=values["joined_on"]), None, today)
    row.facts = {
        "person": {"name": values["name"], "sex": values["sex"], "born_on": values["born_on"], "joined_on": values["joined_on"],
                   "full_on": full_on, "phone": values.get("phone") or ""},
        "place": {"branch_id": branch.pk, "group_id": group.pk if group else None, "start_on": start_on,
                  "kind": Kind.FULL if full_on else Kind.PROBATIONARY},
        "profile": file_facts(row),
    }  # fmt: skip


def judge_days(row: Planned, full_on: date | None, start_on: date, today: date) -> None:
    """The rules of a life, of an arrival, of the organisations; the first that is broken is told, the others would follow from it."""
    values, branch, group = row.values, row.values["branch"], row.values["group"]
    name, why = rules.why_not_life(values["born_on"], values["joined_on"], full_on, today)
    if not why:
        name, why = rules.why_not_arrive(StartReason.FIRST, values["joined_on"], full_on, start_on, today)
    if not why:
        name, why = "branch", rules.why_not_in(branch.short_name, branch.founded_on, branch.dissolved_on, start_on, today)
    if not why and group:
        name, why = "group", rules.why_not_in(group.name, group.founded_on, group.dissolved_on, start_on, today)
    if why:
        row.refuse(label(name), why)


def judge_kind(row: Planned) -> date | None:
    """The day of turning full, held against what the sheet says the person is."""
    kind, full_on = row.values.get("kind"), row.values.get("full_on")
    if kind == Kind.FULL and not full_on:
        row.refuse(label("full_on"), "人员类别是正式党员，请填写转正日期。")
    if kind == Kind.PROBATIONARY and full_on:
        row.refuse(label("kind"), "有转正日期的应是正式党员，请核对。")
    if row.values.get("state") == "stopped":
        row.refuse(label("state"), "停止党籍的不能作为在册党员导入。")
    return full_on


def usual_start(row: Planned, context: Context, full_on: date | None) -> date:
    """The day of entry where the sheet names none: the chosen day, but not before anything that must precede it."""
    chosen = read_date(context.options.get("start_on")) or context.today
    branch, group = row.values["branch"], row.values["group"]
    days = [chosen, row.values["joined_on"], branch.founded_on]
    days += [each for each in (full_on, group and group.founded_on) if each]
    return max(days)


def file_facts(row: Planned) -> dict[str, Any]:
    return {name: row.values[name] for name in PROFILE_FACTS if row.values.get(name) not in (None, "")}


COURSE = ("applied_on", "activist_on", "candidate_on", "worked_from")


def judge_course(row: Planned, person: Any, kept: Profile | None, today: date) -> None:
    """The days of joining in their order, those of the sheet before those on record."""
    days = {name: row.values.get(name) or (getattr(kept, name) if kept else None) for name in COURSE}
    if any(days.values()):
        name, sentence = why_not_course(SimpleNamespace(member=person, **days), today)
        row.refuse(label(name) if name in KNOWN else "", sentence)


# --- somebody known -----------------------------------------------------------------------------------------------------------


def judge_known(row: Planned, context: Context) -> None:
    person, values = row.target, row.values
    if not within_reach(person, context):
        row.refuse(label("id_number" if values.get("id_number") else "name"), ELSEWHERE)
        row.target = None
        return
    row.place = row.place or str(person.latest.branch)
    if person.latest.stop_on:
        row.refuse(label("name"), f"{person.name}已于{rules.cn(person.latest.stop_on)}离开，重新转入请在该党员页面办理。")
        return
    if values.get("name") != person.name:
        row.refuse(label("name"), f"这个身份证号登记的是{person.name}，请核对姓名。")
    judge_dated(row, person)
    judge_whereabouts(row, person)
    if row.faults:
        return
    compare(row, person)
    judge_course(row, person, file_of(person), context.today)
    row.action = Action.CHANGE if row.changes else Action.SAME


def within_reach(person: Member, context: Context) -> bool:
    inside = person.latest.branch.path.startswith(context.branch.path)
    return inside and (context.actor is None or context.actor.can("members.edit", person))


def judge_dated(row: Planned, person: Member) -> None:
    """What only an act may change: the sheet must agree or stay silent."""
    for name, words in DATED:
        value, kept = row.values.get(name), getattr(person, name)
        if value in (None, "") or value == kept:
            continue
        if name == "full_on" and kept is None:
            row.refuse(words, "名册里还是预备党员，请先在该党员页面办理转正。")
        else:
            shown = Sex(kept).label if name == "sex" else rules.cn(kept)
            row.refuse(words, f"与名册登记的（{shown}）不一致。确需更正的，请在该党员页面更正。")
    if row.values.get("kind") and row.values["kind"] != person.latest.kind:
        row.refuse(label("kind"), f"名册里是{person.latest.get_kind_display()}，请核对；转正请在该党员页面办理。")


def judge_whereabouts(row: Planned, person: Member) -> None:
    branch, group, latest = row.values.get("branch"), row.values.get("group"), person.latest
    if branch and branch.pk != latest.branch_id:
        row.refuse(label("branch"), f"名册里在{latest.branch.short_name}，调整支部请在该党员页面办理。")
    elif group and group.pk != latest.group_id:
        row.refuse(label("group"), "与名册里的党小组不同，调整党小组请在该党员页面办理。")


def compare(row: Planned, person: Member) -> None:
    """What the sheet fills or changes; an empty cell leaves what there is."""
    profile, facts = file_of(person), {}
    for name, value in file_facts(row).items():
        if value != getattr(profile, name):
            facts[name] = value
            row.changes.append((label(name), shown(name, getattr(profile, name)), shown(name, value)))
    row.facts = {"profile": facts, "person": {}}
    phone = row.values.get("phone")
    if phone and phone != person.phone:
        row.facts["person"] = {"phone": phone}
        row.changes.append((label("phone"), masked("phone", person.phone), masked("phone", phone)))


def shown(name: str, value: Any) -> str:
    if name in SEALED:
        return masked(name, value)
    choices = dict(Profile._meta.get_field(name).flatchoices)
    return in_words(choices.get(value, value))


def index_of(number: str) -> str:
    return blind_index(number, ID_PURPOSE)
