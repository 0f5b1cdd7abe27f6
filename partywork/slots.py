"""What upper storeys add to a page of a lower one: steps of a timeline, panels, open items. Features register providers
when they are loaded (`apps.ready`); the page asks. Declaration only.

| slot | arguments | yields |
| --- | --- | --- |
| `member.steps` | member, reader | Step: what happened to a person |
| `member.panels` | member, reader | Panel on his page |
| `branch.steps` | branch, reader | Step: what happened to an organisation |
| `branch.panels` | branch, reader, day | Panel on its page |
| `handover.panels` | branch, reader, day | Panel on the page for a new secretary (terms, …) |
| `handover.ahead` | branch, reader, start, stop | Step: what falls due in that time, for the same page |
| `home.todo` | branch, reader, day | items of templates/ui/todo.html, most urgent first |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SLOTS = ("member.steps", "member.panels", "branch.steps", "branch.panels", "handover.panels", "handover.ahead", "home.todo")
_providers: dict[str, list[Callable[..., Iterable]]] = {slot: [] for slot in SLOTS}


@dataclass(frozen=True)
class Step:
    """One line of a timeline (templates/ui/timeline.html)."""

    when: date
    title: str
    text: str = ""
    state: str = "done"
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a page: `template` is included with `panel` and finds its values in `panel.context`."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    aside: bool = False


def adds_to(slot: str) -> Callable:
    """Register a provider for a slot; KeyError for a slot that no page asks."""

    def register(provider: Callable[..., Iterable]) -> Callable:
        _providers[slot].append(provider)
        return provider

    return register


def added_to(slot: str, *asked: Any) -> list:
    """Everything that the features add to a slot, in the order in which they registered."""
    return [each for provider in _providers[slot] for each in provider(*asked)]
