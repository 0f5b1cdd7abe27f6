"""Columns of the roster, on the page and in Excel. Telephone numbers leave the record masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from members import rules
from members.gaps import completeness
from members.models import Member
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
