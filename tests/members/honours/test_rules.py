"""HON-1 and HON-2 on both sides of their bounds, and what is to be looked into before somebody is recommended."""

from __future__ import annotations

from datetime import date

import pytest

from members.honours.rules import warnings_of
from partywork.rules import in_force
from partywork.workdays import WorkCalendar

DAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("end", "days", "holds"), [(date(2026, 6, 18), 4, False), (date(2026, 6, 19), 5, True), (date(2026, 6, 14), 0, False)]
)
def test_publicity_takes_five_working_days(end, days, holds):
    answer = in_force("HON-1", DAY).answer(start=DAY, end=end)
    assert (answer.values["days"], answer.holds) == (days, holds)


def test_publicity_by_a_calendar_and_by_own_days():
    known = WorkCalendar(frozenset({date(2026, 6, 19)}), frozenset(), frozenset({2026}))
    answer = in_force("HON-1", DAY).answer({}, known, start=DAY, end=date(2026, 6, 19))
    assert (answer.values, answer.holds) == ({"days": 4, "warning": ""}, False)
    assert in_force("HON-1", DAY).answer({"days": 4}, known, start=DAY, end=date(2026, 6, 19)).holds is True
    assert "节假日安排尚未录入" in in_force("HON-1", DAY).answer(start=DAY, end=date(2026, 6, 19)).says


@pytest.mark.parametrize(
    ("members", "chosen", "holds"), [(100, 4, True), (100, 5, False), (99, 4, False), (0, 0, True), (25, 1, True)]
)
def test_the_share_of_outstanding_members(members, chosen, holds):
    assert in_force("HON-2", DAY).answer(members=members, chosen=chosen).holds is holds


@pytest.mark.parametrize(
    ("kind", "left", "grades", "count"),
    [
        ("full", False, ("excellent",), 0),
        ("full", False, ("qualified", "excellent"), 0),
        ("full", False, ("qualified",), 1),
        ("full", False, (), 1),
        ("full", False, ("basic", "excellent"), 1),
        ("probationary", False, ("excellent",), 1),
        ("full", True, ("excellent",), 1),
    ],
)
def test_what_to_look_into(kind, left, grades, count):
    assert len(warnings_of(kind, left, grades)) == count
