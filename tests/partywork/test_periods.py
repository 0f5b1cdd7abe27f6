"""Bounds, codes and labels of periods, and adding months."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from partywork.periods import Period, Span, add_months, days_in_month


@pytest.mark.parametrize(
    ("code", "start", "stop", "label"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "2026年"),
        ("2026H1", date(2026, 1, 1), date(2026, 7, 1), "2026年上半年"),
        ("2026H2", date(2026, 7, 1), date(2027, 1, 1), "2026年下半年"),
        ("2026Q1", date(2026, 1, 1), date(2026, 4, 1), "2026年第一季度"),
        ("2026Q2", date(2026, 4, 1), date(2026, 7, 1), "2026年第二季度"),
        ("2026Q4", date(2026, 10, 1), date(2027, 1, 1), "2026年第四季度"),
        ("202602", date(2026, 2, 1), date(2026, 3, 1), "2026年2月"),
        ("202402", date(2024, 2, 1), date(2024, 3, 1), "2024年2月"),
        ("202612", date(2026, 12, 1), date(2027, 1, 1), "2026年12月"),
    ],
)
def test_bounds_code_and_label(code, start, stop, label):
    period = Period.parse(code)
    assert (period.start, period.stop, period.label, period.code, str(period)) == (
        start,
        stop,
        label,
        code,
        label,
    )
    assert period == Period.at(period.span, start) == Period.at(period.span, period.last_day)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "26",
        "2026H3",
        "2026Q0",
        "2026Q5",
        "202600",
        "202613",
        "2026H1 ",
        "２０２６",
        "1920",
        "2100",
        "2026h1",
        "2026-01",
        "202601\n",
    ],
)
def test_nonsense_is_refused_in_chinese(code):
    with pytest.raises(ValueError, match="不是期间"):
        Period.parse(code)


def test_a_period_holds_its_first_and_last_day_and_no_other():
    half = Period.parse("2026H1")
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [day in half for day in days] == [False, True, True, False]


def test_the_leap_day_belongs_to_february():
    february = Period.parse("202402")
    assert february.last_day == date(2024, 2, 29)
    assert date(2024, 2, 29) in february
    assert Period.at(Span.MONTH, date(2024, 2, 29)) == february
    assert Period.at(Span.QUARTER, date(2024, 2, 29)).code == "2024Q1"


@pytest.mark.parametrize(
    ("code", "previous", "following", "year_before"),
    [
        ("2026H1", "2025H2", "2026H2", "2025H1"),
        ("2026Q1", "2025Q4", "2026Q2", "2025Q1"),
        ("202601", "202512", "202602", "202501"),
        ("2026", "2025", "2027", "2025"),
        ("202402", "202401", "202403", "202302"),
    ],
)
def test_neighbours(code, previous, following, year_before):
    period = Period.parse(code)
    assert (period.previous.code, period.next.code, period.year_before.code) == (
        previous,
        following,
        year_before,
    )


@pytest.mark.parametrize(
    ("code", "span", "parts"),
    [
        ("2026", Span.HALF, ["2026H1", "2026H2"]),
        ("2026H2", Span.QUARTER, ["2026Q3", "2026Q4"]),
        ("2026Q1", Span.MONTH, ["202601", "202602", "202603"]),
        ("2026H1", Span.HALF, ["2026H1"]),
    ],
)
def test_split_gives_the_parts_in_order_without_gap(code, span, parts):
    period = Period.parse(code)
    split = period.split(span)
    assert [part.code for part in split] == parts
    assert split[0].start == period.start
    assert split[-1].stop == period.stop
    assert all(one.stop == other.start for one, other in pairwise(split))


def test_a_year_has_twelve_months():
    assert len(Period.parse("2024").split(Span.MONTH)) == 12
    assert sum((part.stop - part.start).days for part in Period.parse("2024").split(Span.MONTH)) == 366


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 11), 0, date(2026, 5, 11)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
    ],
)
def test_add_months_clips_to_the_shorter_month(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("year", "month", "days"), [(2024, 2, 29), (2026, 2, 28), (2100, 2, 28), (2026, 12, 31), (2026, 4, 30)]
)
def test_days_in_month(year, month, days):
    assert days_in_month(year, month) == days
