"""Figures of the tree, each counted by hand in the drawn world."""

from __future__ import annotations

from datetime import date

import pytest

from branches.models import Branch, BranchEvent
from partywork.figures import find_figure
from partywork.periods import Period
from tests.factories import make_account, make_branch, make_group, make_post
from tests.figure_cases import counts


def value(key: str, code: str, scope=None):
    return find_figure(key).value(Branch.objects.all() if scope is None else scope, Period.parse(code))


@counts("org.general")
@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        # 撤销支部 is gone from 2025-07-01 on: in being on the last day of June, not on the last day of July.
        ("org.branches", 6, 5),
        ("org.general", 2, 2),
        ("org.dissolved", 0, 1),
        ("org.founded", 0, 0),
        ("org.groups", 2, 2),
    ],
)
def test_by_hand_in_the_drawn_world(world, key, before, after):
    assert (value(key, "202506"), value(key, "202507")) == (before, after)


@counts("org.founded", "org.branches")
def test_founded_within_the_period_bounds_included(world):
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)):
        make_branch(world.office, founded_on=day)
    assert [value("org.founded", code) for code in ("2025H2", "2026H1", "2026H2")] == [1, 2, 1]
    assert [value("org.branches", code) for code in ("2025H2", "2026H1", "2026H2")] == [6, 8, 9]


@counts("org.dissolved")
def test_dissolved_on_the_first_and_last_day(world):
    make_branch(world.office, dissolved_on=date(2026, 1, 1))
    make_branch(world.office, dissolved_on=date(2026, 6, 30))
    assert [value("org.dissolved", code) for code in ("2025H2", "2026H1", "2026H2")] == [1, 2, 0]


@counts("org.groups")
def test_groups_of_one_branch_on_the_last_day(world):
    make_group(world.a, founded_on=date(2026, 6, 30))
    make_group(world.a, dissolved_on=date(2026, 6, 30))
    make_group(world.b)
    assert value("org.groups", "2026H1", Branch.objects.filter(pk=world.a.pk)) == 3


@counts("org.leaders", "org.staff")
def test_leaders_and_staff_by_name_on_the_last_day(world):
    second = make_account(display_name="后任")
    make_post(second, world.root, "leader", start_on=date(2026, 7, 1))
    ended = make_account(display_name="前任")
    make_post(ended, world.root, "staff", start_on=date(2021, 1, 1), stop_on=date(2026, 6, 30))
    assert (value("org.leaders", "2026H1"), value("org.staff", "2026H1")) == (["冯远"], ["郑洁"])
    assert (value("org.leaders", "2026Q3"), value("org.staff", "2026Q1")) == (
        ["冯远", "后任"],
        ["郑洁", "前任"],
    )


@counts("org.moved", "org.merged")
@pytest.mark.parametrize("kind", ["moved", "merged"])
def test_events_of_the_tree_within_the_period_bounds_included(world, kind):
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)):
        facts = {"from_branch": world.office, "to_branch": world.field, "reason": "批复"}
        BranchEvent.objects.create(branch=world.a, kind=kind, day=day, **facts)
        BranchEvent.objects.create(branch=world.a, kind="renamed", day=day, old_short_name="旧名", reason="批复")
    assert [value(f"org.{kind}", code) for code in ("2025H2", "2026H1", "2026H2")] == [1, 2, 1]
    assert value(f"org.{kind}", "2026H1", Branch.objects.filter(pk=world.b.pk)) == 0  # counted where it happened


def test_nothing_in_an_empty_scope(world):
    keys = (
        "org.branches",
        "org.general",
        "org.founded",
        "org.dissolved",
        "org.groups",
        "org.leaders",
        "org.staff",
    )
    assert [value(key, "2026H1", Branch.objects.none()) for key in keys] == [0, 0, 0, 0, 0, [], []]
