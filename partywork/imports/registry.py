"""Which kinds of sheet can be imported. An app declares an Importer in its `imports.py`; pages, jobs and commands ask here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django import forms

from partywork.sheets.reading import BadCell, Heading


class Action(StrEnum):
    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"create": "新建", "change": "修改", "same": "不变", "refused": "不导入"}[self.value]


@dataclass(frozen=True)
class Column(Heading):
    """A column of the sheet: how a cell is read (`read` gives the value or raises ValueError with the Chinese reason), what
    may stand in it, how it is shown where everybody in reach may look (`mask`)."""

    read: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()
    mask: Callable[[str], str] | None = None
    help: str = ""
    example: str = ""
    width: int = 14

    def shown(self, text: str) -> str:
        return self.mask(text) if self.mask else text


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: in which column (its label, "" for the row as a whole) and why."""

    column: str
    reason: str


@dataclass(slots=True)
class Planned:
    """What becomes of one row. `cells` is what stood in it, `values` what was read out of that, `facts` what is to be written,
    `target` the row of the database that it belongs to."""

    number: int
    cells: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    action: str = ""
    title: str = ""
    place: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    target: Any = None

    def refuse(self, column: str, reason: str) -> None:
        """Once per column: the first reason is the one that the others follow from."""
        if reason and all(fault.column != column for fault in self.faults):
            self.faults.append(Fault(column, reason))


@dataclass(frozen=True)
class Context:
    """For whom and where: `actor` None is the system itself (commands); nothing outside of `branch` is touched. `locking` is set
    while the plan is made that will be written: rows to be changed are then held until the end of the transaction."""

    actor: Any
    branch: Any
    today: date
    options: Mapping[str, Any] = field(default_factory=dict)
    locking: bool = False
    prepared: Mapping[int, Any] = field(default_factory=dict)


Rows = Sequence[tuple[int, Mapping[str, "str | BadCell"]]]
Outcome = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Importer:
    """One kind of sheet.

    `plan` judges all rows with a fixed number of queries and writes nothing. `commit` writes what the plan says and returns, by
    row number, what `undo` needs: always `pk`, and of a changed row what stood there `before`. `undo` puts everything back or
    raises RuleViolation naming what depends on it. `scope` gives the organisation for an account and the upload form's answers;
    `prepare` may compute what takes long before the transaction begins. `secret` names what `commit` returns for handing out once.
    """

    kind: str
    label: str
    action: str
    columns: tuple[Column, ...]
    plan: Callable[[Context, Rows], list[Planned]]
    commit: Callable[[Context, list[Planned]], Outcome]
    undo: Callable[[Context, Outcome, Mapping[int, str]], None]
    scope: Callable[[Any, Mapping[str, Any]], Any]
    fields: Callable[[Any, date], dict[str, forms.Field]] = lambda account, today: {}
    prepare: Callable[[Sequence[Planned]], Mapping[int, Any]] | None = None
    why_nowhere: Callable[[Any], str] = lambda account: ""
    address: Callable[[int], str] = lambda pk: ""
    home: str = "home"
    home_label: str = ""
    unit: str = "行"
    secret: str = ""

    @property
    def upload_url(self) -> str:
        return f"import_{self.kind}"

    @property
    def template_url(self) -> str:
        return f"import_{self.kind}_template"

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.name == name)


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> Importer:
    if _importers.setdefault(importer.kind, importer) is not importer:
        raise ValueError(f"importer {importer.kind} is declared twice")
    return importer


def find_importer(kind: str) -> Importer | None:
    return _importers.get(kind)


def importer_of(kind: str) -> Importer:
    return _importers[kind]


def all_importers() -> list[Importer]:
    return [_importers[kind] for kind in sorted(_importers)]
