"""Every state of a path × every act: which are let through (+) and which are told a reason (-)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from members.development.approvals import submit_step
from members.development.leaving import move_path, resume_path, stop_path
from members.development.models import Path
from members.development.papers import add_report
from members.development.recording import Facts, record_step, void_step
from members.development.services import edit_path
from partywork.errors import RuleViolation
from tests.members.development.making import TODAY, Walk, day, make_congress

pytestmark = pytest.mark.django_db

# State → the step before which the path stands; two more states are made of them.
STATES = {
    "applied": "talk", "talked": "activist", "activist": "activist_record", "cultivated": "candidate", "candidate": "introducers",
    "reviewed": "pre_review",
    "pledged": "admission", "admitted": "committee_talk", "probationary": "oath", "applied for full": "full_meeting",
    "full": "archive",
}  # fmt: skip
ACTS = ("talk", "check", "submit 4", "submit 8", "submit 13", "submit 17", "submit 24", "admit", "oath", "full", "extend",
        "cancel", "archive", "report", "edit", "stop", "resume", "move", "void talk")  # fmt: skip
TABLE = """
                  talk check s4 s8 s13 s17 s24 admit oath full ext canc arch report edit stop resume move void
applied            +    -    -  -  -   -   -   -     -    -    -   -    -    +      +    +    -      +    -
talked             -    -    -  -  -   -   -   -     -    -    -   -    -    +      +    +    -      +    +
activist           -    +    +  -  -   -   -   -     -    -    -   -    -    +      +    +    -      +    -
cultivated         -    +    -  -  -   -   -   -     -    -    -   -    -    +      +    +    -      +    -
candidate          -    +    -  -  -   -   -   -     -    -    -   -    -    +      +    +    -      +    -
reviewed           -    +    -  -  +   -   -   -     -    -    -   -    -    +      +    +    -      +    -
pledged            -    +    -  -  -   -   -   +     -    -    -   -    -    +      +    +    -      +    -
admitted           -    -    -  -  -   +   -   -     -    -    -   -    -    +      +    +    -      +    -
probationary       -    -    -  -  -   -   -   -     +    -    +   +    -    +      -    -    -      -    -
applied_for_full   -    -    -  -  -   -   -   -     -    +    +   +    -    +      -    -    -      -    -
full               -    -    -  -  -   -   -   -     -    -    -   -    +    +      -    -    -      -    -
stopped            -    -    -  -  -   -   -   -     -    -    -   -    -    -      +    -    +      -    -
archived           -    -    -  -  -   -   -   -     -    -    -   -    -    -      -    -    -      -    -
"""


def expected() -> dict[str, dict[str, bool]]:
    rows = [line.split() for line in TABLE.strip().splitlines()[1:]]
    return {name.replace("_", " "): dict(zip(ACTS, (mark == "+" for mark in marks), strict=True)) for name, *marks in rows}


def brought(world, state: str) -> Walk:
    walk = Walk(world.a, world["secretary"], world["staff"])
    walk.until({"stopped": "candidate", "archived": "archive"}.get(state) or STATES[state])
    if state == "archived":
        walk.take("archive")
    if state == "stopped":
        stop_path(actor=walk.secretary, path=walk.path, day=day("2025-01-05"), reason="本人放弃", today=TODAY)
    walk.path = Path.objects.get(pk=walk.path.pk)
    return walk


def do(walk: Walk, act: str, world) -> None:
    """One act on a day on which nothing but the state stands against it."""
    secretary, staff, path = walk.secretary, walk.staff, walk.path
    last = max(each.done_on for each in path.records.filter(voided_at=None))
    taking = {"talk": "talk", "oath": "oath", "archive": "archive", "check": "cultivation"}
    voting = {"admit": ("admission", "admit"), "full": ("full_meeting", "full"), "extend": ("extension", "full"),
              "cancel": ("cancellation", "full")}  # fmt: skip
    submitting = {"submit 4": "activist_record", "submit 8": "candidate_consent", "submit 13": "pre_review", "submit 17": "approval",
                  "submit 24": "full_approval"}  # fmt: skip
    given = {"actor": secretary, "path": path, "today": TODAY}
    if act in taking:
        record_step(key=taking[act], facts=Facts(day=max(last, day("2024-03-20")), note="情况"), **given)
    elif act in voting:
        key, matter = voting[act]
        row = make_congress(walk.branch, max(last, day("2027-07-12") if key in ("full_meeting", "extension") else last), path.name, matter)
        record_step(key=key, facts=Facts(resolution=row, months=6 if key == "extension" else None), **given)
    elif act in submitting:
        submit_step(key=submitting[act], reported_on=last, **given)
    elif act == "report":
        add_report(handed_on=last, title="体会", **given)
    elif act == "edit":
        edit_path(version=path.version, note="改", **given)
    elif act == "stop":
        stop_path(day=last, reason="放弃", **given)
    elif act == "resume":
        resume_path(reason="恢复", **given)
    elif act == "move":
        move_path(**given | {"actor": staff}, branch=world.b, group=None, day=last + timedelta(1), reason="调动")
    else:
        record = path.records.filter(key="talk").first()
        if record is None:
            raise RuleViolation("还没有这一步。")
        void_step(actor=secretary, record=record, reason="有误", today=TODAY)


@pytest.mark.parametrize("state", [*STATES, "stopped", "archived"])
def test_every_act_in_every_state(world, state):
    walk, found = brought(world, state), {}
    for act in ACTS:
        with transaction.atomic():
            try:
                do(walk, act, world)
                found[act] = True
            except RuleViolation:
                found[act] = False
            transaction.set_rollback(True)
    assert found == expected()[state]
