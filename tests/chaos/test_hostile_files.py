"""R13: hostile files at every place where a file can be given, over real HTTP to the real server: none is taken, none kills
or swells the process, each is answered soon and in Chinese, nothing is left behind. Honest files of all makers are taken."""
from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import FileResponse

from partywork.errors import RuleViolation
from partywork.files import services
from partywork.files.models import Attachment
from partywork.files.types import TYPES
from reports.making import builtin_template
from tests.cast import draw_world
from tests.chaos import honest_files, hostile_files
from tests.chaos.bad_requests import Ask, changed, posted
from tests.chaos.bad_values import AsFile
from tests.chaos.browsers import SECRET, Reply
from tests.chaos.conftest import LONG
from tests.chaos.ground import Ground, ground
from tests.chaos.hostile_files import File
from tests.chaos.ways_in import Way, ways_in
from tests.forms_on_pages import tree_of
from tests.partywork.jobs.place import parent_of, wait_for
from tests.stage import Stage, set_stage

pytestmark = pytest.mark.django_db  # so that there is a migrated database to copy
MOST_MEMORY, SLOW = 400 * 2**10, 5.0
INERT_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
DOCX, XLSX = (TYPES[name].content_type for name in ("docx", "xlsx"))


class Visit:
    """Somebody's browser, which keeps what it is told to keep: a message may be in a cookie."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.cookies = port, {"csrftoken": SECRET, "session": session}

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        cookie, began = "; ".join(f"{name}={value}" for name, value in self.cookies.items()), time.monotonic()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, {"Cookie": cookie, **(headers or {})})
            answer = connection.getresponse()
            for kept in map(SimpleCookie, answer.headers.get_all("Set-Cookie") or []):
                self.cookies |= {name: morsel.coded_value for name, morsel in kept.items()}
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read(), {}, time.monotonic() - began)


def reasons(page: Reply) -> list[str]:
    """What the page says in Chinese of what is wrong; on an error page, all of it."""
    told = tree_of(page.body).xpath("//*[contains(@class, 'invalid-feedback') or @role='alert']" if page.status < 400 else "//main")
    return [said for each in told if re.search("[\u4e00-\u9fff]", said := each.text_content())]


@dataclass
class Site:
    """A running server, its uploads, and what it has been through."""

    place: Ground
    stage: Stage
    port: int
    process: subprocess.Popen
    temp: Path
    uploads: list[Way] = field(default_factory=list)
    slowest: float = 0.0
    tried: int = 0

    def send(self, way: Way, file: File) -> tuple[bool, Reply]:
        """Whether it was taken, and the page that says what came of it."""
        before, ask = self.kept(), self.form(way, file)
        visit = Visit(self.port, self.stage.sessions[ask.who])
        page = visit.ask("POST", f"{ask.path}?{ask.query}", ask.body, {"Content-Type": ask.kind, "X-CSRFToken": SECRET})
        self.slowest, self.tried = max(self.slowest, page.seconds), self.tried + 1
        return self.kept() > before, visit.ask("GET", page.location) if page.status == 302 else page

    def kept(self) -> int:
        with self.place.in_use():
            return Attachment.objects.count()

    def form(self, way: Way, file: File) -> Ask:
        (name,) = way.heard.files
        data = way.data | ({"form_token": str(uuid.uuid4())} if "form_token" in way.data else {})
        return posted(way, (), changed(data, name, AsFile(*file)))

    @property
    def most_memory(self) -> int:
        """KB that the web process ever held."""
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def left_behind(self) -> list[str]:
        """Temporary files; the built-in template is kept on purpose."""
        folders = [self.temp, self.place.folder / "tmp", self.place.files / "incoming"]
        return [path.name for folder in folders if folder.exists() for path in folder.rglob("*")
                if path.is_file() and "builtin" not in path.name and "内置模板" not in path.name]


@contextmanager
def serving(place: Ground, temp: Path) -> Iterator[tuple[int, subprocess.Popen]]:
    """`manage.py serve` on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = place.environment() | {"TMPDIR": str(temp), "FILES_DIR": str(place.files)}
    with (place.folder / "server.log").open("w") as log:
        process = subprocess.Popen(place.manage("serve", f"--port={port}"), env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: answers(port), seconds=30)
        yield port, process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (temp := folder / "temp").mkdir()
    with django_db_blocker.unblock(), ground("sqlite", folder / "place") as place:
        with place.in_use():
            stage = settled()
            found = [way for way in ways_in(stage) if len(way.heard.files) == 1]
        with serving(place, temp) as (port, process):
            made = Site(place, stage, port, process, temp)
            made.uploads = [way for way in found if made.send(way, ("试.docx", builtin_template().read_bytes()))[0]]
            yield made


@transaction.atomic
def settled() -> Stage:
    return set_stage(draw_world())


def shares(site: Site, files: dict[str, File]) -> Iterator[tuple[Way, str, File]]:
    """Every file to the first of the uploads; of the others each gets some, each others."""
    for number, way in enumerate(site.uploads):
        for label in list(files)[number % 7 :: 1 if LONG or number == 0 else 12]:
            yield way, label, files[label]


def test_hostile_files_are_refused_with_a_reason(site, tmp_path):
    assert len(site.uploads) >= 3
    templates = [way for way in site.uploads if way.name == "template_upload"]
    hostile = hostile_files.hostile()
    assert len(hostile) >= 60
    sent = [*shares(site, hostile)]
    sent += [(way, label, file) for way in templates for label, file in hostile_files.hostile_templates(tmp_path).items()]
    wrong = []
    for way, label, file in sent:
        taken, page = site.send(way, file)
        if taken or page.status >= 500 or not reasons(page):
            wrong.append(f"{way.name}: {label}: taken {taken}, {page.status}")
    assert wrong == []


def test_what_is_harmless_here_leaves_as_a_download_of_its_kind(site):
    for way, label, file in [each for each in shares(site, hostile_files.inert()) if each[0] is site.uploads[0]]:
        taken, page = site.send(way, file)
        assert taken, f"{label}: {reasons(page)}"
        with site.place.in_use():
            kept, answer = last_kept()
        assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", kept.stored_name)
        assert not re.search(r'[\x00-\x1f/\\<>:"|?*\u202e]', kept.original_name)
        assert INERT_HEADERS.items() <= dict(answer.headers).items()
        assert answer["Content-Disposition"].startswith("attachment")


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, File]:
    return honest_files.shapes(tmp_path_factory.mktemp("good"))


def last_kept() -> tuple[Attachment, FileResponse]:
    kept = Attachment.objects.latest("pk")
    answer = services.respond(kept)
    answer.close()
    return kept, answer


def test_honest_files_are_taken(site, good):
    assert len(good) >= 20
    sent = [each for each in shares(site, good) if each[0].name != "template_upload"]
    assert [f"{way.name}: {label}" for way, label, file in sent if not site.send(way, file)[0]] == []


def test_honest_templates_are_taken(site, tmp_path):
    (way,) = [way for way in site.uploads if way.name == "template_upload"]
    for label, data in honest_files.template_shapes(tmp_path).items():
        assert site.send(way, ("模板.docx", data))[0], label


def test_the_server_is_well(site, good, tell):
    assert answers(site.port)
    assert site.process.poll() is None
    assert parent_of(site.process.pid)
    assert site.slowest <= SLOW
    assert site.most_memory <= MOST_MEMORY
    assert site.left_behind() == []
    assert '"django.request"' not in (site.place.folder / "server.log").read_text("utf-8", "replace")
    taken = without_the_gate()
    assert taken > 50
    tell("R13", "上传", f"{len(site.uploads)} 处上传、{site.tried} 次：收下有害文件 0，拒绝正常文件 0（{len(good)} 种），"
         f"最慢 {site.slowest:.1f} 秒，网页进程最多 {site.most_memory // 1024} MB，临时文件 0；"
         f"对照（不检查内容）收下 {taken} 个有害文件")


def without_the_gate() -> int:
    """The control: how many are taken when only the name's ending is looked at."""
    taken = 0
    with mock.patch.object(services, "judge", lambda file, name, allowed: TYPES[name.rpartition(".")[2].lower()]):
        for name, data in hostile_files.hostile().values():
            with transaction.atomic(), contextlib.suppress(RuleViolation, KeyError):
                services.store_upload(actor=None, upload=SimpleUploadedFile(str(name), data[:100_000]), allowed="any")
                taken += 1
    return taken
