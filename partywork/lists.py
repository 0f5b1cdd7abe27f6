"""One list page: filter form, whitelisted order, pages. Bad input is a form error or the nearest page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

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

    page_obj, page_range, total; filter, filter_form, filtered; sort, orders; querystring, columns.

    `rows` is the whole filtered, ordered queryset: what an export of this very page takes.
    """
    found = filterset(request.GET, queryset=queryset, request=request) if filterset else None
    sort = chosen_order(request, ordering)
    rows = in_order(found.qs if found else queryset, ordering, sort)
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
        "sort": sort,
        "orders": [(key, order.label) for key, order in (ordering or {}).items()],
        "querystring": kept_query(request, found, ordering),
    }


def chosen_order(request: HttpRequest, ordering: dict[str, Order] | None) -> str:
    """The asked-for order if the page knows it, else its first."""
    if not ordering:
        return ""
    asked = request.GET.get("sort", "")
    return asked if asked in ordering else next(iter(ordering))


def in_order(rows: QuerySet, ordering: dict[str, Order] | None, sort: str) -> QuerySet:
    if ordering:
        return rows.order_by(*ordering[sort].fields)
    return rows if rows.ordered else rows.order_by("pk")


def page_of(rows: QuerySet | Sequence[Model], number: Any, per_page: int) -> Page:
    """The nearest page there is: nonsense is page one, beyond the end is the last."""
    return Paginator(rows, max(1, min(per_page, LARGEST_PAGE))).get_page(number)


def kept_query(request: HttpRequest, found: django_filters.FilterSet | None, ordering: Any) -> str:
    """The query string for links to other pages of this list: what the list knows, without the page number."""
    known = set(found.form.fields) if found else set()
    kept = request.GET.copy()
    for name in list(kept):
        if name not in known | ({"sort"} if ordering else set()) or not any(kept.getlist(name)):
            del kept[name]
    return kept.urlencode()
