"""Canaries in every protected column, found by reflection: values that stand nowhere else, planted in every row.

Protected are encrypted fields, a model's PRIVATE_FIELDS, and fields whose name is on the list that journal and log hide.
Who may see one says the permissions table alone: its row, and the action `<app>.view` (a password's hash: nobody).
"""
from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import openpyxl
from django.apps import apps
from django.db import models

from branches.accounts.models import Account
from branches.accounts.permissions import TABLE
from members.id_numbers import check_digit
from partywork.fields import EncryptedText, blind_index_fields, mask_id_number, mask_phone
from partywork.journal.values import private_fields

FIRST_DAY = date(1931, 1, 2)  # older than anybody of the drawn world
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Canary:
    """One value in one cell: how it looks in clear and, where the product shows such a thing at all, masked."""

    model: type[models.Model]
    pk: Any
    field: models.Field
    clear: frozenset[str]
    mask: str = ""

    @property
    def encrypted(self) -> bool:
        return isinstance(self.field, EncryptedText)

    @property
    def is_masked(self) -> bool:
        """Until somebody asks; not what a model seals but shows whole to those who may read it (`SHOWN_FIELDS`)."""
        return self.encrypted and self.field.name not in getattr(self.model, "SHOWN_FIELDS", ())

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field.name} #{self.pk}"


def protected_fields(model: type[models.Model]) -> list[models.Field]:
    names = private_fields(model)
    return [field for field in model._meta.concrete_fields if field.name in names]


def protected_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if protected_fields(model)]


def plant() -> list[Canary]:
    """A canary into every protected cell of the database; what was there is overwritten."""
    planted = []
    for model in protected_models():
        for row in model._base_manager.order_by("pk"):
            fields = protected_fields(model)
            for each in fields:
                setattr(row, each.attname, value_for(row, each))
            row.save(update_fields=[each.name for each in (*fields, *blind_index_fields(model))])
            planted += [canary_of(row, each) for each in fields]
    return planted


def value_for(row: models.Model, field: models.Field) -> Any:
    """A hash stays what it is: it stands nowhere else already. An ID number fits the person, so that forms go on being right."""
    number = next(_numbers)
    if field.name == "password":
        return getattr(row, field.attname)
    if field.name == "id_number":
        shown = f"411722{row.member.born_on:%Y%m%d}{2 * number + (row.member.sex == 'm'):03d}"
        return shown + check_digit(shown)
    if isinstance(field, models.DateField):
        return FIRST_DAY + timedelta(days=5 * number)
    if isinstance(field, models.DecimalField | models.IntegerField | models.FloatField):
        return 73_911 + 7 * number
    return text_for(field.name, number)


def text_for(name: str, number: int) -> str:
    """Of the shape that its kind of number has, so that what masks and hides such numbers is really tried."""
    if re.search("phone|mobile|tel", name):
        return f"1{3 + number % 7}{number % 10}{4_100_000 + 131 * number:07d}{number % 10}"[:11].ljust(11, "7")
    return f"CANARY{number:06d}Z"


def canary_of(row: models.Model, field: models.Field) -> Canary:
    value = getattr(row, field.attname)
    text = str(value)
    if isinstance(value, date):
        return Canary(type(row), row.pk, field, frozenset(date_forms(value)))
    mask = mask_phone(text) if re.fullmatch(r"\d{11}", text) else mask_id_number(text) if re.fullmatch(r"\d{17}[\dX]", text) else ""
    return Canary(type(row), row.pk, field, frozenset([text]), mask)


def date_forms(day: date) -> Iterator[str]:
    yield from (day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}", f"{day.year}年{day.month}月{day.day}日",
                f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}")


# --- who may ----------------------------------------------------------------------------------------------------------------------


def may_see(canary: Canary, row: models.Model, account: Account | None) -> bool:
    """By the permissions table: whether the cell is within this person's reach at all."""
    if account is None or not account.is_active or canary.field.name == "password":
        return False
    action = f"{canary.model._meta.app_label}.view"
    assert action in TABLE, f"{canary}: no action {action} says who may see it"
    return account.can(action, row)


@dataclass
class Judge:
    """What each person may read of each canary; `asked` are the cells that somebody asked to see, by person."""

    canaries: list[Canary]
    people: dict[str, Account | None]
    asked: set[tuple[str, str]] = field(default_factory=set)
    allowed: dict[str, dict[Canary, bool]] = field(default_factory=dict)
    seen_masked: int = 0
    seen_clear: int = 0
    texts: int = 0

    def __post_init__(self) -> None:
        rows = {canary: canary.model._base_manager.get(pk=canary.pk) for canary in self.canaries}
        self.allowed = {who: {canary: may_see(canary, row, account) for canary, row in rows.items()}
                        for who, account in self.people.items()}
        self.owner = {form: canary for canary in self.canaries for form in canary.clear}
        self.bearer = {canary.mask: canary for canary in self.canaries if canary.mask}
        assert len(self.bearer) == sum(bool(canary.mask) for canary in self.canaries), "two canaries look alike when masked"

    def faults(self, who: str, where: str, text: str) -> list[str]:
        """What this person reads there that he may not, or not in clear."""
        self.texts += 1
        found = [*self._clear(who, [form for form in self.owner if form in text]),
                 *self._masked(who, [mask for mask in self.bearer if mask in text])]
        return [f"{who} {where}: {fault}" for fault in found]

    def name_of(self, who: str) -> str:
        account = self.people[who]
        return account.display_name if account else ""

    def _clear(self, who: str, forms: Iterable[str]) -> Iterator[str]:
        for canary in {self.owner[form] for form in forms}:
            self.seen_clear += 1
            if not self.allowed[who][canary]:
                yield f"foreign {canary}"
            elif canary.is_masked and (who, str(canary)) not in self.asked:
                yield f"unmasked {canary}"

    def _masked(self, who: str, masks: Iterable[str]) -> Iterator[str]:
        for canary in {self.bearer[mask] for mask in masks}:
            self.seen_masked += 1
            if not self.allowed[who][canary]:
                yield f"foreign, masked {canary}"


# --- what is in a file ---------------------------------------------------------------------------------------------------------------


def texts_in(content: bytes) -> Iterator[str]:
    """The text of an answer or file; of a zip each of its members, of a workbook its cells as people read them too."""
    if not content.startswith(b"PK\x03\x04"):
        yield content.decode("utf-8", "replace")
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in names:
            yield from texts_in(archive.read(name))
    if "xl/workbook.xml" in names:
        yield "\n".join(cells_of(content))


def cells_of(content: bytes) -> Iterator[str]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield from (value.date().isoformat() if hasattr(value, "date") else str(value) for value in row if value is not None)
    workbook.close()
