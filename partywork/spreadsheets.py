"""Writing .xlsx safely: text is text and never a formula, whatever it begins with."""

from __future__ import annotations

import contextlib
import math
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import ALL_TEMP_FILES
from openpyxl.writer.excel import ExcelWriter

from partywork.lists import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # Excel's own limit
CUT = "……（内容过长，已截断）"
MOST_DIGITS = 15  # Excel keeps no more of a number
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm", time: "hh:mm"}


def clean_text(value: object) -> str:
    """What a cell can hold: control characters replaced, line ends as in Excel, too long cut with a mark."""
    text = UNWRITABLE.sub("�", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


def cell_value(value: Any) -> Any:
    """A value as Excel should have it: dates and numbers as such, everything else as text."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if value is None or isinstance(value, (date, time)):
        return value
    if isinstance(value, (int, float, Decimal)) and keeps_its_digits(value):
        return value
    return clean_text(value)


def keeps_its_digits(number: int | float | Decimal) -> bool:
    return math.isfinite(number) and abs(number) < 10**MOST_DIGITS


class Sheet:
    """One sheet being written. Styles are made once and shared: setting them cell by cell triples the time."""

    def __init__(self, title: str) -> None:
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet(sheet_title(title))
        self.sheet.freeze_panes = "A2"
        line = Side(style="thin", color="FFBFBFBF")
        self.border = Border(left=line, right=line, top=line, bottom=line)
        self.styles: dict[type, Any] = {}

    def head(self, columns: Sequence[Column]) -> None:
        for number, column in enumerate(columns, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = column.width
        self.sheet.append([self.head_cell(column.label) for column in columns])

    def head_cell(self, label: str) -> WriteOnlyCell:
        cell = self.cell(label)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFF2F2F2")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        return cell

    def cell(self, value: Any) -> WriteOnlyCell:
        ready = cell_value(value)
        cell = WriteOnlyCell(self.sheet, ready)
        if isinstance(ready, str):
            cell.data_type = "s"  # openpyxl makes a formula of a leading "="
        cell._style = self.style_for(type(ready))
        return cell

    def style_for(self, kind: type) -> Any:
        if kind not in self.styles:
            cell = WriteOnlyCell(self.sheet)
            cell.border = self.border
            cell.alignment = Alignment(vertical="center", wrap_text=kind is str)
            cell.number_format = FORMATS.get(kind, "@" if kind is str else "General")
            self.styles[kind] = cell._style
        return self.styles[kind]

    def save(self, target: IO[bytes]) -> None:
        """As Workbook.save, which leaves its archive open when it fails."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(self.book, archive).write_data()

    def drop(self) -> None:
        """Take away the rows written so far: openpyxl would keep them in a temporary file until the process ends."""
        with contextlib.suppress(Exception):  # whatever it was that failed, it may fail again
            self.sheet.close()
        writer = self.sheet._writer
        if writer is not None and writer.out in ALL_TEMP_FILES:
            writer.cleanup()


def write_rows(columns: Sequence[Column], rows: Iterable[Any], target: IO[bytes], *, title: str = "") -> int:
    """Write a head row and one line a row into an open binary file; returns the number of rows."""
    sheet = Sheet(title)
    count = 0
    try:
        sheet.head(columns)
        for row in rows:
            sheet.sheet.append([sheet.cell(column.of(row)) for column in columns])
            count += 1
        sheet.save(target)
    except BaseException:
        sheet.drop()
        raise
    return count


def sheet_title(name: str) -> str:
    """Excel refuses some characters and more than 31 in a sheet's name."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f']", " ", UNWRITABLE.sub(" ", name)).strip()[:31] or "数据"


def write_file(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> tuple[IO[bytes], int]:
    """The workbook in an open temporary file, and its number of rows. Whoever takes it closes it."""
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  (see above)
    try:
        count = write_rows(columns, rows, file, title=name)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, count


def file_stem(name: str) -> str:
    """A name that every system can save under."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*\ud800-\udfff]', "_", name).strip(" .")[:80] or "导出"
