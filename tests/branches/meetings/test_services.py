"""Holding a meeting: what is written, what is refused, and that it is done whole, once, and on the record."""
import uuid
from dataclasses import replace
from datetime import date, time

import pytest

from branches.meetings import services
from branches.meetings.gathering import Mark, Vote
from branches.meetings.kinds import Body, Kind
from branches.meetings.models import Attendance, Meeting, State
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from partywork.journal.services import entries_for
from tests.branches.meetings.posting import DAY, LEAVE, TODAY, counters, gathering, hold, recounted
from tests.factories import make_member


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
