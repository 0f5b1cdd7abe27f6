"""What the printed letter says: the three parts with their numbers in capitals, so that nobody changes one."""

from __future__ import annotations

from datetime import date

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")


def capital(number: int) -> str:
    """A number below ten thousand in the capitals of official papers: 30 is 叁拾, 105 is 壹佰零伍."""
    if number == 0:
        return DIGITS[0]
    words, gap = "", False
    for place in reversed(range(len(str(number)))):
        digit = number // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + UNITS[place]
        gap = digit == 0
    return words


def capital_year(year: int) -> str:
    """Digit by digit: 2026 is 贰零贰陆."""
    return "".join(DIGITS[int(digit)] for digit in str(year))


def capital_month(day: date) -> str:
    return f"{capital_year(day.year)}年{capital(day.month)}月"


def capital_date(day: date) -> str:
    return f"{capital_month(day)}{capital(day.day)}日"


def validity_days(start_on: date, valid_until: date) -> str:
    return f"{capital((valid_until - start_on).days)}天"
