"""Builds small .docx packages, sound and unsound, from the parts of the built-in template."""

import zipfile
from pathlib import Path

from partywork.word.markup import NAMESPACES, paragraph, run, tag, text
from partywork.word.official import RELATION, TYPE, package_parts, section

RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
EXTRA = {
    "header": "hdr",
    "footer": "ftr",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
}


def line(words: str) -> str:
    return paragraph("Normal", run(text(words)))


def text_box(words: str) -> str:
    shape = f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>{tag("txbxContent", line(words))}</v:textbox>'
    return tag("p", tag("r", tag("pict", shape + "</v:shape>")))


def package(path: Path, body: str = "", core: dict[str, str] | None = None, **places: str) -> Path:
    """A package with this body markup; places (header, footnotes …) hold one line of text each."""
    parts = package_parts()
    content = body or line("{{ title }}")
    parts["word/document.xml"] = document(content)
    for number, (place, words) in enumerate(places.items(), 50):
        add_part(parts, place, words, number)
    for name, words in (core or {}).items():
        head, tail = parts["docProps/core.xml"].split("<dc:language>")
        parts["docProps/core.xml"] = f"{head}<{name}>{words}</{name}><dc:language>{tail}"
    return write(path, parts)


def document(body: str, sections: str = "") -> str:
    return f"<w:document {NAMESPACES}>{tag('body', body, sections or section())}</w:document>"


def add_part(parts: dict, place: str, words: str, number: int) -> None:
    root, name = EXTRA[place], f"{place}{number}.xml"
    inner = line(words)
    if place.endswith("notes"):
        inner = tag(place[:-1], inner, id=1)
    parts[f"word/{name}"] = f"<w:{root} {NAMESPACES}>{inner}</w:{root}>"
    relate(parts, f"rId{number}", f"{RELATION}/{place}", name)
    override = f'<Override PartName="/word/{name}" ContentType="{TYPE}.{place}+xml"/>'
    parts[TYPES] = parts[TYPES].replace("</Types>", override + "</Types>")


def relate(parts: dict, rel_id: str, kind: str, target: str, mode: str = "") -> None:
    external = f' TargetMode="{mode}"' if mode else ""
    relation = f'<Relationship Id="{rel_id}" Type="{kind}" Target="{target}"{external}/>'
    parts[RELS] = parts[RELS].replace("</Relationships>", relation + "</Relationships>")


def write(path: Path, parts: dict, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path
