"""Putting a backup back: first everything is checked and nothing touched, then all or nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from partywork.disk import reason
from partywork.journal import triggers
from partywork.keeping import tables
from partywork.keeping.backing import BEGIN, DATA, END, FILE, ROWS, sync_folder
from partywork.keeping.contents import events
from partywork.keeping.errors import Refused
from partywork.keeping.keys import missing_keys
from partywork.version import VERSION


@dataclass
class Found:
    """What an archive holds, once it has been read to its end."""

    begin: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def header(self) -> dict[str, Any]:
        return self.begin["header"]

    @property
    def rows(self) -> int:
        return sum(each["rows"] for each in self.end["tables"].values())


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.expanduser().open("rb") as file:
            yield file
    except OSError as error:
        raise Refused(f"读不到备份 {path}：{reason(error)}。") from error


def check_backup(path: Path) -> Found:
    """Read it whole and hold it against this version and these keys. Writes nothing anywhere."""
    with opened(path) as file:
        return check_file(file)


def check_file(file: BinaryIO) -> Found:
    found = Found()
    for kind, content in events(file):
        if kind == BEGIN:
            found.begin = content
            refuse_other_version(content)
            refuse_missing_keys(content)
        elif kind == END:
            found.end = content
    return found


def refuse_other_version(begin: dict[str, Any]) -> None:
    """Rows fit only the tables they came from; the way to a newer version is to restore first, then to upgrade."""
    made_by = begin["header"]["version"]
    if set(begin["migrations"]) != set(tables.known_migrations()) or begin["layout"] != tables.layout():
        raise Refused(f"版本不符：备份由 {made_by} 版生成，它的数据结构与现在的程序（{VERSION} 版）不同。"
                      f"请用生成备份时的那个版本恢复，再升级。")


def refuse_missing_keys(begin: dict[str, Any]) -> None:
    if names := missing_keys(begin["keys"]):
        raise Refused(f"缺少密钥：{'、'.join(names)} 与备份时不同。密钥不在备份里，请先把当时的密钥放回（KEY_DIR 或环境变量），再恢复。")


def restore_backup(path: Path) -> Found:
    """Only into an empty place. The archive is read twice: whatever is wrong with it is known before the first write."""
    with opened(path) as file:
        refuse_full_place()
        found = check_file(file)
        refuse_small_disk(found)
        call_command("migrate", verbosity=0, interactive=False)
        refuse_full_place()
        write_all(file, found)
    return found


def refuse_full_place() -> None:
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables.layout():
            if table in present and has_rows(cursor, table):
                raise Refused(f"数据库里已有数据（表 {table}），没有恢复。备份只能恢复到空数据库。")
    if any(path.is_file() or path.is_symlink() for path in Path(settings.MEDIA_ROOT).rglob("*")):
        raise Refused(f"附件目录 {settings.MEDIA_ROOT} 里已有文件，没有恢复。备份只能恢复到空目录。")


def has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
    return cursor.fetchone() is not None


def refuse_small_disk(found: Found) -> None:
    disk = os.statvfs(settings.MEDIA_ROOT)
    if disk.f_bavail * disk.f_frsize < found.end["file_bytes"]:
        raise Refused(f"附件目录所在的盘空间不足：需要 {found.end['file_bytes'] // 1_000_000 + 1} MB。")


def write_all(file: BinaryIO, found: Found) -> None:
    """Rows in one transaction, files beside it: if anything fails, both are gone again."""
    with ExitStack() as undo:
        files = Files()
        undo.callback(files.remove)
        try:
            with transaction.atomic():
                write_events(file, files)
                finish_tables(found)
                files.close()
        except DatabaseError as error:
            raise Refused(f"数据库没有接受备份的内容，已全部撤回：{str(error).strip().splitlines()[0]}") from error
        except OSError as error:
            raise Refused(f"附件没有写成，已全部撤回：{reason(error)}。") from error
        undo.pop_all()


def write_events(file: BinaryIO, files: Files) -> None:
    models = {tables.table_of(model): model for model in tables.kept_models()}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
    for kind, content in events(file):
        if kind == ROWS:
            table, lines = content
            tables.write_lines(models[table], lines)
        elif kind == FILE:
            files.start(content["name"])
        elif kind == DATA:
            files.add(content)


def finish_tables(found: Found) -> None:
    """References hold, every table reads back as it was saved, numbering goes on, the journal is guarded."""
    connection.check_constraints()
    for model in tables.kept_models():
        table = tables.table_of(model)
        if tables.digest_of(model) != found.end["tables"][table]:
            raise Refused(f"表 {table} 恢复后与备份不一致，已全部撤回。")
    tables.set_numbers(found.end["numbers"])
    if not triggers.in_place(connection):
        triggers.refuse_changes(connection)


class Files:
    """The files of a restore, each written whole to disk; `remove` takes back all of them."""

    def __init__(self) -> None:
        self.root = Path(settings.MEDIA_ROOT)
        self.written: list[Path] = []
        self.file: BinaryIO | None = None

    def start(self, name: str) -> None:
        self.close()
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.written.append(path)

    def add(self, content: bytes) -> None:
        self.file.write(content)

    def close(self) -> None:
        """The last one is on disk, and with it the names of all."""
        if self.file is None:
            return
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self.file = None
        sync_folder(self.written[-1].parent)

    def remove(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None
        for path in self.written:
            path.unlink(missing_ok=True)
