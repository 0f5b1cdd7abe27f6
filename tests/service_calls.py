"""The services as they are really called: every submission is sent once, and each call of a service is kept, to be made again by
somebody else without any page before it."""
from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import transaction

from branches.accounts.models import Account
from members import standings
from members.changes import move_member, return_member
from members.corrections import correct_membership, undo_change
from members.development.approvals import return_submission, submit_step
from members.development.leaving import move_path, resume_path
from members.dues.payments import ready_ahead
from members.services import link_account
from members.transfers import services as transfer_services
from partywork.errors import NotAllowed
from partywork.periods import today
from tests.access_table import EXPECTED
from tests.payloads import SUBMISSIONS, fresh, payload
from tests.stage import Stage, address, letters, names
from tests.variants import VARIANTS, variant

APPS = ("branches", "members", "reports", "partywork.status")  # the rest of the ground floor knows no rights
# Acts with an actor that are nobody's right: what happened is noted, or it is one's own.
WITHOUT_RIGHT = {
    "note_login": "what happened is noted", "note_logout": "what happened is noted", "note_refused_login": "what happened is noted",
    "change_own_password": "one's own, and the old one was asked for",
    # These have a right, and no submission reaches them: tests of their own try them by somebody who may not.
    "create_prepared_account": "called by the job of an import (test_others.py)",
    "reveal_many": "only with a box ticked that few are offered (test_export_columns.py)",
}  # fmt: skip
# Who may, where the access table speaks of the address and not of this very call: a move asks for a right in both
# branches; one's own login is one's own to end.
MAY = {"move branch": {"staff"}, "sessions_end -": {"secretary", "keeper"}, "account_sessions_end a": {"member", "keeper"},
       "account_sessions_end b": {"neighbour", "keeper"}}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call of one service, and who of the cast may make it."""

    service: Callable
    given: dict[str, Any]
    where: str
    may: frozenset[str]
    code: CodeType

    @property
    def name(self) -> str:
        return f"{self.service.__module__}.{self.service.__name__}"

    def by(self, account: Account) -> BaseException | None:
        """How it ends when somebody else makes it; nothing of it remains."""
        given = copy.deepcopy(self.given) | {"actor": account}
        try:
            with transaction.atomic():
                self.service(**given)
                transaction.set_rollback(True)
        except Exception as error:
            return error
        return None


def services() -> dict[CodeType, Callable]:
    """Every function of the business apps with a keyword-only actor, by its code."""
    names()  # whatever an address leads to is loaded by now
    ours = [module for name, module in sys.modules.items() if name.startswith(APPS) and ".sample" not in name]
    return {inspect.unwrap(value).__code__: value for module in ours for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__ and is_service(name, value)}


def is_service(name: str, value: Any) -> bool:
    if name.startswith("_") or not inspect.isroutine(value):
        return False
    actor = inspect.signature(value).parameters.get("actor")
    return actor is not None and actor.kind is inspect.Parameter.KEYWORD_ONLY


def submissions(stage: Stage) -> Iterator[tuple[str, str, str, dict[str, Any], frozenset[str]]]:
    """(where, who sends it, path, data, who may) of everything that is let through."""
    for name, said in SUBMISSIONS.items():
        for letter in letters(name, "POST"):
            may = frozenset(who for who, code in EXPECTED[name, "POST", letter].items() if code.endswith("+"))
            if said.sender(letter) in may:
                yield f"{name} {letter}", said.sender(letter), address(stage, name, letter), payload(stage, name, letter), may
    for name in VARIANTS:
        who, path, data = variant(stage, name)
        may = frozenset(who for who, code in EXPECTED["member_move", "POST", "a"].items() if code.endswith("+"))
        yield name, who, path, data, may


def recorded(stage: Stage) -> list[Call]:
    """Every service call behind every submission."""
    known, calls = services(), []
    for where, who, path, data, may in submissions(stage):
        with watching(known) as seen:
            stage.ask(who, "POST", path, fresh(data))
        calls += [Call(known[code], given, where, frozenset(MAY.get(where, may)), code) for code, given in seen]
    return calls + by_hand(stage)


def by_hand(stage: Stage) -> list[Call]:
    """Acts for which the stage has nobody in the right state: whoever may is told a rule instead."""
    a, b, both = stage.objects["member.a"], stage.objects["member.b"], {"staff"}
    place = {"group": None, "day": today(), "today": today()}
    right = {"group": None, "start_on": a.latest.start_on, "stop_on": None, "reason": "支部写错", "today": today()}
    given = [
        (undo_change, {"member": a, "reason": "登记有误"}, {"secretary", "staff"}),
        (link_account, {"member": a, "username": "member"}, {"secretary", "staff"}),
        (return_member, {"member": a, "branch": stage.world.b} | place, both),
        (return_member, {"member": b, "branch": stage.world.a} | place, both),
        (move_member, {"member": b, "branch": stage.world.a} | place, both),
        (correct_membership, {"member": a, "branch": stage.world.b} | right, both),
        *paths_by_hand(stage), *of_dues(stage),
    ]  # fmt: skip
    given += of_letters(stage)
    return [Call(service, {"actor": None} | facts, "by hand", frozenset(may), inspect.unwrap(service).__code__)
            for service, facts, may in given]


def paths_by_hand(stage: Stage) -> list[tuple[Callable, dict[str, Any], set[str]]]:
    path, now = stage.objects["path.a"], {"today": today()}
    sent = {"submission": stage.objects["sent.a"], "reason": "材料不齐", "version": 1, "decided_on": today()}
    return [
        (submit_step, {"path": path, "key": "activist_record", "reported_on": today()} | now, {"secretary", "staff"}),
        (resume_path, {"path": path, "reason": "恢复"} | now, {"secretary", "staff"}),
        (move_path, {"path": path, "branch": stage.world.b, "group": None, "day": today(), "reason": "调动"} | now, {"staff"}),
        (return_submission, sent | now, {"staff"}),
    ]


def of_dues(stage: Stage) -> list[tuple[Callable, dict[str, Any], set[str]]]:
    """Months paid ahead, which the form of a submission leaves out."""
    return [(ready_ahead, {"member": stage.objects["member.a"], "months": 1, "today": today()}, {"secretary", "staff"})]


def of_letters(stage: Stage) -> list[tuple[Callable, dict[str, Any], set[str]]]:
    """Steps of letters and of stopped memberships; each side by its own people."""
    given = []
    for letter, may in (("a", {"secretary", "staff"}), ("b", {"neighbour", "staff"})):
        row, member, now = stage.objects[f"transfer.{letter}"], stage.objects[f"member.{letter}"], {"today": today()}
        day = {"day": today()} | now
        given += [
            (transfer_services.issue_letter, {"transfer": row} | now, may),
            (transfer_services.edit_letter, {"transfer": row, "note": "更正"} | now, may),
            (transfer_services.note_receipt, {"transfer": row} | day, may),
            (transfer_services.undo_acceptance, {"transfer": row, "reason": "错"}, may),
            (transfer_services.close_transfer, {"transfer": row, "state": "cancelled", "reason": "不走了"} | day, may),
            (standings.lapse_member, {"member": member} | day, may),
            (standings.restore_member, {"member": member, "branch": member.latest.branch, "group": None} | day, may),
        ]  # fmt: skip
    return given


@contextmanager
def watching(known: dict[CodeType, Callable]) -> Iterator[list[tuple[CodeType, dict[str, Any]]]]:
    """Notes each call of a service with its arguments, as they were when it was made."""
    seen: list[tuple[CodeType, dict[str, Any]]] = []

    def trace(frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code in known:
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount]
            given = {name: kept(frame.f_locals[name]) for name in names}
            if frame.f_code.co_flags & inspect.CO_VARKEYWORDS:
                given |= frame.f_locals[frame.f_code.co_varnames[len(names)]]
            seen.append((frame.f_code, given))

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield seen
    finally:
        sys.settrace(before)


def kept(value: Any) -> Any:
    """A copy that the service cannot change any more; an upload is read once."""
    if isinstance(value, UploadedFile):
        value.seek(0)
        copied = SimpleUploadedFile(value.name, value.read(), value.content_type)
        value.seek(0)
        return copied
    return copy.deepcopy(value)


def wrongly_answered(stage: Stage, call: Call) -> list[str]:
    """Who is let in although he may not, and who is kept out although he may."""
    faults = []
    for who, account in stage.world.people.items():
        if account is None:
            continue
        ended = call.by(Account.objects.get(pk=account.pk))
        if isinstance(ended, NotAllowed) == (who in call.may):
            faults.append(f"{call.name} ({call.where}) {who}: {type(ended).__name__ if ended else 'done'}")
    return faults
