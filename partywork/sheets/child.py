"""Runs in the bounded child: one sheet of a workbook as plain rows. Nothing here knows Django or any secret.

The sheet's XML is looked through first, by itself: how many rows hold something, which cells are merged, which formulas were
saved without a result. openpyxl then reads the values, and must have found exactly those rows: nothing is left out in silence.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from partywork.word.bounded import BoundedError

MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_TEXT = 2_000
MOST_DIGITS = 15  # Excel keeps no more of a number: what was longer has been changed already
DAMAGED = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError, DefusedXmlException, OSError,
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


def survey(path: str, part: str) -> Survey:
    found = Survey()
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        row = 0
        for event, element in iterparse(stream, events=("start", "end")):
            name = element.tag.rpartition("}")[2]
            if event == "start":
                row = row_number(element, row) if name == "row" else row
            elif name == "row":
                look_through(element, row, found)
                element.clear()
            elif name == "mergeCell":
                _, low, _, high = range_boundaries(element.get("ref", ""))
                found.merged.append([low, high, element.get("ref", "")])
    return found


def row_number(element: Any, before: int) -> int:
    """Rows may leave their number out."""
    return int(element.get("r") or before + 1)


def look_through(row: Any, number: int, found: Survey) -> None:
    column = 0
    for cell in row:
        column = column_of(cell.get("r", ""), column)
        kinds = {part.tag.rpartition("}")[2]: part for part in cell}
        value = kinds.get("v")
        has_value = (value is not None and (value.text or "") != "") or "is" in kinds
        if has_value:
            found.filled.add(number)
            if number > MOST_ROWS:
                raise BoundedError(TOO_MANY_ROWS)
            if column > MOST_COLUMNS:
                raise BoundedError(TOO_WIDE)
        elif "f" in kinds:
            found.bare_formulas.add((number, column))
            found.filled.add(number)


def column_of(reference: str, before: int) -> int:
    letters = re.match("[A-Z]+", reference)
    if not letters:
        return before + 1
    number = 0
    for letter in letters[0]:
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
