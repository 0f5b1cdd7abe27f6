"""Extension, cancellation, moves, late reports and the Party age: both sides of every bound."""

from __future__ import annotations

import pytest

from members.development.exits import (
    Exits,
    Probation,
    carried_over,
    judge_extension,
    judge_report,
    party_age_from,
    party_age_on,
    probation_of,
    put_off_until,
)
from members.development.rules import next_steps, stage_of, standing_of, thought_report_due, window
from members.development.shape import Stage
from tests.members.development.paths import CALENDAR, WHOLE, dates, day, until

ADMITTED = day("2026-07-10")


@pytest.mark.parametrize(
    ("admitted", "months", "last", "full_from"),
    [
        ("2026-07-10", 0, "2027-07-09", "2027-07-10"), ("2026-07-10", 6, "2028-01-09", "2028-01-10"),
        ("2026-07-10", 12, "2028-07-09", "2028-07-10"), ("2024-02-29", 0, "2025-02-27", "2025-02-28"),
        ("2024-02-29", 12, "2026-02-27", "2026-02-28"), ("2025-08-31", 6, "2027-02-27", "2027-02-28"),
        ("2024-02-29", 6, "2025-08-27", "2025-08-28"),
        ("2023-02-28", 0, "2024-02-27", "2024-02-28"), ("2026-01-01", 0, "2026-12-31", "2027-01-01"),
    ],
)  # fmt: skip
def test_probation_and_the_beginning_of_the_party_age(admitted, months, last, full_from):
    exits = Exits(extension_months=months)
    assert probation_of(day(admitted), exits) == Probation(day(admitted), day(last), day(full_from))
    assert party_age_from(day(admitted), exits) == day(full_from)


@pytest.mark.parametrize(
    ("on", "months", "years"),
    [("2027-07-09", 0, None), ("2027-07-10", 0, 0), ("2028-07-09", 0, 0), ("2028-07-10", 0, 1), ("2028-01-09", 6, None)],
)
def test_the_party_age_on_a_day(on, months, years):
    assert party_age_on(ADMITTED, day(on), Exits(extension_months=months)) == years


@pytest.mark.parametrize(
    ("decided", "months", "before", "holds"),
    [
        ("2027-07-10", 6, False, True), ("2027-07-10", 12, False, True), ("2027-07-10", 5, False, False),
        ("2027-07-10", 13, False, False), ("2027-07-09", 6, False, False), ("2027-08-01", 9, False, True),
        ("2028-01-10", 6, True, False),
    ],
)  # fmt: skip
def test_extension_once_by_six_to_twelve_months_after_the_year(decided, months, before, holds):
    assert judge_extension(ADMITTED, day(decided), months, before).holds is holds


def test_a_second_extension_is_refused_with_what_is_left():
    assert judge_extension(ADMITTED, day("2028-01-10"), 6, True).blocks == (
        "预备期只能延长一次，已经延长过，应讨论转正或者取消预备党员资格。",
    )


@pytest.mark.parametrize(
    ("moved", "months", "until_day"),
    [
        ("2026-07-10", 0, "2028-01-10"), ("2027-07-09", 0, "2028-01-10"), ("2027-07-10", 0, None), ("2026-07-09", 0, None),
        ("2027-07-10", 6, "2028-07-10"), ("2028-01-10", 6, None), (None, 0, None),
    ],
)  # fmt: skip
def test_arrival_during_probation_puts_the_discussion_off(moved, months, until_day):
    exits = Exits(moved_in_on=moved and day(moved), extension_months=months)
    assert put_off_until(ADMITTED, exits) == (until_day and day(until_day))
    assert party_age_from(ADMITTED, exits) == probation_of(ADMITTED, Exits(extension_months=months)).full_from


@pytest.mark.parametrize(
    ("reported", "own", "says"),
    [
        ("2026-07-09", {}, "不能早于支部大会日期"), ("2026-07-10", {}, ""), ("2026-10-10", {}, ""), ("2026-10-11", {}, "重新讨论"),
        ("2027-01-10", {}, "重新讨论"), ("2027-01-11", {}, "重新履行接收手续"), ("2026-10-11", {"rediscuss_months": 0}, ""),
        ("2028-01-01", {"rediscuss_months": 0, "redo_months": 0}, ""), ("2026-08-11", {"rediscuss_months": 1}, "重新讨论"),
    ],
)  # fmt: skip
def test_a_late_report_by_local_practice(reported, own, says):
    judged = judge_report(ADMITTED, day(reported), **own)
    assert says in judged.says
    assert bool(judged.says) is bool(says)
    assert judged.holds is ("不能早于" not in judged.says)


def test_who_moves_on_the_way_keeps_his_time():
    path = until(7)
    moved = carried_over(path, day("2025-01-31"))
    assert set(moved) == {"born_on", "application", "talk", "activist", "activist_record", "contacts"}
    assert window(7, moved).earliest == window(7, path).earliest == day("2025-06-15")


# --- what comes next ----------------------------------------------------------------------------------------------------


def numbers(path, **more) -> list[int]:
    return [each.step.number for each in next_steps(path, calendar=CALENDAR, **more)]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ({}, []), (dates("born_on=1995-06-01"), [1]), (until(2), [2]), (until(3), [3]), (until(4), [4, 5, 6]), (until(5), [5, 6]),
        (until(7), [6, 7]), (until(8), [6, 8]), (until(9), [6, 9, 10, 11]), (until(10), [6, 10, 11]), (until(12), [6, 12]),
        (until(13), [6, 13]), (until(14), [6, 14]), (until(15), [6, 15]), (until(16), [16, 21]), (until(17), [17, 21]),
        (until(18), [18, 19, 20, 21, 22]), (until(21), [21, 22]), (until(23), [21, 23]), (until(24), [24]), (until(25), [25]),
        (WHOLE, []),
    ],
)  # fmt: skip
def test_what_comes_next_along_the_path(path, wanted):
    assert numbers(path) == wanted


def test_a_path_that_ended_has_nothing_next():
    for exits in (Exits(stopped_on=day("2025-01-01")), Exits(cancelled_on=day("2027-07-12"))):
        assert next_steps(until(23), exits=exits) == []
        assert (stage_of(until(23), exits), standing_of(until(23), exits)) == (None, "ended")


def test_after_an_extension_the_discussion_comes_at_its_end():
    exits = Exits(extended_on=day("2027-07-12"), extension_months=6)
    found = {each.step.number: each for each in next_steps(until(23), exits=exits)}
    assert (found[23].earliest, found[23].latest) == (day("2028-01-10"), day("2028-02-10"))


@pytest.mark.parametrize(
    ("number", "stage", "standing"),
    [
        (1, Stage.APPLICANT, ""), (2, Stage.APPLICANT, "applicant"), (3, Stage.ACTIVIST, "applicant"), (4, Stage.ACTIVIST, "activist"),
        (7, Stage.CANDIDATE, "activist"), (9, Stage.CANDIDATE, "candidate"), (12, Stage.ADMISSION, "candidate"),
        (17, Stage.ADMISSION, "candidate"), (18, Stage.ADMISSION, "probationary"), (19, Stage.PROBATION, "probationary"),
        (24, Stage.PROBATION, "probationary"), (25, Stage.PROBATION, "full"),
    ],
)  # fmt: skip
def test_stage_and_standing_along_the_path(number, stage, standing):
    path = until(number)
    assert (stage_of(path), standing_of(path)) == (stage, standing)
    assert stage.label


def test_at_the_end_there_is_no_stage():
    assert (stage_of(WHOLE), standing_of(WHOLE)) == (None, "full")


@pytest.mark.parametrize(
    ("path", "last", "own", "due"),
    [
        (until(5), None, {}, "2024-09-15"), (until(5), "2024-08-31", {}, "2024-11-30"),
        (until(5), None, {"report_months": 6}, "2024-12-15"),
        (until(5), None, {"report_months": 0}, None), (until(3), None, {}, None), (until(16), "2026-06-01", {}, None),
    ],
)  # fmt: skip
def test_when_the_next_thought_report_is_due(path, last, own, due):
    found = thought_report_due(path, last and day(last), {"DEV-6": own})
    assert found == (due and day(due))
