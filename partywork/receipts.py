"""The receipt (计入): where one record counts. Features register providers; pages ask. Declaration only."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model


@dataclass(frozen=True)
class Line:
    """One place a record counts in: `ledger` is the heading (三会一课台账, 半年报告 …), `url` opens that place."""

    ledger: str
    text: str
    url: str = ""


_providers: dict[type[Model], list[Callable[[Model], Iterable[Line]]]] = {}


def provides(model: type[Model]) -> Callable:
    """Register a function (row) -> lines for the receipts of a model."""

    def register(provider: Callable[[Model], Iterable[Line]]) -> Callable:
        _providers.setdefault(model, []).append(provider)
        return provider

    return register


def receipt_of(row: Model) -> list[Line]:
    """Every line of a record's receipt, in the order in which the providers were registered."""
    return [line for provider in _providers.get(type(row), []) for line in provider(row)]
