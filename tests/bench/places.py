"""Places to measure in: databases of either engine with data folders, made for one run and gone after it."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"


@dataclass(frozen=True)
class Place:
    """One database with its data folder. Everything that needs Django runs in a process of its own, in its environment."""

    name: str
    engine: str
    work: Path
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.work / self.name

    @property
    def database(self) -> str:
        return f"partywork_bench_{os.getpid()}_{self.name}"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "PROFILE")}
        own = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "DATA_DIR": str(self.folder), "KEY_DIR": str(self.work / "keys")}
        if self.engine == "postgresql":
            own["DATABASE_URL"] = urlunsplit(urlsplit(POSTGRESQL)._replace(path=f"/{self.database}"))
        return kept | own | more

    def ask(self, module: str, *words: Any) -> dict[str, Any]:
        """What `python -m tests.bench.<module> …` answers, run in this place."""
        command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def make(self, *words: Any, like: Place | None = None) -> Place:
        """Create the database, empty or as a copy, and seed it."""
        self.folder.mkdir(parents=True)
        if self.engine == "postgresql":
            sql(f"CREATE DATABASE {self.database}" + (f" TEMPLATE {like.database}" if like else ""))
        elif like:
            shutil.copy(like.folder / "partywork.sqlite3", self.folder / "partywork.sqlite3")
        self.facts.update(self.ask("seed", *words))
        return self

    def drop(self) -> None:
        if self.engine == "postgresql":
            sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)


class Places:
    """All places of one run."""

    def __init__(self, engine: str, work: Path) -> None:
        self.engine, self.work = engine, work
        self.made: dict[str, Place] = {}

    def make(self, name: str, *words: Any, like: Place | None = None) -> Place:
        self.made[name] = Place(name, self.engine, self.work)
        return self.made[name].make(*words, like=like)


@contextmanager
def places(engine: str, folder: Path) -> Iterator[Places]:
    work = folder / f"work-{os.getpid()}"
    work.mkdir(mode=0o700, parents=True)
    found = Places(engine, work)
    try:
        yield found
    finally:
        for place in found.made.values():
            place.drop()
        shutil.rmtree(work, ignore_errors=True)


def sql(statement: str) -> None:
    import psycopg

    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(statement)
