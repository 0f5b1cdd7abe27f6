"""Every way into the site, found by walking it: the addresses, who may use them, what a valid request of theirs is, and
which fields, parameters, headers and cookies the server asks a request for."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

from django.core.handlers import wsgi
from django.http import HttpRequest
from django.http.request import HttpHeaders
from django.utils.datastructures import MultiValueDict

from partywork.middleware import facts
from tests.cast import CAST
from tests.forms_on_pages import Values, forms_of, tree_of
from tests.payloads import SUBMISSIONS, allowed, form_on_page, fresh, payload, usual
from tests.stage import Stage, address, letters, names
from tests.variants import VARIANTS, variant

# Whoever sees most first; the others for what is theirs alone.
READERS = ("staff", "keeper", "auditor", "secretary", *CAST)
NUMBERED = re.compile(r"\d+")
NEVER_SENT = "__prefix__"  # the empty row of a formset, which the script copies


@dataclass
class Heard:
    """The names that the server asked a request for."""

    query: set[str] = field(default_factory=set)
    form: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    cookies: set[str] = field(default_factory=set)


@dataclass
class Way:
    """One way in. `data` is what `who` validly posts; `kind` the content type of the
    answer to that, none where it leads elsewhere."""

    name: str
    method: str
    who: str
    path: str
    data: Values
    heard: Heard
    kind: str

    @property
    def fields(self) -> list[str]:
        """One of each pattern: the attendance of one person stands for that of all."""
        found = sorted({*self.data, *self.heard.form, *self.heard.files}, reverse=True)
        return sorted({NUMBERED.sub("#", name): name for name in found if NEVER_SENT not in name}.values())

    @property
    def is_page(self) -> bool:
        return self.kind.startswith("text/html")


class Listening(dict):
    """A dictionary that notes what it is asked for."""

    def __init__(self, values: dict, note: Callable[[str], Any]) -> None:
        super().__init__(values)
        self.note = note

    def __getitem__(self, name: str) -> Any:
        self.note(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.note(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.note(str(name))
        return super().__contains__(name)


@contextmanager
def listening() -> Iterator[Heard]:
    """Notes what the server reads of the requests that are sent meanwhile."""
    heard, cookies, began = Heard(), wsgi.parse_cookie, wsgi.WSGIRequest.__init__

    def begin(self: HttpRequest, environ: dict) -> None:
        began(self, environ)
        self.META = Listening(self.META, lambda name: name.startswith("HTTP_") and heard.headers.add(name))

    def ask_header(self: HttpHeaders, name: str) -> str:
        heard.headers.add("HTTP_" + name.upper().replace("-", "_"))
        return super(HttpHeaders, self).__getitem__(name.replace("_", "-"))

    with (mock.patch.object(wsgi.WSGIRequest, "__init__", begin), mock.patch.object(HttpHeaders, "__getitem__", ask_header),
          mock.patch.object(wsgi, "parse_cookie", lambda text: Listening(cookies(text), heard.cookies.add)),
          mock.patch.object(MultiValueDict, "__getitem__", overheard(MultiValueDict.__getitem__, heard)),
          mock.patch.object(MultiValueDict, "_getlist", overheard(MultiValueDict._getlist, heard))):
        yield heard


def overheard(ask: Callable, heard: Heard) -> Callable:
    """The method of a MultiValueDict, which notes the name if it is the request's own query, form or files."""

    def noted(self: MultiValueDict, name: str, *rest: Any, **more: Any) -> Any:
        request = getattr(facts.current.get(), "request", None)
        parts = vars(request) if request is not None else {}
        for part, found in (("GET", heard.query), ("_post", heard.form), ("_files", heard.files)):
            if parts.get(part) is self:
                found.add(str(name))
        return ask(self, name, *rest, **more)

    return noted


# --- the ways ---------------------------------------------------------------------------------------------------------------


def ways_in(stage: Stage) -> list[Way]:
    """Every address that answers a GET, and every one that takes a POST."""
    reads = [reading(stage, name) for name in names() if "GET" in allowed(name)]
    known = asked_in_links(stage, [way for way in reads if way.is_page])
    for way in reads:
        way.heard.query |= known.get(urlsplit(way.path).path, set())
    return [*reads, *writing(stage)]


def reading(stage: Stage, name: str) -> Way:
    """The page as whoever sees most of it gets it."""
    path = address(stage, name, letters(name)[0])
    who = next((who for code in ("200", "302") for who in READERS if stage.ask(who, "GET", path).code == code), None)
    assert who, f"nobody may open {path}"
    return tried(stage, name, "GET", who, path, {})


def writing(stage: Stage) -> Iterator[Way]:
    """Every valid submission; an address that takes POST and has none fails here as in the standing tests."""
    for name in [each for each in names() if "POST" in allowed(each)]:
        said, letter = SUBMISSIONS[name], usual(name)
        way = tried(stage, name, "POST", said.sender(letter), address(stage, name, letter), payload(stage, name, letter))
        kinds = form_on_page(stage, name, letter).kinds if said.page else {}
        way.heard.form |= set(kinds)
        way.heard.files |= {field for field, kind in kinds.items() if kind == "file"}
        yield way
    for name in VARIANTS:
        who, path, data = variant(stage, name)
        yield tried(stage, name, "POST", who, path, data)


def tried(stage: Stage, name: str, method: str, who: str, path: str, data: Values) -> Way:
    """The valid request, overheard."""
    with listening() as heard:
        answer = stage.ask(who, method, path, fresh(data) if method == "POST" else None)
    assert answer.status in (200, 302), f"{name}: {answer.status}"
    return Way(name, method, who, path, data, heard, answer.response.get("Content-Type", "") if answer.status == 200 else "")


def asked_in_links(stage: Stage, pages: list[Way]) -> dict[str, set[str]]:
    """By path, the parameters that links and search forms on the pages send there."""
    known: dict[str, set[str]] = {}
    for page in pages:
        body = stage.ask(page.who, "GET", page.path).body
        for form in forms_of(body, page.path):
            if form.method == "get":
                known.setdefault(urlsplit(form.action).path, set()).update(form.kinds)
        for link in tree_of(body).xpath("//@href | //@hx-get"):
            parts = urlsplit(link)
            if not parts.scheme and parts.query:
                path = parts.path or urlsplit(page.path).path
                known.setdefault(path, set()).update(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return known
