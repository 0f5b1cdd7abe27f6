"""Entering steps: what refuses, what is told, what stands in the way of correcting and voiding; both texts of the regulation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError

from branches.meetings.services import void_meeting
from members.development.approvals import (
    approve_submission,
    return_submission,
    submit_step,
    withdraw_submission,
)
from members.development.course import Course, Measure
from members.development.helpers import Chosen, replace_helpers
from members.development.leaving import move_path, resume_path, stop_path
from members.development.models import Path, StepRecord, Submission
from members.development.papers import add_report
from members.development.recording import Facts, correct_step, record_step, void_step
from members.development.services import adopt_member, edit_path
from members.development.verification import meetings_stand, stages_follow, the_roster_agrees
from members.models import Member, Profile
from partywork.errors import NotAllowed, RuleViolation
from tests.factories import make_member
from tests.members.development.making import KEYS, TODAY, Walk, day, make_committee, make_congress, voters

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(world) -> Walk:
    return Walk(world.a, world["secretary"], world["staff"])


def said(act, *args, **more) -> str:
    """The sentence with which an act is refused."""
    with pytest.raises(RuleViolation) as refused:
        act(*args, **more)
    return refused.value.message


# --- intervals refuse, limits tell ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "refused"), [("2025-06-14", "早了1天"), ("2025-06-15", "")])
def test_a_year_of_cultivation(world, on, refused):
    """Both sides of the bound, by the text of 2014, in which the step lies."""
    walk = Walk(world.a, world["secretary"], world["staff"], {"candidate": on}).until("candidate")
    if refused:
        assert refused in said(walk.take, "candidate")
        assert not walk.path.records.filter(key="candidate").exists()
    else:
        assert walk.take("candidate").warnings == ()


@pytest.mark.parametrize(
    ("key", "changed", "told"),
    [
        ("talk", {"talk": "2024-04-01"}, ""), ("talk", {"talk": "2024-04-02"}, "晚了1天"),
        # 2026: within a month of the pre-review. 2014 knew no such limit.
        ("admission", {"admission": "2026-07-25"}, ""), ("admission", {"admission": "2026-07-26"}, "晚了1天"),
        ("oath", {"oath": "2026-09-05"}, ""), ("oath", {"oath": "2026-09-06"}, "晚了1天"),
    ],
)  # fmt: skip
def test_a_limit_that_has_passed_is_told(world, key, changed, told):
    walk = Walk(world.a, world["secretary"], world["staff"], changed).until(key)
    warnings = "".join(walk.take(key).warnings)
    assert told in warnings if told else warnings == ""


OLD = {
    "candidate": "2025-06-20", "candidate_consent": "2025-07-15", "introducers": "2025-07-16", "political_review": "2025-08-01",
    "training": "2025-08-10", "branch_review": "2025-09-01", "pre_review": "2025-09-10", "pledge_form": "2025-09-15",
    "admission": "2025-12-10", "committee_talk": "2025-12-20", "approval": "2026-01-10", "report_up": "2026-01-12",
    "placement": "2026-01-15", "oath": "2026-04-20", "probation": "2026-05-30",
}  # fmt: skip


def test_what_was_done_before_may_2026_stays_under_the_text_of_2014(world):
    """Three months from pre-review to congress and from approval to oath: no limit in 2014; the same case goes on under 2026."""
    walk = Walk(world.a, world["secretary"], world["staff"], OLD).until("branch_review")
    for key in ("branch_review", "pre_review", "pledge_form", "admission", "committee_talk"):
        assert walk.take(key).warnings == (), key
    walk.take("approval", reported_on=day("2025-12-12"))
    for key in ("report_up", "placement", "oath", "probation"):
        assert walk.take(key).warnings == (), key
    found = Course.of(walk.path).next_windows(Measure(day("2026-11-20")))
    assert {each.step.key: each.rule_set.code for each in found} == {"full_application": "2026.05", "probation": "2026.05"}


def test_publicity_of_five_working_days_is_asked_for_since_2026(world):
    walk = Walk(world.a, world["secretary"], world["staff"]).until("candidate_consent")
    sent = walk.submit("candidate_consent")
    short = {"publicity_from": day("2026-05-25"), "publicity_to": day("2026-05-28")}
    told = said(approve_submission, actor=walk.staff, submission=sent, facts=walk.facts("candidate_consent", **short),
                version=sent.version, today=TODAY)  # fmt: skip
    assert "共4个工作日，应不少于5个工作日" in told
    sent.refresh_from_db()
    assert sent.state == "waiting"


# --- meetings: votes are taken, never typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "refused"),
    [
        ({"yes": 6, "here": 6}, ""), ({"yes": 5, "here": 10}, "未通过"), ({"yes": 6, "here": 5}, "到会人数不足"),
        ({"matter": "full"}, "不是党员大会对“接收预备党员”的表决"), ({"matter": "ordinary"}, "不是党员大会对"),
        ({"state": "voided", "void_reason": "重复"}, "已作废"),
    ],
)  # fmt: skip
def test_the_congress_decides_with_more_than_half_of_those_who_should_come(walk, votes, refused):
    walk.until("admission")
    row = make_congress(walk.branch, day("2026-07-10"), "同意接收林向前为预备党员", **votes)
    if refused:
        assert refused in said(walk.take, "admission", resolution=row)
    else:
        record = walk.take("admission", resolution=row).record
        assert (record.done_on, record.resolution) == (day("2026-07-10"), row)


def test_a_congress_of_the_sister_branch_decides_nothing(walk, world):
    walk.until("admission")
    row = make_congress(world.b, day("2026-07-10"), "林向前")
    assert "不是一支部的党员大会" in said(walk.take, "admission", resolution=row)


def test_without_a_recorded_congress_there_is_no_admission(walk):
    walk.until("admission")
    assert "请选择支部大会的决议" in said(walk.take, "admission", resolution=None)


def test_one_resolution_decides_one_person(walk):
    walk.until("admission")
    row = walk.take("admission").record.resolution
    other = walk.open("陈后来")
    with pytest.raises(IntegrityError):
        StepRecord.objects.create(path=other, branch=walk.branch, key="admission", done_on=row.meeting.held_on, resolution=row,
                                  recorded_on=TODAY)  # fmt: skip


def test_a_resolution_that_does_not_name_the_person_is_told(walk):
    walk.until("admission")
    row = make_congress(walk.branch, day("2026-07-10"), "同意接收该同志为预备党员")
    assert "没有出现林向前的姓名" in "".join(walk.take("admission", resolution=row).warnings)


@pytest.mark.parametrize(("here", "refused"), [(2, ""), (1, "未达到半数")])
def test_the_committee_needs_its_half(walk, here, refused):
    walk.until("activist")
    meeting = make_committee(walk.branch, day("2024-06-15"), here=here)
    if refused:
        assert refused in said(walk.take, "activist", meeting=meeting)
    else:
        assert walk.take("activist", meeting=meeting).record.meeting == meeting


def test_a_meeting_voided_afterwards_takes_the_ground_away(walk, world):
    walk.until("activist")
    meeting = walk.take("activist").record.meeting
    void_meeting(actor=world["secretary"], meeting=meeting, reason="登记有误")
    assert [line for line in meetings_stand(None) if "第3步" in line]
    assert list(stages_follow(None)) == list(the_roster_agrees(None)) == []
    Path.objects.filter(pk=walk.path.pk).update(stage="probation")
    assert len(list(stages_follow(None))) == 1


# --- people and training -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "discipline", "refused", "told"),
    [
        (2, "", "", ""), (1, "", "应为2名正式党员", ""), (3, "", "应为2名正式党员", ""), (2, "probation", "受留党察看处分", ""),
        (2, "light", "", "不宜作入党介绍人"),
    ],
)  # fmt: skip
def test_two_introducers_without_discipline(walk, count, discipline, refused, told):
    walk.until("introducers")
    people = [Chosen(member) for member in voters(walk.branch)[:count]]
    people[-1] = Chosen(people[-1].member, discipline)
    if refused:
        assert refused in said(walk.take, "introducers", people=people)
        assert not walk.path.helpers.filter(role="introducer").exists()
    else:
        assert told in "".join(walk.take("introducers", people=people).warnings)


def test_a_probationary_member_cultivates_nobody(walk):
    walk.until("contacts")
    young = make_member(walk.branch, "刘新", kind="probationary")
    assert "刘新不是正式党员" in said(walk.take, "contacts", people=[Chosen(young)])


def test_whoever_was_full_only_later_could_not_then(walk):
    """As he stood on the day, by the roster of that day."""
    walk.until("contacts")
    later = make_member(walk.branch, "后来", start_on=day("2024-06-26"))
    assert "后来不是正式党员" in said(walk.take, "contacts", people=[Chosen(later)])


def test_contacts_are_replaced_with_a_reason(walk, world):
    walk.until("cultivation")
    old, new = voters(walk.branch)[:2], [voters(walk.branch)[1], voters(walk.branch)[5]]
    act = {"actor": world["secretary"], "path": walk.path, "role": "contact", "today": TODAY}
    replace_helpers(people=[Chosen(each) for each in new], day=day("2025-01-01"), reason="调动", **act)
    rows = walk.path.helpers.order_by("pk").values_list("member__name", "start_on", "stop_on")
    assert list(rows) == [(old[0].name, day("2024-06-25"), day("2025-01-01")), (old[1].name, day("2024-06-25"), None),
                          (new[1].name, day("2025-01-01"), None)]  # fmt: skip
    assert "更换日期应在" in said(replace_helpers, people=[Chosen(old[0])], day=day("2024-06-24"), reason="调动", **act)
    assert "1至2名" in said(replace_helpers, people=[], day=day("2025-02-01"), reason="调动", **act)


def test_without_training_nobody_goes_on_but_by_exception(walk):
    walk.until("training")
    facts = walk.facts("training")
    act = {"actor": walk.secretary, "path": walk.path, "key": "training", "today": TODAY}
    assert "没有参加集中培训" in said(record_step, facts=facts, **act)
    done = record_step(facts=replace(facts, exceptional=True), **act)
    assert "个别特殊情况" in done.warnings[0]


# --- who, in which order -----------------------------------------------------------------------------------------------------


def test_the_same_step_is_entered_once(walk):
    walk.take("talk")
    assert "已登记在2024年3月20日" in said(walk.take, "talk")


def test_a_step_whose_turn_has_not_come(walk):
    assert "第2步“派人谈话”尚未登记日期" in said(walk.take, "activist")
    assert "前一步还没有登记" in said(walk.submit, "activist_record")


def test_the_branch_does_not_take_the_committees_steps(walk):
    walk.until("activist_record")
    told = said(record_step, actor=walk.secretary, path=walk.path, key="activist_record", facts=Facts(day=TODAY), today=TODAY)
    assert "由上级党委办理，请先报送" in told
    with pytest.raises(NotAllowed):
        record_step(actor=walk.secretary, path=walk.path, key="committee_talk", facts=Facts(day=TODAY), today=TODAY)


@pytest.mark.parametrize("who", ["secretary", "neighbour", "general", "leader", "member"])
def test_only_the_committees_staff_decides(walk, world, who):
    walk.until("activist_record")
    sent = walk.submit("activist_record")
    with pytest.raises(NotAllowed):
        approve_submission(actor=world[who], submission=sent, facts=walk.facts("activist_record"), version=sent.version, today=TODAY)


def test_nobody_decides_what_he_reported(walk, world):
    walk.until("activist_record")
    sent = submit_step(actor=world["staff"], path=walk.path, key="activist_record", reported_on=day("2024-06-20"), today=TODAY)
    facts = walk.facts("activist_record")
    with pytest.raises(NotAllowed, match="其他同志"):
        approve_submission(actor=world["staff"], submission=sent, facts=facts, version=sent.version, today=TODAY)
    with pytest.raises(NotAllowed, match="其他同志"):
        return_submission(actor=world["staff"], submission=sent, reason="不齐", version=sent.version, decided_on=TODAY, today=TODAY)


def test_returned_is_reported_again(walk, world):
    walk.until("activist_record")
    sent = walk.submit("activist_record")
    assert "已经报送" in said(walk.submit, "activist_record")
    return_submission(actor=world["staff"], submission=sent, reason="缺群团推优材料", version=sent.version, decided_on=TODAY, today=TODAY)
    assert not walk.path.records.filter(key="activist_record").exists()
    again = walk.submit("activist_record")
    withdraw_submission(actor=world["secretary"], submission=again)
    walk.take("activist_record")
    assert [each.state for each in Submission.objects.filter(path=walk.path).order_by("pk")] == ["returned", "returned", "approved"]


# --- from an earlier file ------------------------------------------------------------------------------------------------------


def test_a_transfer_carries_time_and_steps_over(world):
    """From elsewhere with his file: what was done there is entered without meetings, and the year counts on."""
    walk = Walk(world.a, world["secretary"], world["staff"])
    path = walk.open("钱转来", came_from="中共云溪县财政局机关支部", moved_in_on=day("2025-01-10"))
    walk.path = path
    for key in ("talk", "activist", "activist_record", "contacts"):
        done = record_step(actor=walk.secretary, path=path, key=key, facts=Facts(day=walk.days[key], carried=True), today=TODAY)
        assert "凭档案补录" in done.warnings[0]
    course = Course.of(path)
    window = next(each for each in course.next_windows(Measure(TODAY)) if each.step.key == "candidate")
    assert window.earliest == day("2025-06-15")
    late = Facts(day=day("2025-01-11"), carried=True)
    assert "可以凭档案补录" in said(record_step, actor=walk.secretary, path=path, key="cultivation", facts=late, today=TODAY)


def test_what_was_before_the_first_meeting_on_record_may_be_carried(walk):
    """The branch's first meeting here is of 5 January 2024."""
    path = walk.open("孙早申", applied_on=day("2023-01-05"))
    record_step(actor=walk.secretary, path=path, key="talk", facts=Facts(day=day("2023-01-20"), carried=True), today=TODAY)
    facts = Facts(day=day("2024-01-05"), carried=True)
    assert "凭档案补录" in said(record_step, actor=walk.secretary, path=path, key="activist", facts=facts, today=TODAY)


def test_a_probationary_member_of_the_roster_goes_on_here(world):
    walk = Walk(world.a, world["secretary"], world["staff"])
    young = make_member(world.a, "沈在册", kind="probationary", joined_on=day("2026-07-10"), start_on=day("2026-07-10"),
                        start_reason="admitted")  # fmt: skip
    given = {"actor": world["secretary"], "member": young, "applied_on": day("2024-03-01"), "today": TODAY}
    assert "审批不早于它" in said(adopt_member, approved_on=day("2026-07-09"), **given)
    walk.path = adopt_member(approved_on=day("2026-08-05"), **given)
    for key in ("full_application", "full_meeting", "full_approval"):
        walk.take(key)
    young.refresh_from_db()
    assert young.full_on == day("2027-07-10")
    assert "只有在册的预备党员" in said(adopt_member, approved_on=day("2026-08-05"), **given)


# --- other ways of the chain ------------------------------------------------------------------------------------------------------


def probationary(walk: Walk) -> Walk:
    return walk.until("full_meeting")


def test_an_extension_once_moves_the_end(walk):
    probationary(walk)
    walk.days |= {"extension": day("2027-07-12"), "extension_approval": day("2027-08-01"), "full_meeting": day("2028-01-10")}
    assert "不能少于6个月" in said(walk.take, "extension", months=5)
    walk.take("extension", months=6)
    assert "还没有结果" in said(walk.take, "probation")
    walk.take("extension_approval", reported_on=day("2027-07-15"))
    course = Course.of(Path.objects.get(pk=walk.path.pk))
    window = next(each for each in course.next_windows(Measure(TODAY)) if each.step.key == "full_meeting")
    assert window.earliest == day("2028-01-10")
    again = make_congress(walk.branch, day("2027-11-01"), "林向前", "full")
    assert "只能延长一次" in said(walk.take, "extension", months=6, resolution=again)


def test_an_extension_that_is_not_approved_falls(walk, world):
    probationary(walk)
    walk.days |= {"extension": day("2027-07-12")}
    walk.take("extension", months=6)
    sent = walk.submit("extension_approval", reported_on=day("2027-07-15"))
    return_submission(actor=world["staff"], submission=sent, reason="应按期转正", version=sent.version,
                      decided_on=day("2027-08-01"), today=TODAY)  # fmt: skip
    course = Course.of(Path.objects.get(pk=walk.path.pk))
    assert (course.record("extension"), course.exits.extension_months) == (None, 0)
    walk.days |= {"full_meeting": day("2027-08-02"), "full_approval": day("2027-08-20")}
    walk.take("full_meeting")


def test_a_cancellation_ends_path_and_membership(walk):
    probationary(walk)
    walk.days |= {"cancellation": day("2027-07-12"), "cancellation_approval": day("2027-08-01")}
    walk.take("cancellation")
    walk.take("cancellation_approval", reported_on=day("2027-07-15"))
    path = Path.objects.get(pk=walk.path.pk)
    member = Member.objects.get(pk=path.member_id)
    assert (path.state, path.stage, member.latest.stop_reason, member.latest.stop_on) == ("ended", "", "cancelled", day("2027-08-01"))


def test_a_failed_vote_decides_nothing(walk):
    probationary(walk)
    row = make_congress(walk.branch, day("2027-07-12"), "林向前", "full", yes=5)
    assert "未通过" in said(walk.take, "full_meeting", resolution=row)


def test_stopping_and_going_on(walk, world):
    walk.until("candidate")
    act = {"actor": world["secretary"], "path": walk.path, "today": TODAY}
    assert "日期应在最近一步" in said(stop_path, day=day("2024-12-09"), reason="本人放弃", **act)
    stop_path(day=day("2025-01-05"), reason="本人放弃", **act)
    assert "已终止" in said(walk.take, "candidate")
    resume_path(reason="重新提出", **act)
    assert walk.take("candidate").warnings == ()  # the year counted on


def test_another_branch_goes_on_with_the_path(walk, world):
    walk.until("candidate")
    act = {"path": walk.path, "branch": world.b, "group": None, "day": day("2025-01-10"), "reason": "调动", "today": TODAY}
    with pytest.raises(NotAllowed):
        move_path(actor=world["secretary"], **act)
    move_path(actor=world["staff"], **act)
    walk.path.refresh_from_db()
    assert (walk.path.branch, walk.path.records.get(key="talk").branch) == (world.b, world.a)
    with pytest.raises(NotAllowed):
        walk.take("cultivation")
    walk.branch, walk.secretary = world.b, world["neighbour"]
    assert walk.take("candidate").record.branch == world.b


# --- what was entered wrongly ------------------------------------------------------------------------------------------------------


def test_a_correction_must_leave_later_steps_possible(walk, world):
    walk.until("candidate")
    record = walk.path.records.get(key="talk")
    act = {"actor": world["secretary"], "record": record, "reason": "抄错", "version": record.version, "today": TODAY}
    assert "第3步" in said(correct_step, facts=Facts(day=day("2024-06-16")), **act)
    correct_step(facts=Facts(day=day("2024-03-18"), documents=("谈话记录",)), **act)
    record.refresh_from_db()
    assert (record.done_on, record.documents) == (day("2024-03-18"), ["谈话记录"])


def test_voiding_goes_backwards(walk, world):
    walk.until("candidate")
    records = {each.key: each for each in walk.path.records.all()}
    act = {"actor": world["secretary"], "reason": "登记有误", "today": TODAY}
    assert "第3步" in said(void_step, record=records["talk"], **act)
    assert "档案的起点" in said(void_step, record=records["application"], **act)
    void_step(record=records["contacts"], **act)
    assert not walk.path.helpers.filter(voided_at=None).exists()
    walk.take("contacts")
    with pytest.raises(NotAllowed):
        void_step(record=records["activist_record"], **act)


def test_voiding_the_approval_of_full_membership_undoes_it(walk, world):
    walk.until("archive")
    record = walk.path.records.get(key="full_approval")
    void_step(actor=world["staff"], record=record, reason="日期有误", today=TODAY)
    member = Member.objects.get(pk=Path.objects.get(pk=walk.path.pk).member_id)
    assert (member.full_on, member.latest.kind) == (None, "probationary")
    approval = walk.path.records.get(key="approval")
    assert "已据此列入党员名册" in said(void_step, actor=world["staff"], record=approval, reason="有误", today=TODAY)


def test_the_id_number_goes_along_and_is_one_persons(walk, world):
    number = "110105199506010024"
    path = walk.open("王有号", id_number=number)
    assert "正在进行的发展档案" in said(walk.open, "王重号", id_number=number)
    stored = Path.objects.filter(pk=path.pk).values_list("id_number", flat=True)[0]
    assert number not in str(stored)
    assert list(Path.objects.of_id_number(number)) == [path]
    edit_path(actor=world["secretary"], path=path, version=Path.objects.get(pk=path.pk).version, today=TODAY, note="已核对")
    walk.path = path
    walk.until("report_up")
    assert Profile.objects.of_id_number(number).get().member.name == "王有号"
    assert "党员名册" in said(walk.open, "王再号", id_number=number)


def test_thought_reports_after_the_application(walk, world):
    act = {"actor": world["secretary"], "path": walk.path, "title": "学习体会", "today": TODAY}
    assert "递交日期应在" in said(add_report, handed_on=day("2024-02-29"), **act)
    assert add_report(handed_on=day("2024-03-01"), **act).branch == world.a


@pytest.mark.parametrize("key", KEYS[1:])
def test_no_step_is_entered_when_the_path_is_over(walk, world, key):
    stop_path(actor=world["secretary"], path=walk.path, day=day("2024-03-02"), reason="本人放弃", today=TODAY)
    act = walk.submit if key in ("activist_record", "candidate_consent", "pre_review", "approval", "full_approval") else None
    told = said(act, key) if act else said(record_step, actor=world["staff"], path=walk.path, key=key, facts=Facts(day=TODAY), today=TODAY)
    assert "已终止" in told
