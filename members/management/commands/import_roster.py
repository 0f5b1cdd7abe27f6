"""manage.py import_roster FILE.xlsx [--branch CODE] [--commit] [--json]: by default only the preview, which writes nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import BaseCommand, CommandError

from branches.models import Branch
from members.imports import ROSTER
from partywork.errors import RuleViolation
from partywork.files.types import TYPES
from partywork.forms import read_date
from partywork.imports import services
from partywork.imports.models import ImportBatch, State
from partywork.imports.registry import Action, Context, Planned
from partywork.imports.running import Quiet, commit_batch, plan_file, read_batch
from partywork.periods import today


class Command(BaseCommand):
    help = "从 Excel 导入党员名册。默认只核对、不写入：逐行给出处理（新建、修改、不变、不导入）和问题；加 --commit 才写入没有问题的行。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", metavar="文件.xlsx", help="要导入的工作簿")
        parser.add_argument("--branch", metavar="编号", default="", help="只导入到这个党组织及其下级；默认全部")
        parser.add_argument("--start", metavar="日期", default="", help="表中没有写进入本支部日期的，从这一天起列入名册；默认今天")
        parser.add_argument("--commit", action="store_true", help="写入没有问题的行；可以在“批量导入”页面整体撤回")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args, **options) -> None:
        path, branch, start = file_at(options["file"]), find_branch(options["branch"]), start_day(options["start"])
        try:
            if options["commit"]:
                rows, batch = committed(path, branch, start)
            else:
                rows, batch = plan_file(ROSTER, path, Context(None, branch, today(), {"start_on": start})), None
        except RuleViolation as refusal:
            raise CommandError(refusal.message) from None
        answer = as_answer(path, branch, rows, batch)
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) if options["json"] else in_words(answer))


def committed(path: Path, branch: Branch, start: str) -> tuple[list[Planned], ImportBatch]:
    """The same way as on the page, without a worker: kept, judged, written."""
    services.check_ending(path.name)
    with path.open("rb") as file:
        upload = UploadedFile(File(file), path.name, TYPES["xlsx"].content_type, path.stat().st_size)
        batch = services.keep_file(actor=None, importer=ROSTER, upload=upload, branch=branch, options={"start_on": start})
    read_batch(batch, None, Quiet())
    batch.refresh_from_db()
    if batch.state != State.READY:
        raise RuleViolation(batch.told)
    planned = plan_file(ROSTER, batch.attachment.path, Context(None, branch, today(), {"start_on": start}))
    if batch.to_write:
        commit_batch(batch, None, Quiet())
        batch.refresh_from_db()
        if batch.state != State.DONE:
            raise RuleViolation(batch.told)
    return planned, batch


def file_at(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise CommandError(f"找不到文件 {name}。")
    return path


def find_branch(code: str) -> Branch:
    branch = Branch.objects.filter(code__iexact=code).first() if code else Branch.objects.filter(depth=1).first()
    if branch is None:
        raise CommandError(f"没有编号为 {code} 的党组织。" if code else "系统里还没有党组织，请先建立。")
    return branch


def start_day(text: str) -> str:
    try:
        day = read_date(text, "建档日期")
    except Exception as error:
        raise CommandError("；".join(getattr(error, "messages", [str(error)]))) from None
    if day and day > today():
        raise CommandError("建档日期不能晚于今天。")
    return day.isoformat() if day else ""


def as_answer(path: Path, branch: Branch, rows: list[Planned], batch: ImportBatch | None) -> dict:
    counts = Counter(str(row.action) for row in rows)
    return {
        "file": path.name, "branch": branch.code, "committed": bool(batch and batch.state == State.DONE),
        "import": batch.pk if batch else None, "counts": {str(action): counts[action] for action in Action},
        "rows": [{"number": row.number, "action": str(row.action),
                  "faults": [{"column": fault.column, "reason": fault.reason} for fault in row.faults]} for row in rows],
    }  # fmt: skip


def in_words(answer: dict) -> str:
    counts = {Action(code).label: count for code, count in answer["counts"].items()}
    lines = [f"第 {row['number']} 行 {Action(row['action']).label}" + faults_in_words(row) for row in answer["rows"]]
    done = "已写入" if answer["committed"] else "没有写入任何内容；确认无误后加 --commit"
    return "\n".join([*lines, "，".join(f"{label} {count} 行" for label, count in counts.items()) + f"。{done}。"])


def faults_in_words(row: dict) -> str:
    told = "；".join(f"{fault['column']}：{fault['reason']}" for fault in row["faults"])
    return f"  {told}" if told else ""
