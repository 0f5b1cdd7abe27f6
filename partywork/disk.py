"""What a disk refuses, told apart and told in Chinese."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator

from django.conf import settings

FULL = (errno.ENOSPC, errno.EDQUOT)
POSTGRESQL_FULL = "53100"
# SQLite speaks of other errors, too, when it finds no room for its index.
NO_ROOM = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
ROOM_TO_WORK = 2**20
WORDS = {
    errno.ENOSPC: "磁盘空间不足",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOENT: "没有这个文件或目录",
    errno.EIO: "磁盘读写出错",
}


def reason(error: Exception) -> str:
    """Why a file, or the database, could not be read or written."""
    if is_full(error):
        return WORDS[errno.ENOSPC]
    if isinstance(error, OSError):
        return WORDS.get(error.errno, error.strerror or str(error))
    return str(error).strip().partition("\n")[0]


def is_full(exception: BaseException | None) -> bool:
    """Whether there is no space left, whoever says so: the system, SQLite or PostgreSQL."""
    return any(map(says_full, causes(exception)))


def causes(exception: BaseException | None) -> Iterator[BaseException]:
    while exception is not None:
        yield exception
        exception = exception.__cause__ or exception.__context__


def says_full(exception: BaseException) -> bool:
    if isinstance(exception, sqlite3.OperationalError):
        code = getattr(exception, "sqlite_errorcode", 0) & 0xFF
        return code == sqlite3.SQLITE_FULL or (code in NO_ROOM and no_room())
    return getattr(exception, "errno", 0) in FULL or getattr(exception, "sqlstate", "") == POSTGRESQL_FULL


def no_room() -> bool:
    return shutil.disk_usage(settings.DATA_DIR).free < ROOM_TO_WORK
