"""A letter from its beginning to every end; it moves nobody until it is accepted."""

from datetime import date

import pytest

from members import corrections
from members.changes import leave_member
from members.models import Member, Membership
from members.transfers import services
from members.transfers.models import Transfer
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from tests.factories import make_account, make_member, make_post, make_transfer
from tests.members.test_services import course

TODAY = date(2026, 6, 30)
D = date
ACCEPTED = D(2026, 3, 20)
LETTER = {"number": "云林党介12号", "start_on": D(2026, 3, 10), "dues_to": D(2026, 3, 1), "distance": "far"}
AWAY = {"other_side": "中共青禾县委直属机关工委", "cause": "work"}
PERSON = {"name": "林新", "sex": "f", "born_on": D(1990, 1, 1), "joined_on": D(2012, 6, 1), "full_on": D(2013, 6, 1)}


def send(world, member=None, by="secretary", **facts) -> Transfer:
    member = Member.objects.get(pk=(member or world.members["member"]).pk)
    return services.send_member(actor=world[by], member=member, today=TODAY, **(AWAY | facts))


def take_in(world, by="secretary", **facts) -> Transfer:
    facts = {"branch": world.a, "other_side": "中共青禾县委", "number": "青组介7号"} | LETTER | PERSON | facts
    return services.take_in_letter(actor=world[by], today=TODAY, **facts)


def accept(world, row, by="secretary", day=ACCEPTED, **facts) -> Transfer:
    return services.accept_transfer(actor=world[by], transfer=row, day=day, today=TODAY, **facts)


def on_roster(world, day, branch=None) -> set[str]:
    return set(Membership.objects.active_on(day).filter(branch=branch or world.a).values_list("member__name", flat=True))


def told() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("action", flat=True))


def test_a_letter_out_moves_nobody_until_it_is_accepted(world):
    row = send(world)
    assert (row.state, row.due_on, row.start_on) == ("drafted", None, None)
    row = services.issue_letter(actor=world["secretary"], transfer=row, today=TODAY, **LETTER)
    assert (row.state, row.valid_until, row.due_on) == ("on_the_way", D(2026, 4, 9), D(2026, 4, 9))
    assert "李平" in on_roster(world, TODAY)
    row = accept(world, row)
    assert (row.state, row.stop_on, row.due_on) == ("accepted", D(2026, 3, 20), D(2026, 4, 20))
    assert ("李平" in on_roster(world, D(2026, 3, 19)), "李平" in on_roster(world, D(2026, 3, 20))) == (True, False)
    row = services.note_receipt(actor=world["secretary"], transfer=row, day=D(2026, 4, 2), today=TODAY)
    assert (row.receipt_on, row.due_on) == (D(2026, 4, 2), None)
    assert told() == ["transfers.draft", "transfers.issue", "members.leave", "transfers.accept", "transfers.receipt"]


def test_a_letter_from_outside_makes_a_record_when_accepted(world):
    row = take_in(world)
    assert (row.state, row.member, Member.objects.filter(name="林新").exists()) == ("on_the_way", None, False)
    row = accept(world, row, group=world.group1, receipt_on=D(2026, 3, 21))
    assert course(row.member) == [("ZB01", "第一党小组", "full", False, D(2026, 3, 20), "transfer_in", None, "")]
    assert (row.due_on, row.member.joined_on) == (None, D(2012, 6, 1))


def test_whoever_comes_back_goes_on_in_his_old_record(world):
    facts = {key: value for key, value in PERSON.items() if key != "name"}
    old = make_member(world.b, "林新", stop_on=D(2025, 1, 1), stop_reason="transfer_out", **facts)
    row = accept(world, take_in(world))
    assert row.member == old
    assert [place[0] for place in course(old)] == ["ZB02", "ZB01"]


def test_somebody_who_is_here_already_is_told(world):
    make_member(world.b, "林新", **{key: value for key, value in PERSON.items() if key != "name"})
    row = take_in(world)
    with pytest.raises(RuleViolation, match="名册上已有同名"):
        accept(world, row)


def test_within_the_bureau_the_receiving_branch_accepts(world):
    row = send(world, by="staff", to_branch=world.b, **LETTER)
    assert (row.direction, row.receiver) == ("within", world.b)
    with pytest.raises(NotAllowed):
        accept(world, row)  # the sender
    accept(world, row, by="neighbour")
    assert ("李平" in on_roster(world, TODAY), "李平" in on_roster(world, TODAY, world.b)) == (False, True)
    assert course(world.members["member"])[-1][4:6] == (D(2026, 3, 20), "moved")
    assert Transfer.objects.get().due_on is None  # no receipt between branches of one bureau


@pytest.mark.parametrize(("state", "by", "allowed"), [
    ("returned", "neighbour", True), ("cancelled", "neighbour", False), ("cancelled", "secretary", True), ("returned", "secretary", False),
])  # fmt: skip
def test_the_receiver_returns_and_the_sender_cancels(world, state, by, allowed):
    row = send(world, by="staff", to_branch=world.b, **LETTER)
    facts = {"actor": world[by], "transfer": row, "state": state, "day": D(2026, 3, 20), "reason": "地址有误", "today": TODAY}
    if not allowed:
        with pytest.raises(NotAllowed):
            services.close_transfer(**facts)
        return
    services.close_transfer(**facts)
    assert "李平" in on_roster(world, TODAY)
    assert (Transfer.objects.get().state, Transfer.objects.get().due_on) == (state, None)


def test_entered_late_in_one_form(world):
    out = send(world, accepted_on=D(2026, 3, 20), **LETTER)
    here = take_in(world, accepted_on=D(2026, 3, 22), group=world.group2)
    assert [(row.state, row.is_late, row.stop_on) for row in (out, here)] == [
        ("accepted", True, D(2026, 3, 20)), ("accepted", True, D(2026, 3, 22)),
    ]  # fmt: skip
    assert ("李平" in on_roster(world, TODAY), "林新" in on_roster(world, TODAY)) == (False, True)


def test_late_and_wrong_leaves_nothing(world):
    with pytest.raises(RuleViolation, match="开出"):
        send(world, accepted_on=D(2026, 3, 9), **LETTER)
    assert (Transfer.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.parametrize("facts", [{"number": ""}, {"start_on": None}, {"dues_to": None}, {"start_on": D(2026, 7, 1)},
                                   {"valid_until": D(2026, 6, 11)}, {"other_side": " "}])  # fmt: skip
def test_what_a_letter_must_say(world, facts):
    with pytest.raises(RuleViolation) as caught:
        send(world, **(LETTER | facts))
    assert caught.value.field == next(iter(facts))


def test_a_number_is_used_once_even_after_it_was_cancelled(world):
    row = send(world, **LETTER)
    services.close_transfer(actor=world["secretary"], transfer=row, state="cancelled", day=TODAY, reason="不走了", today=TODAY)
    with pytest.raises(RuleViolation, match="已用于李平的介绍信"):
        send(world, **LETTER)
    take_in(world, number=LETTER["number"])  # another organisation counts by itself
    with pytest.raises(RuleViolation, match="已用于林新"):
        take_in(world, number=LETTER["number"], name="别人")


def test_one_letter_at_a_time(world):
    send(world, **LETTER)
    with pytest.raises(RuleViolation, match="还没有办结"):
        send(world)


def test_after_the_validity_an_explanation_is_asked_for(world):
    row = send(world, **LETTER)
    with pytest.raises(RuleViolation, match="有效期到2026年4月9日") as caught:
        accept(world, row, day=D(2026, 4, 10))
    assert caught.value.field == "note"
    assert accept(world, row, day=D(2026, 4, 10), note="对方迟收，已说明").state == "accepted"


def test_whoever_moved_meanwhile_needs_another_letter(world):
    row = send(world, **LETTER)
    Membership.objects.filter(member=row.member).update(branch=world.b)
    with pytest.raises(RuleViolation, match="已经不在一支部"):
        accept(world, row)


def test_accepted_by_mistake_is_taken_back_whole(world):
    row = send(world, **LETTER)
    before = course(row.member)
    row = accept(world, row)
    with pytest.raises(RuleViolation, match="撤销接收"):
        corrections.undo_change(actor=world["secretary"], member=Member.objects.get(pk=row.member_id), reason="错了")
    row = services.undo_acceptance(actor=world["secretary"], transfer=row, reason="认错了人")
    assert (row.state, row.stop_on, row.due_on, course(row.member)) == ("on_the_way", None, D(2026, 4, 9), before)


def test_what_came_later_stands_in_the_way(world):
    row = accept(world, send(world, by="staff", to_branch=world.b, **LETTER), by="neighbour")
    member = Member.objects.get(pk=row.member_id)
    leave_member(actor=world["neighbour"], member=member, reason="died", day=D(2026, 5, 1), today=TODAY)
    with pytest.raises(RuleViolation, match="又有变动"):
        services.undo_acceptance(actor=world["neighbour"], transfer=row, reason="错")


@pytest.mark.parametrize("who", ["neighbour", "leader", "inspector", "general", "member"])
def test_others_may_not(world, who):
    row = make_transfer(world.members["colleague"])
    for act in (lambda: send(world, by=who), lambda: take_in(world, by=who), lambda: accept(world, row, by=who)):
        with pytest.raises(NotAllowed):
            act()


def test_the_publicity_member_may_not_and_the_organisation_member_may(world):
    for role, allowed in (("publicity", False), ("discipline", False), ("organisation", True), ("deputy", True)):
        make_post(account := make_account(), world.a, role)
        assert account.can("transfers.edit", world.a) is allowed


def test_a_page_that_was_overtaken_is_told(world):
    row = send(world, **LETTER)
    with pytest.raises(StaleVersion):
        accept(world, row, version=row.version + 1)
    accept(world, row, version=row.version)
    with pytest.raises(RuleViolation, match="现在是“已接收”"):
        accept(world, row)
