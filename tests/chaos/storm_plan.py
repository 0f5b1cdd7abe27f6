"""The plan of the bad requests: which ways in get how many of the values, the same list on every engine."""
from __future__ import annotations

import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import resolve

from tests.chaos import bad_requests as bad
from tests.chaos.bad_requests import Ask
from tests.chaos.conftest import LONG
from tests.chaos.ways_in import Way

ALL = len(bad.SPEAKABLE)
USUAL = ALL if LONG else 7  # how many speakable values each place gets, beside all the unspeakable ones
# Pages that take 20 ms to 100 ms, or start a child: in CI they get fewer. The first five share one form.
DEAR = {} if LONG else {
    "meeting_new": 4, "meeting_edit": 3, "meeting_file_add": 3, "meeting_attendance": 6, "meeting_autosave": 8,
    "report_make": 4, "template_upload": 2, "report": 4, "figures": 4, "figures_export": 4,
}  # fmt: skip
MIXED = 50_000 if LONG else 300
SEED = 20261123


def plan(ways: list[Way]) -> Iterator[Ask]:
    """Every bad request."""
    posts = [way for way in ways if way.method == "POST"]
    for way in ways:
        yield from one_way(way, DEAR.get(way.name, USUAL))
    yield from headers_and_cookies(ways)
    yield from bad.mixed([way for way in posts if way.fields and way.name not in DEAR], MIXED, SEED)


def one_way(way: Way, count: int) -> Iterator[Ask]:
    if way.method == "POST":
        yield from bad.bad_fields(way, count)
        yield from bad.bad_file_names(way, count)
        yield from taking_turns(way, list(bad.bad_bodies(way)))
    else:
        yield from bad.bad_queries(way, count)
    yield from bad.bad_paths(way, resolve(urlsplit(way.path).path).captured_kwargs.values(), count)
    yield from taking_turns(way, list(bad.bad_methods(way)))


def taking_turns(way: Way, asks: list[Ask]) -> list[Ask]:
    """In CI every second one, those of odd names beginning with the first, those of even names with the second."""
    return asks if LONG else asks[len(way.name) % 2 :: 2]


def headers_and_cookies(ways: list[Way]) -> Iterator[Ask]:
    """Each name on two of the ways that listen for it."""
    cheap = [way for way in ways if way.name not in DEAR]
    for name in sorted({*bad.USUAL_HEADERS, *(header for way in ways for header in way.heard.headers)}):
        for way in two_of(name, [way for way in cheap if name in way.heard.headers] or cheap):
            yield from bad.bad_headers(way, name, USUAL)
    for name in sorted({cookie for way in ways for cookie in way.heard.cookies}):
        for way in two_of(name, [way for way in cheap if name in way.heard.cookies and way.method == "GET"])[: 2 if LONG else 1]:
            yield from bad.bad_cookies(way, name)


def two_of(name: str, ways: list[Way]) -> list[Way]:
    return sorted(ways, key=lambda way: zlib.crc32(f"{name} {way.name} {way.method}".encode()))[:2]
