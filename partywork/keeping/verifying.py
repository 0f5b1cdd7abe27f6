"""Doing all checks, and remembering that it was done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

from partywork.keeping import history
from partywork.keeping.checks import Asked, Outcome, all_checks, run_check, run_checks
from partywork.keeping.heads import kept_heads
from partywork.keeping.snapshot import snapshot
from partywork.keeping.verify_journal import head_now
from partywork.version import VERSION

NO_HEAD = {"seq": 0, "hash": ""}


def verify(grace: float = 3600, head: tuple[int, str] | None = None, *, by: str = "命令行或定时任务",
           restored: bool = False) -> dict[str, Any]:
    """Everything that `manage.py verify --json` tells, of one view of the database; `by` is who asked. Right after a
    restore the heads kept on this machine are those of the state before."""
    asked, chain, start = Asked(grace, head, kept={} if restored else kept_heads()), NO_HEAD, time.monotonic()
    try:
        with snapshot():
            outcomes, chain = run_checks(asked), head_now()
    except DatabaseError as error:
        outcomes = [Outcome("数据库", [f"数据库读不出：{str(error).strip().splitlines()[0]}"], 0)]
    return told(asked, outcomes, chain, by, start)


def verify_in_steps(tell: Callable[[int, str], None], *, by: str) -> dict[str, Any]:
    """The same for a job: each check has a view of its own, for progress can only be written between two views."""
    asked, checks, outcomes, start = Asked(kept=kept_heads()), all_checks(), [], time.monotonic()
    for number, (name, check) in enumerate(checks.items()):
        tell(100 * number // len(checks), f"正在核对：{name}")
        with snapshot():
            outcomes.append(run_check(name, check, asked))
    return told(asked, outcomes, head_now(), by, start)


def told(asked: Asked, outcomes: list[Outcome], chain: dict, by: str, start: float) -> dict[str, Any]:
    failed = {each.name: len(each.problems) for each in outcomes if each.problems}
    problems = sum(failed.values())
    history.note("verify", ok=not problems, problems=problems, failed=failed, head=chain, by=by,
                 seconds=round(time.monotonic() - start, 1))
    return {
        "ok": not problems, "problems": problems, "version": VERSION, "engine": connection.vendor, "head": chain,
        "checks": [{"name": each.name, "problems": each.problems, "seconds": each.seconds} for each in outcomes],
        "notes": asked.notes,
    }
