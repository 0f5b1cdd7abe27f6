"""Excel out: text stays text, dates and numbers stay such, nothing that a cell cannot hold."""

from __future__ import annotations

import gc
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet._writer import ALL_TEMP_FILES

from partywork.lists import Column
from partywork.spreadsheets import CUT, file_stem, sheet_title, write_rows

COLUMN = [Column("value", "内容", width=30)]


def round_trip(*values):
    file = io.BytesIO()
    assert write_rows(COLUMN, ({"value": value} for value in values), file, title="名册") == len(values)
    return openpyxl.load_workbook(file)["名册"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("http://x")',
        "\t=1",
        "=cmd|' /C calc'!A0",
        "#REF!",
        "001",
        "1e5",
    ],
)
def test_text_is_text_and_never_a_formula(text):
    cell = round_trip(text)["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (date(2026, 6, 3), datetime(2026, 6, 3)),
        (datetime(2026, 6, 3, 1, tzinfo=UTC), datetime(2026, 6, 3, 9)),
        (12, 12),
        (Decimal("12.50"), 12.5),
        (float("nan"), "nan"),
        (110101199003071234, "110101199003071234"),
        (True, "是"),
        (None, None),
        ("", None),
        ("a\x00b\x1bc\ud800d\uffffe", "a�b�c�d�e"),
        ("一行\r\n二行", "一行\n二行"),
        ("长" * 40_000, "长" * (32_767 - len(CUT)) + CUT),
        ("😀", "😀"),
    ],
)
def test_values_keep_their_kind(given, kept):
    assert round_trip(given)["A2"].value == kept


def test_head_row_is_frozen_and_styled():
    sheet = round_trip("甲")
    assert (sheet["A1"].value, sheet["A1"].font.bold, sheet.freeze_panes) == ("内容", True, "A2")
    assert sheet.column_dimensions["A"].width == 30
    assert sheet["A2"].border.left.style == "thin"


def test_values_come_by_path_key_or_function():
    class Row:
        class branch:
            name = "第一支部"

    columns = [Column("branch.name", "支部"), Column("x", "甲", lambda row: 7), Column("gone", "乙")]
    assert [column.of(Row) for column in columns] == ["第一支部", 7, None]


@pytest.mark.parametrize("fault", ["in a row", "at the end"])
def test_a_workbook_that_fails_leaves_nothing_behind(fault, monkeypatch):
    """Not even the rows written so far, which openpyxl keeps in a temporary file."""

    def rows():
        yield {"value": "甲"}
        if fault == "in a row":
            raise ZeroDivisionError

    if fault == "at the end":
        monkeypatch.setattr("partywork.spreadsheets.ExcelWriter.write_data", lambda self: 1 / 0)
    with io.BytesIO() as file, pytest.raises(ZeroDivisionError):
        write_rows(COLUMN, rows(), file)
    assert ALL_TEMP_FILES == []
    gc.collect()  # and nobody writes to the closed file any more


def test_names_that_excel_or_windows_refuse():
    assert sheet_title("a/b[c]:*?" + "长" * 40) == "a b c    " + "长" * 22
    assert sheet_title("甲\uffff\ud800乙") == "甲  乙"
    assert (sheet_title("///"), file_stem(' a<b>:"|?*\x00.. '), file_stem("")) == (
        "数据",
        "a_b_______",
        "导出",
    )
