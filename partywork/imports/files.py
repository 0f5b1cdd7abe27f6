"""What an import hands out: the template, the rows that were refused with their reasons, and what exists only once."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from partywork.exports import export_rows, note_export
from partywork.imports.models import ImportBatch, ImportRow
from partywork.imports.previews import unpacked
from partywork.imports.registry import Action, Importer
from partywork.imports.running import take_secrets
from partywork.lists import Column
from partywork.sheets.reading import BadCell
from partywork.spreadsheets import XLSX, file_stem, sheet_title

VALIDATED_ROWS = 5_000
CODES, NOTES = "可选内容", "填写说明"
NOTE_COLUMNS = (("列名", 20), ("是否必填", 10), ("说明", 50), ("例", 24), ("可选内容", 60))


def template_answer(actor: Any, importer: Importer) -> FileResponse:
    """An empty sheet with the official names, lists to choose from, and a page of explanations."""
    name = f"{importer.label}导入模板"
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115  (the answer closes it)
    try:
        template_book(importer).save(file)
        file.seek(0)
        note_export(actor=actor, name=name, count=0, chosen="")
    except BaseException:
        file.close()
        raise
    return FileResponse(file, as_attachment=True, filename=f"{file_stem(name)}.xlsx", content_type=XLSX)


def template_book(importer: Importer) -> Workbook:
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_title(importer.label)
    write_line(sheet, [f"{each.label}*" if each.required else each.label for each in importer.columns], head=True)
    for place, each in enumerate(importer.columns, 1):
        column = sheet.column_dimensions[get_column_letter(place)]
        column.width, column.number_format = each.width, "@"  # text, or Excel changes ID numbers and codes
    sheet.freeze_panes = "A2"
    offer_choices(book, importer)
    write_notes(book, importer)
    return book


def write_line(sheet: Any, texts: list[str], *, head: bool = False) -> None:
    sheet.append(texts)
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=head)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        cell.fill = PatternFill("solid", fgColor="FFF2F2F2") if head else PatternFill()


def offer_choices(book: Workbook, importer: Importer) -> None:
    """Lists of more than 255 characters must stand in cells: on a sheet of their own."""
    lists = [(place, each) for place, each in enumerate(importer.columns, 1) if each.choices]
    if not lists:
        return
    codes = book.create_sheet(CODES)
    write_line(codes, [each.label for _, each in lists], head=True)
    for at, (place, each) in enumerate(lists, 1):
        for number, label in enumerate(each.choices, 2):
            codes.cell(number, at, label)
        source, target = get_column_letter(at), get_column_letter(place)
        offered = DataValidation("list", formula1=f"={CODES}!${source}$2:${source}${len(each.choices) + 1}", allow_blank=True)
        offered.showErrorMessage = False  # other usual words are understood too
        offered.add(f"{target}2:{target}{VALIDATED_ROWS}")
        book.active.add_data_validation(offered)


def write_notes(book: Workbook, importer: Importer) -> None:
    sheet = book.create_sheet(NOTES)
    for number, (_, width) in enumerate(NOTE_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    write_line(sheet, [label for label, _ in NOTE_COLUMNS], head=True)
    for each in importer.columns:
        write_line(sheet, [each.label, "必填" if each.required else "", each.help, each.example, "、".join(each.choices)])


def refused_answer(actor: Any, batch: ImportBatch, importer: Importer) -> FileResponse:
    """The rows that are not imported as they stood in the sheet, with line and reason: to be mended and uploaded again."""
    places = sorted(batch.columns["places"].items(), key=lambda item: item[1])
    own = [Column(name, importer.column(name).label, (lambda row, name=name: row["cells"].get(name, "")), importer.column(name).width)
           for name, _ in places]  # fmt: skip
    columns = [*own, Column("reason", "不导入的原因", "reason", 60), Column("number", "原行号", "number", 10)]
    rows = batch.rows.filter(action=Action.REFUSED).order_by("number").iterator(500)
    return export_rows(actor=actor, name=f"{importer.label}不导入的行", columns=columns, rows=map(refused_line, rows))


def refused_line(row: ImportRow) -> dict[str, Any]:
    cells = {name: "" if isinstance(cell, BadCell) else cell for name, cell in unpacked(row.cells).items()}
    reason = "；".join(f"{column}：{why}" if column else why for column, why in row.faults)
    return {"number": row.number, "reason": reason, "cells": cells}


def secrets_answer(actor: Any, batch: ImportBatch, importer: Importer) -> FileResponse:
    """What the import made that exists nowhere else (first passwords): handed out once, then forgotten."""
    rows = take_secrets(actor=actor, batch=batch)
    columns = [Column("name", "登录名", "name", 20), Column("title", "姓名", "title", 14), Column("secret", importer.secret, "secret", 24)]
    return export_rows(actor=actor, name=f"{importer.label}{importer.secret}", columns=columns, rows=rows)
