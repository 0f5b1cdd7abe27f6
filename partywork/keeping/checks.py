"""The checks of `manage.py verify`. An app declares its own in its `verification.py`, which is found by name:

    @verifies("会议人数")
    def counters_fit(asked):
        yield "第3次会议：应到登记为 12，出勤记录为 11。"

Each yields one Chinese sentence for each fault. They run in one snapshot of the database, and write nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

MOST = 1000  # faults told of one check; the rest is counted by nobody
GROUND = ("verify_files", "verify_database", "verify_values", "verify_journal")


@dataclass
class Asked:
    """What the keeper wants to know beyond the usual; `notes` are remarks that are no faults."""

    grace: float = 3600  # seconds in which a file without a row may belong to an upload that is still going on
    head: tuple[int, str] | None = None  # a head of the journal that was written down earlier
    notes: list[str] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)  # heads that this machine has written down itself (heads.py)


Check = Callable[[Asked], Iterable[str]]
_checks: dict[str, Check] = {}


@dataclass(frozen=True)
class Outcome:
    name: str
    problems: list[str]
    seconds: float


def verifies(name: str) -> Callable[[Check], Check]:
    """Declare a check under its Chinese name."""

    def declare(check: Check) -> Check:
        if _checks.setdefault(name, check) is not check:
            raise ValueError(f"check {name} is declared twice")
        return check

    return declare


def all_checks() -> dict[str, Check]:
    for module in GROUND:
        import_module(f"partywork.keeping.{module}")
    autodiscover_modules("verification")
    return dict(_checks)


def run_checks(asked: Asked) -> list[Outcome]:
    """Every check on the present connection, in the order of their declaration."""
    return [run_check(name, check, asked) for name, check in all_checks().items()]


def run_check(name: str, check: Check, asked: Asked) -> Outcome:
    """A check that cannot be finished has found something."""
    start, problems = time.monotonic(), []
    try:
        with transaction.atomic():
            problems.extend(islice(check(asked), MOST))
    except Exception as error:
        problems.append(f"没有查完：{type(error).__name__}：{str(error).strip()[:200]}")
    return Outcome(name, problems, round(time.monotonic() - start, 2))
