"""R26: no space left on the disk: nothing acknowledged is lost, nothing half is left, everybody is told in Chinese."""
from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError

from partywork.jobs.models import Job
from partywork.keeping.backing import make_backup
from reports.models import ReportVersion
from tests.chaos.browsers import Browser, Reply
from tests.chaos.ground import Ground, ground
from tests.chaos.siege import WRITERS, Siege, besieged, until_seen
from tests.chaos.small_disk import Disk
from tests.chaos.writers import LARGE
from tests.partywork.jobs.place import wait_for
from tests.partywork.test_errors import NUMBER
from tests.stage import PNG

pytestmark = pytest.mark.django_db
ENVIRONMENT = {"BACKUP_KEY": "hV3-" + "Zq7kP2" * 6}
# What is left of the disk: nothing; less than an upload needs on its way; less than it needs twice, on its way and stored.
UPLOADS = (0, LARGE // 2, LARGE * 3 // 2)
REPORTS = (0, 64 * 1024, 128 * 1024)
BACKUPS = (0, 64 * 1024, 256 * 1024)
CONTROL_FILLS = 25
FULL = "服务器存储空间已满"


@dataclass
class Scene:
    disk: Disk
    siege: Siege

    @property
    def place(self) -> Ground:
        return self.siege.place

    def post(self, path: str, data: dict[str, Any], files: bool = False) -> Reply | None:
        browser = Browser(self.siege.servers.port, self.place.sessions["writer0"])
        reply = browser.post(path, data, files)
        browser.close()
        return reply

    def upload(self, name: str) -> Reply | None:
        picture = SimpleUploadedFile(f"{name}.png", PNG + b"0" * LARGE, "image/png")
        data = {"branch": self.place.world.a.pk, "form_token": str(uuid.uuid4()), "files": picture, "title": name}
        return self.post("/meetings/files/add/", data, files=True)

    def job(self) -> str:
        """A report asked for by the pages."""
        opened = self.post("/reports/new/", {"branch": self.place.world.a.pk, "period": "2025H2"})
        asked = self.post(f"{opened.location}make/", {"draft": "on", "form_token": str(uuid.uuid4())})
        return re.search(r"job=([0-9a-f-]+)", asked.location)[1]

    def work(self, job: str) -> None:
        """As a worker's process does."""
        self.siege.servers.call("partywork.jobs.running:run_job", job_id=job)


@pytest.fixture
def scene(tmp_path, django_db_blocker) -> Iterator[Scene]:
    with (Disk(tmp_path / "disk") as disk, django_db_blocker.unblock(), ground("sqlite", disk.folder / "place") as place,
          besieged(place, TMPDIR=str(disk.folder)) as siege):
        yield Scene(disk, siege)


def fault_of(reply: Reply | None) -> str:
    """What is wrong with an answer that could not be given for want of space."""
    if reply is None or reply.status != 503:
        return f"{reply and reply.status}"
    said = re.sub(r"<[^>]*>", "", reply.text)
    told = FULL in said and "您的操作没有保存" in said and NUMBER.search(said) and "Retry-After" in reply.headers
    return "" if told and "Traceback" not in said else said


def test_writers_meet_a_full_disk(scene, tell):
    """Commit and log fail in the middle of everybody's work; reading goes on; when there is space all goes on."""
    siege = scene.siege
    siege.servers.start()
    for _ in range(3):
        assert siege.live(20) and not siege.faults(), siege.faults()
        before = len(siege.refusals())
        with scene.disk.filled():
            wait_for(lambda before=before: len(siege.refusals()) > before + 4)
        assert siege.servers.alive()
    assert [fault for reply in siege.refusals() if (fault := fault_of(reply))] == []
    found = siege.end(siege.answered + 20)
    assert not found, found
    siege.verify()
    tell("R26", "SQLite", f"64 MB 盘写满 3 次：已答复 {siege.answered} 笔：{found.told}；中文说明，腾出空间后接着写；核对 0 处")


def test_uploads_reports_and_backups_meet_a_full_disk(scene, tell):
    siege = scene.siege
    siege.servers.start()
    siege.live(8)
    siege.end()
    siege.servers.start()
    for left in UPLOADS:
        with scene.disk.filled(left):
            assert fault_of(scene.upload(f"余{left}")) == "", left
        assert scene.upload(f"余{left}").status == 302
        siege.verify()
    for left in REPORTS:
        report(scene, left)
    siege.verify()
    for left in BACKUPS:
        backup(scene, left)
    tell("R26", "SQLite", f"上传 {len(UPLOADS)} 种、报告 {len(REPORTS)} 种、备份 {len(BACKUPS)} 种情形遇到满盘：中文说明，没有半个文件，"
         "腾出空间后都做成；核对 0 处")


def test_without_the_guards_the_proof_sees_it(scene, tell):
    """The negative controls: nobody answers for the full disk; SQLite keeps no log by which to take a half act back."""
    siege = scene.siege
    siege.servers.start(without_the_page_for_absence=True)
    siege.live(20)
    with scene.disk.filled():
        bare = fault_of(scene.upload("满"))
    assert bare
    siege.servers.kill()
    with closing(sqlite3.connect(scene.place.database.facts["NAME"])) as database:
        database.execute("PRAGMA journal_mode = DELETE")

    def fill() -> list[str]:
        siege.servers.start(without_sqlite_journal=True)
        siege.live(20, seconds=3)
        with scene.disk.filled():
            siege.live(WRITERS, seconds=1)
        siege.servers.kill()
        return wrong_with(siege)

    number, wrong = until_seen(CONTROL_FILLS, fill)
    tell("R26", "SQLite", f"对照：去掉处理，上传得到 {bare}；去掉数据库日志，写满第 {number} 次即有 {len(wrong)} 处不对")


def wrong_with(siege: Siege) -> list[str]:
    """What is half, and what cannot even be read any more."""
    try:
        found = siege.compared()
        return [*found.lost, *found.half]
    except DatabaseError as error:
        return [str(error)]


def report(scene: Scene, left: int) -> None:
    """Stopped by the disk it goes back into the queue, and is made once when there is space."""
    job = scene.job()
    with scene.disk.filled(left):
        scene.work(job)
    scene.work(job)
    with scene.place.in_use():
        row = Job.objects.get(pk=job)
        assert (row.state, row.error, ReportVersion.objects.filter(job_id=job).count()) == ("done", "", 1)


def backup(scene: Scene, left: int) -> None:
    """Refused in a sentence, nothing is left of it; and done when there is space."""
    target = scene.disk.folder / f"{left}.backup"
    with scene.disk.filled(left):
        refused = scene.place.run("backup", str(target))
    assert refused.returncode == 1 and "磁盘空间不足" in refused.stderr and "Traceback" not in refused.stderr, refused.stderr
    assert list(scene.disk.folder.glob(f"{target.name}*")) == []
    with scene.place.in_use():
        make_backup(target)
