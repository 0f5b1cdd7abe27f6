"""What the records propose: missed meetings, low attendance, and what is to come."""
from __future__ import annotations

from datetime import date

from branches.meetings.duties import Duty, Status
from branches.meetings.kinds import Kind
from branches.models import Branch
from members.development.models import StepRecord
from partywork.periods import Period
from reports.shortfalls import ending_probations, low_attendance, make_good, missed_meetings, proposals
from tests.development_stage import make_path
from tests.factories import make_meeting, make_member

H1 = Period.parse("2026H1")


def duty(branch, month: str, kind=Kind.COMMITTEE, group=None) -> Duty:
    return Duty(branch, group, kind, Period.parse(month), 1, (), Status.OVERDUE, "MTG-2")


def texts(found) -> list[str]:
    return [each.text for each in found]


def test_missed_meetings_name_who_and_when(world):
    one = [duty(world.a, "202601"), duty(world.a, "202603")]
    assert texts(missed_meetings(one, single=False)) == ["一支部1月、3月未按规定次数召开支委会"]
    assert texts(missed_meetings(one, single=True)) == ["1月、3月未按规定次数召开支委会"]
    several = [*one, duty(world.b, "2026Q1", Kind.CONGRESS), duty(world.farm, "202605")]
    assert texts(missed_meetings(several, single=False)) == [
        "部分党组织未按规定次数召开支委会：一支部1月、3月，林场支部5月", "二支部第一季度未按规定次数召开党员大会"]
    groups = [duty(world.a, "202601", Kind.GROUP, world.group1), duty(world.a, "202602", Kind.GROUP, world.group2)]
    lectures = [duty(each, "2026H1", Kind.LECTURE) for each in (world.a, world.b)]
    assert texts(missed_meetings(lectures, single=False)) == ["上半年未按规定次数开展党课的有一支部、二支部"]
    assert texts(missed_meetings(groups, single=False)) == ["一支部第一党小组1月、第二党小组2月未按规定次数召开党小组会"]


def test_months_in_a_row_are_told_as_a_span(world):
    months = ("202603", "202604", "202605")
    groups = [duty(world.a, month, Kind.GROUP, group) for month in months for group in (world.group1, world.group2)]
    assert texts(missed_meetings(groups, single=True)) == ["第一党小组3月至5月、第二党小组3月至5月未按规定次数召开党小组会"]
    assert texts(missed_meetings([duty(world.a, month) for month in months], single=True)) == ["3月至5月未按规定次数召开支委会"]


def test_very_many_are_counted():
    branches = [Branch(pk=n, short_name=f"第{n}支部") for n in range(1, 11)]
    told = texts(missed_meetings([duty(each, "202601") for each in branches], single=False))
    assert told == ["1月未按规定次数召开支委会的有" + "、".join(f"第{n}支部" for n in range(1, 9)) + "等10个党组织"]


def test_what_was_missed_is_made_good(world):
    assert make_good([]) == []
    assert texts(make_good([duty(world.a, "202601"), duty(world.a, "2026Q1", Kind.CONGRESS)])) == [
        "按规定次数组织党员大会、支委会，逐月对照检查"]


def test_attendance_below_the_line(world):
    people = [world.members[name] for name in ("member", "colleague", "group_leader", "secretary", "former")]
    make_meeting(world.a, Kind.STUDY, attendance=[*people[:4], (people[4], "leave")])
    assert low_attendance([world.a], H1, single=False) == []
    make_meeting(world.a, Kind.STUDY, attendance=[people[0], (people[1], "absent")])
    assert texts(low_attendance([world.a, world.b], H1, single=False)) == ["会议到会率低于80%：一支部71.4%"]
    assert texts(low_attendance([world.a], H1, single=True)) == ["各类会议到会率为71.4%，低于80%"]


def test_probations_that_end_in_the_period_to_come(world):
    make_member(world.b, "田禾", kind="probationary", joined_on=date(2025, 9, 1), start_on=date(2025, 9, 1))
    assert texts(ending_probations(world.root, H1)) == ["做好预备期满党员的转正工作，2026年下半年预备期满的有田禾"]
    assert ending_probations(world.a, H1) == []


def test_all_in_a_constant_number_of_queries(world, django_assert_max_num_queries):
    scope = Branch.objects.within(world.root).active_in(H1)
    with django_assert_max_num_queries(13):
        found = proposals(world.root, scope, H1, date(2026, 7, 1))
    assert {each.code for each in found} >= {"missed.congress", "missed.theme_day", "next.meetings"}


def test_steps_of_joining_past_their_limit(world):
    """The talk was due within a month of the application; whoever is in time, or elsewhere, is not named."""
    make_path(world.a, "林晚谈")
    make_path(world.farm, "外支部")
    found = {each.code: each for each in proposals(world.a, [world.a], H1, date(2026, 6, 30))}
    assert found["development.late"].text == "发展党员有步骤超过时限：林晚谈（派人谈话）"
    assert found["development.late"].rule_id == "DEV-2"
    assert "development.late" not in {each.code for each in proposals(world.a, [world.a], H1, date(2024, 4, 1))}


def test_an_extension_moves_the_end_of_probation(world):
    member = make_member(world.a, "周延期", kind="probationary", joined_on=date(2025, 3, 1), start_on=date(2025, 3, 1))
    path = make_path(world.a, "周延期", ())
    path.member = member
    path.save()
    StepRecord.objects.create(path=path, branch=world.a, key="extension", done_on=date(2026, 3, 5), recorded_on=date(2026, 3, 5), months=6)
    coming = {each.code: each.text for each in proposals(world.a, [world.a], H1, date(2026, 6, 30))}
    assert "周延期" in coming["next.probation"]
