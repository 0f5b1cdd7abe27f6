"""The triggers by which the database itself refuses to change or remove journal entries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

TABLE = "journal_entry"
MESSAGE = "journal entries cannot be changed or removed"

POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION journal_refuse()""",
    f"""CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()""",
]
POSTGRESQL_OFF = [
    f"DROP TRIGGER IF EXISTS journal_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS journal_no_truncate ON {TABLE}",
    "DROP FUNCTION IF EXISTS journal_refuse()",
]
# INSERT OR REPLACE removes the row in its way without asking the trigger on DELETE.
SQLITE = [
    f"CREATE TRIGGER journal_no_{name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for name, act in {
        "update": f"UPDATE ON {TABLE}",
        "delete": f"DELETE ON {TABLE}",
        "replace": f"INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE seq = NEW.seq)",  # noqa: S608
    }.items()
]
SQLITE_OFF = [f"DROP TRIGGER IF EXISTS journal_no_{name}" for name in ("update", "delete", "replace")]


def refuse_changes(connection) -> None:
    _run(connection, POSTGRESQL_OFF + POSTGRESQL, SQLITE_OFF + SQLITE)


def allow_changes(connection) -> None:
    _run(connection, POSTGRESQL_OFF, SQLITE_OFF)


def _run(connection, postgresql: list[str], sqlite: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in {"postgresql": postgresql, "sqlite": sqlite}[connection.vendor]:
            cursor.execute(statement)


def in_place(connection) -> bool:
    """Are all triggers there? `manage.py verify` and the deployment checks ask."""
    question = {
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('journal_entry')"
        " AND tgname IN ('journal_no_change', 'journal_no_truncate') AND tgenabled IN ('O', 'A')",
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'"
        " AND name IN ('journal_no_update', 'journal_no_delete', 'journal_no_replace')",
    }
    with connection.cursor() as cursor:
        cursor.execute(question[connection.vendor])
        return cursor.fetchone()[0] == {"postgresql": len(POSTGRESQL) - 1, "sqlite": len(SQLITE)}[connection.vendor]


@contextmanager
def lifted(connection) -> Iterator[None]:
    """For tests that empty or damage the tables; nothing else may use it."""
    allow_changes(connection)
    try:
        yield
    finally:
        refuse_changes(connection)
