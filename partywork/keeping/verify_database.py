"""The database itself: its pages, constraints, references, and the seals of encrypted fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, OuterRef

from partywork.checks import durability, sample_accounts
from partywork.fields import SealBroken, encrypted_fields
from partywork.keeping import tables
from partywork.keeping.checks import Asked, verifies

SQLITE_SOUND = "ok"
NAMED = re.compile(r'CONSTRAINT "(\w+)"')


@verifies("数据库文件")
def pages_are_sound(asked: Asked) -> Iterator[str]:
    """SQLite: pages, indexes, NOT NULL, UNIQUE and CHECK of every row. PostgreSQL: indexes that cannot be used."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check(100)")
            yield from (f"数据库自检：{line}" for (line,) in cursor.fetchall() if line != SQLITE_SOUND)
            return
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indrelid"
                       " WHERE relnamespace = current_schema()::regnamespace AND NOT (indisvalid AND indisready)")
        yield from (f"索引 {name} 已失效，请重建（REINDEX）。" for (name,) in cursor.fetchall())


@verifies("数据表")
def tables_are_there(asked: Asked) -> Iterator[str]:
    """Tables, columns and constraints as the models declare them; a missing constraint lets bad rows in."""
    present = set(connection.introspection.table_names())
    for model in tables.kept_models():
        if tables.table_of(model) not in present:
            yield f"缺少数据表 {tables.table_of(model)}。"
            continue
        yield from (f"表 {tables.table_of(model)} {fault}" for fault in faults_of_table(model))
    if missing := set(tables.known_migrations()) ^ set(tables.applied_migrations()):
        yield f"数据库结构与程序版本不符：{'、'.join(sorted(missing)[:5])}。请运行 manage.py migrate。"


def faults_of_table(model: type[models.Model]) -> Iterator[str]:
    shape = shape_of(tables.table_of(model))
    yield from (f"缺少列 {column}。" for column in tables.columns_of(model) if column not in shape.columns)
    declared = [*model._meta.constraints, *model._meta.indexes]
    yield from (f"缺少约束或索引 {each.name}。" for each in declared if each.name not in shape.names)
    for field in model._meta.concrete_fields:
        if field.unique and field.column not in shape.unique:
            yield f"列 {field.column} 缺少唯一约束。"
        if field.remote_field and field.db_constraint and field.column not in shape.foreign:
            yield f"列 {field.column} 缺少外键约束。"
    yield from (f"约束 {name} 没有生效。" for name in shape.loose)


@dataclass(frozen=True)
class Shape:
    """A table as the database has it: columns, names of constraints and indexes, single columns with a rule of their own."""

    columns: set[str]
    names: set[str]
    unique: set[str]
    foreign: set[str]
    loose: list[str]


def shape_of(table: str) -> Shape:
    with connection.cursor() as cursor:
        return (shape_on_sqlite if connection.vendor == "sqlite" else shape_on_postgresql)(cursor, table)


def shape_on_sqlite(cursor: Any, table: str) -> Shape:
    """By PRAGMAs: Django's introspection parses every table's SQL, which takes ten times as long."""

    def ask(name: str, of: str) -> list[tuple]:
        return cursor.execute(f'SELECT * FROM pragma_{name}("{of}")').fetchall()  # noqa: S608

    columns, indexes = ask("table_info", table), ask("index_list", table)
    sql = cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [table]).fetchone()[0]
    whole = [[part[2] for part in ask("index_info", each[1])] for each in indexes if each[2] and not each[4]]
    keys = {column[1] for column in columns if column[5]}
    return Shape({column[1] for column in columns}, {each[1] for each in indexes} | set(NAMED.findall(sql)),
                 {parts[0] for parts in whole if len(parts) == 1} | keys, {each[3] for each in ask("foreign_key_list", table)}, [])


def shape_on_postgresql(cursor: Any, table: str) -> Shape:
    found = connection.introspection.get_constraints(cursor, table)
    columns = {each.name for each in connection.introspection.get_table_description(cursor, table)}
    cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND NOT convalidated", [f'"{table}"'])
    loose = [name for (name,) in cursor.fetchall()]
    single = [each for each in found.values() if each["columns"] and len(each["columns"]) == 1]
    return Shape(columns, set(found), {each["columns"][0] for each in single if each["unique"] or each["primary_key"]},
                 {each["columns"][0] for each in single if each["foreign_key"]}, loose)


@verifies("数据库设置")
def database_is_fit(asked: Asked) -> Iterator[str]:
    """What `check --deploy` asks of the database of a production, asked every day."""
    if settings.PRODUCTION and connection.vendor == "postgresql":
        yield from (f"{found.msg}{found.hint or ''}" for found in (*durability(), *sample_accounts()))


@verifies("引用")
def references_hold(asked: Asked) -> Iterator[str]:
    """Every foreign key has its row."""
    for model in tables.kept_models():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                yield from dangling(model, field)


def dangling(model: type[models.Model], field: models.ForeignKey) -> Iterator[str]:
    target = field.related_model._base_manager.filter(**{field.target_field.attname: OuterRef(field.attname)})
    rows = model._base_manager.filter(**{f"{field.attname}__isnull": False}).filter(~Exists(target)).order_by("pk")
    for pk, value in rows.values_list("pk", field.attname)[:100]:
        yield f"{model._meta.verbose_name}{pk}：{field.verbose_name} 指向不存在的记录 {value}。"


@verifies("加密内容")
def seals_open(asked: Asked) -> Iterator[str]:
    """Every encrypted value opens, in its own row, with a key of the ring."""
    for model in tables.kept_models():
        for field in encrypted_fields(model):
            for row in model._base_manager.order_by("pk").iterator(tables.BATCH):
                yield from fault_of(row, field)


def fault_of(row: models.Model, field: models.Field) -> Iterator[str]:
    stored = row.__dict__.get(field.attname)
    try:
        if isinstance(stored, str) and stored:
            yield f"{row._meta.verbose_name}{row.pk}：{field.verbose_name} 没有加密。"
        getattr(row, field.attname)
    except SealBroken:
        yield f"{row._meta.verbose_name}{row.pk}：{field.verbose_name} 解不开，可能被改动过，或缺少当时的 FIELD_KEYS。"
