"""Reading cells: one function a kind of value. Each takes the text of a filled cell and gives the value, or raises ValueError
with the reason in Chinese. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from partywork.forms import read_date, refuse_hidden, tidy_text
from partywork.imports.registry import Column, Fault, Planned, Rows
from partywork.sheets.reading import BadCell

MONTH_ONLY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{4})(0[1-9]|1[0-2])", re.ASCII)
SERIAL = re.compile(r"\d{4,5}", re.ASCII)
MARKS = re.compile(r"[\s·.，,、（）()“”\"'-]+")
YES, NO = ("是", "有", "y", "yes", "√", "1"), ("否", "无", "不是", "n", "no", "×", "0")
NOTHING = ("无", "/", "-", "—", "——", "暂无", "空")


class MonthOnly(ValueError):
    """A date without its day; `year` and `month` are known."""

    def __init__(self, year: int, month: int) -> None:
        super().__init__(f"只有年月，缺少日。请写全，例如 {year}-{month:02d}-15。")
        self.year, self.month = year, month


def text_of(most: int, label: str = "") -> Callable[[str], str]:
    """A line of text of at most `most` characters."""

    def read(text: str) -> str:
        clean = tidy_text(text, many_lines=False)
        try:
            refuse_hidden(clean, label or "内容", many_lines=False)
        except ValidationError as error:
            raise ValueError(error.messages[0]) from None
        if len(clean) > most:
            raise ValueError(f"最多 {most} 个字，现在有 {len(clean)} 个，请缩短。")
        return "" if clean in NOTHING else clean

    return read


def day_of(text: str) -> date | None:
    """A whole date as people write it; without its day MonthOnly, so that somebody who knows better may complete it."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if folded in NOTHING:
        return None
    if match := MONTH_ONLY.fullmatch(folded):
        year, month = (int(part) for part in match.groups() if part)
        if 1 <= month <= 12:
            raise MonthOnly(year, month)
    if SERIAL.fullmatch(folded):
        raise ValueError("是一个数字，不是日期。请在 Excel 里把这一列设为日期格式，或写作 2026-06-03。")
    try:
        return read_date(folded)
    except ValidationError as error:
        raise ValueError(error.messages[0]) from None


def yes_or_no(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in YES or folded in NO:
        return folded in YES
    raise ValueError("请填“是”或“否”。")


def one_of(choices: Iterable[tuple[str, str]], others: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """A code by its label, by the code itself, or by another name that people use (`others`: {name: code})."""
    pairs = [(str(code), str(label)) for code, label in choices]
    known = {plain_choice(label): code for code, label in pairs} | {plain_choice(code): code for code, _ in pairs}
    known |= {plain_choice(name): str(code) for name, code in (others or {}).items()}
    labels = [label for _, label in pairs]
    told = "、".join(labels[:8]) + ("等" if len(labels) > 8 else "")

    def read(text: str) -> str:
        plain = plain_choice(text)
        if plain not in known and text.strip() in NOTHING:
            return ""
        if plain not in known:
            raise ValueError(f"没有“{text.strip()[:20]}”这一项。可以填：{told}。")
        return known[plain]

    return read


def plain_choice(text: str) -> str:
    return MARKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


Reader = Callable[[str], Any]


def read_rows(columns: Iterable[Column], rows: Rows) -> list[Planned]:
    """Every row with the values of its filled cells, and a fault for each cell that cannot be read."""
    known = {column.name: (column, remembering(column.read)) for column in columns}
    return [read_row(known, number, cells) for number, cells in rows]


def remembering(read: Reader) -> Reader:
    """The same reader for the length of one sheet: most cells of a column say what others said before."""
    seen: dict[str, Any] = {}

    def read_once(text: str) -> Any:
        if text not in seen:
            seen[text] = read(text)
        return seen[text]

    return read_once


def read_row(known: Mapping[str, tuple[Column, Reader]], number: int, cells: Mapping[str, str | BadCell]) -> Planned:
    row = Planned(number, cells)
    for name, cell in cells.items():
        if not cell:
            continue
        column, read = known[name]
        if isinstance(cell, BadCell):
            row.refuse(column.label, cell.reason)
            continue
        try:
            row.values[name] = read(cell)
        except MonthOnly as error:
            row.values[name] = error
            row.refuse(column.label, str(error))
        except ValueError as error:
            row.refuse(column.label, str(error))
    return row


def forget_fault(row: Planned, label: str) -> None:
    """What turned out to be known from elsewhere is no fault."""
    row.faults = [fault for fault in row.faults if fault.column != label]


def require_values(row: Planned, columns: Iterable[Column]) -> None:
    """A fault for each required cell that is empty (one that could not be read has its own)."""
    for column in columns:
        if row.values.get(column.name) in (None, ""):
            row.refuse(column.label, "没有填写。")


def in_words(value: Any) -> str:
    """A written value as a preview shows it."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


__all__ = [
    "Fault", "MonthOnly", "day_of", "forget_fault", "in_words", "one_of", "plain_choice", "read_rows", "require_values", "text_of",
    "yes_or_no",
]  # fmt: skip
