"""manage.py make_report [--branch CODE] --period 2026H1 --output FILE.docx [--json FILE] [--draft] [--appendix].

The same making as the page's, without a worker. It writes files only: no version is stored, nobody is named as its maker.
"""
from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from branches.models import Branch
from partywork.errors import RuleViolation
from partywork.forms import read_date
from partywork.periods import Period, Span, today
from reports.making import Made, Options, make, render_to
from reports.management.commands.figures import as_json
from reports.management.scope import add_scope, find_branch, find_period
from reports.models import Report
from reports.services import words_of


class Command(BaseCommand):
    help = "生成半年报告的 Word 文件。与页面用同一套办法，只写文件，不留版本；已写的文字和已处理的问题一并写入。"

    def add_arguments(self, parser) -> None:
        add_scope(parser)
        parser.add_argument("--output", metavar="文件.docx", required=True, help="写到哪个文件")
        parser.add_argument("--json", metavar="文件", help="另把指标和正文写成 JSON；写“-”则只在标准输出给出 JSON")
        parser.add_argument("--draft", action="store_true", help="草稿：保留空缺的部分，标【待补】")
        parser.add_argument("--appendix", action="store_true", help="附数据来源表")
        parser.add_argument("--date", metavar="日期", default="", help="成文日期，例如 2026-07-05；不写则没有署名和日期")

    def handle(self, *args, **options) -> None:
        branch, period = find_branch(options["branch"]), find_period(options["period"])
        if period.span is not Span.HALF:
            raise CommandError(f"半年报告的期间应是半年，例如 {period.start.year}H1，现在是“{period.code}”。")
        if not Branch.objects.active_in(period).filter(pk=branch.pk).exists():
            raise CommandError(f"{branch.short_name}在{period.label}尚未成立或已经撤销。")
        output = word_file(options["output"])
        side = writable(options["json"]) if options["json"] not in (None, "-") else None
        chosen = Options(options["draft"], options["appendix"], None, dated(options["date"]))
        made = make(branch, period, words_of(report_of(branch, period)), chosen, today())
        try:
            render_to(output, made.context)
        except (RuleViolation, OSError) as error:
            raise CommandError(f"没有写成 {output}：{getattr(error, 'message', error)}") from None
        self.tell(options["json"], side, made, branch, period, output)

    def tell(self, asked: str | None, side: Path | None, made: Made, branch: Branch, period: Period, output: Path) -> None:
        text = json.dumps(as_answer(made, branch, period, output), ensure_ascii=False, indent=2) if asked else ""
        if side:
            side.write_text(text + "\n", "utf-8")
        if asked == "-":
            self.stdout.write(text)
            return
        self.stdout.write(f"已生成 {output}")
        for name in made.document.omitted:
            self.stdout.write(f"没有内容：{name}")


def writable(name: str) -> Path:
    """The path, if a file can be written there; checked before anything is computed."""
    path = Path(name).expanduser().resolve()
    if path.is_dir():
        raise CommandError(f"{path} 是文件夹，请写明文件名。")
    if not path.parent.is_dir():
        raise CommandError(f"没有文件夹 {path.parent}。")
    if not _takes_a_file(path):
        raise CommandError(f"不能写入 {path}，请检查权限。")
    return path


def _takes_a_file(path: Path) -> bool:
    """Tried, because an administrator's rights say nothing of a folder that takes no files."""
    if path.exists():
        return os.access(path, os.W_OK)
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return True
    except OSError:
        return False


def word_file(name: str) -> Path:
    if Path(name).suffix.lower() != ".docx" and not Path(name).is_dir():
        raise CommandError(f"--output 应是 Word 文件，名称以 .docx 结尾，现在是“{name[:80]}”。")
    return writable(name)


def dated(text: str) -> str:
    try:
        day = read_date(text, "成文日期")
    except Exception as error:
        raise CommandError("；".join(getattr(error, "messages", [str(error)]))) from None
    return day.isoformat() if day else ""


def report_of(branch: Branch, period: Period) -> Report | None:
    return Report.objects.filter(branch=branch, definition="half_year", period_code=period.code).first()


def as_answer(made: Made, branch: Branch, period: Period, output: Path) -> dict:
    """What was made, for machines."""
    return {
        "branch": branch.code, "branch_name": branch.name, "period": period.code, "period_label": period.label,
        "title": made.context["title"], "output": str(output), "sha256": hashlib.sha256(output.read_bytes()).hexdigest(),
        "figures": [as_json(each) for each in made.computed], "document": made.stored_text(), "omitted": made.document.omitted,
    }
