"""R2: no guard untested. Every guard of the product is taken away, one at a time, in a copy of the running process; the questions
about access that pass through it must turn red. Survivors: none, and no list of exemptions."""
from __future__ import annotations

import ast
import os
import signal
import tempfile
import warnings
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import CodeType

import pytest
from django.conf import settings
from django.db import connection

from tests.access_table import EXPECTED
from tests.chaos import guards
from tests.chaos.guards import ROOT, AtTheDoor, Guard, door_guards, found_guards, without_all
from tests.chaos.questions import Question, questions
from tests.stage import Stage, names

pytestmark = pytest.mark.django_db
LONGEST = 120  # seconds for all questions about one guard
BROKEN = "could not be asked"
KINDS = {"list", "require", "begin", "can", "reach", "widest", "sign in", "choices", "owner", "answer", "the middleware", "the methods",
         "the open door"}
SHARED = ("Account.require", "Account.can")


@pytest.fixture(scope="module")
def every() -> list[Guard | AtTheDoor]:
    names()  # the whole product is loaded
    return [*found_guards(), *door_guards()]


@pytest.fixture(scope="module")
def asked(stage, every) -> list[Question]:
    """Every question, answered rightly by the product as it is."""
    assert connection.vendor == "sqlite"  # in memory: a forked child has its own copy
    return questions(stage, {guard.holder.__code__ for guard in every if isinstance(guard, Guard)})


def fitting(guard: Guard | AtTheDoor, asked: list[Question]) -> list[Question]:
    """The questions that pass through a guard, those that pass through least first; for the door its own address."""
    if isinstance(guard, AtTheDoor):
        return [each for each in asked if guard.kind == "the middleware" or each.name.split()[0] == guard.name]
    code: CodeType = guard.holder.__code__
    return sorted((each for each in asked if code in each.passed), key=lambda each: each.seconds * (1 + len(each.passed)))


def red(stage: Stage, guard: Guard | AtTheDoor, asked: list[Question]) -> str:
    """What turns red without the guard, found in a child that ends there; "" when nothing does."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child runs in this one thread only
        pid = os.fork()
    if pid == 0:
        os.close(reading)
        tell_and_die(writing, stage, guard, asked)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        answer = told.read().decode("utf-8")
    _, status = os.waitpid(pid, 0)
    return f"{BROKEN}: ended with {status}" if status else answer


def tell_and_die(writing: int, stage: Stage, guard: Guard | AtTheDoor, asked: list[Question]) -> None:
    said = ""
    try:
        settings.DATA_DIR = Path(tempfile.mkdtemp(dir=settings.DATA_DIR))  # what is noted on disk stays in this child
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(LONGEST)
        guard.remove(stage)
        said = next((wrong for each in asked if (wrong := each.ask())), "")
    except BaseException as error:
        said = f"{BROKEN}: {type(error).__name__}: {error}"
    finally:
        os.write(writing, said[:2000].encode("utf-8", "replace"))
        os._exit(0)


def stop(*_) -> None:
    raise TimeoutError


def test_every_guard_that_is_taken_away_is_missed(stage, every, asked, tell):
    found = {guard: red(stage, guard, fitting(guard, asked)) for guard in every}
    assert [f"{guard}: {said}" for guard, said in found.items() if not said or said.startswith(BROKEN)] == []
    assert {guard.kind for guard in every} == KINDS
    doors = sum(isinstance(guard, AtTheDoor) for guard in every)
    tell("R2", "逐一拆去", f"{len(every)} 处守卫（函数里 {len(every) - doors}，门口 {doors}），{len(asked)} 个问题：幸存 0，免检名单为空；"
         "对照（不拆、不问、空问）各得幸存")


def test_both_layers_taken_away_together_let_people_in(stage, every, asked, tell):
    """A view's guard hides that of the service behind it, and the other way round; without both the act goes through."""
    open_to_some = [question for question in asked if question.name.endswith(" POST") and refuses_somebody(question.name.split()[0])]
    layers = {question: Layers(question.name, standing_in(question, every)) for question in open_to_some}
    found = {str(both): red(stage, both, [question]) for question, both in layers.items()}
    assert [name for name, said in found.items() if not said or said.startswith(BROKEN)] == []
    assert len(found) > 25
    tell("R2", "两层一起拆", f"{len(found)} 个提交地址，连同其后的办理一起拆去守卫：每个都被发现；单独一层由空表单和直接调用分别证明")


@dataclass(frozen=True)
class Layers:
    """All guards that one act passes through."""

    name: str
    guards: tuple[Guard, ...]
    kind: str = "layers"

    def __str__(self) -> str:
        return f"{self.name}: {len(self.guards)} guards"

    def remove(self, stage: Stage) -> None:
        for function, several in groupby(self.guards, key=lambda guard: guard.holder):
            function.__code__ = without_all(list(several))


def standing_in(question: Question, every: list[Guard | AtTheDoor]) -> tuple[Guard, ...]:
    """Those in the views and services of the act; the table and the lists of everybody stay."""
    return tuple(guard for guard in every if isinstance(guard, Guard) and guard.kind in ("require", "begin", "list")
                 and guard.holder.__code__ in question.passed and guard.function not in SHARED)


def refuses_somebody(name: str) -> bool:
    return any(code == "403" for (url, method, _), row in EXPECTED.items() if (url, method) == (name, "POST") for code in row.values())


# --- the negative controls ------------------------------------------------------------------------------------------------


def planted(code: str) -> set[str]:
    path, tree = ROOT / "members" / "planted.py", ast.parse(code)
    return {guard.kind for name, function in guards.functions_in(tree) for guard in guards.guards_in(path, name, function)}


def test_a_guard_nobody_asks_about_survives(stage, every):
    guard = next(each for each in every if each.kind == "require")
    assert red(stage, guard, []) == ""
    assert red(stage, guard, [Question("nothing", lambda: "")]) == ""


def test_a_guard_that_stays_turns_nothing_red(stage, every, asked):
    """It is the taking away that turns them red."""
    void = next(each for each in every if isinstance(each, Guard) and each.function == "meeting_void" and each.kind == "require")
    assert "meeting_void" in red(stage, void, fitting(void, asked))
    assert red(stage, AtTheDoor("nothing", "meeting_void", lambda stage: None), fitting(void, asked)) == ""


PLANTED = {
    "def view(request):\n rows = Note.objects.visible_to(request.user)\n request.user.require('x', rows)": {"list", "require"},
    "class F:\n def __init__(self, who):\n  self.fields['a'].queryset = A.objects.filter(who.reach('x'))": {"choices", "reach"},
    "def view(request):\n def act(values):\n  return request.user.can('x')\n return act": {"can"},
    "def service(*, actor, member, version):\n begin(actor, member, version)": {"begin"},
    "class Q:\n def visible_to(self, account):\n  return self.filter(account.reach('x'))": {"answer", "reach"},
    "def view(request):\n if row.created_by_id == request.user.pk:\n  return row": {"owner"},
    "def plain(rows):\n return rows.filter(state='held')": set(),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_guards_are_found_wherever_they_stand(code):
    assert planted(code) == PLANTED[code]


def test_a_question_that_breaks_is_no_proof(stage, every):
    guard = next(each for each in every if each.kind == "require")
    assert red(stage, guard, [Question("broken", lambda: 1 / 0)]).startswith(BROKEN)
