"""Choosing an organisation: from a list as long as it can be looked over, beyond that by typing its name or code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_filters.filters import QuerySetRequestMixin

from branches.models import Branch
from partywork.selects import Select

FEW = 100  # so many a list may hold
NAMED = 8  # so many are told of those that fit
LONGEST = 100
CODE = re.compile(r".*[（(]([^（()）]+)[)）]")
SURE, WHOLE, PART = 3, 2, 1


def full_name(branch: Branch) -> str:
    """What a typed field shows, and what it understands without doubt."""
    return f"{branch.short_name}（{branch.code}）"


def fitting(rows: QuerySet[Branch], typed: str) -> QuerySet[Branch]:
    """The organisations with how well they `fit` what was typed (a key, code or name, or part of a name), the best first."""
    typed = typed[:LONGEST]
    key = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    code = match[1] if (match := CODE.fullmatch(typed)) else typed
    whole = Q(code__iexact=code) | Q(short_name=typed) | Q(name=typed)
    part = Q(short_name__icontains=typed) | Q(name__icontains=typed)
    fit = Case(
        When(pk=key, then=Value(SURE)), When(whole, then=Value(WHOLE)), When(part, then=Value(PART)),
        default=Value(0), output_field=IntegerField(),
    )  # fmt: skip
    return rows.annotate(fit=fit).order_by("-fit", "path")


@dataclass(frozen=True)
class Seen:
    """What one query found: all there is, or of `many` those that fit best what was `typed`."""

    typed: str
    rows: list[Branch]
    many: bool

    @classmethod
    def of(cls, rows: QuerySet[Branch], typed: str) -> Seen:
        found = list((fitting(rows, typed) if typed else rows)[: FEW + 1])
        if len(found) <= FEW:
            return cls(typed, sorted(found, key=lambda row: row.path), many=False)
        best = found[0].fit if typed else 0
        return cls(typed, [row for row in found if best and row.fit == best], many=True)

    @property
    def chosen(self) -> list[Branch]:
        """Those that were meant; more than one when it is not clear."""
        return self.rows if self.many else [row for row in self.rows if str(row.pk) == self.typed]

    @property
    def sure(self) -> Branch | None:
        return self.chosen[0] if len(self.chosen) == 1 else None


class BranchOptions(ModelChoiceIterator):
    """The offered organisations, each moved in under those above it that are offered too."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        above: list[str] = []
        for row in self.field.offered:
            while above and not row.path.startswith(above[-1]):
                above.pop()
            yield row.pk, "　" * len(above) + self.field.label_from_instance(row)
            above.append(row.path)


class BranchPicker(Select):
    """A select; of many organisations a text field, to which htmx brings the names that fit. It works without."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        seen = self.choices.field.see(value)
        if not seen.many:
            return super().render(name, value, attrs, renderer)
        facts = self.build_attrs(self.attrs, attrs)
        names = f"{facts.get('id', name)}-names"
        shown = full_name(seen.sure) if seen.sure else seen.typed
        facts |= {
            "type": "text", "name": name, "value": shown, "list": names, "autocomplete": "off",
            "placeholder": "输入名称或编号", "class": facts.get("class", "").replace("form-select", "form-control"),
            "hx-get": reverse("branch_names"), "hx-trigger": "focus once, input changed delay:200ms", "hx-target": f"#{names}",
        }  # fmt: skip
        return format_html('<input{}><datalist id="{}"></datalist>', flatatt(facts), names)


class BranchChoice(forms.ModelChoiceField):
    """One of the organisations of `queryset`. One query a form, whether it is shown, judged or both."""

    widget = BranchPicker
    iterator = BranchOptions

    def __init__(self, queryset: QuerySet[Branch] | None = None, **options: Any) -> None:
        super().__init__(Branch.objects.none() if queryset is None else queryset, **options)

    def _set_queryset(self, queryset: QuerySet[Branch] | None) -> None:
        self._seen: Seen | None = None
        super()._set_queryset(queryset)

    queryset = property(forms.ModelChoiceField._get_queryset, _set_queryset)

    def see(self, value: Any = None) -> Seen:
        """What there is to choose from, and what `value`, a key or a typed text, means there."""
        typed = "" if value in self.empty_values else str(self.prepare_value(value)).strip()
        seen = self._seen
        if seen is None or (seen.many and seen.typed != typed):
            seen = Seen.of(self.queryset, typed)
        self._seen = Seen(typed, seen.rows, seen.many)
        return self._seen

    @property
    def offered(self) -> list[Branch]:
        """Everything that a list shows; of many nothing."""
        seen = self._seen or self.see()
        return [] if seen.many else seen.rows

    @property
    def all_rows(self) -> list[Branch]:
        return list(self.queryset) if (self._seen or self.see()).many else self.offered

    @property
    def first(self) -> Branch | None:
        """The uppermost one."""
        seen = self._seen or self.see()
        return self.queryset.first() if seen.many else next(iter(seen.rows), None)

    @property
    def only(self) -> Branch | None:
        """The one organisation, where there is nothing to choose."""
        return self.offered[0] if len(self.offered) == 1 else None

    def to_python(self, value: Any) -> Branch | None:
        if value in self.empty_values:
            return None
        seen = self.see(value)
        if seen.sure:
            return seen.sure
        if not seen.many:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        raise ValidationError(unclear(seen), code="unclear")


def unclear(seen: Seen) -> str:
    typed = seen.typed[:20]
    if not seen.chosen:
        return f"没有名称或编号是“{typed}”的党组织，请核对。"
    told = "、".join(full_name(row) for row in seen.chosen[:NAMED])
    return f"“{typed}”不止一个党组织，请写全：{told}{'等' if len(seen.chosen) > NAMED else ''}。"


class BranchFilter(QuerySetRequestMixin, django_filters.Filter):
    """The same for a list's filter; `queryset` is a function of the request."""

    field_class = BranchChoice
