"""The rules as people meet them: by the day, with the organisation's own figures, applied to what somebody typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from branches.holiday_services import work_calendar
from branches.models import RuleSetting
from partywork import rules
from partywork.errors import RuleViolation
from partywork.journal.services import register_actions, write_entry
from partywork.rules import Answer, Param, Rule
from partywork.tokens import make_once
from partywork.workdays import WEEKENDS_ONLY

EARLIEST = date(2000, 1, 1)
register_actions({"rule.set": "设置本地做法"})


@dataclass(frozen=True)
class Entry:
    """One rule as it stands on a day: the version in force and the organisation's own setting, if any."""

    rule: Rule
    setting: RuleSetting | None

    @property
    def figures(self) -> dict[str, Any]:
        return self.rule.figures | (self.setting.figures if self.setting else {})

    @property
    def words(self) -> str:
        """The figures that can be set, in words: 周期：每半年；次数：2."""
        return figure_words(self.rule, self.figures)


def entries_on(day: date) -> list[Entry]:
    """Every rule in force on a day; one query."""
    latest = {
        row.rule_id: row
        for row in RuleSetting.objects.filter(valid_from__lte=day).order_by("valid_from", "id")
    }
    return [Entry(rule, latest.get(rule.id) if rule.settings else None) for rule in rules.book(day)]


def entry_on(rule_id: str, day: date) -> Entry | None:
    """One rule on a day, or None when it was not in force."""
    rule = rules.in_force(rule_id, day)
    if rule is None:
        return None
    return Entry(rule, RuleSetting.objects.in_force(rule_id, day) if rule.settings else None)


def own_figures(rule_ids: Iterable[str], day: date) -> dict[str, dict[str, Any]]:
    """{rule: the organisation's own figures on a day}, of those that it set; one query."""
    rows = RuleSetting.objects.filter(rule_id__in=list(rule_ids), valid_from__lte=day)
    return {row.rule_id: row.figures for row in rows.order_by("valid_from", "id")}


def figure_words(rule: Rule, figures: Mapping[str, Any]) -> str:
    return "；".join(
        f"{param.label}：{_figure_word(param, figures[param.name])}"
        for param in rule.settings
    )


def _figure_word(param: Param, value: Any) -> Any:
    if param.kind == "bool":
        return "是" if value else "否"
    return dict(param.choices).get(value, value)


def read_values(params: tuple[Param, ...], typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The typed values, and for each param that is wrong or missing one Chinese sentence."""
    values, faults = {}, {}
    for param in params:
        text = typed.get(param.name, "")
        if not text.strip() and param.default is None and param.kind != "bool":
            faults[param.name] = f"请填写{param.label}。"
            continue
        try:
            values[param.name] = param.parse(text)
        except ValueError as fault:
            faults[param.name] = str(fault)
    return values, faults


def apply_entry(entry: Entry, values: Mapping[str, Any]) -> Answer:
    """By the organisation's own figures, and by its calendar where the rule counts working days (one query)."""
    calendar = work_calendar() if entry.rule.with_calendar else WEEKENDS_ONLY
    return entry.rule.answer(entry.setting.figures if entry.setting else None, calendar, **values)


@transaction.atomic
def set_rule_figures(
    *, actor, rule_id: str, figures: Mapping[str, Any], valid_from: date, reason: str, form_token=None
) -> RuleSetting:
    """The organisation's own figures for a rule from a day on. Earlier ones stay with their time."""
    actor.require("bureau.edit")
    setting, _ = make_once(
        RuleSetting,
        form_token,
        actor,
        lambda: _new_setting(actor, rule_id, figures, valid_from, reason, form_token),
        by="set_by",
    )
    return setting


def _new_setting(
    actor, rule_id: str, figures: Mapping[str, Any], valid_from: date, reason: str, form_token
) -> RuleSetting:
    entry = _settable(rule_id, valid_from)
    chosen = _checked(entry.rule, figures)
    if RuleSetting.objects.filter(rule_id=rule_id, valid_from=valid_from).exists():
        raise RuleViolation("这条规则在这一天已有设置，请换一个日期。", field="valid_from", rule=rule_id)
    if chosen == {name: entry.figures[name] for name in chosen}:
        raise RuleViolation(f"同这一天正在执行的取值一样（{entry.words}），不用再设置。", rule=rule_id)
    setting = RuleSetting.objects.create(
        rule_id=rule_id,
        figures=chosen,
        valid_from=valid_from,
        set_by=actor,
        reason=_reason(reason),
        **({"form_token": form_token} if form_token else {}),
    )
    write_entry(
        actor=actor,
        action="rule.set",
        target=setting,
        label=f"{rule_id} {entry.rule.title}",
        reason=setting.reason,
        changes={
            "取值": [entry.words, figure_words(entry.rule, chosen)],
            "自": [None, valid_from.isoformat()],
        },
    )
    return setting


def _settable(rule_id: str, day: date) -> Entry:
    if day < EARLIEST:
        raise RuleViolation("起始日期不能早于2000年。", field="valid_from", rule=rule_id)
    entry = entry_on(rule_id, day)
    if entry is None:
        raise RuleViolation("这条规则在这一天还没有施行，请换一个日期。", field="valid_from", rule=rule_id)
    if not entry.rule.settings:
        raise RuleViolation("这条规则由上级规定，不能由本单位设置。", rule=rule_id)
    return entry


def _checked(rule: Rule, figures: Mapping[str, Any]) -> dict[str, Any]:
    values, faults = read_values(rule.settings, {name: str(value) for name, value in figures.items()})
    for name, fault in faults.items():
        raise RuleViolation(fault, field=name, rule=rule.id)
    return values


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or len(reason) > RuleSetting._meta.get_field("reason").max_length:
        raise RuleViolation("请写明依据，最多200个字。", field="reason")
    return reason
