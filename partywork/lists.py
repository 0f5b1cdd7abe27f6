"""One list page: filter form, whitelisted order, pages. Bad input is a form error or the nearest page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict

from partywork.forms import FormHabits

LARGEST_PAGE = 200
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Column:
    """One column of a list and of its Excel. `value` is a path ("branch.name") or a function of the row."""

    key: str
    label: str
    value: str | Callable[[Any], Any] = ""
    width: int = 16

    def of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        found = row
        for name in (self.value or self.key).split("."):
            found = found.get(name) if isinstance(found, dict) else getattr(found, name, None)
        return found


@dataclass(frozen=True)
class Order:
    """One way to sort: its label and its ORDER BY, which ends with the id so that pages never overlap."""

    label: str
    fields: tuple[str, ...]


class FilterForm(FormHabits, forms.Form):
    """The filter form of every list; a search text of more than 100 characters is refused."""

    def prepare_field(self, name: str, field: forms.Field) -> None:
        if type(field) is forms.CharField and (field.max_length or LONGEST_SEARCH + 1) > LONGEST_SEARCH:
            field.max_length = LONGEST_SEARCH
            field.validators.append(forms.CharField(max_length=LONGEST_SEARCH).validators[0])
        super().prepare_field(name, field)


class SiteFilterSet(django_filters.FilterSet):
    """Base of every filter set: our form habits, and nothing found while the form is wrong.

    Showing everything instead would let a mistyped filter export the whole list.
    """

    def get_form_class(self) -> type[forms.Form]:
        fields = {name: one.field for name, one in self.filters.items()}
        return type(f"{type(self).__name__}Form", (FilterForm,), fields)

    @property
    def qs(self) -> QuerySet:
        if self.is_bound and not self.is_valid():
            return self.queryset.none()
        return super().qs


def list_page(
    request: HttpRequest,
    queryset: QuerySet,
    *,
    filterset: type[django_filters.FilterSet] | None = None,
    columns: Sequence[Column] = (),
    per_page: int = 25,
    ordering: dict[str, Order] | None = None,
) -> dict[str, Any]:
    """The context of a list page.

    page_obj, page_range, total; filter, filter_form, filtered; sort, orders; kept, columns.

    `rows` is the whole filtered, ordered queryset, `kept` what a button sends to export the rows of this very page.
    """
    found, rows = asked_rows(request, queryset, filterset, ordering)
    page = page_of(rows, request.GET.get("page"), per_page)
    return {
        "page_obj": page,
        "page_range": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "total": page.paginator.count,
        "rows": rows,
        "columns": columns,
        "filter": found,
        "filter_form": found.form if found else None,
        "filtered": bool(found) and any(request.GET.get(name) for name in found.form.fields),
        "sort": chosen_order(request, ordering),
        "orders": [(key, order.label) for key, order in (ordering or {}).items()],
        "kept": kept_fields(found and found.form, request.GET.get("sort", "") if ordering else ""),
    }


def asked_of(request: HttpRequest) -> QueryDict:
    """What a list is asked for: the query of its page, or the hidden fields of its export's button."""
    return request.POST if request.method == "POST" else request.GET


def asked_rows(
    request: HttpRequest,
    queryset: QuerySet,
    filterset: Callable[..., django_filters.FilterSet] | None,
    ordering: dict[str, Order] | None,
) -> tuple[django_filters.FilterSet | None, QuerySet]:
    """The filter as it was asked for, and the rows that it leaves, in their order."""
    found = filterset(asked_of(request), queryset=queryset, request=request) if filterset else None
    return found, in_order(found.qs if found else queryset, ordering, chosen_order(request, ordering))


def chosen_order(request: HttpRequest, ordering: dict[str, Order] | None) -> str:
    """The asked-for order if the page knows it, else its first."""
    if not ordering:
        return ""
    asked = asked_of(request).get("sort", "")
    return asked if asked in ordering else next(iter(ordering))


def in_order(rows: QuerySet, ordering: dict[str, Order] | None, sort: str) -> QuerySet:
    if ordering:
        return rows.order_by(*ordering[sort].fields)
    return rows if rows.ordered else rows.order_by("pk")


def kept_fields(form: forms.Form | None, sort: str = "") -> list[tuple[str, str]]:
    """What a filter form was asked for, as the hidden fields of a form that asks for the same rows."""
    kept = [(name, form[name].value()) for name in form.fields] if form else []
    return [(name, str(value)) for name, value in [*kept, ("sort", sort)] if value not in (None, "", False)]


def page_of(rows: QuerySet | Sequence[Model], number: Any, per_page: int) -> Page:
    """The nearest page there is: nonsense is page one, beyond the end is the last."""
    return Paginator(rows, max(1, min(per_page, LARGEST_PAGE))).get_page(number)
