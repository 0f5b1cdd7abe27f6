"""The papers of a path: what each step asks for, scanned files, thought reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from branches.accounts.models import Account
from branches.querysets import active_on
from members.development import rules
from members.development.models import LocalItem, Path, StepFile, StepRecord, ThoughtReport
from members.development.services import lock_open, need_reason, require
from members.development.steps import KEYS
from members.rules import cn
from partywork.errors import RuleViolation
from partywork.files.names import safe_name
from partywork.files.services import digest_of, store_upload
from partywork.journal.services import write_entry

MOST_FILES = 20


def wanted_documents(key: str, day: date, items: Sequence[LocalItem] | None = None) -> list[str]:
    """What a step asks for on a day: the regulation's papers, then those of local practice (one query unless given)."""
    if key not in KEYS:
        return []
    if items is None:
        items = list(local_items(day))
    return [*rules.set_on(day).step(key).documents, *(item.name for item in items if item.key == key)]


def local_items(day: date):
    return LocalItem.objects.filter(active_on(day, start="start_on", stop="stop_on"))


def keep_files(actor: Account | None, record: StepRecord, uploads: Iterable[Any]) -> None:
    """Within the act that enters the step."""
    uploads = list(uploads)
    if record.files.filter(removed_at=None).count() + len(uploads) > MOST_FILES:
        raise RuleViolation(f"一个步骤最多 {MOST_FILES} 个附件，请先移除不需要的。", field="files")
    for upload in uploads:
        same = {"attachment__original_name": safe_name(upload.name or ""), "attachment__sha256": digest_of(upload)}
        if not record.files.filter(removed_at=None, **same).exists():  # the same file sent again is the one there is
            StepFile.objects.create(record=record, attachment=store_upload(actor=actor, upload=upload, allowed="any"))


@transaction.atomic
def add_file(*, actor: Account | None, record: StepRecord, uploads: Sequence[Any]) -> StepRecord:
    """Further scans of a step on record."""
    require(actor, "development.edit", record)
    if not uploads:
        raise RuleViolation("请先选择要添加的文件。", field="files")
    StepRecord.objects.select_for_update().get(pk=record.pk)
    if record.voided_at:
        raise RuleViolation("这一步已经作废，不能再添加附件。", field="files")
    keep_files(actor, record, uploads)
    names = "、".join(upload.name for upload in uploads)
    write_entry(actor=actor, action="development.file_add", target=record.path, changes={"附件": [None, names]})
    return record


@transaction.atomic
def remove_file(*, actor: Account | None, file: StepFile) -> StepFile:
    """Take a file off; the bytes stay. Twice is once."""
    require(actor, "development.edit", file.record)
    file = StepFile.objects.select_for_update(of=("self",)).select_related("record__path", "attachment").get(pk=file.pk)
    if file.removed_at is None:
        file.removed_at = timezone.now()
        file.save(update_fields=["removed_at"])
        write_entry(actor=actor, action="development.file_remove", target=file.record.path,
                    changes={"附件": [str(file.attachment), None]})  # fmt: skip
    return file


@transaction.atomic
def add_report(
    *, actor: Account | None, path: Path, handed_on: date, title: str, today: date, opinion: str = "", upload: Any = None,
    form_token: UUID | None = None,
) -> ThoughtReport:  # fmt: skip
    """A thought report that was handed in."""
    require(actor, "development.edit", path)
    path = lock_open(path)
    first = path.records.standing().filter(key="application").first()
    if handed_on > today or (first and handed_on < first.done_on):
        raise RuleViolation(f"递交日期应在递交入党申请（{cn(first.done_on)}）和今天之间。", field="handed_on")
    kept = store_upload(actor=actor, upload=upload, allowed="any") if upload else None
    report = ThoughtReport.objects.create(path=path, branch=path.place, handed_on=handed_on, title=title, opinion=opinion,
                                          attachment=kept, created_by=actor, form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="development.report", target=path,
                changes={"思想汇报": [None, f"{handed_on.isoformat()} {title}"]})  # fmt: skip
    return report


@transaction.atomic
def void_report(*, actor: Account | None, report: ThoughtReport, reason: str) -> ThoughtReport:
    """Entered wrongly: it counts no more. Twice is once."""
    require(actor, "development.edit", report)
    report = ThoughtReport.objects.select_for_update(of=("self",)).select_related("path").get(pk=report.pk)
    if report.voided_at:
        return report
    report.void_reason, report.voided_at = need_reason(reason, "作废"), timezone.now()
    report.save(update_fields=["voided_at", "void_reason"])
    write_entry(actor=actor, action="development.report_void", target=report.path, reason=report.void_reason,
                changes={"思想汇报": [report.title, None]})  # fmt: skip
    return report
