from datetime import date

import pytest

from members import rules

TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("since", "day", "years"),
    [
        (date(2010, 6, 1), date(2026, 5, 31), 15),
        (date(2010, 6, 1), date(2026, 6, 1), 16),
        (date(2010, 6, 1), date(2010, 6, 1), 0),
        (date(2020, 2, 29), date(2021, 2, 27), 0),
        (date(2020, 2, 29), date(2021, 2, 28), 1),
        (date(2020, 2, 29), date(2024, 2, 28), 3),
        (date(2020, 2, 29), date(2024, 2, 29), 4),
    ],
)
def test_whole_years(since, day, years):
    assert rules.whole_years(since, day) == years


@pytest.mark.parametrize(
    ("full_on", "day", "years"),
    [
        (None, TODAY, None),
        (date(2026, 7, 1), TODAY, None),
        (TODAY, TODAY, 0),
        (date(2011, 7, 1), TODAY, 14),
        (date(2011, 6, 30), TODAY, 15),
    ],
)
def test_party_age(full_on, day, years):
    assert rules.party_age(full_on, day) == years


def test_probation_is_a_year_clipped_to_the_month():
    assert rules.probation_ends(date(2025, 6, 3)) == date(2026, 6, 3)
    assert rules.probation_ends(date(2024, 2, 29)) == date(2025, 2, 28)


BORN, JOINED, FULL = date(1990, 3, 1), date(2012, 6, 1), date(2013, 6, 1)


@pytest.mark.parametrize(
    ("born_on", "joined_on", "full_on", "field"),
    [
        (BORN, JOINED, FULL, ""),
        (BORN, JOINED, None, ""),
        (TODAY, JOINED, FULL, "born_on"),
        (BORN, date(2026, 7, 1), None, "joined_on"),
        (BORN, TODAY, None, ""),
        (BORN, date(2008, 2, 29), None, "joined_on"),
        (BORN, date(2008, 3, 1), None, ""),
        (BORN, JOINED, date(2013, 5, 31), "full_on"),
        (BORN, JOINED, date(2026, 7, 1), "full_on"),
    ],
)
def test_dates_of_a_life(born_on, joined_on, full_on, field):
    assert rules.why_not_life(born_on, joined_on, full_on, TODAY)[0] == field


@pytest.mark.parametrize(
    ("reason", "joined_on", "full_on", "day", "field"),
    [
        ("first", JOINED, FULL, FULL, ""),
        ("first", JOINED, FULL, date(2013, 5, 31), "full_on"),
        ("first", JOINED, None, JOINED, ""),
        ("first", JOINED, None, date(2012, 5, 31), "start_on"),
        ("first", JOINED, FULL, TODAY, ""),
        ("first", JOINED, FULL, date(2026, 7, 1), "start_on"),
        ("transfer_in", JOINED, FULL, date(2020, 1, 1), ""),
        ("admitted", JOINED, None, JOINED, ""),
        ("admitted", JOINED, None, date(2012, 6, 2), "start_on"),
        ("admitted", JOINED, FULL, FULL, "start_on"),
    ],
)
def test_arriving(reason, joined_on, full_on, day, field):
    assert rules.why_not_arrive(reason, joined_on, full_on, day, TODAY)[0] == field


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2026, 6, 1), True),
        (date(2026, 5, 31), False),
        (TODAY, True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_change_lies_between_its_beginning_and_today(day, allowed):
    assert (rules.why_not_on(day, TODAY, date(2026, 6, 1)) == "") is allowed


@pytest.mark.parametrize(
    ("dissolved_on", "day", "allowed"),
    [
        (None, date(2020, 1, 1), True),
        (None, date(2019, 12, 31), False),
        (date(2026, 7, 1), date(2026, 6, 29), True),
        (date(2026, 6, 30), date(2026, 6, 1), False),
        (date(2025, 7, 1), date(2025, 6, 30), False),
    ],
)
def test_a_place_must_be_in_being_from_that_day_on(dissolved_on, day, allowed):
    assert (rules.why_not_in("一支部", date(2020, 1, 1), dissolved_on, day, TODAY) == "") is allowed


@pytest.mark.parametrize(
    ("reason", "kind", "allowed"),
    [
        ("cancelled", "probationary", True),
        ("cancelled", "full", False),
        ("expelled", "full", True),
        ("expelled", "probationary", False),
        ("removed", "full", True),
        ("removed", "probationary", True),
        ("died", "probationary", True),
        ("transfer_out", "full", True),
    ],
)
def test_ways_of_leaving(reason, kind, allowed):
    assert (rules.why_not_leave(reason, kind) == "") is allowed
