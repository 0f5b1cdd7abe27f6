from datetime import date

import pytest

from members import changes, corrections
from members.models import Membership
from partywork.errors import RuleViolation
from partywork.journal.models import Entry
from tests.factories import make_member
from tests.members.test_changes import DAY, TODAY, do, fresh
from tests.members.test_services import course

BEGAN = date(2020, 1, 1)


def correct(world, member, **facts):
    latest = member.latest
    facts = {
        "branch": latest.branch,
        "group": latest.group,
        "start_on": latest.start_on,
        "stop_on": latest.stop_on,
    } | facts
    facts.setdefault("reason", "登记时看错")
    return corrections.correct_membership(actor=world["secretary"], member=member, today=TODAY, **facts)


def undo(world, member, reason="登记错人"):
    return corrections.undo_change(actor=world["secretary"], member=fresh(member), reason=reason)


def regrouped(world):
    do(changes.regroup_member, world, world.members["member"], group=world.group2)
    return fresh(world.members["member"])


def test_a_corrected_beginning_moves_the_end_before_it(world):
    member = regrouped(world)
    correct(world, member, start_on=date(2026, 5, 1), group=world.group1)
    assert course(member) == [
        ("ZB01", "第一党小组", "full", False, BEGAN, "first", date(2026, 5, 1), "changed"),
        ("ZB01", "第一党小组", "full", False, date(2026, 5, 1), "regrouped", None, ""),
    ]
    entry = Entry.objects.order_by("-seq").first()
    assert (entry.action, entry.reason) == ("members.correct", "登记时看错")
    assert entry.changes["start_on"] == ["2026-06-01", "2026-05-01"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"start_on": BEGAN}, "start_on"),
        ({"start_on": date(2026, 7, 1)}, "start_on"),
        ({"stop_on": date(2026, 6, 2)}, "stop_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_wrong_corrections_are_refused(world, facts, field):
    member = regrouped(world)
    with pytest.raises(RuleViolation) as caught:
        correct(world, member, **facts)
    assert caught.value.field == field
    assert course(member)[1][4] == DAY


def test_the_first_row_may_change_branch_where_both_are_in_reach(world):
    member = make_member(world.a)
    corrections.correct_membership(
        actor=world["staff"], member=member, reason="选错支部", branch=world.b, group=None, start_on=BEGAN,
        stop_on=None, today=TODAY,
    )  # fmt: skip
    assert course(member) == [("ZB02", None, "full", False, BEGAN, "first", None, "")]


def test_a_later_row_does_not_change_branch(world):
    with pytest.raises(RuleViolation, match="支部间调整") as caught:
        correct(world, regrouped(world), branch=world.b, group=None)
    assert caught.value.field == "branch"


def test_the_corrected_day_of_turning_full_is_the_members_own(world):
    member = world.members["probationer"]
    member.joined_on = date(2025, 1, 25)
    member.save()
    do(changes.turn_full, world, member, day=date(2026, 2, 1))
    with pytest.raises(RuleViolation, match="到2026年1月25日期满"):
        correct(world, fresh(member), start_on=date(2026, 1, 24))
    with pytest.raises(RuleViolation, match="上一段记录自2026年1月15日起"):
        correct(world, fresh(member), start_on=date(2026, 1, 15))
    correct(world, fresh(member), start_on=date(2026, 1, 26))
    assert fresh(member).full_on == date(2026, 1, 26)


def test_a_corrected_return_leaves_the_day_of_leaving_alone(world):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason="transfer_out", day=date(2025, 3, 1))
    do(changes.return_member, world, fresh(member), branch=world.a, group=None, day=date(2025, 3, 1))
    correct(world, fresh(member), start_on=DAY)
    assert [row[4:7:2] for row in course(member)] == [(BEGAN, date(2025, 3, 1)), (DAY, None)]


def test_the_day_of_leaving_is_corrected(world):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason="transfer_out")
    correct(world, fresh(member), stop_on=date(2026, 6, 20))
    assert course(member)[0][6:] == (date(2026, 6, 20), "transfer_out")


def test_a_leaving_is_taken_back(world):
    member = world.members["group_leader"]
    do(changes.leave_member, world, member, reason="died")
    undo(world, member)
    assert course(member) == [("ZB01", "第二党小组", "full", True, BEGAN, "first", None, "")]


def test_a_change_is_taken_back(world):
    member = regrouped(world)
    undo(world, member)
    assert course(member) == [("ZB01", "第一党小组", "full", False, BEGAN, "first", None, "")]
    assert fresh(member).latest == Membership.objects.get(member=member)
    assert Entry.objects.order_by("-seq").first().changes["start_on"] == ["2026-06-01", "2020-01-01"]


def test_taking_back_a_turning_makes_him_probationary_again(world):
    member = world.members["probationer"]
    member.joined_on = date(2025, 1, 5)
    member.save()
    do(changes.turn_full, world, member)
    undo(world, member)
    assert (fresh(member).full_on, fresh(member).latest.kind) == (None, "probationary")


def test_a_return_is_taken_back_and_the_leaving_stays(world):
    member = world.members["member"]
    do(changes.leave_member, world, member, reason="transfer_out", day=date(2025, 3, 1))
    do(changes.return_member, world, fresh(member), branch=world.a, group=None)
    undo(world, member)
    assert course(member) == [
        ("ZB01", "第一党小组", "full", False, BEGAN, "first", date(2025, 3, 1), "transfer_out"),
    ]


def test_a_former_leader_does_not_come_back_beside_the_new_one(world):
    member = world.members["group_leader"]
    do(changes.leave_member, world, member, reason="died")
    do(changes.appoint_group_leader, world, world.members["former"], day=date(2026, 6, 5))
    with pytest.raises(RuleViolation, match="现任组长是卫东"):
        undo(world, member)


def test_the_first_membership_and_a_missing_reason_are_refused(world):
    with pytest.raises(RuleViolation, match="第一段记录"):
        undo(world, world.members["member"])
    with pytest.raises(RuleViolation, match="请写明"):
        undo(world, regrouped(world), reason="")


def test_a_dissolved_group_is_not_reopened(world):
    member = regrouped(world)
    world.group1.dissolved_on = date(2026, 6, 10)
    world.group1.save()
    with pytest.raises(RuleViolation, match="第一党小组已于2026年6月10日撤销"):
        undo(world, member)
