"""Reading a workbook that somebody uploaded: in a bounded child, checked against its own XML, as texts with row numbers."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partywork.errors import RuleViolation
from partywork.word import bounded
from partywork.word.bounded import BoundedError, Limits

LIMITS = Limits(memory_mb=700, cpu_seconds=60, wall_seconds=90)
HEAD_ROWS = 20  # the headings stand somewhere in the first rows, under a title and a note perhaps
BRACKETS = re.compile(r"[（(【\[].*?[)）】\]]")
NOT_LETTERS = re.compile(r"[\s*＊:：、，,./／_·-]+")


@dataclass(frozen=True)
class BadCell:
    """A cell whose content cannot be trusted, with the reason in Chinese."""

    reason: str


@dataclass(frozen=True)
class Heading:
    """A column that an import knows: its official name and what else people call it."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False

    @property
    def spellings(self) -> set[str]:
        return {plain_heading(text) for text in (self.label, *self.aliases)}


@dataclass
class Table:
    """A sheet as read: which known column stands where, the rows with data below the headings, and what was left aside."""

    sheet: str
    places: dict[str, int]
    rows: list[tuple[int, dict[str, str | BadCell]]]
    unknown: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def plain_heading(text: str) -> str:
    """A heading without blanks, marks and what stands in brackets: “ 身份证号 （18位）* ” is 身份证号."""
    folded = unicodedata.normalize("NFKC", text)
    return NOT_LETTERS.sub("", BRACKETS.sub("", folded)).casefold()


def read_table(path: Path, headings: Sequence[Heading]) -> Table:
    """The rows under the headings; RuleViolation says what is wrong with the file and what to do."""
    facts, lines = read_lines(path)
    at, places = find_headings(lines, headings)
    missing = [each.label for each in headings if each.required and each.name not in places]
    if missing:
        raise RuleViolation(f"没有找到“{'”“'.join(missing)}”这几列。请使用模板的列名，列名应在前 {HEAD_ROWS} 行里单独成一行。")
    number = lines[at][0]
    merged = [ref for low, high, ref in facts["merged"] if high > number]
    if merged:
        raise RuleViolation(f"数据区有合并单元格（{'、'.join(merged[:5])}）。请取消合并，每个人单独填一行，再上传。")
    rows = [(row, picked(cells, places)) for row, cells in lines[at + 1 :]]
    known = set(places.values())
    unknown = [words for place, words in enumerate(lines[at][1]) if place not in known and words and isinstance(words, str)]
    return Table(facts["sheet"], places, rows, unknown, facts["others"])


def read_lines(path: Path) -> tuple[dict, list[tuple[int, list]]]:
    with tempfile.TemporaryDirectory(prefix="partywork-sheet-") as folder:
        target = Path(folder) / "rows.jsonl"
        try:
            facts = bounded.call("partywork.sheets.child:read", {"path": str(path.resolve()), "target": str(target)}, LIMITS)
        except BoundedError as error:
            raise RuleViolation(str(error)) from None
        with target.open(encoding="utf-8") as lines:
            return facts, [(number, cells) for number, cells in map(json.loads, lines)]


def find_headings(lines: list[tuple[int, list]], headings: Sequence[Heading]) -> tuple[int, dict[str, int]]:
    """The line that names most of the known columns, and where each of them stands."""
    found = [(places_in(cells, headings), at) for at, (_, cells) in enumerate(lines[:HEAD_ROWS])]
    places, at = max(found, key=lambda each: (len(each[0]), -each[1]), default=({}, 0))
    if not places:
        raise RuleViolation(f"前 {HEAD_ROWS} 行里没有认出列名。请下载模板，按模板的列名填写。")
    return at, places


def places_in(cells: list, headings: Sequence[Heading]) -> dict[str, int]:
    """{name: column}; a heading that stands twice is an error when this turns out to be the line of headings."""
    places: dict[str, int] = {}
    for place, words in enumerate(cells):
        if not isinstance(words, str) or not words:
            continue
        name = next((each.name for each in headings if plain_heading(words) in each.spellings), None)
        if name is None:
            continue
        if name in places:
            raise RuleViolation(f"“{words}”这一列出现了两次。请只保留一列，再上传。")
        places[name] = place
    return places


def picked(cells: list, places: dict[str, int]) -> dict[str, str | BadCell]:
    return {name: as_read(cells[place]) if place < len(cells) else "" for name, place in places.items()}


def as_read(cell: Any) -> str | BadCell:
    return BadCell(cell["bad"]) if isinstance(cell, dict) else cell


def filled_rows(table: Table) -> Iterator[tuple[int, dict[str, str | BadCell]]]:
    """Rows in which a known column holds something; notes and sums below the table do not."""
    return ((number, row) for number, row in table.rows if any(row.values()))
