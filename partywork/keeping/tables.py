"""Every table as lines of JSON that are the same on SQLite and PostgreSQL, and back."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from partywork.fields import EncryptedText, Sealed

# Sessions are live credentials; the rest is written anew by `migrate`.
LEFT_OUT = frozenset({"accounts_session", "django_content_type", "auth_permission"})
BOOKKEEPING = LEFT_OUT | {"django_migrations", "sqlite_sequence"}
BATCH = 2000
MODULUS = 1 << 256


def kept_models() -> list[type[models.Model]]:
    """The model of every table that a backup holds, tables of many-to-many relations included."""
    every = apps.get_models(include_auto_created=True)
    wanted = [each for each in every if each._meta.managed and not each._meta.proxy]
    return sorted((each for each in wanted if each._meta.db_table not in LEFT_OUT), key=table_of)


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table


def columns_of(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def layout() -> dict[str, list[str]]:
    """{table: columns} as this version of the program has them."""
    return {table_of(model): columns_of(model) for model in kept_models()}


def forgotten_tables() -> list[str]:
    """Tables in the database that no backup holds, because no model tells of them."""
    return sorted(set(connection.introspection.table_names()) - set(layout()) - BOOKKEEPING)


def applied_migrations() -> list[str]:
    return sorted(".".join(key) for key in MigrationLoader(connection).applied_migrations)


def known_migrations() -> list[str]:
    return sorted(".".join(key) for key in MigrationLoader(None).disk_migrations)


# --- out ----------------------------------------------------------------------------------------------------------


def lines_of(model: type[models.Model]) -> Iterator[bytes]:
    """Every row as a JSON list in the order of `columns_of`."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(BATCH):
        yield line_of([plain(value) for value in row])


def line_of(row: list[Any]) -> bytes:
    """Keys sorted: PostgreSQL's jsonb keeps them in an order of its own."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (str, int, bool, float, dict, list):
        return value
    for known, tell in PLAIN.items():
        if isinstance(value, known):
            return tell(value)
    raise TypeError(f"a backup cannot hold a value of {kind.__name__}")


PLAIN: dict[type, Callable[[Any], Any]] = {
    Sealed: lambda value: value.token,
    datetime: lambda value: value.astimezone(UTC).isoformat(timespec="microseconds"),
    date: date.isoformat,
    time: lambda value: value.isoformat(timespec="microseconds"),
    timedelta: lambda value: str(value // timedelta(microseconds=1)),
    UUID: str,
    Decimal: str,
    bytes: lambda value: base64.b64encode(value).decode(),
    memoryview: lambda value: base64.b64encode(bytes(value)).decode(),
    str: str,
    int: int,
}


class Digest:
    """Count and sum of a table's lines; their order does not matter, so it is the same on both databases."""

    def __init__(self) -> None:
        self.rows, self.sum = 0, 0

    def add(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.rows += 1
            self.sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "digest": f"{self.sum % MODULUS:064x}"}


def digest_of(model: type[models.Model]) -> dict[str, Any]:
    """What `Digest` says of the table as it stands."""
    digest = Digest()
    digest.add(lines_of(model))
    return digest.told()


# --- in -----------------------------------------------------------------------------------------------------------


def write_lines(model: type[models.Model], lines: list[bytes]) -> None:
    """Insert rows as they were: no default, no `auto_now`, no signal."""
    makers = [maker_of(field) for field in model._meta.concrete_fields]
    rows = [[make(value) for make, value in zip(makers, json.loads(line), strict=True)] for line in lines]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(name) for name in columns_of(model))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quoted(table_of(model))} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(makers))
        cursor.executemany(f"INSERT INTO {quoted(table_of(model))} ({columns}) VALUES ({places})", rows)  # noqa: S608


def maker_of(field: models.Field) -> Callable[[Any], Any]:
    """From the JSON value to what the database driver takes for this column."""
    while field.is_relation:
        field = field.target_field
    if isinstance(field, models.JSONField):
        return partial(as_json, field)
    if isinstance(field, models.BinaryField):
        return lambda value: None if value is None else base64.b64decode(value)
    if isinstance(field, EncryptedText | models.CharField | models.TextField | models.IntegerField | models.BooleanField):
        return lambda value: value
    if isinstance(field, models.DurationField):
        return lambda value: None if value is None else made(field, timedelta(microseconds=int(value)))
    return lambda value: None if value is None else made(field, field.to_python(value))


def made(field: models.Field, value: Any) -> Any:
    return field.get_db_prep_value(value, connection, prepared=False)


def as_json(field: models.JSONField, value: Any) -> Any:
    """A null in a JSON column is the database's own NULL: no service stores JSON's."""
    return None if value is None else json.dumps(value, cls=field.encoder)


# --- numbers given out ------------------------------------------------------------------------------------------------


def last_numbers() -> dict[str, int]:
    """{table: last id given out}, so that the id of a removed row is never given to another after a restore."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            kept = set(layout())
            return {name: number for name, number in cursor.fetchall() if name in kept}
        return {table: number for table, name in sequences(cursor).items() if (number := last_of(cursor, name))}


def sequences(cursor: Any) -> dict[str, str]:
    """PostgreSQL: {table: its sequence}."""
    found = {}
    for model in kept_models():
        if isinstance(model._meta.pk, models.AutoField):
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table_of(model)}"', model._meta.pk.column])
            found[table_of(model)] = cursor.fetchone()[0]
    return {table: name for table, name in found.items() if name}


def last_of(cursor: Any, sequence: str) -> int:
    cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
    return cursor.fetchone()[0]


def set_numbers(last: dict[str, int]) -> None:
    """Go on counting where the source stopped."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for table, number in last.items():
                cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [number, table])
                if cursor.rowcount == 0:
                    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
            return
        for table, name in sequences(cursor).items():
            cursor.execute(f'SELECT coalesce(max({pk_of(table)}), 0) FROM "{table}"')  # noqa: S608
            number = max(cursor.fetchone()[0], last.get(table, 0))
            cursor.execute("SELECT setval(%s, %s, %s)", [name, max(number, 1), number > 0])


def pk_of(table: str) -> str:
    model = next(each for each in kept_models() if table_of(each) == table)
    return connection.ops.quote_name(model._meta.pk.column)
