"""The journal's chain, its head, and the triggers that guard it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from partywork.journal import triggers
from partywork.journal.models import Head
from partywork.journal.services import verify_chain
from partywork.keeping.checks import Asked, verifies


@verifies("操作日志")
def chain_holds(asked: Asked) -> Iterator[str]:
    heads = asked.kept | (dict([asked.head]) if asked.head else {})
    first_bad, last = verify_chain(heads), head_now()["seq"]
    if first_bad is not None:
        yield f"日志链从第{first_bad}条起对不上，可能被改动、增删过，或者 AUDIT_KEY 与写入时不同。"
    if max(heads, default=0) > last:
        yield f"曾经记下第{max(heads)}条的链头，现在日志只到第{last}条：日志被截短，或者整个数据库被换回了旧状态。"
    if not triggers.in_place(connection):
        yield "日志表缺少防篡改触发器。"


def head_now() -> dict:
    head = Head.objects.filter(pk=1).first() or Head()
    return {"seq": head.seq, "hash": head.hash}
