"""What somebody may send instead of a sensible value: one list for every field, parameter, path, header and cookie."""
from __future__ import annotations

from dataclasses import dataclass

from tests.stage import PNG

ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True)
class Many:
    """The same name several times."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Renamed:
    """The value under another name, as other frameworks write arrays."""

    ending: str


@dataclass(frozen=True)
class AsFile:
    """A file by the name it is given; unless said, a picture."""

    name: str | bytes
    content: bytes = PNG


class Absent:
    """The name is not sent at all."""


Value = str | bytes | Many | Renamed | AsFile | type[Absent]

# Each is a value of its own; bytes are sent as they are, lone surrogates as the three bytes that nobody should send.
VALUES: dict[str, Value] = {
    # what no text can hold
    "NUL": "甲\x00乙", "only NUL": "\x00", "high surrogate": "\ud800", "low surrogate": "甲\udfff", "reversed pair": "\udc00\ud800",
    "pair as surrogates": b"\xed\xa0\xbd\xed\xb8\x80", "bad UTF-8": b"\xff\xfe", "cut UTF-8": b"\xe4\xb8",
    "cut at the end": b"ok\xf0\x9f\x98",
    "lone continuation": b"\x80", "overlong slash": b"\xc0\xaf", "overlong NUL": b"\xc0\x80", "overlong of three": b"\xe0\x80\x80",
    "overlong of four": b"\xf0\x80\x80\x80", "beyond Unicode": b"\xf4\x90\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80",
    "GBK bytes": "会议".encode("gbk"), "Big5 bytes": "會議".encode("big5"), "Latin bytes": "é".encode("latin-1"),
    "UTF-16 bytes": "会议".encode("utf-16"), "UTF-32 bytes": "会".encode("utf-32"), "Shift-JIS bytes": "会議".encode("shift-jis"),
    "NUL before": "\x00甲", "NUL behind": "甲\x00", "NULs": "\x00" * 1000, "NUL in a number": "1\x00", "NUL in a date": "2026-06-01\x00",
    "surrogate in a number": "1\udc31", "all bytes": bytes(range(256)), "bytes of no meaning": b"\xfe\xed\xfa\xce",
    "percent NUL": "%00", "escaped NUL": "\\u0000",
    # what nobody sees
    "zero width": "甲\u200b乙", "joiner": f"甲{ZERO_WIDTH_JOINER}乙", "byte order mark": "\ufeff甲", "soft hyphen": "党\u00ad员",
    "bidi override": "\u202e甲乙\u202c", "bidi isolate": "\u2067abc\u2069", "control": "文\x07字\x1b[31m", "next line": "甲\x85乙",
    "line separator": "甲\u2028乙\u2029丙", "noncharacter": "\uffff", "arabic noncharacter": "\ufdd0", "private use": "\ue000\uf8ff",
    "empty": "", "space": " ", "wide spaces": "\u3000\u00a0", "tab": "\t", "lines": "\n\r\n\r", "many lines": "行\n" * 2000,
    "header injection": "甲\r\nSet-Cookie: session=x",
    # letters that behave oddly
    "combining": "e" + "\u0301" * 300, "decomposed": "\u1112\u1161\u11ab", "emoji family": "👨‍👩‍👧‍👦", "flags": "🇨🇳" * 20,
    "rare character": "𠮷𪚥", "last character": "\U0010ffff", "dotted I": "İıß", "ligature": "ﬃ㍿",
    # too much
    "100,000 characters": "长" * 100_000, "100,000 letters": "a" * 100_000, "5,000 words": "词 " * 5000, "256": "长" * 256,
    # numbers
    "full-width digits": "１２３", "arabic digits": "١٢٣", "superscript": "²", "roman": "Ⅷ", "NaN": "NaN", "infinity": "-Infinity",
    "1e400": "1e400", "minus zero": "-0", "5,000 digits": "9" * 5000, "hexadecimal": "0x1F", "underscores": "1_000",
    "fraction": "1.5", "comma": "1,5", "negative": "-1", "zero": "0", "smallint": "32768", "int": "2147483648", "2^63": str(2**63),
    "2^63-1": str(2**63 - 1), "2^64": str(2**64), "-2^63": str(-(2**63)), "missing id": "999999998", "id with space": " 1 ",
    # days and times
    "year 0": "0000-01-01", "year 10000": "10000-01-01", "30 February": "2026-02-30", "31 June, wide": "２０２６年６月３１日",
    "month 13": "2026-13-01", "1900-02-29": "1900-02-29", "1899": "1899-12-31", "far": "2099-12-31", "2100": "2100-01-01",
    "with an hour": "2026-06-01T25:00:00+99:00", "24:00": "24:00", "23:59:60": "23:59:60", "half": "2026H3", "week": "2026-W99",
    # other shapes
    "twice": Many(("1", "2")), "300 times": Many(("1",) * 300), "mixed": Many(("", "甲", "\u202e")), "array": Renamed("[]"),
    "indexed": Renamed("[0]"), "prototype": Renamed("[__proto__]"), "dotted": Renamed(".0"), "absent": Absent, "file": AsFile("甲.png"),
    "true": "true", "null": "null", "JSON": '{"$gt": ""}', "list": "[1, 2]", "deep JSON": "[" * 5000, "nil UUID": "0" * 32,
    "braced UUID": "{12345678-1234-1234-1234-123456789abc}",
    # somebody means it
    "SQL": "' OR 1=1; DROP TABLE members_member; --", "SQL pattern": "%_%", "script": "<script>alert(1)</script>",
    "template": "{{ 7*7 }}",
    "tag": "{% include 'x' %}", "formula": "=1+1|'cmd'", "format": "%s%n{0.__class__}", "folder": "../../../etc/passwd",
    "drive": "C:\\con\\nul", "address": "http://evil.example/", "no scheme": "//evil.example", "javascript": "javascript:alert(1)",
    "backslash": "\\", "quotes": "\"'`“”", "regular expression": "(a+)+$", "entity": "&#0;&lt;&bogus;",
}  # fmt: skip


def raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
