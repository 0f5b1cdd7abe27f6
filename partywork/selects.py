"""Selects written in one go. Django renders each option through a template of its own: a hundred of them cost more than the
rest of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHOSEN, PLAIN = SafeString(" selected"), SafeString("")


class WrittenAtOnce:
    """Mixed into a select: the same HTML as Django's, without its templates."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        facts = self.build_attrs(self.attrs, attrs)
        if self.allow_multiple_selected:
            facts["multiple"] = True
        return format_html('<select name="{}"{}>{}\n</select>', name, flatatt(facts), self.written(self.format_value(value)))

    def written(self, asked: list[str]) -> SafeString:
        """The options; of a select with one answer only the first that fits is chosen."""
        left, parts = set(asked), []
        for grouped, same in groupby(self.choices, key=lambda choice: isinstance(choice[1], (list, tuple))):
            pairs = [("" if code is None else code, label) for code, label in same]
            parts += [self.group(*each, left) for each in pairs] if grouped else [self.options(pairs, left)]
        return format_html_join("", "{}", ((part,) for part in parts))

    def group(self, name: Any, choices: Iterable[tuple], left: set[str]) -> SafeString:
        options = self.options(choices, left)
        return format_html('\n<optgroup label="{}">{}\n</optgroup>', name, options) if name else options

    def options(self, choices: Iterable[tuple], left: set[str]) -> SafeString:
        return format_html_join("", '\n<option value="{}"{}>{}</option>', self.told(choices, left))

    def told(self, choices: Iterable[tuple], left: set[str]) -> Iterator[tuple[str, SafeString, Any]]:
        for code, label in choices:
            value = str(code)
            chosen = value in left
            if chosen and not self.allow_multiple_selected:
                left.clear()
            yield value, CHOSEN if chosen else PLAIN, label


# Of the same names as Django's: crispy makes a CSS class of them.
class Select(WrittenAtOnce, forms.Select):
    """One of several."""


class SelectMultiple(WrittenAtOnce, forms.SelectMultiple):
    """Some of several."""


OURS = {forms.Select: Select, forms.SelectMultiple: SelectMultiple}


def written_at_once(widget: forms.Widget) -> forms.Widget:
    """Ours in place of Django's own select; any other widget stays."""
    if kind := OURS.get(type(widget)):
        ours = kind()
        ours.__dict__.update(widget.__dict__)
        return ours
    return widget
