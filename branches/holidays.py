"""The holidays of a year as people paste them: read line by line, told back in one form. Pure functions.

    2027-02-05 至 2027-02-11 春节          2027-02-14 上班 春节
    一、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。

Both lines say the same: the second is how the State Council's notice puts it. The years of the program itself stand below.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from partywork.workdays import SATURDAY, WorkCalendar

FIRST_YEAR, LAST_YEAR = 2000, 2099
LONGEST = 15  # days in a row; more is a slip of the pen
LONGEST_NAME = 20
NAMES = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
WEEK = "一二三四五六日"
_DAY = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_END = r"(?:(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*)?(\d{1,2})\s*日?"
SPAN = re.compile(rf"(?<!\d){_DAY}(?:\s*(?:至|到|~|-+|—+)\s*{_END})?(?!\d)", re.ASCII)
REMARK = re.compile(r"\([^()]*\)")
NUMBER = re.compile(r"^\s*[一二三四五六七八九十]+、")
HEADING = re.compile(r"^\s*([^\d:。]{1,30}):")
AT_WORK = re.compile("上班|补班")
EMPTY_WORDS = re.compile(r"放假|不调休|调休|共?\d+天|与周末连休|\s")
EDGES = "、,;和及的"


class Fault(ValueError):
    """What is wrong with a line, as a Chinese sentence without its number."""


@dataclass(frozen=True)
class Stretch:
    """Days in a row under one name: off, or worked in exchange."""

    first: date
    last: date
    works: bool
    name: str

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]

    @property
    def line(self) -> str:
        """The form in which it is kept; `read_lines` reads it back as the same stretch."""
        span = f"{self.first}" + (f" 至 {self.last}" if self.last != self.first else "")
        return " ".join(part for part in (span, "上班" if self.works else "", self.name) if part)

    @property
    def words(self) -> str:
        """2月5日（周五）至11日（周四）"""
        told = f"{self.first.month}月{self.first.day}日（周{WEEK[self.first.weekday()]}）"
        if self.last == self.first:
            return told
        month = f"{self.last.month}月" if self.last.month != self.first.month else ""
        return f"{told}至{month}{self.last.day}日（周{WEEK[self.last.weekday()]}）"


@dataclass(frozen=True)
class Arrangement:
    """All stretches of one year, in order of their days."""

    year: int
    stretches: tuple[Stretch, ...]

    @property
    def text(self) -> str:
        return "\n".join(each.line for each in self.stretches)

    @property
    def names(self) -> list[str]:
        """In the order of their days off; those of which only make-up days are told come last."""
        told = sorted(self.stretches, key=lambda each: (each.works, each.first))
        return list(dict.fromkeys(each.name for each in told))

    @property
    def wanting(self) -> list[str]:
        """Holidays of every year that no line names: a hint, no fault."""
        said = "".join(self.names)
        return [name for name in NAMES if name[:2] not in said]

    def days(self, works: bool) -> set[date]:
        return {day for each in self.stretches if each.works is works for day in each.days}


def read_lines(text: str, year: int) -> tuple[Arrangement, list[str]]:
    """The arrangement, and for every line that cannot be read one sentence that begins with its number."""
    stretches: list[Stretch] = []
    faults, taken = [], {}
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found = read_line(line, year)
            refuse_twice(found, taken, number)
            stretches += found
        except Fault as fault:
            faults.append(f"第{number}行：{fault}")
    if not stretches and not faults:
        faults.append("没有写任何放假或者上班的日子。")
    return Arrangement(year, tuple(sorted(stretches, key=lambda each: each.first))), faults


def refuse_twice(found: list[Stretch], taken: dict[date, int], number: int) -> None:
    for day in (day for each in found for day in each.days):
        if day in taken:
            where = f"第{taken[day]}行" if taken[day] != number else "本行"
            raise Fault(f"{day}在{where}已经写过。")
        taken[day] = number


def read_line(line: str, year: int) -> list[Stretch]:
    """The stretches of one line; none for an empty one. Raises Fault."""
    text = REMARK.sub("", NUMBER.sub("", unicodedata.normalize("NFKC", line)))
    heading = HEADING.match(text)
    text = text[heading.end() :] if heading else text
    clauses = [read_clause(clause, year, heading[1] if heading else "") for clause in re.split("[。;]", text)]
    return [each for clause in clauses for each in clause]


def read_clause(clause: str, year: int, heading: str) -> list[Stretch]:
    spans = list(SPAN.finditer(clause))
    rest = SPAN.sub("", clause)
    works = bool(AT_WORK.search(rest))
    words = EMPTY_WORDS.sub("", AT_WORK.sub("", rest)).strip(EDGES)
    name = words or EMPTY_WORDS.sub("", heading).strip(EDGES)
    if not spans:
        if words:
            raise Fault(f"“{words[:12]}”看不明白，请写作“{year}-02-05 至 {year}-02-11 春节”或“{year}-02-14 上班”。")
        return []
    if len(name) > LONGEST_NAME or re.search(r"\d", name):
        raise Fault(f"“{name[:12]}”不像节日名称，请核对日期的写法。")
    if not name and not works:
        raise Fault("没有写节日名称；调休上班的日子请写“上班”。")
    return [checked(stretch_of(span, year, works, name), year) for span in spans]


def stretch_of(span: re.Match, year: int, works: bool, name: str) -> Stretch:
    """A year or month that is left out is that of the beginning, or of the arrangement."""
    own, month, day, end_year, end_month, end_day = span.groups()
    first = day_of(own or year, month, day)
    last = day_of(end_year or first.year, end_month or month, end_day) if end_day else first
    return Stretch(first, last, works, name)


def day_of(year: str | int, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Fault(f"没有{year}年{int(month)}月{int(day)}日这一天。") from None


def checked(stretch: Stretch, year: int) -> Stretch:
    """A stretch within the year (or the last days of the one before, to which 元旦 may reach) that can be true."""
    if stretch.last < stretch.first:
        raise Fault(f"{stretch.last}早于{stretch.first}，请核对起止日期。")
    if (stretch.last - stretch.first).days >= LONGEST:
        raise Fault(f"{stretch.first}至{stretch.last}超过{LONGEST}天，请核对起止日期。")
    if not date(year - 1, 12, 25) <= stretch.first <= stretch.last <= date(year, 12, 31):
        raise Fault(f"{stretch.first}不在{year}年。")
    if stretch.works and (idle := next((day for day in stretch.days if day.weekday() < SATURDAY), None)):
        raise Fault(f"{idle}是星期{WEEK[idle.weekday()]}，本来就上班，不用写。")
    return stretch


def fingerprint(arrangement: Arrangement, source: str) -> str:
    """What a preview was made of: the form that confirms it carries this."""
    return hashlib.sha256(f"{arrangement.year}\n{source}\n{arrangement.text}".encode()).hexdigest()[:32]


def calendar_of(arrangements: Iterable[Arrangement]) -> WorkCalendar:
    """One calendar out of the arrangements of several years."""
    every = list(arrangements)
    return WorkCalendar(
        frozenset(day for each in every for day in each.days(works=False)),
        frozenset(day for each in every for day in each.days(works=True)),
        frozenset(each.year for each in every),
    )


# --- the years that the program brings along: (source, lines) -----------------------------------------------------------

BUILT_IN: dict[int, tuple[str, str]] = {
    2025: (
        "国务院办公厅2024年11月12日通知",
        """2025-01-01 元旦
2025-01-26 上班 春节
2025-01-28 至 2025-02-04 春节
2025-02-08 上班 春节
2025-04-04 至 2025-04-06 清明节
2025-04-27 上班 劳动节
2025-05-01 至 2025-05-05 劳动节
2025-05-31 至 2025-06-02 端午节
2025-09-28 上班 国庆节、中秋节
2025-10-01 至 2025-10-08 国庆节、中秋节
2025-10-11 上班 国庆节、中秋节""",
    ),
    2026: (
        "国务院办公厅2025年11月4日通知",
        """2026-01-01 至 2026-01-03 元旦
2026-01-04 上班 元旦
2026-02-14 上班 春节
2026-02-15 至 2026-02-23 春节
2026-02-28 上班 春节
2026-04-04 至 2026-04-06 清明节
2026-05-01 至 2026-05-05 劳动节
2026-05-09 上班 劳动节
2026-06-19 至 2026-06-21 端午节
2026-09-20 上班 国庆节
2026-09-25 至 2026-09-27 中秋节
2026-10-01 至 2026-10-07 国庆节
2026-10-10 上班 国庆节""",
    ),
}


def built_in(year: int) -> Arrangement:
    """KeyError for a year that the program does not bring along."""
    return read_lines(BUILT_IN[year][1], year)[0]
