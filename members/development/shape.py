"""How the chain of joining is written down: steps, bounds of their days, rule sets with their dates. No days are computed.

A path is known by its dates: {key: date}. A key is that of a step (steps.py) or one of MARKS, days that are no steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from partywork.rules import Param

# Days that bounds count from although they are no steps of their own.
MARKS = {
    "born_on": "出生日期",
    "publicity_from": "公示开始日期",
    "publicity_to": "公示结束日期",
    "admission_reported_on": "接收决议上报日期",
    "full_reported_on": "转正决议上报日期",
    "leaving_on": "预计离开本单位日期",
}
PROBATION_END = "probation_end"  # computed: the day on which probation, extension included, is over


class Stage(StrEnum):
    APPLICANT = "applicant"
    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    ADMISSION = "admission"
    PROBATION = "probation"

    @property
    def label(self) -> str:
        return {
            "applicant": "申请入党",
            "activist": "入党积极分子的确定和培养教育",
            "candidate": "发展对象的确定和考察",
            "admission": "预备党员的接收",
            "probation": "预备党员的教育考察和转正",
        }[self]


class Unit(StrEnum):
    MONTHS = "months"  # the same day so many months on, clipped to the end of a shorter month
    YEARS = "years"
    WEEKS_BEFORE = "weeks_before"
    PUBLICITY = "publicity"  # the day after so many working days, the first one included


@dataclass(frozen=True)
class Bound:
    """A day counted from another: `figure` names the step's figure that says how many `unit`s ("" = the day itself).

    A figure of 0 means that nothing is demanded."""

    since: str  # key of a step or mark; with `chosen` the name of the figure that holds the key
    figure: str = ""
    unit: Unit = Unit.MONTHS
    blocks: bool = True  # of an earliest day: whether it refuses or only warns
    needed: bool = True  # whether the step cannot be judged without that day
    chosen: bool = False
    instead: str = ""  # counted from here while `since` has no day


@dataclass(frozen=True)
class Step:
    """One of the steps: what it is called, who decides, between which days, and what must be there."""

    number: int
    key: str
    name: str
    stage: Stage
    decides: str
    says: str
    articles: tuple[int, ...]
    earliest: tuple[Bound, ...]
    latest: tuple[Bound, ...] = ()
    last: tuple[Bound, ...] = ()  # the longest that special circumstances allow
    after: tuple[str, ...] = ()  # steps that must be on record, on the same day at the latest
    documents: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # contacts, introducers, training, publicity: see people.py
    meeting: str = ""  # "committee" or "congress": the day is that of a recorded meeting
    vote: str = ""  # the rule by which that meeting votes
    figures: dict[str, Any] = field(default_factory=dict)
    settings: tuple[Param, ...] = ()
    until: str = ""  # repeated, until this step is on record

    def __repr__(self) -> str:
        return f"<step {self.number} {self.key}>"

    @property
    def rule_id(self) -> str:
        return f"DEV-{self.number}"

    @property
    def label(self) -> str:
        return f"第{self.number}步“{self.name}”"

    @property
    def opening(self) -> tuple[Bound, ...]:
        """Every bound of the earliest day, the order among the steps included."""
        return self.earliest + tuple(Bound(key, needed=False) for key in self.after)


@dataclass(frozen=True)
class RuleSet:
    """The steps as one text of the regulation has them, and when that text is in force: [valid_from, valid_to)."""

    code: str
    title: str
    valid_from: date
    valid_to: date | None
    trust: str
    steps: tuple[Step, ...] = field(repr=False)

    def step(self, which: str | int) -> Step:
        """A step by its key or number; KeyError when there is none."""
        for each in self.steps:
            if which in (each.key, each.number):
                return each
        raise KeyError(which)

    def article(self, *numbers: int) -> str:
        """The articles in words, with the title of the text."""
        if not numbers:
            return f"{self.title}，条号待核实"
        return self.title + "、".join(f"第{numeral(number)}条" for number in numbers)


def numeral(number: int) -> str:
    """1-99 in Chinese."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return ten + (digits[ones] if ones or not tens else "")


def changed(steps: tuple[Step, ...], **changes: dict[str, Any]) -> tuple[Step, ...]:
    """The same steps, some with other facts: changed(steps, oath={"latest": ()}). A misspelt key is an error."""
    unknown = set(changes) - {step.key for step in steps}
    if unknown:
        raise KeyError(f"no such step: {sorted(unknown)}")
    return tuple(replace(step, **changes.get(step.key, {})) for step in steps)
