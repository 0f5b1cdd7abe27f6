"""Which kinds of job there are. An app declares its own in `tasks.py`; every process loads all of them at start."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

JobFunction = Callable[[Any, Any], "dict | None"]
_kinds: dict[str, Kind] = {}


@dataclass(frozen=True)
class Kind:
    """`limit` is the longest run in seconds: after it the job is taken from its runner and tried again."""

    name: str
    label: str
    function: JobFunction
    limit: int = 900


def job_kind(name: str, *, label: str, limit: int = 900) -> Callable[[JobFunction], JobFunction]:
    """Declare `(job, progress) -> result` as a kind of job. It may run twice: see `Progress.finish`."""

    def declare(function: JobFunction) -> JobFunction:
        if name in _kinds and _kinds[name].function is not function:
            raise ValueError(f"job kind {name} is declared twice")
        _kinds[name] = Kind(name, label, function, limit)
        return function

    return declare


def find_kind(name: str) -> Kind | None:
    return _kinds.get(name)


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
