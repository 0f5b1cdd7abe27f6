"""manage.py reseal [--check] [--json]: everything encrypted under the newest of FIELD_KEYS, while the system is in use."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from partywork.fields import newest, ring
from partywork.keeping.resealing import columns, outdated, reseal_all


class Command(BaseCommand):
    help = "把全部加密内容改用 FIELD_KEYS 的第一个密钥。可以在使用中运行；中途停止后再次运行会接着做。仍需旧密钥时退出码为 1。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只看还有多少内容要用旧密钥，不修改")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, check: bool, **options: Any) -> None:
        quiet = options["json"]
        left = outdated() if check else reseal_all(lambda done: None if quiet else self.stdout.write(f"已改用新密钥：{done}行"))
        told = {"ok": not left, "newest": newest(), "left": dict(left),
                "columns": [{"name": str(column), "keys": dict(column.keys)} for column in columns()]}
        self.stdout.write(json.dumps(told, ensure_ascii=False) if quiet else in_words(told))
        if left:
            raise SystemExit(1)


def in_words(told: dict[str, Any]) -> str:
    lines = [f"{column['name']}：" + ("；".join(counted(*pair) for pair in column["keys"].items()) or "没有内容")
             for column in told["columns"]]
    if told["ok"]:
        return "\n".join([*lines, "全部内容都用第1个密钥加密，FIELD_KEYS 里其余的密钥可以去掉（更早的备份仍需要它们）。"])
    due = sum(count for number, count in told["left"].items() if number in ring())
    if due:
        lines.append(f"还有{due}条要用旧密钥，旧密钥不能去掉。请运行 manage.py reseal；反复运行仍有剩余时，用 manage.py verify 查看。")
    lost = [number for number in told["left"] if number not in ring()]
    return "\n".join(lines + [f"编号 {number} 的密钥不在 FIELD_KEYS 里，这些内容解不开。请把当时的密钥放回。" for number in lost])


def counted(number: str, count: int) -> str:
    place = list(ring()).index(number) + 1 if number in ring() else 0
    return f"{f'第{place}个密钥' if place else '缺少的密钥'}（编号 {number}）{count}条"
