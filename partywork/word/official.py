"""The official document format GB/T 9704-2012 in one place: measures, fonts, styles, the built-in template.

The package is written out as plain parts, not derived from a library's default template, so that it
carries nothing foreign and the same bytes come out every time it is built.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from partywork.word import builtin
from partywork.word.markup import NAMESPACES, fonts, paragraph, run, size, tag, text

# Measures in twips (1/20 pt); 1 mm is 56.7 twips.
PAGE = {"w": 11906, "h": 16838}
MARGINS = {
    "top": 2098,  # 37 mm 天头
    "right": 1474,  # 26 mm
    "bottom": 1984,  # 35 mm
    "left": 1587,  # 28 mm 订口
    "header": 850,
    "footer": 1417,  # 25 mm: the dash of the page number then stands 7 mm below the type area
    "gutter": 0,
}
TYPE_WIDTH = 8845  # 156 mm
LINE = 579  # 28.95 pt: 22 lines fill 225 mm, with 29 pt only 21 would
SPACING = -5  # 16 pt - 0.25 pt = 15.75 pt a character: 28 fill 156 mm
CHARACTER = 315  # one character of the body, 15.75 pt
BODY_PT, TITLE_PT, PAGE_NUMBER_PT, TABLE_PT = 16, 22, 14, 12
TITLE_LINE, TABLE_LINE, FOOTER_LINE = 700, 400, 320


@dataclass(frozen=True)
class Fonts:
    """The names that the document asks for. A unit that owns other faces changes them here."""

    body: str = "仿宋_GB2312"
    title: str = "方正小标宋简体"
    level_1: str = "黑体"
    level_2: str = "楷体_GB2312"
    page_number: str = "宋体"
    latin: str = "Times New Roman"
    # where Word may turn to on a computer that lacks the official face
    substitutes: tuple = (
        ("仿宋_GB2312", "仿宋"),
        ("楷体_GB2312", "楷体"),
        ("方正小标宋简体", "宋体"),
        ("黑体", "SimHei"),
        ("宋体", "SimSun"),
    )


FONTS = Fonts()
# The _GB2312 faces have 6,763 characters; names with others (瞭 堃 玥) are set in the full faces.
FULL_FACES = {"仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}

INDENT = tag("ind", firstLineChars=200, firstLine=2 * CHARACTER)
NO_GRID = tag("snapToGrid", val=0)


def line(twips: int) -> str:
    return tag("spacing", before=0, after=0, line=twips, lineRule="exact")


def centred() -> str:
    return tag("jc", val="center")


def style(style_id: str, name: str, ppr: str = "", rpr: str = "", based: str = "Normal", following: str = ""):
    """A paragraph style; ppr and rpr hold their children in the order of the schema."""
    return tag(
        "style",
        tag("name", val=name),
        tag("basedOn", val=based) if based else "",
        tag("next", val=following) if following else "",
        tag("qFormat"),
        tag("pPr", ppr) if ppr else "",
        tag("rPr", rpr) if rpr else "",
        type="paragraph",
        styleId=style_id,
        **({} if based else {"default": 1}),
    )


def heading(level: int, face: str, latin: str) -> str:
    ppr = INDENT + tag("outlineLvl", val=level - 1)
    return style(f"Heading{level}", f"heading {level}", ppr, fonts(face, latin), following="BodyText")


def paragraph_styles(f: Fonts) -> list[str]:
    no_spacing = tag("spacing", val=0)
    return [
        style("Normal", "Normal", _normal_paragraph(), _normal_run(f), based=""),
        style("BodyText", "Body Text", INDENT),
        heading(1, f.level_1, f.latin),
        heading(2, f.level_2, f.latin),
        heading(3, f.body, f.latin),
        heading(4, f.body, f.latin),
        style("Title", "Title", NO_GRID + line(TITLE_LINE) + centred(),
              fonts(f.title, f.latin) + no_spacing + size(TITLE_PT)),
        style("Footer", "footer", NO_GRID + line(FOOTER_LINE),
              fonts(f.page_number, f.page_number) + no_spacing + size(PAGE_NUMBER_PT)),
        style("Signature", "Signature", tag("jc", val="right")),
        style("AttachmentNote", "附件说明", tag(
            "ind", leftChars=500, left=5 * CHARACTER, hangingChars=300, hanging=3 * CHARACTER)),
        style("AttachmentLabel", "附件标识", tag("pageBreakBefore") + tag("jc", val="left"),
              fonts(f.level_1, f.latin)),
    ]  # fmt: skip


def _normal_paragraph() -> str:
    """Metrics only, no indent: cells, footers and the signature build on this style."""
    off = ("widowControl", "overflowPunct", "autoSpaceDE", "autoSpaceDN")
    # Widow control would leave pages of 20 lines; overflowing marks would leave the type area; the
    # thin spaces between Chinese and digits would push characters off their columns.
    return "".join(tag(name, val=0) for name in off) + line(LINE) + tag("jc", val="both")


def _normal_run(f: Fonts) -> str:
    return fonts(f.body, f.latin) + tag("spacing", val=SPACING) + size(BODY_PT)


def other_styles(f: Fonts) -> list[str]:
    lead = tag("name", val="二级标题接排") + tag("qFormat") + tag("rPr", fonts(f.level_2, f.latin))
    plain = tag("name", val="Default Paragraph Font") + tag("semiHidden")
    margins = "".join(tag(side, w=width, type="dxa") for side, width in
                      (("top", 0), ("left", 108), ("bottom", 0), ("right", 108)))  # fmt: skip
    table = tag("name", val="Normal Table") + tag("semiHidden") + tag("tblPr", tag("tblCellMar", margins))
    return [
        tag("style", plain, type="character", default=1, styleId="DefaultParagraphFont"),
        tag("style", lead, type="character", customStyle=1, styleId="LevelTwoLead"),
        tag("style", table, type="table", default=1, styleId="TableNormal"),
    ]


def styles_part(f: Fonts) -> str:
    language = tag("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    run_defaults = tag("rPrDefault", tag("rPr", fonts(f.body, f.latin), size(BODY_PT), language))
    defaults = tag("docDefaults", run_defaults, tag("pPrDefault"))
    return _root("styles", defaults, *paragraph_styles(f), *other_styles(f))


# --------------------------------------------------------------------------
# The other parts of the package
# --------------------------------------------------------------------------

SCHEMA = "http://schemas.openxmlformats.org"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATION = f"{SCHEMA}/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _root(name: str, *children: str) -> str:
    return HEAD + f"<w:{name} {NAMESPACES}>" + "".join(children) + f"</w:{name}>"


def section() -> str:
    """A4 upright with a line grid; the character pitch comes from the body style (portable grid)."""
    references = "".join(
        f'<w:footerReference w:type="{kind}" r:id="{rel_id}"/>'
        for kind, rel_id in (("default", "rId4"), ("even", "rId5"))
    )
    grid = tag("docGrid", type="lines", linePitch=LINE)
    return tag("sectPr", references, tag("pgSz", **PAGE), tag("pgMar", **MARGINS), tag("cols", space=0), grid)


def document_part() -> str:
    return _root("document", tag("body", builtin.body(), section()))


def footer_part(side: str) -> str:
    """— 1 — at the outer edge, one character in; the number is a real field."""
    place = tag("ind", **{f"{side}Chars": 100, side: 280}) + tag("jc", val=side)
    field = [
        tag("fldChar", fldCharType="begin"),
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        tag("fldChar", fldCharType="separate"),
        text("1"),
        tag("fldChar", fldCharType="end"),
    ]
    runs = [run(content) for content in (text("— "), *field, text(" —"))]
    return _root("ftr", paragraph("Footer", *runs, properties=place))


def settings_part() -> str:
    compat = "".join(
        tag("compatSetting", name=name, uri="http://schemas.microsoft.com/office/word", val=value)
        for name, value in (("compatibilityMode", 15), ("overrideTableStyleFontSizeAndJustification", 1),
                            ("enableOpenTypeFeatures", 1), ("doNotFlipMirrorIndents", 1))
    )  # fmt: skip
    return _root(
        "settings",
        tag("zoom", percent=100),
        tag("defaultTabStop", val=2 * CHARACTER),
        tag("evenAndOddHeaders"),
        tag("characterSpacingControl", val="doNotCompress"),
        tag("compat", compat),
        tag("themeFontLang", val="en-US", eastAsia="zh-CN"),
    )


def font_table_part(f: Fonts) -> str:
    rest = tag("charset", val="86") + tag("family", val="auto") + tag("pitch", val="default")
    rows = [tag("font", tag("altName", val=other), rest, name=name) for name, other in f.substitutes]
    return _root("fonts", *rows)


def core_part() -> str:
    """Title and author are filled in with the report; dates are set when it is rendered."""
    return HEAD + (
        f'<cp:coreProperties xmlns:cp="{SCHEMA}/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>{{ title }}</dc:title><dc:creator>{{ organ }}</dc:creator>"
        "<dc:language>zh-CN</dc:language></cp:coreProperties>"
    )


def relationships_part(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{count}" Type="{kind}" Target="{target}"/>'
        for count, (kind, target) in enumerate(targets, 1)
    )
    return HEAD + f'<Relationships xmlns="{SCHEMA}/package/2006/relationships">{rows}</Relationships>'


def content_types_part() -> str:
    parts = {"document": "document.main", "styles": "styles", "settings": "settings",
             "fontTable": "fontTable", "footer1": "footer", "footer2": "footer"}  # fmt: skip
    rows = [f'<Override PartName="/word/{name}.xml" ContentType="{TYPE}.{kind}+xml"/>'
            for name, kind in parts.items()]  # fmt: skip
    rows.append('<Override PartName="/docProps/core.xml" '
                'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>')  # fmt: skip
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return HEAD + f'<Types xmlns="{SCHEMA}/package/2006/content-types">{defaults}{"".join(rows)}</Types>'


def package_parts(f: Fonts = FONTS) -> dict[str, str]:
    """The parts of the built-in template by member name, in the order in which they are stored."""
    core = f"{SCHEMA}/package/2006/relationships/metadata/core-properties"
    names = ("styles", "settings", "fontTable", "footer", "footer")
    files = ("styles.xml", "settings.xml", "fontTable.xml", "footer1.xml", "footer2.xml")
    inner = [(f"{RELATION}/{name}", target) for name, target in zip(names, files, strict=True)]
    return {
        "[Content_Types].xml": content_types_part(),
        "_rels/.rels": relationships_part((f"{RELATION}/officeDocument", "word/document.xml"),
                                          (core, "docProps/core.xml")),
        "docProps/core.xml": core_part(),
        "word/document.xml": document_part(),
        "word/_rels/document.xml.rels": relationships_part(*inner),
        "word/styles.xml": styles_part(f),
        "word/settings.xml": settings_part(),
        "word/fontTable.xml": font_table_part(f),
        "word/footer1.xml": footer_part("right"),
        "word/footer2.xml": footer_part("left"),
    }  # fmt: skip


def build_template(path: str | Path, fonts_: Fonts = FONTS) -> None:
    """Write the built-in template; the same bytes every time."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in package_parts(fonts_).items():
            member = zipfile.ZipInfo(name)  # dated 1980-01-01, whatever the clock says
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
