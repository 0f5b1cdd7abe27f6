"""manage.py backup 文件或目录 [--json]: everything in one encrypted archive, made while the system is in use."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from partywork.disk import reason
from partywork.keeping import history
from partywork.keeping.backing import Made, make_backup
from partywork.keeping.errors import Refused
from partywork.keeping.restoring import check_backup


class Command(BaseCommand):
    help = "备份全部数据和附件，写成一个加密文件，并立即回读检查。可以在使用中进行；密钥不在备份里，须另行保管。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="文件", help="写到哪个文件；写目录则按时间和日志链头自动命名")
        parser.add_argument("--no-check", action="store_true", help="写成后不回读检查")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, file: str, **options: Any) -> None:
        start = time.monotonic()
        try:
            made = make_backup(Path(file))
            if not options["no_check"]:
                check_backup(made.path)
        except (Refused, DatabaseError) as error:
            said = error.message if isinstance(error, Refused) else f"没有写成备份，数据库不能用：{reason(error)}。"
            history.note("backup", ok=False, reason=said)
            raise CommandError(said) from error
        told = summary(made, time.monotonic() - start, checked=not options["no_check"])
        history.note("backup", **{name: value for name, value in told.items() if name != "tables"})
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else in_words(told))
        if made.missing:
            raise SystemExit(1)


def summary(made: Made, seconds: float, *, checked: bool) -> dict[str, Any]:
    return {
        "ok": not made.missing, "file": str(made.path), "size": made.size, "sha256": made.sha256, "checked": checked,
        "rows": made.rows, "files": made.files, "file_bytes": made.file_bytes, "missing": made.missing,
        "head": made.head, "forgotten_tables": made.forgotten, "seconds": round(seconds, 1), "tables": made.tables,
    }


def in_words(told: dict[str, Any]) -> str:
    lines = [
        f"已备份到 {told['file']}（{told['size'] / 1e6:.1f} MB，用时 {told['seconds']} 秒）",
        f"{told['rows']} 行数据，{told['files']} 个附件；日志链头 {told['head'][0]}:{told['head'][1]}",
        f"SHA-256 {told['sha256']}",
        "已回读检查，可以恢复。" if told["checked"] else "没有回读检查。",
        "密钥（BACKUP_KEY、FIELD_KEYS、AUDIT_KEY）不在备份里，请另行保管，丢失后备份不能恢复。",
    ]
    if told["forgotten_tables"]:
        lines.append(f"提示：这些数据表不属于本系统，没有备份：{'、'.join(told['forgotten_tables'])}。")
    if told["missing"]:
        lines.append(f"注意：{len(told['missing'])} 个附件缺失或已损坏，没有备份。请运行 manage.py verify 查看。")
    return "\n".join(lines)
