"""The gate before any parser: every way of being a bad package is refused, with its place."""

import struct
import zipfile

import pytest

from partywork.word import build_template, check_template
from partywork.word import gate as gate_module
from partywork.word.gate import faults_at_door, faults_of_package
from partywork.word.official import RELATION, package_parts
from tests.partywork.word.packages import TYPES, package, relate, write

DOCTYPE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
MAIN_TYPE = gate_module.MAIN_TYPE


def with_parts(**changes):
    return lambda parts: parts.update(changes)


def with_member(name, content="<a/>"):
    return lambda parts: parts.update({name: content})


def with_relation(kind, target, mode="External"):
    return lambda parts: relate(parts, "rId90", f"{RELATION}/{kind}", target, mode)


def with_types(old, new):
    return lambda parts: parts.update({TYPES: parts[TYPES].replace(old, new)})


def without(name):
    return lambda parts: parts.pop(name)


def override(name, kind):
    return with_types("</Types>", f'<Override PartName="{name}" ContentType="{kind}"/></Types>')


REFUSED = [
    ("macro part", with_member("word/vbaProject.bin", "x"), "vbaProject.bin", "宏"),
    ("macro data", with_member("word/vbaData.xml"), "vbaData.xml", "宏"),
    ("macro type", with_types(MAIN_TYPE, MACRO_TYPE), "[Content_Types].xml", "宏"),
    ("dotx", with_types("document.main", "template.main"), "[Content_Types].xml", "另存为 .docx"),
    ("embedding", with_member("word/embeddings/a.xlsx", "x"), "embeddings", "嵌入"),
    ("ole object", with_member("word/oleObject1.bin", "x"), "oleObject1", "嵌入"),
    ("activeX", with_member("word/activeX/activeX1.xml"), "activeX", "嵌入"),
    (
        "ole type",
        override("/word/x.xml", "application/vnd.openxmlformats-officedocument.oleObject"),
        "Types",
        "嵌入",
    ),
    ("program", with_member("word/media/a.exe", "x"), "a.exe", "用不到"),
    ("html chunk", with_member("word/chunk.html"), "chunk.html", "用不到"),
    ("xml by type only", override("/word/media/a.png", "application/xml"), "Types", "不符"),
    ("parent folder", with_member("../evil.xml"), "../evil.xml", "文件名"),
    ("parent folder inside", with_member("word/../../evil.xml"), "evil.xml", "文件名"),
    ("absolute", with_member("/etc/evil.xml"), "/etc/evil.xml", "文件名"),
    ("drive", with_member("C:evil.xml"), "C:evil.xml", "文件名"),
    ("backslash", with_member("word\\evil.xml"), "evil.xml", "文件名"),
    ("other case", with_member("Word/Document.xml"), "文件", "同名"),
    ("doctype in body", with_parts(**{"word/document.xml": DOCTYPE}), "document.xml", "DOCTYPE"),
    ("doctype in styles", with_parts(**{"word/styles.xml": DOCTYPE}), "styles.xml", "DOCTYPE"),
    ("doctype in rels", with_parts(**{"_rels/.rels": DOCTYPE}), ".rels", "DOCTYPE"),
    ("doctype in custom", with_member("customXml/item1.xml", DOCTYPE), "item1.xml", "DOCTYPE"),
    ("utf-16", with_member("word/a.xml", DOCTYPE.encode("utf-16")), "a.xml", "UTF-8"),
    ("utf-16 unmarked", with_member("word/a.xml", DOCTYPE.encode("utf-16-le")), "a.xml", "UTF-8"),
    ("utf-7", with_member("word/a.xml", '<?xml version="1.0" encoding="utf-7"?><a/>'), "a.xml", "UTF-8"),
    ("latin", with_member("word/a.xml", "<a>\xe9</a>".encode("latin-1")), "a.xml", "UTF-8"),
    ("linked image", with_relation("image", "http://evil/x.png"), "document.xml.rels", "http://evil/x.png"),
    ("linked template", with_relation("attachedTemplate", "http://evil/x.dotm"), "rels", "另一个模板"),
    ("local template", with_relation("attachedTemplate", "x.xml", "Internal"), "rels", "另一个模板"),
    ("ole link", with_relation("oleObject", "file:///c:/x"), "rels", "外部文件"),
    ("frame", with_relation("frame", "http://evil/"), "rels", "外部文件"),
    ("chunk", with_relation("aFChunk", "media/a.png", "Internal"), "rels", "外部文件"),
    ("broken rels", with_parts(**{"_rels/.rels": "<a"}), ".rels", "损坏"),
    ("no body", without("word/document.xml"), "文件", "没有正文"),
    ("no types", without(TYPES), "文件", "内容类型表"),
]


@pytest.mark.parametrize(
    ("change", "place", "message"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_bad_package_is_refused_with_its_place(tmp_path, change, place, message):
    parts = package_parts()
    change(parts)
    [fault] = faults_of_package(write(tmp_path / "bad.docx", parts))
    assert place in fault.place
    assert message in fault.message


def test_good_packages_pass(tmp_path):
    parts = package_parts()
    relate(parts, "rId90", f"{RELATION}/hyperlink", "https://example.cn/", "External")
    parts |= {"word/media/a.png": "x", "customXml/item1.xml": "<a/>", "word/": ""}
    assert faults_of_package(write(tmp_path / "good.docx", parts)) == []
    assert faults_of_package(write(tmp_path / "stored.docx", parts, zipfile.ZIP_STORED)) == []


# --------------------------------------------------------------------------
# Bombs and liars
# --------------------------------------------------------------------------


def bomb(path, size, members=1):
    parts = package_parts()
    parts |= {f"word/media/{number}.png": bytes(size) for number in range(members)}
    return write(path, parts)


def test_a_tight_bomb_is_refused(tmp_path):
    [fault] = faults_of_package(bomb(tmp_path / "b.docx", 2 * 2**20))
    assert "炸弹" in fault.message


def test_declared_sizes_are_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(gate_module, "MAX_UNPACKED", 3 * 2**20)
    monkeypatch.setattr(gate_module, "_unpacked", None)  # nothing is read before
    [fault] = faults_of_package(bomb(tmp_path / "b.docx", 2**20, 4))
    assert "解压后超过 3 MB" in fault.message


def patch_sizes(path, name, declared):
    """Make the directory of the archive lie about the size of a member."""
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\x01\x02")
    while data[place + 46 : place + 46 + len(name)] != name.encode():
        place = data.find(b"PK\x01\x02", place + 1)
    struct.pack_into("<I", data, place + 24, declared)
    path.write_bytes(bytes(data))


def test_real_sizes_are_counted_although_the_directory_lies(tmp_path, monkeypatch):
    path = bomb(tmp_path / "liar.docx", 2 * 2**20)
    patch_sizes(path, "word/media/0.png", 100)
    assert faults_of_package(path)
    path = bomb(tmp_path / "more.docx", 2 * 2**20)
    monkeypatch.setattr(gate_module, "_check_members", lambda members: None)  # the directory believed
    monkeypatch.setattr(gate_module, "MAX_UNPACKED", 2**20)
    monkeypatch.setattr(gate_module, "MAX_RATIO", 10**6)
    [fault] = faults_of_package(path)
    assert "解压后超过 1 MB" in fault.message


def test_too_many_members(tmp_path):
    parts = package_parts() | {f"customXml/{number}.xml": "<a/>" for number in range(2000)}
    [fault] = faults_of_package(write(tmp_path / "many.docx", parts))
    assert "多于 2000" in fault.message


def test_an_encrypted_member(tmp_path):
    path = write(tmp_path / "locked.docx", package_parts())
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    [fault] = faults_of_package(path)
    assert "已加密" in fault.message


def test_the_same_name_twice(tmp_path):
    path = write(tmp_path / "twice.docx", package_parts())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<evil/>")
    assert "同名" in faults_of_package(path)[0].message


def test_an_uncommon_compression(tmp_path):
    path = write(tmp_path / "bz.docx", package_parts(), zipfile.ZIP_BZIP2)
    assert "压缩方式" in faults_of_package(path)[0].message


@pytest.mark.parametrize(("content", "message"), [
    (b"", "不是 .docx"),
    (b"%PDF-1.7", "不是 .docx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 .doc"),
    (b"PK\x03\x04" + bytes(100), "损坏"),
    (b"PK\x03\x04" + bytes(5 * 2**20), "超过 5 MB"),
])  # fmt: skip
def test_what_is_no_docx_at_all(tmp_path, content, message):
    path = tmp_path / "x.docx"
    path.write_bytes(content)
    [fault] = faults_of_package(path)
    assert message in fault.message


def test_a_truncated_file(tmp_path):
    path = tmp_path / "t.docx"
    build_template(path)
    path.write_bytes(path.read_bytes()[:-200])
    assert "损坏" in faults_of_package(path)[0].message


def test_a_damaged_member(tmp_path):
    path = tmp_path / "t.docx"
    build_template(path)
    data = bytearray(path.read_bytes())
    data[200:220] = bytes(20)
    path.write_bytes(bytes(data))
    assert "损坏" in faults_of_package(path)[0].message


def test_the_door_needs_no_child(tmp_path, monkeypatch):
    monkeypatch.setattr("partywork.word.bounded.call", None)
    path = tmp_path / "x.docx"
    path.write_bytes(b"%PDF-1.7")
    assert check_template(path) == faults_at_door(path) != []


def test_the_child_guards_too(tmp_path):
    [fault] = check_template(bomb(tmp_path / "b.docx", 2 * 2**20))
    assert str(fault) == "文件内的 word/media/0.png：压缩得异常紧密，疑似压缩炸弹"
    assert check_template(package(tmp_path / "good.docx")) == []
