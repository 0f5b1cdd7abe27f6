"""What killed processes leave in the folders goes; what anybody may still need stays."""
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from partywork.files import services
from partywork.files.leftovers import SCRATCH, clear_leftovers
from partywork.files.models import Attachment
from tests.partywork.files import samples
from tests.partywork.files.test_services import files_in, folder, store  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("folder")


def age(*paths: Path, seconds: float = 3700) -> None:
    for path in paths:
        os.utime(path, (time.time() - seconds,) * 2)


def rolled_back(actor) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.store_upload(actor=actor, upload=SimpleUploadedFile("b.pdf", samples.PDF), allowed="any")
        raise ZeroDivisionError


def test_what_a_rollback_left_goes_after_an_hour(actor, folder):  # noqa: F811
    kept = store(actor)
    rolled_back(actor)
    assert len(files_in(folder)) == 3  # the kept one, and the other under both its names
    assert clear_leftovers() == 0
    age(*files_in(folder))
    assert clear_leftovers() == 1
    assert files_in(folder) == [kept.path]


def test_a_stored_file_keeps_its_first_name_until_its_row_is_committed(actor, folder):  # noqa: F811
    with transaction.atomic():
        services.store_upload(actor=actor, upload=SimpleUploadedFile("a.pdf", samples.PDF), allowed="any")
        first, second = sorted(files_in(folder), key=lambda path: path.parent.name == services.INCOMING)
        assert (first.name, first.stat().st_ino) == (second.name, second.stat().st_ino)
    assert files_in(folder) == [first]


def test_a_process_killed_after_its_commit_loses_only_the_first_name(actor, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr(services.transaction, "on_commit", lambda *act, **how: None)
    kept = store(actor)
    age(*files_in(folder))
    assert clear_leftovers() == 1
    assert files_in(folder) == [kept.path]


def test_the_store_itself_is_never_searched(actor, folder):  # noqa: F811
    """A worker that meets a wrong or empty database must not take its files for rubbish."""
    kept = store(actor)
    Attachment.objects.all()._raw_delete("default")
    age(*files_in(folder))
    assert clear_leftovers() == 0
    assert files_in(folder) == [kept.path]


def test_a_disk_without_second_names_stores_as_well(actor, folder, monkeypatch):  # noqa: F811
    def refuse(*paths):
        raise PermissionError

    monkeypatch.setattr(services.os, "link", refuse)
    kept = store(actor)
    assert files_in(folder) == [kept.path]


def test_our_own_temporary_files_go_and_others_stay(actor, settings, tmp_path):
    tmp_path = tmp_path / "tmp"
    tmp_path.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = settings.QUEUE_DIR = tmp_path
    (tmp_path / f"{SCRATCH}job").mkdir()
    (tmp_path / f"{SCRATCH}job" / "报告.docx").touch()
    for name in (f"{SCRATCH}1.docx", "tmpabc.upload.png", "1-2.celery.part", "1-2.celery.msg", "somebody-else's"):
        (tmp_path / name).touch()
    assert clear_leftovers() == 0
    age(*tmp_path.iterdir())
    (tmp_path / f"{SCRATCH}young").touch()
    assert clear_leftovers() == 4
    kept = {"1-2.celery.msg", "somebody-else's", f"{SCRATCH}young"}
    assert kept == {path.name for path in tmp_path.iterdir()}
