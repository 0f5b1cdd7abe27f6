"""The last touch to a filled document, the built-in template's or a bureau's own.

What a template cannot say is done here: tables in the official form, the places of signature and
attachment note, rare characters in faces that have them, quotes in the Chinese font.
"""

import datetime
import itertools
import re
from copy import deepcopy

from lxml import etree

from partywork.word import official
from partywork.word.context import MARKED, tables_in
from partywork.word.markup import NAMESPACES, WORD, W, fonts, run, size, tag, text
from partywork.word.titles import width

TWIPS_PER_MM = 1440 / 25.4
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
FOOTNOTES = "footnotes+xml"
LINE_CHARACTERS = 28


def finish(document, context: dict) -> None:
    """Mend a filled python-docx document in place."""
    faces = Faces(document.styles.element)
    body = document.element.body
    for p in list(body.iter(W + "p")):
        _put_table(p, tables_in(context))
    _place_signature(body)
    _place_attachment_notes(body)
    for root in text_roots(document):
        _finish_runs(root, faces)
    _stamp(document.core_properties, context)


def text_roots(document):
    """Body, headers and footers as trees; footnotes, which the library keeps as bytes, are put back."""
    yield document.element.body
    for part in document.part.package.iter_parts():
        name = part.content_type
        if name.endswith(("header+xml", "footer+xml")):
            yield part.element
        elif name.endswith(FOOTNOTES) and not hasattr(part, "element"):
            root = etree.fromstring(part.blob)
            yield root
            part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _stamp(core, context: dict) -> None:
    """Whose report it is; nothing of the person who once made the template stays."""
    core.title = context["title"]
    core.author = core.last_modified_by = context["organ"][:255]  # all that such a property holds
    core.created = core.modified = datetime.datetime.now(datetime.UTC).replace(tzinfo=None, microsecond=0)
    core.revision = 1
    if "python-docx" in core.comments:
        core.comments = ""


# --------------------------------------------------------------------------
# Tables
# --------------------------------------------------------------------------


def _put_table(p, tables: list[dict]) -> None:
    """Where a paragraph carries a mark, the table follows it; a paragraph of nothing else goes."""
    marks = MARKED.findall("".join(node.text or "" for node in p.iter(W + "t")))
    if not marks:
        return
    for node in p.iter(W + "t"):
        node.text = MARKED.sub("", node.text or "")
    last = p
    for number in marks:
        table = etree.fromstring(table_markup(tables[int(number)]))
        last.addnext(table)
        last = table
    if not _has_content(p):
        _drop(p, last)


def _has_content(p) -> bool:
    shown = "".join(node.text or "" for node in p.iter(W + "t")).strip()
    return bool(shown) or next(p.iter(W + "drawing", W + "pict", W + "sectPr"), None) is not None


def _drop(p, table) -> None:
    """Remove a paragraph; as the last one of a table cell it has to stay behind the table."""
    if p.getparent().tag == W + "tc" and table.getnext() is None:
        table.addnext(p)
    else:
        p.getparent().remove(p)


def table_markup(table: dict) -> str:
    """A ruled table, centred in the type area, its head repeated; formatted outright, for any template."""
    twips = [int(mm * TWIPS_PER_MM) for mm in table["widths_mm"]]
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    rules = "".join(tag(side, val="single", sz=4, space=0, color="auto") for side in sides)
    gap = "".join(tag(side, w=85, type="dxa") for side in ("left", "right"))
    properties = tag(
        "tblPr",
        tag("tblW", w=sum(twips), type="dxa"),
        official.centred(),
        tag("tblBorders", rules),
        tag("tblLayout", type="fixed"),
        tag("tblCellMar", gap),
    )
    grid = tag("tblGrid", *(tag("gridCol", w=column) for column in twips))
    rows = [_row(cells, twips, head=not number) for number, cells in enumerate(table["rows"])]
    return f"<w:tbl {NAMESPACES}>{properties}{grid}{''.join(rows)}</w:tbl>"


def _row(cells: list[str], twips: list[int], head: bool) -> str:
    properties = tag("trPr", tag("cantSplit"), tag("tblHeader") if head else "")
    return tag(
        "tr", properties, *(_cell(words, wide, head) for words, wide in zip(cells, twips, strict=True))
    )


def _cell(words: str, twips: int, head: bool) -> str:
    """Short entries are centred; what takes several lines reads better flush left."""
    lines = words.split("\n")
    room = (twips - 170) / (20 * official.TABLE_PT)
    side = "center" if len(lines) == 1 and width(words) <= room else "left"
    properties = tag("tcPr", tag("tcW", w=twips, type="dxa"), tag("vAlign", val="center"))
    return tag("tc", properties, *(_cell_line(line, side, head) for line in lines))


def _cell_line(words: str, side: str, head: bool) -> str:
    indent = tag("ind", left=0, right=0, firstLineChars=0, firstLine=0)
    together = tag("keepNext") if head else ""  # a head never stands alone at the foot of a page
    ppr = together + official.NO_GRID + official.line(official.TABLE_LINE) + indent + tag("jc", val=side)
    f = official.FONTS
    hinted = fonts(f.body, f.latin).replace("<w:rFonts", '<w:rFonts w:hint="eastAsia"')
    rpr = (hinted, tag("spacing", val=0), size(official.TABLE_PT))
    return tag("p", tag("pPr", ppr, tag("rPr", *rpr)), run(text(words), *rpr) if words else "")


# --------------------------------------------------------------------------
# Signature and attachment note
# --------------------------------------------------------------------------


def _style_of(p) -> str:
    found = p.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(W + "val", "")


def _words(p) -> str:
    return "".join(node.text or "" for node in p.iter(W + "t"))


def _place_signature(body) -> None:
    """Organ and date without a seal as clause 7.3.5.2 places them, for paragraphs of the style Signature."""
    lines = [p for p in body.iter(W + "p") if _style_of(p) == "Signature"]
    if len(lines) == 1:
        _indent(lines[0], right=2)
    elif len(lines) == 2:
        for p, right in zip(lines, signature_indents(*map(_words, lines)), strict=True):
            _indent(p, right=right)
        lines[0].find(f"{W}pPr/{W}pStyle").addnext(etree.Element(W + "keepNext"))  # not parted by a page


def signature_indents(organ: str, date: str) -> tuple[float, float]:
    """How far organ and date stand from the right edge, in characters."""
    organ_width, date_width = min(width(organ), LINE_CHARACTERS - 4), width(date)
    if organ_width - date_width >= 2:
        return 2, organ_width - date_width  # the date begins two characters right of the organ
    return date_width + 4 - organ_width, 2


def _place_attachment_notes(body) -> None:
    """Every entry begins under the first number, and what is too long under its own first character."""
    for p in body.iter(W + "p"):
        if _style_of(p) == "AttachmentNote":
            label = re.match(r"附件：(\d+\.)?|(\d+\.)", _words(p))
            number = (label[1] or label[2] or "") if label else ""
            _indent(p, left=5 + width(number), hanging=width(label[0] if label else ""))


def _indent(p, **characters: float) -> None:
    """Indents in characters and in twips: Word reads the first, LibreOffice the second."""
    ppr = p.find(W + "pPr")
    for old in ppr.findall(W + "ind"):
        ppr.remove(old)
    values = {f"{side}Chars": round(value * 100) for side, value in characters.items()}
    values |= {side: round(value * official.CHARACTER) for side, value in characters.items()}
    indent = etree.fromstring(tag("ind", **values).replace("<w:ind", f'<w:ind xmlns:w="{WORD}"'))
    later = (child for child in ppr if child.tag in AFTER_INDENT)
    following = next(later, None)
    if following is None:
        ppr.append(indent)
    else:
        following.addprevious(indent)


_LATER = (
    "contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap "
    "outlineLvl divId cnfStyle rPr sectPr pPrChange"
)
AFTER_INDENT = {W + name for name in _LATER.split()}


# --------------------------------------------------------------------------
# Runs
# --------------------------------------------------------------------------


HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def rare(char: str) -> bool:
    """Whether a Chinese character is not among the 6,763 of GB 2312."""
    if not HAN.match(char):
        return False
    try:
        return not char.encode("gb2312")
    except UnicodeEncodeError:
        return True


class Faces:
    """Which Chinese font a run ends up in: its own, its styles', the default."""

    def __init__(self, styles) -> None:
        self.styles = {style.get(W + "styleId"): style for style in styles.iterfind(W + "style")}
        self.default = _face(styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
        self.normal = next((key for key, style in self.styles.items() if _is_default(style)), "")

    def of(self, r) -> str:
        p = next(r.iterancestors(W + "p"), None)
        own = r.find(W + "rPr")
        character = None if own is None else own.find(W + "rStyle")
        paragraph_style = "" if p is None else _style_of(p)
        return (
            _face(own)
            or (self.of_style(character.get(W + "val")) if character is not None else "")
            or self.of_style(paragraph_style or self.normal)
            or self.default
        )

    def of_style(self, style_id: str) -> str:
        seen = set()
        while style_id in self.styles and style_id not in seen:
            seen.add(style_id)
            style = self.styles[style_id]
            if face := _face(style.find(W + "rPr")):
                return face
            based = style.find(W + "basedOn")
            style_id = "" if based is None else based.get(W + "val")
        return ""


def _face(rpr) -> str:
    found = None if rpr is None else rpr.find(W + "rFonts")
    if found is None:
        return ""
    return "(theme)" if found.get(W + "eastAsiaTheme") else found.get(W + "eastAsia", "")


def _is_default(style) -> bool:
    return style.get(W + "type") == "paragraph" and style.get(W + "default") in ("1", "true")


def _finish_runs(root, faces: Faces) -> None:
    for r in list(root.iter(W + "r")):
        words = "".join(node.text or "" for node in r.iterfind(W + "t"))  # not of a text box in the run
        if not words and all(child.tag in (W + "rPr", W + "t") for child in r):
            r.getparent().remove(r)  # what a placeholder without value leaves behind
        elif words and r.getparent() is not None:
            _set_fonts(r)
            full = official.FULL_FACES.get(faces.of(r))
            if full and any(map(rare, words)):
                _split(r, full)


def _set_fonts(r, **values: str) -> None:
    """Set attributes of the fonts of a run; the hint keeps quotes and dashes in the Chinese font."""
    rpr = r.find(W + "rPr")
    if rpr is None:
        rpr = etree.Element(W + "rPr")
        r.insert(0, rpr)
    found = rpr.find(W + "rFonts")
    if found is None:
        found = etree.Element(W + "rFonts")
        rpr.insert(1 if rpr.find(W + "rStyle") is not None else 0, found)
    for name, value in {"hint": "eastAsia", **values}.items():
        found.set(W + name, value)


def _split(r, full: str) -> None:
    """Cut a run into runs with and without rare characters; those with get the full face."""
    for child in list(r):
        if child.tag == W + "t":
            for is_rare, chars in itertools.groupby(child.text or "", rare):
                piece = etree.Element(W + "t", {SPACE: "preserve"})
                piece.text = "".join(chars)
                _piece(r, piece, **({"eastAsia": full} if is_rare else {}))
        elif child.tag != W + "rPr":
            _piece(r, child)
    r.getparent().remove(r)


def _piece(r, content, **face: str) -> None:
    new = etree.Element(W + "r")
    rpr = r.find(W + "rPr")
    if rpr is not None:
        new.append(deepcopy(rpr))
    new.append(content)
    _set_fonts(new, **face)
    r.addprevious(new)


# --------------------------------------------------------------------------
# Soundness
# --------------------------------------------------------------------------

_TEXTLESS = (
    "body hdr ftr footnotes footnote p pPr r rPr tbl tblPr tr trPr tc tcPr hyperlink sdt sdtContent "
    "txbxContent document"
)
CONTAINERS = {W + name for name in _TEXTLESS.split()}


# Not element.text: python-docx gives paragraphs and runs a text of their own.
OWN_TEXT = etree.XPath("text()")


def stray_text(root) -> str:
    """Text that stands where Word allows none, e.g. after {{p title }}; Word would refuse the file."""
    for element in root.iter(*CONTAINERS):
        for words in OWN_TEXT(element):
            if words.strip():
                return words.strip()[:40]
    return ""


def cells_without_paragraph(root) -> bool:
    """Whether a loop left a table cell empty or a row without cells, which Word refuses too."""
    bare = any(cell.find(f".//{W}p") is None for cell in root.iter(W + "tc"))
    return bare or any(row.find(f".//{W}tc") is None for row in root.iter(W + "tr"))
