"""The drill: a backup while others write, restored elsewhere; and the view that makes it possible."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice, product

import pytest
from django.db import connections

from branches.models import PartyGroup
from partywork.files.models import Attachment
from partywork.keeping.restoring import restore_backup
from partywork.keeping.snapshot import snapshot
from tests.partywork.engines import ENGINES
from tests.partywork.keeping.place import empty_place

WRITERS = 10
WRITE = """
import django, sys, threading, time; django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from branches.meetings.models import Meeting
from branches.meetings.services import add_file, correct_meeting
from branches.accounts.models import Account
from tests.factories import make_meeting
from tests.stage import PNG
staff = Account.objects.get(username="secretary")
branch = Meeting.objects.filter(branch__code="ZB01").first().branch
people = [row.member for row in Meeting.objects.filter(branch=branch).first().attendance.select_related("member__latest")]

def work(writer):
    number = 0
    while True:
        name = f"w{writer}-{number}.png"
        with transaction.atomic():  # a meeting with its attendance and counters, a file, a journal entry: all or nothing
            meeting = make_meeting(branch, attendance=people[: 1 + number % len(people)], created_by=staff, held_on="2024-05-05")
            meeting.refresh_from_db()
            add_file(actor=staff, meeting=meeting, upload=SimpleUploadedFile(name, PNG + name.encode(), "image/png"))
        sys.stdout.write(f"{time.time()} {name}\\n"); sys.stdout.flush()
        number += 1

for writer in range(int(sys.argv[1])):
    threading.Thread(target=work, args=(writer,), daemon=True).start()
sys.stdin.read()
"""


@contextlib.contextmanager
def writers(place, log):
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-c", WRITE, str(WRITERS)], env=place.environment(), stdin=subprocess.PIPE,
                                   stdout=out, stderr=out)
        try:
            yield
        finally:
            process.stdin.close()
            process.kill()
            process.wait()


def acknowledged(log) -> list[tuple[float, str]]:
    """(moment, file) of every write that its writer was told has been kept; the last line may be cut."""
    lines = log.read_text().split("\n")[:-1]
    return [(float(moment), name) for moment, name in (line.split() for line in lines)]


def wait_for_writes(log, count: int) -> None:
    end = time.monotonic() + 30
    while len(acknowledged(log)) < count:
        assert time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.1)


def figures(place) -> dict:
    answer = place.run("figures", "--period", "2026H1", "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


# From one engine to the other first. CI's longer part sets KEEPING_DRILLS to 3, a release to 20.
PAIRS = sorted(product(ENGINES, ENGINES), key=lambda pair: pair[0] == pair[1])
DRILLS = int(os.environ.get("KEEPING_DRILLS", len(ENGINES)))


@pytest.mark.parametrize(("engine", "target"), list(islice(cycle(PAIRS), DRILLS)))
def test_the_drill(origin, archive, engine, target, tmp_path, django_db_blocker):
    log, saved = tmp_path / "writers.log", tmp_path / "drill.backup"
    with django_db_blocker.unblock(), empty_place(engine, tmp_path / "source") as source:
        with source.in_use():
            restore_backup(archive)
        with writers(source, log):
            wait_for_writes(log, 2 * WRITERS)
            start = time.time()
            answer = source.run("backup", str(saved), "--json")
            assert answer.returncode == 0, answer.stderr
            during = [name for moment, name in acknowledged(log) if moment > start]
        before = {name for moment, name in acknowledged(log) if moment < start}
        told, expected, held = json.loads(answer.stdout), figures(source), source.contents()
    with django_db_blocker.unblock(), empty_place(target, tmp_path / "target") as restored:  # the source is gone
        answer = restored.run("restore", str(saved), "--json")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert json.loads(answer.stdout)["verify"]["problems"] == 0
        assert restored.digests() == told["tables"]
        assert restored.contents().items() <= held.items()
        with restored.in_use():
            names = set(Attachment.objects.values_list("original_name", flat=True))
        assert before <= names
        assert figures(restored) == expected
    assert during  # nobody was held up by the backup


@pytest.fixture(params=ENGINES)
def source(request, archive, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), empty_place(request.param, tmp_path / "source") as made:
        with made.in_use():
            restore_backup(archive)
        yield made


def count_while_another_writes(source, view) -> tuple[int, int]:
    """Groups seen in this view before and after somebody else founded one, in a thread of his own."""

    def found() -> None:
        with source.in_use():
            PartyGroup.objects.create(branch_id=PartyGroup.objects.first().branch_id, name="新党小组", founded_on="2026-01-01")

    with source.in_use(), view():
        before = PartyGroup.objects.count()
        with ThreadPoolExecutor(1) as other:
            other.submit(found).result(10)
        return before, PartyGroup.objects.count()


def test_what_is_written_later_is_not_in_the_view(source):
    assert count_while_another_writes(source, snapshot) == (2, 2)


def test_without_the_view_it_would_be(source):
    """The negative control."""
    assert count_while_another_writes(source, contextlib.nullcontext) == (2, 3)


def test_the_view_cannot_be_written_through_and_ends(source):
    with source.in_use() as outside:
        with snapshot():
            assert connections["default"] is not outside
        assert connections["default"] is outside
        PartyGroup.objects.create(branch_id=PartyGroup.objects.first().branch_id, name="新党小组", founded_on="2026-01-01")
        assert PartyGroup.objects.count() == 3
