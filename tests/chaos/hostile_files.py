"""Files that mean harm, made here byte by byte."""
from __future__ import annotations

import struct
import zlib
from pathlib import Path

from partywork.word.official import package_parts
from tests.partywork.files import samples
from tests.partywork.files.samples import CENTRAL, END, LOCAL, archive, docx, patched, png, rels
from tests.partywork.files.test_types import BAD
from tests.partywork.word.packages import write
from tests.partywork.word.test_gate import REFUSED as BAD_PACKAGES

File = tuple[str | bytes, bytes]  # the name it is given, and what is in it
XLSX = ("xl/workbook.xml", b"<workbook/>")
LAUGHS = b"<!DOCTYPE l [<!ENTITY a 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(9)) + b"]><l>&a8;</l>"
FETCHING = b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>"
PARAMETER = b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><a/>"
SCRIPT = b"<html><script>alert(1)</script></html>"


def xlsx(*extra: tuple[str, bytes]) -> bytes:
    return docx(*extra, main=XLSX[0], body=XLSX[1])


def nested(depth: int, inner: bytes = bytes(10**6)) -> bytes:
    """A zip in a zip in a zip …, each of ten copies."""
    for _ in range(depth):
        inner = archive([(f"{n}.zip", inner) for n in range(10)])
    return inner


def overlapping() -> bytes:
    """Many entries that all unpack the same packed bytes."""
    data = docx(("word/a.xml", bytes(10**6)))
    at = data.rfind(CENTRAL)
    entry, end = data[at : data.rfind(END)], data[data.rfind(END) :]
    entries = b"".join(entry.replace(b"word/a.xml", b"word/%c.xml" % (97 + n)) for n in range(26))
    start = struct.unpack("<I", end[16:20])[0]
    counted = struct.pack("<HH", *[struct.unpack("<H", end[8:10])[0] + 25] * 2) + struct.pack("<I", len(data[start:at]) + len(entries))
    return data[:at] + entries + end[:8] + counted + end[16:]


def named(name: str, content: bytes = b"x") -> bytes:
    """A member by a name that honest tools do not write: put in afterwards, at the same length."""
    stand_in = "word/" + "q" * (len(name.encode()) - 5) if len(name.encode()) > 5 else "q" * len(name.encode())
    return docx((stand_in, content)).replace(stand_in.encode(), name.encode())


def with_end(*values: int) -> bytes:
    """Members on this disk, in all, size and place of the directory, as the end of the file tells them."""
    data = docx()
    at = data.rfind(END)
    return data[: at + 8] + struct.pack("<HHII", *values) + data[at + 20 :]


def broken_sum() -> bytes:
    return patched(patched(docx(), CENTRAL, 16, b"\0\0\0\0"), LOCAL, 14, b"\0\0\0\0")


def compressed_by(number: int) -> bytes:
    method = struct.pack("<H", number)
    return patched(patched(docx(), CENTRAL, 10, method), LOCAL, 8, method)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def refused() -> dict[str, File]:
    """What no field takes."""
    body = {"laughs": LAUGHS, "outside DTD": FETCHING, "parameter entity": PARAMETER, "in UTF-16": LAUGHS.decode().encode("utf-16"),
            "late in the part": b"<a>" + b" " * 70_000 + b"</a>" + LAUGHS}
    found: dict[str, File] = {f"document type, {label}": ("a.docx", docx(body=data)) for label, data in body.items()}
    found |= {f"shared strings, {label}": ("a.xlsx", xlsx(("xl/sharedStrings.xml", data))) for label, data in list(body.items())[:4]}
    found |= {f"member {name[:20]!r}": ("a.docx", named(name)) for name in (
        "../../../../etc/cron.d/x", "word/../../../x.xml", "/etc/passwd/x", "C:\\windows\\x", "word\\..\\..\\x.xml",
        "\\\\server\\share\\x")}
    found |= {f"{kind} to {target[:12]}": ("a.docx", docx(("word/_rels/document.xml.rels", rels(kind, target, "External"))))
              for kind in ("image", "attachedTemplate", "oleObject", "frame", "subDocument", "aFChunk")
              for target in ("http://127.0.0.1:9/x", "file:///etc/passwd", "\\\\server\\share")}
    found |= {f"part {name}": ("a.xlsx", xlsx((name, b"x"))) if name.startswith("xl") else ("a.docx", docx((name, b"x"))) for name in (
        "word/vbaProject.bin", "xl/vbaProject.bin", "word/vbaData.xml", "xl/macrosheets/sheet1.xml", "word/embeddings/oleObject1.bin",
        "xl/embeddings/Microsoft_Word_Document1.docx", "word/activeX/activeX1.bin", "xl/ctrlProps/ctrlProp1.bin", "word/oleObject2.bin")}
    found |= {f"cut at {part}": ("a.docx", docx()[: len(docx()) * part // 100]) for part in (1, 10, 40, 70, 95, 99)}
    found |= {f"packed by {number}": ("a.docx", compressed_by(number)) for number in (1, 6, 9, 12, 14, 93, 95, 98, 99)}
    return found | bombs() | disguises()


def bombs() -> dict[str, File]:
    white = bytes(50 * 2**20)
    return {
        "bomb": ("a.docx", docx(("word/a.xml", white))), "two bombs": ("a.xlsx", xlsx(("xl/a.xml", white), ("xl/b.xml", white))),
        "overlapping": ("a.docx", overlapping()), "many members": ("a.docx", docx(*((f"word/{n}.xml", b"") for n in range(5000)))),
        "65,535 members": ("a.docx", with_end(65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF)), "no directory": ("a.docx", with_end(0, 0, 0, 0)),
        "directory elsewhere": ("a.docx", with_end(3, 3, 100, 2**31)), "directory too long": ("a.docx", with_end(3, 3, 2**31, 10)),
        "lying": ("a.docx", samples.lying_size()), "wrong sum": ("a.docx", broken_sum()), "damaged": ("a.docx", samples.damaged()),
        "encrypted": ("a.docx", samples.encrypted()), "encrypted by Office": ("a.xlsx", samples.OLE),
        "end only": ("a.docx", END + bytes(18)),
        "twice": ("a.docx", named("word/document.xml", b"<evil/>")),
        "twice, in capitals": ("a.docx", docx(("WORD/document.xml", b"<evil/>"))),
        "huge picture": ("a.png", png(50_000, 50_000)), "just too many pixels": ("a.png", png(8001, 5000)),
        "wide jpeg": ("a.jpg", samples.jpeg(65_500, 700)),
        "huge gif": ("a.gif", samples.gif(65_535, 65_535)), "huge webp": ("a.webp", samples.webp(b"VP8X", 16_000, 16_000)),
        "no pixels": ("a.png", png(0, 0)), "4 thousand million pixels": ("a.png", png(2**31 - 1, 2**31 - 1)),
        "endless jpeg": ("a.jpg", b"\xff\xd8" + b"\xff\xe0\x00\x02" * 5000), "too large": ("a.pdf", b"%PDF-1.4\n" + bytes(20 * 2**20)),
    }  # fmt: skip


def disguises() -> dict[str, File]:
    """One kind of thing by the name of another."""
    jar, svg = archive([("META-INF/MANIFEST.MF", b"x")]), b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    return {
        "html as png": ("a.png", SCRIPT), "html as pdf": ("a.pdf", SCRIPT), "svg as png": ("a.png", svg), "svg": ("a.svg", svg),
        "html": ("a.html", SCRIPT),
        "html as gif": ("a.gif", b"GIF89a" + SCRIPT), "program as pdf": ("a.pdf", b"MZ" + bytes(100)),
        "elf as doc": ("a.doc", b"\x7fELF" + bytes(100)),
        "script as jpg": ("a.jpg", b"#!/bin/sh\nrm -rf /\n"), "php as png": ("a.php.png", b"<?php system('id');"),
        "jar as docx": ("a.docx", jar),
        "zip": ("a.zip", jar), "docm": ("a.docm", docx()), "dotm": ("a.dotm", docx()), "xlsm": ("a.xlsm", xlsx()),
        "no ending": ("a", png()),
        "exe": ("a.pdf.exe", samples.PDF), "link": ("a.lnk", b"L\0\0\0"), "xlsx as docx": ("a.docx", xlsx()),
        "docx as xlsx": ("a.xlsx", docx()),
        "png as jpg": ("a.jpg", png()), "nothing": ("a.png", b""), "one byte": ("a.pdf", b"%"),
        "rtf as doc": ("a.doc", b"{\\rtf1 \\object}"),
        "zip behind a picture": ("a.docx", png() + docx()), "zip behind a page": ("a.docx", SCRIPT + docx()),
        "7z as docx": ("a.docx", b"7z\xbc\xaf\x27\x1c" + bytes(99)),
        "cut png": ("a.png", png()[:20]), "tiff as png": ("a.png", b"II*\0" + bytes(40)), "right to left": ("\u202egnp.exe", png()),
        "hidden ending": ("a.png\x00.exe".replace("\x00", "%00"), SCRIPT), "dot file": (".htaccess", b"x"),
        "endless name": ("长" * 5000 + ".png", png()), "only dots": ("....png", png()),
    }  # fmt: skip


def inert() -> dict[str, File]:
    """What is taken because nothing here ever opens it: it lies there under a random name and leaves as a download of its own kind."""
    comment = png_chunk(b"tEXt", b"Comment\0" + SCRIPT)
    return {
        "picture with a script in it": ("a.png", png()[:33] + comment + png()[33:]),
        "picture with a zip behind": ("a.png", png() + docx()),
        "gif with a script behind": ("a.gif", samples.gif() + SCRIPT),
        "pdf with a script": ("a.pdf", samples.PDF + b"<</S/JavaScript/JS(app.alert(1))>>"),
        "pdf with a page behind": ("a.pdf", samples.PDF + SCRIPT), "zip in a document": ("a.docx", docx(("word/media/a.zip", nested(3)))),
        "path": ("../../../../etc/cron.d/a.png", png()), "windows path": ("C:\\windows\\system32\\a.png", png()),
        "device": ("con.png", png()),
        "long name": ("长" * 80 + ".png", png()), "script in the name": ("<script>alert(1)</script>.png", png()),
        "lines in the name": ("a%0D%0ASet-Cookie: x=1.png", png()), "quotes in the name": ("a'; b=`id`.png", png()),
        "formula in the name": ("=1+1.png", png()), "bad bytes in the name": ("甲\ufffd.png", png()),
        "emoji": ("👨‍👩‍👧.png", png()),
    }  # fmt: skip


def hostile() -> dict[str, File]:
    """All that is to be refused, with what the tests of the gates have as well."""
    return refused() | {f"gate: {label}": (name, data) for label, (name, data, _) in BAD.items()}


def hostile_templates(folder: Path) -> dict[str, File]:
    """Word packages that are sound for a Word program and not for us."""
    found: dict[str, File] = {}
    for label, change, _, _ in BAD_PACKAGES:
        change(parts := package_parts())
        found[f"package: {label}"] = ("模板.docx", write(folder / "t.docx", parts).read_bytes())
    return found
