"""From a workbook to rows: which line holds the headings, which column is which, by guess or as somebody corrected it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from partywork.errors import RuleViolation
from partywork.imports.registry import Importer
from partywork.sheets.reading import BadCell, as_read, find_headings, read_lines

MOST_HEADING = 60


@dataclass(frozen=True)
class Sheet:
    """A sheet as read: `head` is the line of headings, `places` which known column stands where; rows hold known columns only."""

    name: str
    head: int
    headings: list[str]
    places: dict[str, int]
    rows: list[tuple[int, dict[str, str | BadCell]]]
    others: list[str]

    def stored(self) -> dict[str, Any]:
        return {"sheet": self.name, "head": self.head, "headings": self.headings, "places": self.places, "others": self.others}


def read_sheet(path: Path, importer: Importer, fixed: Mapping[str, Any] | None = None) -> Sheet:
    """The sheet; `fixed` is an earlier reading whose `places` somebody has corrected. RuleViolation says what is wrong."""
    facts, lines = read_lines(path)
    at, places = corrected(lines, fixed) if fixed else find_headings(lines, importer.columns)
    head, cells = lines[at]
    merged = [ref for low, high, ref in facts["merged"] if high > head]
    if merged:
        raise RuleViolation(f"数据区有合并单元格（{'、'.join(merged[:5])}）。请取消合并，每行单独填完整，再上传。")
    rows = [(number, picked(row, places)) for number, row in lines[at + 1 :]]
    filled = [(number, row) for number, row in rows if any(row.values())]
    if not filled:
        raise RuleViolation("列名下面没有数据。请填好内容后再上传。")
    return Sheet(facts["sheet"], head, [heading_text(cell) for cell in cells], places, filled, facts["others"])


def corrected(lines: list[tuple[int, list]], fixed: Mapping[str, Any]) -> tuple[int, dict[str, int]]:
    at = next((at for at, (number, _) in enumerate(lines) if number == fixed["head"]), None)
    if at is None:
        raise RuleViolation("文件里找不到原来的列名行，请重新上传。")
    return at, dict(fixed["places"])


def heading_text(cell: Any) -> str:
    return cell[:MOST_HEADING] if isinstance(cell, str) else "（无法读取）"


def picked(cells: list, places: Mapping[str, int]) -> dict[str, str | BadCell]:
    return {name: as_read(cells[place]) if place < len(cells) else "" for name, place in places.items()}


def missing_columns(importer: Importer, places: Mapping[str, int]) -> list[str]:
    """Labels of the columns without which nothing can be imported."""
    return [each.label for each in importer.columns if each.required and each.name not in places]
