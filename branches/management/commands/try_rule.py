"""manage.py try_rule ID name=value …: what a rule answers for these values."""

from __future__ import annotations

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from branches.management.commands.rules import database_there, day_of, plain
from branches.rule_settings import Entry, apply_entry, entry_on, read_values
from partywork.rules import Answer, versions


class Command(BaseCommand):
    help = "按给定的数值试算一条规则，例如：try_rule VOTE-1 expected=16 present=9 yes=9"

    def add_arguments(self, parser) -> None:
        parser.add_argument("rule_id", metavar="规则编号")
        parser.add_argument("values", nargs="*", metavar="参数=数值")
        parser.add_argument("--on", metavar="日期", help="按哪一天施行的规定；默认今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, rule_id: str, values: list[str], **options) -> None:
        day = day_of(options["on"])
        entry = known_entry(rule_id, day)
        typed = typed_values(entry, values)
        with database_there():
            answer = apply_entry(entry, typed)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(entry, answer, day), ensure_ascii=False))
        else:
            self.stdout.write(
                f"{entry.rule.id} {entry.rule.title}（{entry.rule.article}）\n{verdict(answer)}{answer.says}"
            )


def known_entry(rule_id: str, day: date) -> Entry:
    if not versions(rule_id):
        raise CommandError(f"没有编号为“{rule_id[:20]}”的规则，可用 manage.py rules 查看全部编号。")
    with database_there():
        entry = entry_on(rule_id, day)
    if entry is None:
        raise CommandError(f"规则 {rule_id} 在{day}还没有施行，自{versions(rule_id)[0].valid_from}起施行。")
    return entry


def typed_values(entry: Entry, words: list[str]) -> dict:
    """The values by name; one Chinese sentence for everything that is wrong, all at once."""
    typed, faults = {}, []
    known = {param.name: param.label for param in entry.rule.params}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            faults.append(f"“{word[:30]}”应写作 参数=数值。")
        elif name not in known:
            faults.append(f"没有参数“{name[:30]}”，这条规则的参数是：{told(known)}。")
        elif name in typed:
            faults.append(f"参数 {name} 重复了。")
        else:
            typed[name] = value
    faults += [
        f"缺少参数 {param.name}（{param.label}）。"
        for param in entry.rule.params
        if param.name not in typed and param.default is None
    ]
    values, wrong = read_values(
        tuple(param for param in entry.rule.params if param.name in typed or param.default is not None), typed
    )
    faults += [f"{name}：{fault}" for name, fault in wrong.items()]
    if faults:
        raise CommandError("\n".join(faults))
    return values


def told(known: dict[str, str]) -> str:
    return "、".join(f"{name}（{label}）" for name, label in known.items())


def verdict(answer: Answer) -> str:
    return {True: "符合：", False: "不符合：", None: ""}[answer.holds]


def as_json(entry: Entry, answer: Answer, day: date) -> dict:
    return {
        "id": entry.rule.id,
        "on": day.isoformat(),
        "article": entry.rule.article,
        "figures": entry.figures,
        "holds": answer.holds,
        "says": answer.says,
        "values": {name: plain(value) for name, value in answer.values.items()},
    }
