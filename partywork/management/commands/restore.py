"""manage.py restore 文件 [--check] [--json]: a backup back into an empty place, also onto the other database engine."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from partywork.keeping import history
from partywork.keeping.errors import Refused
from partywork.keeping.restoring import Found, check_backup, restore_backup
from partywork.keeping.verifying import verify
from partywork.management.commands.verify import in_words as verified_in_words


class Command(BaseCommand):
    help = "把备份恢复到空数据库和空附件目录（SQLite 或 PostgreSQL 均可），恢复后自动校验。备份有问题时说明原因，什么也不写。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="文件", help="manage.py backup 写成的文件")
        parser.add_argument("--check", action="store_true", help="只检查这份备份能否恢复，不写入")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, file: str, check: bool, **options: Any) -> None:
        act, start = ("check" if check else "restore"), time.monotonic()
        try:
            found = (check_backup if check else restore_backup)(Path(file))
        except Refused as refused:
            history.note(act, ok=False, file=file, reason=refused.message)
            raise CommandError(refused.message) from refused
        except DatabaseError as error:
            raise CommandError(f"数据库不能用：{str(error).strip().splitlines()[0]}") from error
        told = summary(found, file) | ({} if check else {"verify": verify(grace=0, by="恢复后的校验", restored=True)})
        told |= {"ok": told.get("verify", {}).get("ok", True), "seconds": round(time.monotonic() - start, 1)}
        history.note(act, **{name: value for name, value in told.items() if name not in ("verify", "tables")})
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else in_words(told))
        if not told["ok"]:
            raise SystemExit(1)


def summary(found: Found, file: str) -> dict[str, Any]:
    return {
        "file": file, "made_at": found.header["made_at"], "made_by": found.header["version"],
        "engine": found.header["engine"], "rows": found.rows, "files": found.end["files"],
        "missing": found.end["missing"], "head": found.end["head"], "tables": found.end["tables"],
    }


def in_words(told: dict[str, Any]) -> str:
    what = f"{told['rows']} 行数据，{told['files']} 个附件"
    made = f"备份由 {told['made_by']} 版生成于 {told['made_at']}；日志链头 {told['head'][0]}:{told['head'][1]}"
    if "verify" not in told:
        lines = [f"备份完好，可以恢复：{what}。", made]
    else:
        lines = [f"已恢复 {what}，用时 {told['seconds']} 秒。", made, "恢复后的校验：", verified_in_words(told["verify"])]
    if told["missing"]:
        lines.append(f"注意：备份时就有 {len(told['missing'])} 个附件缺失或已损坏，不在备份里。")
    return "\n".join(lines)
