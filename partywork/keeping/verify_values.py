"""Every cell holds what its column says. SQLite would store anything anywhere; PostgreSQL would not take it back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, models
from django.db.models import Q

from partywork.keeping import tables
from partywork.keeping.checks import Asked, verifies

# By type of column, the first that fits: when a value of it, {0}, is wrong. SQLite only.
MISFITS: tuple[tuple[type[models.Field], str], ...] = (
    (models.DateTimeField, "typeof({0}) <> 'text' OR datetime({0}) IS NULL OR substr({0}, 11, 1) <> ' '"),
    (models.DateField, "typeof({0}) <> 'text' OR date({0}) IS NULL OR date({0}) <> {0}"),
    (models.TimeField, "typeof({0}) <> 'text' OR time({0}) IS NULL"),
    (models.BooleanField, "{0} NOT IN (0, 1)"),
    (models.IntegerField, "typeof({0}) <> 'integer'"),
    (models.DecimalField, "typeof({0}) NOT IN ('integer', 'real')"),
    (models.FloatField, "typeof({0}) NOT IN ('integer', 'real')"),
    (models.UUIDField, "typeof({0}) <> 'text' OR length({0}) <> 32 OR {0} GLOB '*[^0-9a-f]*'"),
    (models.JSONField, "typeof({0}) <> 'text' OR NOT json_valid({0})"),
    (models.CharField, "typeof({0}) <> 'text' OR instr({0}, char(0)) OR length({0}) > {1}"),
    (models.TextField, "typeof({0}) <> 'text' OR instr({0}, char(0))"),
)


@verifies("数据内容")
def values_fit(asked: Asked) -> Iterator[str]:
    """Every row can be read, every cell is of its column's type and length, every choice is one of the choices."""
    for model in tables.kept_models():
        try:
            for _ in tables.lines_of(model):
                pass
        except (ValueError, TypeError, AttributeError) as error:
            yield f"表 {tables.table_of(model)} 里有读不出的内容：{str(error)[:200]}"
        for field in model._meta.concrete_fields:
            yield from misfits(model, field)
            if field.choices and not field.is_relation:
                yield from unknown_choices(model, field)


def misfits(model: type[models.Model], field: models.Field) -> Iterator[str]:
    wrong = wrong_value(field)
    if connection.vendor != "sqlite" or not wrong:
        return
    column, pk = (connection.ops.quote_name(each.column) for each in (field, model._meta.pk))
    table = connection.ops.quote_name(tables.table_of(model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {pk} FROM {table} WHERE {column} IS NOT NULL AND ({wrong}) LIMIT 100")  # noqa: S608
        for (found,) in cursor.fetchall():
            yield f"{model._meta.verbose_name}{found}：{field.verbose_name} 的内容不合规格。"


def wrong_value(field: models.Field) -> str:
    plain = field
    while plain.is_relation:
        plain = plain.target_field
    condition = next((text for kind, text in MISFITS if isinstance(plain, kind)), "")
    return condition.format(connection.ops.quote_name(field.column), getattr(plain, "max_length", None) or 2**31)


def unknown_choices(model: type[models.Model], field: models.Field) -> Iterator[str]:
    known = Q(**{f"{field.attname}__in": [value for value, _ in field.flatchoices if value is not None]})
    known |= Q(**{f"{field.attname}__isnull": True}) if field.null else Q()
    known |= Q(**{field.attname: ""}) if field.blank else Q()
    for pk, value in model._base_manager.exclude(known).order_by("pk").values_list("pk", field.attname)[:100]:
        yield f"{model._meta.verbose_name}{pk}：{field.verbose_name} 的值“{value}”不在规定的选项之内。"
