"""The head of the chain at the end of each day, for copying onto paper, and the answer to a head copied earlier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max
from django.db.models.functions import TruncDate
from django.utils import timezone

from partywork.journal.models import Entry
from partywork.journal.services import same_hash

WRITTEN = re.compile(r"([0-9]{1,18})[:：-]([0-9a-f]{8,64})")
SHOWN = 12  # letters of the hash; a backup's name shows as many


@dataclass(frozen=True)
class DayHead:
    """The last entry of a day."""

    day: date
    seq: int
    hash: str

    @property
    def written(self) -> str:
        return f"{self.seq}:{self.hash[:SHOWN]}"


def heads_by_day(days: int) -> list[DayHead]:
    """The newest first; a day on which nothing happened has the head of the day before and is left out."""
    since = timezone.now() - timedelta(days=days)
    last = Entry.objects.filter(at__gte=since).order_by().annotate(day=TruncDate("at")).values("day")
    seqs = dict(last.annotate(last=Max("seq")).values_list("last", "day"))
    hashes = Entry.objects.filter(seq__in=seqs).values_list("seq", "hash").order_by("-seq")
    return [DayHead(seqs[seq], seq, hash) for seq, hash in hashes]


def read_written(text: str) -> tuple[int, str] | None:
    """A head as it was copied, such as 1280:9f3c5a7b1e20; None for anything else."""
    found = WRITTEN.fullmatch(text.strip().lower())
    return (int(found[1]), found[2]) if found else None


def still_holds(seq: int, written: str) -> bool:
    """Whether the journal still has the entry that was copied."""
    hash = Entry.objects.filter(seq=seq).values_list("hash", flat=True).first()
    return hash is not None and same_hash(hash, written)
