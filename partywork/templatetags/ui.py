"""Template tags and filters of the shared look: ``{% load ui %}``."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django import template
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()

DASH = "—"
KINDS = frozenset({"ok", "warn", "bad", "muted", "info"})


# Dates -----------------------------------------------------------------------


def _local(value):
    """Aware datetimes are shown in the site's time zone; everything else as it is."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def cn_date(value):
    """2026年6月3日"""
    if not value:
        return DASH
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def cn_month(value):
    """2026年6月"""
    if not value:
        return DASH
    value = _local(value)
    return f"{value.year}年{value.month}月"


@register.filter
def md(value):
    """06-03"""
    return _local(value).strftime("%m-%d") if value else DASH


@register.filter
def cn_datetime(value):
    """2026年6月3日 14:30, never seconds."""
    if not value:
        return DASH
    value = _local(value)
    return f"{cn_date(value)} {value:%H:%M}"


# Numbers and text --------------------------------------------------------------


@register.filter
def dash(value):
    """An empty value is shown as a dash; zero stays zero."""
    return DASH if value is None or value == "" else value


@register.filter
def percent_of(value, whole):
    """How much of ``whole`` this is, 0-100 with one decimal, for the width of a bar."""
    if not value or not whole:
        return "0"
    return f"{min(100.0, max(0.0, 100 * float(value) / float(whole))):.1f}"


@register.filter
def largest(rows):
    """The largest ``value`` of a list of rows, for a bar chart without a given maximum."""
    return max((row["value"] or 0 for row in rows), default=0)


# Pieces of a page ----------------------------------------------------------------


@lru_cache(maxsize=512)
def _icon_html(name, size, label):
    words = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return mark_safe(" ".join(lucide(name, size=size, **words).split()))  # noqa: S308


@register.simple_tag
def icon(name, size=18, label=""):
    """An inline lucide icon; silent for screen readers unless a label is given."""
    return _icon_html(str(name), int(size), str(label))


@register.simple_tag
def badge(text, kind="muted"):
    """A small word of state: ``{% badge "已召开" "ok" %}``."""
    return format_html('<span class="tag tag-{}">{}</span>', kind if kind in KINDS else "muted", text)


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """``?…`` of this page with some parameters changed; ``None`` or "" drops one."""
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = value
    return "?" + params.urlencode()


@register.simple_tag
def page_numbers(page):
    """Page numbers around the current one, with the ellipsis sign for the gaps."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


@register.filter
def is_gap(number):
    return number == Paginator.ELLIPSIS


@register.filter
def undo_url(message):
    """The address that undoes what a message reports: ``messages.success(…, extra_tags="/…/undo/")``."""
    return next((tag for tag in (message.extra_tags or "").split() if tag.startswith("/")), "")


@register.filter
def labelled_errors(form):
    """``(id, label, error)`` of every field error of a form, in the order of its fields."""
    fields = (form[name] for name in form.fields if name in form.errors)
    return [
        (field.id_for_label or f"div_{field.auto_id}", field.label, error)
        for field in fields
        for error in field.errors
    ]
