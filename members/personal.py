"""Services for the personal file: what is written into it, and every look at what it keeps sealed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from branches.accounts.models import Account
from members.id_numbers import tidy_id_number
from members.identity import profile_of, why_not_identity
from members.models import Member, Membership, Profile
from members.services import begin, refuse
from partywork.errors import RuleViolation
from partywork.fields import encrypted_fields, mask_id_number, mask_phone
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry

register_actions({
    "members.profile": "修改党员登记表", "members.reveal": "查看完整个人信息", "members.find": "按身份证号查找党员",
})  # fmt: skip

SEALED = tuple(field.name for field in encrypted_fields(Profile))
FACTS = tuple(
    field.name for field in Profile._meta.concrete_fields if field.name not in ("id", "uid", "member", "id_index")
)
SHOWN = {"phone": "联系电话"} | {field.name: str(field.verbose_name) for field in encrypted_fields(Profile)}


@transaction.atomic
def save_profile(*, actor: Account | None, member: Member, today: date, version: int | None = None, **facts: Any) -> Profile:
    """Write any of FACTS. A number that does not fit the person's birth and sex, or is another's, is refused."""
    begin(actor, member, version)
    profile = profile_of(member)
    before = snapshot(profile, FACTS) if profile.pk else {}
    for name in facts.keys() & set(FACTS):
        setattr(profile, name, facts[name])
    profile.id_number = tidy_id_number(profile.id_number)
    refuse("id_number", why_not_identity(profile, member, today))
    refuse(*why_not_course(profile, today))
    write(profile)
    write_entry(actor=actor, action="members.profile", target=member, changes=changes_between(before, snapshot(profile, FACTS)))
    return profile


def write(profile: Profile) -> None:
    taken = Profile.objects.of_id_number(profile.id_number).exclude(member=profile.member_id) if profile.id_number else None
    if taken is not None and taken.exists():
        raise RuleViolation("这个身份证号已登记在另一名党员名下，请核对。", field="id_number")
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:  # the same number at the same moment
        raise RuleViolation("这个身份证号刚刚登记在另一名党员名下，请核对。", field="id_number") from error


def why_not_course(profile: Profile, today: date) -> tuple[str, str]:
    """(field, sentence) of the first date that does not fit the course of a life."""
    person = profile.member
    course = [
        ("applied_on", "申请入党日期", profile.applied_on), ("activist_on", "确定积极分子日期", profile.activist_on),
        ("candidate_on", "确定发展对象日期", profile.candidate_on), ("joined_on", "加入党组织日期", person.joined_on),
    ]  # fmt: skip
    known = [(name, label, day) for name, label, day in course if day]
    for (name, label, day), (_, after, limit) in pairwise(known):
        if day > limit:
            return name, f"{label}应早于{after}。"
    if profile.worked_from and not person.born_on < profile.worked_from <= today:
        return "worked_from", "参加工作日期应在出生之后、今天以前。"
    if profile.applied_on and profile.applied_on <= person.born_on:
        return "applied_on", "申请入党日期应在出生日期之后。"
    return "", ""


# --- what is kept sealed -----------------------------------------------------------------------------------------------


def masked(name: str, value: str) -> str:
    """What a list or a page shows of a sealed value without being asked for it."""
    if not value:
        return ""
    if name == "id_number":
        return mask_id_number(value)
    return mask_phone(value) if name in ("phone", "landline") else f"{value[:3]}……"


def sealed_value(member: Member, name: str) -> str:
    return member.phone if name == "phone" else getattr(profile_of(member), name)


@transaction.atomic
def reveal(*, actor: Account, member: Member, name: str) -> str:
    """The whole value, for those who keep the record and for the person himself; every look is in the journal."""
    actor.require("members.reveal", member)
    write_entry(actor=actor, action="members.reveal", target=member, reason=SHOWN[name])
    return sealed_value(member, name)


@transaction.atomic
def reveal_many(*, actor: Account, rows: QuerySet[Membership]) -> frozenset[int]:
    """For an export with whole numbers: the people among these whose record the account keeps. How many is in the journal."""
    actor.require("members.edit")
    own = rows.filter(actor.reach("members.edit", "member__latest__branch__")).values_list("member", flat=True)
    people = frozenset(own.order_by())
    write_entry(actor=actor, action="members.reveal", label=f"导出名册，{len(people)} 人", reason="公民身份号码、联系电话、住址")
    return people


@transaction.atomic
def find_by_id_number(*, actor: Account, number: str) -> Member | None:
    """Whose number this is, among those whom the account may see; that somebody asked is in the journal, the number is not."""
    actor.require("members.edit")
    found = Profile.objects.visible_to(actor).of_id_number(tidy_id_number(number)).select_related("member").first()
    write_entry(actor=actor, action="members.find", target=found.member if found else None, label="" if found else "没有找到")
    return found.member if found else None
