"""A database in which people really meet: the stage, committed, with a connection of its own for every thread.

On SQLite it is a file copied from the suite's database, with the laptop's own settings (WAL, IMMEDIATE). When the suite
runs on PostgreSQL it is a database made from the suite's.
"""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.blank import copy_blank
from tests.cast import draw_world
from tests.partywork.engines import Database, defaults
from tests.stage import Stage, set_stage


@contextmanager
def arena(folder: Path) -> Iterator[tuple[Database, Stage]]:
    """The database and the stage set in it; call it while nothing else is open on the suite's database."""
    with (_file(folder) if connection.vendor == "sqlite" else _copy()) as database, database.in_use():
        yield database, set_stage(draw_world())


@contextmanager
def _file(folder: Path) -> Iterator[Database]:
    path = copy_blank(folder / "arena.sqlite3")
    options = dict(settings.DATABASES["default"]["OPTIONS"])
    yield Database(defaults(ENGINE="django.db.backends.sqlite3", NAME=str(path), OPTIONS=options))


@contextmanager
def _copy() -> Iterator[Database]:
    """CREATE DATABASE … TEMPLATE wants nobody connected to the original."""
    name, facts = f"arena_{uuid.uuid4().hex[:12]}", dict(connection.settings_dict)
    original = facts["NAME"]
    connection.close()
    outside = Database(facts | {"NAME": "postgres"})
    with outside.in_use() as server, server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{original}"')
    try:
        yield Database(facts | {"NAME": name, "CONN_MAX_AGE": 0})
    finally:
        with outside.in_use() as server, server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
