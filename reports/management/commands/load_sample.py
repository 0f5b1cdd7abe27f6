"""manage.py load_sample: a deterministic fictional bureau in an empty database."""
from __future__ import annotations

import json
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from partywork.errors import RuleViolation
from partywork.periods import today
from reports.sample import loader


class Command(BaseCommand):
    help = "装入样例单位（虚构）。只装入空数据库；生产环境拒绝。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--size", choices=loader.SIZES, default="bureau", help="small：3个支部；bureau：12个支部；large：200个支部")
        parser.add_argument("--until", metavar="日期", help="样例的最后一天，例如 2026-06-30；默认今天")
        parser.add_argument("--if-empty", action="store_true", help="数据库里已有别的数据时什么也不做")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, size: str, until: str | None, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("生产环境不能装入样例数据。")
        day = _day(until)
        if options["if_empty"] and not (loader.is_loaded() or loader.is_empty()):
            return
        if loader.is_loaded():
            told = {"size": None, "accounts": loader.sample_accounts(), "password": loader.PASSWORD, "loaded": False}
        else:
            try:
                told = loader.load_sample(size=size, until=day) | {"loaded": True}
            except RuleViolation as refused:
                raise CommandError(refused.message) from refused
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _words(told))


def _day(until: str | None) -> date:
    if until is None:
        return today()
    try:
        day = date.fromisoformat(until)
    except ValueError as error:
        raise CommandError(f"--until 应为日期，例如 2026-06-30，现在是“{until[:20]}”。") from error
    if not 2020 <= day.year <= 2099:
        raise CommandError("--until 应在2020年到2099年之间。")
    return day


def _words(told: dict) -> str:
    lines = []
    if told["loaded"]:
        lines.append(f"已装入样例单位：{told['branches']}个支部，{told['members']}名党员，{told['meetings']}次会议（截至{told['until']}）。")
    lines += ["样例账号（密码均为 " + told["password"] + "）："]
    lines += [f"  {row['username']:<14}{row['role']}（{row['name']}）" for row in told["accounts"]]
    return "\n".join(lines)
