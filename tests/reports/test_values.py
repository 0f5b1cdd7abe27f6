"""Values computed together are the figures' own values; shares add up; words of values."""
from __future__ import annotations

from datetime import date

import pytest

from branches.meetings.kinds import Kind
from partywork.figures import catalogue, find_figure
from partywork.periods import Period
from reports.making import scope_of
from reports.values import computed, number_text, plain, shares_of, value_text, values_of
from tests.factories import make_meeting

H1, OLD = Period.parse("2026H1"), Period.parse("2025H1")


@pytest.fixture
def recorded(world):
    people = [world.members[name] for name in ("member", "colleague", "group_leader")]
    make_meeting(world.a, Kind.CONGRESS, Kind.LECTURE, attendance=[*people[:2], (people[2], "leave")], by_leader=True)
    make_meeting(world.a, Kind.CHECKUP, attendance=people, held_on=date(2026, 4, 2))
    make_meeting(world.b, Kind.CONGRESS, attendance=[world.members["neighbour"]])
    make_meeting(world.farm, Kind.ORG_LIFE, self_criticisms=4, mutual_criticisms=6)
    make_meeting(world.farm, Kind.THEME_DAY, theme_form="film", held_on=date(2025, 5, 1))
    make_meeting(world.root, Kind.DEMOCRATIC_LIFE, title="查摆问题", held_on=date(2026, 1, 5))
    return world


def test_together_is_the_same_as_one_by_one(recorded):
    scope = scope_of(recorded.root)
    together = values_of(catalogue(), scope, [H1, OLD])
    assert together == {(each.key, period.code): plain(each.value(scope, period)) for each in catalogue() for period in (H1, OLD)}
    assert together["meetings.congress", "2026H1"] == 2
    assert together["attendance.rate", "2025H1"] is None


def test_computed_is_the_same_too(recorded):
    scope = scope_of(recorded.root)
    assert {each.figure.key: each.value for each in computed(catalogue(), scope, H1)} == {
        each.key: plain(each.value(scope, H1)) for each in catalogue()}


def test_many_figures_take_few_queries(recorded, django_assert_max_num_queries):
    with django_assert_max_num_queries(37):
        values_of(catalogue(), scope_of(recorded.root), [H1, OLD, H1.previous])


def test_shares_by_organisation(recorded):
    scope = scope_of(recorded.root)
    found = {key: shares_of(find_figure(key), scope, H1) for key in (
        "meetings.congress", "meetings.self_criticism", "meetings.checkup_members", "attendance.rate_congress",
        "meetings.democratic_life", "org.branches")}
    assert found == {
        "meetings.congress": {recorded.a.pk: 1, recorded.b.pk: 1},
        "meetings.self_criticism": {recorded.farm.pk: 4},
        "meetings.checkup_members": {recorded.a.pk: 3},
        "attendance.rate_congress": {recorded.a.pk: 66.7, recorded.b.pk: 100.0},
        "meetings.democratic_life": {},
        "org.branches": {each.pk: 1 for each in (recorded.a, recorded.b, recorded.farm, recorded.nursery, recorded.retired)},
    }


@pytest.mark.parametrize(("value", "unit", "text"), [
    (0, "次", "0"), (12, "次", "12"), (97.5, "%", "97.5%"), (100.0, "%", "100%"), (None, "%", "—"), ([], "次", "无"),
    (["甲", "乙"], "人", "甲；乙"), ([{"code": "a", "label": "优秀", "count": 3}], "人次", "优秀3")])
def test_words_of_a_value(value, unit, text):
    assert value_text(value, unit) == text


def test_numbers_lose_needless_zeros():
    assert [number_text(each) for each in (12, 12.0, 12.5, 12.25)] == ["12", "12", "12.5", "12.25"]
