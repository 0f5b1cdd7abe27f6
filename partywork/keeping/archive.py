"""The sealed container of a backup: a readable header, then encrypted records that cannot be changed, moved or cut.

    MAGIC | length of header (4 bytes) | header (JSON) | length (4) + record | length (4) + record …

Each record is AES-256-GCM over one byte that tells its kind and about 1 MiB of content. The key is derived for this
archive alone; the nonce counts the records and marks the last one; the header is authenticated with every record. So a
flipped bit, a cut, an exchange, a repetition or an addition anywhere is found, in one pass and constant memory.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from partywork.keeping.errors import Refused
from partywork.keeping.keys import archive_key, fingerprint

MAGIC = b"partywork backup\n"
FORMAT = 1
LONGEST_HEADER = 64 * 1024
PIECE = 1024 * 1024  # content of a record, unless one row alone is longer
LONGEST = 32 * PIECE
OVERHEAD = 1 + 16  # kind and tag

NOT_OURS = "这不是本系统的备份文件。"
CUT = "备份不完整：文件在中途断了，可能没有写完或没有传完。"
DAMAGED = "备份已损坏或被改动过（第{number}段打不开）。"
TOO_LONG = "备份末尾多出了内容，可能被改动过。"


class Writer:
    """Seals records into a file that is open for writing; `close` seals the last one."""

    def __init__(self, file: BinaryIO, key: str, facts: dict[str, Any]) -> None:
        salt = os.urandom(32)
        header = {"format": FORMAT, "key": fingerprint(key, "backup"), "salt": salt.hex()} | facts
        start = start_bytes(header)
        file.write(start)
        self.file, self.count, self.bound = file, 0, hashlib.sha256(start).digest()
        self.cipher = AESGCM(archive_key(key, salt))

    def add(self, kind: bytes, content: bytes, *, last: bool = False) -> None:
        if len(content) > LONGEST:
            raise Refused(f"有一行数据超过 {LONGEST // PIECE} MB，没有写成备份。")
        sealed = self.cipher.encrypt(nonce(self.count, last), kind + content, self.bound)
        self.file.write(len(sealed).to_bytes(4, "big") + sealed)
        self.count += 1


def start_bytes(header: dict[str, Any]) -> bytes:
    text = json.dumps(header, ensure_ascii=False, sort_keys=True).encode()
    return MAGIC + len(text).to_bytes(4, "big") + text


def nonce(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def read_header(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The readable facts and what every record is bound to. They are believed only once a record opens."""
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        raise Refused(NOT_OURS)
    length = int.from_bytes(file.read(4), "big")
    text = file.read(length) if length <= LONGEST_HEADER else b""
    try:
        header = json.loads(text)
        wanted = (header["format"], header["key"], bytes.fromhex(header["salt"]))
    except (ValueError, KeyError, TypeError):
        raise Refused("备份开头已损坏，读不出说明。") from None
    if wanted[0] != FORMAT:
        raise Refused(f"备份的格式是第{wanted[0]}版，本系统只能恢复第{FORMAT}版。请用生成它的版本恢复。")
    start = MAGIC + length.to_bytes(4, "big") + text
    return header, hashlib.sha256(start).digest()


def read_records(file: BinaryIO, keys: list[str]) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of every record, each proven before it is given."""
    header, bound = read_header(file)
    key = next((key for key in keys if fingerprint(key, "backup") == header["key"]), None)
    if key is None:
        raise Refused(f"备份密钥不对：这份备份用的是编号 {header['key']} 的 BACKUP_KEY，"
                      "现在设置的不是。请把当时的密钥放回（KEY_DIR 目录，或 BACKUP_KEY、BACKUP_KEY_FILE）再试。")
    cipher, count, last = AESGCM(archive_key(key, bytes.fromhex(header["salt"]))), 0, False
    sealed = next_sealed(file, count)
    while not last:
        following = peek(file)
        last = not following
        plain = unseal(cipher, sealed, count, last, bound)
        yield plain[:1], plain[1:]
        count += 1
        sealed = b"" if last else next_sealed(file, count)


def next_sealed(file: BinaryIO, number: int) -> bytes:
    size = file.read(4)
    length = int.from_bytes(size, "big")
    if len(size) < 4:
        raise Refused(CUT)
    if not OVERHEAD <= length <= LONGEST + OVERHEAD:
        raise Refused(DAMAGED.format(number=number + 1))
    sealed = file.read(length)
    if len(sealed) < length:
        raise Refused(CUT)
    return sealed


def peek(file: BinaryIO) -> bytes:
    """Is there more? The position stays."""
    byte = file.read(1)
    file.seek(-len(byte), os.SEEK_CUR)
    return byte


def unseal(cipher: AESGCM, sealed: bytes, count: int, last: bool, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce(count, last), sealed, bound)
    except InvalidTag:
        pass
    try:  # the right record at the wrong end tells a cut or an addition from damage
        cipher.decrypt(nonce(count, not last), sealed, bound)
    except InvalidTag:
        raise Refused(DAMAGED.format(number=count + 1)) from None
    raise Refused(CUT if last else TOO_LONG)
