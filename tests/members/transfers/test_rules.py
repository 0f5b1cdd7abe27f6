"""Both sides of every bound of letters, and the capitals on them."""

from datetime import date

import pytest

from members.transfers.letter import capital, capital_date, capital_month, validity_days
from members.transfers.rules import (
    due_day,
    why_not_accept,
    why_not_close,
    why_not_dues,
    why_not_issue,
    why_not_receipt,
)
from partywork.rules import in_force

D = date
TODAY = D(2026, 6, 30)
ISSUED, UNTIL = D(2026, 3, 10), D(2026, 4, 9)


def answer(rule: str, **values):
    return in_force(rule, TODAY).answer(**values)


@pytest.mark.parametrize(
    ("distance", "issued", "usual", "last"),
    [
        ("near", D(2026, 3, 10), "2026-03-20", "2026-06-10"),
        ("far", D(2026, 3, 10), "2026-04-09", "2026-06-10"),
        ("province", D(2026, 3, 10), "2026-04-09", "2026-09-10"),
        ("far", D(2025, 11, 30), "2025-12-30", "2026-02-28"),
    ],
)
def test_validity_by_distance(distance, issued, usual, last):
    assert answer("TRF-3", issued_on=issued, distance=distance).values == {"usual": usual, "last": last}


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("TRF-1", {"changed": False, "months_away": 5}, {"must": False}),
        ("TRF-1", {"changed": False, "months_away": 6}, {"must": True}),
        ("TRF-1", {"changed": True, "months_away": 0}, {"must": True}),
        ("TRF-2", {"accepted": False}, {"sender": True}),
        ("TRF-2", {"accepted": True}, {"sender": False}),
        ("TRF-4", {"accepted": False}, {"counts": False}),
        ("TRF-4", {"accepted": True}, {"counts": True}),
    ],
)
def test_the_other_rules(rule, values, expected):
    assert answer(rule, **values).values == expected


@pytest.mark.parametrize(
    ("state", "accepted", "receipt", "asks", "due"),
    [
        ("drafted", None, None, True, None),
        ("on_the_way", None, None, True, UNTIL),
        ("on_the_way", None, None, False, UNTIL),
        ("accepted", D(2026, 1, 31), None, True, D(2026, 2, 28)),
        ("accepted", D(2026, 3, 15), None, True, D(2026, 4, 15)),
        ("accepted", D(2026, 3, 15), D(2026, 4, 20), True, None),
        ("accepted", D(2026, 3, 15), None, False, None),
        ("returned", D(2026, 3, 15), None, True, None),
        ("cancelled", D(2026, 3, 15), None, True, None),
    ],
)
def test_what_a_letter_waits_for(state, accepted, receipt, asks, due):
    assert due_day(state, UNTIL, accepted, receipt, asks_receipt=asks) == due


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (why_not_issue(TODAY, TODAY, D(2026, 9, 30), TODAY), ""),
        (why_not_issue(D(2026, 7, 1), D(2026, 7, 9), D(2026, 9, 30), TODAY), "start_on"),
        (why_not_issue(ISSUED, ISSUED, D(2026, 6, 10), TODAY), ""),
        (why_not_issue(ISSUED, D(2026, 3, 9), D(2026, 6, 10), TODAY), "valid_until"),
        (why_not_issue(ISSUED, D(2026, 6, 10), D(2026, 6, 10), TODAY), ""),
        (why_not_issue(ISSUED, D(2026, 6, 11), D(2026, 6, 10), TODAY), "valid_until"),
        (why_not_accept(ISSUED, UNTIL, ISSUED, TODAY, ""), ""),
        (why_not_accept(ISSUED, UNTIL, D(2026, 3, 9), TODAY, ""), "day"),
        (why_not_accept(ISSUED, UNTIL, UNTIL, TODAY, ""), ""),
        (why_not_accept(ISSUED, UNTIL, D(2026, 4, 10), TODAY, " "), "note"),
        (why_not_accept(ISSUED, UNTIL, D(2026, 4, 10), TODAY, "途中患病，已补办"), ""),
        (why_not_accept(ISSUED, UNTIL, D(2026, 7, 1), TODAY, "说明"), "day"),
    ],
)
def test_issuing_and_accepting(said, field):
    assert said[0] == field


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        (why_not_receipt(ISSUED, ISSUED, TODAY), True),
        (why_not_receipt(ISSUED, D(2026, 3, 9), TODAY), False),
        (why_not_receipt(ISSUED, TODAY, TODAY), True),
        (why_not_receipt(ISSUED, D(2026, 7, 1), TODAY), False),
        (why_not_close(None, TODAY, TODAY), True),
        (why_not_close(ISSUED, ISSUED, TODAY), True),
        (why_not_close(ISSUED, D(2026, 3, 9), TODAY), False),
        (why_not_close(ISSUED, D(2026, 7, 1), TODAY), False),
        (why_not_dues(None, ISSUED), False),
        (why_not_dues(D(2027, 3, 1), ISSUED), True),
        (why_not_dues(D(2027, 4, 1), ISSUED), False),
    ],
)
def test_receipt_end_and_dues(said, allowed):
    assert (said == "") is allowed


def test_numbers_in_capitals():
    numbers = (0, 1, 9, 10, 11, 30, 90, 100, 101, 110, 105, 1005, 9090)
    assert [capital(number) for number in numbers] == [
        "零", "壹", "玖", "壹拾", "壹拾壹", "叁拾", "玖拾", "壹佰", "壹佰零壹", "壹佰壹拾", "壹佰零伍", "壹仟零伍", "玖仟零玖拾",
    ]  # fmt: skip
    assert capital_date(D(2026, 10, 30)) == "贰零贰陆年壹拾月叁拾日"
    assert capital_month(D(2026, 12, 1)) == "贰零贰陆年壹拾贰月"
    assert validity_days(ISSUED, UNTIL) == "叁拾天"
