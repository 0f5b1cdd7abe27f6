"""Entering a step, correcting it, voiding it. An interval that has not passed refuses, a limit that has passed is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from branches.accounts.models import Account
from branches.meetings.models import Meeting, Resolution
from branches.models import PartyGroup
from members.changes import regroup_member
from members.corrections import undo_change
from members.development import basis, rules
from members.development.course import Course, measure_on
from members.development.exits import Judgement, judge_extension
from members.development.extra import (
    APPROVES,
    LABELS,
    OF_COMMITTEE,
    REPEATED,
    REPORTED,
    VOTED,
    number_of,
    rule_of,
    title_of,
)
from members.development.helpers import Chosen, appoint, judge_chosen
from members.development.hours import judge_hours
from members.development.models import Path, StepRecord
from members.development.papers import keep_files, wanted_documents
from members.development.people import judge_body, judge_publicity, local_publicity
from members.development.rules import Settings
from members.development.services import lock, lock_open, need_reason, note_step, refresh, require
from members.development.steps import KEYS, SET_2026
from members.models import StartReason
from members.rules import cn
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, snapshot
from partywork.versions import claim_version

FACTS = ("done_on", "meeting", "resolution", "document_no", "publicity_from", "publicity_to", "months", "documents", "note")


@dataclass(frozen=True)
class Facts:
    """What is told of a step. A step of a meeting takes its day from `meeting` or `resolution`."""

    day: date | None = None
    meeting: Meeting | None = None
    resolution: Resolution | None = None
    people: Sequence[Chosen] = ()
    publicity_from: date | None = None
    publicity_to: date | None = None
    months: int | None = None
    exceptional: bool = False
    carried: bool = False
    documents: Sequence[str] = ()
    document_no: str = ""
    note: str = ""
    group: PartyGroup | None = None
    uploads: Sequence[Any] = ()

    @property
    def on(self) -> date:
        """The day of the step."""
        held = self.resolution.meeting if self.resolution else self.meeting
        day = held.held_on if held else self.day
        if day is None:
            raise RuleViolation("请填写日期，或选择所依据的会议。", field="day")
        return day


@dataclass(frozen=True)
class Recorded:
    """A step as it was written, and what is told with it."""

    record: StepRecord
    warnings: tuple[str, ...] = ()


@transaction.atomic
def record_step(
    *, actor: Account | None, path: Path, key: str, facts: Facts, today: date, form_token: UUID | None = None
) -> Recorded:
    """Enter a step of the branch (or of the committee, where nobody asked for it). Steps that the upper committee decides come
    of what the branch reported (`approvals`), except from an earlier file."""
    action = "development.approve" if key in OF_COMMITTEE else "development.edit"
    require(actor, action, path)
    if key in REPORTED and not facts.carried:
        raise RuleViolation(f"{title_of(key)}由上级党委办理，请先报送。")
    path = lock_open(path)
    return write_step(actor, path, key, facts, today, form_token)


def write_step(
    actor: Account | None, path: Path, key: str, facts: Facts, today: date, form_token: UUID | None = None
) -> Recorded:
    """Judge and write; the caller has asked for the right and holds the path."""
    course = Course.of(path)
    _check_open(course, key)
    judged = judge_step(course, key, facts, today)
    record = StepRecord.objects.create(
        path=path, branch=path.place, key=key, done_on=facts.on, meeting=facts.meeting, resolution=facts.resolution,
        document_no=facts.document_no, publicity_from=facts.publicity_from, publicity_to=facts.publicity_to, months=facts.months,
        exceptional=facts.exceptional, carried=facts.carried, documents=list(facts.documents), note=facts.note,
        recorded_on=today, created_by=actor, form_token=form_token,
    )  # fmt: skip
    appoint(path, key, facts.people, facts.on)
    _place(actor, path, key, facts, today)
    keep_files(actor, record, facts.uploads)
    refresh(path)
    note_step(actor, "development.step", record)
    return Recorded(record, judged.warnings)


def _check_open(course: Course, key: str) -> None:
    if key not in (*REPEATED, "extension") and course.record(key):
        raise RuleViolation(f"{title_of(key)}已登记在{cn(course.record(key).done_on)}，有误请更正。")
    if course.waiting(key):
        raise RuleViolation(f"{title_of(key)}已经报送，正在等上级党委办理。")
    if course.undecided and key != course.undecided:
        raise RuleViolation(f"{title_of(course.undecided)}还没有结果，结果出来以前不能办理其他步骤。")


def judge_step(course: Course, key: str, facts: Facts, today: date) -> Judgement:
    """Everything that bears on the step; refuses with the first sentences that stand against it."""
    day = facts.on
    if day > today:
        raise RuleViolation("日期不能晚于今天。", field="day")
    if facts.carried and not may_carry(course.path, day):
        raise RuleViolation("只有转入以前、或本支部在系统中有会议记录以前的步骤可以凭档案补录。", field="carried")
    measure = measure_on(day)
    parts = [_of_days(course, key, facts, day), *_of_people(course, key, facts, day, measure.settings)]
    if not facts.carried:
        parts.append(_of_meeting(course.path, key, facts))
    blocks = [sentence for part in parts for sentence in part.blocks]
    if blocks:
        raise RuleViolation("".join(dict.fromkeys(blocks)), field=_field_of(key), rule=rule_of(key))
    return Judgement((), tuple(dict.fromkeys(sentence for part in parts for sentence in part.warnings)))


def _field_of(key: str) -> str:
    return {"congress": "resolution", "committee": "meeting"}.get(basis.needed_meeting(key), "day")


def may_carry(path: Path, day: date) -> bool:
    """Whether a step of that day may come from a file: before the person came here, or before anything was kept here."""
    return bool(path.moved_in_on and day <= path.moved_in_on) or basis.before_records(path.place, day)


def _of_days(course: Course, key: str, facts: Facts, day: date) -> Judgement:
    if key in REPEATED and (over := course.dates.get(SET_2026.step(key).until)) and day >= over:
        return Judgement((f"{title_of(key)}到{title_of(SET_2026.step(key).until)}（{cn(over)}）为止，之后不再登记。",))
    if key in KEYS:
        marks = {"publicity_from": facts.publicity_from, "publicity_to": facts.publicity_to}
        return course.judge(key, day, measure_on(day), partial=facts.carried, **marks)
    since = course.dates.get("approval")
    if since is None or day < since:
        return Judgement((f"{title_of(key)}只适用于已经上级党委批准的预备党员。",))
    if key in VOTED and "full_meeting" in course.dates:
        return Judgement((f"支部大会已在{cn(course.dates['full_meeting'])}讨论转正，不能再{LABELS[key][6:]}；登记有误的请先作废那一步。",))
    if key == "extension":
        return judge_extension(course.dates["admission"], day, facts.months or 0, course.record(key) is not None)
    approved = course.record(APPROVES.get(key, ""))
    return Judgement((f"不能早于支部大会讨论的日期（{cn(approved.done_on)}）。",)) if approved and day < approved.done_on else Judgement()


def _of_people(course: Course, key: str, facts: Facts, day: date, settings: Settings) -> Iterator[Judgement]:
    """Contacts, introducers, training, the deciding body, local publicity, papers."""
    if key in VOTED:
        yield judge_body(key if key == "admission" else "full_meeting", course.path.place.kind)
    if facts.carried:
        yield Judgement((), ("这一步凭档案补录，未核对会议和审批记录。",))
        return
    needs = SET_2026.step(key).needs if key in KEYS else ()
    if set(needs) & {"contacts", "introducers"}:
        yield judge_chosen(needs[0], facts.people, day, rules.set_on(day))
    if "training" in needs:
        yield judge_hours(course.path, day, facts.exceptional)
    yield _local_publicity(key, facts, settings, day)
    missing = [name for name in wanted_documents(key, day) if name not in facts.documents]
    yield Judgement((), (f"还缺材料：{'、'.join(missing)}。",) if missing else ())


def _local_publicity(key: str, facts: Facts, settings: Settings, day: date) -> Judgement:
    """Publicity that only local practice asks for is told, not demanded."""
    least = local_publicity(key, settings)
    if not least:
        return Judgement()
    found = judge_publicity(facts.publicity_from, facts.publicity_to, measure_on(day).calendar, least)
    return Judgement((), (*found.blocks, *found.warnings))


def _of_meeting(path: Path, key: str, facts: Facts) -> Judgement:
    match basis.needed_meeting(key):
        case "congress" if facts.resolution is None:
            return Judgement(("请选择支部大会的决议；会议还没有登记的，请先登记会议和表决票数。",))
        case "congress":
            return basis.judge_vote(facts.resolution, path, key)
        case "committee" if facts.meeting is None:
            return Judgement(("请选择研究这件事的支委会（不设支委会的为党员大会）；会议还没有登记的，请先登记会议。",))
        case "committee":
            return basis.judge_meeting(facts.meeting, path)
    return Judgement()


def _place(actor: Account | None, path: Path, key: str, facts: Facts, today: date) -> None:
    """Step 19 puts a probationary member into his group."""
    member = path.member
    if key == "placement" and facts.group and member and member.latest.group_id != facts.group.pk:
        regroup_member(actor=actor, member=member, group=facts.group, day=max(facts.on, member.latest.start_on), today=today)


# --- what was entered wrongly -------------------------------------------------------------------------------------------


@transaction.atomic
def correct_step(
    *, actor: Account | None, record: StepRecord, facts: Facts, reason: str, version: int, today: date
) -> Recorded:
    """Another day, meeting or paper of a step on record; the steps after it must still be possible."""
    require(actor, right_for(record), record)
    reason = need_reason(reason, "更正")
    claim_version(record, version)
    path = lock(record.path)
    _check_unbound(record, path, facts.on)
    facts = replace(facts, carried=record.carried, months=facts.months or record.months)
    before, course = snapshot(record, FACTS), Course.of(path)
    course.records = [each for each in course.records if each.pk != record.pk] if record.key in REPEATED else course.records
    judged = _judge_correction(course, record, facts, today)
    record.done_on, record.meeting, record.resolution = facts.on, facts.meeting, facts.resolution
    for name in ("document_no", "publicity_from", "publicity_to", "months", "documents", "note"):
        setattr(record, name, getattr(facts, name) if name != "documents" else list(facts.documents))
    record.save(update_fields=FACTS)
    keep_files(actor, record, facts.uploads)
    refresh(path)
    changes = changes_between(before, snapshot(record, FACTS))
    note_step(actor, "development.correct", record, reason=reason, **changes)
    return Recorded(record, judged.warnings)


def _judge_correction(course: Course, record: StepRecord, facts: Facts, today: date) -> Judgement:
    """People, hours and papers stand as they were; days and meeting are judged anew."""
    if facts.on > today:
        raise RuleViolation("日期不能晚于今天。", field="day")
    parts = [_of_days(course, record.key, facts, facts.on)]
    if not record.carried:
        parts.append(_of_meeting(course.path, record.key, facts))
    if blocks := [sentence for part in parts for sentence in part.blocks]:
        raise RuleViolation("".join(blocks), field=_field_of(record.key), rule=rule_of(record.key))
    return Judgement((), tuple(sentence for part in parts for sentence in part.warnings))


def right_for(record: StepRecord) -> str:
    """Who decided may mend it: what the committee entered is not the branch's to change."""
    upper = record.key in OF_COMMITTEE or (record.key in REPORTED and not record.carried)
    return "development.approve" if upper else "development.edit"


def _check_unbound(record: StepRecord, path: Path, day: date) -> None:
    """Dates on which the roster already rests are mended there."""
    if record.voided_at:
        raise RuleViolation("这一步已经作废，不能更正。")
    if record.key == "admission" and path.member_id and day != record.done_on:
        raise RuleViolation("已按这一天列入党员名册，日期有误请先在党员档案“更正记录”中更正，再联系系统管理员核对。", field="resolution")


@transaction.atomic
def void_step(*, actor: Account | None, record: StepRecord, reason: str, today: date) -> StepRecord:
    """Take a step out of the path; what leans on it has to go first. Twice is once."""
    require(actor, right_for(record), record)
    path = lock(record.path)
    record = StepRecord.objects.select_for_update(of=("self",)).select_related("path").get(pk=record.pk)
    if record.voided_at:
        return record
    reason = need_reason(reason, "作废")
    if why := why_not_void(Course.of(path), record):
        raise RuleViolation(why)
    _take_back(actor, path, record, reason)
    take_out(record, reason)
    refresh(path)
    note_step(actor, "development.void", record, reason=reason, void_reason=["", reason])
    return record


def take_out(record: StepRecord, reason: str) -> None:
    """The row and the people whom it appointed; the upper committee's decision stands as what it was."""
    record.voided_at, record.void_reason = timezone.now(), reason
    record.version += 1
    record.save(update_fields=["voided_at", "void_reason", "version"])
    roles = {"contacts": "contact", "introducers": "introducer"}
    for helper in record.path.helpers.filter(role=roles.get(record.key, ""), voided_at=None):
        helper.voided_at = record.voided_at
        helper.save(update_fields=["voided_at"])


def why_not_void(course: Course, record: StepRecord) -> str:
    """What still rests on a step: "" when nothing does."""
    if record.key == "application":
        return "入党申请是档案的起点，不能作废；登记错了人，请终止培养并写明原因。"
    if record.key == "moved":
        return "转移接续不能作废，转回原支部请再办一次转移。"
    if record.key == "approval" and course.path.member_id:
        return "已据此列入党员名册，不能作废；审批有误的，请在党员档案中更正。"
    if record.key == "cancellation_approval":
        return "已据此取消预备党员资格并除册，不能作废；有误请在党员档案中撤销变动。"
    resting = [each for each in course.records if each.pk != record.pk and _rests_on(each, record, course)]
    if resting:
        return f"{title_of(resting[0].key)}（{cn(resting[0].done_on)}）以这一步为前提，请先作废它。"
    sent = next((each for each in course.submissions if each.state == "waiting"), None)
    return f"{title_of(sent.key)}已报送上级党委，请先撤回。" if sent and record.key not in REPEATED else ""


def _rests_on(later: StepRecord, record: StepRecord, course: Course) -> bool:
    """Whether a later step counts from, or must follow, this one."""
    if record.key in REPEATED or later.key in ("moved", "stopped"):
        return False
    exits = {"extension": ("extension_approval", "full_meeting"), "cancellation": ("cancellation_approval",)}
    if record.key not in KEYS or later.key not in KEYS:
        starts = exits.get(record.key, ()) or ("extension", "cancellation") if record.key in ("admission", "approval") else ()
        return later.key in (*exits.get(record.key, ()), *starts) and later.done_on >= record.done_on
    return later.key not in REPEATED and number_of(later.key) > number_of(record.key) and rules.leans_on(
        later.key, later.done_on, record.key)  # fmt: skip


def _take_back(actor: Account | None, path: Path, record: StepRecord, reason: str) -> None:
    """The roster follows where it can go back: turning full is its latest change."""
    member = path.member
    if record.key != "full_approval" or not member or record.carried:
        return
    if member.latest.start_reason != StartReason.TURNED_FULL:
        raise RuleViolation("转正以后党员记录已有变动，请先在党员档案中撤销那些变动。")
    undo_change(actor=actor, member=member, reason=reason)
