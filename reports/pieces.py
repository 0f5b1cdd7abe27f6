"""The report's sentences: pure functions of values. A number stays marked with its figure until it is shown.

A clause is written with its figures in square brackets: "召开党员大会[meetings.congress]次". A clause one of whose figures is
0 or missing falls away; a sentence without clauses falls away. Nothing here fits one bureau or one year only.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from partywork.periods import Period
from reports.values import is_empty, number_text

MARK = re.compile(r"\[([a-z_]+\.[a-z_]+)\]")
NUMERALS = "一二三四五六七八九"


class Number(NamedTuple):
    """A number in a sentence: the figure it came from and how it reads."""

    key: str
    text: str


Piece = str | Number
Pieces = list[Piece]


@dataclass(frozen=True)
class Facts:
    """What a sentence may know: the values by key, whether it is about one branch, its name, the period, and the last day
    that is told of: the period's last, or today while it is still running.
    """

    values: Mapping[str, Any]
    single: bool
    period: Period
    organ: str = ""
    today: date | None = None

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)

    def has(self, key: str) -> bool:
        return not is_empty(self[key])

    @property
    def half(self) -> str:
        """上半年 or 下半年; another span by its whole name."""
        return self.period.label.removeprefix(f"{self.period.start.year}年") or self.period.label

    @property
    def last_day(self) -> date:
        return min(self.period.last_day, self.today or self.period.last_day)

    @property
    def by_then(self) -> str:
        """截至6月底; while the period is still running, the day."""
        day = self.last_day
        return f"截至{day.month}月" + ("底" if day == self.period.last_day else f"{day.day}日")

    @property
    def coming(self) -> str:
        """What follows this period, as the last part speaks of it."""
        return "下半年" if self.period.code.endswith("H1") else "下一年"

    @property
    def branches(self) -> str:
        return "本支部" if self.single else "各党支部"


def marked(template: str, facts: Facts) -> Pieces:
    """The clause with its numbers marked; [] when one of its figures has nothing to say."""
    keys = MARK.findall(template)
    if any(not facts.has(key) for key in keys):
        return []
    parts = MARK.split(template)
    pieces = [Number(part, _shown(part, facts[part])) if index % 2 else part for index, part in enumerate(parts)]
    return [piece for piece in pieces if piece]


def _shown(key: str, value: Any) -> str:
    return number_text(value) + ("%" if key.partition(".")[2].startswith("rate") else "")


def joined(clauses: list[Pieces], by: str = "、") -> Pieces:
    """Clauses in a row, the empty ones left out."""
    said = [clause for clause in clauses if clause]
    pieces: Pieces = []
    for index, clause in enumerate(said):
        pieces += [by, *clause] if index else clause
    return tidy(pieces)


def sentence(lead: str, clauses: list[Pieces], by: str = "、", tail: str = "。") -> Pieces:
    """lead + clauses + tail; nothing without clauses."""
    body = joined(clauses, by)
    return tidy([lead, *body, tail]) if body else []


def tidy(pieces: Pieces) -> Pieces:
    """Neighbouring texts become one."""
    out: Pieces = []
    for piece in pieces:
        if piece == "":
            continue
        if out and isinstance(piece, str) and isinstance(out[-1], str):
            out[-1] += piece
        else:
            out.append(piece)
    return out


def text_of(pieces: Pieces) -> str:
    return "".join(piece.text if isinstance(piece, Number) else piece for piece in pieces)


def spread(key: str, facts: Facts, unit: str) -> Pieces:
    """A figure told by its kinds: 学习3次、讨论2次."""
    return joined([[entry["label"], Number(key, str(entry["count"])), unit] for entry in facts[key] or []])


def named(key: str, facts: Facts) -> Pieces:
    """A figure that lists words: A、B、C."""
    return joined([[Number(key, str(word))] for word in facts[key] or []])


def numeral(number: int) -> str:
    """一 to 九十九, as parts and sections are numbered."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("" if tens == 1 else NUMERALS[tens - 1]) + "十"
    return head + (NUMERALS[ones - 1] if ones else "")
