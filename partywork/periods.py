"""Periods of time: the only place that computes the bounds of months, quarters, half-years and years.

A period is half-open: it holds `start` and does not hold `stop`. Its code ("2026", "2026H1", "2026Q2", "202606")
is what URLs, commands and the database carry; its label ("2026年上半年") is what people read.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils import timezone

FIRST_YEAR, LAST_YEAR = 1921, 2099
DATE_YEARS = range(1900, 2100)  # of every date that somebody types
CODE = re.compile(r"(\d{4})(?:(H)([12])|(Q)([1-4])|(0[1-9]|1[0-2]))?", re.ASCII)
NUMERALS = "一二三四"


class Span(StrEnum):
    """Kinds of period; the value is the number of months as people count them."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]

    @property
    def label(self) -> str:
        return {"month": "月", "quarter": "季度", "half": "半年", "year": "年"}[self.value]


@dataclass(frozen=True, order=True)
class Period:
    """One month, quarter, half-year or year: [start, stop)."""

    start: date
    stop: date
    span: Span

    @classmethod
    def at(cls, span: Span, day: date) -> Period:
        """The period of this span in which the day lies."""
        first = (day.month - 1) // span.months * span.months + 1
        start = date(day.year, first, 1)
        return cls(start, add_months(start, span.months), span)

    @classmethod
    def parse(cls, code: str) -> Period:
        """The period of a code such as 2026H1; ValueError for anything else."""
        match = CODE.fullmatch(code)
        if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(f"“{code[:20]}”不是期间，应写作 2026、2026H1、2026Q2 或 202606。")
        year = int(match[1])
        if match[2]:
            return cls.at(Span.HALF, date(year, int(match[3]) * 6, 1))
        if match[4]:
            return cls.at(Span.QUARTER, date(year, int(match[5]) * 3, 1))
        if match[6]:
            return cls.at(Span.MONTH, date(year, int(match[6]), 1))
        return cls.at(Span.YEAR, date(year, 1, 1))

    @property
    def ordinal(self) -> int:
        """1-based place within the year: 2 for the second quarter."""
        return (self.start.month - 1) // self.span.months + 1

    @property
    def code(self) -> str:
        suffix = {Span.YEAR: "", Span.HALF: f"H{self.ordinal}", Span.QUARTER: f"Q{self.ordinal}"}
        return f"{self.start.year}{suffix.get(self.span, f'{self.start.month:02d}')}"

    @property
    def label(self) -> str:
        year = f"{self.start.year}年"
        match self.span:
            case Span.YEAR:
                return year
            case Span.HALF:
                return year + ("上半年" if self.ordinal == 1 else "下半年")
            case Span.QUARTER:
                return f"{year}第{NUMERALS[self.ordinal - 1]}季度"
        return f"{year}{self.start.month}月"

    @property
    def last_day(self) -> date:
        return self.stop - timedelta(days=1)

    @property
    def previous(self) -> Period:
        return Period.at(self.span, self.start - timedelta(days=1))

    @property
    def next(self) -> Period:
        return Period.at(self.span, self.stop)

    @property
    def year_before(self) -> Period:
        """The same period of the year before."""
        return Period.at(self.span, date(self.start.year - 1, self.start.month, 1))

    def split(self, span: Span) -> list[Period]:
        """The shorter periods that make up this one, in order."""
        return list(self._split(span))

    def _split(self, span: Span) -> Iterator[Period]:
        part = Period.at(span, self.start)
        while part.start < self.stop:
            yield part
            part = part.next

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.stop

    def __str__(self) -> str:
        return self.label


def add_months(day: date, months: int) -> date:
    """The same day so many months later, clipped to the end of a shorter month (31 Jan + 1 = 28 or 29 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def today() -> date:
    """Today in Asia/Shanghai. Only views, commands and tasks ask; rules are told."""
    return timezone.localdate()
