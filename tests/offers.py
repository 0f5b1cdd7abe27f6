"""What a page offers: its links, buttons and forms. None may lead its reader to a refusal: the access table knows."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.access_table import EXPECTED
from tests.forms_on_pages import tree_of
from tests.stage import PATHS, QUERIES, STATES, Answer, Stage, object_of

REFUSED = ("403", "404", "405", "login")
LETTERS = ("a", "b")


def dead_ends(stage: Stage, who: str, answer: Answer) -> list[str]:
    """The offers of a page that the access table refuses to this person."""
    if answer.status != 200 or not answer.response.get("Content-Type", "").startswith("text/html"):
        return []
    return [f"offers {method} {path}" for method, path in dict.fromkeys(offers_of(answer)) if is_refused(stage, who, method, path)]


def offers_of(answer: Answer) -> Iterator[tuple[str, str]]:
    """(method, address) of every link, form and button of the page."""
    tree, here = tree_of(answer.body), f"http://x{answer.path}"
    shown = [("GET", "//a/@href | //*/@hx-get | //form[@method!='post']/@action"),
             ("POST", "//form[@method='post']/@action | //*/@hx-post | //*/@formaction")]
    for method, where in shown:
        for target in tree.xpath(where):
            yield method, urljoin(here, str(target)).removeprefix("http://x").partition("#")[0]


def is_refused(stage: Stage, who: str, method: str, path: str) -> bool:
    try:
        found = resolve(urlsplit(path).path)
    except Resolver404:
        return False
    codes = {EXPECTED[found.url_name, method, letter][who] for letter in letters_for(stage, found, method, path)}
    return bool(codes) and all(code in REFUSED for code in codes)


def letters_for(stage: Stage, found: Any, method: str, path: str) -> list[str]:
    """The lines of the access table that speak of this address: of its object, or of the address as such. Where the object
    is chosen in the form itself none does: a page offers the form for others than those of the table."""
    if method == "POST" and found.url_name in QUERIES:
        return []
    name, lines = found.url_name, [letter for url, how, letter in EXPECTED if (url, how) == (found.url_name, method)]
    if name in PATHS:
        return [letter for letter in lines if letter != "x" and is_object(stage, name, letter, next(iter(found.kwargs.values())))]
    asked = parse_qs(urlsplit(path).query).get("branch", [""])[0]
    named = [letter for letter in LETTERS if letter in lines and str(stage.objects[f"branch.{letter}"].pk) == asked]
    return named or (["-"] if "-" in lines and not asked else [letter for letter in lines if letter != "x"] if not asked else [])


def is_object(stage: Stage, name: str, letter: str, key: int | uuid.UUID) -> bool:
    if letter not in (*LETTERS, *STATES.get(name, ())):
        return False
    return object_of(stage, PATHS[name], letter, name).pk == key
