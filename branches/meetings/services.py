"""The only doors through which meetings change: draft, hold, correct, void, and their files.

A draft keeps the typed text and may hold anything; from `hold_meeting` on a meeting obeys the rules (`faults`),
keeps its history in the journal and is voided, never deleted. A draft that is thrown away becomes a voided row
without a date; lists leave it out.
"""
from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from branches.meetings.changes import changes_of
from branches.meetings.expected import circle_of, officers_of
from branches.meetings.faults import Setting, date_faults, faults_of, group_faults
from branches.meetings.gathering import COLUMNS, Gathering, Kept
from branches.meetings.models import (
    Attendance,
    Meeting,
    MeetingFile,
    MeetingKind,
    Presence,
    Resolution,
    State,
)
from branches.models import Branch
from partywork.errors import RuleViolation
from partywork.files.names import safe_name
from partywork.files.services import digest_of, store_upload
from partywork.forms import CONTROL
from partywork.journal.services import entries_for, register_actions, write_entry
from partywork.tokens import already_made, as_uuid, make_once
from partywork.versions import claim_version

MOST_FILES = 30
STRETCH = timedelta(minutes=10)
DISCARDED = "草稿删除"
NOTHING = Kept({}, frozenset(), {}, {})  # what a meeting has that is held just now
Raw = dict[str, list[str]]

register_actions({
    "meeting.draft": "新建会议草稿",
    "meeting.write": "续写会议草稿",
    "meeting.discard": "删除会议草稿",
    "meeting.hold": "登记会议",
    "meeting.correct": "更正会议",
    "meeting.void": "作废会议",
    "meeting.restore": "恢复会议",
    "meeting.file_add": "添加会议附件",
    "meeting.file_remove": "移除会议附件",
})  # fmt: skip


@transaction.atomic
def save_draft(*, actor, branch: Branch, form_token: uuid.UUID | str, data: Raw) -> Meeting:
    """Keep what is typed, as it is typed. The same token is the same draft; what has been held stays as it is."""
    actor.require("meetings.edit", branch)
    token = as_uuid(form_token) or uuid.uuid4()
    meeting, made = make_row(actor, token, lambda token: new_draft(actor, branch, token))
    fields = {clean(name): [clean(value) for value in values] for name, values in data.items()}
    draft = {"draft": {"fields": fields}, "title": draft_title(fields), "changed_at": timezone.now()}
    if Meeting.objects.filter(pk=meeting.pk, state=State.DRAFT).update(**draft):
        vars(meeting).update(draft)
        note_draft(actor, meeting, made)
    else:  # registered or thrown away, perhaps only just now
        meeting.refresh_from_db()
    return meeting


def note_draft(actor, meeting: Meeting, made: bool) -> None:
    """That it was begun, and each stretch of writing: a draft is no record yet and saves itself every few seconds."""
    lately = entries_for(meeting).filter(actor_id=actor.pk, at__gt=timezone.now() - STRETCH)
    if made or not lately.exists():
        write_entry(actor=actor, action="meeting.draft" if made else "meeting.write", target=meeting)


def make_row(actor, token: uuid.UUID, make: Callable[[uuid.UUID], Meeting]) -> tuple[Meeting, bool]:
    """Once for this token; a token that turns out to be somebody else's is replaced by a fresh one."""
    try:
        return make_once(Meeting, token, actor, lambda: make(token))
    except IntegrityError:
        fresh = uuid.uuid4()
        return make_once(Meeting, fresh, actor, lambda: make(fresh))


def new_draft(actor, branch: Branch, token: uuid.UUID) -> Meeting:
    return Meeting.objects.create(branch=branch, created_by=actor, form_token=token, draft={"fields": {}})


def clean(value: Any) -> str:
    """What JSON on both databases can hold."""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def draft_title(fields: Raw) -> str:
    title = CONTROL.sub("", " ".join(fields.get("title", [""])[-1:]))
    return " ".join(title.split())[: Meeting._meta.get_field("title").max_length]


@transaction.atomic
def discard_draft(*, actor, meeting: Meeting) -> Meeting:
    """Throw a draft away; twice is once."""
    actor.require("meetings.edit", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("branch").get(pk=meeting.pk)
    if meeting.state == State.HELD:
        raise RuleViolation("这次会议已经登记，不再是草稿；如登记有误，请作废。")
    if meeting.state == State.DRAFT:
        meeting.state, meeting.void_reason = State.VOIDED, DISCARDED
        meeting.save(update_fields=["state", "void_reason", "changed_at"])
        write_entry(actor=actor, action="meeting.discard", target=meeting, reason=DISCARDED)
    return meeting


@transaction.atomic
def hold_meeting(
    *, actor, branch: Branch, gathering: Gathering, today: date, form_token: uuid.UUID | str | None = None
) -> Meeting:
    """Register a gathering that took place, from its draft or anew; the same token again gives the same meeting.

    `today` is the day of entry; a late entry is allowed and keeps its delay.
    """
    actor.require("meetings.edit", branch)
    token = as_uuid(form_token) or uuid.uuid4()
    made = already_made(Meeting, token, actor)
    if made and made.state != State.DRAFT:
        return made
    gathering = gathering.settled()
    setting = setting_of(branch, gathering, today)
    refuse_faults(gathering, setting)
    meeting, new = make_row(actor, token, lambda token: first_row(actor, token, gathering, setting))
    if not new:
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if meeting.state != State.DRAFT:
            return meeting
        fill(meeting, gathering, setting).save()
    write_parts(meeting, NOTHING, gathering, setting)
    write_entry(actor=actor, action="meeting.hold", target=meeting, label=label_of(meeting))
    return meeting


def first_row(actor, token: uuid.UUID, gathering: Gathering, setting: Setting) -> Meeting:
    meeting = fill(Meeting(created_by=actor, form_token=token), gathering, setting)
    meeting.save()
    return meeting


def fill(meeting: Meeting, gathering: Gathering, setting: Setting) -> Meeting:
    """From typed text to a held meeting, not yet saved."""
    meeting.branch, meeting.state, meeting.draft = setting.branch, State.HELD, None
    meeting.recorded_on = setting.today
    set_columns(meeting, gathering, setting)
    return meeting


@transaction.atomic
def correct_meeting(
    *, actor, meeting: Meeting, gathering: Gathering, version: int, reason: str, today: date
) -> Meeting:
    """Correct a held meeting. StaleVersion when somebody else changed it since `version`; the journal keeps
    old → new of every field, of kinds, attendance and resolutions."""
    actor.require("meetings.edit", meeting)
    reason = need_reason(reason, "更正")
    claim_version(meeting, version)
    meeting = Meeting.objects.select_related("branch", "group", "host", "recorder", "lecturer").get(pk=meeting.pk)
    if meeting.state != State.HELD:
        raise RuleViolation("只有已召开的会议可以更正。")
    kept, gathering = Kept.of(meeting), gathering.settled()
    setting = setting_of(meeting.branch, gathering, today)
    refuse_faults(gathering, setting)
    set_columns(meeting, gathering, setting)
    meeting.save()
    drop_parts(meeting, kept, gathering, setting)
    write_parts(meeting, kept, gathering, setting)
    changes = changes_of(kept, gathering, setting.circle)
    write_entry(
        actor=actor, action="meeting.correct", target=meeting, label=label_of(meeting), reason=reason, changes=changes
    )
    return meeting


@transaction.atomic
def void_meeting(*, actor, meeting: Meeting, reason: str) -> Meeting:
    """Take a held meeting out of every count; it stays readable with the reason. Twice is once."""
    actor.require("meetings.edit", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("branch").get(pk=meeting.pk)
    if meeting.state == State.VOIDED:
        return meeting
    if meeting.state == State.DRAFT:
        raise RuleViolation("草稿不用作废，可以直接删除。")
    meeting.void_reason = need_reason(reason, "作废")
    meeting.state, meeting.version = State.VOIDED, meeting.version + 1
    meeting.save(update_fields=["state", "void_reason", "version", "changed_at"])
    write_entry(actor=actor, action="meeting.void", target=meeting, label=label_of(meeting), reason=meeting.void_reason,
                changes={"state": [State.HELD, State.VOIDED], "void_reason": ["", meeting.void_reason]})  # fmt: skip
    return meeting


@transaction.atomic
def restore_meeting(*, actor, meeting: Meeting, today: date) -> Meeting:
    """Take a voiding back: what was recorded counts again as it was. Organisation and group may have been dissolved
    while it did not count; then it stays voided. Twice is once."""
    actor.require("meetings.edit", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.state != State.VOIDED or meeting.held_on is None:
        return meeting
    gathering = Kept.of(meeting).as_gathering()
    setting = setting_of(meeting.branch, gathering, today)
    for fault in (*date_faults(gathering.held_on, setting), *group_faults(gathering, meeting.branch)):
        raise fault
    reason, meeting.void_reason = meeting.void_reason, ""
    meeting.state, meeting.version = State.HELD, meeting.version + 1
    meeting.save(update_fields=["state", "void_reason", "version", "changed_at"])
    write_entry(actor=actor, action="meeting.restore", target=meeting, label=label_of(meeting),
                changes={"state": [State.VOIDED, State.HELD], "void_reason": [reason, ""]})  # fmt: skip
    return meeting


@transaction.atomic
def add_file(*, actor, meeting: Meeting, upload) -> MeetingFile:
    """Add one photo or file to a draft or a held meeting. The same file under the same name, sent again, is the one there is."""
    actor.require("meetings.edit", meeting)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("branch").get(pk=meeting.pk)
    if meeting.state == State.VOIDED:
        raise RuleViolation("已作废的会议不能再添加附件。", field="files")
    files = meeting.files.filter(removed_at=None)
    same = {"attachment__original_name": safe_name(upload.name or ""), "attachment__sha256": digest_of(upload)}
    if kept := files.filter(**same).first():
        return kept
    if files.count() >= MOST_FILES:
        raise RuleViolation(f"一次会议最多 {MOST_FILES} 个附件，请先移除不需要的。", field="files")
    attachment = store_upload(actor=actor, upload=upload, allowed="any")
    file = MeetingFile.objects.create(meeting=meeting, attachment=attachment)
    note_files(actor, meeting, "meeting.file_add", attachment)
    return file


@transaction.atomic
def remove_file(*, actor, file: MeetingFile) -> MeetingFile:
    """Take a file off the page; row, bytes and journal keep it. Twice is once."""
    meeting = file.meeting
    actor.require("meetings.edit", meeting)
    if meeting.state == State.VOIDED:
        raise RuleViolation("已作废的会议不能再移除附件。", field="files")
    if MeetingFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=timezone.now()):
        note_files(actor, meeting, "meeting.file_remove", file.attachment)
    return file


def note_files(actor, meeting: Meeting, action: str, attachment) -> None:
    """A file is beside the form, not in it: its coming and going does not make an open correction stale."""
    names = [None, str(attachment)] if action == "meeting.file_add" else [str(attachment), None]
    write_entry(actor=actor, action=action, target=meeting, label=label_of(meeting), changes={"附件": names})


def need_reason(reason: str, act: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise RuleViolation(f"请写明{act}原因。", field="reason")
    if len(reason) > 200 or CONTROL.search(reason):
        raise RuleViolation(f"{act}原因最多 200 个字，且不能有控制字符。", field="reason")
    return reason


def setting_of(branch: Branch, gathering: Gathering, today: date) -> Setting:
    day, group = gathering.held_on, gathering.group
    circle = circle_of(branch, gathering.kinds, day, group, asked=gathering.attendance)
    officers = frozenset(person.member_id for person in officers_of(branch, day))
    return Setting(branch, circle, officers, today)


def refuse_faults(gathering: Gathering, setting: Setting) -> None:
    for fault in faults_of(gathering, setting):
        raise fault


def label_of(meeting: Meeting) -> str:
    day = f"{meeting.held_on:%Y-%m-%d} " if meeting.held_on else ""
    return f"{day}{meeting.branch}：{meeting}"


def set_columns(meeting: Meeting, gathering: Gathering, setting: Setting) -> None:
    """The meeting's own columns, its four counters among them."""
    for name in COLUMNS:
        setattr(meeting, name, getattr(gathering, name))
    meeting.body = setting.circle.body
    rows = attendance_rows(meeting, gathering, setting)
    present = [row for row in rows if row.state == Presence.PRESENT]
    meeting.expected_count, meeting.present_count = len(rows), len(present)
    meeting.voters_expected = sum(row.votes for row in rows)
    meeting.voters_present = sum(row.votes for row in present)


def attendance_rows(meeting: Meeting, gathering: Gathering, setting: Setting) -> list[Attendance]:
    marks = gathering.attendance
    return [
        Attendance(
            meeting=meeting, member_id=person.member_id, votes=person.votes, state=mark.state, grade=mark.grade,
            reason="" if mark.present else mark.reason.strip(),
        )
        for person in setting.circle.people
        if (mark := marks.get(person.member_id))
    ]  # fmt: skip


def drop_parts(meeting: Meeting, kept: Kept, gathering: Gathering, setting: Setting) -> None:
    """What a corrected meeting no longer has: kinds, people not expected on the corrected day, resolutions at the end of the list."""
    if gone := kept.kinds - gathering.kinds:
        meeting.kinds.filter(kind__in=gone).delete()
    if gone := set(kept.marks) - (setting.circle.ids & set(gathering.attendance)):
        meeting.attendance.filter(member__in=gone).delete()
    if len(kept.votes) > len(gathering.resolutions):
        drop_resolutions(meeting, len(gathering.resolutions))


def drop_resolutions(meeting: Meeting, after: int) -> None:
    """Those behind a place; another record may rest on one of them."""
    try:
        meeting.resolutions.filter(order__gt=after).delete()
    except ProtectedError as error:
        raise RuleViolation("有决议已作为其他记录的依据，不能去掉；请先更正那条记录，再来更正会议。", field="resolutions") from error


def write_parts(meeting: Meeting, kept: Kept, gathering: Gathering, setting: Setting) -> None:
    """Kinds, attendance (one upsert for the whole sheet) and resolutions, each of which stays the row that it was."""
    if new := sorted(gathering.kinds - kept.kinds):
        MeetingKind.objects.bulk_create(MeetingKind(meeting=meeting, kind=kind) for kind in new)
    Attendance.objects.bulk_create(
        attendance_rows(meeting, gathering, setting), update_conflicts=True,
        unique_fields=["meeting", "member"], update_fields=["state", "reason", "votes", "grade"],
    )  # fmt: skip
    Resolution.objects.bulk_create([
        Resolution(meeting=meeting, order=number, matter=vote.matter, text=vote.text, yes=vote.yes, no=vote.no,
                   abstain=vote.abstain, written_yes=vote.written_yes)
        for number, vote in enumerate(gathering.resolutions, 1)
    ], update_conflicts=True, unique_fields=["meeting", "order"],
       update_fields=["matter", "text", "yes", "no", "abstain", "written_yes"])  # fmt: skip
