"""Working days at every bound: weekends, holidays, make-up days, the turn of the year, a year that nobody entered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partywork.workdays import (
    WEEKENDS_ONLY,
    WorkCalendar,
    add_working_days,
    is_working_day,
    nth_working_day,
    unknown_years,
    working_days,
)

# Wednesday to Friday off, Sunday before and Saturday after worked.
SPRING = WorkCalendar(
    frozenset(date(2026, 3, day) for day in (11, 12, 13)),
    frozenset({date(2026, 3, 8), date(2026, 3, 14)}),
    frozenset({2026}),
)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    WorkCalendar, st.frozensets(DAYS, max_size=30), st.frozensets(DAYS, max_size=30), st.frozensets(st.integers(2024, 2028))
)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-03-{text}")


@pytest.mark.parametrize(
    ("on", "works"),
    [("06", True), ("07", False), ("08", True), ("10", True), ("11", False), ("13", False), ("14", True), ("15", False)],
)
def test_weekends_days_off_and_make_up_days(on, works):
    assert is_working_day(day(on), SPRING) is works


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("09", "10", 2), ("09", "11", 2), ("09", "13", 2), ("09", "14", 3), ("09", "15", 3), ("09", "16", 4),
        ("07", "08", 1), ("11", "13", 0), ("14", "14", 1), ("10", "09", 0),
    ],
)  # fmt: skip
def test_days_between_count_both_ends(first, last, count):
    assert working_days(day(first), day(last), SPRING) == (count, "")


@pytest.mark.parametrize(
    ("first", "count", "last"),
    [("09", 1, "09"), ("09", 2, "10"), ("09", 3, "14"), ("09", 4, "16"), ("07", 1, "08"), ("11", 1, "14"), ("11", 5, "19")],
)
def test_the_nth_day_counts_its_first(first, count, last):
    assert nth_working_day(day(first), count, SPRING) == (day(last), "")


@pytest.mark.parametrize(("start", "count", "reached"), [("10", 1, "14"), ("10", 0, "10"), ("11", 0, "11"), ("07", 1, "08")])
def test_days_after_leave_the_start_out(start, count, reached):
    assert add_working_days(day(start), count, SPRING) == (day(reached), "")


def test_an_unknown_year_is_reckoned_by_weekends_and_says_so():
    value, warning = nth_working_day(date(2027, 2, 5), 5, SPRING)
    assert value == date(2027, 2, 11)
    assert warning == "2027年的节假日安排尚未录入，暂按双休日推算，录入后请再核对。"


def test_only_the_years_that_are_touched_are_named():
    assert nth_working_day(date(2026, 12, 25), 5, SPRING) == (date(2026, 12, 31), "")
    assert nth_working_day(date(2026, 12, 28), 5, SPRING).warning.startswith("2027年的")
    assert working_days(date(2025, 12, 31), date(2027, 1, 1), SPRING).warning.startswith("2025年、2027年的")
    assert nth_working_day(date(2026, 1, 1), 1, SPRING).warning == ""  # the day before is last year's
    assert unknown_years(date(2026, 1, 1), date(2026, 12, 31), SPRING) == ""


@given(DAYS, st.integers(1, 12), CALENDARS)
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_the_nth_day_is_the_first_on_which_so_many_are_full(first, count, calendar):
    last = nth_working_day(first, count, calendar).value
    assert working_days(first, last, calendar).value == count
    assert working_days(first, last - timedelta(1), calendar).value == count - 1
    assert is_working_day(last, calendar)


@given(DAYS, st.integers(0, 60), st.integers(1, 8), CALENDARS)
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_a_later_beginning_never_ends_earlier(first, later, count, calendar):
    assert nth_working_day(first, count, calendar).value <= nth_working_day(first + timedelta(later), count, calendar).value


@given(DAYS)
@settings(max_examples=30, deadline=None, database=None, derandomize=True)
def test_without_a_calendar_weekends_alone_are_off(on):
    assert is_working_day(on, WEEKENDS_ONLY) is (on.weekday() < 5)
