"""The journal's chain, its head, and the triggers that guard it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from partywork.journal import triggers
from partywork.journal.models import Entry, Head
from partywork.journal.services import verify_chain
from partywork.keeping.checks import Asked, verifies


@verifies("操作日志")
def chain_holds(asked: Asked) -> Iterator[str]:
    first_bad = verify_chain(full_head(asked.head))
    if first_bad is not None:
        yield f"日志链从第{first_bad}条起对不上，可能被改动、增删过，或者 AUDIT_KEY 与写入时不同。"
    if not triggers.in_place(connection):
        yield "日志表缺少防篡改触发器。"


def full_head(asked: tuple[int, str] | None) -> tuple[int, str] | None:
    """What was written down may be the beginning of the hash only, as in the name of a backup."""
    if asked is None:
        return None
    stored = Entry.objects.filter(seq=asked[0]).values_list("hash", flat=True).first() or ""
    return asked[0], stored if asked[1] and stored.startswith(asked[1]) else asked[1]


def head_now() -> dict:
    head = Head.objects.filter(pk=1).first() or Head()
    return {"seq": head.seq, "hash": head.hash}
