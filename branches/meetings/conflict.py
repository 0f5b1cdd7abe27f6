"""Two people corrected the same meeting: both versions, field by field, for templates/ui/conflict.html."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from branches.meetings.changes import kind_words, mark_words, vote_words
from branches.meetings.gathering import COLUMNS, Gathering, Kept
from branches.meetings.models import Meeting
from members.models import Member
from partywork.journal.services import entries_for, shown


def conflict_rows(current: Meeting, gathering: Gathering) -> tuple[list[dict[str, Any]], str, datetime | None]:
    """The lines that differ, and who saved in between and when."""
    kept = Kept.of(current)
    names = kept.names | missing_names(kept, gathering)
    theirs, yours = words_of(kept.as_gathering(), names), words_of(gathering, names)
    rows = [
        {"label": label, "theirs": theirs[label], "yours": yours[label], "same": False}
        for label in theirs
        if theirs[label] != yours[label]
    ]
    last = entries_for(current).filter(action="meeting.correct").first()
    return rows, last.actor_name if last else "", last.at if last else None


def missing_names(kept: Kept, gathering: Gathering) -> dict[int, str]:
    ids = set(gathering.attendance) - set(kept.names)
    return dict(Member.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def words_of(gathering: Gathering, names: dict[int, str]) -> dict[str, str]:
    """Every answer by its label, as people read it."""
    told = {"会议类型": kind_words(gathering.kinds)}
    for name in COLUMNS:
        column, value = Meeting._meta.get_field(name), getattr(gathering, name)
        told[str(column.verbose_name)] = field_words(column, value)
    marks = [(names.get(pk, str(pk)), mark) for pk, mark in gathering.attendance.items()]
    told["未到会"] = "\n".join(sorted(f"{name}：{mark_words(mark)}" for name, mark in marks if not mark.present))
    told["评议等次"] = "\n".join(sorted(f"{name}：{mark_words(mark)}" for name, mark in marks if mark.grade))
    told["决议"] = "\n".join(vote_words(gathering.resolutions))
    return told


def field_words(column, value: Any) -> str:
    if value in (None, "", False):
        return ""
    if hasattr(value, "strftime"):
        return value.strftime("%H:%M" if hasattr(value, "hour") else "%Y-%m-%d")
    return str(value) if hasattr(value, "pk") else shown(value, column)
