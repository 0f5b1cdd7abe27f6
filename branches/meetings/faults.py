"""What stands against registering a gathering: every fault as a RuleViolation with its field, in the form's order.

The services raise the first; the form shows them all. Pure: everything it needs to know is handed in.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from branches.meetings.expected import MOST_CHOSEN, Circle
from branches.meetings.gathering import TEXTS, Gathering, Mark, Vote
from branches.meetings.kinds import Grade, Kind, ThemeForm, clash, kinds_for
from branches.meetings.models import Attendance, Matter, Meeting, Presence, Resolution
from branches.models import Branch
from partywork.errors import RuleViolation
from partywork.forms import CONTROL
from partywork.templatetags.ui import cn_date

LONGEST_REASON = Attendance._meta.get_field("reason").max_length
LONGEST_RESOLUTION = Resolution._meta.get_field("text").max_length
MOST_RESOLUTIONS = 30
MOST_ITEMS = 9999


@dataclass(frozen=True)
class Setting:
    """What the database knows about that organisation on that day."""

    branch: Branch
    circle: Circle
    officers: frozenset[int]
    today: date


def faults_of(gathering: Gathering, setting: Setting) -> Iterator[RuleViolation]:
    """Every fault; those of date and kinds alone when they make the rest meaningless."""
    basic = [*kind_faults(gathering, setting.branch), *date_faults(gathering.held_on, setting)]
    yield from basic
    yield from group_faults(gathering, setting.branch)
    yield from text_faults(gathering)
    yield from detail_faults(gathering, setting)
    if not basic and (gathering.group or Kind.GROUP not in gathering.kinds):
        yield from attendance_faults(gathering, setting.circle)
        yield from resolution_faults(gathering, setting.circle)


def kind_faults(gathering: Gathering, branch: Branch) -> Iterator[RuleViolation]:
    kinds = gathering.kinds
    if not kinds:
        yield RuleViolation("请选择会议类型。", field="kinds")
    allowed = kinds_for(branch.kind)
    for kind in sorted(kinds - set(allowed)):
        label = Kind(kind).label if kind in Kind.values else kind[:20]
        yield RuleViolation(f"{branch.get_kind_display()}不登记“{label}”。", field="kinds")
    if why := clash(set(kinds)):
        yield RuleViolation(why, field="kinds")


def date_faults(day: date, setting: Setting) -> Iterator[RuleViolation]:
    branch = setting.branch
    if day > setting.today:
        yield RuleViolation(f"会议日期不能晚于今天（{cn_date(setting.today)}）。会议召开后再登记。", field="held_on")
    elif day < branch.founded_on:
        yield RuleViolation(f"{branch}成立于{cn_date(branch.founded_on)}，会议日期不能早于这一天。", field="held_on")
    elif not branch.is_active_on(day):
        yield RuleViolation(f"{branch}已于{cn_date(branch.dissolved_on)}撤销，会议日期应早于这一天。", field="held_on")


def group_faults(gathering: Gathering, branch: Branch) -> Iterator[RuleViolation]:
    group = gathering.group
    if Kind.GROUP not in gathering.kinds:
        return
    if group is None:
        yield RuleViolation("党小组会请选择党小组。", field="group")
    elif group.branch_id != branch.pk:
        yield RuleViolation(f"“{group.name}”不是{branch}的党小组。", field="group")
    elif not group.is_active_on(gathering.held_on):
        yield RuleViolation(f"“{group.name}”在{cn_date(gathering.held_on)}不存在，请核对日期。", field="group")


def text_faults(gathering: Gathering) -> Iterator[RuleViolation]:
    if not gathering.title.strip():
        yield RuleViolation("请填写主题。", field="title")
    for name in TEXTS:
        column, text = Meeting._meta.get_field(name), getattr(gathering, name)
        longest = column.max_length
        if longest and len(text) > longest:
            said = f"{column.verbose_name}最多 {longest} 个字，现在有 {len(text)} 个，请缩短。"
            yield RuleViolation(said, field=name)
        if CONTROL.search(text):
            yield RuleViolation(f"{column.verbose_name}里有控制字符，请删去。", field=name)


def detail_faults(gathering: Gathering, setting: Setting) -> Iterator[RuleViolation]:
    kinds = gathering.kinds
    if Kind.THEME_DAY in kinds and gathering.theme_form not in ThemeForm.values:
        yield RuleViolation("主题党日请选择形式。", field="theme_form")
    if Kind.LECTURE in kinds:
        yield from lecturer_faults(gathering)
    if gathering.ends_at and (not gathering.begins_at or gathering.ends_at <= gathering.begins_at):
        said = "结束时间应晚于开始时间。" if gathering.begins_at else "填写了结束时间，请同时填写开始时间。"
        yield RuleViolation(said, field="ends_at" if gathering.begins_at else "begins_at")
    allowed = setting.officers | setting.circle.ids
    for name in ("host", "recorder", "lecturer"):
        person = getattr(gathering, name)
        if person is not None and person.pk not in allowed:
            yield RuleViolation(f"“{person.name}”当天不在{setting.branch}的名册上，请重新选择。", field=name)
    for name in ("self_criticisms", "mutual_criticisms"):
        if not 0 <= (getattr(gathering, name) or 0) <= MOST_ITEMS:
            yield RuleViolation(f"意见条数应在 0 到 {MOST_ITEMS} 之间。", field=name)


def lecturer_faults(gathering: Gathering) -> Iterator[RuleViolation]:
    if gathering.lecturer is None and not gathering.lecturer_name.strip():
        yield RuleViolation("党课请选择主讲人，或填写外请主讲人。", field="lecturer")
    if gathering.lecturer is not None and gathering.lecturer_name.strip():
        yield RuleViolation("主讲人和外请主讲人只填一项。", field="lecturer_name")


def attendance_faults(gathering: Gathering, circle: Circle) -> Iterator[RuleViolation]:
    marks = gathering.attendance
    foreign = len(set(marks) - circle.ids)
    missing = [person.name for person in circle.people if person.member_id not in marks]
    if not marks and not missing:
        yield RuleViolation(circle.nobody, field="attendance")
        return
    if foreign:
        yield RuleViolation(f"名单中有{foreign}人当天不属于应到范围，请按日期和类型更新名单。", field="attendance")
    if missing and not circle.chosen:
        names = "、".join(missing[:5]) + ("等" if len(missing) > 5 else "")
        said = f"应到人员中{names}（共{len(missing)}人）没有出勤记录，请更新名单后核对。"
        yield RuleViolation(said, field="attendance")
    if circle.chosen and len(marks) > MOST_CHOSEN:
        yield RuleViolation(f"一次最多登记 {MOST_CHOSEN} 人，请按支部分别登记。", field="attendance")
    if not any(mark.present for mark in marks.values()):
        yield RuleViolation("实到人数为 0，不能登记为已召开的会议。", field="attendance")
    for person in circle.people:
        if mark := marks.get(person.member_id):
            yield from mark_faults(person.name, person.graded, mark)


def mark_faults(name: str, graded: bool, mark: Mark) -> Iterator[RuleViolation]:
    if mark.state not in Presence.values:
        yield RuleViolation(f"{name}的出勤看不明白，请重新选择。", field="attendance")
    elif not mark.present and not mark.reason.strip():
        yield RuleViolation(f"请填写{name}{Presence(mark.state).label}的原因。", field="attendance")
    if len(mark.reason) > LONGEST_REASON:
        yield RuleViolation(f"{name}的原因最多 {LONGEST_REASON} 个字，请缩短。", field="attendance")
    if CONTROL.search(mark.reason):
        yield RuleViolation(f"{name}的原因里有控制字符，请删去。", field="attendance")
    if mark.grade and (mark.grade not in Grade.values or not graded):
        said = f"{name}的评议等次看不明白，请重新选择。" if graded else f"{name}是预备党员，参加评议但不评等次。"
        yield RuleViolation(said, field="attendance")


def resolution_faults(gathering: Gathering, circle: Circle) -> Iterator[RuleViolation]:
    if len(gathering.resolutions) > MOST_RESOLUTIONS:
        yield RuleViolation(f"一次会议最多登记 {MOST_RESOLUTIONS} 项决议。", field="resolutions")
    voters = [person.member_id for person in circle.people if person.votes and person.member_id in gathering.attendance]
    present = sum(1 for pk in voters if gathering.attendance[pk].present)
    for number, vote in enumerate(gathering.resolutions, 1):
        for said in vote_faults(vote, gathering.kinds, present, len(voters) - present):
            yield RuleViolation(f"第{number}项决议：{said}", field="resolutions")


def vote_faults(vote: Vote, kinds: frozenset[str], present: int, absent: int) -> Iterator[str]:
    if not vote.text.strip():
        yield "请填写决议内容。"
    if len(vote.text) > LONGEST_RESOLUTION:
        yield f"决议内容最多 {LONGEST_RESOLUTION} 个字，现在有 {len(vote.text)} 个，请缩短。"
    if CONTROL.search(vote.text):
        yield "决议内容里有控制字符，请删去。"
    if vote.matter not in Matter.values:
        yield "请选择事项。"
    elif vote.matter != Matter.ORDINARY and Kind.CONGRESS not in kinds:
        yield f"“{Matter(vote.matter).label}”应由党员大会表决。"
    yield from number_faults(vote, present, absent)


def number_faults(vote: Vote, present: int, absent: int) -> Iterator[str]:
    """Votes against those who came with a vote; written ones against those who did not come."""
    written = vote.written_yes or 0
    if min(vote.yes or 0, vote.no or 0, vote.abstain or 0, written) < 0:
        yield "票数不能小于 0。"
    elif vote.counted > present:
        yield f"赞成、反对、弃权共 {vote.counted} 票，超过实到有表决权的 {present} 人。"
    if written and vote.matter == Matter.ORDINARY:
        yield "只有接收预备党员和转正可以计书面意见。"
    elif written > absent:
        yield f"书面赞成 {written} 票，超过未到会有表决权的 {absent} 人。"
