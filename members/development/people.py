"""Who and what a step needs beside its day: contacts, introducers, training, publicity, age. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from members.development.exits import Judgement
from members.development.shape import RuleSet
from members.development.steps import SET_2014
from members.rules import ADULT_YEARS, cn
from partywork.periods import add_months
from partywork.workdays import WorkCalendar, working_days

CONTACTS = (1, 2)
INTRODUCERS = 2
DAYS, HOURS = 3, 24
PUBLICITY_DAYS = 5
PUBLICITY_RULE = "DEV-29"
# Publicity that the text does not ask for and many units do: the step and the figure of DEV-29 that holds the days.
LOCAL_PUBLICITY = {"activist": "activist_days", "admission": "admission_days", "full_meeting": "full_days"}


class Discipline(StrEnum):
    """A member's punishment, as far as it bears on introducing somebody."""

    NONE = ""
    LIGHT = "light"
    PROBATION = "probation"

    @property
    def label(self) -> str:
        return {"": "无", "light": "警告、严重警告或者撤销党内职务，在影响期内", "probation": "留党察看，尚未恢复党员权利"}[self]


@dataclass(frozen=True)
class Person:
    """A member who is to be contact or introducer, as he stands on the day of the step."""

    name: str
    is_full: bool
    discipline: Discipline = Discipline.NONE


def judge_contacts(people: Sequence[Person]) -> Judgement:
    """One or two full members."""
    blocks = _not_full(people, "培养联系人")
    if not CONTACTS[0] <= len(people) <= CONTACTS[1]:
        blocks.append(f"培养联系人应为{CONTACTS[0]}至{CONTACTS[1]}名正式党员，现有{len(people)}名。")
    return Judgement(tuple(blocks))


def judge_introducers(people: Sequence[Person], rule_set: RuleSet) -> Judgement:
    """Two full members; 留党察看 refuses, since 2026 a lighter punishment within its effect period warns."""
    blocks = _not_full(people, "入党介绍人")
    if len(people) != INTRODUCERS:
        blocks.append(f"入党介绍人应为{INTRODUCERS}名正式党员，现有{len(people)}名。")
    blocks += [f"{each.name}受留党察看处分、尚未恢复党员权利，不能作入党介绍人。"
               for each in people if each.discipline == Discipline.PROBATION]  # fmt: skip
    light = [] if rule_set is SET_2014 else [each for each in people if each.discipline == Discipline.LIGHT]
    return Judgement(tuple(blocks), tuple(f"{each.name}在处分影响期内，不宜作入党介绍人。" for each in light))


def _not_full(people: Sequence[Person], what: str) -> list[str]:
    return [f"{each.name}不是正式党员，不能作{what}。" for each in people if not each.is_full]


def judge_training(days: Decimal | int, hours: Decimal | int, exceptional: bool = False) -> Judgement:
    """Three days or 24 hours; less refuses unless the committee has recognised an exception."""
    if days >= DAYS or hours >= HOURS:
        return Judgement()
    if exceptional:
        return Judgement((), (f"集中培训不足{DAYS}天或者{HOURS}学时，按个别特殊情况办理，请留存上级党委的意见。",))
    what = "没有参加集中培训" if not days and not hours else f"集中培训{days}天、{hours}学时"
    return Judgement((f"{what}，一般应不少于{DAYS}天或者{HOURS}学时。",))


def judge_publicity(
    first: date | None, last: date | None, calendar: WorkCalendar, least: int = PUBLICITY_DAYS
) -> Judgement:
    """So many working days from the first to the last, both counted. Nothing is asked for when `least` is 0."""
    if not least:
        return Judgement()
    if first is None or last is None:
        return Judgement((f"尚未登记公示的起止日期，公示应不少于{least}个工作日。",))
    if last < first:
        return Judgement(("公示结束日期早于开始日期。",))
    count, warning = working_days(first, last, calendar)
    short = (f"公示自{cn(first)}至{cn(last)}共{count}个工作日，应不少于{least}个工作日。",) if count < least else ()
    return Judgement(short, (warning,) if warning else ())


def local_publicity(step: str, settings: Mapping[str, Mapping[str, Any]]) -> int:
    """The working days of publicity that the organisation itself asks for at a step; 0 when it asks for none."""
    return settings.get(PUBLICITY_RULE, {}).get(LOCAL_PUBLICITY.get(step, ""), 0)


def judge_body(step: str, kind: str) -> Judgement:
    """Whether an organisation of this kind (branches.models.BranchKind) may decide a step: a temporary branch admits
    nobody, and only a committee approves."""
    if step in ("admission", "full_meeting") and kind == "temporary":
        return Judgement(("临时党支部不能接收预备党员，也不能讨论转正，另有规定的除外。",))
    if step in ("approval", "full_approval") and kind != "committee":
        return Judgement(("只有具有审批权限的基层党委可以审批，党总支、党支部、临时党组织不能审批。",))
    return Judgement()


def judge_leaving(day: date, leaving_on: date | None, months: int = 3) -> Judgement:
    """Whoever leaves the unit within so many months is usually not admitted here: a warning."""
    if leaving_on is None or leaving_on >= add_months(day, months):
        return Judgement()
    return Judgement((), (f"预计{cn(leaving_on)}离开本单位，不足{months}个月，一般不办理接收预备党员手续。",))


def adult_on(born_on: date) -> date:
    """The 18th birthday; for somebody born on 29 February it is 28 February in a common year."""
    return add_months(born_on, 12 * ADULT_YEARS)
