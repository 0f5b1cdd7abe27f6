"""Every figure of the roster, counted by hand: day before, first, last, day after; a foreign branch."""

from datetime import date, timedelta

import pytest

from branches.models import Branch
from members.models import Membership
from partywork.figures import find_figure
from partywork.periods import Period
from tests.factories import make_group, make_member, make_standing
from tests.figure_cases import counts

H1 = Period.parse("2026H1")
BEFORE, FIRST, LAST, AFTER = date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)
DAYS = {"前一天": BEFORE, "第一天": FIRST, "最后一天": LAST, "后一天": AFTER}


@pytest.fixture
def scope(world):
    """二支部, whose only member so far is 钱进."""
    return Branch.objects.filter(pk=world.b.pk)


def names(key, scope, period=H1) -> list[str]:
    rows = find_figure(key).rows(scope, period)
    return sorted(rows.values_list("member__name", flat=True))


def arrive(world, reason, branch=None, **facts):
    """One person a bound, named after it, whose membership begins there; and one in a foreign branch."""
    for name, day in DAYS.items():
        make_member(branch or world.b, name, start_on=day, start_reason=reason, **facts)
    make_member(world.farm, "外支部", start_on=FIRST, start_reason=reason, **facts)


def depart(world, reason, **facts):
    for name, day in DAYS.items():
        make_member(world.b, name, stop_on=day, stop_reason=reason, **facts)
    make_member(world.farm, "外支部", stop_on=FIRST, stop_reason=reason, **facts)


@counts(
    "members.transfers_in",
    "members.moved_in",
    "members.admitted",
    "members.turned_full",
    "members.restored",
    "groups.adjustments",
)
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("members.transfers_in", "transfer_in"),
        ("members.moved_in", "moved"),
        ("members.admitted", "admitted"),
        ("members.turned_full", "turned_full"),
        ("members.restored", "restored"),
        ("groups.adjustments", "regrouped"),
        ("groups.adjustments", "leader"),
    ],
)
def test_beginnings_count_from_the_first_to_the_last_day(world, scope, key, reason):
    arrive(world, reason)
    assert names(key, scope) == ["最后一天", "第一天"]
    assert find_figure(key).value(Branch.objects.all(), H1) == 2 + 1 + (key == "members.admitted")


@counts("members.transfers_out", "members.left", "members.stopped")
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("members.transfers_out", "transfer_out"),
        ("members.left", "died"),
        ("members.left", "removed"),
        ("members.left", "expelled"),
        ("members.left", "cancelled"),
        ("members.stopped", "stopped"),
    ],
)
def test_endings_count_from_the_first_to_the_last_day(world, scope, key, reason):
    depart(world, reason)
    depart(world, "changed")
    assert names(key, scope) == ["最后一天", "第一天"]
    assert find_figure(key).value(Branch.objects.all(), H1) == 3


def test_each_way_in_and_out_counts_in_its_own_figure_only(world, scope):
    for reason in ("first", "admitted", "transfer_in", "moved", "regrouped", "leader", "turned_full"):
        make_member(world.b, reason, start_on=FIRST, start_reason=reason)
    for reason in ("changed", "transfer_out", "died", "removed", "expelled", "cancelled"):
        make_member(world.b, f"-{reason}", stop_on=LAST, stop_reason=reason)
    keys = ("transfers_in", "moved_in", "admitted", "turned_full", "transfers_out", "left")
    assert {key: names(f"members.{key}", scope) for key in keys} == {
        "transfers_in": ["transfer_in"],
        "moved_in": ["moved"],
        "admitted": ["admitted"],
        "turned_full": ["turned_full"],
        "transfers_out": ["-transfer_out"],
        "left": ["-cancelled", "-died", "-expelled", "-removed"],
    }
    assert names("groups.adjustments", scope) == ["leader", "regrouped"]


@counts("members.start")
def test_opening_numbers_stand_on_the_first_day(world, scope):
    arrive(world, "first")
    assert names("members.start", scope) == ["前一天", "第一天", "钱进"]
    depart(world, "died")  # whoever leaves on the first day is not on its roster
    assert names("members.start", scope) == ["前一天", "后一天", "最后一天", "第一天", "钱进"]
    assert find_figure("members.start").value(scope, H1) == 5


@counts("members.end")
def test_closing_numbers_stand_on_the_last_day(world, scope):
    arrive(world, "first")
    assert names("members.end", scope) == ["前一天", "最后一天", "第一天", "钱进"]
    depart(world, "died")
    assert names("members.end", scope) == ["前一天", "后一天", "最后一天", "第一天", "钱进"]


@counts("members.start_full", "members.start_probationary", "members.end_full", "members.end_probationary")
@pytest.mark.parametrize(
    ("turned", "start", "end"),
    [
        (BEFORE, (2, 0), (2, 0)),
        (FIRST, (2, 0), (2, 0)),
        (FIRST + timedelta(days=1), (1, 1), (2, 0)),
        (LAST, (1, 1), (2, 0)),
        (AFTER, (1, 1), (1, 1)),
    ],
)
def test_kinds_on_the_day_of_turning_full(world, scope, turned, start, end):
    member = make_member(
        world.b, "韩青", kind="probationary", start_on=date(2025, 1, 1), stop_on=turned, stop_reason="changed"
    )
    Membership.objects.create(
        member=member, branch=world.b, kind="full", start_on=turned, start_reason="turned_full"
    )
    value = {key: find_figure(f"members.{key}").value(scope, H1) for key in
             ("start_full", "start_probationary", "end_full", "end_probationary")}  # fmt: skip
    assert (value["start_full"], value["start_probationary"]) == start
    assert (value["end_full"], value["end_probationary"]) == end
    assert find_figure("members.probationary_names").value(scope, H1) == ["韩青"] * end[1]


@counts("members.probationary_names")
def test_names_of_probationers_are_in_the_order_of_branches_and_pinyin(world):
    make_member(world.b, "吕梁", kind="probationary", initials="lvl")
    make_member(world.a, "安宁", kind="probationary", initials="an")
    names_of = find_figure("members.probationary_names").value
    assert names_of(Branch.objects.all(), H1) == ["安宁", "沈新", "吕梁"]
    assert names_of(Branch.objects.none(), H1) == []


def test_a_new_leader_and_the_one_he_follows_are_two_adjustments(world):
    from members.changes import appoint_group_leader

    group = make_group(world.b)
    old = make_member(world.b, "甲", group=group, is_group_leader=True)
    new = make_member(world.b, "乙", group=group)
    appoint_group_leader(actor=None, member=new, day=FIRST, today=AFTER)
    assert names("groups.adjustments", Branch.objects.filter(pk=world.b.pk)) == ["乙", "甲"]
    assert old.memberships.count() == 2


def test_the_balance_of_a_branch(world, scope):
    """期初 + 进 - 出 = 期末 where nothing happens on the first day itself."""
    later = FIRST + timedelta(days=1)
    for reason in ("transfer_in", "admitted", "moved"):
        make_member(world.b, start_on=later, start_reason=reason)
    for reason in ("transfer_out", "died"):
        make_member(world.b, stop_on=LAST, stop_reason=reason)
    value = {key: find_figure(f"members.{key}").value(scope, H1) for key in
             ("start", "end", "transfers_in", "admitted", "moved_in", "transfers_out", "left")}  # fmt: skip
    assert value == {
        "start": 3, "transfers_in": 1, "admitted": 1, "moved_in": 1, "transfers_out": 1, "left": 1, "end": 4,
    }  # fmt: skip


@counts("members.floating", "members.lost")
@pytest.mark.parametrize("status", ["floating", "lost"])
def test_who_is_away_on_the_last_day(world, scope, status):
    other = {"floating": "lost", "lost": "floating"}[status]
    for name, start, stop in (
        ("早已外出", date(2025, 1, 1), None), ("当天外出", LAST, None), ("次日外出", AFTER, None),
        ("当天返回", FIRST, LAST), ("次日返回", FIRST, AFTER),
    ):  # fmt: skip
        make_standing(make_member(world.b, name), status, start_on=start, stop_on=stop)
    make_standing(make_member(world.b, "另一情形"), other)
    make_standing(make_member(world.b, "已经离开", stop_on=LAST, stop_reason="died"), status)
    make_standing(make_member(world.farm, "外支部"), status)
    assert names(f"members.{status}", scope) == ["当天外出", "早已外出", "次日返回"]
    assert find_figure(f"members.{status}").value(Branch.objects.all(), H1) == 4
