"""The acts on meetings: what they write, what they refuse, and that they do it whole, once, and on the record."""
import uuid
from dataclasses import replace
from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.meetings import services
from branches.meetings.gathering import Mark, Vote
from branches.meetings.kinds import Body, Kind
from branches.meetings.models import Attendance, Meeting, State
from branches.models import Branch
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from partywork.journal.services import change_lines, entries_for
from tests.branches.meetings.posting import DAY, TODAY, gathering
from tests.factories import make_member

LEAVE = Mark("leave", "病假")


def hold(world, *kinds, branch=None, actor="secretary", token=None, today=TODAY, **facts):
    branch = branch or world.a
    told = facts.pop("told", None) or gathering(branch, *kinds, **facts)
    return services.hold_meeting(actor=world[actor], branch=branch, gathering=told, today=today, form_token=token)


def correct(world, meeting, actor="secretary", version=None, reason="登记有误", today=TODAY, **facts):
    kinds = facts.pop("kinds", meeting.kind_codes)
    told = gathering(meeting.branch, *kinds, **({"title": meeting.title, "held_on": meeting.held_on} | facts))
    return services.correct_meeting(actor=world[actor], meeting=meeting, gathering=told, reason=reason, today=today,
                                    version=meeting.version if version is None else version)  # fmt: skip


def counters(meeting):
    return meeting.expected_count, meeting.present_count, meeting.voters_expected, meeting.voters_present


def recounted(meeting):
    rows = Attendance.objects.filter(meeting=meeting)
    here = rows.filter(state="present")
    return rows.count(), here.count(), rows.filter(votes=True).count(), here.filter(votes=True).count()


# Holding


def test_a_held_meeting_is_written_whole(world, roster):
    members = world.members
    meeting = hold(
        world, Kind.CONGRESS, Kind.LECTURE, absent={members["member"]: LEAVE}, title="讲党课", place="会议室",
        begins_at=time(14, 30), lecturer=members["leader"], host=members["secretary"], topics="一\n二",
        resolutions=(Vote("通过计划", yes=5, no=0, abstain=0),), work_report=True,
    )  # fmt: skip
    meeting.refresh_from_db()
    assert (meeting.state, meeting.body, meeting.recorded_on, meeting.created_by) == ("held", "whole", TODAY, world["secretary"])
    assert (meeting.kind_codes, meeting.lecturer, meeting.work_report) == (["congress", "lecture"], members["leader"], True)
    assert counters(meeting) == recounted(meeting) == (7, 6, 6, 5)
    away = [(row.member.name, row.state, row.reason, row.votes) for row in meeting.attendance.exclude(state="present")]
    assert away == [("李平", "leave", "病假", True)]
    assert [(row.order, row.text, row.yes) for row in meeting.resolutions.all()] == [(1, "通过计划", 5)]
    assert [entry.action for entry in entries_for(meeting)] == ["meeting.hold"]
    assert meeting.delay_days == 12


def test_what_only_another_kind_asks_for_is_not_kept(world):
    members = world.members
    grades = {pk: Mark(grade="excellent") for pk in gathering(world.a).attendance}
    meeting = hold(world, Kind.STUDY, theme_form="film", lecturer=members["leader"], by_leader=True, group=world.group1,
                   self_criticisms=3, first_topic=True, attendance=grades)  # fmt: skip
    assert (meeting.theme_form, meeting.lecturer, meeting.by_leader, meeting.group) == ("", None, False, None)
    assert (meeting.self_criticisms, meeting.first_topic) == (None, False)
    assert set(meeting.attendance.values_list("grade", flat=True)) == {""}


def test_the_same_token_is_the_same_meeting(world):
    token = uuid.uuid4()
    assert hold(world, token=token) == hold(world, token=token, title="又点了一次")
    assert Meeting.objects.count() == Entry.objects.filter(action="meeting.hold").count() == 1


def test_another_persons_token_is_not_taken_over(world):
    draft = services.save_draft(actor=world["neighbour"], branch=world.b, form_token=uuid.uuid4(), data={})
    assert hold(world, token=draft.form_token) != draft
    draft.refresh_from_db()
    assert (draft.state, draft.branch) == ("draft", world.b)


def test_only_those_who_keep_the_books_hold_meetings(world):
    for who in ("member", "neighbour", "former", "inspector", "leader", "keeper", "general"):
        with pytest.raises(NotAllowed):
            hold(world, actor=who)
    assert Meeting.objects.count() == 0


def test_the_committee_clerk_registers_for_every_branch_below(world):
    assert hold(world, actor="staff").branch == world.a


def test_nothing_is_half_saved_when_the_journal_fails(world, monkeypatch):
    def broken(**facts):
        raise RuntimeError("no journal")

    monkeypatch.setattr(services, "write_entry", broken)
    with pytest.raises(RuntimeError):
        hold(world)
    assert (Meeting.objects.count(), Attendance.objects.count()) == (0, 0)


FAULTS = [
    ({"kinds": ()}, "kinds", "请选择会议类型。"),
    ({"kinds": ("party_group",)}, "kinds", "党支部不登记“党组会”。"),
    ({"kinds": ("nonsense",)}, "kinds", "党支部不登记“nonsense”。"),
    ({"kinds": ("congress", "committee")}, "kinds", "党员大会与支委会的应到人员不同，不能登记为同一次会议，请分别登记。"),
    ({"held_on": date(2026, 6, 16)}, "held_on", "会议日期不能晚于今天（2026年6月15日）。会议召开后再登记。"),
    ({"held_on": date(2019, 12, 31)}, "held_on", "一支部成立于2020年1月1日，会议日期不能早于这一天。"),
    ({"kinds": ("group",)}, "group", "党小组会请选择党小组。"),
    ({"kinds": ("theme_day",)}, "theme_form", "主题党日请选择形式。"),
    ({"kinds": ("theme_day",), "theme_form": "party"}, "theme_form", "主题党日请选择形式。"),
    ({"kinds": ("lecture",)}, "lecturer", "党课请选择主讲人，或填写外请主讲人。"),
    ({"title": " "}, "title", "请填写主题。"),
    ({"title": "长" * 101}, "title", "主题最多 100 个字，现在有 101 个，请缩短。"),
    ({"title": "长" * 10_000}, "title", "主题最多 100 个字，现在有 10000 个，请缩短。"),
    ({"place": "会\x07场"}, "place", "地点里有控制字符，请删去。"),
    ({"minutes": "字" * 50_001}, "minutes", "会议记录最多 50000 个字，现在有 50001 个，请缩短。"),
    ({"ends_at": time(9)}, "begins_at", "填写了结束时间，请同时填写开始时间。"),
    ({"begins_at": time(9), "ends_at": time(9)}, "ends_at", "结束时间应晚于开始时间。"),
    ({"kinds": ("org_life",), "self_criticisms": 10_000}, "self_criticisms", "意见条数应在 0 到 9999 之间。"),
]


def test_what_is_refused_and_how(world):
    usual = {"kinds": ("study",), "attendance": gathering(world.a).attendance}
    for facts, field, said in FAULTS:
        with pytest.raises(RuleViolation) as refusal:
            hold(world, told=told_of(world, usual | facts))
        assert (refusal.value.field, refusal.value.message) == (field, said)
    assert Meeting.objects.count() == 0


def told_of(world, facts):
    """A gathering of exactly these facts; the helper would put a kind in where there is none."""
    kinds = frozenset(facts.pop("kinds"))
    return replace(gathering(world.a, **facts), kinds=kinds)


BOUNDS = [
    {"held_on": TODAY}, {"held_on": date(2020, 1, 1)}, {"title": "长" * 100}, {"minutes": "好" * 50_000},
    {"minutes": "大家鼓掌👏，会议结束。"}, {"begins_at": time(9), "ends_at": time(9, 1)},
]  # fmt: skip


def test_the_bounds_are_allowed(world):
    assert [hold(world, **facts).state for facts in BOUNDS] == [State.HELD] * len(BOUNDS)


def test_a_dissolved_branch_holds_meetings_until_the_day_before(world):
    make_member(world.gone, "末任")
    assert hold(world, branch=world.gone, actor="staff", held_on=date(2025, 6, 30)).state == State.HELD
    with pytest.raises(RuleViolation, match="撤销支部已于2025年7月1日撤销，会议日期应早于这一天。"):
        hold(world, branch=world.gone, actor="staff", held_on=date(2025, 7, 1))


def refuse_attendance(world, marks, said, **facts):
    with pytest.raises(RuleViolation) as refusal:
        hold(world, attendance=marks, **facts)
    assert (refusal.value.field, refusal.value.message) == ("attendance", said)


def test_attendance_is_exactly_of_those_expected(world):
    marks = dict(gathering(world.a).attendance)
    foreign, own = world.members["neighbour"].pk, world.members["member"].pk
    refuse_attendance(world, marks | {foreign: Mark()}, "名单中有1人当天不属于应到范围，请按日期和类型更新名单。")
    refuse_attendance(world, {pk: mark for pk, mark in marks.items() if pk != own},
                      "应到人员中李平（共1人）没有出勤记录，请更新名单后核对。")  # fmt: skip
    refuse_attendance(world, marks | {own: Mark("leave", " ")}, "请填写李平请假的原因。")
    refuse_attendance(world, marks | {own: Mark("absent")}, "请填写李平缺席的原因。")
    refuse_attendance(world, marks | {own: Mark("asleep", "困")}, "李平的出勤看不明白，请重新选择。")
    refuse_attendance(world, marks | {own: Mark("leave", "长" * 61)}, "李平的原因最多 60 个字，请缩短。")
    refuse_attendance(world, dict.fromkeys(marks, LEAVE), "实到人数为 0，不能登记为已召开的会议。")


def test_a_probationary_member_gets_no_grade(world):
    marks = {pk: Mark(grade="qualified") for pk in gathering(world.a).attendance}
    with pytest.raises(RuleViolation, match="沈新是预备党员，参加评议但不评等次。"):
        hold(world, Kind.APPRAISAL, attendance=marks)
    marks[world.members["probationer"].pk] = Mark()
    meeting = hold(world, Kind.APPRAISAL, attendance=marks)
    assert meeting.attendance.filter(grade="qualified").count() == 6


def test_chosen_people_may_be_anyone_below_and_no_one_else(world):
    pair = {world.members["secretary"].pk: Mark(), world.members["member"].pk: Mark()}
    meeting = hold(world, Kind.TALK, attendance=pair)
    assert (meeting.body, counters(meeting)) == (Body.CHOSEN, (2, 2, 2, 2))
    foreign = pair | {world.members["neighbour"].pk: Mark()}
    with pytest.raises(RuleViolation, match="名单中有1人"):
        hold(world, Kind.TALK, attendance=foreign)
    with pytest.raises(RuleViolation, match="请选择参加人员"):
        hold(world, Kind.TALK, attendance={}, branch=world.farm, actor="staff")
    assert hold(world, Kind.STUDY, branch=world.root, actor="staff", attendance=foreign).expected_count == 3


def test_the_group_is_of_this_branch_and_of_that_day(world):
    world.group2.dissolved_on = DAY
    world.group2.save()
    members = gathering(world.a, Kind.GROUP, group=world.group2).attendance
    with pytest.raises(RuleViolation, match="“第二党小组”在2026年6月3日不存在，请核对日期。"):
        hold(world, Kind.GROUP, group=world.group2, attendance=members)
    with pytest.raises(RuleViolation, match="“第一党小组”不是二支部的党小组。"):
        hold(world, Kind.GROUP, branch=world.b, actor="neighbour", group=world.group1)
    assert hold(world, Kind.GROUP, group=world.group1).expected_count == 3


def test_who_chairs_records_or_lectures_belongs_there(world):
    for name in ("host", "recorder", "lecturer"):
        outside = {} if name == "lecturer" else {"lecturer_name": "专家"}
        with pytest.raises(RuleViolation, match="“钱进”当天不在一支部的名册上，请重新选择。"):
            hold(world, Kind.LECTURE, **{name: world.members["neighbour"]}, **outside)
        meeting = hold(world, Kind.LECTURE, **{name: world.members["leader"]}, **outside)
        assert getattr(meeting, name) == world.members["leader"]


VOTES = [
    (Vote(" "), "请填写决议内容。"),
    (Vote("长" * 501), "决议内容最多 500 个字，现在有 501 个，请缩短。"),
    (Vote("通过", yes=5, no=1, abstain=0), "赞成、反对、弃权共 6 票，超过实到有表决权的 5 人。"),
    (Vote("通过", yes=-1), "票数不能小于 0。"),
    (Vote("通过", yes=5, written_yes=1), "只有接收预备党员和转正可以计书面意见。"),
    (Vote("接收", "admit", yes=5, written_yes=2), "书面赞成 2 票，超过未到会有表决权的 1 人。"),
    (Vote("接收", "nonsense", yes=5), "请选择事项。"),
]


def test_votes_are_held_against_those_who_may_vote(world):
    for vote, said in VOTES:
        with pytest.raises(RuleViolation) as refusal:
            hold(world, Kind.CONGRESS, absent={world.members["member"]: LEAVE}, resolutions=(Vote("先"), vote))
        assert (refusal.value.field, refusal.value.message) == ("resolutions", f"第2项决议：{said}")


def test_votes_at_their_bounds_are_taken(world):
    votes = (Vote("接收张三为预备党员", "admit", yes=5, no=0, abstain=0, written_yes=1), Vote("长" * 500, yes=3, no=1, abstain=1))
    meeting = hold(world, Kind.CONGRESS, absent={world.members["member"]: LEAVE}, resolutions=votes)
    assert meeting.resolutions.count() == 2
    with pytest.raises(RuleViolation, match="“接收预备党员”应由党员大会表决。"):
        hold(world, Kind.STUDY, resolutions=votes[:1])


# Drafts


def test_a_draft_keeps_whatever_was_typed(world):
    token, typed = uuid.uuid4(), {"title": ["长" * 3000], "held_on": ["2027-02-29"], "kinds": ["no", "group"], "minutes": ["😀\x00\ud800"]}
    draft = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data=typed)
    again = services.save_draft(actor=world["secretary"], branch=world.a, form_token=token, data=typed | {"place": ["礼堂"]})
    draft.refresh_from_db()
    assert (draft, draft.state, draft.title, draft.held_on) == (again, "draft", "长" * 100, None)
    assert draft.draft["fields"] == typed | {"minutes": ["😀?"], "place": ["礼堂"]}
    assert [entry.action for entry in entries_for(draft)] == ["meeting.draft"]


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
        services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    meeting = services.void_meeting(actor=world["secretary"], meeting=meeting, reason="重复")
    for act, facts in ((services.add_file, {"meeting": meeting, "upload": picture()}), (services.remove_file, {"file": file})):
        with pytest.raises(NotAllowed):
            act(actor=world["neighbour"], **facts)
    file.meeting.refresh_from_db()
    with pytest.raises(RuleViolation, match="不能再添加"):
        services.add_file(actor=world["secretary"], meeting=meeting, upload=picture())
    with pytest.raises(RuleViolation, match="不能再移除"):
        services.remove_file(actor=world["secretary"], file=file)


# Cost and crowds


@pytest.mark.parametrize("people", [3, 40])
def test_saving_costs_the_same_for_three_and_for_forty(world, people, django_assert_num_queries):
    for _ in range(people):
        make_member(world.nursery)
    hold(world)  # the journal's head exists from the first act on
    world["staff"].can("meetings.edit")
    told = gathering(world.nursery, Kind.CONGRESS, resolutions=(Vote("甲"), Vote("乙")))
    savepoints = 4  # the test runs inside a transaction of its own
    with django_assert_num_queries(11 + savepoints):
        meeting = hold(world, branch=world.nursery, actor="staff", told=told)
    assert meeting.expected_count == people
