"""The book of rules: what regulations demand, as pure functions of plain values. Declaration only.

Each version of a rule has its own validity; a rule that changed keeps both versions with their dates. Local
practice (trust mark L) is a parameter with a default that the organisation may set (branches.RuleSetting).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from partywork.periods import DATE_YEARS
from partywork.workdays import WEEKENDS_ONLY, WorkCalendar

TRUST = {
    "V": "已核对条文",
    "S": "据二手资料",
    "L": "本地做法（可设置）",
    "M": "待核实",
    "D": "本系统约定",
}


@dataclass(frozen=True)
class Param:
    """One value that the calculator asks for: kind is int, decimal, date, bool or choice."""

    name: str
    label: str
    kind: str = "int"
    choices: tuple[tuple[str, str], ...] = ()
    low: int | None = None
    high: int | None = None
    default: Any = None

    def parse(self, text: str) -> Any:
        """The typed value of what somebody wrote; ValueError with a Chinese sentence when it is not one."""
        value = text.strip()
        if not value and self.default is not None:
            return self.default
        return getattr(self, f"_{self.kind}")(value)

    def _int(self, value: str) -> int:
        if not (value.removeprefix("-").isascii() and value.removeprefix("-").isdigit() and len(value) <= 9):
            raise ValueError(f"{self.label}应为整数。")
        number = int(value)
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise ValueError(f"{self.label}应在{self.low}到{self.high}之间。")
        return number

    def _decimal(self, value: str) -> Decimal:
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if not value.isascii() or len(value) > 14 or not number.is_finite() or not 0 <= number < 100_000_000:
            raise ValueError(f"{self.label}应为不小于0的数。")
        return number

    def _date(self, value: str) -> date:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{self.label}应为日期，例如 2026-06-03。") from None
        if day.year not in DATE_YEARS:
            raise ValueError(f"{self.label}应在{DATE_YEARS[0]}年到{DATE_YEARS[-1]}年之间。")
        return day

    def _bool(self, value: str) -> bool:
        if value.lower() not in {"1", "0", "true", "false", "yes", "no", "是", "否", ""}:
            raise ValueError(f"{self.label}应为“是”或“否”。")
        return value.lower() in {"1", "true", "yes", "是"}

    def _choice(self, value: str) -> str:
        if value not in dict(self.choices):
            raise ValueError(f"{self.label}应为：{'、'.join(code for code, _ in self.choices)}。")
        return value


@dataclass(frozen=True)
class Answer:
    """What a rule answers: whether it holds (None where it only computes), in words, and the computed values."""

    holds: bool | None
    says: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One version of one rule. `figures` are its numbers; `settings` says which of them the organisation may set."""

    id: str
    title: str
    says: str
    article: str
    trust: str
    valid_from: date
    valid_to: date | None
    figures: dict[str, Any]
    params: tuple[Param, ...]
    function: Callable[..., Answer] = field(repr=False)
    group: str = ""
    settings: tuple[Param, ...] = ()
    with_calendar: bool = False

    @property
    def trust_label(self) -> str:
        return TRUST[self.trust]

    def answer(
        self, figures: dict[str, Any] | None = None, calendar: WorkCalendar = WEEKENDS_ONLY, **values: Any
    ) -> Answer:
        """Apply the rule to typed values, with the organisation's own figures where it set some, and by its calendar
        where working days count."""
        days = {"calendar": calendar} if self.with_calendar else {}
        return self.function(**values, **days, **(self.figures | (figures or {})))


_book: dict[str, list[Rule]] = {}


def rule(
    rule_id: str,
    *,
    title: str,
    says: str,
    article: str,
    trust: str,
    valid_from: date,
    valid_to: date | None = None,
    figures: dict[str, Any] | None = None,
    params: tuple[Param, ...] = (),
    group: str = "",
    settings: tuple[Param, ...] = (),
    with_calendar: bool = False,
) -> Callable:
    """Declare one version of a rule. The function takes the params and the figures by keyword -> Answer; with
    `with_calendar` also `calendar`, by which it counts working days.

    A figure named in `settings` is local practice: the organisation may set its own from a day on."""

    def declare(function: Callable[..., Answer]) -> Callable[..., Answer]:
        wanted = {param.name for param in params} | set(figures or {}) | ({"calendar"} if with_calendar else set())
        if wanted != set(inspect.signature(function).parameters):
            raise ValueError(f"rule {rule_id}: the function's arguments are not its params and figures")
        if {each.name for each in settings} - set(figures or {}):
            raise ValueError(f"rule {rule_id}: only its figures can be set")
        _book.setdefault(rule_id, []).append(
            Rule(
                rule_id,
                title,
                says,
                article,
                trust,
                valid_from,
                valid_to,
                figures or {},
                params,
                function,
                group,
                settings,
                with_calendar,
            )
        )
        return function

    return declare


def in_force(rule_id: str, on: date) -> Rule | None:
    """The version of a rule in force on a day, or None."""
    for each in _book.get(rule_id, []):
        if each.valid_from <= on and (each.valid_to is None or on < each.valid_to):
            return each
    return None


def versions(rule_id: str) -> list[Rule]:
    """Every version of a rule, oldest first."""
    return sorted(_book.get(rule_id, []), key=lambda each: each.valid_from)


def book(on: date | None = None) -> list[Rule]:
    """Every rule in force on a day (or every version when no day is given), in order of group and id."""
    rules = [each for same in _book.values() for each in same]
    if on is not None:
        rules = [
            each for each in rules if each.valid_from <= on and (each.valid_to is None or on < each.valid_to)
        ]
    return sorted(
        rules,
        key=lambda each: (each.group, each.id.split("-")[0], int(each.id.split("-")[1]), each.valid_from),
    )
