"""Zip-based documents, looked at before any parser gets them: .docx, .xlsx, .pptx, .ofd.

What the directory declares is checked first, then every member is really read and counted: a zip may lie.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree

from partywork.errors import RuleViolation

MOST_MEMBERS = 2000
LARGEST_UNPACKED = 60 * 1024 * 1024
LARGEST_DIRECTORY = 2 * 1024 * 1024
LARGEST_RATIO = 200
RATIO_MATTERS_FROM = 5 * 1024 * 1024
LARGEST_RELATIONS = 2 * 1024 * 1024
CHUNK = 64 * 1024

END, END_LENGTH, ZIP64 = b"PK\x05\x06", 22, b"PK\x06\x07"
MACROS = re.compile(r"vba(project|data)|macrosheets|/activex/|/ctrlprops/.*\.bin$", re.IGNORECASE)
EMBEDDED = re.compile(r"(^|/)embeddings?/|oleobject", re.IGNORECASE)
MACRO_TYPES = (b"macroenabled", b"vbaproject", b"ms-office.activex")
XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
ENCODINGS = {
    b"utf-8",
    b"utf8",
    b"utf-16",
    b"us-ascii",
    b"ascii",
    b"iso-8859-1",
    b"gb2312",
    b"gbk",
    b"gb18030",
}

DAMAGED = "已损坏，或不是完整的文档。请用 Word 或 WPS 打开后另存一份再上传。"
ENCRYPTED = "设置了打开密码。请去掉密码另存后再上传。"
TOO_BIG = "解压后的内容太大（超过 60 MB）。请压缩其中的图片或拆成几个文件后再上传。"
TOO_MANY = "内部文件太多，无法检查。请另存为新文件后再上传。"
SUSPICIOUS = "内部结构不正常，可能被动过手脚。请用 Word 或 WPS 打开后另存一份再上传。"
WITH_MACROS = "含有宏。请另存为不带宏的 .docx 或 .xlsx 后再上传。"
WITH_OBJECTS = "含有嵌入的对象（如嵌入的表格或附件）。请把它们粘贴为图片或普通表格后再上传。"
WITH_LINKS = "引用了外部文件（如链接的图片、模板或工作簿）。请断开链接、把内容放进文件里再上传。"


def refuse(sentence: str) -> None:
    raise RuleViolation(sentence)


def check_archive(file: BinaryIO, needed: tuple[str, ...]) -> None:
    """Raise RuleViolation with a sentence that says what is wrong, without the file's name in front."""
    check_directory_size(file)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            check_declared(archive.infolist(), needed)
            read_all(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        refuse(DAMAGED)


def check_directory_size(file: BinaryIO) -> None:
    """Before zipfile builds an object for each of what may be half a million directory entries."""
    length = file.seek(0, 2)
    file.seek(max(length - 65_557, 0))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_LENGTH:
        refuse(DAMAGED)
    members, size = struct.unpack("<HI", tail[at + 10 : at + 16])
    if (
        ZIP64 in tail[max(at - 20, 0) : at]
        or members == 0xFFFF
        or members > MOST_MEMBERS
        or size > LARGEST_DIRECTORY
    ):
        refuse(TOO_MANY)


def check_declared(members: list[zipfile.ZipInfo], needed: tuple[str, ...]) -> None:
    names = [member.filename for member in members]
    if len(names) > MOST_MEMBERS:
        refuse(TOO_MANY)
    if any(member.flag_bits & 0x1 for member in members):
        refuse(ENCRYPTED)
    if len({name.lower() for name in names}) < len(names) or any(bad_name(member) for member in members):
        refuse(SUSPICIOUS)
    if any(name not in names for name in needed):
        refuse("不是这种文档：缺少必要的内容。请用 Word 或 WPS 打开后另存一份再上传。")
    if any(MACROS.search(name) for name in names):
        refuse(WITH_MACROS)
    if any(EMBEDDED.search(name) for name in names):
        refuse(WITH_OBJECTS)
    check_sums(members)


def bad_name(member: zipfile.ZipInfo) -> bool:
    """Names that lead out of the folder, or a way of packing that no office program uses."""
    name = member.orig_filename
    parts = name.replace("\\", "/").split("/")
    odd = name.startswith(("/", "\\")) or "\\" in name or ":" in name or "\x00" in name
    return odd or ".." in parts or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_sums(members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if unpacked > LARGEST_UNPACKED:
        refuse(TOO_BIG)
    if unpacked > RATIO_MATTERS_FROM and unpacked > packed * LARGEST_RATIO:
        refuse(SUSPICIOUS)


def read_all(archive: zipfile.ZipFile) -> None:
    """Read every member to its end: the real sum counts, and zipfile checks length and CRC on the way."""
    total = 0
    for member in archive.infolist():
        kept = [] if keeps(member.filename) else None
        previous = b""
        with archive.open(member) as part:
            while chunk := part.read(CHUNK):
                total += len(chunk)
                if total > LARGEST_UNPACKED:
                    refuse(TOO_BIG)
                if not previous:
                    check_encoding(chunk)
                check_chunk(previous[-32:] + chunk)
                previous = chunk
                if kept is not None:
                    kept.append(chunk)
        if kept is not None:
            check_part(member.filename, b"".join(kept))


def keeps(name: str) -> bool:
    return name.lower().endswith(".rels") or name == "[Content_Types].xml"


def check_chunk(data: bytes) -> None:
    """No document type anywhere: it is what entity bombs are made of. NULs go, so UTF-16 cannot hide one."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        refuse(SUSPICIOUS)
    wide = b"<\x00!\x00" in data or b"\x00<\x00!" in data
    if wide and re.search(rb"<!(DOCTYPE|ENTITY)", data.replace(b"\x00", b"")):
        refuse(SUSPICIOUS)


def check_encoding(start: bytes) -> None:
    """An XML part in an odd encoding could hide what the search above looks for."""
    declared = XML_ENCODING.search(start[:800].replace(b"\x00", b""))
    if declared and declared[1].lower() not in ENCODINGS:
        refuse(SUSPICIOUS)


def check_part(name: str, data: bytes) -> None:
    if len(data) > LARGEST_RELATIONS:
        refuse(TOO_MANY)
    if name == "[Content_Types].xml":
        if any(kind in data.lower() for kind in MACRO_TYPES):
            refuse(WITH_MACROS)
        return
    try:
        root = ElementTree.fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        refuse(DAMAGED)
    for relation in root.iter():
        external = relation.get("TargetMode", "").lower() == "external"
        if external and not relation.get("Type", "").endswith("/hyperlink"):
            refuse(WITH_LINKS)
