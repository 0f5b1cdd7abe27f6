"""Which files are taken, and how their content tells what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from partywork.errors import RuleViolation
from partywork.files.archives import check_archive
from partywork.files.images import pixels
from partywork.files.models import Kind

MOST_PIXELS = 40_000_000
OLE, ZIP = "ole", "zip"
MAGIC = (
    (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE), (b"PK\x03\x04", ZIP),
)  # fmt: skip
WORDS = {
    "jpeg": "JPEG 图片", "png": "PNG 图片", "gif": "GIF 图片", "webp": "WebP 图片", "pdf": "PDF 文档",
    OLE: "旧版 Office 文档", ZIP: "Office 文档或压缩包",
}  # fmt: skip


@dataclass(frozen=True)
class FileType:
    """One kind of file: its content's signature, the type it is served as, the zip members it must have."""

    magic: str
    content_type: str
    kind: Kind = Kind.DOCUMENT
    needed: tuple[str, ...] = ()


def office(part: str, subtype: str) -> FileType:
    kind = f"application/vnd.openxmlformats-officedocument.{subtype}"
    return FileType(ZIP, kind, needed=("[Content_Types].xml", "_rels/.rels", part))


TYPES = {
    "jpg": FileType("jpeg", "image/jpeg", Kind.IMAGE),
    "jpeg": FileType("jpeg", "image/jpeg", Kind.IMAGE),
    "png": FileType("png", "image/png", Kind.IMAGE),
    "gif": FileType("gif", "image/gif", Kind.IMAGE),
    "webp": FileType("webp", "image/webp", Kind.IMAGE),
    "pdf": FileType("pdf", "application/pdf"),
    "docx": office("word/document.xml", "wordprocessingml.document"),
    "xlsx": office("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": office("ppt/presentation.xml", "presentationml.presentation"),
    "ofd": FileType(ZIP, "application/ofd", needed=("OFD.xml",)),
    "doc": FileType(OLE, "application/msword"),
    "xls": FileType(OLE, "application/vnd.ms-excel"),
    "ppt": FileType(OLE, "application/vnd.ms-powerpoint"),
    "wps": FileType(OLE, "application/octet-stream"),
    "et": FileType(OLE, "application/octet-stream"),
    "dps": FileType(OLE, "application/octet-stream"),
}
ALLOWED = {
    "images": tuple(name for name, one in TYPES.items() if one.kind == Kind.IMAGE),
    "documents": tuple(name for name, one in TYPES.items() if one.kind == Kind.DOCUMENT),
    "any": tuple(TYPES),
}
SAY_ALLOWED = {
    "images": "jpg、png、gif、webp 格式的图片",
    "documents": "pdf、docx、xlsx、pptx、ofd 及 doc、xls、ppt、wps、et、dps 格式的文档",
    "any": "jpg、png、gif、webp 图片，或 pdf、docx、xlsx、pptx、ofd、doc、xls、ppt、wps、et、dps 文档",
}


def accept(allowed: str) -> str:
    """For the accept attribute of a file input: ".jpg,.png,…"."""
    return ",".join(f".{name}" for name in ALLOWED[allowed])


def signature(file: BinaryIO) -> str:
    """What the first bytes say, or ''."""
    file.seek(0)
    head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in MAGIC if head.startswith(magic)), "")


def judge(file: BinaryIO, name: str, allowed: str) -> FileType:
    """The file's type, or a RuleViolation that says what is wrong and what to do."""
    extension = Path(name).suffix.lower().removeprefix(".")
    if extension not in ALLOWED[allowed]:
        raise RuleViolation(f"“{name}”不能上传：这里只收{SAY_ALLOWED[allowed]}。")
    wanted, found = TYPES[extension], signature(file)
    if wanted.magic != found:
        raise RuleViolation(mismatch(name, extension, found))
    if wanted.kind == Kind.IMAGE:
        check_picture(file, name, wanted.magic)
    elif found == ZIP:
        check_document(file, name, wanted)
    return wanted


def mismatch(name: str, extension: str, found: str) -> str:
    if extension in ("docx", "xlsx", "pptx") and found == OLE:
        return f"“{name}”设置了打开密码，或实际是旧版文档。请去掉密码，另存为 .{extension} 后再上传。"
    real = f"实际内容是{WORDS[found]}" if found else "实际内容认不出来"
    return f"“{name}”的内容与扩展名不符：{real}。请用原来的程序打开，另存为 .{extension} 后再上传。"


def check_picture(file: BinaryIO, name: str, magic: str) -> None:
    size = pixels(magic, file)
    if size is None:
        raise RuleViolation(f"图片“{name}”已损坏，请重新拍摄或导出后再上传。")
    if size[0] * size[1] > MOST_PIXELS:
        raise RuleViolation(f"图片“{name}”有 {size[0]}×{size[1]} 像素，超过 4000 万像素，请缩小后再上传。")


def check_document(file: BinaryIO, name: str, wanted: FileType) -> None:
    try:
        check_archive(file, wanted.needed)
    except RuleViolation as violation:
        raise RuleViolation(f"“{name}”{violation.message}") from None
