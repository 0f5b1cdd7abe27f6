"""The acts of an import: upload, correct the columns, confirm, take back. What takes long is done by jobs (`running`).

Nothing of a sheet reaches the records before somebody has confirmed the very preview that he saw.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from partywork.errors import RuleViolation
from partywork.files.services import store_upload
from partywork.imports.models import ImportBatch, ImportRow, State
from partywork.imports.previews import counts_of, digest_of, row_of, sign_of
from partywork.imports.reading import Sheet
from partywork.imports.registry import Importer, Planned, Rows, importer_of
from partywork.imports.undoing import parts
from partywork.jobs.services import queue_job
from partywork.journal.services import register_actions, write_entry
from partywork.tokens import make_once

register_actions({
    "imports.upload": "上传导入文件", "imports.columns": "指定导入的列", "imports.commit": "确认导入", "imports.undo": "撤回导入",
    "imports.secrets": "下载导入的初始密码",
})  # fmt: skip
READ, COMMIT, UNDO = "import.read", "import.commit", "import.undo"
ROWS_AT_ONCE = 500
OPEN = (State.NEW, State.MAPPING, State.READY, State.REFUSED)
AGAIN = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
OTHER_ENDINGS = {
    ".xls": f"这是旧版 Excel（.xls）文件。{AGAIN}", ".et": f"这是 WPS 表格（.et）文件。{AGAIN}", ".csv": f"这是文本（.csv）文件。{AGAIN}",
    ".xlsm": f"这个文件带宏（.xlsm），不能上传。{AGAIN}", ".xlsb": f"这是二进制表格（.xlsb）文件。{AGAIN}",
    ".ods": f"这是 OpenDocument（.ods）文件。{AGAIN}",
}  # fmt: skip


def upload_sheet(
    *, actor: Any, importer: Importer, upload: UploadedFile, branch: Any, options: Mapping[str, str], token: UUID | None = None
) -> ImportBatch:
    """Keep the file and have it read. The same token gives the same import."""
    check_ending(upload.name or "")
    return make_once(ImportBatch, token, actor, lambda: _keep(actor, importer, upload, branch, options, token), by="owner")[0]


@transaction.atomic
def _keep(actor: Any, importer: Importer, upload: UploadedFile, branch: Any, options: Mapping[str, str],
       token: UUID | None) -> ImportBatch:
    batch = keep_file(actor=actor, importer=importer, upload=upload, branch=branch, options=options, token=token)
    queue(actor, batch, READ)
    return batch


@transaction.atomic
def keep_file(
    *, actor: Any, importer: Importer, upload: UploadedFile, branch: Any, options: Mapping[str, str], token: UUID | None = None
) -> ImportBatch:
    """The import as a row, its file with its hash; nothing is read yet. No actor: a command on the server itself."""
    batch = ImportBatch(kind=importer.kind, branch=branch, owner=actor, options=dict(options), form_token=token)
    require(actor, batch)
    batch.attachment = store_upload(actor=actor, upload=upload, allowed="documents")
    batch.save()
    write_entry(actor=actor, action="imports.upload", target=batch, changes={"sha256": [None, batch.attachment.sha256]})
    return batch


def check_ending(name: str) -> None:
    ending = PurePath(name).suffix.lower()
    if ending != ".xlsx":
        raise RuleViolation(OTHER_ENDINGS.get(ending, "这里只收 Excel 工作簿（.xlsx）。" + AGAIN), field="file")


@transaction.atomic
def set_columns(*, actor: Any, batch: ImportBatch, places: Mapping[str, int]) -> ImportBatch:
    """Which column of the sheet is what, as somebody corrected it; the rows are judged anew."""
    require(actor, batch)
    batch = locked(batch)
    if batch.state not in OPEN or not batch.columns:
        raise RuleViolation("这份导入已经处理过，不能再改列的对应。")
    if batch.job and batch.job.is_open:
        return batch
    before = batch.columns["places"]
    batch.columns = batch.columns | {"places": dict(places)}
    batch.save(update_fields=["columns"])
    queue(actor, batch, READ)
    if before != batch.columns["places"]:
        write_entry(actor=actor, action="imports.columns", target=batch, changes={"columns": [before, batch.columns["places"]]})
    return batch


@transaction.atomic
def confirm(*, actor: Any, batch: ImportBatch, digest: str) -> ImportBatch:
    """Have exactly the preview with this digest written."""
    require(actor, batch)
    batch = locked(batch)
    if batch.job and batch.job.is_open:  # a double click
        return batch
    if batch.state != State.READY:
        raise RuleViolation("这份导入已经处理过。")
    if batch.digest != digest:
        raise RuleViolation("预览已经更新，请重新核对后再确认。")
    if not batch.to_write:
        raise RuleViolation("没有可以导入的行。请按问题清单改好文件，重新上传。")
    queue(actor, batch, COMMIT)
    return batch


@transaction.atomic
def ask_undo(*, actor: Any, batch: ImportBatch) -> ImportBatch:
    """Have an import taken back as a whole."""
    require(actor, batch)
    batch = locked(batch)
    if batch.job and batch.job.is_open:
        return batch
    if batch.state != State.DONE:
        raise RuleViolation("只有已导入的才能撤回。")
    queue(actor, batch, UNDO)
    return batch


# --- shared with the jobs -----------------------------------------------------------------------------------------------


def require(actor: Any, batch: ImportBatch) -> None:
    """No actor: the system itself."""
    if actor is not None:
        actor.require(importer_of(batch.kind).action, batch)


def locked(batch: ImportBatch) -> ImportBatch:
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("branch", "attachment", "job")
    return rows.get(pk=batch.pk)


def queue(actor: Any, batch: ImportBatch, kind: str) -> None:
    batch.job = queue_job(actor=actor, kind=kind, args={"batch": batch.pk})
    batch.save(update_fields=["job"])


def put_aside(batch: ImportBatch, told: str) -> None:
    """The file cannot be imported, and why."""
    batch.rows.all().delete()
    batch.state, batch.told, batch.counts, batch.digest = State.REFUSED, told[:500], {}, ""
    batch.save(update_fields=["state", "told", "counts", "digest"])


def keep_columns(batch: ImportBatch, sheet: Sheet) -> None:
    batch.columns = sheet.stored()
    batch.save(update_fields=["columns"])


def ask_for_columns(batch: ImportBatch, missing: list[str]) -> None:
    batch.rows.all().delete()
    batch.state, batch.counts, batch.digest = State.MAPPING, {}, ""
    batch.told = f"没有找到必填的列：{'、'.join(missing)}。请在下面指定它们是表中的哪一列；表中没有的，请补上后重新上传。"
    batch.save(update_fields=["state", "told", "counts", "digest"])


def keep_preview(
    batch: ImportBatch, planned: list[Planned], rows: Rows, *, moved: Collection[int] = (), told: str = ""
) -> None:
    """What each row would become, in place of any earlier preview."""
    cells, signs = dict(rows), [sign_of(row) for row in planned]
    batch.rows.all().delete()
    for some in parts(list(zip(planned, signs, strict=True)), ROWS_AT_ONCE):
        ImportRow.objects.bulk_create(row_of(batch, row, cells[row.number], sign, row.number in moved) for row, sign in some)
    batch.state, batch.told, batch.digest = State.READY, told[:500], digest_of(signs)
    batch.counts = counts_of(planned) | {"moved": len(moved)}
    batch.save(update_fields=["state", "told", "counts", "digest"])
