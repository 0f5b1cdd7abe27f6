"""Paths for the tests of the chain: dates written by the numbers of the steps, and one whole path on which nothing is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from branches.holidays import BUILT_IN, built_in, calendar_of
from members.development.exits import NO_EXITS, Exits, Judgement
from members.development.rules import judge_as
from members.development.shape import RuleSet
from members.development.steps import SET_2014, SET_2026
from members.development.windows import Window, open_window

CALENDAR = calendar_of(built_in(year) for year in BUILT_IN)
SETS = {"2014": (SET_2014,), "2026": (SET_2026,), "both": (SET_2014, SET_2026)}


def day(text: str) -> date:
    return date.fromisoformat(text)


def dates(text: str) -> dict[str, date]:
    """"3=2025-01-31 born_on=2000-01-01" by the keys of the steps and marks."""
    pairs = (word.split("=") for word in text.split())
    return {SET_2026.step(int(key)).key if key.isdigit() else key: day(value) for key, value in pairs}


WHOLE = dates("""
    born_on=1995-06-01 1=2024-03-01 2=2024-03-20 3=2024-06-15 4=2024-06-25 5=2024-06-25 6=2026-05-10 7=2026-05-20
    publicity_from=2026-05-25 publicity_to=2026-05-29 8=2026-06-01 9=2026-06-02 10=2026-06-10 11=2026-06-12 12=2026-06-15
    13=2026-06-25 14=2026-07-01 15=2026-07-10 admission_reported_on=2026-07-12 16=2026-07-20 17=2026-08-05 18=2026-08-06
    19=2026-08-10 20=2026-09-01 21=2027-01-10 22=2027-07-01 23=2027-07-12 full_reported_on=2027-07-15 24=2027-08-20
    25=2027-09-01
""")


def until(number: int, **other: str) -> dict[str, date]:
    """The whole path before a step, with some days otherwise; None takes a day away."""
    before = {step.key for step in SET_2026.steps if step.number >= number}
    path = {key: each for key, each in WHOLE.items() if key not in before}
    path |= {key: day(value) for key, value in other.items() if value}
    return {key: each for key, each in path.items() if key not in other or other[key]}


def bare_window(rule_set: RuleSet, number: int, text: str, exits: Exits = NO_EXITS, settings=None) -> Window:
    return open_window(rule_set.step(number), rule_set, dates(text), settings or {}, CALENDAR, exits)


def bare_judgement(rule_set: RuleSet, number: int, on: date, text: str) -> Judgement:
    """By the bounds alone: the other steps that must be on record may be missing."""
    path, step = dates(text), rule_set.step(number)
    step = replace(step, after=tuple(key for key in step.after if key in path), needs=())
    return judge_as(step, rule_set, on, path, {}, CALENDAR, NO_EXITS)
