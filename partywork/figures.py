"""The catalogue of figures: what the report can count. Declaration only; it computes what others declared.

A figure is one named function that returns its SOURCE ROWS; the number is made from them, so the page behind a
number cannot disagree with it. The Chinese docstring is the public definition.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Model, Q, QuerySet, Sum

from partywork.conditions import fits
from partywork.periods import Period

ROWS = "tally_rows"  # how many rows a group holds, and the sum of one of its columns (see tallies.py)
Groups = list[dict[str, Any]]


def sum_of(column: str) -> str:
    return f"tally_sum_{column}"


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

    additive = True
    columns = sums = ()

    def compute(self, rows: QuerySet) -> Any:
        return rows.count()

    def combine(self, groups: Groups) -> Any:
        return sum(each[ROWS] for each in groups)


@dataclass(frozen=True)
class Total:
    """The value is the sum of one column over the source rows."""

    column: str
    additive = True
    columns = ()

    @property
    def sums(self) -> tuple[str, ...]:
        return (self.column,)

    def compute(self, rows: QuerySet) -> Any:
        return to_fen(rows.aggregate(figure_total=Sum(self.column))["figure_total"] or 0)

    def combine(self, groups: Groups) -> Any:
        return added(groups, self.column)


@dataclass(frozen=True)
class Distinct:
    """The value is the number of different things in one column of the source rows."""

    column: str
    additive = False
    sums = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def compute(self, rows: QuerySet) -> Any:
        return rows.aggregate(figure_count=Count(self.column, distinct=True))["figure_count"]

    def combine(self, groups: Groups) -> Any:
        return len({each[self.column] for each in groups} - {None})


@dataclass(frozen=True)
class Cleared(Distinct):
    """In percent: the different things in one column none of whose rows lacks a mark (a boolean column), over all of them."""

    mark: str = "settled"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.mark)

    def compute(self, rows: QuerySet) -> Any:
        return self.share(rows.order_by().values_list(self.column, self.mark).distinct())

    def combine(self, groups: Groups) -> Any:
        return self.share((each[self.column], each[self.mark]) for each in groups)

    def share(self, told: Iterable[tuple[Any, bool]]) -> Any:
        told = list(told)
        every, lacking = {thing for thing, _ in told}, {thing for thing, marked in told if not marked}
        return percent(len(every) - len(lacking), len(every))


@dataclass(frozen=True)
class Ratio:
    """Sum of one column over sum of another, in percent with one decimal; None when the lower sum is 0."""

    part: str
    whole: str
    additive = False
    columns = ()

    @property
    def sums(self) -> tuple[str, ...]:
        return (self.part, self.whole)

    def compute(self, rows: QuerySet) -> Any:
        sums = rows.aggregate(figure_part=Sum(self.part), figure_whole=Sum(self.whole))
        return percent(to_fen(sums["figure_part"] or 0), to_fen(sums["figure_whole"] or 0))

    def combine(self, groups: Groups) -> Any:
        return percent(added(groups, self.part), added(groups, self.whole))


@dataclass(frozen=True)
class By:
    """Numbers of rows by the code in one column, told with the Chinese labels, in the order of the labels."""

    column: str
    labels: Callable[[], Iterable[tuple[str, str]]]
    additive = False
    sums = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def compute(self, rows: QuerySet) -> Any:
        return self.told(dict(rows.order_by().values_list(self.column).annotate(figure_count=Count("pk"))))

    def combine(self, groups: Groups) -> Any:
        counted: Counter = Counter()
        for each in groups:
            counted[each[self.column]] += each[ROWS]
        return self.told(counted)

    def told(self, counted: Mapping[str, int]) -> list[dict[str, Any]]:
        return [{"code": code, "label": label, "count": counted[code]} for code, label in self.labels() if code in counted]


@dataclass(frozen=True)
class Listing:
    """The value is the list of the rows' own words (`figure_words()` of each row), not a number: in which order, and what
    is fetched with them."""

    order: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    additive = False
    columns = sums = ()

    def ready(self, rows: QuerySet) -> QuerySet:
        rows = rows.order_by(*self.order) if self.order else rows
        return rows.select_related(*self.related) if self.related else rows

    def compute(self, rows: QuerySet) -> Any:
        return [row.figure_words() for row in self.ready(rows)]

    def combine(self, groups: Groups) -> Any:
        raise TypeError("words are no number: tallies.py lists them")


def added(groups: Groups, column: str) -> Any:
    return to_fen(sum(each[sum_of(column)] or 0 for each in groups))


def to_fen(number: Any) -> Any:
    """Sums of money to the fen: SQLite adds them as floats."""
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP) if isinstance(number, Decimal) else number


How = Rows | Total | Distinct | Ratio | By | Listing


@dataclass(frozen=True)
class Ground:
    """What figures are counted from: a table, how its rows lead to their organisation, and what all these figures ask."""

    model: type[Model]
    branch: str = "branch"
    always: Q = field(default_factory=Q)

    def rows(self, scope: QuerySet, *conditions: Q) -> QuerySet:
        rows = self.model._default_manager.filter(**{f"{self.branch}__in": scope}) if self.branch else scope
        return rows.filter(self.always, *conditions)


Demanded = tuple[Q, ...]
Demand = Callable[[Period], Demanded]


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
    ground: Ground
    demand: Demand = field(repr=False)

    @property
    def definition(self) -> str:
        return " ".join((self.demand.__doc__ or "").split())

    @property
    def additive(self) -> bool:
        """Whether the committee's value is the sum of the branches' values."""
        return self.how.additive

    def rows(self, scope: QuerySet, period: Period) -> QuerySet:
        """The source rows for a queryset of branches and a period."""
        return self.ground.rows(scope, *self.demand(period))

    def value(self, scope: QuerySet, period: Period) -> Any:
        """The figure itself: int, Decimal, None (no base), or a list of dicts or words. Many at once: tallies.py."""
        return self.how.compute(self.rows(scope, period))


_catalogue: dict[str, Figure] = {}


def figure(key: str, *, label: str, unit: str, part: int, of: Ground, nature: Nature = Nature.FLOW,
           level: Level = Level.BRANCH, how: How | None = None) -> Callable:
    """Declare a figure; the decorated function takes a period and gives the conditions on which a row of the ground counts in
    it. Conditions that several figures share are counted together (see tallies.py), so each stands by itself."""

    def declare(demand: Demand) -> Demand:
        if key in _catalogue:
            raise ValueError(f"figure {key} is declared twice")
        if not (demand.__doc__ or "").strip():
            raise ValueError(f"figure {key} has no definition")
        _catalogue[key] = Figure(key, label, unit, nature, level, part, how or Rows(), of, demand)
        return demand

    return declare


def during(column: str, period: Period) -> Q:
    """The condition that a day lies in the period."""
    return Q(**{f"{column}__gte": period.start, f"{column}__lt": period.stop})


def catalogue() -> list[Figure]:
    """Every declared figure in the order of the report's parts and, within one, of declaration."""
    return sorted(_catalogue.values(), key=lambda each: each.part)


def find_figure(key: str) -> Figure | None:
    return _catalogue.get(key)


def figures_holding(row: Model, period: Period, known: Mapping[str, Collection]) -> list[Figure]:
    """The figures over this row's own table that count it in the period for its own organisation. No query: `known` has the
    values of what is not a column of the row."""
    own = [each for each in catalogue() if each.ground.model is type(row)]
    return [each for each in own if all(fits(row, condition, known) for condition in (each.ground.always, *each.demand(period)))]


def percent(part: int, whole: int) -> Decimal | None:
    """part of whole in percent, one decimal, half up; None when there is no whole."""
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


__all__ = [
    "ROWS", "By", "Cleared", "Demanded", "Distinct", "Figure", "Ground", "Groups", "Level", "Listing", "Nature", "Q", "Ratio", "Rows",
    "Total", "catalogue", "during", "figure", "figures_holding", "find_figure", "percent", "sum_of",
]  # fmt: skip
