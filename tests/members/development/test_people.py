"""Contacts, introducers, training, publicity, age and who may decide: both sides of every bound."""

from __future__ import annotations

from decimal import Decimal

import pytest

from members.development.people import (
    Discipline,
    Person,
    adult_on,
    judge_body,
    judge_contacts,
    judge_introducers,
    judge_leaving,
    judge_publicity,
    judge_training,
    local_publicity,
)
from members.development.steps import SET_2014, SET_2026
from tests.members.development.paths import CALENDAR, day

A, B, C = (Person(name, True) for name in "甲乙丙")
PROBATIONER = Person("丁", False)


def under(name: str, discipline: Discipline) -> Person:
    return Person(name, True, discipline)


@pytest.mark.parametrize(("people", "holds"), [([], False), ([A], True), ([A, B], True), ([A, B, C], False), ([PROBATIONER], False)])
def test_one_or_two_contacts(people, holds):
    assert judge_contacts(people).holds is holds


@pytest.mark.parametrize(("people", "holds"), [([], False), ([A], False), ([A, B], True), ([A, B, C], False), ([A, PROBATIONER], False)])
@pytest.mark.parametrize("rule_set", [SET_2014, SET_2026])
def test_two_introducers(people, holds, rule_set):
    assert judge_introducers(people, rule_set).holds is holds


@pytest.mark.parametrize("rule_set", [SET_2014, SET_2026])
def test_nobody_under_probation_introduces(rule_set):
    judged = judge_introducers([A, under("戊", Discipline.PROBATION)], rule_set)
    assert judged.blocks == ("戊受留党察看处分、尚未恢复党员权利，不能作入党介绍人。",)


@pytest.mark.parametrize(("rule_set", "warnings"), [(SET_2014, ()), (SET_2026, ("戊在处分影响期内，不宜作入党介绍人。",))])
def test_a_lighter_punishment_warns_since_2026(rule_set, warnings):
    judged = judge_introducers([A, under("戊", Discipline.LIGHT)], rule_set)
    assert (judged.blocks, judged.warnings) == ((), warnings)


def test_every_discipline_has_its_word():
    assert [each.label[:1] for each in Discipline] == ["无", "警", "留"]


@pytest.mark.parametrize(
    ("days", "hours", "holds"),
    [(3, 0, True), (Decimal("2.9"), 0, False), (0, 24, True), (0, Decimal("23.5"), False), (2, 23, False), (5, 40, True)],
)
def test_three_days_or_twenty_four_hours(days, hours, holds):
    assert judge_training(days, hours).holds is holds


def test_an_exception_is_told_and_nothing_at_all_is_named():
    assert judge_training(0, 0).blocks == ("没有参加集中培训，一般应不少于3天或者24学时。",)
    exceptional = judge_training(0, 0, exceptional=True)
    assert (exceptional.holds, len(exceptional.warnings)) == (True, 1)


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        ("2026-06-01", "2026-06-05", True), ("2026-06-01", "2026-06-04", False), ("2026-06-05", "2026-06-11", True),
        ("2026-06-05", "2026-06-10", False),
        # National Day 2026: 1-7 October off, 10 October worked.
        ("2026-09-28", "2026-10-09", True), ("2026-09-28", "2026-10-08", False), ("2026-10-05", "2026-10-13", True),
        ("2026-10-05", "2026-10-12", False), ("2026-10-01", "2026-10-07", False),
        # Spring festival 2026: 15-23 February off, 14 and 28 February worked.
        ("2026-02-12", "2026-02-25", True), ("2026-02-12", "2026-02-24", False), ("2026-02-24", "2026-02-28", True),
        ("2026-02-24", "2026-02-27", False),
    ],
)  # fmt: skip
def test_five_working_days_of_publicity(first, last, holds):
    judged = judge_publicity(day(first), day(last), CALENDAR)
    assert (judged.holds, judged.warnings) == (holds, ())


def test_publicity_in_a_year_that_nobody_entered():
    judged = judge_publicity(day("2027-02-04"), day("2027-02-10"), CALENDAR)
    assert (judged.holds, judged.warnings) == (True, ("2027年的节假日安排尚未录入，暂按双休日推算，录入后请再核对。",))


def test_publicity_that_is_not_asked_for_or_not_there():
    assert judge_publicity(None, None, CALENDAR, least=0).holds
    assert judge_publicity(None, day("2026-06-05"), CALENDAR).blocks == ("尚未登记公示的起止日期，公示应不少于5个工作日。",)
    assert judge_publicity(day("2026-06-05"), day("2026-06-04"), CALENDAR).blocks == ("公示结束日期早于开始日期。",)


@pytest.mark.parametrize(("step", "days"), [("activist", 5), ("admission", 0), ("full_meeting", 7), ("oath", 0)])
def test_publicity_of_ones_own(step, days):
    assert local_publicity(step, {"DEV-29": {"activist_days": 5, "full_days": 7}}) == days
    assert local_publicity(step, {}) == 0


@pytest.mark.parametrize(
    ("on", "leaving", "warned"),
    [("2026-11-30", "2027-02-27", True), ("2026-11-30", "2027-02-28", False), ("2026-11-30", None, False)],
)
def test_leaving_within_three_months(on, leaving, warned):
    judged = judge_leaving(day(on), leaving and day(leaving))
    assert (judged.holds, bool(judged.warnings)) == (True, warned)


@pytest.mark.parametrize(("born", "adult"), [("2000-03-15", "2018-03-15"), ("2008-02-29", "2026-02-28"), ("2007-12-31", "2025-12-31")])
def test_the_eighteenth_birthday(born, adult):
    assert adult_on(day(born)) == day(adult)


@pytest.mark.parametrize(
    ("step", "kind", "holds"),
    [
        ("admission", "branch", True), ("admission", "joint", True), ("admission", "temporary", False),
        ("full_meeting", "temporary", False), ("approval", "committee", True), ("approval", "general", False),
        ("approval", "branch", False), ("full_approval", "committee", True),
        ("full_approval", "general", False), ("full_approval", "temporary", False), ("oath", "temporary", True),
    ],
)  # fmt: skip
def test_who_may_decide(step, kind, holds):
    assert judge_body(step, kind).holds is holds
