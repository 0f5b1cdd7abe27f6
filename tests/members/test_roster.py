"""The roster of any day, whatever happened, is what a slow and obvious bookkeeping says."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import changes
from members.models import Member, Membership
from partywork.errors import RuleViolation
from tests.factories import make_branch, make_group, make_member

START = date(2026, 1, 1)
DAYS = 40
ACTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, DAYS), st.sampled_from(["group", "move", "leader", "leave", "back"]),
              st.integers(0, 3)),
    max_size=12,
)  # fmt: skip


@pytest.fixture
def places(db):
    root = make_branch(None)
    branches = [make_branch(root), make_branch(root)]
    return branches, [
        [None, make_group(branch), make_group(branch), make_group(branch)] for branch in branches
    ]


def act_on(member, act, day, choice, places):
    """One act through its service; answers (branch, group, leads) from that day on, or None after leaving."""
    branches, groups = places
    here = branches.index(member.latest.branch)
    base = {"actor": None, "member": member, "day": day, "today": START + timedelta(days=DAYS)}
    if act == "leave":
        changes.leave_member(reason="transfer_out", **base)
        return None
    if act == "leader":
        row = changes.appoint_group_leader(**base)
    elif act == "group":
        row = changes.regroup_member(group=groups[here][choice], **base)
    else:
        there = 1 - here if act == "move" else choice % 2
        service = changes.move_member if act == "move" else changes.return_member
        row = service(branch=branches[there], group=groups[there][choice], **base)
    return row.branch_id, row.group_id, row.is_group_leader


def diary_of(members):
    """person → day → where he stands; the slow reference, written by hand day by day."""
    ground = {member.pk: (member.latest.branch_id, None, False) for member in members}
    return {pk: [place] * (DAYS + 1) for pk, place in ground.items()}


def note(diary, pk, day, place):
    for later in range((day - START).days, DAYS + 1):
        diary[pk][later] = place
        if place and place[2]:
            strip_leaders(diary, pk, later, place[1])


def strip_leaders(diary, winner, later, group):
    for pk, days in diary.items():
        if pk != winner and days[later] and days[later][1:] == (group, True):
            days[later] = (*days[later][:2], False)


@settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
def test_the_roster_of_any_day(places, acts):
    Member.objects.update(latest=None)
    Membership.objects.all().delete()
    Member.objects.all().delete()
    members = [make_member(branch, start_on=START) for branch in (*places[0], places[0][0])]
    diary = diary_of(members)
    for who, offset, act, choice in acts:
        day, member = START + timedelta(days=offset), Member.objects.get(pk=members[who].pk)
        try:
            place = act_on(member, act, day, choice, places)
        except RuleViolation:
            continue
        note(diary, member.pk, day, place)
    for offset in range(DAYS + 1):
        rows = Membership.objects.active_on(START + timedelta(days=offset))
        found = sorted((row.member_id, row.branch_id, row.group_id, row.is_group_leader) for row in rows)
        assert found == sorted((pk, *days[offset]) for pk, days in diary.items() if days[offset])
    for member in Member.objects.all():
        assert member.latest == member.memberships.order_by("-start_on", "-id").first()
