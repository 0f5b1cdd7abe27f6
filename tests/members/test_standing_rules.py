"""Both sides of every bound of the clocks of 6.3, and who votes."""

from datetime import date

import pytest

from members.standing_rules import clock_of, why_not_end, why_not_lapse, why_not_stand, why_not_stop
from partywork.rules import in_force

D = date
TODAY = D(2026, 6, 30)
JOINED = D(2010, 6, 1)


def holds(rule: str, **values):
    return in_force(rule, TODAY).answer(**values).holds


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("VOTE-11", {"kind": "full", "bar": "none"}, True),
        ("VOTE-11", {"kind": "probationary", "bar": "none"}, False),
        ("VOTE-11", {"kind": "full", "bar": "probation"}, False),
        ("VOTE-11", {"kind": "full", "bar": "suspended"}, False),
        ("FLT-1", {"away_from": D(2026, 1, 1), "day": D(2026, 6, 30)}, False),
        ("FLT-1", {"away_from": D(2026, 1, 1), "day": D(2026, 7, 1)}, True),
        ("FLT-1", {"away_from": D(2025, 8, 31), "day": D(2026, 2, 27)}, False),
        ("FLT-1", {"away_from": D(2025, 8, 31), "day": D(2026, 2, 28)}, True),
        ("FLT-2", {"abroad_from": D(2024, 1, 1), "contact_on": D(2026, 1, 1), "day": D(2026, 7, 1)}, True),
        ("FLT-2", {"abroad_from": D(2024, 1, 1), "contact_on": D(2026, 1, 1), "day": D(2026, 7, 2)}, False),
        ("FLT-2", {"abroad_from": D(2021, 7, 1), "contact_on": D(2026, 6, 1), "day": D(2026, 7, 1)}, True),
        ("FLT-2", {"abroad_from": D(2021, 7, 1), "contact_on": D(2026, 6, 1), "day": D(2026, 7, 2)}, False),
        ("LOST-1", {"lost_from": D(2026, 1, 1), "stopped_on": "", "day": D(2026, 6, 30)}, False),
        ("LOST-1", {"lost_from": D(2026, 1, 1), "stopped_on": "", "day": D(2026, 7, 1)}, True),
        ("LOST-1", {"lost_from": D(2024, 1, 1), "stopped_on": D(2024, 7, 1), "day": D(2026, 6, 30)}, False),
        ("LOST-1", {"lost_from": D(2024, 1, 1), "stopped_on": D(2024, 7, 1), "day": D(2026, 7, 1)}, True),
        ("DSP-1", {"start_on": D(2026, 1, 1), "until": D(2027, 1, 1)}, True),
        ("DSP-1", {"start_on": D(2026, 1, 1), "until": D(2027, 1, 2)}, False),
        ("DSP-1", {"start_on": D(2026, 1, 1), "until": D(2026, 1, 1)}, False),
        ("DSP-2", {"punished": True}, False),
        ("DSP-2", {"punished": False}, True),
        ("DSP-3", {"start_on": D(2024, 2, 29), "until": D(2026, 2, 28)}, True),
        ("DSP-3", {"start_on": D(2024, 2, 29), "until": D(2026, 3, 1)}, False),
    ],
)
def test_each_side_of_each_bound(rule, values, expected):
    assert holds(rule, **values) is expected


@pytest.mark.parametrize(
    ("status", "facts", "due"),
    [
        ("lost", {}, D(2026, 7, 1)),
        ("stopped", {}, D(2028, 1, 1)),
        ("correcting", {"until": D(2026, 9, 1)}, D(2026, 9, 1)),
        ("probation", {"until": D(2027, 1, 1)}, D(2027, 1, 1)),
        ("floating", {"is_abroad": True}, D(2026, 7, 1)),
        ("floating", {"is_abroad": True, "contact_on": D(2026, 3, 1)}, D(2026, 9, 1)),
        ("floating", {}, None),
        ("suspended", {}, None),
    ],
)
def test_what_runs_until_when(status, facts, due):
    clock = clock_of(status, D(2026, 1, 1), **facts)
    assert (clock and clock.due) == due


def test_a_clock_is_over_the_day_after():
    clock = clock_of("lost", D(2026, 1, 1))
    assert (clock.is_over(D(2026, 7, 1)), clock.is_over(D(2026, 7, 2))) == (False, True)
    assert "取消预备党员资格" in clock_of("lost", D(2026, 1, 1), kind="probationary").says


@pytest.mark.parametrize(
    ("status", "kind", "start", "until", "field"),
    [
        ("lost", "full", TODAY, None, ""),
        ("lost", "full", D(2026, 7, 1), None, "start_on"),
        ("floating", "full", JOINED, None, ""),
        ("floating", "full", D(2010, 5, 31), None, "start_on"),
        ("probation", "full", TODAY, D(2028, 6, 30), ""),
        ("probation", "full", TODAY, D(2028, 7, 1), "until"),
        ("probation", "full", TODAY, None, "until"),
        ("probation", "probationary", TODAY, D(2027, 1, 1), "status"),
        ("correcting", "probationary", TODAY, D(2027, 6, 30), ""),
        ("correcting", "full", TODAY, D(2027, 7, 1), "until"),
    ],
)
def test_what_speaks_against_a_standing(status, kind, start, until, field):
    assert why_not_stand(status, kind, start, until, JOINED, TODAY)[0] == field


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (why_not_end(D(2026, 1, 1), D(2026, 1, 1), TODAY), False),
        (why_not_end(D(2026, 1, 1), D(2026, 1, 2), TODAY), True),
        (why_not_end(D(2026, 1, 1), TODAY, TODAY), True),
        (why_not_end(D(2026, 1, 1), D(2026, 7, 1), TODAY), False),
        (why_not_stop("full", D(2026, 1, 1), False, D(2026, 7, 1)), True),
        (why_not_stop("full", D(2026, 1, 1), False, D(2026, 6, 30)), False),
        (why_not_stop("full", None, False, D(2026, 6, 30)), False),
        (why_not_stop("full", None, True, D(2026, 6, 30)), True),
        (why_not_stop("probationary", D(2024, 1, 1), False, D(2026, 6, 30)), False),
        (why_not_lapse(D(2024, 7, 1), D(2026, 6, 30)), False),
        (why_not_lapse(D(2024, 7, 1), D(2026, 7, 1)), True),
    ],
)
def test_ending_stopping_and_lapsing(answer, allowed):
    assert (answer == "") is allowed
