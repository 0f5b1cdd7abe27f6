"""Whom a gathering expects, by its kinds and by the roster and the posts of that day."""
from datetime import date

from branches.meetings.expected import LISTABLE, circle_of, find_by_names, officers_of
from branches.meetings.kinds import Body, Kind
from tests.branches.meetings.posting import DAY
from tests.factories import make_account, make_member, make_post


def names(circle):
    return {person.name for person in circle.people}


def everyone_of_a(world):
    return {member.name for member in world.members.values() if member.latest.branch_id == world.a.pk}


def test_a_branch_expects_its_whole_roster(world):
    for kind in (Kind.CONGRESS, Kind.THEME_DAY, Kind.LECTURE, Kind.STUDY, Kind.ORG_LIFE):
        circle = circle_of(world.a, {kind}, DAY)
        assert (circle.body, names(circle)) == (Body.WHOLE, everyone_of_a(world))


def test_before_any_kind_is_chosen_the_whole_roster_is_shown(world):
    assert names(circle_of(world.a, (), DAY)) == everyone_of_a(world)


def test_a_group_meeting_expects_the_group(world):
    circle = circle_of(world.a, {Kind.GROUP}, DAY, world.group1)
    assert (circle.body, names(circle)) == (Body.GROUP, {"李平", "周彤", "沈新"})
    assert circle_of(world.a, {Kind.GROUP}, DAY).people == ()


def test_a_committee_meeting_expects_those_in_a_committee_post_that_day(world):
    circle = circle_of(world.a, {Kind.COMMITTEE}, DAY)
    assert (circle.body, names(circle)) == (Body.COMMITTEE, {"赵敏", "卫东"})  # the former secretary still held it
    world["former"].posts.update(stop_on=DAY)
    assert names(circle_of(world.a, {Kind.COMMITTEE}, DAY)) == {"赵敏"}


def test_the_leaders_are_expected_by_the_committees_own_meetings(world):
    circle = circle_of(world.root, {Kind.PARTY_GROUP}, DAY)
    assert (circle.body, names(circle)) == (Body.LEADERS, {"冯远"})


def test_an_organisation_without_members_of_its_own_chooses_from_below(world):
    for organisation in (world.root, world.office):
        circle = circle_of(organisation, {Kind.STUDY}, DAY)
        below = {m.name for m in world.members.values() if m.latest.branch.path.startswith(organisation.path)}
        assert (circle.body, names(circle), circle.listed) == (Body.CHOSEN, below, True)


def test_a_talk_chooses_from_the_branch(world):
    circle = circle_of(world.a, {Kind.TALK}, DAY)
    assert (circle.body, names(circle)) == (Body.CHOSEN, everyone_of_a(world))


def test_the_roster_is_that_of_the_day(world):
    make_member(world.a, "过客", start_on=date(2026, 3, 1), stop_on=date(2026, 6, 1), stop_reason="transfer_out")
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    there = ["过客" in names(circle_of(world.a, {Kind.STUDY}, day)) for day in days]
    assert there == [False, True, True, False]


def test_only_full_members_vote(world):
    circle = circle_of(world.a, {Kind.CONGRESS}, DAY)
    assert {person.name for person in circle.people if not person.votes} == {"沈新"}


def test_officers_are_the_roster_the_posts_and_the_leaders_above(world):
    make_member(world.b, "柳青", account=make_account("lead2"))
    assert {person.name for person in officers_of(world.b, DAY)} == {"钱进", "柳青", "冯远"}
    assert {person.name for person in officers_of(world.root, DAY)} == {"冯远", "郑洁"}


def test_a_large_organisation_is_named_not_listed(world):
    for _ in range(LISTABLE):
        make_member(world.farm)
    asked = [world.members["staff"].pk]
    circle = circle_of(world.root, {Kind.MOBILISATION}, DAY, asked=asked)
    assert (circle.listed, [person.name for person in circle.people]) == (False, ["郑洁"])


def test_names_are_found_as_people_write_them(world):
    make_member(world.b, "李平")
    found, unclear = find_by_names(world.root, DAY, "赵敏、李平（一支部），\n吴芳 没有的人；李平 种苗站支部")
    members = world.members
    assert found == [members["secretary"].pk, members["member"].pk, members["group_leader"].pk]
    assert unclear == [
        "名册上没有“没有的人”。", "“李平”有2人，请写明支部：李平（一支部）、李平（二支部）。", "名册上没有“种苗站支部”。",
    ]  # fmt: skip


def test_a_branch_name_stands_for_all_its_members(world):
    found, unclear = find_by_names(world.root, DAY, "一支部 钱进")
    assert (len(found), unclear) == (len(everyone_of_a(world)) + 1, [])


def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries):
    for _ in range(40):
        make_post(account := make_account(), world.a, "publicity")
        make_member(world.a, account=account)
    for kinds in ({Kind.STUDY}, {Kind.COMMITTEE}, {Kind.TALK}):
        with django_assert_num_queries(1):
            assert len(circle_of(world.a, kinds, DAY).people) >= 40
