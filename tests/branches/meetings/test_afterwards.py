"""Before and after a meeting is held: drafts, corrections, voiding and taking it back, files."""
import uuid
from datetime import date, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from branches.meetings import services
from branches.meetings.gathering import Vote
from branches.meetings.kinds import Kind
from branches.meetings.models import Attendance, Meeting, State
from branches.models import Branch
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.services import change_lines, entries_for
from tests.branches.meetings.posting import DAY, LEAVE, TODAY, counters, gathering, hold, recounted
from tests.factories import make_member


def correct(world, meeting, actor="secretary", version=None, reason="登记有误", today=TODAY, **facts):
    kinds = facts.pop("kinds", meeting.kind_codes)
    told = gathering(meeting.branch, *kinds, **({"title": meeting.title, "held_on": meeting.held_on} | facts))
    return services.correct_meeting(actor=world[actor], meeting=meeting, gathering=told, reason=reason, today=today,
                                    version=meeting.version if version is None else version)  # fmt: skip


# Drafts


def test_a_draft_keeps_whatever_was_typed(world):
    token, typed = uuid.uuid4(), {"title": ["长" * 3000], "held_on": ["2027-02-29"], "kinds": ["no", "group"], "minutes": ["😀\x00\ud800"]}
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data=typed)
    again = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data=typed | {"place": ["礼堂"]})
    draft.refresh_from_db()
    assert (draft, draft.state, draft.title, draft.held_on) == (again, "draft", "长" * 100, None)
    assert draft.draft["fields"] == typed | {"minutes": ["😀?"], "place": ["礼堂"]}
    assert [entry.action for entry in entries_for(draft)] == ["meeting.draft"]


def test_every_stretch_of_writing_is_in_the_journal(world, monkeypatch):
    """Not every one of its savings: these come every few seconds."""
    def write() -> list[str]:
        draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data={"minutes": ["字"]})
        return [entry.action for entry in entries_for(draft)]

    token = uuid.uuid4()
    assert (write(), write()) == (["meeting.draft"], ["meeting.draft"])
    monkeypatch.setattr(services, "STRETCH", timedelta(0))
    assert write() == ["meeting.write", "meeting.draft"]


def test_a_draft_becomes_the_meeting(world):
    token = uuid.uuid4()
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data={"title": ["草"]})
    meeting = hold(world, token=token)
    assert (meeting, meeting.state, meeting.draft, meeting.title) == (draft, "held", None, "学习党章")
    late = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data={"title": ["迟到的自动保存"]})
    assert (late.state, late.title) == ("held", "学习党章")


def test_a_discarded_draft_leaves_no_meeting(world):
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=uuid.uuid4(), data={})
    for _ in range(2):
        services.discard_draft(actor=world["secretary"], meeting=draft)
    draft.refresh_from_db()
    assert (draft.state, draft.void_reason, draft.held_on) == ("voided", "草稿删除", None)
    assert [entry.action for entry in entries_for(draft)] == ["meeting.discard", "meeting.draft"]
    with pytest.raises(RuleViolation, match="已经登记"):
        services.discard_draft(actor=world["secretary"], meeting=hold(world))


# Correcting


def test_a_correction_writes_old_and_new_of_everything(world):
    members = world.members
    meeting = hold(world, Kind.STUDY, place="三楼", resolutions=(Vote("甲", yes=1),))
    correct(world, meeting, kinds=("study", "seminar"), place="五楼", host=members["secretary"], begins_at=time(9),
            absent={members["member"]: LEAVE}, resolutions=())  # fmt: skip
    meeting.refresh_from_db()
    assert counters(meeting) == recounted(meeting) == (7, 6, 6, 5)
    assert (meeting.version, meeting.recorded_on, meeting.resolutions.count()) == (2, TODAY, 0)
    entry = entries_for(meeting).first()
    lines = {line.label: (line.old, line.new) for line in change_lines(entry)}
    assert (entry.action, entry.reason) == ("meeting.correct", "登记有误")
    assert lines == {
        "地点": ("三楼", "五楼"), "主持人": ("（空）", "赵敏"), "开始时间": ("（空）", "09:00:00"),
        "会议类型": ("集中学习", "集中学习、专题研讨"), "决议": ("甲（赞成1）", ""), "出勤：李平": ("到会", "请假（病假）"),
    }  # fmt: skip


def test_a_corrected_day_takes_the_roster_of_that_day(world):
    meeting = hold(world)
    newcomer = make_member(world.a, "新来", start_on=date(2026, 6, 10))
    correct(world, meeting, held_on=date(2026, 6, 10))
    meeting.refresh_from_db()
    assert meeting.attendance.filter(member=newcomer).count() == 1
    correct(world, meeting, held_on=DAY)
    meeting.refresh_from_db()
    assert (meeting.attendance.filter(member=newcomer).count(), meeting.expected_count) == (0, 7)


def test_a_stale_correction_changes_nothing(world):
    meeting = hold(world)
    correct(world, meeting, place="先改的")
    with pytest.raises(StaleVersion):
        correct(world, meeting, version=1, place="后改的")
    meeting.refresh_from_db()
    assert (meeting.place, meeting.version) == ("先改的", 2)


def test_a_correction_needs_a_reason_and_a_held_meeting(world):
    meeting = hold(world)
    with pytest.raises(RuleViolation, match="请写明更正原因。"):
        correct(world, meeting, reason="  ")
    services.void_meeting(actor=world["secretary"], meeting=meeting, reason="重复")
    meeting.refresh_from_db()
    with pytest.raises(RuleViolation, match="只有已召开的会议可以更正。"):
        correct(world, meeting)
    with pytest.raises(NotAllowed):
        correct(world, meeting, actor="neighbour")


# Voiding


def test_a_voided_meeting_is_out_of_every_count(world):
    meeting = hold(world)
    for _ in range(2):
        services.void_meeting(actor=world["secretary"], meeting=meeting, reason="重复登记")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.void_reason, meeting.version) == ("voided", "重复登记", 2)
    assert (Meeting.objects.held().count(), Attendance.objects.held().count()) == (0, 0)
    assert [entry.action for entry in entries_for(meeting)] == ["meeting.void", "meeting.hold"]


def test_voiding_needs_a_reason(world):
    meeting = hold(world)
    for reason, said in ((" ", "请写明作废原因。"), ("长" * 201, "作废原因最多 200 个字，且不能有控制字符。")):
        with pytest.raises(RuleViolation) as refusal:
            services.void_meeting(actor=world["secretary"], meeting=meeting, reason=reason)
        assert (refusal.value.field, refusal.value.message) == ("reason", said)
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=uuid.uuid4(), data={})
    with pytest.raises(RuleViolation, match="草稿不用作废"):
        services.void_meeting(actor=world["secretary"], meeting=draft, reason="重复")


def test_a_voiding_can_be_taken_back_once(world):
    meeting = hold(world)
    assert services.restore_meeting(actor=world["secretary"], meeting=meeting, today=TODAY).version == 1
    meeting = services.void_meeting(actor=world["secretary"], meeting=meeting, reason="误作废")
    with pytest.raises(NotAllowed):
        services.restore_meeting(actor=world["neighbour"], meeting=meeting, today=TODAY)
    for _ in range(2):
        services.restore_meeting(actor=world["secretary"], meeting=meeting, today=TODAY)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.void_reason, meeting.version) == ("held", "", 3)
    assert (Meeting.objects.held().count(), counters(meeting)) == (1, recounted(meeting))
    assert [entry.action for entry in entries_for(meeting)] == ["meeting.restore", "meeting.void", "meeting.hold"]


def test_a_voided_meeting_stays_so_when_its_organisation_is_gone(world):
    meeting = services.void_meeting(actor=world["secretary"], meeting=hold(world), reason="误作废")
    Branch.objects.filter(pk=world.a.pk).update(dissolved_on=DAY)
    meeting.refresh_from_db()
    with pytest.raises(RuleViolation, match="撤销"):
        services.restore_meeting(actor=world["secretary"], meeting=meeting, today=TODAY)
    draft = services.discard_draft(actor=world["secretary"], meeting=services.save_draft(
        actor=world["secretary"], branch=world.a, form_token=uuid.uuid4(), data={}))
    assert services.restore_meeting(actor=world["secretary"], meeting=draft, today=TODAY).state == State.VOIDED


def test_a_draft_does_not_write_over_what_is_registered_while_it_is_saved(world):
    """The registering is committed after the autosave has read the row, before it writes."""
    token = uuid.uuid4()
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data={"title": ["草稿"]})

    def register(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            context["connection"].execute_wrappers.remove(register)
            Meeting.objects.filter(pk=draft.pk).update(state=State.HELD, held_on=DAY, title="登记", draft=None)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(register)
    kept = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data={"title": ["又写"]})
    assert (kept.state, kept.title, kept.draft) == (State.HELD, "登记", None)


# Files


def test_files_come_and_go_on_the_record(world, picture):
    meeting = hold(world)
    file = services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    for _ in range(2):
        services.remove_file(actor=world["secretary"], file=file)
    file.refresh_from_db()
    assert file.removed_at is not None
    assert file.attachment.path.exists()
    assert [entry.action for entry in entries_for(meeting)] == ["meeting.file_remove", "meeting.file_add", "meeting.hold"]


def test_the_same_file_again_is_the_one_there_is(world, picture):
    """A form sent twice; after it was taken off, or under another name, it is a new one."""
    meeting = hold(world)
    first, again = (services.add_file(actor=world["secretary"], meeting=meeting, upload=picture()) for _ in range(2))
    assert first == again
    other = services.add_file(actor=world["secretary"], meeting=meeting, upload=picture("另一张.png"))
    services.remove_file(actor=world["secretary"], file=first)
    anew = services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    assert len({first.pk, other.pk, anew.pk}) == 3


def test_a_file_that_is_not_what_it_says_is_refused(world):
    meeting = hold(world)
    with pytest.raises(RuleViolation, match=r"“照片\.png”的内容与扩展名不符"):
        services.add_file(actor=world["secretary"], meeting=meeting, upload=SimpleUploadedFile("照片.png", b"MZ" + b"0" * 99))
    assert meeting.files.count() == 0


def test_a_voided_meeting_takes_no_files_and_there_is_a_limit(world, picture, monkeypatch):
    meeting = hold(world)
    monkeypatch.setattr(services, "MOST_FILES", 1)
    file = services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    with pytest.raises(RuleViolation, match="最多 1 个附件"):
        services.add_file(actor=world["secretary"], meeting=meeting, upload=picture("另一张.png"))
    meeting = services.void_meeting(actor=world["secretary"], meeting=meeting, reason="重复")
    for act, facts in ((services.add_file, {"meeting": meeting, "upload": picture()}), (services.remove_file, {"file": file})):
        with pytest.raises(NotAllowed):
            act(actor=world["neighbour"], **facts)
    file.meeting.refresh_from_db()
    with pytest.raises(RuleViolation, match="不能再添加"):
        services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    with pytest.raises(RuleViolation, match="不能再移除"):
        services.remove_file(actor=world["secretary"], file=file)
