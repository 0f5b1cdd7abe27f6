"""What a page, a style sheet or a script makes a browser fetch: outside addresses, and the site's own files."""
from __future__ import annotations

import re

from tests.forms_on_pages import tree_of

FETCHED = ("src", "href", "action", "formaction", "poster", "data", "srcset", "background", "manifest", "ping", "{http://www.w3.org/1999/xlink}href")
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.I)
IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""", re.I)
IN_SCRIPT = re.compile(r"""["'`]((?:https?:|wss?:)?//[^"'`\s]+)""")
NAMES_ONLY = ("http://www.w3.org/", "https://www.w3.org/")  # names of XML vocabularies, never fetched


def references(text: str, kind: str) -> set[str]:
    """All that is referred to, as it is written."""
    if kind.startswith("text/css"):
        return set(IN_STYLE.findall(text))
    if "javascript" in kind:
        return set(IN_SCRIPT.findall(text))
    if not kind.startswith(("text/html", "image/svg")) or not text.strip():
        return set()
    tree = tree_of(text.encode())
    found = {part.split()[0] for name in FETCHED for value in tree.xpath("//@*") if value.attrname == name
             for part in value.split(",") if part.strip()}
    return found | set(IN_STYLE.findall(" ".join(tree.xpath("//@style | //style/text()")))) | {
        value.partition("url=")[2] for value in tree.xpath("//meta[@http-equiv]/@content") if "url=" in value}


def outside(found: set[str]) -> set[str]:
    return {each for each in found if OUTSIDE.match(each) and not each.startswith(NAMES_ONLY)}
