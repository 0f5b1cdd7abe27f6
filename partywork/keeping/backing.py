"""Making a backup: every table from one snapshot, every file that its rows name, sealed into one archive."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import DatabaseError, connection, models
from django.utils import timezone

from partywork.disk import reason
from partywork.files.models import Attachment
from partywork.journal.models import Head
from partywork.keeping import tables
from partywork.keeping.archive import PIECE, Writer
from partywork.keeping.errors import Refused
from partywork.keeping.keys import backup_keys, keys_in_use
from partywork.keeping.snapshot import snapshot
from partywork.version import VERSION

# Kinds of records.
BEGIN, ROWS, FILE, DATA, END = b"B", b"T", b"F", b"D", b"E"
LINES = 1000  # rows of one record, fewer when they are long


@dataclass
class Made:
    """What a backup holds."""

    path: Path
    header: dict[str, Any]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: int = 0
    file_bytes: int = 0
    missing: list[str] = field(default_factory=list)
    head: list[Any] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    size: int = 0
    sha256: str = ""

    @property
    def rows(self) -> int:
        return sum(each["rows"] for each in self.tables.values())


def make_backup(target: Path) -> Made:
    """Write the archive beside its final name, see it on disk, then give it that name; nothing is overwritten."""
    key = backup_keys()[0]
    with snapshot():
        refuse_half_upgraded()
        made = Made(target, facts())
        made.path = named(target, made)
        with new_file(made.path) as file:
            writer = Writer(file, key, made.header)
            writer.add(BEGIN, as_json({"layout": tables.layout(), "migrations": tables.applied_migrations(),
                                       "keys": keys_in_use()}))
            add_tables(writer, made)
            add_files(writer, made)
            writer.add(END, as_json(closing(made)), last=True)
    made.size, made.sha256 = made.path.stat().st_size, sha256_of(made.path)
    return made


def refuse_half_upgraded() -> None:
    """A backup of tables that this version does not know could never be restored."""
    if tables.applied_migrations() != tables.known_migrations():
        raise Refused("数据库结构与程序版本不符，没有备份。请先运行 manage.py migrate；升级前的备份请用旧版本的程序做。")


def facts() -> dict[str, Any]:
    """What anyone may read on the outside."""
    return {"version": VERSION, "engine": connection.vendor, "made_at": timezone.now().isoformat(timespec="seconds")}


def named(target: Path, made: Made) -> Path:
    """In a folder: named after the moment and the head of the journal, which thereby is on record outside."""
    head = Head.objects.filter(pk=1).first() or Head()
    made.head = [head.seq, head.hash]
    target = target.expanduser().resolve()
    if target.is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise Refused("备份不能写在附件目录里。请写到别的目录，最好是另一块盘。")
    if target.is_dir():
        moment = timezone.localtime().strftime("%Y%m%d-%H%M%S")
        target /= f"partywork-{moment}-{head.seq}-{head.hash[:12] or 'empty'}.backup"
    if not target.parent.is_dir():
        raise Refused(f"没有目录 {target.parent}。")
    return target


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    if path.exists() and path.stat().st_size:
        raise Refused(f"{path} 已经存在，没有覆盖。请换一个文件名。")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise Refused(f"没有写成备份 {path}：{reason(error)}。") from error
    finally:
        part.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def as_json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def closing(made: Made) -> dict[str, Any]:
    return {"tables": made.tables, "files": made.files, "file_bytes": made.file_bytes, "missing": made.missing,
            "head": made.head, "numbers": tables.last_numbers()}


def add_tables(writer: Writer, made: Made) -> None:
    made.forgotten = tables.forgotten_tables()
    for model in tables.kept_models():
        digest = tables.Digest()
        try:
            for lines in batches(model):
                digest.add(lines)
                writer.add(ROWS, packed(tables.table_of(model), lines))
        except (DatabaseError, ValueError, TypeError) as error:
            table = tables.table_of(model)
            raise Refused(f"表 {table} 里有读不出的内容，没有写成备份（{error}）。请先运行 manage.py verify。") from error
        made.tables[tables.table_of(model)] = digest.told()


def batches(model: type[models.Model]) -> Iterator[list[bytes]]:
    """Lines that fit into one record together."""
    lines = tables.lines_of(model)
    while batch := list(islice(lines, LINES)):
        yield from halved(batch)


def halved(batch: list[bytes]) -> Iterator[list[bytes]]:
    if len(batch) > 1 and sum(map(len, batch)) > PIECE:
        yield from halved(batch[: len(batch) // 2])
        yield from halved(batch[len(batch) // 2:])
    else:
        yield batch


def packed(table: str, lines: list[bytes]) -> bytes:
    return zlib.compress(b"\n".join([table.encode(), *lines]), 1)


def add_files(writer: Writer, made: Made) -> None:
    """Files never change and are on disk before their rows, so all that the snapshot names are there now."""
    for stored, sha256, size in Attachment.objects.order_by("pk").values_list("stored_name", "sha256", "size").iterator():
        path = Path(settings.MEDIA_ROOT) / stored
        if not whole(path, sha256, size):
            made.missing.append(stored)
            continue
        writer.add(FILE, as_json({"name": stored, "sha256": sha256, "size": size}))
        with path.open("rb") as file:
            while chunk := file.read(PIECE):
                writer.add(DATA, chunk)
        made.files += 1
        made.file_bytes += size


def whole(path: Path, sha256: str, size: int) -> bool:
    """A damaged file is not carried on as if it were sound; the backup names it as missing."""
    try:
        return path.stat().st_size == size and sha256_of(path) == sha256
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
