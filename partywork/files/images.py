"""The size of a picture, read from its header without decoding it."""

from __future__ import annotations

import struct
from typing import BinaryIO

JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the frame headers: C4, C8, CC are tables
JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
MOST_SEGMENTS = 2000


def pixels(kind: str, file: BinaryIO) -> tuple[int, int] | None:
    """Width and height, or None when the header is not that of such a picture."""
    file.seek(0)
    try:
        size = {"jpeg": jpeg_size, "png": png_size, "gif": gif_size, "webp": webp_size}[kind](file)
    except struct.error:  # the file ends inside its header
        return None
    return size if size and all(size) else None


def png_size(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(24)
    if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        return None
    return struct.unpack(">II", head[16:24])


def gif_size(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(10)
    return struct.unpack("<HH", head[6:10]) if head[:6] in (b"GIF87a", b"GIF89a") else None


def jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    """Walk the segments to the frame header."""
    if file.read(2) != b"\xff\xd8":
        return None
    for _ in range(MOST_SEGMENTS):
        marker = next_marker(file)
        if marker in JPEG_SIZES:
            _, _, height, width = struct.unpack(">HBHH", file.read(7))
            return width, height
        if marker in (None, 0xD9, 0xDA):  # the picture begins or ends before any size was told
            return None
        if marker not in JPEG_ALONE:
            (length,) = struct.unpack(">H", file.read(2))
            file.seek(max(length - 2, 0), 1)
    return None


def next_marker(file: BinaryIO) -> int | None:
    if file.read(1) != b"\xff":
        return None
    byte = file.read(1)
    while byte == b"\xff":  # fill bytes
        byte = file.read(1)
    return byte[0] if byte else None


def webp_size(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(30)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    chunk = head[12:16]
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L" and head[20:21] == b"\x2f":
        (bits,) = struct.unpack("<I", head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X" and len(head) == 30:
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    return None
