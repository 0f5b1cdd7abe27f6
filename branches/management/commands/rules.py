"""manage.py rules: every rule in force, with its figures, article and parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from branches.rule_settings import Entry, entries_on
from partywork.periods import today
from partywork.rules import Param


class Command(BaseCommand):
    help = "列出施行中的规则：编号、内容、数值、条款、起止日期、可信程度、参数。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--on", metavar="日期", help="按哪一天施行的规则，例如 2026-05-10；默认今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON；valid_to 为不再施行的第一天")

    def handle(self, **options) -> None:
        day = day_of(options["on"])
        with database_there():
            entries = entries_on(day)
        told = (
            json.dumps([as_json(entry) for entry in entries], ensure_ascii=False, indent=1)
            if options["json"]
            else words_of(entries)
        )
        self.stdout.write(told)


@contextmanager
def database_there() -> Iterator[None]:
    """The organisation's own figures are asked of the database; without its tables the command says what to do."""
    try:
        yield
    except DatabaseError as error:
        raise CommandError("读不到数据库，请先运行 make setup 或 manage.py migrate。") from error


def day_of(text: str | None) -> date:
    """The day after --on; today without it."""
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--on 应为日期，例如 2026-05-10，现在是“{text[:20]}”。") from None


def as_json(entry: Entry) -> dict[str, Any]:
    rule = entry.rule
    return {
        "id": rule.id,
        "title": rule.title,
        "says": rule.says,
        "figures": entry.figures,
        "article": rule.article,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "trust": rule.trust,
        "trust_label": rule.trust_label,
        "group": rule.group,
        "params": [param_json(param) for param in rule.params],
        "settings": [param_json(param) for param in rule.settings],
        "set_by_us": {
            "figures": entry.setting.figures,
            "valid_from": entry.setting.valid_from.isoformat(),
            "reason": entry.setting.reason,
        }
        if entry.setting
        else None,
    }


def param_json(param: Param) -> dict[str, Any]:
    told = {"name": param.name, "label": param.label, "kind": param.kind, "required": param.default is None}
    if param.choices:
        told["choices"] = [code for code, _ in param.choices]
    told |= {name: value for name in ("low", "high") if (value := getattr(param, name)) is not None}
    return told if param.default is None else told | {"default": plain(param.default)}


def plain(value: Any) -> Any:
    """A value in JSON's types; Decimals as text of their own digits."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int | str) or value is None else str(value)


def words_of(entries: list[Entry]) -> str:
    lines = []
    for entry in entries:
        rule, until = entry.rule, f"，至{entry.rule.valid_to}前" if entry.rule.valid_to else ""
        lines += [
            f"{rule.id}　{rule.title}　〔{rule.trust_label}〕",
            f"    {rule.says}",
            f"    依据：{rule.article}；自{rule.valid_from}起施行{until}",
        ]
        lines += (
            [f"    取值：{entry.words}" + ("（本单位设置）" if entry.setting else "（默认）")]
            if rule.settings
            else []
        )
        lines += ["    参数：" + "、".join(f"{param.name}（{param.label}）" for param in rule.params)]
    return "\n".join(lines)
