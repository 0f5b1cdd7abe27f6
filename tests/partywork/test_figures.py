"""How source rows become a value, and which figures hold a row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.meetings.figures import HELD
from branches.meetings.kinds import Kind, ThemeForm
from branches.meetings.models import Attendance, Meeting
from partywork.figures import (
    By,
    Distinct,
    Listing,
    Ratio,
    Rows,
    Total,
    catalogue,
    figure,
    figures_holding,
    find_figure,
    percent,
)
from partywork.periods import Period
from tests.factories import make_branch, make_meeting, make_member

HALF = Period.parse("2026H1")


@pytest.fixture
def branch(db):
    return make_branch(make_branch(None))


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, None),
        (0, 5, Decimal("0.0")),
        (1, 3, Decimal("33.3")),
        (2, 3, Decimal("66.7")),
        (1, 8, Decimal("12.5")),
        (1, 16, Decimal("6.3")),
        (1, 2000, Decimal("0.1")),
        (1, 2001, Decimal("0.0")),
        (7, 7, Decimal("100.0")),
    ],
)
def test_percent_is_rounded_half_up(part, whole, expected):
    assert percent(part, whole) == expected


def test_nothing_is_nothing(db):
    none = Meeting.objects.none()
    assert [
        how.compute(none)
        for how in (
            Rows(),
            Total("present_count"),
            Distinct("branch"),
            Ratio("present_count", "expected_count"),
            By("theme_form", lambda: ThemeForm.choices),
            Listing(),
        )
    ] == [0, 0, 0, None, [], []]


def test_how_rows_become_a_value(branch):
    member, other = make_member(branch), make_member(branch)
    make_meeting(
        branch, Kind.CONGRESS, title="大会", attendance=[member, (other, "leave")], theme_form="film"
    )
    make_meeting(
        branch,
        Kind.CONGRESS,
        title="再次",
        attendance=[member, other],
        theme_form="study",
        held_on=date(2026, 3, 11),
    )
    make_meeting(branch, Kind.CONGRESS, title="三次", theme_form="film", held_on=date(2026, 3, 12))
    rows = Meeting.objects.order_by("held_on")
    assert Rows().compute(rows) == 3
    assert Total("present_count").compute(rows) == 3
    assert Ratio("present_count", "expected_count").compute(rows) == Decimal("75.0")
    assert Distinct("member").compute(Attendance.objects.all()) == 2
    assert By("theme_form", lambda: ThemeForm.choices).compute(rows) == [
        {"code": "study", "label": "学习", "count": 1},
        {"code": "film", "label": "观影", "count": 2},
    ]
    assert Listing().compute(rows) == ["2026-03-10 大会", "2026-03-11 再次", "2026-03-12 三次"]


def held_by(meeting):
    return figures_holding(meeting, HALF, {"kinds__kind": meeting.kind_codes})


def test_the_figures_that_hold_a_meeting_without_a_query(branch):
    meeting = make_meeting(branch, Kind.CONGRESS, Kind.LECTURE, work_report=True)
    make_meeting(branch, Kind.THEME_DAY, theme_form="film")
    meeting = Meeting.objects.with_kinds().get(pk=meeting.pk)
    with CaptureQueriesContext(connection) as queries:
        held = [each.key for each in held_by(meeting)]
    assert held == [
        "meetings.congress",
        "meetings.lecture",
        "meetings.work_report",
        "attendance.rate",
        "attendance.rate_congress",
        "attendance.rate_lecture",
    ]
    assert len(queries) == 0


def test_a_draft_and_another_half_are_held_by_none(branch):
    assert held_by(make_meeting(branch, Kind.CONGRESS, state="draft")) == []
    assert held_by(make_meeting(branch, Kind.CONGRESS, held_on=date(2026, 7, 1))) == []


def test_a_key_is_declared_once_and_with_a_definition():
    with pytest.raises(ValueError, match="twice"):
        figure("meetings.congress", label="党员大会", unit="次", part=2, of=HELD)(lambda period: ())
    with pytest.raises(ValueError, match="no definition"):
        figure("meetings.unknown", label="未知", unit="次", part=2, of=HELD)(lambda period: ())
    assert find_figure("meetings.unknown") is None


def test_the_catalogue_is_in_the_order_of_the_parts():
    parts = [each.part for each in catalogue()]
    assert parts == sorted(parts)
    assert set(parts) <= {1, 2, 3, 4, 5, 6}
