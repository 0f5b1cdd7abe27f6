"""manage.py dues_ledger [--branch CODE] --period 2026H1 [--json]: what was owed, came in, went up and is there, by branch."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from django.core.management.base import BaseCommand, CommandError

from branches.models import Branch
from members.dues.books import Balance, Ledger, balances_of, handed_out, ledger_of_all, ledgers_of, whole_of
from partywork.periods import Period

WORDS = {
    "due": "应缴", "paid": "已缴", "in_time": "按期", "collected": "收到", "back_paid": "补交", "extra": "自愿多交", "refunded": "退回",
    "handed_up": "上缴", "kept": "期末留存", "in_hand": "期末在手", "in_transit": "期末在途", "members": "应交人数",
    "cleared": "足额人数", "exempt": "免交人数", "rate_people": "收缴率（人数）%", "rate_amount": "收缴率（金额）%",
    "rate_in_time": "按期率%",
}  # fmt: skip


class Command(BaseCommand):
    help = "党费收支：应缴、收到、按期、补交、多交、退回、上缴、留存、在手和收缴率，按党组织列出。金额单位为元。"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--branch", metavar="编号", default="", help="党组织编号；不写则为最上级党组织")
        parser.add_argument("--period", metavar="期间", required=True, help="期间，例如 2026H1、2026Q2、202606 或 2026")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *, branch: str, period: str, **options) -> None:
        top, span = found_branch(branch), found_period(period)
        answer = told(top, span)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{top.name}　{span.label}党费（元）")
        for row in [*answer["branches"], answer["total"]]:
            words = "　".join(f"{WORDS[name]} {value}" for name, value in row.items() if name in WORDS and value is not None)
            self.stdout.write(f"{row['name']}\t{words}")


def told(top: Branch, period: Period) -> dict:
    """Period columns within the period; kept and in hand as they stand on its last day."""
    scope = Branch.objects.within(top)
    ledgers, balances = ledgers_of(scope, period), balances_of(scope, period.last_day)
    rows = [line(each.short_name, ledgers.get(each.pk, Ledger()), balances.get(each.pk, Balance()), each.code)
            for each in scope if each.pk in ledgers or each.pk in balances]  # fmt: skip
    whole = whole_of(scope, period.last_day)
    ledger = replace(ledger_of_all(scope, period), handed_up=handed_out(scope, period))
    last = line("合计", ledger, Balance(kept=whole.kept, in_hand=whole.in_hand)) | {"in_transit": str(whole.in_transit)}
    books = {key: str(value) for key, value in asdict(whole).items()} | {"difference": str(whole.difference)}
    return {"branch": top.code, "branch_name": top.name, "period": period.code, "branches": rows, "total": last, "books": books}


def line(name: str, ledger: Ledger, balance: Balance, code: str = "") -> dict:
    """Money as text to the fen: a float would lose it."""
    values = asdict(ledger) | {"kept": balance.kept, "in_hand": balance.in_hand}
    rates = {key: getattr(ledger, key) for key in ("rate_people", "rate_amount", "rate_in_time")}
    plain = {key: value if isinstance(value, int) else None if value is None else str(value) for key, value in (values | rates).items()}
    return {"code": code, "name": name} | {key: plain[key] for key in WORDS if key in plain}


def found_branch(code: str) -> Branch:
    branch = Branch.objects.filter(code=code).first() if code else Branch.objects.filter(depth=1).first()
    if branch is None:
        raise CommandError(f"没有编号为“{code[:40]}”的党组织。" if code else "还没有建立党组织，没有可以统计的内容。")
    return branch


def found_period(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as error:
        raise CommandError(str(error)) from None
