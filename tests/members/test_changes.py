from datetime import date

import pytest

from members import changes
from members.models import Member
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from tests.factories import make_group, make_member
from tests.members.test_services import course

TODAY = date(2026, 6, 30)
DAY = date(2026, 6, 1)


def do(act, world, member, by="secretary", **values):
    values.setdefault("day", DAY)
    return act(actor=world[by], member=member, today=TODAY, **values)


def fresh(member) -> Member:
    return Member.objects.get(pk=member.pk)


def test_regrouping_ends_one_stretch_and_begins_the_next(world):
    member = world.members["member"]
    do(changes.regroup_member, world, member, group=world.group2, note="按科室调整")
    assert course(member) == [
        ("ZB01", "第一党小组", "full", False, date(2020, 1, 1), "first", DAY, "changed"),
        ("ZB01", "第二党小组", "full", False, DAY, "regrouped", None, ""),
    ]
    assert fresh(member).latest == member.memberships.get(stop_on=None)
    entry = Entry.objects.get()
    assert (entry.action, entry.reason, entry.actor_name) == ("members.regroup", "按科室调整", "赵敏")
    assert entry.changes["start_on"] == ["2020-01-01", "2026-06-01"]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2026, 7, 1), "不能晚于今天"),
        (date(2019, 12, 31), "成立"),
    ],
)
def test_days_that_cannot_be(world, day, says):
    with pytest.raises(RuleViolation, match=says):
        do(changes.regroup_member, world, world.members["member"], group=world.group2, day=day)
    assert len(course(world.members["member"])) == 1


def test_a_change_before_the_present_stretch_is_refused(world):
    member = world.members["member"]
    do(changes.regroup_member, world, member, group=world.group2)
    with pytest.raises(RuleViolation, match="现有记录自2026年6月1日起") as caught:
        do(changes.regroup_member, world, fresh(member), group=world.group1, day=date(2026, 5, 31))
    assert caught.value.field == "day"


def test_a_second_regrouping_of_the_day_amends_the_first(world):
    member = world.members["member"]
    third = make_group(world.a, name="第三党小组")
    do(changes.regroup_member, world, member, group=world.group2)
    do(changes.regroup_member, world, fresh(member), group=third)
    do(changes.appoint_group_leader, world, fresh(member))
    assert course(member)[1:] == [("ZB01", "第三党小组", "full", True, DAY, "regrouped", None, "")]
    assert Entry.objects.count() == 3


def test_the_group_can_be_given_on_the_day_of_registration(world):
    member = make_member(world.a, start_on=DAY)
    do(changes.regroup_member, world, member, group=world.group1)
    assert course(member) == [("ZB01", "第一党小组", "full", False, DAY, "first", None, "")]


@pytest.mark.parametrize("act", ["move", "leave"])
def test_two_different_things_on_one_day_are_refused_with_advice(world, act):
    member = make_member(world.a, start_on=DAY)
    with pytest.raises(
        RuleViolation, match="2026年6月1日已登记“建档登记”，同一天不能再办理这项变动。请改用次日"
    ):
        if act == "move":
            do(changes.move_member, world, member, by="staff", branch=world.b, group=None)
        else:
            do(changes.leave_member, world, member, reason="transfer_out")


def test_regrouping_on_the_day_of_turning_full_is_refused(world):
    member = world.members["probationer"]
    member.joined_on = date(2025, 6, 1)
    member.save()
    do(changes.turn_full, world, member)
    with pytest.raises(RuleViolation, match="预备党员转正"):
        do(changes.regroup_member, world, fresh(member), group=world.group2)


def test_a_new_leader_takes_the_place_of_the_old(world):
    new, old = world.members["former"], world.members["group_leader"]
    do(changes.appoint_group_leader, world, new)
    assert course(old)[1:] == [("ZB01", "第二党小组", "full", False, DAY, "leader", None, "")]
    assert course(new)[1:] == [("ZB01", "第二党小组", "full", True, DAY, "leader", None, "")]
    assert fresh(old).latest.is_group_leader is False
    assert list(Entry.objects.values_list("action", "target_id")) == [
        ("members.leader", str(new.pk)),
        ("members.unleader", str(old.pk)),
    ]


def test_the_leader_before_cannot_be_overtaken_backwards(world):
    do(changes.appoint_group_leader, world, world.members["former"])
    with pytest.raises(RuleViolation, match="吴芳自2020年1月1日至2026年6月1日是该组组长"):
        do(changes.appoint_group_leader, world, world.members["secretary"], day=date(2026, 5, 1))


def test_nobody_leads_before_the_present_leader(world):
    do(changes.dismiss_group_leader, world, world.members["group_leader"], day=date(2026, 4, 1))
    do(changes.appoint_group_leader, world, world.members["former"])
    with pytest.raises(RuleViolation, match="卫东自2026年6月1日至今是该组组长"):
        do(changes.appoint_group_leader, world, world.members["secretary"], day=date(2026, 4, 15))


def test_a_leader_dismissed_on_the_day_of_appointment(world):
    member = world.members["former"]
    do(changes.appoint_group_leader, world, member)
    do(changes.dismiss_group_leader, world, fresh(member))
    assert course(member)[1:] == [("ZB01", "第二党小组", "full", False, DAY, "leader", None, "")]


def test_without_a_group_nobody_leads(world):
    with pytest.raises(RuleViolation, match="没有编入党小组"):
        do(changes.appoint_group_leader, world, world.members["leader"])


def test_a_leader_who_changes_groups_leads_no_longer(world):
    do(changes.regroup_member, world, world.members["group_leader"], group=world.group1)
    assert fresh(world.members["group_leader"]).latest.is_group_leader is False


def test_moving_to_another_branch(world):
    member = world.members["group_leader"]
    do(changes.move_member, world, member, by="staff", branch=world.b, group=None)
    assert course(member) == [
        ("ZB01", "第二党小组", "full", True, date(2020, 1, 1), "first", DAY, "changed"),
        ("ZB02", None, "full", False, DAY, "moved", None, ""),
    ]


def test_a_secretary_moves_nobody_into_a_branch_that_is_not_his(world):
    with pytest.raises(NotAllowed):
        do(changes.move_member, world, world.members["member"], branch=world.b, group=None)
    assert len(course(world.members["member"])) == 1


def test_turning_full(world):
    member = world.members["probationer"]
    with pytest.raises(RuleViolation, match="到2027年1月15日期满"):
        do(changes.turn_full, world, member)
    member.joined_on = date(2025, 5, 31)
    member.save()
    do(changes.turn_full, world, member, day=date(2026, 5, 31))
    assert course(member)[1:] == [
        ("ZB01", "第一党小组", "full", False, date(2026, 5, 31), "turned_full", None, ""),
    ]
    assert fresh(member).full_on == date(2026, 5, 31)
    with pytest.raises(RuleViolation, match="已经是正式党员"):
        do(changes.turn_full, world, fresh(member))


@pytest.mark.parametrize("reason", ["transfer_out", "died", "removed", "expelled"])
def test_leaving(world, reason):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason=reason)
    assert course(member) == [("ZB01", "第一党小组", "full", False, date(2020, 1, 1), "first", DAY, reason)]
    with pytest.raises(RuleViolation, match="已经离开"):
        do(changes.regroup_member, world, fresh(member), group=world.group2)


@pytest.mark.parametrize("reason", ["changed", "", "nonsense"])
def test_only_ways_of_leaving_are_ways_of_leaving(world, reason):
    with pytest.raises(RuleViolation, match="请选择离开的原因"):
        do(changes.leave_member, world, world.members["member"], reason=reason)


def test_coming_back_after_a_transfer(world):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason="transfer_out", day=date(2025, 3, 1))
    with pytest.raises(RuleViolation, match="2025年3月1日"):
        do(changes.return_member, world, fresh(member), branch=world.a, group=None, day=date(2025, 2, 28))
    do(changes.return_member, world, fresh(member), branch=world.a, group=world.group2)
    assert course(member) == [
        ("ZB01", "第一党小组", "full", False, date(2020, 1, 1), "first", date(2025, 3, 1), "transfer_out"),
        ("ZB01", "第二党小组", "full", False, DAY, "transfer_in", None, ""),
    ]


def test_the_dead_do_not_come_back(world):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason="died")
    with pytest.raises(RuleViolation, match="只有组织关系已转出"):
        do(changes.return_member, world, fresh(member), branch=world.a, group=None)


def test_of_two_changes_at_once_the_second_is_told(world):
    member = world.members["member"]
    do(changes.regroup_member, world, member, group=world.group2, version=1)
    with pytest.raises(StaleVersion):
        do(changes.leave_member, world, fresh(member), reason="died", version=1)
    assert fresh(member).latest.stop_on is None


def test_a_foreign_group_and_a_dissolved_one_are_refused(world):
    closed = make_group(world.a, dissolved_on=date(2026, 1, 1))
    for group in (make_group(world.b), closed):
        with pytest.raises(RuleViolation) as caught:
            do(changes.regroup_member, world, fresh(world.members["member"]), group=group)
        assert caught.value.field == "group"


@pytest.mark.parametrize(
    "name", ["neighbour", "inspector", "leader", "member", "colleague", "keeper", "former"]
)
def test_strangers_change_nothing(world, name):
    with pytest.raises(NotAllowed):
        do(changes.regroup_member, world, world.members["member"], by=name, group=world.group2)
