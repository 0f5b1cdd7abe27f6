"""What members owe: their class and base, reductions, the lines of a month. `payments.py` takes money in, `remitting.py`
hands it up. A month is its first day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from branches.accounts.models import Account
from branches.models import Branch
from branches.querysets import active_on
from members.dues import rules
from members.dues.local import Practice, practice_on
from members.dues.models import Category, DueLine, DuesStandard, Reduction
from members.models import Member, Membership
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, write_entry
from partywork.periods import add_months
from partywork.versions import claim_version

register_actions({
    "dues.standard": "核定党费基数",
    "dues.reduce": "批准党费减免",
    "dues.month": "生成当月应缴党费",
})  # fmt: skip

FIXED = (Category.FARMER, Category.NONE)
LINE = ("branch", "category", "base", "due", "due_on", "exempt", "settled")


# --- class and base ------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_standard(
    *, actor: Account | None, member: Member, category: str, items: Mapping[str, Decimal], start_on: date, today: date,
    reason: str = "", form_token: UUID | None = None, version: int | None = None,
) -> DuesStandard:  # fmt: skip
    """A member's class and pay from a month on (DUE-7). An earlier one ends there; one of the same month is corrected.
    Months that were not paid yet are reckoned anew; `version` is that of the last one, if the form showed one."""
    require(actor, "dues.edit", member)
    month, practice = rules.month_of(start_on), practice_on(start_on)
    last = member.dues_standards.select_for_update().last()
    refuse("start_on", why_not_standard(last, month, today, practice, reason))
    refuse("category", why_not_items(category, items, practice))
    if last and version is not None:
        claim_version(last, version)
    told = json.dumps({code: str(amount) for code, amount in sorted(items.items()) if amount})
    facts = {"category": category, "items": told if category not in FIXED else "", "reason": reason, "set_by": set_by(actor, last)}
    row = kept_standard(member, last, month, facts, form_token)
    changes = changes_between({"category": last and last.category}, {"category": category})
    write_entry(actor=actor, action="dues.standard", target=member, reason=reason,
                changes=changes | {"自": [None, month.isoformat()], "items": [None, None]})  # fmt: skip
    make_lines(Q(member=member), unpaid_months(member, month))
    return row


def kept_standard(member: Member, last: DuesStandard | None, month: date, facts: dict, token: UUID | None) -> DuesStandard:
    """The same month's row corrected, or the last one ended and a new one begun."""
    if last and last.start_on == month:
        for name, value in facts.items():
            setattr(last, name, value)
        last.save(update_fields=list(facts))
        return last
    if last and last.stop_on is None:
        last.stop_on = month
        last.save(update_fields=["stop_on"])
    return DuesStandard.objects.create(member=member, start_on=month, form_token=token, **facts)


def set_by(actor: Account | None, last: DuesStandard | None) -> Account:
    """Who stands in the row; the system itself (sample data) leaves the first account there is."""
    return actor or (last.set_by if last else Account.objects.order_by("pk").first())


def why_not_standard(last: DuesStandard | None, month: date, today: date, practice: Practice, reason: str) -> str:
    if month > add_months(rules.month_of(today), 12):
        return "核定的起始月份最多提前12个月。"
    if month < rules.FIRST_DAY:
        return "核定的起始月份不能早于2008年4月。"
    if last is None:
        return ""
    if month < last.start_on:
        return f"已有自{last.start_on.year}年{last.start_on.month}月起的核定，新的核定不能早于它。"
    if practice.adjust == "year" and month.year == last.start_on.year and not reason.strip():
        return "月交纳额年内一般不变（DUE-7），确需调整的请写明依据。"
    return ""


def why_not_items(category: str, items: Mapping[str, Decimal], practice: Practice) -> str:
    if category not in Category.values:
        return "请选择党费类别。"
    if any(not 0 <= amount <= rules.LARGEST for amount in items.values()):
        return "收入项目应在0到9999999.99元之间。"
    if category in FIXED:
        return ""
    return "" if practice.base(category, items) else "按填写的项目计算，基数为0。请核对收入项目，没有收入的请选择相应类别。"


# --- less or nothing -----------------------------------------------------------------------------------------------------


@transaction.atomic
def reduce_dues(
    *, actor: Account | None, member: Member, amount: Decimal, start_on: date, months: int, decision: str, decided_on: date,
    approved_by: str, reason: str, today: date, form_token: UUID | None = None,
) -> Reduction:  # fmt: skip
    """Less or nothing for some months, by decision (DUE-11). Months that were not paid yet follow."""
    require(actor, "dues.edit", member)
    month, standard = rules.month_of(start_on), member.dues_standards.last()
    practice = practice_on(decided_on)
    refuse("decided_on", "决定日期不能晚于今天。" if decided_on > today else "")
    why = rules.why_not_reduction(amount, standard.category if standard else "", approved_by, practice.retired_by_branch)
    refuse("approved_by", why)
    stop = add_months(month, months)
    if member.dues_reductions.filter(start_on__lt=stop, stop_on__gt=month).exists():
        raise RuleViolation("这段时间已有减免，请核对起止月份。", field="start_on")
    row = Reduction.objects.create(
        member=member, amount=amount, start_on=month, stop_on=stop, decision=decision, decided_on=decided_on,
        approved_by=approved_by, reason=reason, set_by=set_by(actor, None), form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="dues.reduce", target=member, changes={
        "每月": [None, str(amount)], "自": [None, month.isoformat()], "至": [None, stop.isoformat()],
        "决定": [None, decision]})  # fmt: skip
    make_lines(Q(member=member), [each for each in unpaid_months(member, month) if each < stop])
    return row


# --- the lines of a month --------------------------------------------------------------------------------------------------


@dataclass
class Made:
    """What became of a month: lines new and changed, and who has no base yet."""

    new: int = 0
    changed: int = 0
    dropped: int = 0
    without: list[Member] = field(default_factory=list)


@transaction.atomic
def make_month(*, actor: Account | None, branch: Branch, month: date, today: date) -> Made:
    """The lines of a month for everybody on its roster, of a branch or of all below. Done again it adds who is new and
    reckons what was not paid anew; what was paid stays."""
    require(actor, "dues.edit", branch)
    month = rules.month_of(month)
    refuse("month", "还没到这个月，不能生成应缴。" if month > today else "")
    refuse("month", "党费规定自2008年4月起施行。" if month < rules.FIRST_DAY else "")
    made = make_lines(Q(branch__path__startswith=branch.path), [month])
    if made.new or made.changed or made.dropped:
        write_entry(actor=actor, action="dues.month", target=branch, label=f"{branch.short_name} {month:%Y-%m}", changes={
            "新增": [None, made.new], "调整": [None, made.changed], "取消": [None, made.dropped]})  # fmt: skip
    return made


def make_lines(whose: Q, months: list[date], practice: Practice | None = None) -> Made:
    """Lines of these months for memberships that fit; a constant number of statements a month."""
    total = Made()
    for month in months:
        made = Drawn(month, practice or practice_on(month), whose).kept()
        total = Made(total.new + made.new, total.changed + made.changed, total.dropped + made.dropped, made.without)
    return total


class Drawn:
    """The lines of one month as the roster, the standards and the reductions give them."""

    def __init__(self, month: date, practice: Practice, whose: Q) -> None:
        self.month, self.practice, self.whose = month, practice, whose
        self.places = self.roster()
        people = [Q(member__in=part) for part in batched(list(self.places))]
        dated = [each & active_on(month, start="start_on", stop="stop_on") for each in people]
        self.standards = {row.member_id: row for each in dated for row in DuesStandard.objects.filter(each)}
        self.reductions = {row.member_id: row.amount for each in dated for row in Reduction.objects.filter(each)}
        self.lines = {row.member_id: row for each in (whose, *people) for row in self.known(each)}

    def roster(self) -> dict[int, tuple[Membership, rules.Owed]]:
        """{member: where he owes and how much of the month}; each once, whatever changed within the month."""
        rows = Membership.objects.filter(self.whose, start_on__lte=rules.last_day(self.month))
        rows = rows.filter(Q(stop_on=None) | Q(stop_on__gt=self.month)).select_related("member", "branch").order_by("start_on", "id")
        gone = {row.member_id for row in rows if row.stop_reason in rules.ENDED and row.stop_on <= rules.last_day(self.month)}
        found: dict[int, tuple[Membership, rules.Owed]] = {}
        for row in rows:
            if row.member_id not in found and row.member_id not in gone and (owed := self.owed(row)):
                found[row.member_id] = row, owed
        return found

    def owed(self, row: Membership) -> rules.Owed | None:
        stretch = rules.Stretch(row.start_on, row.stop_on, row.start_reason, row.stop_reason)
        ours = self.practice
        return rules.owed(stretch, self.month, first_month=ours.first_month, collect_day=ours.collect_day, grace=ours.grace)

    def known(self, condition: Q) -> QuerySet[DueLine]:
        """The month's lines so far, locked: of those who owe no longer, and of these people."""
        rows = DueLine.objects.filter(condition, month=self.month)
        return rows.select_for_update(of=("self",)).order_by("pk")

    def facts(self, member_id: int) -> dict | None:
        """What the line says; None without a base."""
        standard, (place, owed) = self.standards.get(member_id), self.places[member_id]
        if standard is None:
            return None
        base = self.practice.base(standard.category, standard.amounts)
        due = self.practice.part(self.practice.monthly(standard.category, base), owed.share)
        due = min(due, self.reductions.get(member_id, due))
        return {
            "branch_id": place.branch_id, "category": standard.category, "base": "" if base is None else str(base), "due": due,
            "due_on": owed.due_on, "exempt": due == 0, "settled": due == 0,
        }  # fmt: skip

    def kept(self) -> Made:
        made, new, changed = Made(), [], []
        for member_id, (place, _) in self.places.items():
            line, facts = self.lines.get(member_id), self.facts(member_id)
            if facts is None:
                made.without.append(place.member)
            elif line is None:
                new.append(DueLine(member_id=member_id, month=self.month, **facts))
            elif not line.paid and any(getattr(line, name) != value for name, value in facts.items()):
                changed.append(altered(line, facts))
        DueLine.objects.bulk_create(new, batch_size=500)
        upsert(changed, LINE)
        made.new, made.changed, made.dropped = len(new), len(changed), self.dropped()
        return made

    def dropped(self) -> int:
        """Lines of people who no longer owe this month and for whom no money was ever taken."""
        gone = [row.pk for row in self.lines.values() if row.member_id not in self.places and not row.paid]
        count, _ = DueLine.objects.filter(pk__in=gone, payments=None).delete() if gone else (0, {})
        return count


def batched(keys: list[int], most: int = 5000) -> list[list[int]]:
    """Keys in parts that both databases take in one statement."""
    return [keys[start : start + most] for start in range(0, len(keys), most)]


def altered(line: DueLine, facts: dict) -> DueLine:
    for name, value in facts.items():
        setattr(line, name, value)
    line.version += 1
    return line


def upsert(lines: list[DueLine], fields: tuple[str, ...]) -> None:
    """Save these columns of locked lines in one statement."""
    if lines:
        DueLine.objects.bulk_create(lines, batch_size=500, update_conflicts=True, unique_fields=["id"],
                                    update_fields=[*fields, "version"])  # fmt: skip


def unpaid_months(member: Member, since: date) -> list[date]:
    """The months from one on whose line was not paid, to be reckoned anew."""
    return list(member.due_lines.filter(month__gte=since, paid=0).values_list("month", flat=True))


# --- shared ------------------------------------------------------------------------------------------------------------


def require(actor: Account | None, action: str, row) -> None:
    """No actor: the system itself (sample data)."""
    if actor is not None:
        actor.require(action, row)


def refuse(field_name: str, sentence: str, rule: str = "") -> None:
    if sentence:
        raise RuleViolation(sentence, field=field_name or None, rule=rule)
