"""A fresh small database of either engine for tests of locks, triggers and races.

pytest-django's own database is one in-memory SQLite inside one transaction: nothing can race in it. Here each test
gets a real SQLite file and, when TEST_DATABASE_URL names a PostgreSQL, a schema of its own there as well.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import environ
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections
from django.db.utils import load_backend

from partywork.journal import triggers
from tests.partywork.trial import TRIAL_MODELS

ENGINES = ["sqlite", "postgresql"] if os.environ.get("TEST_DATABASE_URL") else ["sqlite"]


@dataclass(frozen=True)
class Database:
    """How to connect to it; every thread needs a connection of its own."""

    facts: dict[str, Any]

    @property
    def vendor(self) -> str:
        return "postgresql" if "postgresql" in self.facts["ENGINE"] else "sqlite"

    @contextmanager
    def in_use(self) -> Iterator[Any]:
        """Django's default connection of this thread is this database."""
        before = connections["default"]
        connections["default"] = load_backend(self.facts["ENGINE"]).DatabaseWrapper(self.facts, "default")
        try:
            yield connections["default"]
        finally:
            connections["default"].close()
            connections["default"] = before

    def at_once(self, count: int, act: Callable[[int], Any]) -> list[Any]:
        """act(0), act(1) … in threads that start together; an exception comes back as its value."""
        start = Barrier(count)

        def run(number: int) -> Any:
            with self.in_use() as connection:
                connection.ensure_connection()
                start.wait(10)
                try:
                    return act(number)
                except Exception as error:
                    return error

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))


def defaults(**facts: Any) -> dict[str, Any]:
    test = {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": None}
    rest = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    plain = {
        "TIME_ZONE": None,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "OPTIONS": {},
        "TEST": test,
    }
    return plain | rest | facts


@contextmanager
def fresh(engine: str, folder: Path) -> Iterator[Database]:
    """A database with accounts, journal, files and the trial tables in it."""
    with sqlite(folder) if engine == "sqlite" else postgresql() as database:
        with database.in_use() as connection:
            models = [get_user_model(), *apps.get_app_config("journal").get_models()]
            with connection.schema_editor() as editor:
                for model in [*models, *apps.get_app_config("files").get_models(), *TRIAL_MODELS]:
                    editor.create_model(model)
            triggers.refuse_changes(connection)
        yield database


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    """With the very options of the laptop profile."""
    options = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        options = settings.DATABASES["default"]["OPTIONS"]
    yield Database(
        defaults(
            ENGINE="django.db.backends.sqlite3", NAME=str(folder / "trial.sqlite3"), OPTIONS=dict(options)
        )
    )


@contextmanager
def postgresql() -> Iterator[Database]:
    facts = defaults(**environ.Env.db_url_config(os.environ["TEST_DATABASE_URL"]))
    schema = f"trial_{uuid.uuid4().hex[:12]}"
    outside = Database(facts)
    with outside.in_use() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
    try:
        options = facts["OPTIONS"] | {"options": f"-c search_path={schema} -c lock_timeout=10s"}
        yield Database(facts | {"OPTIONS": options})
    finally:
        with outside.in_use() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")
