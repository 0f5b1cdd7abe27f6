"""Every figure of meetings, counted by hand in the first half of 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from branches.meetings.kinds import Grade, Kind, ThemeForm
from branches.meetings.models import Attendance, Meeting
from branches.models import Branch
from partywork.figures import find_figure
from partywork.periods import Period
from tests.factories import make_branch, make_meeting, make_member
from tests.figure_cases import counts

HALF = Period.parse("2026H1")
MAY = date(2026, 5, 8)


@pytest.fixture
def branch(db):
    return make_branch(make_branch(None), short_name="一支部")


def value(key: str):
    return find_figure(key).value(Branch.objects.all(), HALF)


def held_twice_and_a_half(branch: Branch, kind: Kind, **facts) -> None:
    """Two that count, of which one is of a second kind too; a draft, a voided one and one of July do not."""
    make_meeting(branch, kind, **facts)
    make_meeting(
        branch, kind, Kind.MOBILISATION if kind is not Kind.MOBILISATION else Kind.STUDY, held_on=MAY, **facts
    )
    make_meeting(branch, kind, state="draft", **facts)
    make_meeting(branch, kind, state="voided", void_reason="重复登记", **facts)
    make_meeting(branch, kind, held_on=date(2026, 7, 1), **facts)


@counts(
    "meetings.congress",
    "meetings.committee",
    "meetings.group",
    "meetings.lecture",
    "meetings.org_life",
    "meetings.appraisal",
    "meetings.checkup",
    "meetings.theme_day",
    "meetings.mobilisation",
    "meetings.talk",
    "meetings.centre_study",
    "meetings.centre_seminar",
    "meetings.study",
    "meetings.seminar",
)
@pytest.mark.parametrize(
    "kind",
    [
        Kind.CONGRESS,
        Kind.COMMITTEE,
        Kind.GROUP,
        Kind.LECTURE,
        Kind.ORG_LIFE,
        Kind.APPRAISAL,
        Kind.CHECKUP,
        Kind.THEME_DAY,
        Kind.MOBILISATION,
        Kind.TALK,
        Kind.CENTRE_STUDY,
        Kind.CENTRE_SEMINAR,
        Kind.STUDY,
        Kind.SEMINAR,
    ],
)
def test_meetings_of_a_kind(branch, kind):
    held_twice_and_a_half(branch, kind)
    assert value(f"meetings.{kind}") == 2


@counts("meetings.lecture_by_leader")
def test_lectures_by_leaders(branch):
    held_twice_and_a_half(branch, Kind.LECTURE, by_leader=True)
    make_meeting(branch, Kind.LECTURE)
    make_meeting(branch, Kind.STUDY, by_leader=True)
    assert (value("meetings.lecture_by_leader"), value("meetings.lecture")) == (2, 3)


@counts("meetings.work_report")
def test_work_reports(branch):
    held_twice_and_a_half(branch, Kind.CONGRESS, work_report=True)
    make_meeting(branch, Kind.CONGRESS)
    make_meeting(branch, Kind.COMMITTEE, work_report=True)
    assert value("meetings.work_report") == 2


@counts("meetings.party_group_work", "meetings.first_topic")
def test_party_group_meetings_on_party_work_and_first_topics(branch):
    held_twice_and_a_half(branch, Kind.PARTY_GROUP, studied_party_work=True)
    make_meeting(branch, Kind.PARTY_GROUP, first_topic=True)
    make_meeting(branch, Kind.PARTY_GROUP, first_topic=True, studied_party_work=True)
    make_meeting(branch, Kind.STUDY, first_topic=True, studied_party_work=True)
    assert (value("meetings.party_group_work"), value("meetings.first_topic")) == (3, 2)


@counts("meetings.self_criticism", "meetings.mutual_criticism")
def test_criticism_items_are_added_up(branch):
    held_twice_and_a_half(branch, Kind.ORG_LIFE, self_criticisms=7, mutual_criticisms=10)
    make_meeting(branch, Kind.ORG_LIFE, self_criticisms=3, mutual_criticisms=0)
    make_meeting(branch, Kind.ORG_LIFE)
    make_meeting(branch, Kind.CONGRESS, self_criticisms=50, mutual_criticisms=50)
    assert (value("meetings.self_criticism"), value("meetings.mutual_criticism")) == (17, 20)


def grade(meeting: Meeting, *grades: str) -> None:
    for row, given in zip(meeting.attendance.order_by("id"), grades, strict=True):
        Attendance.objects.filter(pk=row.pk).update(grade=given)


@counts("meetings.appraised", "meetings.appraised_by_grade")
def test_appraised_members_by_grade(branch):
    people = [make_member(branch) for _ in range(4)]
    grade(
        make_meeting(branch, Kind.ORG_LIFE, Kind.APPRAISAL, attendance=people),
        Grade.EXCELLENT,
        Grade.QUALIFIED,
        Grade.QUALIFIED,
        "",
    )
    grade(make_meeting(branch, Kind.APPRAISAL, attendance=people[:1], held_on=MAY), Grade.EXCELLENT)
    grade(make_meeting(branch, Kind.APPRAISAL, attendance=people[:1], state="draft"), Grade.UNQUALIFIED)
    grade(make_meeting(branch, Kind.APPRAISAL, attendance=people[:1], held_on=date(2026, 7, 1)), Grade.BASIC)
    assert value("meetings.appraised") == 4
    assert value("meetings.appraised_by_grade") == [
        {"code": "excellent", "label": "优秀", "count": 2},
        {"code": "qualified", "label": "合格", "count": 2},
    ]


@counts("meetings.checkup_members")
def test_checked_up_members_are_counted_once(branch):
    one, two, three = (make_member(branch) for _ in range(3))
    make_meeting(branch, Kind.CHECKUP, attendance=[one, two, (three, "leave")])
    make_meeting(branch, Kind.CHECKUP, Kind.STUDY, attendance=[one, (three, "absent")], held_on=MAY)
    make_meeting(branch, Kind.CHECKUP, attendance=[three], state="voided", void_reason="重复登记")
    make_meeting(branch, Kind.STUDY, attendance=[three])
    assert value("meetings.checkup_members") == 2


@counts(
    "attendance.rate",
    "attendance.rate_congress",
    "attendance.rate_committee",
    "attendance.rate_group",
    "attendance.rate_lecture",
    "attendance.rate_theme_day",
)
def test_attendance_rates(branch):
    for kind, present in (
        (Kind.CONGRESS, 9),
        (Kind.COMMITTEE, 8),
        (Kind.GROUP, 7),
        (Kind.LECTURE, 6),
        (Kind.THEME_DAY, 5),
    ):
        make_meeting(branch, kind, expected_count=10, present_count=present)
    make_meeting(branch, Kind.CONGRESS, Kind.THEME_DAY, expected_count=20, present_count=20, held_on=MAY)
    make_meeting(branch, Kind.CONGRESS, expected_count=10, present_count=0, state="draft")
    make_meeting(branch, Kind.CONGRESS, expected_count=10, present_count=0, held_on=date(2026, 7, 1))
    told = {
        key: value(f"attendance.rate{key}")
        for key in ("", "_congress", "_committee", "_group", "_lecture", "_theme_day")
    }
    assert told == {
        "": Decimal("78.6"),
        "_congress": Decimal("96.7"),
        "_committee": Decimal("80.0"),
        "_group": Decimal("70.0"),
        "_lecture": Decimal("60.0"),
        "_theme_day": Decimal("83.3"),
    }


@counts("meetings.democratic_life")
def test_democratic_life_is_listed_with_day_and_subject(branch):
    make_meeting(branch, Kind.DEMOCRATIC_LIFE, title="2025年度民主生活会", held_on=date(2026, 1, 20))
    make_meeting(branch, Kind.DEMOCRATIC_LIFE, title="未开成", state="draft")
    assert value("meetings.democratic_life") == ["2026-01-20 2025年度民主生活会"]


@counts(
    "theme.study",
    "theme.discussion",
    "theme.film",
    "theme.integrity",
    "theme.relief",
    "theme.training",
    "theme.volunteer",
    "theme.red_site",
)
@pytest.mark.parametrize("form", list(ThemeForm))
def test_theme_days_of_a_form(branch, form):
    held_twice_and_a_half(branch, Kind.THEME_DAY, theme_form=form)
    make_meeting(
        branch, Kind.THEME_DAY, theme_form=ThemeForm.FILM if form is not ThemeForm.FILM else ThemeForm.STUDY
    )
    make_meeting(branch, Kind.STUDY, theme_form=form)
    assert value(f"theme.{form}") == 2


@counts("theme.by_form")
def test_theme_days_by_form(branch):
    held_twice_and_a_half(branch, Kind.THEME_DAY, theme_form=ThemeForm.VOLUNTEER)
    make_meeting(branch, Kind.THEME_DAY, theme_form=ThemeForm.STUDY)
    make_meeting(branch, Kind.THEME_DAY)
    assert value("theme.by_form") == [
        {"code": "study", "label": "学习", "count": 1},
        {"code": "volunteer", "label": "志愿服务", "count": 2},
    ]


@counts("meetings.volunteer_people")
def test_people_at_volunteer_theme_days(branch):
    held_twice_and_a_half(
        branch, Kind.THEME_DAY, theme_form=ThemeForm.VOLUNTEER, expected_count=10, present_count=8
    )
    make_meeting(branch, Kind.THEME_DAY, theme_form=ThemeForm.FILM, expected_count=10, present_count=9)
    assert value("meetings.volunteer_people") == 16
