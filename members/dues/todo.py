"""What other pages say of dues: on the first page months not made, dues to collect, people who owe for three months and more;
on a person's page the way to his card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse

from branches.accounts.models import Account
from branches.models import Branch
from members.dues import rules
from members.dues.models import DueLine
from members.models import Member
from partywork.periods import add_months
from partywork.slots import Panel, adds_to

NAMED = 4


@adds_to("home.todo")
def dues_todo(branch: Branch, reader: Account, day: date) -> Iterator[dict]:
    """One query. A month that nobody made is asked for where the month before was made."""
    if not branch.is_leaf_kind or not reader.can("dues.edit", branch):
        return
    month = rules.month_of(day)
    known = Q(paid__lt=F("due")) | Q(month__gte=add_months(month, -1))
    rows = DueLine.objects.filter(known, branch=branch, month__lte=month).order_by("month", "pk")
    late, now, made = defaultdict(list), [], set()
    for name, when, settled in rows.values_list("member__name", "month", "settled"):
        made.add(when)
        if not settled:
            now.append(name) if when == month else late[name].append(when)
    yield from items(branch, month, late, now, made)


def items(branch: Branch, month: date, late: dict[str, list[date]], now: list[str], made: set[date]) -> Iterator[dict]:
    ends = rules.last_day(month)
    warned = {name: run for name, months in late.items() if (run := rules.in_a_row(months)) >= rules.WARN_MONTHS}
    if warned:
        yield item("催交党费", told(warned), reverse("dues_arrears"), branch, label="查看欠交", rule="DUE-14", overdue=True)
    if now:
        yield item(f"{month.month}月党费", f"还有{len(now)}人没有交齐", reverse("dues"), branch, label="收缴党费", rule="DUE-7", due=ends)
    elif made and month not in made:
        yield item(f"{month.month}月党费", "还没有生成应缴", reverse("dues"), branch, label="生成应缴", rule="DUE-7", due=ends)


def told(warned: dict[str, int]) -> str:
    names = "、".join(f"{name}连续{run}个月" for name, run in list(warned.items())[:NAMED])
    return names + (f"等{len(warned)}人" if len(warned) > NAMED else "") + "未交党费"


def item(title: str, text: str, path: str, branch: Branch, *, label: str, rule: str, due: date | None = None,
         overdue: bool = False) -> dict:  # fmt: skip
    """One line of templates/ui/todo.html."""
    return {"title": title, "text": text, "due": due, "overdue": overdue, "rule": rule, "rule_url": reverse("rule", args=[rule]),
            "url": f"{path}?{urlencode({'branch': branch.pk})}", "label": label}  # fmt: skip


@adds_to("member.panels")
def card_panel(member: Member, reader: Account) -> Iterator[Panel]:
    """The way to the payment card; no query."""
    if reader.can("dues.view", member):
        yield Panel("dues/_panel.html", {"member": member}, aside=True)
