"""Taking files in, handing them out, and clearing away what nobody owns."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.http import FileResponse

from partywork.errors import RuleViolation
from partywork.files.models import Attachment
from partywork.files.names import safe_name
from partywork.files.types import judge

log = logging.getLogger("partywork.files")
INCOMING = "incoming"  # in MEDIA_ROOT itself, so that the last step is a rename
DAY = 24 * 3600


def store_upload(*, actor: Any, upload: UploadedFile, allowed: str = "documents") -> Attachment:
    """Check and keep an uploaded file; allowed is "images", "documents" or "any".

    The row belongs to the caller's transaction. The file is on disk before the row: a rollback leaves a file
    without a row, which `remove_orphans` clears away; a row without its file cannot happen.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "store_upload must run inside the transaction of the act it belongs to"
        )
    name = safe_name(upload.name or "")
    check_size(name, upload.size or 0)
    incoming = new_path(INCOMING)
    stored: Path | None = None
    try:
        digest, size = write_and_hash(upload, incoming, name)
        with incoming.open("rb") as file:
            found = judge(file, name, allowed)
        stored = move_in(incoming)
        return Attachment.objects.create(
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


def check_size(name: str, size: int) -> None:
    if size == 0:
        raise RuleViolation(f"“{name}”是空文件，请重新选择。")
    if size > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES // 1024 // 1024
        raise RuleViolation(f"“{name}”超过 {most} MB，请压缩或拆分后再上传。")


def new_path(folder: str) -> Path:
    path = Path(settings.MEDIA_ROOT) / folder / secrets.token_hex(16)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


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


def sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def move_in(incoming: Path) -> Path:
    """To its final random place; the folder is synced too, or a power cut could lose the name."""
    stored = new_path(incoming.name[:2])
    incoming.rename(stored)
    folder = os.open(stored.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return stored


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


def orphans(older_than: float = DAY) -> list[Path]:
    """Files without a row, old enough that no running upload can still own them."""
    root, limit = Path(settings.MEDIA_ROOT), time.time() - older_than
    old = [path for path in root.glob("*/*") if path.is_file() and path.stat().st_mtime < limit]
    known = set(Attachment.objects.values_list("stored_name", flat=True))
    return [path for path in old if str(path.relative_to(root)) not in known]


def remove_orphans(older_than: float = DAY) -> int:
    found = orphans(older_than)
    forget(*found)
    return len(found)
