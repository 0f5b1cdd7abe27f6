"""Reading uploaded workbooks: nothing left out in silence, nothing trusted that Excel has changed, clear refusals."""
from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from partywork.errors import RuleViolation
from partywork.sheets.reading import BadCell, Heading, filled_rows, plain_heading, read_table

HEADINGS = [
    Heading("name", "姓名", ("党员姓名",), required=True), Heading("id_number", "公民身份号码", ("身份证号", "身份证号码")),
    Heading("born_on", "出生日期", ("出生年月",)), Heading("joined_on", "加入党组织日期", ("入党时间",)),
]  # fmt: skip
HEAD = ["姓名", "身份证号", "出生日期", "入党时间"]


def book(path: Path, *rows: list, before: tuple = (), change=None) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    for row in (*before, HEAD, *rows):
        sheet.append(row)
    if change:
        change(workbook, sheet)
    workbook.save(path)
    return path


def rewrite(path: Path, part: str, change) -> Path:
    """The same file with one part changed by `change(text)`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def rows_of(path: Path) -> list[dict]:
    return [row for _, row in filled_rows(read_table(path, HEADINGS))]


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "名册.xlsx"


def test_values_come_as_people_read_them(file):
    book(file, ["张三", "11010519491231002X", date(1985, 5, 4), datetime(2010, 6, 1)], ["李四", 411403, "1990.1.2", None])
    assert rows_of(file) == [
        {"name": "张三", "id_number": "11010519491231002X", "born_on": "1985-05-04", "joined_on": "2010-06-01"},
        {"name": "李四", "id_number": "411403", "born_on": "1990.1.2", "joined_on": ""},
    ]


def test_headings_stand_under_a_title_and_have_other_names(file):
    workbook = Workbook()
    sheet = workbook.active
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "云溪县林业局党员名册"
    sheet.append(["填表日期：2026年11月"])
    sheet.append(["序号", "党员 姓名*", "身份证号码（18位）", "备注"])
    sheet.append([1, "张三", "110105", "无"])
    workbook.save(file)
    table = read_table(file, HEADINGS)
    assert table.rows == [(4, {"name": "张三", "id_number": "110105"})]
    assert table.unknown == ["序号", "备注"]


@pytest.mark.parametrize(("text", "plain"), [
    (" 身份证号 （18位）* ", "身份证号"), ("姓　名", "姓名"), ("入党时间：", "入党时间"), ("ID（号）", "id"), ("出生年月/日", "出生年月日"),
])  # fmt: skip
def test_headings_are_compared_without_what_does_not_matter(text, plain):
    assert plain_heading(text) == plain


def test_a_wrong_declared_size_loses_nothing(file):
    book(file, *[[f"党员{number}", "", "", ""] for number in range(300)])
    rewrite(file, "xl/worksheets/sheet1.xml", lambda text: re.sub(r'<dimension ref="[^"]*"\s*/>', '<dimension ref="A1:B2"/>', text))
    assert len(rows_of(file)) == 300


def test_rows_far_apart_are_all_read(file):
    book(file, ["张三", "", "", ""], change=lambda workbook, sheet: sheet.cell(5000, 1, "李四"))
    assert [row["name"] for row in rows_of(file)] == ["张三", "李四"]


def test_digits_that_excel_has_changed_are_not_trusted(file):
    book(file, ["张三", 110105194912310021, "", ""])
    (row,) = rows_of(file)
    assert isinstance(row["id_number"], BadCell)
    assert "文本" in row["id_number"].reason


def test_a_formula_without_its_result_is_told(file):
    book(file, ["张三", "=A1", "", ""])
    (row,) = rows_of(file)
    assert "选择性粘贴" in row["id_number"].reason


def test_a_formula_with_its_result_is_its_result(file):
    book(file, ["张三", "=A1", "", ""])
    result = '<c r="B2" t="str"><f>A1</f><v>姓名</v></c>'
    rewrite(file, "xl/worksheets/sheet1.xml", lambda text: re.sub(r'<c r="B2">.*?</c>', result, text))
    assert rows_of(file)[0]["id_number"] == "姓名"


def test_an_error_value_is_told(file):
    book(file, ["张三", "#N/A", "", ""])
    assert isinstance(rows_of(file)[0]["id_number"], BadCell)


def test_dates_of_the_1904_calendar(file):
    book(file, ["张三", "", date(1985, 5, 4), ""], change=lambda workbook, sheet: setattr(workbook, "epoch", CALENDAR_MAC_1904))
    assert rows_of(file)[0]["born_on"] == "1985-05-04"


def test_hidden_sheets_are_not_read(file):
    def change(workbook, sheet):
        hidden = workbook.create_sheet("底稿", 0)
        hidden.append(HEAD)
        hidden.append(["不该出现", "", "", ""])
        hidden.sheet_state = "hidden"
        workbook.create_sheet("另一个").append(["有数据"])

    book(file, ["张三", "", "", ""], change=change)
    table = read_table(file, HEADINGS)
    assert ([row["name"] for _, row in table.rows], table.others) == (["张三"], ["另一个"])


def refused(file: Path) -> str:
    with pytest.raises(RuleViolation) as caught:
        read_table(file, HEADINGS)
    return caught.value.message


def test_merged_rows_are_refused_with_their_place(file):
    said = refused(book(file, ["张三", "", "", ""], ["", "", "", ""], change=lambda workbook, sheet: sheet.merge_cells("A2:A3")))
    assert "A2:A3" in said
    assert "取消合并" in said


def test_a_column_twice_is_refused(file):
    workbook = Workbook()
    workbook.active.append(["姓名", "身份证号", "身份证号码"])
    workbook.save(file)
    assert "出现了两次" in refused(file)


def test_without_known_or_needed_columns(file):
    workbook = Workbook()
    workbook.active.append(["甲", "乙"])
    workbook.save(file)
    assert "没有认出列名" in refused(file)
    workbook.active.append(["身份证号", "出生日期"])
    workbook.save(file)
    assert "没有找到“姓名”" in refused(file)


def test_an_empty_workbook_is_refused(file):
    Workbook().save(file)
    assert "没有数据" in refused(file)


def test_too_many_rows_are_refused_not_cut(file):
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(HEAD)
    for _ in range(20_000):
        sheet.append(["张三"])
    workbook.save(file)
    assert "超过 20000 行" in refused(file)


def test_too_many_columns_are_refused(file):
    book(file, ["张三"] + [""] * 99 + ["多余"])
    assert "超过 100 列" in refused(file)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"not a zip at all", lambda data: b""])
def test_a_damaged_file_is_refused(file, damage):
    book(file, ["张三", "", "", ""])
    file.write_bytes(damage(file.read_bytes()))
    assert "读不出来" in refused(file)


def test_broken_xml_is_refused(file):
    book(file, ["张三", "", "", ""])
    rewrite(file, "xl/worksheets/sheet1.xml", lambda text: text[:-40])
    assert "读不出来" in refused(file)


def test_a_very_long_text_is_told(file):
    book(file, ["长" * 2001, "", "", ""], ["长" * 2000, "", "", ""])
    first, second = rows_of(file)
    assert isinstance(first["name"], BadCell)
    assert len(second["name"]) == 2000
