"""Honest files in the shapes in which office programs and cameras write them."""
from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import openpyxl

from reports.making import builtin_template
from tests.chaos.hostile_files import File
from tests.partywork.files import samples
from tests.partywork.files.samples import docx

How = Callable[[zipfile.ZipFile, str, bytes], None]
WPS_NAMESPACE = b'<w:body xmlns:wpsCustomData="http://www.wps.cn/officeDocument/2013/wpsCustomData">'
WPS_PROPERTIES = (b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties xmlns="http://schemas.openxmlformats.org/'
                  b'officeDocument/2006/custom-properties"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" '
                  b'name="KSOProductBuildVer"/></Properties>')  # fmt: skip


# --- the same members, written another way ----------------------------------------------------------------------------------


def repacked(data: bytes, how: How, *, backwards: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), reverse=backwards):
            how(new, name, old.read(name))
    return file.getvalue()


def stored(new: zipfile.ZipFile, name: str, content: bytes) -> None:
    new.writestr(name, content, zipfile.ZIP_STORED)


def pressed(new: zipfile.ZipFile, name: str, content: bytes) -> None:
    new.writestr(name, content, zipfile.ZIP_DEFLATED, 9)


def zip64(new: zipfile.ZipFile, name: str, content: bytes) -> None:
    with new.open(name, "w", force_zip64=True) as member:
        member.write(content)


class Pipe(io.RawIOBase):
    """It cannot go back: the lengths of members come after them, in data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, chunk) -> int:
        self.data += chunk
        return len(chunk)


def streamed(data: bytes) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return bytes(pipe.data)


def as_wps(data: bytes) -> bytes:
    """WPS adds properties and a namespace of its own and folders as members, and writes the types last."""
    file = io.BytesIO(repacked(data, lambda new, name, content: new.writestr(name, content.replace(b"<w:body>", WPS_NAMESPACE, 1)),
                               backwards=True))
    with zipfile.ZipFile(file, "a") as archive:
        for name, content in (("word/", b""), ("docProps/", b""), ("docProps/custom.xml", WPS_PROPERTIES)):
            if name not in archive.namelist():
                archive.writestr(name, content)
    return file.getvalue()


# --- the files --------------------------------------------------------------------------------------------------------------


def document() -> bytes:
    made, file = python_docx.Document(), io.BytesIO()
    made.add_heading("会议纪要", 1)
    made.add_paragraph("三月十日召开支部党员大会。").add_run("应到二十人。").bold = True
    made.add_table(2, 3).cell(0, 0).text = "姓名"
    made.add_picture(io.BytesIO(samples.png(40, 30)))
    made.save(file)
    return file.getvalue()


def workbook(*, in_a_stream: bool = False) -> bytes:
    book, file = openpyxl.Workbook(write_only=in_a_stream), io.BytesIO()
    sheet = book.create_sheet("名册") if in_a_stream else book.active
    for row in (["姓名", "入党日期"], ["李平", "2012-06-01"], [1, 2.5]):
        sheet.append(row)
    book.save(file)
    return file.getvalue()


def by_office(name: str, data: bytes, to: str, folder: Path) -> bytes:
    """What LibreOffice makes of the file."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is needed for this proof"
    (out := folder / f"out-{to}").mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    subprocess.run([office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", str(out),
                    str(folder / name)], check=True, capture_output=True, timeout=120)
    return (out / name).with_suffix(f".{to}").read_bytes()


def shapes(folder: Path) -> dict[str, File]:
    """Of Word, WPS, LibreOffice, Excel, cameras and screens."""
    return packages(document(), workbook()) | pictures() | {
        f"LibreOffice {to}": (f"源.{to}", by_office(name, data, to, folder))
        for name, data, formats in (("源.docx", document(), ("docx", "doc", "pdf")), ("源.xlsx", workbook(), ("xlsx", "xls")))
        for to in formats}


def packages(word: bytes, table: bytes) -> dict[str, File]:
    link = ("word/_rels/document.xml.rels", samples.rels("hyperlink", "https://www.gov.cn", "External"))
    return {
        "Word": ("纪要.docx", word), "WPS": ("纪要.docx", as_wps(word)), "stored": ("纪要.docx", repacked(word, stored)),
        "pressed": ("纪要.docx", repacked(word, pressed)), "streamed": ("纪要.docx", streamed(word)), "link": ("纪要.docx", docx(link)),
        "zip64": ("纪要.docx", repacked(word, zip64)), "backwards": ("A.DOCX", repacked(word, pressed, backwards=True)),
        "Excel": ("名册.xlsx", table), "Excel in a stream": ("名册.xlsx", workbook(in_a_stream=True)),
        "WPS table": ("名册.xlsx", as_wps(table)), "streamed table": ("名册.xlsx", streamed(table)),
        "zip64 table": ("名册.xlsx", repacked(table, zip64)),
        "presentation": ("课件.pptx", docx(main="ppt/presentation.xml")), "OFD": ("公文.ofd", samples.archive([("OFD.xml", b"<ofd/>")])),
        "old WPS": ("旧.wps", samples.OLE),
    }  # fmt: skip


def pictures() -> dict[str, File]:
    exif = b"\xff\xe1\x00\x10Exif" + bytes(10)
    return {
        "photo": ("现场 (1).JPG", samples.jpeg(4032, 3024, exif)), "40 million pixels": ("全景.jpg", samples.jpeg(8000, 5000)),
        "screenshot": ("截图.png", samples.png(1920, 1080)), "gif": ("图.gif", samples.gif(300, 200)),
        **{f"webp {kind!r}": ("图.webp", samples.webp(kind, 640, 480)) for kind in (b"VP8X", b"VP8L", b"VP8 ")},
    }  # fmt: skip


def template_shapes(folder: Path) -> dict[str, bytes]:
    """The built-in template, saved again by others."""
    built_in = builtin_template().read_bytes()
    python_docx.Document(io.BytesIO(built_in)).save(resaved := io.BytesIO())
    return {"WPS": as_wps(built_in), "streamed": streamed(built_in), "zip64": repacked(built_in, zip64),
            "stored": repacked(built_in, stored), "python-docx": resaved.getvalue(),
            "LibreOffice": by_office("模板.docx", built_in, "docx", folder)}  # fmt: skip
