"""Taking files in, handing them out, and clearing away what nobody owns."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.http import FileResponse

from partywork.errors import RuleViolation
from partywork.files.models import Attachment
from partywork.files.names import safe_name
from partywork.files.types import judge

log = logging.getLogger("partywork.files")
INCOMING = "incoming"  # in MEDIA_ROOT itself, so that a file is stored by a second name, not by copying


def store_upload(*, actor: Any, upload: UploadedFile, allowed: str = "documents") -> Attachment:
    """Check and keep an uploaded file; allowed is "images", "documents" or "any".

    The row belongs to the caller's transaction. The file is on disk before the row: a row without its file cannot
    happen. Until the row is committed the file has its incoming name as well, by which `clear_leftovers` finds what a
    rollback or a killed process left.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "store_upload must run inside the transaction of the act it belongs to"
        )
    name = safe_name(upload.name or "")
    check_size(name, upload.size or 0)
    incoming = incoming_path()
    stored = stored_path(incoming)
    try:
        digest, size = write_and_hash(upload, incoming, name)
        with incoming.open("rb") as file:
            found = judge(file, name, allowed)
        move_in(incoming, stored)
        kept = Attachment.objects.create(
            original_name=name,
            stored_name=str(stored.relative_to(settings.MEDIA_ROOT)),
            sha256=digest,
            size=size,
            content_type=found.content_type,
            kind=found.kind,
            uploaded_by=actor,
        )
    except BaseException:
        forget(incoming, stored)
        raise
    transaction.on_commit(partial(forget, incoming), robust=True)
    return kept


def check_size(name: str, size: int) -> None:
    if size == 0:
        raise RuleViolation(f"“{name}”是空文件，请重新选择。")
    if size > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise RuleViolation(f"“{name}”超过 {most} MB，请压缩或拆分后再上传。")


def incoming_path() -> Path:
    path = Path(settings.MEDIA_ROOT) / INCOMING / secrets.token_hex(16)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def stored_path(incoming: Path) -> Path:
    """Where an incoming file is stored for good: under the same random name."""
    return Path(settings.MEDIA_ROOT) / incoming.name[:2] / incoming.name


def write_and_hash(upload: UploadedFile, path: Path, name: str) -> tuple[str, int]:
    """Copy to a temporary name, counting and hashing, and see it safely on disk."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in upload.chunks():
            size += len(chunk)
            check_size(name, size)
            digest.update(chunk)
            file.write(chunk)
        sync(file)
    check_size(name, size)
    return digest.hexdigest(), size


def digest_of(upload: UploadedFile) -> str:
    """By which a file that is already kept is known before it is stored."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def move_in(incoming: Path, stored: Path) -> None:
    """Into the store; the folder is synced too, or a power cut could lose the name."""
    stored.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        os.link(incoming, stored)
    except OSError:  # a disk without second names: `manage.py verify` then tells what was broken off
        incoming.rename(stored)
    folder = os.open(stored.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def forget(*paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            path.unlink(missing_ok=True)


def respond(attachment: Attachment, inline_image: bool = False) -> FileResponse:
    """The file as an answer, after the owning view has checked who asks.

    Always its fixed type, never sniffed; shown in the page only if it is a picture and asked for.
    """
    try:
        file = attachment.path.open("rb")
    except OSError:
        log.error("attachment %s: file missing or unreadable", attachment.uuid)
        raise RuleViolation("这个附件的文件在服务器上找不到了，请联系系统管理员。") from None
    response = FileResponse(
        file,
        as_attachment=not (inline_image and attachment.is_image),
        filename=attachment.original_name,
        content_type=attachment.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def is_whole(attachment: Attachment) -> bool:
    """Is the file there and unchanged? `manage.py verify` asks."""
    try:
        with attachment.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == attachment.sha256
    except OSError:
        return False
