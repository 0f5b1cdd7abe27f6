"""What can be done to a journal by somebody who may write to the database but has not the key.

Each way takes the chain as it stands and dice, does its damage, and says which entry is the first that does not fit any
more; None when the dice changed nothing.
"""
from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.test import override_settings

from partywork.journal.chain import entry_hash, head_seal
from partywork.journal.models import Entry, Head
from partywork.journal.services import write_entry

Dice = random.Random


@dataclass(frozen=True)
class Chain:
    """The journal before: its entries, its head after every one of them, and the heads that were copied onto paper."""

    entries: list[Entry]
    heads: dict[int, dict[str, Any]]
    paper: dict[int, str]

    @property
    def last(self) -> int:
        return len(self.entries)


Way = Callable[[Chain, Dice], int | None]
WAYS: dict[str, Way] = {}


def way(name: str) -> Callable[[Way], Way]:
    def declare(act: Way) -> Way:
        WAYS[name] = act
        return act

    return declare


def some(chain: Chain, dice: Dice) -> int:
    return dice.randint(1, chain.last)


@way("改一格")
def any_column(chain: Chain, dice: Dice) -> int | None:
    """By the model's own list of columns, so that a new one is tried too."""
    seq = some(chain, dice)
    field = dice.choice([field for field in Entry._meta.concrete_fields if not field.primary_key])
    old = getattr(chain.entries[seq - 1], field.attname)
    new = other_value(field, old, dice)
    Entry.objects.filter(seq=seq).update(**{field.attname: new})
    return seq if new != old else None


def other_value(field: models.Field, old: Any, dice: Dice) -> Any:
    if isinstance(field, models.DateTimeField):
        return old + timedelta(microseconds=dice.choice([-1, 1, 10**6, 86_400 * 10**6]))
    if isinstance(field, models.JSONField):
        return dice.choice([{}, {"n": [1, 2]}, old | {"n": [None, dice.randint(0, 9)]}, [old]])
    if field.is_relation:
        return None if old else 1
    return dice.choice([old + "x", old[1:], old[:-1], "", f"{dice.randint(0, 9)}{old}"])[: field.max_length]


@way("删一条或几条")
def deleted(chain: Chain, dice: Dice) -> int:
    seq = some(chain, dice)
    Entry.objects.filter(seq__range=(seq, seq + dice.choice([0, 0, 1, 5]))).delete()
    return seq


@way("插入一条")
def inserted(chain: Chain, dice: Dice) -> int:
    """In the middle with all later ones moved on, or at the end; sealed with what can be copied."""
    seq = dice.randint(1, chain.last + 1)
    for later in range(chain.last, seq - 1, -1):
        Entry.objects.filter(seq=later).update(seq=later + 1)
    like = dice.choice(chain.entries)
    before = chain.entries[seq - 2].hash if seq > 1 else ""
    copy = {field.attname: getattr(like, field.attname) for field in Entry._meta.concrete_fields}
    Entry.objects.create(**copy | {"seq": seq, "prev_hash": before, "hash": dice.choice([like.hash, "f" * 64])})
    return None if like.seq == seq else seq


@way("调换次序")
def exchanged(chain: Chain, dice: Dice) -> int:
    first, second = sorted(dice.sample(range(1, chain.last + 1), 2))
    for old, new in ((first, 10**6), (second, first), (10**6, second)):
        Entry.objects.filter(seq=old).update(seq=new)
    return first


@way("换上别条的校验值")
def seal_of_another(chain: Chain, dice: Dice) -> int:
    seq, other = dice.sample(range(1, chain.last + 1), 2)
    Entry.objects.filter(seq=seq).update(hash=chain.entries[other - 1].hash)
    return seq


@way("截尾")
def cut(chain: Chain, dice: Dice) -> int:
    """The head stays, or is written anew without its seal."""
    kept = dice.randint(0, chain.last - 1)
    Entry.objects.filter(seq__gt=kept).delete()
    if dice.random() < 0.5:
        Head.objects.update(seq=kept, hash=chain.entries[kept - 1].hash if kept else "")
    return kept + 1


@way("截尾并换回当时的链头")
def put_back(chain: Chain, dice: Dice) -> int:
    """The database agrees with itself, as it did then; the paper does not."""
    kept = dice.randint(0, max(chain.paper) - 1)
    Entry.objects.filter(seq__gt=kept).delete()
    Head.objects.all().delete()
    if kept:
        Head.objects.create(**chain.heads[kept])
    return kept + 1


@way("清空后重新开始")
def begun_anew(chain: Chain, dice: Dice) -> int:
    """The system itself seals what comes after, with the right key."""
    Entry.objects.all().delete()
    Head.objects.all().delete()
    count = dice.randint(0, chain.last)
    for _ in range(count):
        write_entry(actor=None, action="trial.anew")
    return min([seq for seq in chain.paper if seq <= count], default=count + 1)


@way("没有密钥重造")
def rebuilt(chain: Chain, dice: Dice) -> int:
    """From one entry on everything is sealed again, head and all, with a key that the forger made up."""
    first = some(chain, dice)
    with override_settings(AUDIT_KEY=f"{dice.random()}" * 3):
        before = chain.entries[first - 2].hash if first > 1 else ""
        for old in chain.entries[first - 1:]:
            entry = Entry.objects.get(seq=old.seq)
            entry.reason, entry.prev_hash = f"{entry.reason}改" if entry.seq == first else entry.reason, before
            entry.hash = before = entry_hash(entry)
            entry.save()
        head = Head(seq=chain.last, hash=before)
        Head.objects.update(hash=before, seal=head_seal(head))
    return first


@way("改链头")
def head_changed(chain: Chain, dice: Dice) -> int:
    change = dice.choice([{"seq": chain.last + 1}, {"seq": chain.last - 1}, {"hash": "0" * 64}, {"seal": "0" * 64}, {"seal": ""}])
    if dice.random() < 0.2:
        Head.objects.all().delete()
    else:
        Head.objects.update(**change)
    return chain.last + 1


def tried(chain: Chain, name: str, dice: Dice, judge: Callable[[], Any]) -> tuple[int, Any] | None:
    """One tampering, what the judge says of it, and all is as before; None when the dice changed nothing."""
    with transaction.atomic():
        expected = WAYS[name](chain, dice)
        said = judge() if expected else None
        transaction.set_rollback(True)
    return (expected, said) if expected else None
