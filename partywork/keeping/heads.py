"""Heads of the journal's chain kept outside the database: one a day, noted by the worker, and with every backup and proof.

Whoever cuts the journal's end off, or puts the whole database back, can make the database agree with itself; it does
not agree with these any more, nor with what the auditor has on paper.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from partywork.keeping import history
from partywork.keeping.verify_journal import head_now


def note_head_of_day() -> None:
    """Once a day, by the first who looks."""
    today = timezone.localdate()
    if any(each["act"] == "head" and day_of(each) == today for each in history.read()):
        return
    if (head := head_now())["hash"]:
        history.note("head", head=head)


def kept_heads() -> dict[int, str]:
    """{seq: hash} of what was noted since the database was last restored here; a restored one begins anew."""
    heads: dict[int, str] = {}
    for act in history.read():
        if act["act"] == "restore" and "reason" not in act:
            heads = {}
        elif (head := head_of(act)) and head[1]:
            heads.setdefault(*head)
    return heads


def head_of(act: dict[str, Any]) -> tuple[int, str] | None:
    """The head that an act has noted, however it wrote it down."""
    found = act.get("head") if act["act"] in ("head", "verify", "backup") else None
    if isinstance(found, dict):
        found = [found.get("seq"), found.get("hash")]
    if not isinstance(found, list) or [type(part) for part in found] != [int, str]:
        return None
    return found[0], found[1]


def day_of(act: dict[str, Any]) -> date:
    return timezone.localtime(datetime.fromisoformat(act["at"])).date()
