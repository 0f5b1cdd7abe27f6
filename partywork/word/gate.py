"""What an uploaded .docx must be before any parser sees it: a sound, small, closed package.

Sizes are counted while reading, never believed. What is refused here cannot run, fetch, unfold or
hide anything in the programs that open the file later, ours and Word alike.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from lxml import etree

MAX_FILE = 5 * 2**20
MAX_MEMBERS = 2000
MAX_UNPACKED = 60 * 2**20
MAX_RATIO = 200
RATIO_FROM = 256 * 2**10  # smaller members may be packed as tightly as they like
CHUNK = 2**16

MAIN = "word/document.xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XML_SUFFIXES = (".xml", ".rels", ".svg")
OTHER_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".emf", ".wmf", ".tif", ".tiff", ".wdp", ".odttf",
)  # fmt: skip
MACRO = re.compile(r"vba(project|data)|macro", re.IGNORECASE)
EMBEDDED = re.compile(r"embeddings/|oleobject|activex|afchunk|/control\b|ms-office\.active", re.IGNORECASE)
FETCHING = re.compile(r"/(aFChunk|subDocument|oleObject|package|control|frame)$", re.IGNORECASE)
ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{0,40})[\"']")
DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class Fault(NamedTuple):
    """One reason why a template is not accepted, in Chinese: where, and what."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


class Refused(Exception):
    def __init__(self, message: str, member: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(f"文件内的 {member[:80]}" if member else "文件", message)


def faults_at_door(path: str | Path) -> list[Fault]:
    """Size and magic: cheap enough for the process that serves the page."""
    try:
        _check_outside(Path(path))
    except Refused as refused:
        return [refused.fault]
    return []


def faults_of_package(path: str | Path) -> list[Fault]:
    """The first reason why the package is refused, if any. Runs in the child, before all parsing."""
    try:
        _check_outside(Path(path))
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist())
            _check_relations(_read(archive))
    except Refused as refused:
        return [refused.fault]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
        return [Fault("文件", "压缩包已损坏，请用 Word 或 WPS 重新保存后再上传")]
    return []


def _check_outside(path: Path) -> None:
    if path.stat().st_size > MAX_FILE:
        raise Refused(f"超过 {MAX_FILE // 2**20} MB，请删去大图片后再上传")
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"\xd0\xcf\x11\xe0":
        raise Refused("是旧版 .doc 或加了密码的文件，请另存为不加密的 .docx 后再上传")
    if magic != b"PK\x03\x04":
        raise Refused("不是 .docx 文件")


# --------------------------------------------------------------------------
# The directory of the archive
# --------------------------------------------------------------------------


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Refused(f"内部文件多于 {MAX_MEMBERS} 个")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(f"解压后超过 {MAX_UNPACKED // 2**20} MB")
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names):
        raise Refused("有同名的内部文件")
    for member in members:
        _check_member(member)
    if MAIN not in names:
        raise Refused("没有正文，不是 Word 文件")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if member.flag_bits & 0x1:
        raise Refused("已加密", name)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("压缩方式不常见", name)
    if _leads_outside(name):
        raise Refused("内部文件名不合规", name)
    if MACRO.search(name):
        raise Refused("含有宏，请另存为不带宏的 .docx", name)
    if EMBEDDED.search(name):
        raise Refused("含有嵌入的对象，请删去后再上传", name)
    if not member.is_dir() and not name.lower().endswith(XML_SUFFIXES + OTHER_SUFFIXES):
        raise Refused("含有 Word 模板用不到的内容", name)


def _leads_outside(name: str) -> bool:
    parts = name.rstrip("/").split("/")
    return name.startswith("/") or "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(parts)


# --------------------------------------------------------------------------
# The content of the members
# --------------------------------------------------------------------------


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts that say what belongs to what; every other member is read, judged and dropped."""
    kept, left = {}, MAX_UNPACKED
    for member in archive.infolist():
        content = _unpacked(archive, member, left)
        left -= len(content)
        if member.filename.lower().endswith(XML_SUFFIXES):
            _check_xml(content, member.filename)
        if member.filename.lower().endswith((".rels", "[content_types].xml")):
            kept[member.filename] = content
    return kept


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """The real content, read in steps so that a bomb is noticed while it unfolds."""
    content = bytearray()
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            content += chunk
            if len(content) > left:
                raise Refused(f"解压后超过 {MAX_UNPACKED // 2**20} MB")
            if len(content) > RATIO_FROM and len(content) > MAX_RATIO * member.compress_size:
                raise Refused("压缩得异常紧密，疑似压缩炸弹", member.filename)
    return bytes(content)


def _check_xml(content: bytes, name: str) -> None:
    """UTF-8 without declarations: no entities, and no second meaning under another encoding."""
    encoding = ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in content or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise Refused("不是 UTF-8 编码，请用 Word 或 WPS 重新保存", name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("不是 UTF-8 编码，请用 Word 或 WPS 重新保存", name) from None
    if DECLARATION.search(content):
        raise Refused("含有 DOCTYPE 或实体声明", name)


def _check_relations(parts: dict[str, bytes]) -> None:
    for name, content in parts.items():
        root = _parsed(content, name)
        if name.lower().endswith(".rels"):
            _check_targets(root, name)
        else:
            _check_types(root, name)
    if "[Content_Types].xml" not in parts:
        raise Refused("没有内容类型表，不是 Word 文件")


def _parsed(content: bytes, name: str):
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise Refused("内容已损坏", name) from None


def _check_targets(root, name: str) -> None:
    for relation in root.iter("{*}Relationship"):
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        if MACRO.search(kind):
            raise Refused("含有宏，请另存为不带宏的 .docx", name)
        if kind.endswith("/attachedTemplate"):
            raise Refused("链接了另一个模板，请在 Word 的“文档模板”里改为 Normal 后再上传", name)
        if FETCHING.search(kind):
            raise Refused("含有嵌入或链接的外部文件，请删去后再上传", name)
        if relation.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink"):
            raise Refused(f"引用了外部内容 {target[:60]}，请改为直接插入", name)


def _check_types(root, name: str) -> None:
    """The main part is a plain document, and nothing is XML that is not called so."""
    main = ""
    for entry in root:
        kind = entry.get("ContentType", "")
        part = (entry.get("PartName") or "." + entry.get("Extension", "")).lower()
        if MACRO.search(kind):
            raise Refused("含有宏，请另存为不带宏的 .docx", name)
        if EMBEDDED.search(kind):
            raise Refused("含有嵌入的对象，请删去后再上传", name)
        if kind.lower().endswith("xml") and not part.endswith(XML_SUFFIXES):
            raise Refused("内容类型与文件名不符", name)
        main = kind if part == f"/{MAIN}" else main
    if main != MAIN_TYPE:
        raise Refused("正文的类型不对，请另存为 .docx（不是 .dotx 或 .docm）", name)
