"""Who may what, asked of the running product: the standing rigs cut into questions, each of which knows which functions of the
product it passed through when it was asked of the whole product. A question answers with the first thing that is wrong, or ""."""
from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FrameType
from typing import Any

from branches.accounts.middleware import SEEN
from branches.accounts.models import Account
from branches.meetings.models import Meeting
from branches.models import Branch, PartyGroup
from partywork.jobs import running
from partywork.jobs.models import Job
from reports.models import ReportTemplate
from tests import in_sight
from tests.access_table import EXPECTED
from tests.cast import CAST
from tests.chaos.foreign import Reach, pages_of, readings, spots_in
from tests.chaos.test_foreign_ids import faults_of as spot_faults
from tests.chaos.test_foreign_ids import reading_faults
from tests.digest import snapshot
from tests.offers import REFUSED
from tests.payloads import SUBMISSIONS, allowed, payload, usual
from tests.service_calls import WITHOUT_RIGHT, recorded, wrongly_answered
from tests.stage import Stage, address, names, sign_in
from tests.test_access import BYSTANDERS, ask, faults_of, rows_of, told_apart
from tests.test_parity import MAY_SEE, OTHER_LISTS, differences, other_differences

ASKING = ("secretary", "general")  # who sends ids: of one branch, of two
SOME = ("secretary", "staff", "keeper", "auditor", "member", "nobody")
NAMED = (Branch, PartyGroup, ReportTemplate, Meeting)  # members are named by the sheet alone, which test_foreign_ids asks
Wrong = str  # "" when all is right
Ask = Callable[[], Wrong]


@dataclass(eq=False)
class Question:
    """`ask` on the stage; `passed` are the functions that it went through."""

    name: str
    ask: Callable[[], Wrong]
    passed: set[CodeType] = field(default_factory=set)
    seconds: float = 0


@contextmanager
def traced(wanted: set[CodeType]) -> Iterator[set[CodeType]]:
    """The functions among the wanted ones that are called meanwhile."""
    passed: set[CodeType] = set()

    def trace(frame: FrameType, event: str, arg: Any) -> None:
        if frame.f_code in wanted:
            passed.add(frame.f_code)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield passed
    finally:
        sys.settrace(before)


# --- the access table ------------------------------------------------------------------------------------------------------


def wrong_cell(stage: Stage, name: str, method: str, people: Iterable[str] = CAST) -> Wrong:
    """The first line and person of an address that is not answered as the table says, the refused ones first."""
    asked = [(letter, who) for each, letter in rows_of(name) if each == method for who in people
             if method in allowed(name) or who in BYSTANDERS]
    asked.sort(key=lambda cell: EXPECTED[name, method, cell[0]][cell[1]] not in REFUSED)
    answers = {}
    for letter, who in asked:
        answer = answers[letter, who] = ask(stage, who, method, name, letter)
        said = EXPECTED[name, method, letter][who]
        if answer.code != said:
            return f"{name} {method} {letter} {who}: {answer.code} instead of {said}"
        if faults := faults_of(stage, name, method, who, answer):
            return f"{name} {method} {letter} {who}: {faults[0]}"
        if told_apart(answers, who):
            return f"{name} {method} {who}: the sister's does not look like none"
    return ""


def of_cells(stage: Stage) -> dict[str, Ask]:
    return {f"{name} {method}": partial(wrong_cell, stage, name, method) for name in names() for method in ("GET", "POST")}


# --- services, lists, ids --------------------------------------------------------------------------------------------------


def first(faults: Iterable[str]) -> Wrong:
    return next(iter(faults), "")


def of_services(stage: Stage) -> dict[str, Ask]:
    return {f"{number} {call.name} ({call.where})": lambda call=call: first(wrongly_answered(stage, call))
            for number, call in enumerate(recorded(stage)) if call.service.__name__ not in WITHOUT_RIGHT}


def of_lists(stage: Stage) -> dict[str, Ask]:
    lists = {model.__name__: partial(differences, model) for model in MAY_SEE}
    lists |= {way: partial(other_differences, way) for way in OTHER_LISTS}
    return {f"the list of {name}": partial(apart, stage, name, compare) for name, compare in lists.items()}


def apart(stage: Stage, name: str, compare: Callable[[Account], set]) -> Wrong:
    people = (who for who in CAST if stage.world.people[who] and compare(Account.objects.get(pk=stage.world[who].pk)))
    return first(f"{name}: list and object disagree for {who}" for who in people)


def of_ids(stage: Stage) -> dict[str, Ask]:
    base, reach = snapshot(), Reach(stage)
    found = {f"{spot.url} {spot.name} {spot.who}": lambda spot=spot: first(spot_faults(stage, base, reach, spot))
             for spot in spots_in(stage) if spot.who in ASKING and spot.model in NAMED}
    reading = [spot for who in ASKING for spot in readings(who, pages_of(stage, who))]
    return found | {f"{spot.url}?{spot.name} {spot.who}": lambda spot=spot: first(reading_faults(stage, reach, spot)) for spot in reading}


# --- what no table says ----------------------------------------------------------------------------------------------------


def without_token(stage: Stage) -> Wrong:
    who, letter = SUBMISSIONS["member_edit"].sender("a"), usual("member_edit")
    answer = stage.ask(who, "POST", address(stage, "member_edit", letter), payload(stage, "member_edit", letter), strict=True)
    return "" if answer.code == "403" else f"a form without its token: {answer.code}"


def long_idle(stage: Stage) -> Wrong:
    with in_sight.taken_back():
        stage.sessions["idle"] = sign_in(stage.world["secretary"], **{SEEN: time.time() - 24 * 3600})
        answer = stage.get("idle", "meetings")
    return "" if answer.code.startswith("login") else f"a session that was idle for a day: {answer.code}"


def lost_job(stage: Stage, kind: str, args: dict[str, Any]) -> Wrong:
    """A job whose owner has no right to it (any more)."""
    with in_sight.taken_back():
        job = Job.objects.create(kind=kind, owner=stage.world["leader"], args=args)
        running.run_job(job.pk)
        job.refresh_from_db()
    return "" if job.error == running.LOST else f"a job without a right: {job.state}"


def of_the_rest(stage: Stage) -> dict[str, Ask]:
    report = {"report": stage.objects["report.a"].pk, "options": {"draft": True, "appendix": False, "template": None, "dated": ""}}
    found: dict[str, Ask] = {
        "token": lambda: without_token(stage), "idle": lambda: long_idle(stage),
        "number": lambda: in_sight.number_in_the_session(stage, time.time()),
        "report job": lambda: lost_job(stage, "report", report), "verify job": lambda: lost_job(stage, "verify", {}),
    }  # fmt: skip
    found |= {world: partial(ask, stage) for world, ask in in_sight.WORLDS.items()}
    found |= {f"{name} other methods": partial(in_sight.other_methods, stage, name) for name in names()}
    found |= {f"{name} empty form": partial(in_sight.empty_form, stage, name) for name in SUBMISSIONS}
    found |= {f"{name} narrow": partial(in_sight.with_narrow_posts, stage, who, name)
              for who, several in in_sight.NARROW.items() for name in several}
    return found | {f"{name} {who} in sight": partial(in_sight.on_page, stage, who, name)
                    for name in names() for who in ("secretary", "general")}


def questions(stage: Stage, wanted: set[CodeType]) -> list[Question]:
    """All of them, asked once of the product as it is."""
    asked = of_the_rest(stage) | of_lists(stage) | of_services(stage) | of_cells(stage) | of_ids(stage)
    return [asked_once(name, ask, wanted) for name, ask in asked.items()]


def asked_once(name: str, ask: Ask, wanted: set[CodeType]) -> Question:
    """Answered rightly by the whole product. Of an address only those are asked among whom each guard has somebody to let in
    and somebody to keep out; test_access asks everybody."""
    begun = time.monotonic()
    with traced(wanted) as passed:
        wrong = ask(SOME) if isinstance(ask, partial) and ask.func is wrong_cell else ask()
    assert not wrong, f"{name}: {wrong}"
    return Question(name, ask, passed, time.monotonic() - begun)
