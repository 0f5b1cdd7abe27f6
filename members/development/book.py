"""The steps of the chain in the book of rules: DEV-1 to DEV-25, each with its calculator, by both texts.

The calculator asks for the days from which a step counts (step3=…, of the steps by their numbers) and, if somebody wants
to know, for the day on which it is to be taken.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from members.development.exits import Exits
from members.development.rules import judge_as
from members.development.shape import MARKS, PROBATION_END, Bound, RuleSet, Step, Unit
from members.development.steps import SETS
from members.development.windows import Window, label_of, open_window
from members.rules import cn
from partywork.rules import Answer, Param, rule
from partywork.workdays import WEEKENDS_ONLY, WorkCalendar, nth_working_day

GROUP = "发展党员"
EXTENSION = Param("extension_months", "已延长预备期几个月（没有延长为0）", low=0, high=12, default=0)
OPTIONAL = "（可不填）"
MOVED_IN = Param("moved_in_on", f"预备期中转入本支部的日期{OPTIONAL}", "date", default="")
DAY = Param("day", f"拟办理日期{OPTIONAL}", "date", default="")
BESIDE = {"candidate_consent": ("publicity_to",), "branch_review": ("leaving_on",)}  # days that rules.judge also looks at


def param_name(key: str, rule_set: RuleSet) -> str:
    return key if key in MARKS else f"step{rule_set.step(key).number}"


def key_params(step: Step, rule_set: RuleSet) -> dict[str, Param]:
    """{key: param} for every day from which the step counts; the regulation's own order."""
    asked: dict[str, bool] = {}
    for key, required in _asked(step):
        key = "admission" if key == PROBATION_END else key
        asked[key] = asked.get(key, False) or required
    return {key: _param(key, required, step, rule_set) for key, required in sorted(asked.items(), key=_order(rule_set))}


def _asked(step: Step) -> Iterator[tuple[str, bool]]:
    """Each key with whether it must be given."""
    for bound in (*step.opening, *step.latest, *step.last):
        yield from _keys(bound, step)
    yield from ((key, False) for key in BESIDE.get(step.key, ()))


def _keys(bound: Bound, step: Step) -> Iterator[tuple[str, bool]]:
    if bound.chosen:
        chosen = next(each for each in step.settings if each.name == bound.since)
        yield from ((key, key == step.figures[bound.since]) for key, _ in chosen.choices)
        return
    yield bound.since, bound.needed and not bound.instead
    if bound.instead:
        yield bound.instead, bound.needed


def _order(rule_set: RuleSet) -> Callable:
    """What must be given first, then by the number of the step, marks last."""
    numbers = {each.key: each.number for each in rule_set.steps}
    return lambda item: (not item[1], numbers.get(item[0], 99))


def _param(key: str, required: bool, step: Step, rule_set: RuleSet) -> Param:
    label = MARKS.get(key) or f"{label_of(key, rule_set)}的日期"
    label = f"上一次{label}" if key == step.key else label
    if required:
        return Param(param_name(key, rule_set), label, "date")
    return Param(param_name(key, rule_set), label + OPTIONAL, "date", default="")


def calculator(step: Step, rule_set: RuleSet) -> tuple[tuple[Param, ...], Callable[..., Answer]]:
    """The params of a step's rule and the function that answers them."""
    by_key = key_params(step, rule_set)
    ends = any(bound.since == PROBATION_END for bound in (*step.opening, *step.latest))
    extra = (EXTENSION,) * ends + (MOVED_IN,) * (step.key == "full_meeting")
    params = (*by_key.values(), *extra, DAY)

    def answer(*, day: Any, calendar: WorkCalendar = WEEKENDS_ONLY, **values: Any) -> Answer:
        figures = {name: values.pop(name) for name in step.figures}
        dates = {key: values[param.name] for key, param in by_key.items() if values[param.name]}
        exits = Exits(extension_months=values.get("extension_months", 0), moved_in_on=values.get("moved_in_on") or None)
        return _answer(_asked_of(step, dates), rule_set, day or None, dates, {step.rule_id: figures}, calendar, exits)

    names = (*(param.name for param in params), *step.figures, *["calendar"] * by_calendar(step))
    answer.__signature__ = inspect.Signature([inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names])
    return params, answer


def by_calendar(step: Step) -> bool:
    """Whether working days count in this step."""
    return any(bound.unit is Unit.PUBLICITY for bound in step.opening)


def _asked_of(step: Step, dates: dict[str, date]) -> Step:
    """Without what the calculator was not told: whoever tries a rule need not know the whole path."""
    needs = step.needs if "publicity_to" in dates else tuple(each for each in step.needs if each != "publicity")
    return replace(step, after=tuple(key for key in step.after if key in dates), needs=needs)


def _answer(
    step: Step, rule_set: RuleSet, day: date | None, dates: dict, settings: dict, calendar: WorkCalendar, exits: Exits
) -> Answer:
    found = open_window(step, rule_set, dates, settings, calendar, exits)
    if found.missing:
        wanting = "、".join(f"{param_name(key, rule_set)}（{label_of(key, rule_set)}）" for key in found.missing)
        return Answer(None, f"还缺少日期：{wanting}。")
    values = _values(found, dates, settings, calendar)
    if day is None:
        return Answer(None, window_words(found) + "".join(found.warnings), values)
    judged = judge_as(step, rule_set, day, dates, settings, calendar, exits)
    within = (found.blocked_before or day) <= day <= (found.latest or day)  # otherwise the verdict tells the window
    verdict = judged.says if judged.blocks or judged.warnings else f"{cn(day)}可以办理。"
    return Answer(judged.holds, (window_words(found) if within else "") + verdict + _other_text(rule_set, day), values)


def window_words(found: Window) -> str:
    """最早…，最迟…, with where each comes from."""
    says = f"最早可在{cn(found.earliest)}办理（{found.why_earliest}）" if found.earliest else "没有最早日期"
    says += f"，最迟应在{cn(found.latest)}办理（{found.why_latest}）" if found.latest else "，没有规定最迟日期"
    return says + (f"，特殊情况最长到{cn(found.last)}。" if found.last else "。")


def _values(found: Window, dates: dict, settings: dict, calendar: WorkCalendar) -> dict[str, date | None]:
    values = {"earliest": found.earliest, "latest": found.latest}
    if found.last:
        values["last"] = found.last
    for bound in found.step.earliest:
        if bound.unit is Unit.PUBLICITY and (first := dates.get(bound.since) or dates.get(bound.instead)):
            days = settings[found.step.rule_id][bound.figure]
            values["publicity_until"] = nth_working_day(first, days, calendar).value
    return values


def _other_text(rule_set: RuleSet, day: date) -> str:
    """A note when that day is not one of this text's."""
    if rule_set.valid_from <= day and (rule_set.valid_to is None or day < rule_set.valid_to):
        return ""
    return f"注意：以上按{rule_set.title}推算，{cn(day)}不在它的施行期内，请改按那一天的规定试算。"


def declare_step(step: Step, rule_set: RuleSet) -> None:
    params, function = calculator(step, rule_set)
    rule(
        step.rule_id,
        title=step.name,
        says=step.says,
        article=rule_set.article(*step.articles),
        trust=rule_set.trust,
        valid_from=rule_set.valid_from,
        valid_to=rule_set.valid_to,
        figures=step.figures,
        params=params,
        group=GROUP,
        settings=step.settings,
        with_calendar=by_calendar(step),
    )(function)


for _set in SETS:
    for _step in _set.steps:
        declare_step(_step, _set)
