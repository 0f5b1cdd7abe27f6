"""What a forked server may be told to do wrong: lay a mine, or take a guard away to see the proof fail without it.

`apply({"die_at_write": 7})` calls the function of that name; a bare guard is switched off with `true`.
"""
from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Callable
from typing import Any

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.I)


def apply(tampering: dict[str, Any]) -> None:
    for name, value in tampering.items():
        globals()[name](value)


def on_each_connection(act: Callable[[Any], None]) -> None:
    from django.db.backends.signals import connection_created

    connection_created.connect(lambda connection, **kwargs: act(connection), weak=False)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_write(number: int) -> None:
    """Killed at the n-th writing statement or commit of this server's life: just before it is done, or just after."""
    count = itertools.count(1)

    def around(act: Callable, *args: Any) -> Any:
        here = next(count) == number
        if here and number % 2:
            die()
        answer = act(*args)
        if here:
            die()
        return answer

    def wrapper(execute, sql, params, many, context) -> Any:
        return around(execute, sql, params, many, context) if WRITES.match(sql) else execute(sql, params, many, context)

    def mine(connection) -> None:
        connection.execute_wrappers.append(wrapper)
        commit = connection._commit
        connection._commit = lambda: around(commit)

    on_each_connection(mine)


def without_transactions(_: bool) -> None:
    """Every statement stands for itself, as if nobody had written `atomic`."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
    from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

    SQLite._start_transaction_under_autocommit = lambda self: None
    told = PostgreSQL._set_autocommit
    PostgreSQL._set_autocommit = lambda self, autocommit: told(self, True) if autocommit else None
    BaseDatabaseWrapper._savepoint_allowed = lambda self: False


def without_locks(_: bool) -> None:
    """No version is claimed, no row is locked, SQLite's transactions begin as readers."""
    from django.conf import settings
    from django.db.models import F
    from django.db.models.query import QuerySet

    from branches.meetings import services

    def bump(instance, expected: int) -> None:
        type(instance)._base_manager.filter(pk=instance.pk).update(version=F("version") + 1)

    services.claim_version = bump
    QuerySet.select_for_update = lambda self, **kwargs: self
    settings.DATABASES["default"].get("OPTIONS", {}).pop("transaction_mode", None)


def sqlite_pragma(pragma: str) -> None:
    on_each_connection(lambda connection: connection.cursor().execute(f"PRAGMA {pragma}"))


def without_sqlite_journal(_: bool) -> None:
    """A transaction that fails half-way cannot be taken back."""
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=OFF; PRAGMA foreign_keys=ON;"


def sqlite_timeout(seconds: float) -> None:
    """Shorter than the laptop's, so that a proof need not wait for it."""
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"]["timeout"] = seconds


def without_the_page_for_absence(_: bool) -> None:
    from partywork import views

    views.unavailable = lambda request, exception: None


def without_new_connections(_: bool) -> None:
    """A connection is kept for ever, dead or alive."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseDatabaseWrapper.close_if_unusable_or_obsolete = lambda self: None
    BaseDatabaseWrapper.close_if_health_check_failed = lambda self: None
