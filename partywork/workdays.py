"""Working days by a calendar of holidays and make-up days. Pure functions of plain values.

A calendar knows only the years that were entered: each is told anew, in the autumn before. In any other year Saturdays and
Sundays are off and nothing else, and a Chinese sentence beside the answer says that it is provisional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")
SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Days off and weekend days that are worked, and the years for which both are known."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()


WEEKENDS_ONLY = WorkCalendar()


class Reckoned(NamedTuple, Generic[Value]):
    """An answer, and the sentence that calls it provisional ("" when every year concerned is known)."""

    value: Value
    warning: str


def is_working_day(day: date, calendar: WorkCalendar) -> bool:
    """Whether people are at work; in an unknown year weekends decide (`unknown_years` says so)."""
    if day in calendar.worked:
        return True
    return day not in calendar.off and day.weekday() < SATURDAY


def add_working_days(start: date, count: int, calendar: WorkCalendar) -> Reckoned[date]:
    """The working day that is `count` working days after `start`, which itself is not counted; `start` for 0."""
    day, left = start, count
    while left > 0:
        day += DAY
        left -= is_working_day(day, calendar)
    return Reckoned(day, unknown_years(start, day, calendar))


def nth_working_day(first: date, count: int, calendar: WorkCalendar) -> Reckoned[date]:
    """The day on which `count` working days are full, counted from `first` itself on."""
    last = add_working_days(first - DAY, count, calendar).value
    return Reckoned(last, unknown_years(first, last, calendar))


def working_days(first: date, last: date, calendar: WorkCalendar) -> Reckoned[int]:
    """How many working days lie between two days, both included; 0 when the last is before the first."""
    days = (first + DAY * number for number in range((last - first).days + 1))
    count = sum(is_working_day(day, calendar) for day in days)
    return Reckoned(count, unknown_years(first, max(first, last), calendar))


def unknown_years(first: date, last: date, calendar: WorkCalendar) -> str:
    """The sentence that names the years of a stretch that the calendar does not know; "" when it knows them all."""
    unknown = [year for year in range(first.year, last.year + 1) if year not in calendar.years]
    if not unknown:
        return ""
    named = "、".join(f"{year}年" for year in unknown)
    return f"{named}的节假日安排尚未录入，暂按双休日推算，录入后请再核对。"
