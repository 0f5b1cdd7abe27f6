"""A data folder, a database and a queue of their own, and real processes that use them."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parents[3]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
SERVICES = ("TEST_DATABASE_URL", "TEST_REDIS_URL")


def all_places() -> list:
    """What this machine can try; CI must be able to try all."""
    have = [name for name in SERVICES if os.environ.get(name)]
    if os.environ.get("CI") and len(have) < len(SERVICES):
        raise pytest.UsageError("CI must set TEST_DATABASE_URL and TEST_REDIS_URL")
    services = [pytest.param("services", marks=pytest.mark.services)] if len(have) == len(SERVICES) else []
    return ["laptop", *services]


def wait_for(what, seconds: float = 40, every: float = 0.05):
    """The first true answer, or a failure that says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


def environment(folder: Path, **more: str) -> dict[str, str]:
    env = os.environ | {
        "DATA_DIR": str(folder), "EXTRA_JOB_MODULES": "tests.partywork.jobs.kinds", "FAIL_POINTS": "",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "DATABASE_URL": "", "REDIS_URL": "",
    }
    env.setdefault("DJANGO_SETTINGS_MODULE", "partywork.settings")
    return env | more


def parent_of(pid: int) -> int:
    """0 when there is no such process, or only its corpse."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state in "ZX" else int(parent)


def children_of(parent: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if parent_of(pid) == parent]


class Laptop:
    """SQLite and the folder queue."""

    services = False
    pool = "solo"

    def __init__(self, folder: Path, migrated) -> None:
        self.folder, self.migrated = folder, migrated
        self.processes: list[subprocess.Popen] = []
        self.env = environment(folder)

    def __enter__(self) -> Laptop:
        self.folder.mkdir()
        self.open()
        return self

    def __exit__(self, *exc) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.close()

    def open(self) -> None:
        shutil.copy(self.migrated, self.folder / "partywork.sqlite3")

    def close(self) -> None:
        pass

    def rows(self, sql: str) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.folder / "partywork.sqlite3")) as database:
            return database.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        with contextlib.closing(sqlite3.connect(self.folder / "partywork.sqlite3")) as database, database:
            database.execute(sql)

    def queue_is_empty(self) -> bool:
        return not list((self.folder / "queue").iterdir())

    def python(self, script: str, **given) -> dict:
        """What a fresh process prints as JSON; `given` are its variables."""
        set_up = "import django, json, sys; django.setup(); globals().update(json.loads(sys.argv[1]))\n"
        run = subprocess.run([sys.executable, "-c", set_up + script, json.dumps(given)],
                             env=self.env, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def queue(self, kind: str, count: int = 1, **args) -> list[str]:
        """Jobs queued by another process, as the web process would."""
        return self.python(QUEUE, kind=kind, count=count, args=args)

    def worker(self, *fail_points: str, pool: str = "") -> subprocess.Popen:
        options = [f"--pool={pool or self.pool}", "--concurrency=1"]
        return self.start([sys.executable, "-m", "celery", "-q", "-A", "partywork", "worker", *options], *fail_points)

    def start(self, command: list[str], *fail_points: str) -> subprocess.Popen:
        with (self.folder / f"process{len(self.processes)}.log").open("w") as log:
            process = subprocess.Popen(command, env=self.env | {"FAIL_POINTS": ",".join(fail_points)}, cwd=ROOT,
                                       stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def log(self, number: int = 0) -> str:
        return (self.folder / f"process{number}.log").read_text()

    def jobs(self) -> list[tuple[str, int]]:
        return self.rows("SELECT state, tries FROM jobs_job ORDER BY created_at")

    def worker_is_ready(self) -> bool:
        return bool(self.rows("SELECT name FROM jobs_workerbeat WHERE name LIKE 'celery@%'"))

    def made(self) -> int:
        """How many products the test kind has made in all."""
        return self.rows("SELECT count(*) FROM jobs_workerbeat WHERE name LIKE 'made:%'")[0][0]


class Services(Laptop):
    """A PostgreSQL database of its own and a Redis database that the tests may empty."""

    services = True
    pool = "prefork"

    def open(self) -> None:
        self.database = f"partywork_{uuid.uuid4().hex[:12]}"
        sql(f"CREATE DATABASE {self.database} TEMPLATE {self.migrated}")
        self.env |= {"DATABASE_URL": database_url(self.database), "REDIS_URL": self.redis_url}
        self.redis().flushdb()

    def close(self) -> None:
        self.redis().flushdb()
        sql(f"DROP DATABASE {self.database} WITH (FORCE)")

    @property
    def redis_url(self) -> str:
        return os.environ["TEST_REDIS_URL"]

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url, single_connection_client=True)

    def rows(self, text: str) -> list[tuple]:
        with psycopg.connect(self.env["DATABASE_URL"]) as database:
            return database.execute(text).fetchall()

    def write(self, text: str) -> None:
        with psycopg.connect(self.env["DATABASE_URL"]) as database:
            database.execute(text)

    def queue_is_empty(self) -> bool:
        with contextlib.closing(self.redis()) as client:
            return client.llen("celery") == 0


def database_url(name: str) -> str:
    return f"{os.environ['TEST_DATABASE_URL'].rpartition('/')[0]}/{name}"


def sql(text: str) -> None:
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as server:
        server.execute(text)


@contextlib.contextmanager
def migrated_database():
    name = f"partywork_{uuid.uuid4().hex[:12]}"
    sql(f"CREATE DATABASE {name}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            env = environment(Path(folder), DATABASE_URL=database_url(name))
            subprocess.run([*MANAGE, "migrate", "-v0"], env=env, check=True)
        yield name
    finally:
        sql(f"DROP DATABASE {name} WITH (FORCE)")


QUEUE = """
from django.contrib.auth import get_user_model
from partywork.jobs.services import queue_job
import uuid
people = [get_user_model().objects.create(username=uuid.uuid4().hex[:20]) for _ in range(0, count, 3)]
jobs = [queue_job(actor=people[n // 3], kind=kind, args=args) for n in range(count)]
print(json.dumps([str(job.pk) for job in jobs]))
"""
