"""File names that people gave, made safe to keep and to hand back."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_BYTES = 200
UNSAFE = re.compile(
    '[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff<>:"|?*]'
)


def safe_name(given: str) -> str:
    """The bare name without folders or troublesome characters, at most 200 bytes, its extension kept."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    name = UNSAFE.sub("", name).strip(" .")
    path = PurePosixPath(name or "未命名")
    suffix = path.suffix if len(path.suffix.encode()) <= 12 else ""
    stem = name[: len(name) - len(suffix)] if name else "未命名"
    return cut_bytes(stem or "未命名", LONGEST_BYTES - len(suffix.encode())) + suffix


def cut_bytes(text: str, most: int) -> str:
    """Shortened without cutting through a character."""
    return text.encode()[:most].decode("utf-8", "ignore")
