"""The whole database as plain values, and what one act changed in it."""
from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.management.color import no_style
from django.db import connection

APPS = ("accounts", "branches", "members", "transfers", "meetings", "development", "terms", "honours", "reports", "files", "jobs", "dues",
        "imports", "journal")
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # a UUID, also where the journal tells it as text
Rows = dict[str, dict[Any, dict[str, Any]]]
# What differs from one run to the next by itself: random keys and tokens, times, the journal's chain, salted hashes.
RANDOM = {
    "uid", "uuid", "form_token", "request_token", "stored_name", "password", "hash", "prev_hash", "seal", "at", "created_at",
    "changed_at", "uploaded_at", "made_at", "set_at", "committed_at", "undone_at", "sent_at", "last_login", "retired_at", "removed_at",
    "voided_at",
}  # fmt: skip


def models() -> list[type]:
    """Sessions are left out: bookkeeping of the login, no record."""
    ours = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [model for model in ours if not issubclass(model, AbstractBaseSession)]


def snapshot() -> Rows:
    return {model._meta.label: {row.pk: plain_values(row) for row in model._base_manager.all()} for model in models()}


def plain_values(row: Any) -> dict[str, Any]:
    """By attribute, so that sealed fields are opened: a seal is different every time."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def difference(before: Rows, after: Rows) -> dict[str, dict[str, list]]:
    """By model: new rows whole, changed rows as {column: new value} with their key, keys of rows that are gone."""
    found = {}
    for label, rows in after.items():
        old = before[label]
        new = [row for key, row in rows.items() if key not in old]
        changed = [{"pk": key} | {name: value for name, value in row.items() if old[key][name] != value}
                   for key, row in rows.items() if key in old and old[key] != row]
        gone = [key for key in old if key not in rows]
        if new or changed or gone:
            found[label] = {"new": new, "changed": changed, "gone": gone}
    return found


def count_on() -> None:
    """New rows get the next free numbers again: PostgreSQL does not take back a number when an act is taken back."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models()):
            cursor.execute(sql)


def settled(found: dict[str, dict[str, list]]) -> dict[str, dict[str, list]]:
    """The difference without what is random, in an order that does not depend on it."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {name: "*" if name in RANDOM or KEY.fullmatch(str(value)) else value for name, value in row.items()}

    return {label: {what: sorted(map(plain, rows), key=repr) if what != "gone" else rows for what, rows in part.items()}
            for label, part in found.items()}
