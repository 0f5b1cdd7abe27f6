"""The catalogue of figures: what the report can count. Declaration only; it computes what others declared.

A figure is one named function that returns its SOURCE ROWS; the number is made from them, so the page behind a
number cannot disagree with it. The Chinese docstring is the public definition.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Count, Model, Q, QuerySet, Sum, Value

from partywork.periods import Period


class Nature(StrEnum):
    FLOW = "flow"        # happens within the period: half-year = sum of quarters = sum of months
    STOCK = "stock"      # stands at the end of the period
    OPENING = "opening"  # stands on the first day of the period


class Level(StrEnum):
    BRANCH = "branch"          # makes sense for one branch and for the whole
    COMMITTEE = "committee"    # only for the whole


@dataclass(frozen=True)
class Rows:
    """The value is the number of source rows."""

    def compute(self, rows: QuerySet) -> Any:
        return rows.count()

    additive = True


@dataclass(frozen=True)
class Total:
    """The value is the sum of one column over the source rows."""

    column: str
    additive = True

    def compute(self, rows: QuerySet) -> Any:
        return rows.aggregate(figure_total=Sum(self.column))["figure_total"] or 0


@dataclass(frozen=True)
class Distinct:
    """The value is the number of different things in one column of the source rows."""

    column: str
    additive = False

    def compute(self, rows: QuerySet) -> Any:
        return rows.aggregate(figure_count=Count(self.column, distinct=True))["figure_count"]


@dataclass(frozen=True)
class Ratio:
    """Sum of one column over sum of another, in percent with one decimal; None when the lower sum is 0."""

    part: str
    whole: str
    additive = False

    def compute(self, rows: QuerySet) -> Any:
        sums = rows.aggregate(figure_part=Sum(self.part), figure_whole=Sum(self.whole))
        return percent(sums["figure_part"] or 0, sums["figure_whole"] or 0)


@dataclass(frozen=True)
class By:
    """Numbers of rows by the code in one column, told with the Chinese labels, in the order of the labels."""

    column: str
    labels: Callable[[], Iterable[tuple[str, str]]]
    additive = False

    def compute(self, rows: QuerySet) -> Any:
        counted = dict(rows.order_by().values_list(self.column).annotate(figure_count=Count("pk")))
        return [{"code": code, "label": label, "count": counted[code]} for code, label in self.labels() if code in counted]


@dataclass(frozen=True)
class Listing:
    """The value is the list of the rows' own words (`figure_words()` of each row), not a number."""

    additive = False

    def compute(self, rows: QuerySet) -> Any:
        return [row.figure_words() for row in rows]


How = Rows | Total | Distinct | Ratio | By | Listing


@dataclass(frozen=True)
class Figure:
    """One figure of the catalogue. `part` is the report's part (1-6), `order` its place there."""

    key: str
    label: str
    unit: str
    nature: Nature
    level: Level
    part: int
    how: How
    source: Callable[[QuerySet, Period], QuerySet] = field(repr=False)

    @property
    def definition(self) -> str:
        return " ".join((self.source.__doc__ or "").split())

    @property
    def additive(self) -> bool:
        """Whether the committee's value is the sum of the branches' values."""
        return self.how.additive

    def rows(self, scope: QuerySet, period: Period) -> QuerySet:
        """The source rows for a queryset of branches and a period."""
        return self.source(scope, period)

    def value(self, scope: QuerySet, period: Period) -> Any:
        """The figure itself: int, Decimal, None (no base), or a list of dicts or words."""
        return self.how.compute(self.rows(scope, period))


_catalogue: dict[str, Figure] = {}
_tables: dict[str, type[Model]] = {}  # which table a figure counts, learnt at its first use


def figure(key: str, *, label: str, unit: str, part: int, nature: Nature = Nature.FLOW,
           level: Level = Level.BRANCH, how: How | None = None) -> Callable:
    """Declare a figure; the decorated function takes (scope, period) and returns its source rows."""

    def declare(source: Callable[[QuerySet, Period], QuerySet]) -> Callable:
        if key in _catalogue:
            raise ValueError(f"figure {key} is declared twice")
        if not (source.__doc__ or "").strip():
            raise ValueError(f"figure {key} has no definition")
        _catalogue[key] = Figure(key, label, unit, nature, level, part, how or Rows(), source)
        return source

    return declare


def catalogue() -> list[Figure]:
    """Every declared figure in the order of the report's parts and, within one, of declaration."""
    return sorted(_catalogue.values(), key=lambda each: each.part)


def find_figure(key: str) -> Figure | None:
    return _catalogue.get(key)


def figures_holding(row: Model, scope: QuerySet, period: Period) -> list[Figure]:
    """The figures over this row's own table among whose source rows it is; one query whatever their number."""
    model = type(row)
    branches = []
    for each in catalogue():
        if _tables.get(each.key, model) is not model:
            continue  # building the rows of a figure over another table costs more than knowing which it is
        rows = each.rows(scope, period)
        _tables[each.key] = rows.model
        if rows.model is model:
            branches.append(rows.order_by().filter(pk=row.pk).annotate(
                figure_key=Value(each.key, output_field=CharField())).values_list("figure_key", flat=True))
    if not branches:
        return []
    first, *rest = branches
    held = set(first.union(*rest, all=True)) if rest else set(first)
    return [each for each in catalogue() if each.key in held]


def percent(part: int, whole: int) -> Decimal | None:
    """part of whole in percent, one decimal, half up; None when there is no whole."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


__all__ = ["By", "Distinct", "Figure", "Level", "Listing", "Nature", "Q", "Ratio", "Rows", "Total", "catalogue",
           "figure", "figures_holding", "find_figure", "percent"]
