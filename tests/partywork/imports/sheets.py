"""Sheets to import, and imports without a worker."""
from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from members.id_numbers import check_digit
from partywork.files.types import TYPES
from partywork.imports import services
from partywork.imports.models import ImportBatch
from partywork.imports.registry import importer_of
from partywork.jobs.running import run_job

XLSX = TYPES["xlsx"].content_type


def id_number(number: int, born: date = date(1985, 5, 4), sex: str = "m") -> str:
    """A sound number; `number` tells people born on one day apart."""
    order = number * 2 + (1 if sex == "m" else 0)
    body = f"110105{born:%Y%m%d}{order:03d}"
    return body + check_digit(body)


def person(number: int, **cells: Any) -> dict[str, Any]:
    """A good row under the usual headings."""
    born = date(1970 + number % 30, 1 + number % 12, 1 + number % 28)
    row = {"姓名": f"林{han(number)}", "性别": "男", "身份证号": id_number(number % 400, born), "出生日期": born.isoformat(),
           "所在党支部": "一支部",
           "加入党组织日期": f"{born.year + 24}-06-01", "转正日期": f"{born.year + 25}-06-01", "联系电话": f"138{number:08d}"}
    return row | cells


def han(number: int) -> str:
    letters = "零一二三四五六七八九"
    return "".join(letters[int(digit)] for digit in str(number))


def workbook(rows: list[dict[str, Any]], head: list[str] | None = None, before: tuple = ()) -> bytes:
    book = Workbook()
    sheet, columns = book.active, head or list(dict.fromkeys(name for row in rows for name in row))
    for line in before:
        sheet.append(line)
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(data: bytes, name: str = "名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type=XLSX)


def sent(actor: Any, branch: Any, data: bytes, kind: str = "members", **options: str) -> ImportBatch:
    """Uploaded and judged."""
    options.setdefault("start_on", "2025-01-01")
    batch = services.upload_sheet(actor=actor, importer=importer_of(kind), upload=upload(data), branch=branch, options=options)
    return run(batch)


def run(batch: ImportBatch) -> ImportBatch:
    """What is asked for is done."""
    batch.refresh_from_db()
    run_job(batch.job_id)
    return ImportBatch.objects.select_related("job", "branch", "attachment").get(pk=batch.pk)


def confirmed(batch: ImportBatch, actor: Any) -> ImportBatch:
    return run(services.confirm(actor=actor, batch=batch, digest=batch.digest))


def undone(batch: ImportBatch, actor: Any) -> ImportBatch:
    return run(services.ask_undo(actor=actor, batch=batch))


def faults_of(batch: ImportBatch) -> dict[int, list[tuple[str, str]]]:
    return {row.number: [tuple(fault) for fault in row.faults] for row in batch.rows.all() if row.faults}


def actions_of(batch: ImportBatch) -> dict[int, str]:
    return dict(batch.rows.values_list("number", "action"))

