"""A meeting's receipt names the sections of the half-year report that count it."""
from __future__ import annotations

from datetime import date

from branches.meetings.kinds import Kind
from reports.receipts import report_sections
from tests.factories import make_meeting


def lines(meeting) -> list[tuple[str, str]]:
    return [(line.ledger, line.text) for line in report_sections(meeting)]


def test_a_meeting_of_three_kinds(world):
    meeting = make_meeting(world.a, Kind.CONGRESS, Kind.LECTURE, Kind.THEME_DAY, theme_form="film", by_leader=True)
    assert lines(meeting) == [
        ("半年报告", "2026年上半年报告第二部分（三）坚持“三会一课”和主题党日制度：党员大会、党课、领导干部讲党课、主题党日、"
                 "到会率、党员大会到会率、党课到会率、主题党日到会率"),
        ("半年报告", "2026年上半年报告第四部分（一）丰富主题党日形式：主题党日（观影）、主题党日按形式"),
    ]
    assert [line.url for line in report_sections(meeting)] == [
        f"/figures/?branch={world.a.pk}&period=2026H1#section-2-3", f"/figures/?branch={world.a.pk}&period=2026H1#section-4-1"]


def test_drafts_and_voided_meetings_count_nowhere(world):
    assert lines(make_meeting(world.a, Kind.CONGRESS, state="draft", held_on=None, recorded_on=None)) == []
    assert lines(make_meeting(world.a, Kind.CONGRESS, state="voided", void_reason="重复登记")) == []


def test_the_receipt_is_one_query(world, django_assert_num_queries):
    meeting = make_meeting(world.a, Kind.CONGRESS, held_on=date(2026, 6, 30))
    with django_assert_num_queries(1):
        assert len(list(report_sections(meeting))) == 1
