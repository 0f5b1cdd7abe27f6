"""A condition (Q) taken apart: what it asks of columns, and whether a row at hand fulfils it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Conditions that hold together, as columns with the values they may have and marks: what else must be true."""

    columns: Mapping[str, frozenset]
    marks: tuple[Q, ...]

    @classmethod
    def of(cls, conditions: Iterable[Q]) -> Asked:
        columns: dict[str, frozenset] = {}
        marks: list[Q] = []
        for condition in conditions:
            allowed = columns_of(condition)
            if allowed is None:
                marks.append(condition)
                continue
            for column, values in allowed.items():
                columns[column] = columns.get(column, values) & values
        return cls(columns, tuple(marks))


def columns_of(condition: Q) -> dict[str, frozenset] | None:
    """The values that a condition allows its columns, when it asks for nothing else."""
    plain = condition.connector == Q.AND and not condition.negated
    if not plain or not all(isinstance(child, tuple) and names_values(*child) for child in condition.children):
        return None
    return {split(name)[0]: frozenset(value if split(name)[1] == "in" else [value]) for name, value in condition.children}


def names_values(lookup: str, value: Any) -> bool:
    return value is not None and split(lookup)[1] in ("exact", "in")


def split(lookup: str) -> tuple[str, str]:
    """The column and how it is compared."""
    column, _, last = lookup.rpartition("__")
    return (column, last) if column and last in (*COMPARED, "in", "isnull") else (lookup, "exact")


def fits(row: Model, condition: Q, known: Mapping[str, Collection]) -> bool:
    """Whether the row fulfils the condition; `known` has the values of columns that are not its own."""
    answers = (fits(row, each, known) if isinstance(each, Q) else holds(row, *each, known) for each in condition.children)
    found = all(answers) if condition.connector == Q.AND else any(answers)
    return found is not condition.negated


def holds(row: Model, lookup: str, asked: Any, known: Mapping[str, Collection]) -> bool:
    column, how = split(lookup)
    values = known[column] if column in known else [value_at(row, column)]
    return any(compared(value, how, asked) for value in values)


def value_at(row: Model, column: str) -> Any:
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name)
    return value


def compared(value: Any, how: str, asked: Any) -> bool:
    """As a database compares: nothing is greater, smaller or equal to what is missing."""
    if how == "isnull":
        return (value is None) is asked
    if value is None or asked is None:
        return value is asked and how == "exact"
    if how == "in":
        return value in asked
    return COMPARED.get(how, operator.eq)(value, asked)
