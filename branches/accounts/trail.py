"""How the auditor's page shows the journal: who did what to which thing, never what a business record says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.apps import apps
from django.db.models import QuerySet

from partywork.journal.chain import entry_hash
from partywork.journal.models import Entry
from partywork.journal.services import change_lines, describe, head_fits, same_hash
from partywork.keeping.heads import kept_heads

NAMED = ("accounts.account", "accounts.post", "branches.branch", "branches.partygroup", "branches.bureau")
CHECKED = 200  # entries whose seals the page recounts; `manage.py verify` recounts them all


@dataclass(frozen=True)
class TrailRow:
    """One entry as the auditor sees it."""

    entry: Entry
    who: str
    action: str
    target: str
    fields: str

    @classmethod
    def of(cls, entry: Entry) -> TrailRow:
        return cls(
            entry,
            who_of(entry),
            describe(entry),
            target_of(entry),
            "、".join(line.label for line in change_lines(entry)),
        )


def who_of(entry: Entry) -> str:
    """Acts without an actor are the system's own, but a refused login is somebody's who is not signed in."""
    return "未登录者" if entry.actor_id is None and entry.action.startswith("login.") else entry.actor_name


def target_of(entry: Entry) -> str:
    """Accounts, posts and organisations by name; business records by kind and number only."""
    if not entry.target_type or entry.target_type in NAMED:
        return entry.target_label
    return f"{kind_of(entry.target_type)} 第{entry.target_id}号"


def kind_of(target_type: str) -> str:
    try:
        return str(apps.get_model(target_type)._meta.verbose_name)
    except LookupError:
        return "记录"


def first_break() -> int | None:
    """The number of the first of the last entries whose seal does not fit, or None; a whole recount is a command."""
    tail, kept = list(reversed(last_entries()[: CHECKED + 1])), kept_heads()
    for before, entry in pairwise(tail):
        if entry.seq != before.seq + 1 or entry.prev_hash != before.hash or entry.hash != entry_hash(entry):
            return entry.seq
        if not same_hash(entry.hash, kept.get(entry.seq, entry.hash)):
            return entry.seq
    last, last_hash = (tail[-1].seq, tail[-1].hash) if tail else (0, "")
    return None if head_fits(last, last_hash) and max(kept, default=0) <= last else last + 1


def last_entries() -> QuerySet[Entry]:
    return Entry.objects.order_by("-seq")
