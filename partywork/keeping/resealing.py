"""Changing the key of encrypted fields while the system is in use.

The newest key is put in front of FIELD_KEYS; everything new is sealed with it, everything old still opens. Then every row
is saved once, each batch in a transaction that holds its rows, so a save by somebody else comes wholly before or wholly
after. Killed half-way it simply goes on: what is done is known by the key's number in each token.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import Count, TextField
from django.db.models.functions import Cast, Substr

from partywork.fields import (
    EncryptedText,
    Sealed,
    blind_index_fields,
    encrypted_fields,
    key_number,
    newest,
    ring,
)
from partywork.journal.services import register_actions, write_entry
from partywork.keeping.tables import kept_models, table_of

BATCH = 200
PATIENCE, PAUSE = 10, 0.5  # how often and after how many seconds rows that somebody holds are tried again
STARTS = re.compile(r"[0-9a-f]{8}\$")
NO_KEY = "？"
register_actions({"keys.reseal": "换用新的加密密钥"})


@dataclass(frozen=True)
class Column:
    """One encrypted column and how many of its values each key has sealed."""

    model: type[models.Model]
    field: EncryptedText
    keys: Counter[str]

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name}的{self.field.verbose_name}"


def columns() -> list[Column]:
    """Every encrypted column that there is, found by itself; none in a database that is still empty."""
    present = set(connection.introspection.table_names())
    return [Column(model, field, keys_of(model, field)) for model in kept_models() if table_of(model) in present
            for field in encrypted_fields(model)]


def keys_of(model: type[models.Model], field: EncryptedText) -> Counter[str]:
    """How often which key's number begins a value; whatever is no token at all is counted under NO_KEY, never shown."""
    rows = model._base_manager.annotate(start=Substr(Cast(field.attname, TextField()), 1, 9)).exclude(start=None).exclude(start="")
    found: Counter[str] = Counter()
    for start, count in rows.order_by().values_list("start").annotate(count=Count("pk")):
        found[start[:8] if STARTS.fullmatch(start) else NO_KEY] += count
    return found


def lost_keys() -> set[str]:
    """Numbers of keys by which something is sealed and that are not in the ring."""
    return {number for column in columns() for number in column.keys} - set(ring())


def outdated() -> Counter[str]:
    """How many values still need which key besides the newest."""
    found = sum((column.keys for column in columns()), Counter())
    del found[newest()]
    return found


def reseal_all(tell: Callable[[int], None]) -> Counter[str]:
    """Bring every value under the newest key; `tell` is given the rows done so far. Returns what could not be."""
    if left := due():
        note_start(left)
    patience = PATIENCE
    while left and patience:
        for model in kept_models():
            reseal_model(model, tell)
        before, left = left, due()
        if left.total() >= before.total():  # somebody holds the rest, or it does not open
            patience -= 1
            time.sleep(PAUSE)
    return outdated()


def due() -> Counter[str]:
    """What is under another key of the ring and so can be brought under the newest."""
    return Counter({number: count for number, count in outdated().items() if number in ring()})


@transaction.atomic
def note_start(before: Counter[str]) -> None:
    """One entry for one run, before its first row: from which keys, to which, how many values."""
    write_entry(actor=None, action="keys.reseal", label="全部加密内容",
                changes={"密钥编号": ["、".join(sorted(before)), newest()], "待换条数": [None, before.total()]})


def reseal_model(model: type[models.Model], tell: Callable[[int], None]) -> None:
    names = [field.attname for field in (*encrypted_fields(model), *blind_index_fields(model))]
    last, done = None, 0
    while names and (batch := next_keys(model, last)):
        last = batch[-1]
        done += reseal_batch(model, batch, names)
        tell(done)


def next_keys(model: type[models.Model], last: object) -> list:
    rows = model._base_manager.order_by("pk")
    return list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def reseal_batch(model: type[models.Model], batch: list, names: list[str]) -> int:
    """Rows that somebody else holds are left for the next round: whoever waits for nobody stops nobody for ever."""
    held = model._base_manager.select_for_update(no_key=True, skip_locked=True).filter(pk__in=batch).only("uid", *names)
    others = set(ring()) - {newest()}
    old = [row for row in held if others & set(numbers_in(row))]
    for row in old:
        row.save(update_fields=names)
    return len(old)


def numbers_in(row: models.Model) -> Iterator[str]:
    """The keys of the row's tokens, which stay unopened."""
    for field in encrypted_fields(type(row)):
        value = row.__dict__.get(field.attname)
        if isinstance(value, Sealed):
            yield key_number(value.token)
