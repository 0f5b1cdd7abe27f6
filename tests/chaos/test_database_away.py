"""R25: while the database is away every page says so in Chinese, with a number; when it is back all goes on by itself."""
from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse

from partywork.jobs.models import Job, WorkerBeat
from tests.chaos.browsers import Browser, Reply
from tests.chaos.cluster import Cluster
from tests.chaos.conftest import LONG
from tests.chaos.ground import ground, ground_at
from tests.chaos.siege import Siege, besieged
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.partywork.jobs.place import ROOT, wait_for
from tests.partywork.test_errors import NUMBER
from tests.stage import names

pytestmark = pytest.mark.django_db
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
OUTAGE = 30 if LONG else 10
CONTROL = 4  # seconds after which the twin that never recovers is believed
WELL_AGAIN = 10  # seconds at most until everything answers as before
PATIENCE = 0.5  # of the server with a locked SQLite file, instead of the laptop's 20 s
ENGLISH = re.compile(r"Traceback|File \"|Error\b|sqlite3|psycopg|locked|127\.0\.0\.1")


@dataclass
class Scene:
    """A site under writers, and how its database goes away and comes back."""

    engine: str
    siege: Siege
    cluster: Cluster | None

    @contextmanager
    def away(self) -> Iterator[None]:
        if self.cluster is None:
            with self.siege.held_back():  # while the writers hurry, somebody always has the file open
                holder = lock(self.siege.place.database.facts["NAME"])
            yield
            holder.execute("ROLLBACK")
            holder.close()
            return
        self.cluster.stop()
        yield
        self.cluster.start()

    def ask(self, paths: list[str]) -> dict[str, Reply]:
        """Every page, several at once: a locked file makes each wait."""

        def get(path: str) -> Reply | None:
            session = "" if path == reverse("healthz") else self.siege.place.sessions["writer0"]  # a watchman has none
            browser = Browser(self.siege.servers.port, session)
            reply = browser.get(path)
            browser.close()
            return reply

        with ThreadPoolExecutor(6) as pool:
            return dict(zip(paths, pool.map(get, paths), strict=True))

    def well_after(self, paths: list[str], before: dict[str, int], within: float = WELL_AGAIN) -> float:
        """Seconds until every page answers as before."""
        begun = time.monotonic()
        while (now := {path: reply and reply.status for path, reply in self.ask(paths).items()}) != before:
            if time.monotonic() - begun > within:
                wrong = {path: status for path, status in now.items() if status != before[path]}
                raise AssertionError(f"not well after {within} s: {wrong}")
        return time.monotonic() - begun


def lock(file: str) -> sqlite3.Connection:
    """Somebody holds the whole file; readers are shut out too."""
    holder = sqlite3.connect(file, timeout=30, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def pages() -> list[str]:
    """Every address without an id in it."""
    found = []
    for name in names():
        with suppress(NoReverseMatch):
            found.append(reverse(name))
    return found


def fault_of(path: str, reply: Reply | None) -> str:
    """What is wrong with the answer of a site whose database is away."""
    if reply is None or reply.status != 503:
        return f"{path}: {reply and reply.status}"
    if path == reverse("healthz"):
        return "" if b'"database": "away"' in reply.body else f"{path}: {reply.text}"
    said = re.sub(r"<[^>]*>", "", reply.text)
    missing = [part for part in ("党务工作台", "数据库暂时连接不上，您的操作没有保存。", "再试一次") if part not in said]
    missing += [] if NUMBER.search(said) else ["number"]
    missing += [] if "Retry-After" in reply.headers and 'lang="zh' in reply.text and "app.css" in reply.text else ["frame"]
    missing += [f"tells {ENGLISH.search(reply.text)[0]}"] if ENGLISH.search(reply.text) else []
    return f"{path}: {missing}" if missing else ""


@pytest.fixture(params=ENGINES)
def scene(request, tmp_path, django_db_blocker) -> Iterator[Scene]:
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        if request.param == "sqlite":
            cluster, place = None, stack.enter_context(ground("sqlite", tmp_path / "place"))
        else:
            cluster = stack.enter_context(Cluster(request.getfixturevalue("migrated_services")))
            place = ground_at(tmp_path / "place", cluster.url)
        yield Scene(request.param, stack.enter_context(besieged(place)), cluster)


def start(scene: Scene, **tampering: Any) -> None:
    patience = {"sqlite_timeout": PATIENCE} if scene.engine == "sqlite" else {}
    scene.siege.servers.start(**patience, **tampering)


@contextmanager
def worker(scene: Scene) -> Iterator[subprocess.Popen]:
    """A real worker of this site."""
    command = [sys.executable, "-m", "celery", "-q", "-A", "partywork", "worker", "--pool=solo"]
    with (scene.siege.place.folder / "worker.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=scene.siege.place.environment(), stdout=log, stderr=log)
    try:
        wait_for(lambda: exists(scene, WorkerBeat))
        yield process
    finally:
        process.kill()
        process.wait()


def exists(scene: Scene, model: type, **facts: Any) -> bool:
    with scene.siege.place.in_use():
        return model.objects.filter(**facts).exists()


def ask_for_a_report(scene: Scene) -> str:
    """By the pages, as a secretary does; the job's id."""
    browser = Browser(scene.siege.servers.port, scene.siege.place.sessions["writer0"])
    branch = scene.siege.place.world.a.pk
    opened = browser.post("/reports/new/", {"branch": branch, "period": "2025H2"})
    asked = browser.post(f"{opened.location}make/", {"draft": "on", "form_token": str(uuid.uuid4())})
    browser.close()
    return re.search(r"job=([0-9a-f-]+)", asked.location)[1]


def test_it_goes_away_and_comes_back(scene, tell):
    siege, paths = scene.siege, pages()
    assert len(paths) > 20
    start(scene)
    with worker(scene) as process:
        siege.live(20)
        before = {path: reply.status for path, reply in scene.ask(paths).items()}
        jobs = [ask_for_a_report(scene)] if LONG else []  # under way when it happens: done when its lease is over
        with scene.away():
            gone = time.monotonic()
            answers = scene.ask(paths)
            assert [fault for path in paths if (fault := fault_of(path, answers[path]))] == []
            time.sleep(max(0.0, OUTAGE - (time.monotonic() - gone)))
        seconds = scene.well_after(paths, before)
        for job in [*jobs, ask_for_a_report(scene)]:
            wait_for(lambda job=job: exists(scene, Job, pk=job, state="done"), seconds=90)
        assert process.poll() is None
    assert siege.live(20) and not siege.faults(), siege.faults()
    found = siege.end()
    assert not found, found
    with siege.place.in_use():
        call_command("verify", json=True)
    tell("R25", NAMES[scene.engine], f"数据库离开 {OUTAGE} 秒：{len(paths)} 个页面都是带编号的中文 503，回来后 {seconds:.1f} 秒全部正常，"
         f"没有重启，后台任务接着做；已答复 {siege.answered} 笔：{found.told}")


def test_without_the_guards_the_proof_sees_it(scene, tell):
    """The negative controls: nobody answers for the database that is away; a connection that died is used again
    (SQLite's live no longer than a request)."""
    start(scene, without_the_page_for_absence=True)
    paths = pages()
    with scene.away():
        faults = [fault for path, reply in scene.ask(paths[:6]).items() if (fault := fault_of(path, reply))]
    assert faults
    tell("R25", NAMES[scene.engine], f"对照：去掉 503 的处理，6 个页面 {len(faults)} 个不合格")
    if scene.engine == "postgresql":
        start(scene, without_new_connections=True)
        before = {path: reply.status for path, reply in scene.ask(paths).items()}  # every thread has its connection now
        with scene.away():
            pass
        with pytest.raises(AssertionError, match="not well after"):
            scene.well_after(paths, before, within=CONTROL)
        tell("R25", "PostgreSQL", f"对照：不换掉断了的连接，{CONTROL} 秒后仍不正常")
