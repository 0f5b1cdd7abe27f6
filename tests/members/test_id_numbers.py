"""公民身份号码: checksum, place, birth and sex, each from both sides. The numbers are made up by the rule itself."""
from __future__ import annotations

from datetime import date

import pytest

from members.id_numbers import check_digit, tidy_id_number, why_not_id_number

TODAY = date(2026, 11, 24)
BORN = date(1985, 5, 4)


def number_of(birth: str = "19850504", order: str = "011", place: str = "411403") -> str:
    digits = f"{place}{birth}{order}"
    return digits + check_digit(digits)


@pytest.mark.parametrize(("digits", "check"), [
    ("11010519491231002", "X"),  # the example printed in GB 11643
    ("44052418800101001", "4"),  # and its second one
])  # fmt: skip
def test_the_check_digit_of_the_standards_own_examples(digits, check):
    assert check_digit(digits) == check


def test_a_good_number_passes():
    assert why_not_id_number(number_of(), BORN, "m", TODAY) == ""


@pytest.mark.parametrize(("number", "said"), [
    (number_of()[:-1], "应为18位"),
    (number_of() + "1", "应为18位"),
    ("A" + number_of()[1:], "应为18位"),
    (number_of(place="001403"), "省级行政区划"),
    (number_of(place="991403"), "省级行政区划"),
    (number_of(birth="19850230"), "出生日期不存在"),
    (number_of(birth="18991231"), "出生日期不存在"),
    (number_of(birth="20261125"), "出生日期不存在"),
    (number_of()[:-1] + ("0" if number_of()[-1] != "0" else "1"), "校验位不对"),
    (number_of(birth="19850505"), "与登记的出生日期不一致"),
    (number_of(order="012"), "与登记的性别不一致"),
])  # fmt: skip
def test_what_is_wrong_is_told(number, said):
    assert said in why_not_id_number(number, BORN, "m", TODAY)


def test_every_single_wrong_digit_is_found():
    good = number_of()
    for place in range(17):
        for digit in "0123456789":
            if digit != good[place]:
                assert check_digit(good[:place] + digit + good[place + 1 : 17]) != good[17]


def test_born_today_is_still_a_date():
    assert why_not_id_number(number_of(birth="20261124"), today=TODAY) == ""


@pytest.mark.parametrize("typed", [
    "11010519491231002x", " 1101 0519 4912 3100 2X ", "１１０１０５１９４９１２３１００２Ｘ", "'11010519491231002X",
])  # fmt: skip
def test_what_people_paste(typed):
    assert tidy_id_number(typed) == "11010519491231002X"
