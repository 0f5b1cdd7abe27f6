"""manage.py verify [--json] [--grace 分钟] [--head 链头]: do files, rows, sums and the journal agree? Writes nothing."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partywork.journal.heads import read_written
from partywork.keeping.verifying import verify


class Command(BaseCommand):
    help = "校验附件、数据表、人数、报告和操作日志是否一致。只读，不修改任何内容；有问题时退出码为 1。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--grace", type=minutes, default=60, metavar="分钟",
                            help="多新的文件可以暂时没有记录（可能正在上传），默认 60；服务已停止时可用 0")
        parser.add_argument("--head", type=written_head, metavar="链头",
                            help="以前抄下的日志链头，例如 1280:9f3c5a7b1e20，用来发现整库被换回旧状态")

    def handle(self, **options: Any) -> None:
        told = verify(options["grace"] * 60, options["head"])
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else in_words(told))
        if not told["ok"]:
            raise SystemExit(1)


def minutes(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise CommandError(f"--grace 应为分钟数，现在是“{text[:20]}”。")
    return int(text)


def written_head(text: str) -> tuple[int, str]:
    found = read_written(text)
    if not found:
        raise CommandError("--head 应为序号、冒号和校验值，例如 1280:9f3c5a7b1e20。")
    return found


def in_words(told: dict[str, Any]) -> str:
    lines = []
    for each in told["checks"]:
        lines.append(f"{each['name']}：" + (f"{len(each['problems'])} 处问题" if each["problems"] else "通过"))
        lines += [f"  {problem}" for problem in each["problems"][:50]]
        lines += [f"  ……另有 {len(each['problems']) - 50} 处，用 --json 查看"] * (len(each["problems"]) > 50)
    lines += [f"提示：{note}" for note in told["notes"]]
    lines.append(f"操作日志链头：{told['head']['seq']}:{told['head']['hash'] or '（尚无记录）'}")
    lines.append("全部通过。" if told["ok"] else f"共发现 {told['problems']} 处问题。")
    return "\n".join(lines)
