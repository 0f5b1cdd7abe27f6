"""The only door through which a person's record is made and changed; `members.changes` holds the dated changes and
`members.corrections` what was entered wrongly. Dates are whole days; `today` is told."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members import rules
from members.identity import profile_of, why_not_identity
from members.models import Kind, Member, Membership, StartReason
from members.pinyin import spell
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.versions import claim_version

register_actions({
    "members.create": "登记党员",
    "members.edit": "修改党员信息",
    "members.regroup": "调整党小组",
    "members.leader": "确定党小组组长",
    "members.unleader": "免去党小组组长",
    "members.move": "支部间调整",
    "members.full": "预备党员转正",
    "members.leave": "登记离开",
    "members.return": "重新转入",
    "members.correct": "更正党籍记录",
    "members.undo": "撤销党籍变动",
    "members.link": "关联账号",
    "members.unlink": "解除账号关联",
})  # fmt: skip

PERSONAL = ("name", "sex", "born_on", "joined_on", "full_on", "party_age_from", "phone")
PLACE = ("branch", "group", "kind", "is_group_leader", "start_on", "stop_on", "start_reason", "stop_reason", "ground")
ARRIVALS = (StartReason.FIRST, StartReason.ADMITTED, StartReason.TRANSFER_IN)


# --- the person ------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_member(
    *,
    actor: Account | None,
    name: str,
    sex: str,
    born_on: date,
    joined_on: date,
    full_on: date | None,
    branch: Branch,
    group: PartyGroup | None,
    start_on: date,
    today: date,
    reason: str = StartReason.FIRST,
    phone: str = "",
    note: str = "",
    form_token: UUID | None = None,
) -> Member:
    """A person and his first membership; whether he is a full member follows from `full_on`."""
    require(actor, branch)
    facts = {"name": name, "sex": sex, "born_on": born_on, "joined_on": joined_on, "full_on": full_on, "branch": branch}
    return enter_member(actor, facts | {"phone": phone, "form_token": form_token}, group, start_on, today, reason, note)


def enter_member(
    actor: Account | None, facts: dict[str, Any], group: PartyGroup | None, start_on: date, today: date, reason: str, note: str
) -> Member:
    """The entering itself; whoever calls has asked for the right. `facts` are the person's own, and his branch."""
    person = dict(facts)
    branch, full_on = person.pop("branch"), person["full_on"]
    refuse(*rules.why_not_life(person["born_on"], person["joined_on"], full_on, today))
    refuse(*rules.why_not_arrive(reason, person["joined_on"], full_on, start_on, today))
    check_place(branch, group, start_on, today)
    pinyin, initials = spell(person["name"])
    member = Member.objects.create(pinyin=pinyin, initials=initials, **person)
    make_latest(
        member,
        Membership(
            member=member,
            branch=branch,
            group=group,
            kind=_kind_of(full_on),
            start_on=start_on,
            start_reason=reason,
            note=note,
        ),
    )
    write_entry(
        actor=actor, action="members.create", target=member, changes=changes_between({}, _facts(member))
    )
    return member


@transaction.atomic
def edit_member(
    *, actor: Account | None, member: Member, today: date, version: int | None = None, **facts: Any
) -> Member:
    """Change personal facts (any of PERSONAL); the dates must still fit the memberships."""
    require(actor, member)
    before = _facts(member)
    claim(member, version)
    for name in facts.keys() & set(PERSONAL):
        setattr(member, name, facts[name])
    refuse(*rules.why_not_life(member.born_on, member.joined_on, member.full_on, today))
    refuse("party_age_from", rules.why_not_count_from(member.party_age_from, member.joined_on, member.full_on, today))
    _fit_history(member)
    refuse("born_on", why_not_identity(profile_of(member), member, today))
    member.pinyin, member.initials = spell(member.name)
    member.save(update_fields=[*PERSONAL, "pinyin", "initials"])
    changes = changes_between(before, _facts(member))
    write_entry(actor=actor, action="members.edit", target=member, changes=changes)
    return member


def _fit_history(member: Member) -> None:
    """Joining before the first membership; full from the day of the change, or all the way where there was none."""
    rows = list(member.memberships.all())
    first, turned = rows[0], next((row for row in rows if row.start_reason == StartReason.TURNED_FULL), None)
    if turned and member.full_on != turned.start_on:
        raise RuleViolation(
            f"已登记{rules.cn(turned.start_on)}转正，日期有误请在“更正记录”中更正。", field="full_on"
        )
    full_on = None if turned else member.full_on
    refuse(
        *rules.why_not_arrive(first.start_reason, member.joined_on, full_on, first.start_on, first.start_on)
    )
    if not turned and first.kind != (kind := _kind_of(full_on)):  # registered under the wrong kind
        member.memberships.update(kind=kind)
        member.latest.refresh_from_db()


def _kind_of(full_on: date | None) -> str:
    return Kind.FULL if full_on else Kind.PROBATIONARY


@transaction.atomic
def link_account(
    *, actor: Account | None, member: Member, username: str, version: int | None = None
) -> Member:
    """Let a login see this record as its own. The keeper makes accounts without seeing members; whoever keeps the
    roster knows the login name, and the names on both sides must agree."""
    begin(actor, member, version)
    account = Account.objects.filter(username=username.strip().lower(), is_active=True).first()
    if account is None:
        raise RuleViolation("没有这个登录名，或该账号已停用。请向系统管理员核对。", field="username")
    if account.display_name != member.name:
        raise RuleViolation("这个账号登记的姓名与该党员不一致，请向系统管理员核对。", field="username")
    if Member.objects.filter(account=account).exclude(pk=member.pk).exists():
        raise RuleViolation("这个账号已关联另一名党员。", field="username")
    return _set_account(actor, member, account, "members.link")


@transaction.atomic
def unlink_account(*, actor: Account | None, member: Member, version: int | None = None) -> Member:
    begin(actor, member, version)
    if member.account is None:
        raise RuleViolation("该党员没有关联账号。")
    return _set_account(actor, member, None, "members.unlink")


def _set_account(actor: Account | None, member: Member, account: Account | None, action: str) -> Member:
    old, member.account = member.account, account
    member.save(update_fields=["account"])
    changes = {"account": [old and old.username, account and account.username]}
    write_entry(actor=actor, action=action, target=member, changes=changes)
    return member


# --- shared with members.changes and members.corrections ------------------------------------------------------------


def make_latest(member: Member, row: Membership) -> Membership:
    """Save a membership as the member's present (or last) one."""
    row.save()
    member.latest = row
    member.save(update_fields=["latest"])
    return row


def told(
    actor: Account | None, action: str, member: Member, before: Membership, after: Membership, **more: list
) -> Membership:
    """`more` is what changed of the person himself, {field: [old, new]}."""
    changes = changes_between(snapshot(before, PLACE), snapshot(after, PLACE)) | more
    write_entry(actor=actor, action=action, target=member, reason=after.note, changes=changes)
    return after


def note_form(member: Member, token: UUID | None) -> None:
    Member.objects.filter(pk=member.pk).update(change_token=token)


def is_made_by(member_pk: int, token: UUID | None) -> bool:
    """Whether the last dated change came from the form of this token."""
    return token is not None and Member.objects.filter(pk=member_pk, change_token=token).exists()


def begin(actor: Account | None, member: Member, version: int | None) -> None:
    require(actor, member)
    claim(member, version)


def require(actor: Account | None, row: Any) -> None:
    """No actor: the system itself (sample data, imports by command)."""
    if actor is not None:
        actor.require("members.edit", row)


def claim(member: Member, version: int | None) -> None:
    claim_version(member, member.version if version is None else version)


def check_place(branch: Branch, group: PartyGroup | None, day: date, today: date) -> None:
    if not branch.is_leaf_kind:
        raise RuleViolation("党员只能编入党支部，不能直接编入党委或党总支。", field="branch")
    refuse("branch", rules.why_not_in(branch.short_name, branch.founded_on, branch.dissolved_on, day, today))
    if group is None:
        return
    if group.branch_id != branch.pk:
        raise RuleViolation("所选党小组不属于这个支部。", field="group")
    refuse("group", rules.why_not_in(group.name, group.founded_on, group.dissolved_on, day, today))


def refuse(field: str, sentence: str) -> None:
    if sentence:
        raise RuleViolation(sentence, field=field or None)


def _facts(member: Member) -> dict[str, Any]:
    return snapshot(member, PERSONAL) | snapshot(member.latest, PLACE)
