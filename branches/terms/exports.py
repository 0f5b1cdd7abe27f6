"""The columns of the list of terms, in Excel."""

from __future__ import annotations

from collections.abc import Callable

from branches.models import Branch
from partywork.lists import Column


def term_columns(told: Callable[[Branch], Branch]) -> tuple[Column, ...]:
    """`told` gives a row its term and its state, once for all columns: the first column asks it."""
    return (
        Column("branch", "党组织", lambda row: told(row).short_name, 20),
        Column("kind", "类别", lambda row: row.get_kind_display(), 12),
        Column("number", "届次", lambda row: f"第{row.term.number}届" if row.term else "", 10),
        Column("elected_on", "选举日期", "term.elected_on", 14),
        Column("years", "任期", lambda row: row.term.get_years_display() if row.term else "", 8),
        Column("term_end", "任期届满", "term.term_end", 14),
        Column("extended_until", "批准延期至", "term.extended_until", 14),
        Column("document", "延期批复", "term.extension_document", 20),
        Column("state", "状态", "state", 18),
        Column("seated", "在任委员", lambda row: row.seated or 0, 10),
        Column("vacant", "空缺", lambda row: row.vacant or 0, 8),
    )
