"""R4: a list and an object never disagree: what `visible_to` finds is exactly what `can` lets open."""
from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.accounts.models import Account, Post, Session
from branches.accounts.permissions import TABLE, Role
from branches.meetings.models import Attendance, Meeting
from branches.meetings.querysets import MeetingQuerySet
from branches.models import Branch, BranchEvent, PartyGroup
from branches.querysets import BranchQuerySet
from branches.terms.models import Election, Seat, Term
from members.development.models import (
    Helper,
    Path,
    StepRecord,
    Submission,
    ThoughtReport,
    Trainee,
    TrainingClass,
)
from members.dues.models import DueLine, DuesStandard, Payment, Reduction, Remittance, Use
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import CorrectionRequest, Member, Membership, Profile, Standing
from members.transfers.models import Transfer
from partywork.imports.models import ImportBatch
from partywork.imports.registry import importer_of
from partywork.jobs.models import Job
from partywork.periods import today
from reports.models import Report, ReportTemplate, ReportVersion
from tests.cast import CAST
from tests.factories import FOUNDED

pytestmark = pytest.mark.django_db
# For each model with `visible_to`: whether a person may see one row, asked of the permissions table alone.
MAY_SEE: dict[type, Callable[[Account, Any], bool]] = {
    Branch: lambda who, row: who.can("org.view", row),
    PartyGroup: lambda who, row: who.can("org.view", row),
    BranchEvent: lambda who, row: who.can("org.view", row),
    Member: lambda who, row: who.can("members.view", row),
    Membership: lambda who, row: who.can("members.view", row),
    Profile: lambda who, row: who.can("members.view", row),
    CorrectionRequest: lambda who, row: who.can("members.view", row),
    Standing: lambda who, row: who.can("members.view", row),
    Transfer: lambda who, row: any(who.can("transfers.view", branch) for branch in (row.branch, row.to_branch) if branch),
    Meeting: lambda who, row: who.can("meetings.view", row),
    Attendance: lambda who, row: who.can("meetings.view", row.meeting),
    DueLine: lambda who, row: who.can("dues.view", row),
    Payment: lambda who, row: who.can("dues.view", row),
    Remittance: lambda who, row: who.can("dues.view", row),
    Use: lambda who, row: who.can("dues.view", row),
    DuesStandard: lambda who, row: who.can("dues.edit", row),
    Reduction: lambda who, row: who.can("dues.edit", row),
    Term: lambda who, row: who.can("org.view", row),
    Title: lambda who, row: who.can("honours.view"),
    Round: lambda who, row: who.can("honours.view"),
    Quota: lambda who, row: who.can("honours.view", row),
    Nomination: lambda who, row: who.can("honours.view", row),
    Award: lambda who, row: who.can("honours.view", row),
    Example: lambda who, row: who.can("honours.view", row),
    Seat: lambda who, row: who.can("org.view", row),
    Election: lambda who, row: who.can("org.view", row),
    **dict.fromkeys((Path, StepRecord, Submission, Helper, ThoughtReport, Trainee), lambda who, row: who.can("development.view", row)),
    TrainingClass: lambda who, row: who.can("development.view"),
    Report: lambda who, row: who.can("reports.view", row),
    ReportVersion: lambda who, row: who.can("reports.view", row),
    ReportTemplate: lambda who, row: who.can("reports.edit") or who.can("reports.templates"),
    Account: lambda who, row: who.can("accounts.manage", row),
    Post: lambda who, row: who.can("accounts.manage", row),
    ImportBatch: lambda who, row: who.can(importer_of(row.kind).action, row),
    Job: lambda who, row: row.owner_id == who.pk,
    Session: lambda who, row: row.account_id == who.pk or who.can("sessions.end", row),
}
# Lists of organisations for an act: which right each stands for.
OTHER_LISTS = {"editable_by": "org.edit", "appointable_by": "accounts.manage"}
RELATED = {
    Example: "branch", Award: "branch", Nomination: "branch", Quota: "branch", Term: "branch", Seat: "term__branch", Election: "branch",
    Attendance: "meeting__branch", Member: "latest__branch", ReportVersion: "report__branch", PartyGroup: "branch",
    ImportBatch: "branch", Meeting: "branch", Report: "branch", Membership: "branch"}


def differences(model: type, who: Account) -> set:
    """Rows that the list shows and the object refuses, or the other way round."""
    rows = model._base_manager.select_related(RELATED[model]) if model in RELATED else model._base_manager.all()
    seen = set(model.objects.visible_to(who).values_list("pk", flat=True))
    return seen ^ {row.pk for row in rows if MAY_SEE[model](who, row)}


def other_differences(way: str, who: Account) -> set:
    listed = set(getattr(Branch.objects, way)(who).values_list("pk", flat=True))
    return listed ^ {row.pk for row in Branch.objects.all() if who.can(OTHER_LISTS[way], row)}


def test_every_list_for_an_act_is_here():
    ways = {name for name in dir(BranchQuerySet) if name.endswith(("able_by", "ible_by"))}
    assert ways == set(OTHER_LISTS)


@pytest.mark.parametrize("who", [name for name in CAST if name != "nobody"])
@pytest.mark.parametrize("way", OTHER_LISTS)
def test_the_cast_may_act_where_the_list_says(stage, way, who):
    assert other_differences(way, Account.objects.get(pk=stage.world[who].pk)) == set()


def test_every_model_with_visible_to_is_here():
    ours = [model for model in apps.get_models() if hasattr(model._default_manager.all(), "visible_to")]
    assert set(ours) == set(MAY_SEE)


@pytest.mark.parametrize("who", [name for name in CAST if name != "nobody"])
@pytest.mark.parametrize("model", MAY_SEE, ids=lambda model: model._meta.model_name)
def test_the_cast_sees_in_lists_what_it_may_open(stage, model, who):
    account = Account.objects.get(pk=stage.world[who].pk)
    assert differences(model, account) == set()


# --- random trees, posts and days ---------------------------------------------------------------------------------------

DAYS = st.sampled_from([-400, -1, 0, 1, 30])
POSTS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Role.values), DAYS, st.none() | DAYS), min_size=1, max_size=3)
TREES = st.lists(st.integers(0, 9), min_size=2, max_size=5)
_names = itertools.count(1)


def grow(parents: list[int]) -> list[Branch]:
    """A tree: each number says under which of the organisations so far the next one hangs."""
    branches: list[Branch] = []
    for parent in [None, *parents]:
        number = next(_names)
        facts = {"name": f"组织{number}", "short_name": f"组织{number}", "code": f"H{number}", "kind": "general", "founded_on": FOUNDED}
        if parent is None:
            branches.append(Branch.objects.add_root(facts))
        else:
            above = Branch.objects.get(pk=branches[parent % len(branches)].pk)
            branches.append(Branch.objects.add_child(above, facts))
    return branches


def furnish(branches: list[Branch], account: Account, own: int) -> None:
    """In every organisation a group, a person, a meeting with him, a report; one person is the account's own."""
    PartyGroup.objects.bulk_create(PartyGroup(branch=each, name="组", founded_on=FOUNDED) for each in branches)
    facts = {"sex": "m", "born_on": date(1980, 1, 1), "joined_on": date(2010, 1, 1), "full_on": date(2011, 1, 1)}
    members = Member.objects.bulk_create(
        Member(name="人", pinyin="ren", initials="r", account=account if number == own % len(branches) else None, **facts)
        for number, _ in enumerate(branches))
    places = Membership.objects.bulk_create(
        Membership(member=member, branch=each, kind="full", start_on=FOUNDED, start_reason="first")
        for member, each in zip(members, branches, strict=True))
    for member, place in zip(members, places, strict=True):
        Member.objects.filter(pk=member.pk).update(latest=place)
    meetings = Meeting.objects.bulk_create(Meeting(branch=each, created_by=account, state="draft") for each in branches)
    Attendance.objects.bulk_create(Attendance(meeting=meeting, member=member)
                                   for meeting, member in zip(meetings, members, strict=True))
    dates = {"number": 1, "elected_on": FOUNDED, "start_on": FOUNDED, "term_end": FOUNDED, "due_on": FOUNDED}
    terms = Term.objects.bulk_create(Term(branch=each, **dates) for each in branches)
    Seat.objects.bulk_create(Seat(term=each, office="secretary", start_on=FOUNDED, start_reason="vacant") for each in terms)
    Example.objects.bulk_create(Example(branch=each, name="典型", line="一句话", on=FOUNDED, created_by=account) for each in branches)
    Report.objects.bulk_create(Report(branch=each, period_code="2026H1", created_by=account) for each in branches)


def check_random(parents: list[int], posts: list[tuple], own: int) -> None:
    day = today()
    with transaction.atomic():
        account = Account.objects.create(username=f"h{uuid.uuid4().hex[:12]}", display_name="人")
        branches = grow(parents)
        furnish(branches, account, own)
        for place, role, start, stop in posts:
            begin = day + timedelta(days=start)
            end = None if stop is None else max(begin, day + timedelta(days=stop))
            Post.objects.get_or_create(account=account, branch=branches[place % len(branches)], role=role,
                                       defaults={"start_on": begin, "stop_on": end})
        account = Account.objects.get(pk=account.pk)
        found = {model.__name__: gap for model in RELATED.keys() - {ImportBatch} | {Branch} if (gap := differences(model, account))}
        transaction.set_rollback(True)
    assert found == {}


@given(TREES, POSTS, st.integers(0, 9))
@settings(max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_random_trees_and_posts(django_db_setup, parents, posts, own):
    check_random(parents, posts, own)


def test_a_list_that_forgets_the_branch_is_seen(stage, monkeypatch):
    """The negative control: one condition of one list taken away."""
    monkeypatch.setattr(MeetingQuerySet, "visible_to", lambda self, account: self.filter(state="held"))
    secretary = Account.objects.get(pk=stage.world["secretary"].pk)
    assert {stage.objects["draft.a"].pk, stage.objects["meeting.b"].pk} <= differences(Meeting, secretary)
    with pytest.raises(AssertionError):
        check_random([0, 0], [(1, "secretary", -1, None)], 0)


def test_every_right_to_see_is_in_the_parity():
    """A new view right of the table must have its model above."""
    assert {action for action in TABLE if action.endswith(".view")} == {
        "org.view", "members.view", "meetings.view", "honours.view", "reports.view", "journal.view", "system.view", "development.view",
        "transfers.view", "dues.view"}
