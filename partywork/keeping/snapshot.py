"""One unchanging view of the whole database while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.utils import load_backend


@contextmanager
def snapshot() -> Iterator[None]:
    """Inside, this thread's default connection reads one state of the database and cannot write.

    Everything committed before is in it. Writers are not held up: SQLite gives a deferred read transaction of the WAL,
    PostgreSQL REPEATABLE READ. Within a transaction of the caller's own, that one is the view.
    """
    outside = connections["default"]
    if outside.in_atomic_block:
        yield
        return
    inside = load_backend(outside.settings_dict["ENGINE"]).DatabaseWrapper(reading(outside), "default")
    connections["default"] = inside
    try:
        with transaction.atomic():
            begin(inside)
            yield
    finally:
        connections["default"] = outside
        inside.close()


def reading(connection: Any) -> dict[str, Any]:
    options = dict(connection.settings_dict["OPTIONS"])
    if connection.vendor == "sqlite":
        options["transaction_mode"] = "DEFERRED"
    return connection.settings_dict | {"OPTIONS": options, "CONN_HEALTH_CHECKS": False}


def begin(connection: Any) -> None:
    """The first statement fixes the view; it must come before anything is read."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT count(*) FROM django_migrations")
        cursor.fetchone()
