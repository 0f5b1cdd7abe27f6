"""A migrated, empty SQLite file, made once a session before any test has a transaction open.

SQLite's backup waits for ever while the same connection holds a transaction, so it cannot be made later.
"""
from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).parent.parent
_made: list[Path] = []


def make_blank(folder: Path) -> None:
    """Called by the session's database set-up."""
    target = folder / "partywork.sqlite3"
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
    else:
        environment = os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    _made.append(target)


def copy_blank(target: Path) -> Path:
    """A copy of the file for one test's own use."""
    shutil.copy(_made[0], target)
    return target
