"""The days on which a step's bounds fall. Pure functions; rules.py asks them and speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from members.development.exits import PUT_OFF, Exits, probation_of, put_off_until
from members.development.shape import MARKS, PROBATION_END, Bound, RuleSet, Step, Unit
from members.development.steps import SET_2026
from partywork.periods import add_months
from partywork.workdays import Reckoned, WorkCalendar, nth_working_day

Dates = Mapping[str, date]
Settings = Mapping[str, Mapping[str, Any]]
NO_SETTINGS: Settings = {}


@dataclass(frozen=True)
class Window:
    """Between which days a step lies. `earliest` is None while a day that it counts from is missing (`missing` names the
    keys) or when nothing bounds it; before `blocked_before` the step is refused, before `earliest` local practice warns.
    After `latest` it warns, and `last` is as long as special circumstances allow."""

    step: Step
    rule_set: RuleSet
    earliest: date | None = None
    latest: date | None = None
    last: date | None = None
    blocked_before: date | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    why_earliest: str = ""
    why_blocked: str = ""
    why_latest: str = ""


@dataclass(frozen=True)
class Reached:
    """A bound and the day on which it falls (None: the day from which it counts is not on record)."""

    bound: Bound
    key: str
    day: date | None
    warning: str = ""
    why: str = ""


def figures_of(step: Step, settings: Settings = NO_SETTINGS) -> dict[str, Any]:
    """A step's figures, the organisation's own ones in their place."""
    own = settings.get(step.rule_id, {})
    return step.figures | {name: value for name, value in own.items() if name in step.figures}


def label_of(key: str, rule_set: RuleSet = SET_2026) -> str:
    """第3步“推荐和确定入党积极分子”, or the name of a mark."""
    if key == PROBATION_END:
        return "预备期满"
    return MARKS.get(key) or rule_set.step(key).label



def open_window(
    step: Step, rule_set: RuleSet, dates: Dates, settings: Settings, calendar: WorkCalendar, exits: Exits
) -> Window:
    """A step's window by one rule set, whatever the day."""
    figures, marks = figures_of(step, settings), marks_of(dates, exits)

    def reach(bounds: Iterable[Bound]) -> list[Reached]:
        return [reached(each, marks, figures, calendar, rule_set) for each in bounds if demanded(each, figures)]

    return put_off(opened(Window(step, rule_set), reach(step.opening), reach(step.latest), reach(step.last)), dates, exits)


def opened(window: Window, opening: list[Reached], closing: list[Reached], longest: list[Reached]) -> Window:
    """The window between the latest of its earliest days and the earliest of its latest."""
    missing = tuple(dict.fromkeys(each.key for each in opening if each.bound.needed and not each.day))
    begins, firm = furthest(opening), furthest(each for each in opening if each.bound.blocks)
    ends, last = nearest(closing), nearest(longest)
    return replace(
        window,
        earliest=None if missing else begins.day,
        latest=ends.day,
        last=last.day,
        blocked_before=firm.day,
        missing=missing,
        warnings=tuple(dict.fromkeys(each.warning for each in opening if each.warning)),
        why_earliest=begins.why,
        why_blocked=firm.why,
        why_latest=ends.why,
    )


NOWHERE = Reached(Bound(""), "", None)


def furthest(reached: Iterable[Reached]) -> Reached:
    return max((each for each in reached if each.day), key=lambda each: each.day, default=NOWHERE)


def nearest(reached: Iterable[Reached]) -> Reached:
    return min((each for each in reached if each.day), key=lambda each: each.day, default=NOWHERE)


def put_off(window: Window, dates: Dates, exits: Exits) -> Window:
    """A branch that took a probationary member over has longer for the discussion of 转正."""
    until = window.step.key == "full_meeting" and "admission" in dates and put_off_until(dates["admission"], exits)
    if not until:
        return window
    return replace(window, latest=until, last=None, why_latest=f"预备期中转入的，最多推迟{PUT_OFF}个月讨论，转正日期不变")


def marks_of(dates: Dates, exits: Exits) -> dict[str, date]:
    """The days on record and the one that is computed from them."""
    marks = dict(dates)
    if "admission" in marks:
        marks[PROBATION_END] = probation_of(marks["admission"], exits).full_from
    return marks


def demanded(bound: Bound, figures: Mapping[str, Any]) -> bool:
    return not bound.figure or bound.chosen or figures[bound.figure] != 0


def reached(
    bound: Bound, marks: Dates, figures: Mapping[str, Any], calendar: WorkCalendar, rule_set: RuleSet
) -> Reached:
    key = figures[bound.since] if bound.chosen else bound.since
    if key not in marks and bound.instead:
        key = bound.instead if bound.instead in marks else key
    count = figures[bound.figure] if bound.figure else 0
    if key not in marks:
        return Reached(bound, "admission" if key == PROBATION_END else key, None)
    day, warning = counted(marks[key], count, bound.unit, calendar)
    return Reached(bound, key, day, warning, why_of(bound, label_of(key, rule_set), count))


def counted(start: date, count: int, unit: Unit, calendar: WorkCalendar) -> Reckoned[date]:
    """The day so many units from `start`."""
    if unit is Unit.PUBLICITY:
        last, warning = nth_working_day(start, count, calendar)
        return Reckoned(last + timedelta(1), warning)
    if unit is Unit.WEEKS_BEFORE:
        return Reckoned(start - timedelta(weeks=count), "")
    return Reckoned(add_months(start, count * (12 if unit is Unit.YEARS else 1)), "")


def why_of(bound: Bound, label: str, count: int) -> str:
    """Where a bound comes from, in words."""
    if not bound.figure:
        return f"{label}的日期"
    if bound.unit is Unit.PUBLICITY:
        return f"公示满{count}个工作日以后"
    if bound.unit is Unit.WEEKS_BEFORE:
        return f"{label}前{count}周起"
    if bound.unit is Unit.YEARS:
        return f"满{count}周岁"
    return f"自{label}起{count}个月"
