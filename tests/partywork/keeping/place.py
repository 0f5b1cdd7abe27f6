"""A whole installation in a folder: database of either engine, files, history. Copies of it are quick to make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from branches.meetings.kinds import Kind
from branches.meetings.services import add_file
from partywork.jobs.running import run_job
from partywork.keeping import tables
from partywork.periods import Period
from reports.making import Options
from reports.services import open_report, request_report
from tests.cast import World, draw_world
from tests.factories import make_meeting
from tests.partywork import engines
from tests.partywork.jobs.place import database_url, sql
from tests.stage import PNG

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Place:
    engine: str
    folder: Path
    database: engines.Database
    name: str = ""

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @contextmanager
    def in_use(self) -> Iterator[Any]:
        with override_settings(MEDIA_ROOT=self.files, DATA_DIR=self.folder), self.database.in_use() as connection:
            yield connection

    def manage(self, *words: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *words]

    def environment(self) -> dict[str, str]:
        url = database_url(self.name) if self.name else ""
        return os.environ | {"DATA_DIR": str(self.folder), "KEY_DIR": str(settings.KEY_DIR), "DATABASE_URL": url,
                             "REDIS_URL": "", "FAIL_POINTS": "", "PYTHONPATH": str(ROOT),
                             "DJANGO_SETTINGS_MODULE": "partywork.settings"}

    def run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.manage(*words), env=self.environment(), capture_output=True, text=True, timeout=120)

    def copy_to(self, folder: Path) -> Place:
        """Another installation with the same content (SQLite)."""
        folder.mkdir(parents=True)
        other = sqlite_place(folder)
        shutil.copy(self.database.facts["NAME"], other.database.facts["NAME"])
        shutil.rmtree(other.files)
        shutil.copytree(self.files, other.files)
        return other

    def digests(self) -> dict[str, Any]:
        with self.in_use():
            return {tables.table_of(model): tables.digest_of(model) for model in tables.kept_models()}

    def contents(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.files)): path.read_bytes() for path in self.files.rglob("*") if path.is_file()}

    def is_untouched(self) -> bool:
        """As it was when it was made: not one table, not one file."""
        with self.in_use() as connection:
            return connection.introspection.table_names() == [] and self.contents() == {}


def sqlite_place(folder: Path) -> Place:
    (folder / "files").mkdir(parents=True)
    with engines.sqlite(folder) as database:
        return Place("sqlite", folder, engines.Database(database.facts | {"NAME": str(folder / "partywork.sqlite3")}))


@contextmanager
def empty_place(engine: str, folder: Path) -> Iterator[Place]:
    """No table, no file."""
    if engine == "sqlite":
        yield sqlite_place(folder)
        return
    name = f"partywork_{uuid.uuid4().hex[:12]}"
    sql(f"CREATE DATABASE {name}")
    try:
        (folder / "files").mkdir(parents=True)
        facts = engines.defaults(**environ.Env.db_url_config(database_url(name)))
        yield Place("postgresql", folder, engines.Database(facts), name)
    finally:
        sql(f"DROP DATABASE {name} WITH (FORCE)")


def settle(place: Place) -> World:
    """People with phones, meetings with attendance and photos, a journal, a report with frozen figures and its file."""
    with place.in_use():
        call_command("migrate", verbosity=0)
        world = draw_world()
        for number, member in enumerate(world.members.values()):
            member.phone = f"1390000{number:04d}"
            member.save()
        meetings = [make_meeting(branch, Kind.CONGRESS, attendance=present(world, branch), held_on=date(2026, month, 5),
                                 created_by=world["secretary"])
                    for branch in (world.a, world.b) for month in (1, 2, 4)]
        for number, meeting in enumerate(meetings):
            upload = SimpleUploadedFile(f"照片{number}.png", PNG + bytes([number]) * 50, "image/png")
            with transaction.atomic():
                add_file(actor=world["secretary" if meeting.branch == world.a else "neighbour"], meeting=meeting, upload=upload)
        make_report(world)
    return world


def present(world: World, branch) -> list:
    people = [member for member in world.members.values() if member.latest.branch_id == branch.pk]
    return [(member, "leave" if number == 1 else "present") for number, member in enumerate(people)]


def make_report(world: World) -> None:
    report = open_report(actor=world["staff"], branch=world.root, period=Period.parse("2026H1"))
    job = request_report(actor=world["staff"], report=report, options=Options())
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
