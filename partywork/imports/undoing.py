"""Whether anything has come to depend on rows that an import made: asked of every table that can point at them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Model
from django.db.models.fields.related import ForeignKey

from partywork.errors import RuleViolation

AT_ONCE = 5_000  # keys in one question


def refuse_dependents(model: type[Model], keys: Sequence[int], own: Collection[type[Model]] = ()) -> None:
    """RuleViolation when rows of other tables point at these; `own` are the tables that go with them."""
    found = [f"{count} 条“{label}”" for label, count in dependents(model, keys, own)]
    if found:
        raise RuleViolation(f"导入之后又登记了{'、'.join(found)}，与导入的内容有关，不能整体撤回。请逐条更正。")


def dependents(model: type[Model], keys: Sequence[int], own: Collection[type[Model]]) -> Iterator[tuple[str, int]]:
    """(name of a table, its rows that point at these), only where there are any."""
    for field in pointing_at(model):
        if field.model in own:
            continue
        rows = field.model._base_manager
        if count := sum(rows.filter(**{f"{field.name}__in": part}).count() for part in parts(keys)):
            yield str(field.model._meta.verbose_name), count


def pointing_at(model: type[Model]) -> list[ForeignKey]:
    related = model._meta.get_fields(include_hidden=True)
    return [each.field for each in related if each.auto_created and not each.concrete and isinstance(each.field, ForeignKey)]


def parts(keys: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
