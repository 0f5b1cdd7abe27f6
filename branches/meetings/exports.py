"""The columns of the list of meetings, on the screen and in Excel."""
from __future__ import annotations

from branches.meetings.models import Meeting
from partywork.lists import Column


def delay_label(meeting: Meeting) -> str:
    """补录，迟 12 天 (rule LATE-1); empty when entered on the day."""
    return f"补录，迟 {meeting.delay_days} 天" if meeting.delay_days > 0 else ""


COLUMNS = (
    Column("held_on", "日期", width=12),
    Column("kinds", "类型", lambda meeting: "、".join(meeting.kind_labels), 24),
    Column("title", "主题", width=40),
    Column("branch", "党组织", "branch.short_name", 20),
    Column("expected_count", "应到", width=8),
    Column("present_count", "实到", width=8),
    Column("delay", "补录", delay_label, 16),
    Column("state", "状态", lambda meeting: meeting.get_state_display(), 10),
    Column("place", "地点", width=20),
    Column("void_reason", "作废原因", width=24),
)
