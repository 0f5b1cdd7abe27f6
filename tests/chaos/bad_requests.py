"""Bad requests for every way in: a request that its sender may make and that is valid but for one thing."""
from __future__ import annotations

import io
import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, unquote, urlsplit

from django.core.files.uploadedfile import UploadedFile

from tests.chaos.bad_values import VALUES, Absent, AsFile, Many, Renamed, Value, raw
from tests.chaos.ways_in import Way
from tests.forms_on_pages import Values

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=xXx"
Pairs = list[tuple[str, Any]]
METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "get", "FOO", " ", "G\xcb\x86T")
# Headers that a server, a proxy or the frame beneath us may act on, whether or not we ask for them.
USUAL_HEADERS = ("HTTP_HOST", "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_COOKIE", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO",
                 "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING",
                 "HTTP_HX_REQUEST", "HTTP_HX_CURRENT_URL", "HTTP_HX_TARGET", "HTTP_SEC_FETCH_SITE", "HTTP_X_CSRFTOKEN",
                 "HTTP_X_HTTP_METHOD_OVERRIDE", "CONTENT_TYPE", "CONTENT_LENGTH", "REMOTE_ADDR")  # fmt: skip
CHARSETS = ("utf-7", "utf-16", "", "rot13", "gbk", "\x00", "x" * 5000, "utf-8; charset=hex", "*=rot13''a")
LENGTHS = ("-1", "１２", "9" * 40, " ", "0x10")
CSRF = {"missing": b"", "wrong": b"&csrfmiddlewaretoken=" + b"a" * 64, "odd": "&csrfmiddlewaretoken=令牌".encode(),
        "twice": b"&csrfmiddlewaretoken=x&csrfmiddlewaretoken=y"}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """One request as it goes over the wire. `what` says which way, which part and which value, the same on every engine."""

    what: tuple[str, ...]
    who: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    kind: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    cookies: str = ""
    data: Values = field(default_factory=dict)  # what the body says, so that it can be sent again with another token

    def start(self) -> dict[str, Any]:
        facts = {
            "REQUEST_METHOD": self.method, "PATH_INFO": self.path, "QUERY_STRING": self.query, "CONTENT_TYPE": self.kind,
            "CONTENT_LENGTH": str(len(self.body)) if self.method not in ("GET", "HEAD") else "", "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "", "HTTP_HOST": "testserver",
            "wsgi.input": io.BytesIO(self.body), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        return facts | self.environ


# --- encoding -----------------------------------------------------------------------------------------------------------


def pairs_of(data: Values) -> Pairs:
    return [(name, each) for name, value in data.items() for each in (value if isinstance(value, list) else [value])]


def changed(data: Values, name: str, value: Value) -> Values:
    """What is sent when this one field has this value."""
    rest = {key: old for key, old in data.items() if key != name}
    if value is Absent:
        return rest
    if isinstance(value, Many):
        return rest | {name: list(value.values)}
    if isinstance(value, Renamed):
        return rest | {name + value.ending: data.get(name, "1")}
    return rest | {name: value}


def encode(pairs: Pairs) -> tuple[str, bytes]:
    """Content type and body; parts only where a file is among them."""
    if any(isinstance(value, (UploadedFile, AsFile)) for _, value in pairs):
        return PARTS, b"".join(map(part, pairs)) + b"--xXx--\r\n"
    return FORM, b"&".join(quoted(name) + b"=" + quoted(value) for name, value in pairs)


def form_body(data: Values) -> bytes:
    return encode([(name, "" if isinstance(value, (UploadedFile, AsFile)) else value) for name, value in pairs_of(data)])[1]


def quoted(value: Any) -> bytes:
    return quote_from_bytes(raw(value if isinstance(value, (str, bytes)) else str(value)), safe="").encode()


def part(pair: tuple[str, Any]) -> bytes:
    name, value = pair
    if isinstance(value, UploadedFile):
        value.seek(0)
        return disposition(name, value.name, b"".join(value.chunks()))
    if isinstance(value, AsFile):
        return disposition(name, value.name, value.content)
    return b'--xXx\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (raw(name), raw(
        value if isinstance(value, (str, bytes)) else str(value)))


def disposition(name: str, filename: str | bytes, content: bytes) -> bytes:
    head = b'--xXx\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: image/png\r\n\r\n'
    return head % (raw(name), raw(filename)) + content + b"\r\n"


def posted(way: Way, what: tuple[str, ...], data: Values, **more: Any) -> Ask:
    kind, body = encode(pairs_of(data))
    parts = urlsplit(way.path)
    return Ask((way.name, "POST", *what), way.who, "POST", unquote(parts.path), parts.query, body, kind, data=data, **more)


# --- one thing bad ------------------------------------------------------------------------------------------------------

# What no field can mean, whatever it is for: every place gets all of these.
UNSPEAKABLE = tuple(VALUES)[: tuple(VALUES).index("percent NUL")]
SPEAKABLE = tuple(name for name in VALUES if name not in UNSPEAKABLE)


def values_for(place: str, count: int) -> list[str]:
    """All that is unspeakable, and `count` of the others: each place begins elsewhere in the list, so that all get their turn."""
    first = zlib.crc32(place.encode()) % len(SPEAKABLE)
    return [*UNSPEAKABLE, *(SPEAKABLE + SPEAKABLE)[first : first + min(count, len(SPEAKABLE))]]


def bad_fields(way: Way, count: int) -> Iterator[Ask]:
    for name in way.fields:
        for label in values_for(f"{way.name} {name}", count):
            yield posted(way, (name, label), changed(way.data, name, VALUES[label]))


def bad_file_names(way: Way, count: int) -> Iterator[Ask]:
    """A picture by every name."""
    for name in sorted(way.heard.files):
        for label in values_for(f"{way.name} {name} file", count):
            if isinstance(value := VALUES[label], (str, bytes)):
                file = AsFile(raw(value)[:5000])
                yield posted(way, (f"{name} file", label), changed(way.data, name, file))


def bad_queries(way: Way, count: int) -> Iterator[Ask]:
    parts = urlsplit(way.path)
    given: dict[str, Any] = dict(parse_qsl(parts.query))
    for name in sorted({*given, *way.heard.query}):
        for label in values_for(f"{way.name} ?{name}", count):
            query = form_body(changed(given, name, VALUES[label])).decode()
            yield Ask((way.name, "GET", f"?{name}", label), way.who, "GET", unquote(parts.path), query)


def bad_paths(way: Way, pieces: Iterable[str], count: int) -> Iterator[Ask]:
    """Each piece of the path that names an object, with other values in its place."""
    parts = urlsplit(way.path)
    for number, piece in enumerate(pieces):
        for label, text in texts_for(f"{way.name} {way.method} path", count):
            path = parts.path.replace(f"/{piece}/", f"/{text}/", 1)
            yield plain(way, (f"path {number}", label), path)


def bad_headers(way: Way, name: str, count: int) -> Iterator[Ask]:
    for label, text in texts_for(f"{way.name} {way.method} {name}", count):
        yield plain(way, (name, label), environ={name: text[:20_000]})


def bad_cookies(way: Way, name: str) -> Iterator[Ask]:
    for label, text in texts_for(f"{way.name} cookie {name}", len(SPEAKABLE)):
        yield plain(way, (f"cookie {name}", label), cookies=f"{name}={text[:9000]}")


def bad_methods(way: Way) -> Iterator[Ask]:
    for method in METHODS:
        yield plain(way, ("method", method), method=method)


def texts_for(place: str, count: int) -> Iterator[tuple[str, str]]:
    """Single values as WSGI hands them on: one character a byte."""
    for label in values_for(place, count):
        if isinstance(value := VALUES[label], (str, bytes)):
            yield label, raw(value).decode("latin-1")


def plain(way: Way, what: tuple[str, ...], path: str = "", method: str = "", **more: Any) -> Ask:
    """The valid request; `more` is what is bad about it."""
    parts = urlsplit(way.path)
    kind, body = encode(pairs_of(way.data)) if way.method == "POST" else ("", b"")
    return Ask((way.name, way.method, *what), way.who, method or way.method, path or unquote(parts.path), parts.query, body, kind, **more)


# --- bodies that are no forms -------------------------------------------------------------------------------------------


def bad_bodies(way: Way) -> Iterator[Ask]:
    parts = urlsplit(way.path)
    for label, (kind, body, more) in bodies(way).items():
        yield Ask((way.name, "POST", "body", label), way.who, "POST", unquote(parts.path), parts.query, body, kind, more)


def bodies(way: Way) -> dict[str, tuple[str, bytes, dict[str, str]]]:
    pairs = pairs_of(way.data)
    flat = [(name, "" if isinstance(value, UploadedFile) else value) for name, value in pairs]
    form, whole = form_body(way.data), encode([*pairs, ("x", AsFile("甲.png"))])[1]
    plain = {name: str(value) for name, value in flat}
    found = {
        "nothing": (FORM, b""), "no type": ("", form), "plain text": ("text/plain", form), "odd type": ("a/b;;;=", form),
        "JSON": ("application/json", json.dumps(plain).encode()), "broken JSON": ("application/json", b'{"a":'),
        "deep JSON": ("application/json", b"[" * 100_000), "entities": ("text/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "bytes": ("application/octet-stream", bytes(range(256)) * 40), "random": (FORM, random.Random(7).randbytes(5000)),
        "no boundary": ("multipart/form-data", whole), "other boundary": (PARTS + "y", whole), "long boundary": (PARTS + "x" * 300, whole),
        "half": (PARTS, whole[: len(whole) // 2]), "cut in a head": (PARTS, whole[:30]), "cut at the end": (PARTS, whole[:-6]),
        "bare lines": (PARTS, whole.replace(b"\r\n", b"\n")), "no end": (PARTS, whole.replace(b"--xXx--", b"--xXx")),
        "no name": (PARTS, b"--xXx\r\nContent-Disposition: form-data\r\n\r\na\r\n--xXx--\r\n"),
        "no head": (PARTS, b"--xXx\r\n\r\na\r\n--xXx--\r\n"), "two heads": (PARTS, in_heads(whole, b"Content-Disposition: x")),
        "mixed": (PARTS, b"--xXx\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--xXx--\r\n"),
        "base64": (PARTS, in_heads(whole, b"Content-Transfer-Encoding: base64")),
        "too many fields": (FORM, b"&".join([b"a=1"] * 5000)), "many fields": (FORM, form + b"&x=1" * 3000),
        "too many files": (PARTS, b"".join(disposition(f"f{n}", "a.png", b"x") for n in range(200)) + b"--xXx--\r\n"),
        "long name": (FORM, form + b"&" + b"n" * 100_000 + b"=1"), "NUL in a name": (FORM, form + b"&a%00=1"),
        "all twice": (FORM, form + b"&" + form), "all arrays": (FORM, form.replace(b"=", b"%5B%5D=")),
        "all empty": (FORM, b"&".join(quoted(name) + b"=" for name, _ in flat)),
        "all files": (PARTS, b"".join(disposition(name, "a.png", b"x") for name, _ in flat) + b"--xXx--\r\n"),
        "semicolons": (FORM, form.replace(b"&", b";")), "ampersands": (FORM, b"&" * 100_000), "equals": (FORM, b"=" * 100_000),
        "percents": (FORM, form.replace(b"%", b"%%zz%u1234")), "too large": (FORM, b"a=" + b"b" * 2_200_000),
    }  # fmt: skip
    found |= {f"charset {name}": (f"{FORM}; charset={name}", form) for name in CHARSETS}
    made = {label: (kind, body, {}) for label, (kind, body) in found.items()}
    made |= {f"length {length[:9]}": (FORM, form, {"CONTENT_LENGTH": length}) for length in ("5", str(len(form) + 500), *LENGTHS)}
    made |= {f"csrf {label}": (FORM, form + more, {"HTTP_X_CSRFTOKEN": ""}) for label, more in CSRF.items()}
    return made | {"gzip": (FORM, form, {"HTTP_CONTENT_ENCODING": "gzip"}), "chunked": (FORM, form, {"HTTP_TRANSFER_ENCODING": "chunked"})}


def in_heads(body: bytes, line: bytes) -> bytes:
    return body.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n")


# --- several things bad -------------------------------------------------------------------------------------------------


def mixed(ways: list[Way], count: int, seed: int) -> Iterator[Ask]:
    """Two to four fields bad at once, in requests drawn by lot."""
    lot, labels = random.Random(seed), list(VALUES)
    for number in range(count):
        way = lot.choice(ways)
        data = way.data
        for _ in range(lot.randint(2, 4)):
            data = changed(data, lot.choice(way.fields), twisted(VALUES[lot.choice(labels)], lot))
        yield posted(way, ("mixed", str(number)), data)


def twisted(value: Value, lot: random.Random) -> Value:
    """A text cut, doubled or with something of another before it."""
    if not isinstance(value, str) or len(value) > 9000:
        return value
    others: list[Callable[[], str]] = [
        lambda: value, lambda: value[: lot.randint(0, 9)], lambda: value * lot.randint(2, 5), lambda: value[::-1],
        lambda: lot.choice([each for each in VALUES.values() if isinstance(each, str) and len(each) < 99]) + value]
    return lot.choice(others)()
