"""Branches × kinds × months: what was held, what is missing, each cell a link. Built out of duties, so it cannot
disagree with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from django.urls import reverse

from branches.meetings.duties import Demand, Duty, Facts, Status, demands, duties_from
from branches.meetings.kinds import Kind
from branches.meetings.links import day_for
from branches.models import Branch
from partywork.lists import Column as SheetColumn
from partywork.periods import NUMERALS, Period, Span

BUREAU = "bureau"  # duties of the committee itself stand in a small table of their own


class Mark(StrEnum):
    """What a cell says; the value is its CSS class."""

    FINE = "fine"
    PART = "gap part"  # overdue, but some was held
    GAP = "gap"  # overdue, nothing was held
    OPEN = "open"
    NONE = "none"  # nothing is asked


@dataclass(frozen=True)
class Column:
    """One kind in one stretch of time."""

    kind: Kind
    period: Period

    @property
    def label(self) -> str:
        """3月, 一季度, 上半年, 全年: the year stands over the table."""
        match self.period.span:
            case Span.MONTH:
                return f"{self.period.start.month}月"
            case Span.QUARTER:
                return f"{NUMERALS[self.period.ordinal - 1]}季"
            case Span.HALF:
                return "上半年" if self.period.ordinal == 1 else "下半年"
        return "全年"


@dataclass(frozen=True)
class Cell:
    """What one branch did in one column: the words that are read aloud and printed, and where they lead."""

    mark: Mark
    words: str
    url: str = ""
    missing: int = 0


NOTHING = Cell(Mark.NONE, "不要求")


@dataclass(frozen=True)
class Row:
    branch: Branch
    cells: list[Cell]

    @property
    def missing(self) -> int:
        return sum(cell.missing for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    columns: list[Column]
    rows: list[Row]

    @property
    def heads(self) -> list[tuple[Kind, int]]:
        """The kinds over the columns and how many columns each spans."""
        return [
            (kind, len(list(same))) for kind, same in groupby(self.columns, key=lambda column: column.kind)
        ]

    @property
    def totals(self) -> list[str]:
        """Under each column: branches that did it of those that had to."""
        told = []
        for cells in zip(*(row.cells for row in self.rows), strict=True):
            asked = [cell for cell in cells if cell.mark is not Mark.NONE]
            told.append(f"{sum(cell.mark is Mark.FINE for cell in asked)}/{len(asked)}")
        return told

    @property
    def missing(self) -> int:
        return sum(row.missing for row in self.rows)


def matrices(branches: Iterable[Branch], period: Period, today: date, account) -> tuple[Matrix, Matrix]:
    """The branches' matrix and the committee's own; four queries at most."""
    branches = list(branches)
    asked = demands(period)
    facts = Facts.behind(branches, asked)
    theirs, own = ([each for each in asked if (each[0].of == BUREAU) is bureau] for bureau in (False, True))
    leaves = [branch for branch in branches if branch.is_leaf_kind]
    roots = [branch for branch in branches if branch.is_root()]
    return _matrix(facts, leaves, theirs, today, account), _matrix(facts, roots, own, today, account)


def _matrix(facts: Facts, branches: list[Branch], asked: list[Demand], today: date, account) -> Matrix:
    columns = list(dict.fromkeys(Column(owed.kind, part) for owed, _, part in asked))
    owing: dict[tuple[int, Kind, Period], list[Duty]] = defaultdict(list)
    for duty in duties_from(facts, branches, asked, today):
        owing[duty.branch.pk, duty.kind, duty.period].append(duty)
    links = _Links(today, account)
    rows = [
        Row(
            branch,
            [
                _cell(owing.get((branch.pk, column.kind, column.period), []), column, branch, links)
                for column in columns
            ],
        )
        for branch in branches
    ]
    return Matrix(columns, rows)


class _Links:
    """Addresses of cells. They are short on purpose: a page has more than a thousand."""

    def __init__(self, today: date, account) -> None:
        self.today, self.account = today, account
        self.list, self.form = reverse("meetings"), reverse("meeting_new")

    def of(self, branch: Branch, column: Column, duty: Duty | None) -> str:
        """The form where `duty` is missing and the viewer registers meetings there, else the list."""
        asked = f"?branch={branch.pk}&kind={column.kind}"
        if duty and self.account.can("meetings.edit", branch):
            group = f"&group={duty.group.pk}" if duty.group else ""
            return f"{self.form}{asked}&date={day_for(column.period, self.today)}{group}"
        return f"{self.list}{asked}&period={column.period.code}"


def _cell(duties: list[Duty], column: Column, branch: Branch, links: _Links) -> Cell:
    if not duties:
        return NOTHING
    held, missing = sum(duty.done for duty in duties), sum(duty.missing for duty in duties)
    if not missing:
        return Cell(Mark.FINE, "已开" if held == 1 else f"已开{held}次", links.of(branch, column, None))
    first = next(duty for duty in duties if duty.missing)
    if first.status is Status.OVERDUE:
        words = f"已开{held}缺{missing}" if held else "未开"
        return Cell(Mark.PART if held else Mark.GAP, words, links.of(branch, column, first), missing)
    if links.today < column.period.start:
        return Cell(Mark.OPEN, "未到")
    return Cell(Mark.OPEN, f"待开{missing}次" if missing > 1 else "待开", links.of(branch, column, first))


def sheet_columns(matrix: Matrix) -> list[SheetColumn]:
    """The same table for Excel."""
    columns = [SheetColumn("branch", "党组织", "branch.short_name", 22)]
    columns += [
        SheetColumn(
            f"c{place}",
            f"{column.kind.label} {column.label}",
            lambda row, place=place: row.cells[place].words,
            9,
        )
        for place, column in enumerate(matrix.columns)
    ]
    return [*columns, SheetColumn("missing", "缺", "missing", 6)]
