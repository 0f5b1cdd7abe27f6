"""A meeting as people read it, on its page and on paper: its facts in their order, who came, what was decided."""
from __future__ import annotations

from dataclasses import dataclass

from branches.meetings.exports import delay_label
from branches.meetings.gathering import ASKED_OF
from branches.meetings.kinds import Grade
from branches.meetings.models import Attendance, Matter, Meeting, Presence, Resolution, State
from branches.meetings.quorum import Quorum, Share, Verdict, quorum_of, share_of, verdict_on
from partywork.journal.services import change_lines, describe, entries_for
from partywork.templatetags.ui import cn_date

GAPS = ("begins_at", "place", "host", "recorder", "topics", "minutes")


@dataclass(frozen=True)
class Reading:
    """Everything that the page and the printed minutes show of one meeting."""

    facts: list[tuple[str, str]]
    present: list[Attendance]
    absent: list[Attendance]
    grades: list[tuple[str, list[str]]]
    resolutions: list[tuple[Resolution, Verdict]]
    quorum: Quorum
    share: Share | None
    gaps: list[str]
    delay: str


def reading_of(meeting: Meeting) -> Reading:
    """Two queries (attendance, resolutions) and the prefetched kinds."""
    rows = list(meeting.attendance.select_related("member").order_by("member__pinyin", "member_id"))
    decided = list(meeting.resolutions.all())
    return Reading(
        facts=facts_of(meeting),
        present=[row for row in rows if row.state == Presence.PRESENT],
        absent=[row for row in rows if row.state != Presence.PRESENT],
        grades=grades_of(rows),
        resolutions=[(row, verdict_of(row, meeting)) for row in decided],
        quorum=quorum_line(meeting, decided),
        share=share_line(meeting, rows),
        gaps=[str(Meeting._meta.get_field(name).verbose_name) for name in GAPS if not getattr(meeting, name)],
        delay=delay_label(meeting),
    )


def counts_of(meeting: Meeting) -> tuple[int, int, int, int]:
    return meeting.expected_count, meeting.present_count, meeting.voters_expected, meeting.voters_present


def quorum_line(meeting: Meeting, decided: list[Resolution]) -> Quorum:
    membership = any(row.matter != Matter.ORDINARY for row in decided)
    return quorum_of(meeting.kind_codes, meeting.body, meeting.held_on, counts_of(meeting), membership=membership)


def share_line(meeting: Meeting, rows: list[Attendance]) -> Share | None:
    excellent = sum(row.grade == Grade.EXCELLENT for row in rows)
    return share_of(meeting.kind_codes, meeting.held_on, len(rows), excellent)


def verdict_of(row: Resolution, meeting: Meeting) -> Verdict:
    kinds, counts = meeting.kind_codes, counts_of(meeting)
    return verdict_on(kinds, row.matter, meeting.held_on, row.yes, row.written_yes or 0, counts)


def facts_of(meeting: Meeting) -> list[tuple[str, str]]:
    """Label and value; what only other kinds have is left out, an empty field of this kind stays as a gap."""
    facts = [
        ("类型", "、".join(meeting.kind_labels)),
        ("日期", cn_date(meeting.held_on)),
        ("时间", time_words(meeting)),
        ("地点", meeting.place),
        ("主持人", name_or_gap(meeting.host)),
        ("记录人", name_or_gap(meeting.recorder)),
        *special_facts(meeting),
        ("列席人员", meeting.guests or "无"),
    ]
    return [(label, str(value)) for label, value in facts]


def special_facts(meeting: Meeting) -> list[tuple[str, str]]:
    """The answers that only some kinds are asked for."""
    kinds, told = set(meeting.kind_codes), []
    lecturer = name_or_gap(meeting.lecturer) or (f"{meeting.lecturer_name}（外请）" if meeting.lecturer_name else "")
    values = {
        "group": ("党小组", meeting.group.name if meeting.group else ""),
        "theme_form": ("主题党日形式", meeting.get_theme_form_display()),
        "lecturer": ("主讲人", lecturer + ("（领导干部讲授）" if meeting.by_leader else "")),
        "studied_party_work": ("研究党建工作", yes_no(meeting.studied_party_work)),
        "first_topic": ("第一议题学习", yes_no(meeting.first_topic)),
        "work_report": ("支委会报告工作", yes_no(meeting.work_report)),
        "self_criticisms": ("自我批评", count_words(meeting.self_criticisms)),
        "mutual_criticisms": ("相互批评", count_words(meeting.mutual_criticisms)),
    }
    for name, pair in values.items():
        if kinds & ASKED_OF[name]:
            told.append(pair)
    return told


def name_or_gap(person) -> str:
    return person.name if person else ""


def yes_no(value: bool) -> str:
    return "是" if value else "否"


def count_words(value: int | None) -> str:
    return "" if value is None else f"{value} 条"


def time_words(meeting: Meeting) -> str:
    if not meeting.begins_at:
        return ""
    return f"{meeting.begins_at:%H:%M}" + (f"—{meeting.ends_at:%H:%M}" if meeting.ends_at else "")


def grades_of(rows: list[Attendance]) -> list[tuple[str, list[str]]]:
    """Each grade with the names that have it."""
    named = [(grade.label, [row.member.name for row in rows if row.grade == grade]) for grade in Grade]
    return [(label, names) for label, names in named if names]


def history_of(meeting: Meeting) -> list[dict]:
    """What happened to it, newest first; a meeting never touched again costs no query."""
    first = {"when": meeting.created_at, "title": "登记", "who": str(meeting.created_by), "text": ""}
    if meeting.version == 1 and meeting.state == State.HELD:
        return [first]
    return [
        {"when": entry.at, "title": describe(entry), "who": entry.actor_name, "text": entry.reason,
         "lines": change_lines(entry) if entry.action == "meeting.correct" else []}
        for entry in entries_for(meeting).exclude(action="meeting.draft")[:50]
    ] or [first]  # fmt: skip
