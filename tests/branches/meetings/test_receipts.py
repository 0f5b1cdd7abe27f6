"""The receipt of a meeting: its ledgers with the ordinal, its duties, its study record."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from branches.meetings.receipts import LEDGERS, ledgers_and_duties
from branches.models import Branch
from tests.factories import make_branch, make_group, make_meeting


@pytest.fixture
def branch(db):
    return make_branch(make_branch(None), short_name="一支部")


def lines(meeting: Meeting) -> list[tuple[str, str]]:
    return [(line.ledger, line.text) for line in ledgers_and_duties(meeting)]


def test_the_second_congress_of_a_quarter_that_was_also_a_theme_day_and_a_lecture(branch):
    make_meeting(branch, Kind.CONGRESS, held_on=date(2026, 4, 2))
    make_meeting(branch, Kind.CONGRESS, held_on=date(2026, 3, 31))
    meeting = make_meeting(
        branch,
        Kind.CONGRESS,
        Kind.LECTURE,
        Kind.THEME_DAY,
        held_on=date(2026, 6, 10),
        present_count=14,
        expected_count=15,
    )
    assert lines(meeting) == [
        ("三会一课台账", "第二季度第2次党员大会"),
        ("三会一课台账", "上半年第1次党课"),
        ("主题党日台账", "6月主题党日"),
        ("规定任务", "MTG-1 党员大会每季度1次：已完成（2026年第二季度）"),
        ("规定任务", "MTG-4 党课每半年2次：已完成1次，还差1次（2026年上半年）"),
        ("规定任务", "MTG-5 主题党日每月1次：已完成（2026年6月）"),
        ("学习记录", "14人参加党课"),
    ]


def test_every_line_is_a_link(branch):
    meeting = make_meeting(branch, Kind.CONGRESS, Kind.LECTURE)
    assert [line.url for line in ledgers_and_duties(meeting)] == [
        f"/meetings/?branch={branch.pk}&kind=congress&period=2026Q1",
        f"/meetings/?branch={branch.pk}&kind=lecture&period=2026H1",
        f"/duties/?branch={branch.pk}&period=2026Q1",
        f"/duties/?branch={branch.pk}&period=2026H1",
        f"/meetings/?branch={branch.pk}&kind=lecture&period=2026H1",
    ]


def test_groups_are_numbered_apart(branch):
    one, two = make_group(branch, name="第一党小组"), make_group(branch, name="第二党小组")
    make_meeting(branch, Kind.GROUP, group=one, held_on=date(2026, 3, 1))
    meeting = make_meeting(branch, Kind.GROUP, group=two, held_on=date(2026, 3, 9))
    again = make_meeting(branch, Kind.GROUP, group=two, held_on=date(2026, 3, 9))
    assert lines(again) == [
        ("三会一课台账", "3月第二党小组第2次党小组会"),
        ("规定任务", "MTG-3 党小组会每月1次：已完成（2026年3月第二党小组）"),
    ]
    assert lines(meeting)[0] == ("三会一课台账", "3月第二党小组第1次党小组会")


def test_a_second_theme_day_of_a_month_says_so(branch):
    make_meeting(branch, Kind.THEME_DAY, held_on=date(2026, 3, 5))
    assert lines(make_meeting(branch, Kind.THEME_DAY, held_on=date(2026, 3, 20)))[0] == (
        "主题党日台账",
        "3月第2次主题党日",
    )


def test_a_kind_without_a_rule_is_numbered_in_its_half_year(branch):
    make_meeting(branch, Kind.STUDY, held_on=date(2026, 1, 5))
    make_meeting(branch, Kind.STUDY, held_on=date(2025, 12, 31))
    meeting = make_meeting(branch, Kind.STUDY, held_on=date(2026, 6, 30), present_count=9, expected_count=9)
    assert lines(meeting) == [("学习台账", "上半年第2次集中学习"), ("学习记录", "9人参加集中学习")]


def test_a_yearly_kind_is_numbered_in_its_year(branch):
    assert lines(make_meeting(branch, Kind.ORG_LIFE)) == [
        ("组织生活台账", "2026年第1次组织生活会"),
        ("规定任务", "MTG-6 组织生活会每年1次：已完成（2026年）"),
    ]


@pytest.mark.parametrize("facts", [{"state": "draft"}, {"state": "voided", "void_reason": "重复登记"}])
def test_drafts_and_voided_meetings_count_nowhere(branch, facts):
    assert lines(make_meeting(branch, Kind.CONGRESS, **facts)) == []


def test_voided_ones_are_not_numbered(branch):
    make_meeting(branch, Kind.CONGRESS, held_on=date(2026, 1, 5), state="voided", void_reason="重复登记")
    assert lines(make_meeting(branch, Kind.CONGRESS))[0] == ("三会一课台账", "第一季度第1次党员大会")


def test_a_month_that_was_not_owed_fulfils_nothing(branch):
    """The branch was founded in mid-month: the meeting is in the ledger, but no duty asked for it."""
    young = make_branch(Branch.objects.get(depth=1), founded_on=date(2026, 3, 5))
    assert lines(make_meeting(young, Kind.THEME_DAY)) == [("主题党日台账", "3月主题党日")]


def test_every_kind_has_a_ledger():
    assert set(LEDGERS) == set(Kind)


def test_two_queries_whatever_the_number_of_meetings(branch):
    counted = []
    for size in (1, 30):
        for _ in range(size):
            meeting = make_meeting(branch, Kind.CONGRESS, Kind.LECTURE, Kind.THEME_DAY)
        meeting = (
            Meeting.objects.select_related("branch", "group").prefetch_related("kinds").get(pk=meeting.pk)
        )
        with CaptureQueriesContext(connection) as queries:
            list(ledgers_and_duties(meeting))
        counted.append(len(queries))
    assert counted == [2, 2]
