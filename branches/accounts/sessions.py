"""Sessions in a table of our own: each row knows whose login it is, so that a list of logins can be shown and any of
them ended. Django's settings name this module (SESSION_ENGINE)."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import salted_hmac

from branches.accounts.middleware import BEGAN, SEEN
from partywork.middleware import facts

LONGEST_AGENT = 300


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type:
        from branches.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        now = time.time()
        row.number = number_of(row.session_key)
        row.account_id = data.get(SESSION_KEY)
        row.began_at, row.seen_at = moment(data.get(BEGAN, now)), moment(data.get(SEEN, now))
        row.ip, row.agent = caller()
        return row


def number_of(key: str) -> uuid.UUID:
    """What a page may say of a session: it names the row and does not open anything."""
    return uuid.UUID(bytes=salted_hmac("partywork.session", key, algorithm="sha256").digest()[:16])


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def caller() -> tuple[str, str]:
    """Address and browser of the request in hand."""
    noted = facts.current.get()
    agent = noted.request.headers.get("User-Agent", "") if noted and noted.request else ""
    clean = "".join(letter for letter in agent if letter.isprintable())
    return (noted.ip if noted else ""), clean[:LONGEST_AGENT]
