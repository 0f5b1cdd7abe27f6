"""From every address that exists on to whatever the pages link to."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import parse_qs, urlsplit

from django.urls import Resolver404, resolve

from tests.access_table import EXPECTED
from tests.forms_on_pages import tree_of
from tests.stage import Answer, Stage, address


def crawl(ask: Callable[[str], Answer], starts: Iterable[str], most: int) -> None:
    """Every start, and the links found on the way; of links that are alike only so many."""
    waiting, seen, alike = list(dict.fromkeys(starts)), set(), {}
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        for link in links_of(ask(path)):
            kind = kind_of(link)
            if kind and link not in seen and alike.setdefault(kind, 0) < most:
                alike[kind] += 1
                waiting.append(link)


def links_of(answer: Answer) -> list[str]:
    if answer.status == 302:
        return [answer.response["Location"]] if answer.response["Location"].startswith("/") else []
    if not answer.response.get("Content-Type", "").startswith("text/html") or not answer.body.strip():
        return []
    tree = tree_of(answer.body)
    found = [element.get(name) for name in ("href", "hx-get") for element in tree.xpath(f"//*[@{name}]")]
    found = [link if link.startswith("/") else answer.path.partition("?")[0] + link for link in found if link[:1] in ("/", "?")]
    return [link.partition("#")[0] for link in found if not link.startswith("/static/")]


def kind_of(link: str) -> tuple | None:
    """Which view with which query names; None when there is no such page."""
    parts = urlsplit(link)
    try:
        return resolve(parts.path).url_name, tuple(sorted(parse_qs(parts.query)))
    except Resolver404:
        return None


def addresses(stage: Stage) -> list[str]:
    return [address(stage, name, letter) for name, method, letter in EXPECTED if method == "GET"]
