"""Values as the journal keeps them: plain, the same on both databases, and without personal data."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from partywork.fields import EncryptedText
from partywork.logs import PRIVATE_KEYS, hide_numbers

NOT_RECORDED = "（已变更，不记录内容）"
LONGEST = 2000  # a journal keeps what changed, not whole minutes twice
Changes = dict[str, list[Any]]


def plain(value: object) -> Any:
    """JSON that reads back equal from jsonb and from SQLite: no floats, no objects, no NUL, no lone surrogates."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, dict):
        return {text(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, models.Model):
        return text(f"{value}（{value.pk}）")
    return text(value)


def text(value: object, longest: int = LONGEST) -> str:
    """Text without personal numbers and what a database cannot hold, cut with a mark when too long."""
    clean = str(value).replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
    clean = hide_numbers(clean)
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def snapshot(instance: models.Model, fields: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """These fields of a row as the journal keeps them; take one before and one after an act."""
    return {name: plain(getattr(instance, name)) for name in fields}


def changes_between(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    """{field: [old, new]} for what differs; a field missing on one side counts as None."""
    names = list(dict.fromkeys([*old, *new]))
    pairs = {name: [plain(old.get(name)), plain(new.get(name))] for name in names}
    return {name: pair for name, pair in pairs.items() if old.get(name) != new.get(name)}


def changed_part(old: str, new: str, around: int = 10) -> list[str]:
    """Where two texts differ, with a few characters around: a long text that saves itself is not kept whole each time."""
    start = max(0, same_length(old, new) - around)
    old, new = old[start:], new[start:]
    end = max(0, same_length(old[::-1], new[::-1]) - around)
    return [part[: len(part) - end] for part in (old, new)]


def same_length(one: str, two: str) -> int:
    """How many characters two texts begin with alike."""
    shorter = min(len(one), len(two))
    return next((place for place in range(shorter) if one[place] != two[place]), shorter)


@cache
def private_fields(model: type[models.Model] | None) -> frozenset[str]:
    """Fields whose values are never written: protected by name, encrypted, or in PRIVATE_FIELDS, of the model and of those
    whose rows are told under its name."""
    if model is None:
        return PRIVATE_KEYS
    hidden = set(PRIVATE_KEYS)
    for each in (model, *told_under(model)):
        hidden |= {field.name for field in each._meta.fields if isinstance(field, EncryptedText)}
        hidden |= set(getattr(each, "PRIVATE_FIELDS", ()))
    return frozenset(hidden)


def told_under(model: type[models.Model]) -> list[type[models.Model]]:
    """The models whose changes its services tell under its name (`JOURNAL_ALSO`)."""
    return [apps.get_model(label) for label in getattr(model, "JOURNAL_ALSO", ())]


def safe_changes(changes: dict[str, Any] | None, model: type[models.Model] | None) -> dict[str, Any]:
    hidden = private_fields(model)
    return {
        text(name): NOT_RECORDED if name in hidden else plain(pair) for name, pair in (changes or {}).items()
    }
