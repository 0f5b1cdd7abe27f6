"""The upload gate: every hostile file is refused with a sentence, every honest one passes."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import docx as python_docx
import openpyxl
import pytest

from partywork.errors import RuleViolation
from partywork.files.types import judge
from tests.partywork.files import samples


def verdict(data, name, allowed="any"):
    """The content type, or what the refusal says."""
    try:
        return judge(io.BytesIO(data), name, allowed).content_type
    except RuleViolation as violation:
        return violation.message


def by_library(make):
    file = io.BytesIO()
    make().save(file)
    return file.getvalue()


def real_docx():
    document = python_docx.Document()
    document.add_paragraph("会议纪要")
    return document


def real_xlsx():
    book = openpyxl.Workbook()
    book.active.append(["姓名", 1])
    return book


GOOD = {
    "a.png": (samples.png(), "image/png"),
    "a.PNG": (samples.png(), "image/png"),
    "a.jpg": (samples.jpeg(), "image/jpeg"),
    "a.jpeg": (samples.jpeg(before=b""), "image/jpeg"),
    "a.gif": (samples.gif(), "image/gif"),
    "x.webp": (samples.webp(b"VP8X"), "image/webp"),
    "l.webp": (samples.webp(b"VP8L"), "image/webp"),
    "p.webp": (samples.webp(b"VP8 "), "image/webp"),
    "a.pdf": (samples.PDF, "application/pdf"),
    "a.doc": (samples.OLE, "application/msword"),
    "a.xls": (samples.OLE, "application/vnd.ms-excel"),
    "a.wps": (samples.OLE, "application/octet-stream"),
    "a.ofd": (samples.archive([("OFD.xml", b"<ofd/>")]), "application/ofd"),
    "a.docx": (samples.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "link.docx": (
        samples.docx(("word/_rels/document.xml.rels", samples.rels("hyperlink", "http://x", "External"))),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "real.docx": (
        by_library(real_docx),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "real.xlsx": (by_library(real_xlsx), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "a.pptx": (
        samples.docx(main="ppt/presentation.xml"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_honest_files_pass(name):
    data, kind = GOOD[name]
    assert verdict(data, name) == kind


BOMB = b"\x00" * (50 * 1024 * 1024)
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
BAD = {
    "program": ("a.exe", b"MZ", "不能上传：这里只收"),
    "no extension": ("notes", samples.PDF, "不能上传"),
    "double extension": ("a.pdf.html", samples.PDF, "不能上传"),
    "html as png": ("a.png", b"<html><script>", "认不出来"),
    "png as jpg": ("a.jpg", samples.png(), "PNG 图片"),
    "svg": ("a.svg", b"<svg onload=x>", "不能上传"),
    "empty": ("a.png", b"", "认不出来"),
    "zip as docx": ("a.docx", samples.archive([("a.txt", b"x")]), "缺少必要的内容"),
    "xlsx as docx": ("a.docx", by_library(real_xlsx), "缺少必要的内容"),
    "locked docx": ("a.docx", samples.OLE, "去掉密码"),
    "huge picture": ("a.png", samples.png(20_000, 20_000), "4000 万像素"),
    "huge jpeg": ("a.jpg", samples.jpeg(65_000, 65_000), "4000 万像素"),
    "no size": ("a.png", samples.png(0, 5), "已损坏"),
    "cut png": ("a.png", samples.png()[:20], "已损坏"),
    "cut jpeg": ("a.jpg", samples.jpeg()[:9], "已损坏"),
    "endless jpeg": ("a.jpg", b"\xff\xd8" + b"\xff\x01" * 50_000, "已损坏"),
    "cut docx": ("a.docx", samples.docx()[:200], "已损坏"),
    "damaged member": ("a.docx", samples.damaged(), "已损坏"),
    "encrypted": ("a.docx", samples.encrypted(), "打开密码"),
    "macros": ("a.docx", samples.docx(("word/vbaProject.bin", b"x")), "含有宏"),
    "macro type": (
        "a.docx",
        samples.docx(types=samples.TYPES.replace(b"urn:t", b"a.macroEnabled.b")),
        "含有宏",
    ),
    "excel 4 macros": ("a.docx", samples.docx(("xl/macrosheets/sheet1.xml", b"<a/>")), "含有宏"),
    "embedded": ("a.docx", samples.docx(("word/embeddings/oleObject1.bin", b"x")), "嵌入的对象"),
    "activex": ("a.docx", samples.docx(("word/activeX/activeX1.bin", b"x")), "含有宏"),
    "external picture": (
        "a.docx",
        samples.docx(("word/_rels/document.xml.rels", samples.rels("image", "http://x/a.png", "External"))),
        "断开链接",
    ),
    "external template": (
        "a.docx",
        samples.docx(("word/_rels/settings.xml.rels", samples.rels("attachedTemplate", "//x/t", "External"))),
        "断开链接",
    ),
    "broken relations": ("a.docx", samples.docx(("word/_rels/document.xml.rels", b"<a")), "已损坏"),
    "entities": ("a.docx", samples.docx(body=ENTITIES), "内部结构不正常"),
    "entities in utf-16": ("a.docx", samples.docx(body=ENTITIES.decode().encode("utf-16")), "内部结构不正常"),
    "entities late": ("a.docx", samples.docx(body=b" " * 65_530 + ENTITIES), "内部结构不正常"),
    "odd encoding": (
        "a.docx",
        samples.docx(body=b'<?xml version="1.0" encoding="utf-7"?><a/>'),
        "内部结构不正常",
    ),
    "parent folder": ("a.docx", samples.docx(("../../etc/passwd", b"x")), "内部结构不正常"),
    "absolute": ("a.docx", samples.docx(("/etc/passwd", b"x")), "内部结构不正常"),
    "backslashes": ("a.docx", samples.docx(("word\\..\\x", b"x")), "内部结构不正常"),
    "same name": ("a.docx", samples.docx(("WORD/document.xml", b"x")), "内部结构不正常"),
    "ratio": ("a.docx", samples.docx(("word/a.xml", BOMB)), "内部结构不正常"),
    "too big": ("a.docx", samples.docx(("word/a.xml", BOMB), ("word/b.xml", BOMB)), "60 MB"),
    "lying about its size": ("a.docx", samples.lying_size(), ""),
    "too many": ("a.docx", samples.docx(*((f"word/{n}.xml", b"") for n in range(2001))), "内部文件太多"),
    "endless directory": ("a.docx", samples.many_entries(), "内部文件太多"),
    "lzma": ("a.docx", samples.archive([("a", b"x")], zipfile.ZIP_LZMA), "内部结构不正常"),
}


@pytest.mark.parametrize("case", BAD)
def test_hostile_files_are_refused_with_a_sentence(case):
    name, data, words = BAD[case]
    start = time.monotonic()
    said = verdict(data, name)
    assert said.startswith(("“", "图片“"))
    assert words in said
    assert said.endswith("。")
    assert time.monotonic() - start < 60  # it ends: these are made to be endless


def test_a_bomb_is_not_held_in_memory():
    data = samples.docx(("word/a.xml", b"\x01" + BOMB), ("word/media/b.bin", bytes(range(256)) * 4000))
    tracemalloc.start()
    verdict(data, "a.docx")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


def test_each_field_takes_only_its_kind():
    assert "不能上传" in verdict(samples.PDF, "a.pdf", "images")
    assert "不能上传" in verdict(samples.png(), "a.png", "documents")
