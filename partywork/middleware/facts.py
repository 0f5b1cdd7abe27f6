"""What everybody below may know about the request in hand: its number, its address, its person.

Kept in a context variable so that the journal and the log need no request handed down to them.
"""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.http import HttpRequest

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that people mix up on the telephone


def new_reference() -> str:
    """A short number for error pages and log lines, such as 7KQ3-M2PX."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass
class Facts:
    """One request. Made by ErrorPages, filled by the door."""

    request: HttpRequest | None = None
    ip: str = ""
    reference: str = field(default_factory=new_reference)

    @property
    def user_id(self) -> int | None:
        """The person's id if someone has already loaded it; never asks the database (a log line must not)."""
        return getattr(getattr(self.request, "_cached_user", None), "pk", None)


current: ContextVar[Facts | None] = ContextVar("partywork_request", default=None)


def current_ip() -> str:
    facts = current.get()
    return facts.ip if facts else ""


def current_reference() -> str:
    """The number of the request in hand, or a fresh one outside of requests."""
    facts = current.get()
    return facts.reference if facts else new_reference()
