"""What an organisation owes: frequencies, who owes them, what counts, and where each stands on a day."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.meetings.duties import Status, duties_of, missing, status_of
from branches.meetings.kinds import Kind
from branches.models import Branch, RuleSetting
from partywork.periods import Period
from tests.factories import make_account, make_branch, make_group, make_meeting, make_post

MARCH, QUARTER, HALF, YEAR = (Period.parse(code) for code in ("202603", "2026Q1", "2026H1", "2026"))
LATER = date(2026, 7, 1)


@pytest.fixture
def root(db):
    return make_branch(None)


@pytest.fixture
def branch(root):
    return make_branch(root, short_name="一支部")


def seat_committee(branch: Branch, size: int = 3, **facts) -> None:
    for role in ("secretary", "organisation", "discipline")[:size]:
        make_post(make_account(), branch, role, **facts)


def told(duties) -> list[tuple]:
    return [
        (
            duty.rule_id,
            duty.period.code,
            duty.group.name if duty.group else "",
            duty.done,
            duty.required,
            duty.status.value,
        )
        for duty in duties
    ]


def set_figures(rule_id: str, valid_from: date, **figures) -> None:
    RuleSetting.objects.create(
        rule_id=rule_id, figures=figures, valid_from=valid_from, reason="机关党委决定", set_by=make_account()
    )


def test_a_plain_branch_owes_the_whole_list_of_a_month(branch):
    assert told(duties_of([branch], MARCH, date(2026, 3, 10))) == [
        ("MTG-1", "2026Q1", "", 0, 1, "open"),
        ("MTG-4", "2026H1", "", 0, 2, "open"),
        ("MTG-5", "202603", "", 0, 1, "open"),
        ("MTG-6", "2026", "", 0, 1, "open"),
        ("MTG-7", "2026", "", 0, 1, "open"),
    ]


def test_a_half_year_asks_two_congresses_and_six_theme_days(branch):
    codes = [duty.period.code for duty in duties_of([branch], HALF, LATER) if duty.kind == Kind.CONGRESS]
    days = [duty.period.code for duty in duties_of([branch], HALF, LATER) if duty.kind == Kind.THEME_DAY]
    assert codes == ["2026Q1", "2026Q2"]
    assert days == ["202601", "202602", "202603", "202604", "202605", "202606"]


def test_the_committee_of_the_bureau_owes_study_and_democratic_life(root):
    assert told(duties_of([root], QUARTER, date(2026, 2, 1))) == [
        ("MTG-10", "2026", "", 0, 1, "open"),
        ("MTG-11", "2026Q1", "", 0, 1, "open"),
    ]


def test_a_general_branch_owes_nothing(root):
    assert duties_of([make_branch(root, kind="general")], YEAR, LATER) == []


def test_centre_group_seminars_count_as_study(root):
    make_meeting(root, Kind.CENTRE_SEMINAR, held_on=date(2026, 2, 3))
    assert [
        (duty.done, duty.status) for duty in duties_of([root], QUARTER, LATER) if duty.rule_id == "MTG-11"
    ] == [(1, Status.DONE)]


@pytest.mark.parametrize(("size", "owed"), [(0, []), (2, []), (3, ["202603"])])
def test_a_branch_committee_of_three_owes_its_monthly_meeting(branch, size, owed):
    seat_committee(branch, size)
    assert [
        duty.period.code for duty in duties_of([branch], MARCH, LATER) if duty.kind == Kind.COMMITTEE
    ] == owed


def test_the_committee_is_that_of_the_months_last_day(branch):
    seat_committee(branch, start_on=date(2026, 3, 31))
    codes = [duty.period.code for duty in duties_of([branch], HALF, LATER) if duty.kind == Kind.COMMITTEE]
    assert codes == ["202603", "202604", "202605", "202606"]


def test_a_committee_dissolved_in_between_owes_until_then(branch):
    seat_committee(branch, stop_on=date(2026, 3, 31))
    codes = [duty.period.code for duty in duties_of([branch], HALF, LATER) if duty.kind == Kind.COMMITTEE]
    assert codes == ["202601", "202602"]


def test_every_group_owes_its_own_monthly_meeting(branch):
    one, two = (
        make_group(branch, name="第一党小组"),
        make_group(branch, name="第二党小组", founded_on=date(2026, 2, 2)),
    )
    make_meeting(branch, Kind.GROUP, group=one, held_on=date(2026, 3, 31))
    rows = [row for row in told(duties_of([branch], QUARTER, LATER)) if row[0] == "MTG-3"]
    assert rows == [
        ("MTG-3", "202601", "第一党小组", 0, 1, "overdue"),
        ("MTG-3", "202602", "第一党小组", 0, 1, "overdue"),
        ("MTG-3", "202603", "第一党小组", 1, 1, "done"),
        ("MTG-3", "202603", "第二党小组", 0, 1, "overdue"),
    ]
    assert two.name == "第二党小组"


def test_only_held_meetings_of_the_branch_and_the_time_count(branch, root):
    other = make_branch(root)
    for facts in (
        {"state": "draft"},
        {"state": "voided", "void_reason": "重复"},
        {"held_on": date(2026, 2, 28)},
        {"held_on": date(2026, 4, 1)},
    ):
        make_meeting(branch, Kind.THEME_DAY, **{"held_on": date(2026, 3, 10)} | facts)
    make_meeting(other, Kind.THEME_DAY)
    theme = [duty for duty in duties_of([branch], MARCH, LATER) if duty.kind == Kind.THEME_DAY]
    assert [(duty.done, duty.status) for duty in theme] == [(0, Status.OVERDUE)]
    first, last = (
        make_meeting(branch, Kind.THEME_DAY, held_on=day) for day in (date(2026, 3, 1), date(2026, 3, 31))
    )
    theme = [duty for duty in duties_of([branch], MARCH, LATER) if duty.kind == Kind.THEME_DAY]
    assert [duty.held for duty in theme] == [(first.pk, last.pk)]


def test_one_gathering_of_two_kinds_fulfils_both(branch):
    make_meeting(branch, Kind.CONGRESS, Kind.THEME_DAY)
    done = [duty.rule_id for duty in duties_of([branch], MARCH, LATER) if duty.status is Status.DONE]
    assert done == ["MTG-1", "MTG-5"]


def test_a_half_done_duty_says_what_is_missing(branch):
    make_meeting(branch, Kind.LECTURE)
    lecture = next(duty for duty in missing([branch], HALF, LATER) if duty.kind == Kind.LECTURE)
    assert (lecture.done, lecture.required, lecture.missing, lecture.label) == (1, 2, 1, "2026年上半年党课")


@pytest.mark.parametrize(
    ("founded", "dissolved", "months"),
    [
        (date(2026, 2, 1), None, ["202602", "202603"]),
        (date(2026, 2, 2), None, ["202603"]),
        (date(2020, 1, 1), date(2026, 3, 1), ["202601", "202602"]),
        (date(2020, 1, 1), date(2026, 2, 28), ["202601"]),
    ],
)
def test_only_whole_months_of_a_branchs_life_are_owed(root, founded, dissolved, months):
    branch = make_branch(root, founded_on=founded, dissolved_on=dissolved)
    assert [
        duty.period.code for duty in duties_of([branch], QUARTER, LATER) if duty.kind == Kind.THEME_DAY
    ] == months


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 3, 1), Status.OPEN),
        (date(2026, 3, 24), Status.OPEN),
        (date(2026, 3, 25), Status.SOON),
        (date(2026, 3, 31), Status.SOON),
        (date(2026, 4, 1), Status.OVERDUE),
    ],
)
def test_status_by_the_day(today, status):
    assert status_of(1, 0, MARCH, today) is status
    assert status_of(1, 1, MARCH, today) is Status.DONE


def test_missing_gives_overdue_ones_only(branch):
    assert [
        duty.period.code for duty in missing([branch], HALF, date(2026, 3, 15)) if duty.kind == Kind.THEME_DAY
    ] == ["202601", "202602"]


def lectures(branch: Branch) -> list[tuple]:
    return [
        (duty.period.code, duty.required)
        for duty in duties_of([branch], YEAR, LATER)
        if duty.kind == Kind.LECTURE
    ]


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        ([], [("2026H1", 2), ("2026H2", 2)]),
        (
            [(date(2026, 1, 1), {"times": 1, "per": "quarter"})],
            [("2026Q1", 1), ("2026Q2", 1), ("2026Q3", 1), ("2026Q4", 1)],
        ),
        ([(date(2026, 7, 1), {"times": 1, "per": "quarter"})], [("2026H1", 2), ("2026Q3", 1), ("2026Q4", 1)]),
        ([(date(2026, 8, 15), {"times": 1, "per": "quarter"})], [("2026H1", 2), ("2026H2", 2)]),
        (
            [
                (date(2025, 1, 1), {"times": 1, "per": "quarter"}),
                (date(2026, 5, 1), {"times": 1, "per": "half"}),
            ],
            [("2026Q1", 1), ("2026Q2", 1), ("2026H2", 1)],
        ),
        ([(date(2027, 1, 1), {"times": 9, "per": "month"})], [("2026H1", 2), ("2026H2", 2)]),
    ],
)
def test_a_new_setting_waits_for_the_next_stretch(branch, rows, asked):
    for day, figures in rows:
        set_figures("MTG-4", day, **figures)
    assert lectures(branch) == asked


def test_rules_not_yet_in_force_ask_nothing(root):
    old = make_branch(root, founded_on=date(2010, 1, 1))
    assert duties_of([old], Period.parse("2017H1"), date(2017, 7, 1)) == []
    assert {duty.rule_id for duty in duties_of([old], Period.parse("2018"), LATER)} <= {
        "MTG-1",
        "MTG-2",
        "MTG-3",
        "MTG-4",
        "MTG-6",
    }


def test_a_constant_number_of_queries(root):
    counted = []
    for size in (1, 12):
        branches = [make_branch(root) for _ in range(size)]
        for each in branches:
            make_group(each)
            seat_committee(each)
            make_meeting(each, Kind.CONGRESS, Kind.THEME_DAY)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            duties_of([root, *branches], YEAR, LATER)
        counted.append(len(queries))
    assert counted == [4, 4]
