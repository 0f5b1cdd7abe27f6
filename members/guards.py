"""Who speaks against taking a membership back or correcting its days: features that hang on it register a guard when they
are loaded. Declaration only."""

from __future__ import annotations

from collections.abc import Callable

from members.models import Membership
from partywork.errors import RuleViolation

Guard = Callable[[Membership], str]
_guards: list[Guard] = []


def guards_memberships(guard: Guard) -> Guard:
    """The guard takes the latest membership and answers with the sentence that refuses, or ""."""
    _guards.append(guard)
    return guard


def check_guards(row: Membership) -> None:
    for guard in _guards:
        if said := guard(row):
            raise RuleViolation(said)
