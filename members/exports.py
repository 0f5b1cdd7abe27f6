"""Columns of the roster, on the page and in Excel. ID and telephone numbers leave masked unless somebody with the right asks."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import date
from typing import Any

from django.db.models import Field

from members import rules
from members.gaps import completeness
from members.models import Member, Membership, Profile
from members.personal import FACTS, SEALED, masked
from partywork.fields import mask_phone
from partywork.lists import Column


def masked_phone(member: Member) -> str:
    return mask_phone(member.phone) if member.phone else ""


def roster_columns(day: date, *, left: bool = False) -> list[Column]:
    """The roster of a day; of those who left, also when and how."""
    columns = [
        Column("name", "姓名", "member.name", 12),
        Column("branch", "支部", "branch.short_name", 22),
        Column("group", "党小组", lambda row: row.group.name if row.group else "", 16),
        Column("kind", "类别", lambda row: row.get_kind_display(), 12),
        Column("sex", "性别", lambda row: row.member.get_sex_display(), 8),
        Column("joined_on", "入党日期", "member.joined_on", 14),
        Column("party_age", "党龄（年）", lambda row: rules.party_age(row.member.party_age_begins, day), 12),
        Column("phone", "联系电话", lambda row: masked_phone(row.member), 18),
    ]
    return columns + (LEAVING if left else [])


# --- columns to choose from -----------------------------------------------------------------------------------------


def file_columns(whole: Container[int]) -> list[Column]:
    """The personal file. What it keeps sealed is masked but for those people (`whole`, by key) whose record the asker keeps."""
    fields = [Profile._meta.get_field(name) for name in FACTS]
    plain = [Column("born_on", "出生日期", "member.born_on", 14), Column("full_on", "转正日期", "member.full_on", 14)]
    return plain + [Column(field.name, str(field.verbose_name), fact_reader(field, whole), 20) for field in fields]


def fact_reader(field: Field, whole: Container[int]) -> Callable[[Membership], Any]:
    def read(row: Membership) -> Any:
        profile = getattr(row.member, "profile", None)
        value = getattr(profile, field.name) if profile else ""
        if field.name in SEALED:
            return value if row.member_id in whole else masked(field.name, value)
        return getattr(profile, f"get_{field.name}_display")() if profile and field.choices else value

    return read


def all_columns(day: date, *, left: bool = False, whole: Container[int] = frozenset()) -> list[Column]:
    """Everything that an export of the roster can hold, in the order in which it is offered."""
    usual = roster_columns(day, left=left)
    if whole:
        phone = Column("phone", "联系电话", lambda row: row.member.phone if row.member_id in whole else masked_phone(row.member), 18)
        usual = [phone if column.key == "phone" else column for column in usual]
    return usual + file_columns(whole)


def chosen_columns(asked: Sequence[str], day: date, *, left: bool, whole: Container[int]) -> list[Column]:
    """The asked-for columns, or the usual ones; KeyError for one that does not exist."""
    known = {column.key: column for column in all_columns(day, left=left, whole=whole)}
    names = list(dict.fromkeys(asked)) or [column.key for column in roster_columns(day, left=left)]
    return [known[name] for name in names]


LEAVING = [
    Column("stop_on", "除册日期", "stop_on", 14),
    Column("stop_reason", "离开方式", lambda row: row.get_stop_reason_display(), 18),
]


def structure_columns(since: date | None) -> list[Column]:
    """Of the lines of the structure page, each with the name of its table."""
    columns = [
        Column("of", "项目", lambda row: row[0], 14),
        Column("band", "类别", lambda row: row[1].label, 26),
        Column("number", "人数", lambda row: row[1].number, 10),
        Column("share", "占比", lambda row: row[1].share, 10),
    ]
    if since is None:
        return columns
    return [
        *columns,
        Column("before", f"{rules.cn(since)}人数", lambda row: row[1].before, 20),
        Column("change", "增减", lambda row: row[1].change, 10),
    ]


def gap_columns(gaps_of: Callable[[Any], list[str]]) -> list[Column]:
    """Whose file lacks what; `gaps_of` tells it of a membership."""
    return [
        Column("name", "姓名", "member.name", 12),
        Column("branch", "支部", "branch.short_name", 22),
        Column("complete", "信息完整度", lambda row: completeness(gaps_of(row)), 14),
        Column("gaps", "缺项", lambda row: "、".join(gaps_of(row)), 50),
    ]
