"""The columns of the list of awards, in Excel."""

from __future__ import annotations

from partywork.lists import Column

AWARD_COLUMNS = (
    Column("awarded_on", "表彰日期", width=14),
    Column("who", "受表彰对象", "who", 16),
    Column("branch", "党组织", "branch.short_name", 20),
    Column("title", "名目", lambda award: str(award.title), 24),
    Column("level", "级别", lambda award: award.title.get_level_display(), 10),
    Column("given_by", "授予单位", width=30),
    Column("document", "文号", width=24),
    Column("round", "批次", lambda award: award.nomination.round.name if award.nomination else "", 20),
    Column("voided", "状态", lambda award: "已作废" if award.voided else "", 10),
)
