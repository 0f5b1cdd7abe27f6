"""Archives that were changed: bytes by anyone, content by someone who holds the key."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from partywork.keeping.archive import MAGIC, Writer, read_header, read_records
from partywork.keeping.backing import BEGIN, DATA, END, FILE, ROWS
from partywork.keeping.keys import backup_keys
from partywork.keeping.tables import Digest, line_of

Records = list[tuple[bytes, bytes]]


def resealed(source: Path, target: Path, change: Callable[[Records], Records], key: str = "", **header: Any) -> Path:
    """The same archive with other content, sealed properly."""
    with source.open("rb") as file:
        told, _ = read_header(file)
        file.seek(0)
        read_header(file)
        records = change(list(read_records(file, backup_keys())))
    facts = {name: told[name] for name in ("version", "engine", "made_at")}
    with target.open("wb") as file:
        writer = Writer(file, key or backup_keys()[0], facts | header)
        for number, (kind, content) in enumerate(records):
            writer.add(kind, content, last=number == len(records) - 1)
    return target


def same(records: Records) -> Records:
    return records


def changed(kind: bytes, act: Callable[[dict], None]) -> Callable[[Records], Records]:
    """The JSON of these records changed."""

    def change(records: Records) -> Records:
        return [(each, edited(content, act) if each == kind else content) for each, content in records]

    return change


def edited(content: bytes, act: Callable[[dict], None]) -> bytes:
    facts = json.loads(content)
    act(facts)
    return json.dumps(facts).encode()


def without(kind: bytes) -> Callable[[Records], Records]:
    """The first record of this kind left out, with the pieces of its file."""

    def change(records: Records) -> Records:
        at = next(number for number, (each, _) in enumerate(records) if each == kind)
        end = at + 1
        while kind == FILE and records[end][0] == DATA:
            end += 1
        return records[:at] + records[end:]

    return change


def with_rows(table: str, act: Callable[[list], None]) -> Callable[[Records], Records]:
    """A table's first row changed, and the digests made to fit."""
    def change(records: Records) -> Records:
        made, digest = [], Digest()
        for kind, content in records:
            name, *lines = zlib.decompress(content).split(b"\n") if kind == ROWS else [b""]
            if name.decode() == table:
                row = json.loads(lines[0])
                act(row)
                lines[0] = line_of(row)
                digest.add(lines)
                content = zlib.compress(b"\n".join([name, *lines]))
            made.append((kind, content))
        return changed(END, lambda facts: facts["tables"].update({table: digest.told()}))(made)

    return change


def split(content: bytes) -> tuple[bytes, list[bytes]]:
    """Header and sealed records of an archive."""
    start = len(MAGIC) + 4 + int.from_bytes(content[len(MAGIC) : len(MAGIC) + 4], "big")
    at, parts = start, []
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        parts.append(content[at:end])
        at = end
    return content[:start], parts


def hurt(content: bytes) -> Iterable[tuple[str, bytes]]:
    """Forty ways to hurt an archive without its key."""
    dice = random.Random(50)
    for number in range(14):
        at, copy = dice.randrange(len(content)), bytearray(content)
        copy[at] ^= 1 << dice.randrange(8)
        yield f"bit{number}", bytes(copy)
    for number in range(10):
        yield f"cut{number}", content[: dice.randrange(len(content))]
    start, parts = split(content)
    yield "empty", b""
    yield "other file", b"PK\x03\x04" + content[4:]
    yield "only the header", start
    yield "cut between records", start + b"".join(parts[:-1])
    yield "cut after the first record", start + parts[0]
    yield "first record gone", start + b"".join(parts[1:])
    yield "a record gone", start + b"".join(parts[:2] + parts[3:])
    yield "a record twice", start + b"".join(parts[:3] + parts[2:])
    yield "two records exchanged", start + b"".join([parts[0], parts[2], parts[1], *parts[3:]])
    yield "last record twice", content + parts[-1]
    yield "something added", content + b"x"
    yield "zeros added", content + b"\x00" * 4096
    yield "other header", start.replace(b'"sqlite"', b'"mysql!"') + b"".join(parts)
    yield "long header", MAGIC + b"\xff\xff\xff\xff" + content[len(MAGIC) + 4 :]
    yield "zeros within", content[:3000] + b"\x00" * 512 + content[3512:]
    yield "newer format", start.replace(b'"format": 1', b'"format": 2') + b"".join(parts)


__all__ = ["BEGIN", "END", "FILE", "ROWS", "changed", "hurt", "resealed", "same", "with_rows", "without"]
