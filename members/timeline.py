"""One person's own course: where he belonged, the posts he held, the meetings he attended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from branches.accounts.models import Account
from branches.accounts.permissions import Role
from members.models import Member, Outcome, StartReason, Status, StopReason
from partywork.slots import Step, added_to

LAST_MEETINGS = 10


def steps_of(member: Member, reader: Account) -> list[Step]:
    """Joining, memberships and posts in two queries, and what the features add; newest first."""
    steps = [Step(member.joined_on, "加入党组织")]
    rows = list(member.memberships.all())
    if member.full_on and not any(row.start_reason == "turned_full" for row in rows):
        steps.append(Step(member.full_on, "转为正式党员"))
    for row in rows:
        steps += _steps_of_row(row)
    for standing in member.standings.all():
        steps += _steps_of_standing(standing)
    if member.account_id:
        for post in member.account.posts.exclude(role=Role.MEMBER).select_related("branch"):
            steps += _steps_of_post(post)
    steps += added_to("member.steps", member, reader)
    return sorted(steps, key=lambda step: step.when, reverse=True)


def _steps_of_row(row) -> list[Step]:
    place = "，".join(
        filter(None, (row.branch.short_name, row.group and row.group.name, row.is_group_leader and "组长"))
    )
    note = f"（{row.note}）" if row.note else ""
    steps = [Step(row.start_on, _title(row), f"{place}，{row.get_kind_display()}{note}")]
    if row.stop_on and row.stop_reason != StopReason.CHANGED:
        text = "，".join(filter(None, (row.branch.short_name, row.get_ground_display())))
        steps.append(Step(row.stop_on, row.get_stop_reason_display(), text))
    return steps


def _steps_of_standing(row) -> list[Step]:
    """A stopped membership began with a leaving, which has told it."""
    label = row.get_status_display()
    title = f"登记为{label}" if row.status == Status.FLOATING else label
    begun = [] if row.status == Status.STOPPED else [Step(row.start_on, title, row.place)]
    if row.stop_on is None or row.outcome in (Outcome.LEFT, Outcome.RESTORED):
        return begun
    ended = row.get_outcome_display() if row.outcome == Outcome.REMOVED else f"{label}结束"
    return [*begun, Step(row.stop_on, ended)]


def _title(row) -> str:
    if row.start_reason == StartReason.LEADER:
        return "任党小组组长" if row.is_group_leader else "不再担任党小组组长"
    return row.get_start_reason_display()


def _steps_of_post(post) -> list[Step]:
    words = f"{post.branch.short_name}{post.get_role_display()}"
    steps = [Step(post.start_on, "任职", words)]
    return steps + ([Step(post.stop_on, "免职", words)] if post.stop_on else [])


@dataclass
class Attended:
    """Attendance of this year by kind, and the last meetings."""

    expected: int = 0
    present: int = 0
    kinds: list[tuple[str, int]] = field(default_factory=list)
    last: list = field(default_factory=list)


def attended_by(member: Member, reader: Account, day: date) -> Attended:
    """Meetings since the beginning of last year, in two queries; of others only those that the reader may see."""
    rows = member.attendance.held().filter(
        meeting__held_on__gte=date(day.year - 1, 1, 1), meeting__held_on__lte=day
    )
    if member.account_id != reader.pk:
        rows = rows.visible_to(reader)
    rows = list(_narrow(rows))
    this_year = [row for row in rows if row.meeting.held_on.year == day.year]
    there = [row for row in this_year if row.state == "present"]
    kinds = Counter(label for row in there for label in row.meeting.kind_labels)
    for row in rows[:LAST_MEETINGS]:
        row.opens = reader.can("meetings.view", row.meeting)
    return Attended(len(this_year), len(there), kinds.most_common(), rows[:LAST_MEETINGS])


def _narrow(rows):
    """Without the minutes, which may be long."""
    columns = ("title", "held_on", "branch__short_name", "branch__path")
    rows = rows.select_related("meeting__branch").prefetch_related("meeting__kinds")
    return rows.only("state", "reason", "member_id", *(f"meeting__{name}" for name in columns)).order_by(
        "-meeting__held_on", "-meeting_id"
    )
