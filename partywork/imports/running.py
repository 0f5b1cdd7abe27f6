"""What the jobs (and the command) do with an import: read and judge it, write it, take it back. Each is all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from partywork.errors import RuleViolation
from partywork.failpoints import fail_here
from partywork.files.services import is_whole
from partywork.files.types import judge
from partywork.imports.models import ImportBatch, State
from partywork.imports.previews import context_of, judged, kept_rows, moved_since, numbers_in_words
from partywork.imports.reading import missing_columns, read_sheet
from partywork.imports.registry import Action, Context, Importer, Outcome, Planned, importer_of
from partywork.imports.services import (
    OPEN,
    ask_for_columns,
    keep_columns,
    keep_preview,
    locked,
    put_aside,
    require,
)
from partywork.journal.services import write_entry

WRITTEN = (Action.CREATE, Action.CHANGE)
MEANWHILE = "导入的同时另有人登记了相同的内容，这次没有写入。请重新核对。"


class Quiet:
    """Stands for a job's progress where nobody waits."""

    def __call__(self, percent: int, note: str = "") -> None: ...

    def finish(self, result: dict | None = None) -> None: ...


def the_batch(pk: int) -> ImportBatch:
    return ImportBatch.objects.select_related("branch", "attachment").get(pk=pk)


def read_batch(batch: ImportBatch, actor: Any, progress: Any) -> None:
    """Read the file and judge every row; what is wrong with the file as a whole stands on the import's page."""
    require(actor, batch)
    importer = importer_of(batch.kind)
    progress(5, "正在读取文件")
    if not is_whole(batch.attachment):
        raise RuleViolation("服务器上的文件与上传时不一致，请重新上传。")
    try:
        sheet = read_sheet(batch.attachment.path, importer, batch.columns or None)
    except RuleViolation as refusal:
        told = refusal.message
        return keep(batch, progress, lambda row: put_aside(row, told))
    if missing := missing_columns(importer, sheet.places):
        return keep(batch, progress, lambda row: (keep_columns(row, sheet), ask_for_columns(row, missing)))
    progress(45, f"正在逐行核对，共 {len(sheet.rows)} 行")
    planned = judged(importer, context_of(batch, actor), sheet.rows)
    progress(80, "正在保存核对结果")
    return keep(batch, progress, lambda row: (keep_columns(row, sheet), keep_preview(row, planned, sheet.rows)))


@transaction.atomic
def keep(batch: ImportBatch, progress: Any, write: Callable[[ImportBatch], Any]) -> None:
    """The result of reading and the end of the job: one act. One that was confirmed meanwhile stays as it is."""
    row = locked(batch)
    if row.state in OPEN:
        write(row)
    progress.finish(result_of(row))


def commit_batch(batch: ImportBatch, actor: Any, progress: Any) -> None:
    """Write what was previewed, or nothing: what has changed since becomes a new preview."""
    require(actor, batch)
    importer, context = importer_of(batch.kind), context_of(batch, actor)
    progress(5, "正在准备")
    rows, signs = kept_rows(batch)
    prepared = prepare(importer, context, rows)
    progress(30, f"正在核对并写入 {len(rows)} 行")
    try:
        with transaction.atomic():
            _write(locked(batch), importer, replace(context, locking=True, prepared=prepared), rows, signs)
            fail_here("import.written")
            progress.finish(result_of(batch))
    except IntegrityError as error:
        raise RuleViolation(MEANWHILE) from error


def prepare(importer: Importer, context: Context, rows: Any) -> Mapping[int, Any]:
    """What takes long and needs no lock."""
    return importer.prepare([row for row in judged(importer, context, rows) if row.action in WRITTEN]) if importer.prepare else {}


def _write(batch: ImportBatch, importer: Importer, context: Context, rows: Any, signs: Mapping[int, str]) -> None:
    if batch.state == State.DONE:  # the job ran before and was killed on its last steps
        return
    if batch.state != State.READY:
        raise RuleViolation("这份导入已经处理过。")
    planned = judged(importer, context, rows)
    if moved := moved_since(planned, signs):
        told = f"预览之后记录有变化，{numbers_in_words(moved)}的处理与预览不同，没有写入。请核对后重新确认。"
        keep_preview(batch, planned, rows, moved=moved, told=told)
        return
    outcome = importer.commit(context, [row for row in planned if row.action in WRITTEN])
    fail_here("import.half")
    settle(batch, context.actor, outcome)


def settle(batch: ImportBatch, actor: Any, outcome: Outcome) -> None:
    batch.state, batch.told, batch.outcome = State.DONE, "", json.dumps(outcome, ensure_ascii=False, default=str)
    batch.committed_at, batch.committed_by = timezone.now(), actor
    batch.save(update_fields=["state", "told", "outcome", "committed_at", "committed_by"])
    changes = {action.label: [None, batch.counts.get(action, 0)] for action in Action}
    write_entry(actor=actor, action="imports.commit", target=batch, changes=changes)


def undo_batch(batch: ImportBatch, actor: Any, progress: Any) -> None:
    """Everything as it was before the import, or a sentence that names what has come to depend on it."""
    require(actor, batch)
    importer = importer_of(batch.kind)
    progress(10, "正在撤回")
    try:
        with transaction.atomic():
            row = locked(batch)
            if row.state == State.DONE:
                _take_back(row, importer, replace(context_of(row, actor), locking=True))
            progress.finish(result_of(row))
    except (ProtectedError, IntegrityError) as error:
        raise RuleViolation("导入的内容已被其他记录使用，不能整体撤回。") from error


def _take_back(batch: ImportBatch, importer: Importer, context: Context) -> None:
    titles = dict(batch.rows.values_list("number", "title"))
    importer.undo(context, outcome_of(batch), titles)
    batch.state, batch.outcome = State.UNDONE, ""
    batch.undone_at, batch.undone_by = timezone.now(), context.actor
    batch.save(update_fields=["state", "outcome", "undone_at", "undone_by"])
    fail_here("import.undone")
    write_entry(actor=context.actor, action="imports.undo", target=batch)


def outcome_of(batch: ImportBatch) -> Outcome:
    return {int(number): told for number, told in json.loads(batch.outcome or "{}").items()}


@transaction.atomic
def take_secrets(*, actor: Any, batch: ImportBatch) -> list[dict[str, Any]]:
    """What is to be handed out once, by row; from now on nobody can have it again."""
    require(actor, batch)
    row = locked(batch)
    titles, outcome = dict(row.rows.values_list("number", "title")), outcome_of(row)
    found = [{"title": titles.get(number, ""), **told} for number, told in sorted(outcome.items()) if told.get("secret")]
    if not found:
        raise RuleViolation("已经下载过，系统里不再保存。遗失的请在账号页面重置。")
    for told in outcome.values():
        told.pop("secret", None)
    row.outcome = json.dumps(outcome, ensure_ascii=False)
    row.save(update_fields=["outcome"])
    write_entry(actor=actor, action="imports.secrets", target=row, changes={"行数": [None, len(found)]})
    return found


def result_of(batch: ImportBatch) -> dict[str, Any]:
    return {"page": reverse("import_batch", args=[batch.pk]), "label": "查看结果"}


def plan_file(importer: Importer, path: Path, context: Context) -> list[Planned]:
    """A preview without keeping anything: for the command. RuleViolation says what is wrong with the file."""
    with path.open("rb") as file:
        judge(file, path.name if path.suffix else f"{path.name}.xlsx", "documents")
    sheet = read_sheet(path, importer)
    if missing := missing_columns(importer, sheet.places):
        raise RuleViolation(f"没有找到必填的列：{'、'.join(missing)}。")
    return judged(importer, context, sheet.rows)
