"""R18: an answer goes out when the disk has it. Pulling the plug cannot be tried here; what the kernel is asked can."""
from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from members.models import Member
from partywork.checks import switched_off
from tests.chaos import tracing
from tests.chaos.browsers import Browser
from tests.chaos.cluster import Cluster
from tests.chaos.ground import ground, settle
from tests.chaos.serving import Servers
from tests.chaos.writers import Writer, next_act
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.partywork.jobs.place import ROOT

pytestmark = pytest.mark.django_db
LOG = "-wal"  # the end of the name of SQLite's log


@pytest.fixture
def written(tmp_path, django_db_blocker):
    """written(**tampering): a writer's story on a server under strace; the POSTs as the kernel saw them."""

    def write(**tampering) -> list[tracing.Post]:
        log = tmp_path / "strace.log"
        with django_db_blocker.unblock(), ground("sqlite", tmp_path / "place") as empty:
            place = settle(empty, 1)
            with place.in_use():
                people = list(Member.objects.filter(latest__branch=place.world.a).values_list("pk", flat=True))
            with Servers(place, under=tracing.command(log)) as servers:
                servers.start(**tampering)
                tell_story(Writer("writer0", Browser(servers.port, place.sessions["writer0"]), place.world.a.pk, people))
        return list(tracing.posts(log))

    return write


def tell_story(writer: Writer) -> None:
    story = writer.story("writer0")
    act = next(story)
    while act is not None:
        assert writer.send(act), writer.faults
        act = next_act(story, act.reply)
    writer.browser.close()


def test_the_disk_has_it_before_the_answer(written, tell):
    """The file itself, its folder, and the database's log, in every POST that writes."""
    seen = written()
    assert len(seen) == 9 and {post.status for post in seen} == {200, 302}
    assert all(post.synced_to(LOG) for post in seen), seen
    assert max(post.synced_to("/files/") for post in seen) >= 2  # a photo and the folder that names it
    synced = Counter(post.synced_to(LOG) for post in seen)
    tell("R18", "SQLite", f"{len(seen)} 次提交，答复前日志落盘最少 {min(synced)} 次（strace）")


def test_without_full_nothing_is_synced(written, tell):
    """The negative control: the same with synchronous=OFF."""
    seen = written(sqlite_pragma="synchronous=OFF")
    assert {post.status for post in seen} == {200, 302}
    assert [post for post in seen if post.synced_to(LOG)] == []
    tell("R18", "SQLite", f"对照（synchronous=OFF）：{len(seen)} 次提交落盘 0 次")


def test_the_connection_is_set_to_full(django_db_blocker, tmp_path):
    with django_db_blocker.unblock(), ground("sqlite", tmp_path / "place") as place, place.in_use() as opened:
        assert switched_off(opened) == []
        opened.cursor().execute("PRAGMA synchronous=NORMAL")
        assert switched_off(opened) == ["synchronous"]


def production(folder: Path, url: str) -> dict[str, str]:
    keys = {name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "FIELD_KEYS", "AUDIT_KEY")}
    return os.environ | keys | {"PROFILE": "production", "DATA_DIR": str(folder), "DATABASE_URL": url, "FAIL_POINTS": "",
                                "ALLOWED_HOSTS": "party.example.gov.cn", "PYTHONPATH": str(ROOT)}


def start(folder: Path, url: str) -> str:
    """What a web process in production says that loads the pages: nothing when it starts."""
    run = subprocess.run([sys.executable, "-c", "import partywork.wsgi; print('started')"], cwd=ROOT, timeout=60,
                         env=production(folder, url), capture_output=True, text=True)
    assert (run.returncode == 0) == (run.stdout == "started\n"), run.stderr
    return run.stderr.strip().splitlines()[-1] if run.returncode else ""


@pytest.mark.parametrize("engine", ENGINES)
def test_production_refuses_a_careless_database(request, engine, tmp_path, tell):
    """And takes a sound one; what a role's default says of synchronous_commit we overrule ourselves."""
    if engine == "sqlite":
        assert start(tmp_path, "") == ""
        return
    with Cluster(request.getfixturevalue("migrated_services")) as cluster:
        cluster.say("ALTER DATABASE partywork SET synchronous_commit = off")
        assert start(tmp_path, cluster.url) == ""
        for name in ("fsync", "full_page_writes"):
            cluster.say(f"ALTER SYSTEM SET {name} = off")
        cluster.say("SELECT pg_reload_conf()")
        said = start(tmp_path, cluster.url)
        assert "生产环境不能使用这个数据库：fsync、full_page_writes 已关闭" in said
        cluster.stop()
        assert start(tmp_path, cluster.url) == ""  # one that is away is waited for: 503 until it is back
    tell("R18", "PostgreSQL", "fsync、full_page_writes 关闭时生产环境拒绝启动；synchronous_commit 由程序自己要求")
