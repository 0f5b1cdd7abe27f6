"""What a process killed with -9 leaves in the folders. The workers clear it away: at their start and every hour."""
from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from partywork.files.models import Attachment
from partywork.files.services import INCOMING, forget, stored_path

SCRATCH = "partywork-"  # how our temporary names begin: UPLOAD_TEMP_DIR may be a folder that others use too
HOUR = 3600  # no request and no job lasts that long


def clear_leftovers(older_than: float = HOUR) -> int:
    """Remove what no running act can still own; returns how many there were."""
    limit = time.time() - older_than
    return _clear_uploads(limit) + _clear_scratch(limit)


def _clear_uploads(limit: float) -> int:
    """An upload keeps its first name until its row is committed, so only what was broken off is looked at, never the store."""
    found = list(_old(Path(settings.MEDIA_ROOT) / INCOMING, ["*"], limit))
    for incoming in found:
        stored = stored_path(incoming)
        owned = Attachment.objects.filter(stored_name=str(stored.relative_to(settings.MEDIA_ROOT))).exists()
        forget(None if owned else stored, incoming)
    return len(found)


def _clear_scratch(limit: float) -> int:
    """Our own temporary files and folders, Django's uploads on their way, and wake-ups that were never finished."""
    found = [*_old(Path(settings.FILE_UPLOAD_TEMP_DIR), [f"{SCRATCH}*", "tmp*.upload*"], limit),
             *_old(Path(settings.QUEUE_DIR), ["*.part"], limit)]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            forget(path)
    return len(found)


def _old(folder: Path, patterns: list[str], limit: float) -> Iterator[Path]:
    for path in (path for pattern in patterns for path in folder.glob(pattern)):
        try:
            if path.lstat().st_mtime < limit:
                yield path
        except FileNotFoundError:  # its owner, or another worker, was quicker
            continue
