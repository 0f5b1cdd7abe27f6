"""Many figures in few questions. Those counted from one table share a pass over it, grouped by everything that tells them
apart; each figure is then put together from the groups that are its own. The values are those of `Figure.value`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import (
    Aggregate,
    BooleanField,
    Count,
    ExpressionWrapper,
    Model,
    Q,
    QuerySet,
    Sum,
    TextField,
)

from partywork.conditions import Asked
from partywork.figures import ROWS, Distinct, Figure, Ground, Groups, Listing, sum_of
from partywork.periods import Period

KEYS = "tally_keys"
FEW = 3  # more values of a column in a condition cost a database more than the rows that they leave out


class Keys(Aggregate):
    """The keys of a group's rows in one text, with commas between."""

    function, output_field = "GROUP_CONCAT", TextField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="STRING_AGG((%(expressions)s)::text, ',')", **context)


@dataclass(frozen=True)
class Wanted:
    """One figure for one period, and what it asks."""

    figure: Figure
    period: Period
    asked: Asked

    @property
    def place(self) -> tuple[str, str]:
        return self.figure.key, self.period.code

    @property
    def shared(self) -> tuple[Ground, frozenset, str]:
        """Those that share it can share a pass: rows that a relation multiplies are counted with it or without, and where
        different things are counted these are a column of the pass."""
        several = frozenset(filter(None, map(self.relation, self.asked.columns.items())))
        return self.figure.ground, several, self.figure.how.column if isinstance(self.figure.how, Distinct) else ""


    def relation(self, column: tuple[str, frozenset]) -> str:
        name = several_at(self.figure.ground.model, column[0])
        if name and len(column[1]) > 1:
            raise ValueError(f"figure {self.figure.key} would count a row once for each of several {name}")
        return name


@dataclass(frozen=True)
class Tallied:
    """What a pass found for one figure: its value (None for words, which are listed) and the keys of its rows, if asked for."""

    value: Any
    keys: list[int]


def tally(figures: Iterable[Figure], scope: QuerySet, periods: Iterable[Period], *, keys: bool = False) -> dict[tuple[str, str], Tallied]:
    """{(key, period code): what was found} for these figures and periods, whatever the number of either in one query a pass
    and one a figure that lists words."""
    figures, periods = list(figures), list(periods)
    listed = [each for each in figures if isinstance(each.how, Listing)]
    found = counted(figures if keys else [each for each in figures if each not in listed], scope, periods, keys)
    for figure in listed:
        for period, words in zip(periods, words_of(figure, scope, periods), strict=True):
            place = figure.key, period.code
            found[place] = Tallied(words, found[place].keys if keys else [])
    return found


def counted(figures: list[Figure], scope: QuerySet, periods: list[Period], keys: bool) -> dict[tuple[str, str], Tallied]:
    passes: dict[tuple, list[Wanted]] = defaultdict(list)
    for figure in figures:
        for period in periods:
            wanted = Wanted(figure, period, Asked.of(figure.demand(period)))
            passes[wanted.shared].append(wanted)
    return {place: each for together in passes.values() for place, each in Pass(together, keys).made(scope).items()}


def words_of(figure: Figure, scope: QuerySet, periods: list[Period]) -> list[list[str]]:
    """The words of one figure for each of the periods; one query."""
    demands = [figure.demand(period) for period in periods]
    common = [each for each in demands[0] if all(each in demand for demand in demands)]
    own = [Q(*(each for each in demand if each not in common)) for demand in demands]
    marks = {f"tally_in_{number}": truth(each or Q(pk__isnull=False)) for number, each in enumerate(own)}
    rows = list(figure.how.ready(figure.ground.rows(scope, *common, reduce(or_, own)).annotate(**marks)))
    return [[row.figure_words() for row in rows if getattr(row, mark)] for mark in marks]


class Pass:
    """One grouped question over one table."""

    def __init__(self, wanted: list[Wanted], keys: bool) -> None:
        self.wanted, self.keys, self.ground = wanted, keys, wanted[0].figure.ground

    @cached_property
    def columns(self) -> list[str]:
        """What the rows are grouped by, as it stands in the table."""
        told = [column for each in self.wanted for column in (*each.asked.columns, *each.figure.how.columns)]
        return list(dict.fromkeys(told))

    @cached_property
    def marks(self) -> dict[Q, str]:
        """What else they are grouped by: whether a condition holds."""
        marks = dict.fromkeys(mark for each in self.wanted for mark in each.asked.marks)
        return {mark: f"tally_in_{number}" for number, mark in enumerate(marks)}

    @property
    def narrow(self) -> Q:
        """Leaves out most rows that none of the figures counts: by columns of which all ask for one of few values, and where
        each has a mark by the first of these."""
        every = [each.asked for each in self.wanted]
        common = sorted(set.intersection(*(set(asked.columns) for asked in every)))
        allowed = {column: frozenset.union(*(asked.columns[column] for asked in every)) for column in common}
        first = dict.fromkeys(asked.marks[0] if asked.marks else Q() for asked in every)
        marked = reduce(or_, first) if all(first) else Q()
        return Q(**{f"{column}__in": values for column, values in allowed.items() if len(values) <= FEW}) & marked

    def groups(self, scope: QuerySet) -> Groups:
        sums = dict.fromkeys(column for each in self.wanted for column in each.figure.how.sums)
        told = {ROWS: Count("pk")} | {sum_of(column): Sum(column) for column in sums} | ({KEYS: Keys("pk")} if self.keys else {})
        rows = self.ground.rows(scope, self.narrow).order_by()
        rows = rows.annotate(**{name: truth(mark) for mark, name in self.marks.items()})
        return list(rows.values(*self.columns, *self.marks.values()).annotate(**told))

    def made(self, scope: QuerySet) -> dict[tuple[str, str], Tallied]:
        groups = self.groups(scope)
        places: dict[tuple[str, Any], set[int]] = defaultdict(set)
        for number, group in enumerate(groups):
            for name in (*self.columns, *self.marks.values()):
                places[name, group[name]].add(number)
        return {each.place: self.tallied(each, groups, places) for each in self.wanted}

    def tallied(self, wanted: Wanted, groups: Groups, places: dict[tuple[str, Any], set[int]]) -> Tallied:
        own = set(range(len(groups)))
        for column, values in wanted.asked.columns.items():
            own &= set().union(*(places[column, value] for value in values))
        for mark in wanted.asked.marks:
            own &= places[self.marks[mark], True]
        mine, how = [groups[number] for number in sorted(own)], wanted.figure.how
        keys = sorted(int(key) for group in mine for key in group[KEYS].split(",")) if self.keys else []
        return Tallied(None if isinstance(how, Listing) else how.combine(mine), keys)


def truth(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def several_at(model: type[Model], column: str) -> str:
    """The relation on the way to a column by which a row may have several of them, or ""."""
    way: list[str] = []
    for name in column.split("__"):
        field = model._meta.get_field(name)
        way.append(name)
        if field.one_to_many or field.many_to_many:
            return "__".join(way)
        model = field.related_model or model
    return ""
