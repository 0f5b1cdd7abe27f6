"""Contacts and introducers: judged as they stand on the day, appointed with their step, replaced with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from branches.accounts.models import Account
from members.development import rules
from members.development.exits import Judgement
from members.development.models import Helper, HelperRole, Path
from members.development.people import Discipline, Person, judge_contacts, judge_introducers
from members.development.services import lock_open, need_reason, refresh, require
from members.development.shape import RuleSet
from members.models import Kind, Member, Membership
from members.rules import cn
from partywork.errors import RuleViolation
from partywork.journal.services import write_entry

ROLE_OF = {"contacts": HelperRole.CONTACT, "introducers": HelperRole.INTRODUCER}


@dataclass(frozen=True)
class Chosen:
    """A member who is to be contact or introducer, with the punishment under which he stands."""

    member: Member
    discipline: str = ""


def persons_on(chosen: Sequence[Chosen], day: date) -> list[Person]:
    """As they stand on a day, by the roster of that day; one query."""
    rows = Membership.objects.active_on(day).filter(member__in=[each.member for each in chosen], kind=Kind.FULL)
    full = set(rows.values_list("member_id", flat=True))
    return [Person(each.member.name, each.member.pk in full, Discipline(each.discipline)) for each in chosen]


def judge_chosen(need: str, chosen: Sequence[Chosen], day: date, rule_set: RuleSet) -> Judgement:
    """`need` is contacts or introducers."""
    if len({each.member.pk for each in chosen}) < len(chosen):
        return Judgement(("同一名党员不能选两次。",))
    people = persons_on(chosen, day)
    return judge_contacts(people) if need == "contacts" else judge_introducers(people, rule_set)


def appoint(path: Path, key: str, chosen: Sequence[Chosen], day: date) -> None:
    if key in ROLE_OF:
        for each in chosen:
            Helper.objects.create(path=path, member=each.member, role=ROLE_OF[key], discipline=each.discipline, start_on=day)


@transaction.atomic
def replace_helpers(
    *, actor: Account | None, path: Path, role: str, people: Sequence[Chosen], day: date, reason: str, today: date
) -> tuple[str, ...]:
    """Others from a day on; who stays in both goes on. Returns what is told with it."""
    require(actor, "development.edit", path)
    reason = need_reason(reason, "更换")
    path = lock_open(path)
    present = list(path.helpers.filter(role=role, stop_on=None, voided_at=None).select_related("member"))
    if not present:
        raise RuleViolation(f"还没有确定过{HelperRole(role).label}，请先登记那一步。")
    if day > today or day < max(each.start_on for each in present):
        raise RuleViolation(f"更换日期应在{cn(max(each.start_on for each in present))}和今天之间。", field="day")
    need = next(key for key, each in ROLE_OF.items() if each == role)
    judged = judge_chosen(need, people, day, rules.set_on(day))
    if judged.blocks:
        raise RuleViolation("".join(judged.blocks), field="first")
    _follow(path, role, present, people, day)
    refresh(path)
    told = ["、".join(each.member.name for each in rows) for rows in (present, people)]
    write_entry(actor=actor, action="development.helpers", target=path, reason=reason, changes={HelperRole(role).label: told})
    return judged.warnings


def _follow(path: Path, role: str, present: list[Helper], people: Sequence[Chosen], day: date) -> None:
    staying = {each.member.pk for each in people}
    for helper in present:
        if helper.member_id not in staying:
            helper.stop_on = day
            helper.save(update_fields=["stop_on"])
    known = {helper.member_id for helper in present}
    for each in people:
        if each.member.pk not in known:
            Helper.objects.create(path=path, member=each.member, role=role, discipline=each.discipline, start_on=day)
