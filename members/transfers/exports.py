"""Columns of the ledger of transfers, on the page and in Excel."""

from __future__ import annotations

from members.transfers.models import Transfer
from partywork.lists import Column


def dues_words(row: Transfer) -> str:
    return f"{row.dues_to.year}年{row.dues_to.month}月" if row.dues_to else ""


COLUMNS = [
    Column("person", "姓名", "person", 12),
    Column("direction", "方向", lambda row: row.get_direction_display(), 12),
    Column("kind", "类别", "kind_label", 12),
    Column("from", "转出方", "sender_words", 28),
    Column("to", "转入方", "receiver_words", 28),
    Column("number", "介绍信编号", "number", 18),
    Column("start_on", "开出日期", "start_on", 14),
    Column("valid_until", "有效期至", "valid_until", 14),
    Column("dues_to", "党费交至", dues_words, 14),
    Column("state", "状态", lambda row: row.get_state_display(), 12),
    Column("stop_on", "办结日期", "stop_on", 14),
    Column("receipt_on", "回执日期", "receipt_on", 14),
    Column("late", "补录", lambda row: "补录" if row.is_late else "", 8),
    Column("note", "说明", "note", 30),
]
