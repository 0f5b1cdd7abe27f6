"""What was done on this machine: the last backup, the last proof. One line of JSON each in DATA_DIR/keeping.

It is a file and no table on purpose: a backup must not change what it copies, and a restored system must not believe
that it has itself been backed up.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

KEPT = 1000


def history_file() -> Path:
    return Path(settings.DATA_DIR) / "keeping" / "history.jsonl"


def note(act: str, **facts: Any) -> None:
    """Remember an act. A history that cannot be written is no reason for the act to fail."""
    line = json.dumps({"act": act, "at": timezone.now().isoformat(timespec="seconds")} | facts, ensure_ascii=False)
    path = history_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError:
        return


def last(act: str) -> dict[str, Any] | None:
    """The newest act of this kind, for the keeper's page: `at`, `ok`, and what the act told."""
    return next((each for each in reversed(read()) if each.get("act") == act), None)


def read() -> list[dict[str, Any]]:
    """Oldest first; a line cut off by a power failure is left out."""
    path = history_file()
    try:
        now = path.stat()
    except OSError:
        return []
    return list(_read(path, now.st_mtime_ns, now.st_size))


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, size: int) -> tuple[dict[str, Any], ...]:
    """The file is read again when it has changed: the keeper's first page asks at every visit."""
    try:
        lines = path.read_text("utf-8").splitlines()[-KEPT:]
    except (OSError, ValueError):
        return ()
    return tuple(each for each in map(as_entry, lines) if each)


def as_entry(line: str) -> dict[str, Any]:
    """{} for whatever is no act with its moment."""
    try:
        found = json.loads(line)
        return found if datetime.fromisoformat(found["at"]).tzinfo else {}
    except (ValueError, TypeError, KeyError):
        return {}
