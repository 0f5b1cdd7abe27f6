"""Runs in the bounded child: one sheet of a workbook as plain rows. Nothing here knows Django or any secret.

The sheet's XML is looked through first, by itself: how many rows hold something, which cells are merged, which formulas were
saved without a result. openpyxl then reads the values, and must have found exactly those rows: nothing is left out in silence.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError, ParserCreate

# The gate has refused document types in every part before anything comes here; the slower reader would only look again.
os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from partywork.word.bounded import BoundedError

MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_TEXT = 2_000
MOST_DIGITS = 15  # Excel keeps no more of a number: what was longer has been changed already
DAMAGED = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError, ExpatError, OSError,
    InvalidFileException,
)  # fmt: skip
SPACES = re.compile(r"[\u00a0\u3000\s]+")

TOO_MANY_ROWS = f"这个表超过 {MOST_ROWS} 行。请删去多余的行，或分成几个文件后再上传。"
TOO_WIDE = f"这个表超过 {MOST_COLUMNS} 列。请删去多余的列后再上传。"
UNREADABLE = "这个文件读不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
NOTHING = "这个文件里没有数据。请核对是不是选错了文件，或数据在隐藏的工作表里。"
DISAGREES = "这个文件的行数前后不一致，为避免漏读没有导入。请用 Excel 或 WPS 打开，另存一份后再上传。"
LOST_DIGITS = "是数字格式，超过 15 位的部分已被 Excel 改动。请把这一列设为“文本”格式，重新填写。"
NO_RESULT = "是公式，文件里没有保存计算结果。请复制后用“选择性粘贴—数值”代替公式。"
WRONG_FORMULA = "是出错的公式。请改成正确的内容。"
TOO_LONG = f"超过 {LONGEST_TEXT} 个字。请缩短。"


@dataclass
class Survey:
    """What the XML says of a sheet."""

    filled: set[int] = field(default_factory=set)
    bare_formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[list[Any]] = field(default_factory=list)


def read(path: str, target: str) -> dict:
    """Write the first visible sheet with data to `target`, a JSON line [row number, cells] each; say what it is called.

    A cell is a text, or {"bad": reason} where its content cannot be trusted.
    """
    try:
        with Path(path).open("rb") as file:  # a stored file has no ending, by which openpyxl would judge it
            return read_workbook(file, path, Path(target))
    except DAMAGED as error:
        raise BoundedError(UNREADABLE) from error


def read_workbook(file: IO[bytes], path: str, target: Path) -> dict:
    book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    surveys = [(sheet, survey(path, sheet._worksheet_path)) for sheet in visible]
    with_data = [(sheet, found) for sheet, found in surveys if found.filled]
    if not with_data:
        raise BoundedError(NOTHING)
    sheet, found = with_data[0]
    count = write_rows(sheet, found, target)
    if count != len(found.filled):
        raise BoundedError(DISAGREES)
    others = [other.title for other, _ in with_data[1:]]
    return {"sheet": sheet.title, "rows": count, "others": others, "merged": found.merged}


# --- the XML -------------------------------------------------------------------------------------------------------------


class Surveyor:
    """Looks at a sheet's elements as expat meets them: building a tree of them would take as long as reading the sheet."""

    def __init__(self) -> None:
        self.found = Survey()
        self.row = self.column = 0
        self.has_value = self.has_formula = self.in_value = False
        self.parser = ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *declared: Any) -> None:
        raise BoundedError(UNREADABLE)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition("}")[2]
        if kind == "c":
            self.column = following(column_of(attributes.get("r", ""), self.column), self.column)
            self.has_value = self.has_formula = False
        elif kind == "v":
            self.in_value = True
        elif kind == "is":
            self.has_value = True
        elif kind == "f":
            self.has_formula = True
        elif kind == "row":
            self.row, self.column = following(int(attributes.get("r") or self.row + 1), self.row), 0  # the number may be left out
        elif kind == "mergeCell":
            _, low, _, high = range_boundaries(attributes.get("ref", ""))
            self.found.merged.append([low, high, attributes.get("ref", "")])

    def text(self, words: str) -> None:
        if self.in_value:
            self.has_value = True

    def end(self, name: str) -> None:
        kind = name.rpartition("}")[2]
        if kind == "v":
            self.in_value = False
        elif kind == "c":
            self.note_cell()

    def note_cell(self) -> None:
        if self.has_value:
            self.found.filled.add(self.row)
            if self.row > MOST_ROWS:
                raise BoundedError(TOO_MANY_ROWS)
            if self.column > MOST_COLUMNS:
                raise BoundedError(TOO_WIDE)
        elif self.has_formula:
            self.found.bare_formulas.add((self.row, self.column))
            self.found.filled.add(self.row)


def following(number: int, before: int) -> int:
    """Rows and cells stand in order; of two at one place the reader would keep one and say nothing."""
    if number <= before:
        raise BoundedError(DISAGREES)
    return number


def survey(path: str, part: str) -> Survey:
    surveyor = Surveyor()
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        surveyor.parser.ParseFile(stream)
    return surveyor.found


def column_of(reference: str, before: int) -> int:
    return column_number(reference.rstrip("0123456789")) or before + 1


@cache
def column_number(letters: str) -> int:
    number = 0
    for letter in letters if letters.isascii() and letters.isupper() else "":
        number = number * 26 + ord(letter) - 64
    return number


# --- the values ----------------------------------------------------------------------------------------------------------


def write_rows(sheet: Any, found: Survey, target: Path) -> int:
    """How many rows were written: those that the XML says hold something."""
    sheet.reset_dimensions()  # a wrong declared size would make openpyxl stop early and say nothing
    last, count = max(found.filled), 0
    with target.open("w", encoding="utf-8") as file:
        for number, cells in enumerate(sheet.iter_rows(max_row=last, max_col=MOST_COLUMNS), 1):
            if number in found.filled:
                texts = trimmed(list(cell_texts(cells, number, found)))
                file.write(json.dumps([number, texts], ensure_ascii=False) + "\n")
                count += 1
    return count


def cell_texts(cells: tuple, number: int, found: Survey) -> Iterator[Any]:
    for column, cell in enumerate(cells, 1):
        if (number, column) in found.bare_formulas:
            yield {"bad": NO_RESULT}
        elif cell.data_type == "e":
            yield {"bad": WRONG_FORMULA}
        else:
            yield cell_text(cell.value)


def trimmed(cells: list) -> list:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def cell_text(value: Any) -> Any:
    """A cell's content as a person would read it out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat() if isinstance(value, date) else value.isoformat("minutes")
    text = SPACES.sub(" ", str(value)).strip()
    return text if len(text) <= LONGEST_TEXT else {"bad": TOO_LONG}


def number_text(value: int | float) -> Any:
    if abs(value) >= 10**MOST_DIGITS:
        return {"bad": LOST_DIGITS}
    return str(int(value)) if value == int(value) else repr(value)
