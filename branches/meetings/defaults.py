"""What an empty form starts with: what the address asks for, and what the last meeting of that kind had."""
from __future__ import annotations

from datetime import date, time
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from branches.meetings.forms import resolution_fields
from branches.meetings.gathering import COLUMNS, Kept
from branches.meetings.kinds import kinds_for
from branches.meetings.models import Meeting
from branches.meetings.sheet import sheet_fields
from branches.models import Branch

REPEATED = {"begins_at": "begins_at", "place": "place", "host": "host_id", "recorder": "recorder_id"}


def opening_fields(branch: Branch, asked: QueryDict, today: date) -> dict[str, list[Any]]:
    """The first values of a new form, from ?kind=&date=&title=&group= and from last time."""
    kinds = [kind for kind in asked.getlist("kind") if kind in kinds_for(branch.kind)]
    fields = {"kinds": kinds, "held_on": [asked.get("date", "") or today], "title": [asked.get("title", "")],
              "group": [asked.get("group", "")]}
    return fields | {name: [value] for name, value in last_time(branch, kinds).items()}


def last_time(branch: Branch, kinds: list[str]) -> dict[str, Any]:
    """Time, place, host and recorder of the organisation's last meeting of one of these kinds (or of any)."""
    held = Meeting.objects.held().filter(branch=branch)
    last = (held.of_kind(*kinds) if kinds else held).order_by("-held_on", "-id").first()
    if last is None and kinds:
        last = held.order_by("-held_on", "-id").first()
    return {name: plain(getattr(last, column)) for name, column in REPEATED.items()} if last else {}


def kept_fields(kept: Kept) -> dict[str, list[Any]]:
    """A held meeting as its form would post it, for correcting it."""
    fields = {name: [plain(kept.columns[name])] for name in COLUMNS if plain(kept.columns[name]) != ""}
    fields["kinds"] = sorted(kept.kinds)
    return fields | sheet_fields(kept.marks) | resolution_fields(kept.votes)


def plain(value: Any) -> Any:
    """A value as a browser would send it; False is not sent at all."""
    if value is None or value is False:
        return ""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return "on" if value is True else getattr(value, "pk", value)


def as_typed(fields: dict[str, list[Any]]) -> QueryDict:
    """Such values in the shape of a POST."""
    typed = QueryDict(mutable=True)
    typed.update(MultiValueDict({name: [str(value) for value in values] for name, values in fields.items() if values}))
    return typed
