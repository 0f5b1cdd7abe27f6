"""Writing, reading and proving the audit journal. `write_entry` is the last statement of a service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from partywork.journal.chain import entry_hash, head_seal
from partywork.journal.models import Entry, Head, Result
from partywork.journal.values import (
    NOT_RECORDED,
    Changes,
    changed_part,
    changes_between,
    safe_changes,
    snapshot,
    text,
    told_under,
)
from partywork.middleware.facts import current_ip

__all__ = [
    "Changes", "change_lines", "changed_part", "changes_between", "describe", "entries_for", "register_actions", "snapshot",
    "verify_chain", "write_entries", "write_entry",
]  # fmt: skip

SYSTEM = "系统"
_labels: dict[str, str] = {}


def register_actions(labels: dict[str, str]) -> None:
    """Chinese names of action codes; each app registers its own when it is loaded."""
    for code, label in labels.items():
        if _labels.setdefault(code, label) != label:
            raise ValueError(f"action {code} already has another label")


def describe(entry: Entry) -> str:
    return _labels.get(entry.action, f"其他操作（{entry.action}）")


def action_choices() -> list[tuple[str, str]]:
    """For the filter of the auditor's page."""
    return sorted(_labels.items())


register_actions({"access.refuse": "越权访问被拒绝"})


def write_entry(
    *,
    actor: models.Model | None,
    action: str,
    target: models.Model | None = None,
    label: str = "",
    reason: str = "",
    changes: dict[str, Any] | None = None,
    result: str = Result.DONE,
) -> Entry:
    """Add an entry in the act's own transaction: if it cannot be written, the act is rolled back with it."""
    head = lock_head()
    entry = Entry(
        seq=head.seq + 1,
        at=timezone.now(),
        actor_id=getattr(actor, "pk", None),
        actor_name=text(name_of(actor), 100),
        ip=current_ip()[:45],
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=text(target.pk, 64) if target is not None else "",
        target_label=text(label or (target if target is not None else ""), 200),
        reason=text(reason, 500),
        changes=safe_changes(changes, target._meta.model if target is not None else None),
        result=str(result),
        prev_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    move_head(head, entry)
    return entry


def write_entries(*, actor: models.Model | None, action: str, acts: Iterable[tuple[models.Model, dict[str, Any]]]) -> int:
    """One entry for each (row, changes) of an act on many rows at once, in a fixed number of statements; returns how many."""
    head, entries = lock_head(), []
    now, ip, who, by = timezone.now(), current_ip()[:45], getattr(actor, "pk", None), text(name_of(actor), 100)
    for target, changes in acts:
        entry = Entry(
            seq=head.seq + 1, at=now, actor_id=who, actor_name=by, ip=ip, action=action, target_type=target._meta.label_lower,
            target_id=text(target.pk, 64), target_label=text(target, 200), changes=safe_changes(changes, target._meta.model),
            result=str(Result.DONE), prev_hash=head.hash,
        )  # fmt: skip
        entry.hash = entry_hash(entry)
        head.seq, head.hash = entry.seq, entry.hash
        entries.append(entry)
    if entries:
        Entry.objects.bulk_create(entries)
        head.seal = head_seal(head)
        head.save(update_fields=["seq", "hash", "seal"])
    return len(entries)


def name_of(actor: models.Model | None) -> str:
    if actor is None:
        return SYSTEM
    return getattr(actor, "display_name", "") or str(actor)


def lock_head() -> Head:
    """The head row, locked until commit. SQLite's IMMEDIATE transaction holds the write lock already."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("write_entry must run inside the transaction of the act it records")
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is None:
        Head.objects.get_or_create(pk=1, defaults={"seal": head_seal(Head())})
        head = Head.objects.select_for_update().get(pk=1)
    return head


def move_head(head: Head, entry: Entry) -> None:
    head.seq, head.hash = entry.seq, entry.hash
    head.seal = head_seal(head)
    head.save(update_fields=["seq", "hash", "seal"])


def entries_for(target: models.Model) -> models.QuerySet[Entry]:
    """What happened to this row, newest first."""
    return Entry.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk))


def verify_chain(heads: Mapping[int, str] | None = None) -> int | None:
    """The number of the first entry that does not fit, or None if the whole chain holds.

    `heads` were written down earlier, outside the database: {seq: hash, or its beginning}. A tail cut off before one
    of them is found even if the whole database was put back to an older state.
    """
    last, last_hash, heads = 0, "", heads or {}
    for entry in Entry.objects.order_by("seq").iterator(2000):
        if entry.seq != last + 1 or entry.prev_hash != last_hash or entry.hash != entry_hash(entry):
            return last + 1
        last, last_hash = entry.seq, entry.hash
        if last in heads and not same_hash(last_hash, heads[last]):
            return last
    return None if head_fits(last, last_hash) and max(heads, default=0) <= last else last + 1


def same_hash(hash: str, written: str) -> bool:
    """Whether what was written down is the hash or its beginning; less than eight letters prove nothing."""
    return len(written) >= 8 and hash.startswith(written)


def head_fits(last: int, last_hash: str) -> bool:
    head = Head.objects.filter(pk=1).first()
    if head is None:
        return last == 0
    return (head.seq, head.hash, head.seal) == (last, last_hash, head_seal(head))


@dataclass(frozen=True)
class ChangeLine:
    """One changed field as a page shows it."""

    label: str
    old: str
    new: str
    hidden: bool = False


def change_lines(entry: Entry) -> list[ChangeLine]:
    """The entry's changes in people's words: labels come from today's model, where it still has the field."""
    return list(_change_lines(entry))


def _change_lines(entry: Entry) -> Iterator[ChangeLine]:
    fields = {field.name: field for field in _model_fields(entry.target_type)}
    # PostgreSQL keeps JSON keys in an order of its own; people read them in the order of the form.
    places = {name: place for place, name in enumerate(fields)}
    for name, pair in sorted(entry.changes.items(), key=lambda item: places.get(item[0], len(places))):
        field = fields.get(name)
        label = str(field.verbose_name) if field is not None else name
        if pair == NOT_RECORDED or not isinstance(pair, list) or len(pair) != 2:
            yield ChangeLine(label, "", pair if isinstance(pair, str) else shown(pair, field), hidden=True)
        else:
            yield ChangeLine(label, shown(pair[0], field), shown(pair[1], field))


def _model_fields(target_type: str) -> list[models.Field]:
    """The target's own fields, and those of the rows that its services tell under its name (`JOURNAL_ALSO`)."""
    try:
        model = apps.get_model(target_type) if target_type else None
    except LookupError:
        return []
    if model is None:
        return []
    return [field for each in (*told_under(model), model) for field in each._meta.fields]


def shown(value: Any, field: models.Field | None) -> str:
    """A kept value as people read it."""
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(shown(inner, field) for inner in value)
    choices = dict(getattr(field, "flatchoices", None) or ())
    return str(choices.get(value, value))
