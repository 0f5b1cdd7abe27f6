"""What holds of a person for a time: entered, corrected, ended; a membership stopped, restored, lapsed; nobody votes without rights."""

from datetime import date

import pytest
from django.urls import reverse

from branches.meetings.expected import circle_of
from branches.meetings.kinds import Kind
from members import changes, corrections, standings
from members.models import Member, Membership, Standing
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from tests.factories import make_member

TODAY = date(2026, 6, 30)
LOST = date(2025, 6, 1)


def enter(world, member, status="lost", start_on=LOST, by="secretary", **facts) -> Standing:
    return standings.open_standing(actor=world[by], member=fresh(member), status=status, start_on=start_on, today=TODAY, **facts)


def fresh(member) -> Member:
    return Member.objects.get(pk=member.pk)


def kept(member) -> list[tuple]:
    return list(Standing.objects.filter(member=member).order_by("start_on", "pk").values_list("status", "start_on", "stop_on", "outcome"))


def do(act, world, member, day, by="secretary", **values):
    return act(actor=world[by], member=fresh(member), day=day, today=TODAY, **values)


def test_one_is_entered_ended_and_reopened_with_its_entries(world):
    member = world.members["member"]
    row = enter(world, member, "floating", place="云溪县城关镇", is_abroad=True, contact="赵敏")
    standings.change_standing(actor=world["secretary"], standing=row, today=TODAY, stop_on=date(2026, 1, 1))
    assert kept(member) == [("floating", LOST, date(2026, 1, 1), "over")]
    standings.change_standing(actor=world["secretary"], standing=row, today=TODAY, stop_on=None)
    assert kept(member) == [("floating", LOST, None, "")]
    assert [entry.action for entry in Entry.objects.order_by("seq")] == ["standings.open", "standings.edit", "standings.edit"]
    assert {entry.target_id for entry in Entry.objects.all()} == {str(member.pk)}
    standings.remove_standing(actor=world["secretary"], standing=row, reason="登记错人")
    assert kept(member) == []


def test_two_stretches_of_one_status_do_not_overlap(world):
    member = world.members["member"]
    enter(world, member, start_on=date(2025, 1, 1), stop_on=date(2025, 6, 1))
    enter(world, member, start_on=date(2025, 6, 1))  # the day on which the first ended
    enter(world, member, "floating", start_on=date(2025, 3, 1))  # another status may
    with pytest.raises(RuleViolation, match="时间不能重叠"):
        enter(world, member, start_on=date(2024, 1, 1), stop_on=date(2025, 1, 2))
    enter(world, member, start_on=date(2024, 1, 1), stop_on=date(2025, 1, 1))
    assert len(kept(member)) == 4


def test_whoever_may_not_edit_the_person_may_not(world):
    for who in ("neighbour", "member", "leader"):
        with pytest.raises(NotAllowed):
            enter(world, world.members["member"], by=who)


def voters(world, day) -> set[str]:
    return {person.name for person in circle_of(world.a, {Kind.CONGRESS}, day).people if person.votes}


@pytest.mark.parametrize("status", ["probation", "suspended"])
def test_without_rights_nobody_votes_from_the_first_day_to_the_last(world, status):
    """VOTE-11: he is expected, and told why he does not vote; the roster's own question says the same."""
    member = world.members["member"]
    until = date(2026, 5, 1) if status == "probation" else None
    enter(world, member, status, start_on=LOST, stop_on=date(2026, 3, 1), until=until)
    days = [date(2025, 5, 31), LOST, date(2026, 2, 28), date(2026, 3, 1)]
    assert ["李平" in voters(world, day) for day in days] == [True, False, False, True]
    for day in days:
        plain = Membership.objects.voting_on(day).filter(branch=world.a).values_list("member__name", flat=True)
        assert set(plain) == voters(world, day)
    him = next(person for person in circle_of(world.a, {Kind.CONGRESS}, LOST).people if person.name == "李平")
    assert (him.bar, him.graded) == ({"probation": "留党察看", "suspended": "中止党员权利"}[status], True)


@pytest.mark.parametrize("status", ["floating", "lost", "correcting"])
def test_other_standings_leave_the_vote(world, status):
    enter(world, world.members["member"], status, until=date(2026, 5, 1) if status == "correcting" else None)
    assert "李平" in voters(world, LOST)


def test_stopped_then_restored(world):
    member = world.members["member"]
    enter(world, member)
    with pytest.raises(RuleViolation, match="2025年12月1日满6个月"):
        do(changes.leave_member, world, member, date(2025, 11, 30), reason="stopped")
    stop = date(2025, 12, 1)
    do(changes.leave_member, world, member, stop, reason="stopped")
    assert kept(member) == [("lost", LOST, stop, "left"), ("stopped", stop, None, "")]
    assert not Membership.objects.active_on(stop).filter(member=member).exists()
    do(standings.restore_member, world, member, date(2026, 2, 1), branch=world.a, group=world.group1)
    assert fresh(member).latest.start_reason == "restored"
    assert kept(member)[1] == ("stopped", stop, date(2026, 2, 1), "restored")
    # and everything is taken back, step by step
    for _ in range(2):
        corrections.undo_change(actor=world["secretary"], member=fresh(member), reason="登记有误")
    assert kept(member) == [("lost", LOST, None, "")]
    assert fresh(member).latest.stop_on is None


def test_stopped_for_two_years_then_lapsed(world):
    member, stop = world.members["member"], date(2024, 6, 29)
    enter(world, member, start_on=date(2023, 12, 29))
    do(changes.leave_member, world, member, stop, reason="stopped")
    with pytest.raises(RuleViolation, match="2026年6月29日满2年"):
        do(standings.lapse_member, world, member, date(2026, 6, 28))
    do(standings.lapse_member, world, member, date(2026, 6, 29), note="支部大会决定")
    assert kept(member)[1] == ("stopped", stop, date(2026, 6, 29), "removed")
    with pytest.raises(RuleViolation, match="只有停止党籍"):
        do(standings.restore_member, world, member, TODAY, branch=world.a, group=None)
    with pytest.raises(RuleViolation, match="停止党籍不能再撤销"):
        corrections.undo_change(actor=world["secretary"], member=fresh(member), reason="登记有误")


def test_a_corrected_day_of_leaving_takes_its_standings_along(world):
    member = world.members["member"]
    enter(world, member, "floating")
    do(changes.leave_member, world, member, date(2026, 3, 1), reason="died")
    facts = {"branch": world.a, "group": world.group1, "start_on": date(2020, 1, 1), "reason": "日期抄错", "today": TODAY}
    corrections.correct_membership(actor=world["secretary"], member=fresh(member), stop_on=date(2026, 4, 1), **facts)
    assert kept(member) == [("floating", LOST, date(2026, 4, 1), "left")]
    with pytest.raises(RuleViolation, match="日期应在它之后"):
        corrections.correct_membership(actor=world["secretary"], member=fresh(member), stop_on=LOST, **facts)


def test_nobody_leaves_before_what_is_known_of_him(world):
    member = world.members["member"]
    enter(world, member, "floating", start_on=date(2026, 5, 1))
    for day in (date(2026, 4, 30), date(2026, 5, 1)):
        with pytest.raises(RuleViolation, match="离开日期应在它之后"):
            do(changes.leave_member, world, member, day, reason="died")
    do(changes.leave_member, world, member, date(2026, 5, 2), reason="died")
    with pytest.raises(RuleViolation, match="已经离开"):
        enter(world, member, "lost", start_on=date(2026, 1, 1))


def test_the_pages_tell_the_clock_and_home_reminds(world, client_of):
    member, secretary = make_member(world.a, "云飘"), client_of("secretary")
    page = reverse("standing_new", args=[member.pk])
    facts = {"status": "lost", "start_on": "2025-01-05", "version": 1, "reason": "电话、家属均联系不上"}
    assert secretary.post(page, facts).status_code == 302
    shown = secretary.get(reverse("member", args=[member.pk]))
    line = shown.context["standings"][0]
    assert (line.clock.due, line.clock.rule, line.is_over) == (date(2025, 7, 5), "LOST-1", True)
    assert "失去联系" in [step.title for step in shown.context["steps"]]
    assert "云飘（失去联系）" in [item["title"] for item in secretary.get(reverse("home")).context["todo"]]
    assert "一支部：云飘（失去联系）" in [item["title"] for item in client_of("staff").get(reverse("home")).context["todo"]]
    assert all("云飘" not in item["title"] for item in client_of("neighbour").get(reverse("home")).context["todo"])
    listed = secretary.get(reverse("members"), {"state": "lost"}).context["page_obj"]
    assert [row.member.name for row in listed] == ["云飘"]
