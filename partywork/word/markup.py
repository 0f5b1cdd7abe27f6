"""Small pieces of WordprocessingML as text: elements, paragraphs, runs."""

from xml.sax.saxutils import escape, quoteattr

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}"'
W = "{" + WORD + "}"


def tag(name: str, /, *children: str, **attributes: object) -> str:
    """<w:name w:attribute="…">children</w:name>; the children are markup already."""
    shown = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in attributes.items())
    content = "".join(children)
    return f"<w:{name}{shown}>{content}</w:{name}>" if content else f"<w:{name}{shown}/>"


def fonts(east_asia: str, latin: str) -> str:
    """All four slots by name, so that no theme font shows through."""
    return tag("rFonts", ascii=latin, hAnsi=latin, eastAsia=east_asia, cs=latin)


def size(points: float) -> str:
    half_points = round(points * 2)
    return tag("sz", val=half_points) + tag("szCs", val=half_points)


def text(words: str) -> str:
    return f'<w:t xml:space="preserve">{escape(words)}</w:t>'


def run(content: str, *properties: str) -> str:
    """A run whose quotes and dashes stay in the Chinese font (the hint stands on every run)."""
    if not any(item.startswith("<w:rFonts") for item in properties):
        style = [item for item in properties if item.startswith("<w:rStyle")]
        rest = [item for item in properties if item not in style]
        properties = (*style, tag("rFonts", hint="eastAsia"), *rest)
    return tag("r", tag("rPr", *properties), content)


def paragraph(style: str, *runs: str, properties: str = "") -> str:
    return tag("p", tag("pPr", tag("pStyle", val=style), properties), *runs)
