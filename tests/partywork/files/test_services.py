"""Storing and serving attachments."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.transaction import TransactionManagementError

from partywork.errors import RuleViolation
from partywork.files.models import Attachment
from partywork.files.names import safe_name
from partywork.files.services import is_whole, respond, store_upload
from tests.partywork.files import samples


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def store(actor, data=None, name="签到表.pdf", allowed="any"):
    with transaction.atomic():
        return store_upload(
            actor=actor, upload=SimpleUploadedFile(name, data or samples.PDF), allowed=allowed
        )


def test_a_file_is_kept_under_a_random_name(actor, folder):
    kept = Attachment.objects.get(pk=store(actor).pk)
    assert (kept.original_name, kept.size, kept.kind) == ("签到表.pdf", len(samples.PDF), "document")
    assert kept.sha256 == hashlib.sha256(samples.PDF).hexdigest()
    assert files_in(folder) == [kept.path]
    assert kept.path.read_bytes() == samples.PDF
    assert kept.path.stat().st_mode & 0o777 == 0o600
    assert (kept.uploaded_by, is_whole(kept)) == (actor, True)


def test_the_type_is_by_content_and_never_what_the_browser_said(actor):
    upload = SimpleUploadedFile("a.png", samples.png(), content_type="text/html")
    with transaction.atomic():
        assert store_upload(actor=actor, upload=upload, allowed="images").content_type == "image/png"


@pytest.mark.parametrize("data", [b"MZ not a pdf", b""])
def test_a_refused_file_leaves_nothing_behind(actor, folder, data):
    with pytest.raises(RuleViolation), transaction.atomic():
        store_upload(actor=actor, upload=SimpleUploadedFile("a.pdf", data), allowed="any")
    assert (files_in(folder), Attachment.objects.count()) == ([], 0)


def test_a_row_that_cannot_be_written_leaves_no_file(actor, folder, monkeypatch):
    monkeypatch.setattr(Attachment.objects, "create", lambda **facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store(actor)
    assert files_in(folder) == []


def test_too_large_is_refused_even_if_the_upload_lies_about_its_size(actor, settings, folder):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    upload = SimpleUploadedFile("a.pdf", samples.PDF + b"x" * 2_000_000)
    upload.size = 10
    with pytest.raises(RuleViolation, match="超过 1 MB"), transaction.atomic():
        store_upload(actor=actor, upload=upload, allowed="any")
    assert files_in(folder) == []


def test_outside_a_transaction_nothing_is_stored(actor):
    with pytest.raises(TransactionManagementError):
        store_upload(actor=actor, upload=SimpleUploadedFile("a.pdf", samples.PDF))


def test_it_is_served_as_a_download_of_its_own_type(actor):
    answer = respond(store(actor))
    assert b"".join(answer.streaming_content) == samples.PDF
    answer.close()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%AD%BE")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_only_a_picture_is_shown_in_the_page(actor):
    picture = respond(store(actor, samples.png(), "a.png"), inline_image=True)
    document = respond(store(actor), inline_image=True)
    assert picture["Content-Disposition"].startswith("inline")
    assert document["Content-Disposition"].startswith("attachment")
    picture.close()
    document.close()


def test_a_lost_or_changed_file_is_noticed(actor):
    kept = store(actor)
    kept.path.write_bytes(b"changed")
    assert not is_whole(kept)
    kept.path.unlink()
    assert not is_whole(kept)
    with pytest.raises(RuleViolation, match="找不到"):
        respond(kept)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("会议.pdf", "会议.pdf"),
        ("C:\\Users\\王\\会议.pdf", "会议.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ('a"b\r\nX: y.pdf', "abX y.pdf"),
        ("  .pdf", "pdf"),
        ("", "未命名"),
        ("会" * 100 + ".docx", "会" * 65 + ".docx"),
        ("a" * 300, "a" * 200),
    ],
)
def test_names_are_made_safe_and_short_with_their_extension(given, kept):
    assert safe_name(given) == kept
    assert len(safe_name(given).encode()) <= 200
