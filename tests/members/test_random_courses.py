"""Mechanism 20: whatever acts befall people, in whatever order, dated memberships and standings never overlap, the pointer to the
latest one is right, and the roster of any day is what replaying the accepted acts gives."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.models import Branch
from members import changes, corrections, standings
from members.models import Member, Membership, Standing
from members.transfers import services
from members.transfers.models import Transfer
from members.transfers.verification import letters_are_as_kept
from members.verification import latest_is_the_last, memberships_do_not_overlap, standings_do_not_overlap
from partywork.errors import RuleViolation
from tests.factories import make_branch, make_group, make_member

FIRST, TODAY = date(2024, 1, 1), date(2026, 6, 30)
SPAN = (TODAY - FIRST).days
EXAMPLES = 400 if os.environ.get("LONG") else 30
ACTS = ("regroup", "leader", "move", "leave", "stop", "restore", "return", "send", "accept", "close", "undo_accept", "standing", "undo")
ORDINARY = ("regroup", "regroup", "leader", "move", "send", "send", "accept", "accept", "accept", "standing", "leave", "return")
STEP = st.tuples(st.sampled_from(ACTS + ORDINARY), st.integers(0, 1), st.integers(0, 150), st.integers(0, 3))
STEPS = st.lists(STEP, min_size=8, max_size=24)
FORWARD = st.booleans()  # each some days after the last, as life goes, or on any day, as it is remembered


def dated(steps, forward: bool) -> list[tuple]:
    """The third number of a step is the days since the last one, or a seventeenth of them since the beginning."""
    days, found = 0, []
    for act, who, gap, choice in steps:
        days = min(SPAN, days + gap) if forward else gap * 17 % SPAN
        found.append((act, who, days, choice))
    return found
Place = tuple[int, int | None] | None  # branch and group, or nowhere


@dataclass
class Story:
    """What a clerk with a plain notebook would know: for each person the days on which his place changed."""

    branches: list[Branch]
    groups: dict[int, list]
    people: list[Member]
    notes: dict[int, list[tuple[date, Place]]] = field(default_factory=dict)

    def place_on(self, member: Member, day: date) -> Place:
        place: Place = None
        for since, now in self.notes[member.pk]:
            place = now if since <= day else place
        return place

    def now(self, member: Member) -> Place:
        return self.notes[member.pk][-1][1]

    def note(self, member: Member, day: date, place: Place) -> None:
        notes = self.notes[member.pk]
        if notes[-1][0] == day:
            notes.pop()  # amended on its first day
        notes.append((day, place))


def begin_story() -> Story:
    root = make_branch(None, code="R")
    branches = [make_branch(root, code=f"B{number}", founded_on=FIRST) for number in range(3)]
    groups = {branch.pk: [make_group(branch, name=f"组{number}") for number in range(2)] for branch in branches}
    people = [make_member(branches[number], start_on=FIRST) for number in range(3)]
    return Story(branches, groups, people, {person.pk: [(FIRST, (person.latest.branch_id, None))] for person in people})


def play(story: Story, act: str, who: int, day: date, choice: int) -> None:
    """One act by its service; the notebook follows only when it went through."""
    member = Member.objects.select_related("latest").get(pk=story.people[who].pk)
    with transaction.atomic():
        DOES[act](story, member, day, choice)


def _call(service, member: Member, day: date, **values):
    return service(actor=None, member=member, day=day, today=TODAY, **values)


def _regroup(story, member, day, choice):
    here = story.now(member)
    group = story.groups[here[0]][choice % 2] if here and choice else None
    _call(changes.regroup_member, member, day, group=group)
    story.note(member, day, (here[0], group and group.pk))


def _leader(story, member, day, choice):
    """Being leader changes no place, but ends and begins memberships, also the former leader's."""
    before = {person.pk: person.latest_id for person in Member.objects.all()}
    _call(changes.appoint_group_leader, member, day)
    for person in Member.objects.select_related("latest"):
        if before[person.pk] != person.latest_id or person.pk == member.pk:
            story.note(person, day, story.now(person))


def _move(story, member, day, choice):
    branch = story.branches[choice % 3]
    _call(changes.move_member, member, day, branch=branch, group=None)
    story.note(member, day, (branch.pk, None))


def _leave(story, member, day, choice):
    _call(changes.leave_member, member, day, reason=("died", "transfer_out", "removed", "transfer_out")[choice])
    story.note(member, day, None)


def _stop(story, member, day, choice):
    _call(changes.leave_member, member, day, reason="stopped")
    story.note(member, day, None)


def _restore(story, member, day, choice):
    branch = story.branches[choice % 3]
    _call(standings.restore_member, member, day, branch=branch, group=None)
    story.note(member, day, (branch.pk, None))


def _return(story, member, day, choice):
    branch = story.branches[choice % 3]
    _call(changes.return_member, member, day, branch=branch, group=None)
    story.note(member, day, (branch.pk, None))


def the_one(rows) -> Transfer:
    if (row := rows.first()) is None:
        raise RuleViolation("没有介绍信。")
    return row


def _send(story, member, day, choice):
    to = story.branches[choice % 3] if choice else None
    number = f"{Transfer.objects.count() + 1}号"
    services.send_member(
        actor=None, member=member, today=TODAY, to_branch=to, other_side="" if to else "外单位", number=number, start_on=day, dues_to=day
    )


def _accept(story, member, day, choice):
    row = the_one(Transfer.objects.in_transit().filter(member=member))
    row = services.accept_transfer(actor=None, transfer=row, day=day, today=TODAY, note="迟收")
    story.note(member, day, (row.to_branch_id, None) if row.to_branch_id else None)


def _close(story, member, day, choice):
    row = the_one(Transfer.objects.still().filter(member=member))
    services.close_transfer(actor=None, transfer=row, state=("returned", "cancelled")[choice % 2], day=day, reason="原因", today=TODAY)


def _undo_accept(story, member, day, choice):
    row = the_one(Transfer.objects.filter(member=member, state="accepted").order_by("-stop_on"))
    services.undo_acceptance(actor=None, transfer=row, reason="错")
    story.notes[member.pk].pop()


def _standing(story, member, day, choice):
    status = ("lost", "floating", "suspended", "lost")[choice]
    end = day + timedelta(days=40) if choice == 3 else None
    standings.open_standing(actor=None, member=member, status=status, start_on=day, today=TODAY, stop_on=end)


def _undo(story, member, day, choice):
    corrections.undo_change(actor=None, member=member, reason="错")
    story.notes[member.pk].pop()


DOES = {name: globals()[f"_{name}"] for name in ACTS}


def faults(story: Story, seen: set[str]) -> list[str]:
    checks = (latest_is_the_last, memberships_do_not_overlap, standings_do_not_overlap, letters_are_as_kept)
    wrong = [said for check in checks for said in check(None)]
    bounds = {since for notes in story.notes.values() for since, _ in notes}
    for day in sorted({day + timedelta(days=shift) for day in bounds for shift in (-1, 0, 1)} | {TODAY}):
        roster = sorted(Membership.objects.active_on(day).values_list("member", "branch", "group"), key=str)
        told = sorted(((member.pk, *place) for member in story.people if (place := story.place_on(member, day))), key=str)
        if roster != told:
            wrong.append(f"{day}: {roster} instead of {told} after {sorted(seen)}")
    gone = Standing.objects.still().exclude(status="stopped").filter(member__latest__stop_on__isnull=False)
    return wrong + [f"{row} is open although he has left" for row in gone]


def run(steps) -> tuple[list[str], set[str]]:
    with transaction.atomic():
        story, done = begin_story(), set()
        for act, who, day, choice in steps:
            try:
                play(story, act, who, FIRST + timedelta(days=day), choice)
                done.add(act)
            except RuleViolation:
                continue
        wrong = faults(story, done)
        transaction.set_rollback(True)
    return wrong, done


@pytest.mark.django_db
@given(STEPS, FORWARD)
@settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_happens_the_roster_of_any_day_is_what_happened(steps, forward):
    wrong, _ = run(dated(steps, forward))
    assert wrong == []


@pytest.mark.django_db
def test_a_whole_life_is_among_them():
    """The acts that drawing seldom brings together, in order; every act goes through at least once."""
    steps = [
        ("regroup", 0, 10, 1), ("leader", 0, 20, 0), ("regroup", 1, 12, 1), ("move", 1, 30, 0), ("regroup", 1, 31, 1), ("leader", 1, 40, 0),
        ("standing", 0, 50, 0), ("stop", 0, 300, 0), ("restore", 0, 400, 1), ("undo", 0, 0, 0), ("undo", 0, 0, 0), ("send", 0, 310, 0),
        ("accept", 0, 320, 0), ("undo_accept", 0, 0, 0), ("close", 0, 330, 1), ("send", 2, 100, 1), ("accept", 2, 110, 0),
        ("leave", 2, 200, 1), ("return", 2, 210, 2),
    ]  # fmt: skip
    wrong, done = run(steps)
    assert (wrong, set(ACTS) - done) == ([], set())


@pytest.mark.django_db
def test_a_row_that_overlaps_is_seen(monkeypatch):
    """The negative control: a move that forgets to end the membership before."""
    real = changes._end

    def forgetful(latest, day, reason, *more):
        return real(latest, day, reason, *more) if reason != "changed" else real(latest, day + timedelta(days=30), reason)

    monkeypatch.setattr(changes, "_end", forgetful)
    wrong, _ = run([("move", 0, 100, 1)])
    assert any("重叠" in said for said in wrong)
    assert len(wrong) > 1
