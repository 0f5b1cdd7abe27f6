"""When each step may be taken and by when it should be: pure functions of plain values.

An interval that has not passed blocks; a limit that has passed warns. The text of the regulation is that in force on the
day of the step. `dates` is {key: date} of what is on record (keys: steps.KEYS and shape.MARKS; of a repeated step the last
time), `settings` {rule id: figures} the organisation's own figures, `calendar` its working days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count, pairwise, takewhile

from members.development.exits import NO_EXITS, Exits, Judgement
from members.development.people import judge_leaving, judge_publicity
from members.development.shape import PROBATION_END, RuleSet, Stage, Step
from members.development.steps import SET_2014, SET_2026, SETS
from members.development.windows import (
    NO_SETTINGS,
    Dates,
    Settings,
    Window,
    figures_of,
    label_of,
    open_window,
)
from members.rules import cn
from partywork.periods import add_months
from partywork.workdays import WEEKENDS_ONLY, WorkCalendar


def set_on(day: date) -> RuleSet:
    """The rule set in force on a day; before the text of 2014 that of 2014 stands in."""
    return SET_2026 if day >= SET_2026.valid_from else SET_2014


def window(
    step: str | int,
    dates: Dates,
    settings: Settings = NO_SETTINGS,
    calendar: WorkCalendar = WEEKENDS_ONLY,
    *,
    exits: Exits = NO_EXITS,
    on: date | None = None,
    rule_set: RuleSet | None = None,
) -> Window:
    """The window of a step by key or number. The rule set is that of the step's own day; of an open step that of `on` (the
    day of asking, else the last day on record), or of its earliest day where that lies in a later set."""
    if rule_set:
        return open_window(rule_set.step(step), rule_set, dates, settings, calendar, exits)
    key = SET_2026.step(step).key
    day = dates.get(key) or on or max(dates.values(), default=SET_2026.valid_from)
    for each in SETS[SETS.index(set_on(day)) :]:
        found = open_window(each.step(step), each, dates, settings, calendar, exits)
        if key in dates or not each.valid_to or (found.earliest or day) < each.valid_to:
            break
    return found


def judge(
    step: str | int,
    day: date,
    dates: Dates,
    settings: Settings = NO_SETTINGS,
    calendar: WorkCalendar = WEEKENDS_ONLY,
    *,
    exits: Exits = NO_EXITS,
    partial: bool = False,
) -> Judgement:
    """Whether a step may be entered for (or moved to) a day, given the other dates on record. Its own former date does not
    count; later steps on record must still fit. `partial`: steps before it may be missing (from an earlier file)."""
    rule_set = set_on(day)
    return judge_as(rule_set.step(step), rule_set, day, dates, settings, calendar, exits, partial=partial)


def judge_as(
    step: Step, rule_set: RuleSet, day: date, dates: Dates, settings: Settings, calendar: WorkCalendar, exits: Exits,
    *, partial: bool = False,
) -> Judgement:  # fmt: skip
    """`judge` by one rule set, whatever the day."""
    others = {key: each for key, each in dates.items() if key != step.key or step.until}
    found = open_window(step, rule_set, others, settings, calendar, exits.known_by(day))
    beside = _beside(step, day, others, settings, calendar)
    later = _later_steps(step, day, others, settings, calendar, exits)
    warnings = (*_advice(found, day), *_too_late(found, day), *found.warnings, *beside.warnings)
    missing = [] if partial else _missing(step, found, others)
    return Judgement((*missing, *_too_early(found, day), *beside.blocks, *later), tuple(dict.fromkeys(warnings)))


def review(
    dates: Dates,
    settings: Settings = NO_SETTINGS,
    calendar: WorkCalendar = WEEKENDS_ONLY,
    *,
    exits: Exits = NO_EXITS,
) -> dict[str, Judgement]:
    """Every step on record that has something against it or to be told, by key, in order."""
    judged = {
        step.key: judge(step.key, dates[step.key], dates, settings, calendar, exits=exits)
        for step in SET_2026.steps
        if step.key in dates
    }
    return {key: found for key, found in judged.items() if found.blocks or found.warnings}


def next_steps(
    dates: Dates,
    settings: Settings = NO_SETTINGS,
    calendar: WorkCalendar = WEEKENDS_ONLY,
    *,
    exits: Exits = NO_EXITS,
    on: date | None = None,
) -> list[Window]:
    """The windows of the steps that can come next: not on record (or to be repeated), with everything they count from on
    record. None when the path has ended."""
    if exits.over:
        return []
    openings = [
        window(step.key, dates, settings, calendar, exits=exits, on=on) for step in SET_2026.steps if is_open(step, dates)
    ]
    return [each for each in openings if not each.missing and not wanting(each.step, dates)]


def is_open(step: Step, dates: Dates) -> bool:
    """Not yet taken, or to be repeated until a later step is."""
    return step.until not in dates if step.until else step.key not in dates


def wanting(step: Step, dates: Dates) -> list[str]:
    """Keys of the steps that must be on record before this one and are not."""
    return [key for key in step.after if key not in dates]


def stage_of(dates: Dates, exits: Exits = NO_EXITS) -> Stage | None:
    """The stage of the first step that is not on record, for the board; None when the path has ended."""
    if exits.over:
        return None
    return next((step.stage for step in SET_2026.steps if step.key not in dates and not step.until), None)


def standing_of(dates: Dates, exits: Exits = NO_EXITS) -> str:
    """What the person is: applicant, activist, candidate, probationary, full, ended; "" before the application."""
    if exits.over:
        return "ended"
    reached = (
        ("full_approval", "full"),
        ("approval", "probationary"),
        ("candidate_consent", "candidate"),
        ("activist", "activist"),
        ("application", "applicant"),
    )
    return next((standing for key, standing in reached if key in dates), "")


def thought_report_due(
    dates: Dates, last_report: date | None, settings: Settings = NO_SETTINGS, on: date | None = None
) -> date | None:
    """By when the next thought report is due (local practice); None when none is asked for."""
    step = set_on(on or max(dates.values(), default=SET_2026.valid_from)).step("cultivation")
    months, since = figures_of(step, settings)["report_months"], last_report or dates.get("activist")
    if not months or not since or not is_open(step, dates):
        return None
    return add_months(since, months)

def missed_checks(since: date, checks: Iterable[date], months: int, until: date) -> list[date]:
    """The days by which one of the repeated checks of steps 6 and 21 was due and had not been made: counted from `since`
    (the step from which checking begins), then from each check; the last by `until` (today, or the end of checking)."""
    if not months:
        return []
    begins = [since, *sorted(checks)]
    return [due for last, end in pairwise([*begins, until]) for due in _dues(last, end, months)]


def _dues(last: date, end: date, months: int) -> list[date]:
    """Every day before `end` that is a multiple of so many months after `last`."""
    dues = (add_months(last, months * number) for number in count(1))
    return list(takewhile(lambda due: due < end, dues))


# --- sentences ----------------------------------------------------------------------------------------------------------


def _missing(step: Step, found: Window, dates: Dates) -> list[str]:
    keys = dict.fromkeys((*found.missing, *wanting(step, dates)))
    return [f"{label_of(key, found.rule_set)}尚未登记日期，不能办理{step.label}。" for key in keys]


def _too_early(found: Window, day: date) -> list[str]:
    if found.blocked_before is None or day >= found.blocked_before:
        return []
    early = (found.blocked_before - day).days
    return [f"{found.step.label}最早可在{cn(found.blocked_before)}办理（{found.why_blocked}），{cn(day)}早了{early}天。"]


def _advice(found: Window, day: date) -> list[str]:
    """Local practice about the earliest day, and a day before any text known here."""
    told = []
    if day < SET_2014.valid_from:
        told.append(f"{cn(SET_2014.valid_from)}以前的步骤按2014年细则对照，请以当时的规定为准。")
    if found.earliest and day < found.earliest and (not found.blocked_before or day >= found.blocked_before):
        told.append(f"按本单位的做法，{found.step.label}最早在{cn(found.earliest)}办理（{found.why_earliest}）。")
    return told


def _too_late(found: Window, day: date) -> list[str]:
    if found.latest is None or day <= found.latest:
        return []
    told = f"{found.step.label}最迟应在{cn(found.latest)}办理（{found.why_latest}），{cn(day)}晚了{(day - found.latest).days}天"
    if found.last is None:
        return [f"{told}。"]
    if day <= found.last:
        return [f"{told}；特殊情况最长到{cn(found.last)}。"]
    return [f"{told}，也超过了特殊情况的最长期限{cn(found.last)}。"]


def _beside(step: Step, day: date, dates: Dates, settings: Settings, calendar: WorkCalendar) -> Judgement:
    """What a step needs beside the steps before it, as far as it is a matter of days."""
    if "publicity" in step.needs:
        return _publicity(day, dates, figures_of(step, settings)["publicity_days"], calendar)
    if step.key == "branch_review":
        return judge_leaving(day, dates.get("leaving_on"), step.figures["leaving_months"])
    return Judgement()


def _publicity(day: date, dates: Dates, least: int, calendar: WorkCalendar) -> Judgement:
    first, last = dates.get("publicity_from"), dates.get("publicity_to")
    found = judge_publicity(first, last, calendar, least)
    blocks, warnings = list(found.blocks), list(found.warnings)
    if last and day <= last:
        blocks.append(f"公示到{cn(last)}结束，期满后才能列为发展对象。")
    if first and "candidate" in dates and first < dates["candidate"]:
        warnings.append(f"公示开始早于支委会研究确定的日期（{cn(dates['candidate'])}），请核对。")
    return Judgement(tuple(blocks), tuple(warnings))


def _later_steps(
    step: Step, day: date, dates: Dates, settings: Settings, calendar: WorkCalendar, exits: Exits
) -> list[str]:
    """Steps on record that would come too early if this one were on that day."""
    told, moved = [], {**dates, step.key: day}
    for later in (each for each in SET_2026.steps if each.key in dates and each.key != step.key):
        rule_set, own = set_on(dates[later.key]), dates[later.key]
        entry = rule_set.step(later.key)
        if not _leans_on(entry, step.key, settings):
            continue
        found = open_window(entry, rule_set, moved, settings, calendar, exits.known_by(own))
        if found.blocked_before and own < found.blocked_before:
            told.append(f"{entry.label}已登记在{cn(own)}，按这一天推算最早应在{cn(found.blocked_before)}，请先核对。")
    return told


def leans_on(later: str, day: date, key: str, settings: Settings = NO_SETTINGS) -> bool:
    """Whether a step that was taken on a day counts from another, or must come after it."""
    return _leans_on(set_on(day).step(later), key, settings)


def _leans_on(step: Step, key: str, settings: Settings) -> bool:
    """Whether a step's earliest day counts from this key."""
    figures = figures_of(step, settings)
    since = {figures[each.since] if each.chosen else each.since for each in step.opening}
    since |= {each.instead for each in step.opening}
    return key in since or (key == "admission" and PROBATION_END in since)
