"""Small files of every kind, good and hostile, made here byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TYPES = b'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="urn:t"><Default Extension="xml"/></Types>'
RELS = b'<?xml version="1.0"?><Relationships><Relationship Id="1" Type="x/%s" Target="%s"%s/></Relationships>'


def png(width=2, height=2):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00" * 14)) + chunk(b"IEND", b"")


def jpeg(width=2, height=2, before=b"\xff\xe0\x00\x04JF"):
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\x00" * 9
    return b"\xff\xd8" + before + b"\xff\xff" + frame[1:] + b"\xff\xda" + b"\x00" * 20 + b"\xff\xd9"


def gif(width=2, height=2):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00" * 20


def webp(kind=b"VP8X", width=2, height=2):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = {
        b"VP8X": b"\x00" * 4 + size,
        b"VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\x00" * 8,
        b"VP8 ": b"\x00" * 3 + b"\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\x00" * 8,
    }[kind]
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def rels(kind="image", target="media/a.png", mode=""):
    mode = f' TargetMode="{mode}"' if mode else ""
    return RELS % (kind.encode(), target.encode(), mode.encode())


def archive(members, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


def docx(*extra, main="word/document.xml", types=TYPES, body=b"<document/>"):
    members = [("[Content_Types].xml", types), ("_rels/.rels", rels()), (main, body), *extra]
    return archive(members)


def damaged():
    """One letter of a member changed after its checksum was made."""
    members = [("[Content_Types].xml", TYPES), ("_rels/.rels", rels()), ("word/document.xml", b"<document/>")]
    return archive(members, zipfile.ZIP_STORED).replace(b"<document/>", b"<documenx/>")


def patched(data, signature, offset, value):
    """The same zip with a field overwritten in every header of this kind: what honest tools cannot make."""
    made, at = bytearray(data), data.find(signature)
    while at >= 0:
        made[at + offset : at + offset + len(value)] = value
        at = data.find(signature, at + 4)
    return bytes(made)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def encrypted():
    return patched(patched(docx(), CENTRAL, 8, b"\x01\x00"), LOCAL, 6, b"\x01\x00")


def lying_size():
    """Declares 10 bytes for a member that unpacks to 80 MB."""
    data = docx(("word/big.xml", b"\x00" * (80 * 1024 * 1024)))
    at = data.rfind(CENTRAL)
    return data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]


def many_entries(count=300_000):
    """A directory that says it has more entries than anybody should make objects of."""
    data = docx()
    at = data.rfind(END)
    return data[: at + 12] + struct.pack("<I", 46 * count) + data[at + 16 :]
