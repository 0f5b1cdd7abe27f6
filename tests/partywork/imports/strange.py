"""Workbooks that mean harm or are made oddly: a good one with one part changed, or built so."""
from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.chaos.hostile_files import FETCHING, LAUGHS, PARAMETER, hostile
from tests.partywork.files import samples
from tests.partywork.imports.sheets import person, workbook

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [person(1), person(2)]
FORMULA = '<c r="A2"><f>1+1</f></c>'
OUTSIDE = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://'
           'schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="{}" TargetMode="External"/>'
           "</Relationships>")  # fmt: skip


def good() -> bytes:
    return workbook(ROWS)


def rewritten(change: Callable[[str], str], part: str = SHEET, data: bytes | None = None) -> bytes:
    """With one part changed as text."""
    return packed({**parts(data or good()), part: change(parts(data or good()).get(part, b"").decode()).encode()})


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    return samples.archive(members.items())


def shared(rows: list | None = None) -> bytes:
    """With its texts in a part of their own, as Excel writes them and openpyxl no longer does."""
    data, texts = workbook(rows or ROWS), []

    def moved(match: re.Match) -> str:
        texts.append(html.unescape(match[2]))
        return f'<c r="{match[1]}" t="s"><v>{len(texts) - 1}</v></c>'

    sheet = re.sub(r'<c r="([A-Z]+\d+)"[^>]*t="inlineStr"[^>]*><is><t[^>]*>(.*?)</t></is></c>', moved, parts(data)[SHEET].decode())
    assert texts
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    strings = f'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = parts(data)["[Content_Types].xml"].decode()
    types = types.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>')
    return packed({**parts(data), SHEET: sheet.encode(), "xl/sharedStrings.xml": strings.encode(), "[Content_Types].xml": types.encode()})


def with_part(name: str, data: bytes) -> bytes:
    return packed({**parts(good()), name: data})


def without(name: str) -> bytes:
    return packed({each: data for each, data in parts(shared()).items() if each != name})


def built(change: Callable[[Workbook, Any], None], rows: list | None = None) -> bytes:
    """Made with openpyxl: the heads and two good rows, then `change(book, sheet)`."""
    book = Workbook()
    sheet, file = book.active, io.BytesIO()
    head = list(ROWS[0])
    sheet.append(head)
    for row in ROWS if rows is None else rows:
        sheet.append([row.get(name) for name in head])
    change(book, sheet)
    book.save(file)
    return file.getvalue()


def many(count: int) -> bytes:
    book, file = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.append(list(ROWS[0]))
    for _ in range(count):
        sheet.append(["林一"])
    book.save(file)
    return file.getvalue()


def hidden_only(book: Workbook, sheet: Any) -> None:
    book.create_sheet("空的")
    sheet.sheet_state = "hidden"


def bad_files() -> dict[str, tuple[str, bytes]]:
    """{what it is: (name, content)}: none of it may be imported."""
    whole = good()
    sheet = parts(whole)[SHEET].decode()
    second = sheet[sheet.index('<row r="2"') : sheet.index('<row r="3"')]
    found: dict[str, tuple[str, bytes]] = {
        "text by the name of a workbook": ("a.xlsx", "姓名,性别\n林一,男".encode()), "csv": ("a.csv", "姓名\n".encode()),
               "xls": ("a.xls", samples.OLE),
        "xls renamed": ("a.xlsx", samples.OLE), "et": ("a.et", samples.OLE), "ods": ("a.ods", b"PK\x03\x04"), "xlsb": ("a.xlsb", whole),
        "xlsm": ("a.xlsm", with_part("xl/vbaProject.bin", b"x")), "macros inside": ("a.xlsx", with_part("xl/vbaProject.bin", b"x")),
        "picture": ("a.xlsx", samples.png()), "pdf": ("a.xlsx", samples.PDF), "word": ("a.xlsx", samples.docx()), "no ending": ("名册",
               whole),
        "nothing": ("a.xlsx", b""), "half": ("a.xlsx", whole[: len(whole) // 2]), "end cut off": ("a.xlsx", whole[:-30]),
        "embedded object": ("a.xlsx", with_part("xl/embeddings/oleObject1.bin", samples.OLE)),
        "link to another machine": ("a.xlsx", with_part("xl/externalLinks/_rels/externalLink1.xml.rels",
               OUTSIDE.format("\\\\server\\a.xlsx").encode())),
        "link to a page": ("a.xlsx", with_part("xl/externalLinks/_rels/externalLink1.xml.rels",
               OUTSIDE.format("http://127.0.0.1:9/").encode())),
        "out of its folder": ("a.xlsx", with_part("../../etc/cron.d/x", b"x")), "bomb": ("a.xlsx", with_part("xl/media/a.xml",
               bytes(80 * 2**20))),
        "5,000 members": ("a.xlsx", packed(parts(whole) | {f"xl/a{number}.xml": b"" for number in range(5000)})),
        "no sheet": ("a.xlsx", without(SHEET)), "no workbook": ("a.xlsx", without("xl/workbook.xml")), "no types": ("a.xlsx",
               without("[Content_Types].xml")),
        "sheet cut": ("a.xlsx", rewritten(lambda text: text[:-40])), "sheet of nonsense": ("a.xlsx", rewritten(lambda text: "<<<")),
        "strings cut": ("a.xlsx", rewritten(lambda text: text[:-40], "xl/sharedStrings.xml", shared())),
        "strings missing": ("a.xlsx", without("xl/sharedStrings.xml")),
        "string out of range": ("a.xlsx", rewritten(lambda text: text.replace('t="s"><v>8</v>', 't="s"><v>99999</v>'), data=shared())),
        "row number of nonsense": ("a.xlsx", rewritten(lambda text: text.replace('<row r="2"', '<row r="zwei"'))),
        "200,000 rows": ("a.xlsx", many(200_000)), "20,001 rows": ("a.xlsx", many(20_000)),
        "a cell in the last row of all": ("a.xlsx", built(lambda book, sheet: sheet.cell(1_048_576, 1, "x"))),
        "a cell in the last column of all": ("a.xlsx", built(lambda book, sheet: sheet.cell(2, 16_384, "x"))),
        "merged rows": ("a.xlsx", built(lambda book, sheet: sheet.merge_cells("A2:A3"))),
        "hidden sheet only": ("a.xlsx", built(hidden_only)), "no rows": ("a.xlsx", built(lambda book, sheet: None, rows=[])),
        "no known column": ("a.xlsx", workbook([{"甲": 1, "乙": 2}])), "a column twice": ("a.xlsx",
               workbook([ROWS[0] | {"党员姓名": "林二"}])),
        "a row twice": ("a.xlsx", rewritten(lambda text: text.replace("</sheetData>", f"{second}</sheetData>"))),
        "a cell twice": ("a.xlsx", rewritten(lambda text: text.replace('<c r="B2"', '<c r="A2"'))),
    }  # fmt: skip
    for label, text in {"laughs": LAUGHS, "fetching": FETCHING, "parameter": PARAMETER}.items():
        for part in (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml"):
            found[f"document type, {label}, {part}"] = ("a.xlsx", with_part(part, text))
    return found | {f"of the gate: {label}": file for label, file in hostile().items() if str(file[0]).endswith(".xlsx")}


def plain_rows(text: str) -> str:
    """Rows and cells without their places, as some programs write them."""
    return re.sub(r' r="[A-Z]*\d+"', "", text)


def odd_files() -> dict[str, bytes]:
    """Sound files of odd makers: both rows must come in."""
    def title(book: Workbook, sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet.merge_cells("A1:H1")
        sheet["A1"] = "云溪县林业局党员名册"

    def other_sheets(book: Workbook, sheet: Any) -> None:
        hidden = book.create_sheet("底稿", 0)
        hidden.append(["姓名", "不该出现"])
        hidden.sheet_state = "hidden"
        book.create_sheet("说明").append(["填写说明"])

    def formatted(book: Workbook, sheet: Any) -> None:
        for number in range(4, 2000):
            sheet.cell(number, 1).number_format = "@"

    def links(book: Workbook, sheet: Any) -> None:
        sheet["A2"].hyperlink = "mailto:lin@example.com"

    def old_calendar(book: Workbook, sheet: Any) -> None:
        book.epoch = CALENDAR_MAC_1904
        sheet["D2"], sheet["D3"] = (date.fromisoformat(row["出生日期"]) for row in ROWS)

    def spaced(book: Workbook, sheet: Any) -> None:
        sheet["A2"], sheet["H2"], sheet["F2"] = "林　一", "１３８ 0000 0001", "１９９５．６．１"

    def inline(text: str) -> str:
        changed = re.sub(r'<c r="A2" t="s"><v>\d+</v></c>', '<c r="A2" t="inlineStr"><is><t>林一</t></is></c>', text)
        assert changed != text
        return changed

    def cached(text: str) -> str:
        changed = re.sub(r'<c r="A2" t="s"><v>\d+</v></c>', '<c r="A2" t="str"><f>"林"&amp;"一"</f><v>林一</v></c>', text)
        assert changed != text
        return changed

    def rich(text: str) -> str:
        assert "<t>林一</t>" in text
        return text.replace("<t>林一</t>", "<r><t>林</t></r><r><rPr><b/></rPr><t>一</t></r>")

    return {
        "wrong dimension": rewritten(lambda text: re.sub('<dimension ref="[^"]*"', '<dimension ref="A1:A1"', text)),
        "no dimension": rewritten(lambda text: re.sub("<dimension [^>]*/>", "", text)), "places left out": rewritten(plain_rows),
        "texts in the cells": rewritten(inline, data=shared()), "formula with its result": rewritten(cached, data=shared()),
        "coloured letters": rewritten(rich, "xl/sharedStrings.xml", shared()), "shared texts": shared(), "title above": built(title),
               "other sheets": built(other_sheets),
        "empty rows with formats": built(formatted), "link in a cell": built(links), "dates of 1904": built(old_calendar),
        "blanks and wide digits": built(spaced), "a note far below": built(lambda book, sheet: sheet.cell(300, 30, "经办人：林一")),
        "stored, not packed": samples.archive(parts(good()).items(), zipfile.ZIP_STORED),
    }  # fmt: skip
