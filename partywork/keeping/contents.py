"""Reading a backup: a stream of events, each already held against what the archive says of itself."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from partywork.keeping.archive import read_header, read_records
from partywork.keeping.backing import BEGIN, DATA, END, FILE, ROWS
from partywork.keeping.errors import Refused
from partywork.keeping.keys import backup_keys
from partywork.keeping.tables import Digest

STORED = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*(/[0-9A-Za-z][0-9A-Za-z._-]*)*")
ATTACHMENTS = "files_attachment"
Event = tuple[bytes, Any]


def events(file: BinaryIO) -> Iterator[Event]:
    """(BEGIN, facts), (ROWS, (table, lines)), (FILE, facts), (DATA, bytes), (END, facts).

    Raises Refused as soon as anything does not fit: a record, a count, a digest of a table, the hash of a file.
    """
    header, _ = read_header(file)
    watch = Watch()
    file.seek(0)
    for kind, content in read_records(file, backup_keys()):
        try:
            event = watch.see(kind, content)
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise Refused("备份的内容前后不符，不能恢复。") from error
        if kind == BEGIN:
            event[1]["header"] = header
        yield event
    if not watch.ended:
        raise Refused("备份不完整：没有结束标记。")


class Watch:
    """Counts along and compares at the end."""

    def __init__(self) -> None:
        self.layout: dict[str, list[str]] = {}
        self.tables: dict[str, Digest] = {}
        self.stored_at = 0
        self.named: set[str] = set()
        self.found: set[str] = set()
        self.file: dict[str, Any] | None = None
        self.hash, self.left = hashlib.sha256(), 0
        self.ended = False

    def see(self, kind: bytes, content: bytes) -> Event:
        if self.ended or (kind == BEGIN) == bool(self.layout):
            raise ValueError("records out of order")
        if self.left and kind != DATA:
            raise ValueError("a file is cut")
        return {BEGIN: self.begin, ROWS: self.rows, FILE: self.next_file, DATA: self.data, END: self.end}[kind](content)

    def begin(self, content: bytes) -> Event:
        facts = json.loads(content)
        self.layout = facts["layout"]
        self.tables = {table: Digest() for table in self.layout}
        self.stored_at = self.layout[ATTACHMENTS].index("stored_name")
        return BEGIN, facts

    def rows(self, content: bytes) -> Event:
        name, *lines = zlib.decompress(content).split(b"\n")
        table = name.decode()
        self.tables[table].add(lines)
        if table == ATTACHMENTS:
            self.named |= {json.loads(line)[self.stored_at] for line in lines}
        return ROWS, (table, lines)

    def next_file(self, content: bytes) -> Event:
        self.file = json.loads(content)
        if not STORED.fullmatch(self.file["name"]) or self.file["name"] in self.found:
            raise ValueError("a file's name is bad")
        self.found.add(self.file["name"])
        self.hash, self.left = hashlib.sha256(), self.file["size"]
        self.compare_file()
        return FILE, self.file

    def data(self, content: bytes) -> Event:
        self.left -= len(content)
        self.hash.update(content)
        self.compare_file()
        return DATA, content

    def compare_file(self) -> None:
        if self.left < 0 or (self.left == 0 and self.hash.hexdigest() != self.file["sha256"]):
            raise Refused(f"备份里的附件 {self.file['name']} 与登记的校验值不符。")

    def end(self, content: bytes) -> Event:
        facts, self.ended = json.loads(content), True
        for table, digest in self.tables.items():
            if facts["tables"][table] != digest.told():
                raise Refused(f"备份里的表 {table} 与登记的行数或校验值不符。")
        lacking = self.named - self.found - set(facts["missing"])
        if lacking or self.found - self.named or facts["files"] != len(self.found):
            raise Refused(f"备份里的附件与登记不符：缺少 {len(lacking)} 个文件，多出 {len(self.found - self.named)} 个。")
        return END, facts
