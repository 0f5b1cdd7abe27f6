"""The keeper's manual (handbook/operations.md) as a page: just as much Markdown as it uses, and no more."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

CODE = re.compile(r"^```\n(.*?)^```$", re.M | re.S)
ITEM = re.compile(r"^(?:- |\d+\. )", re.M)
INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]+)\)")
BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])")


def manual() -> str:
    return (Path(settings.BASE_DIR) / "partywork/handbook/operations.md").read_text("utf-8")


@cache
def chapters() -> dict[int, str]:
    """{1: "一、安装", …}: their order is their number, by which the keeper's page leads to them."""
    return dict(enumerate(re.findall(r"^## (.+)$", manual(), re.M), 1))


@cache
def render_handbook() -> SafeString:
    parts = CODE.split(manual())  # text and code by turns
    return joined(format_html("<pre><code>{}</code></pre>", part) if number % 2 else blocks(part)
                  for number, part in enumerate(parts))


def blocks(text: str) -> SafeString:
    return joined(block(each.strip("\n")) for each in re.split(r"\n\s*\n", text) if each.strip())


def block(text: str) -> SafeString:
    if text.startswith("# "):
        return mark_safe("")  # the page has its own
    if text.startswith("## "):
        return chapter(text[3:])
    if text.startswith("|"):
        return table(text.splitlines())
    if ITEM.match(text):
        items = format_html_join("", "<li>{}</li>", ((inline(item),) for item in ITEM.split(text)[1:]))
        return format_html("<ul>{}</ul>" if text.startswith("-") else "<ol>{}</ol>", items)
    return format_html("<p>{}</p>", inline(text))


def chapter(title: str) -> SafeString:
    number = next(number for number, known in chapters().items() if known == title)
    return format_html('<h2 id="chapter-{}">{}</h2>', number, title)


def table(rows: list[str]) -> SafeString:
    head, _, *body = ([inline(cell.strip()) for cell in row.strip("|").split(" | ")] for row in rows)
    titles = format_html_join("", '<th scope="col">{}</th>', ((title,) for title in head))
    lines = format_html_join("", "<tr>{}</tr>", (
        (format_html_join("", '<td data-label="{}">{}</td>', zip(head, cells, strict=True)),) for cells in body))
    return format_html('<table class="table table-cards"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', titles, lines)


def inline(text: str) -> SafeString:
    """Line breaks between Chinese characters are no spaces. A link out of this file is only its name."""
    return mark_safe(INLINE.sub(piece, escape(BETWEEN_HAN.sub("", text))))  # noqa: S308  escaped here


def piece(found: re.Match[str]) -> str:
    code, bold, name, target = found.groups()
    if code:
        return f"<code>{code}</code>"
    if bold:
        return f"<strong>{INLINE.sub(piece, bold)}</strong>"
    return f'<a href="{target}">{name}</a>' if target.startswith("#") else f"<code>{name}</code>"


def joined(parts) -> SafeString:
    return format_html_join("\n", "{}", ((part,) for part in parts))
