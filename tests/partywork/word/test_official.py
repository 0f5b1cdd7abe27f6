"""The format of GB/T 9704: by the checker where it lies beside the project, and by facts of our own."""

import hashlib
import importlib.util
import sys
from pathlib import Path

import docx
import pytest
from lxml import etree

from partywork.word import build_template
from partywork.word.filling import fill
from partywork.word.finishing import signature_indents
from partywork.word.markup import W
from partywork.word.official import Fonts, package_parts
from tests.partywork.word.samples import LONG_TITLE, VARIATIONS, report

CHECKER = Path(__file__).resolve().parents[4] / "shared" / "tools" / "check_gongwen.py"

PPR = (
    "pStyle keepNext keepLines pageBreakBefore widowControl kinsoku overflowPunct autoSpaceDE autoSpaceDN "
    "adjustRightInd snapToGrid spacing ind jc outlineLvl rPr"
)
RPR = "rStyle rFonts b i color spacing sz szCs lang"


def broken_rules(path: Path) -> list:
    """What the checker of the 52 rules complains of; nothing where it is not at hand."""
    if not CHECKER.exists():
        return []
    spec = importlib.util.spec_from_file_location("check_gongwen", CHECKER)
    module = sys.modules.setdefault("check_gongwen", importlib.util.module_from_spec(spec))
    if not hasattr(module, "check"):
        spec.loader.exec_module(module)
    results = module.check(str(path))
    assert len(results) == 52
    return [(result.rule.id, result.problems[:2]) for result in results if not result.holds]


@pytest.fixture(scope="session")
def builtin(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("word") / "built-in.docx"
    build_template(path)
    return path


@pytest.fixture(scope="session")
def rendered(builtin, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rendered")
    made = {}
    for number, (name, variation) in enumerate(VARIATIONS.items()):
        made[name] = folder / f"{number}.docx"
        fill(str(builtin), variation, str(made[name]))
    return made


def texts(path: Path) -> list[str]:
    return [p.text for p in docx.Document(path).paragraphs]


@pytest.mark.parametrize("name", VARIATIONS)
def test_every_report_keeps_the_rules(rendered, name):
    assert broken_rules(rendered[name]) == []


@pytest.mark.parametrize("name", VARIATIONS)
def test_children_stand_in_the_order_of_the_schema(rendered, name):
    document = docx.Document(rendered[name])
    for root in (document.element, document.styles.element):
        for tag, order in (("pPr", PPR.split()), ("rPr", RPR.split())):
            for element in root.iter(W + tag):
                names = [etree.QName(child).localname for child in element]
                assert names == sorted(names, key=order.index)


def test_the_page(rendered):
    section = docx.Document(rendered["everything"]).sections[0]
    measures = {
        "width": section.page_width, "height": section.page_height, "top": section.top_margin,
        "bottom": section.bottom_margin, "left": section.left_margin, "right": section.right_margin,
    }  # fmt: skip
    wanted = {"width": 210, "height": 297, "top": 37, "bottom": 35, "left": 28, "right": 26}
    assert {name: round(value.mm) for name, value in measures.items()} == wanted
    grid = section._sectPr.find(W + "docGrid")
    assert (grid.get(W + "type"), grid.get(W + "linePitch")) == ("lines", "579")
    assert 12756 // 579 == 22
    assert 8845 // 315 == 28


def test_the_styles(rendered):
    styles = docx.Document(rendered["everything"]).styles
    normal = styles["Normal"].element
    spacing = normal.find(f"{W}pPr/{W}spacing")
    assert (spacing.get(W + "line"), spacing.get(W + "lineRule")) == ("579", "exact")
    assert normal.find(f"{W}pPr/{W}widowControl").get(W + "val") == "0"
    assert normal.find(f"{W}rPr/{W}spacing").get(W + "val") == "-5"
    faces = {
        "Normal": "仿宋_GB2312",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
        "Title": "方正小标宋简体",
    }
    for name, face in faces.items():
        fonts = styles[name].element.find(f"{W}rPr/{W}rFonts")
        assert [fonts.get(W + slot) for slot in ("ascii", "hAnsi", "cs")] == ["Times New Roman"] * 3
        assert fonts.get(W + "eastAsia") == face
    assert styles["Title"].font.size.pt == 22


def test_page_numbers_stand_at_the_outer_edge(rendered):
    document = docx.Document(rendered["everything"])
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        p = footer.paragraphs[0]
        assert p.text == "— 1 —"
        assert p._p.find(f"{W}pPr/{W}jc").get(W + "val") == side
        assert p._p.find(f"{W}pPr/{W}ind").get(W + side + "Chars") == "100"
        assert " PAGE " in [node.text for node in p._p.iter(W + "instrText")]


def test_every_run_of_the_text_keeps_quotes_chinese(rendered):
    document = docx.Document(rendered["marks"])
    for node in document.element.body.iter(W + "t"):
        assert node.getparent().find(f"{W}rPr/{W}rFonts").get(W + "hint") == "eastAsia"
    assert "“引号”、‘单引号’，破折号——省略号……间隔号·，式子a<1&b>2。" in texts(rendered["marks"])


def test_rare_characters_are_set_in_the_full_faces(rendered):
    faces = {}
    for r in docx.Document(rendered["rare characters"]).element.body.iter(W + "r"):
        fonts = r.find(f"{W}rPr/{W}rFonts")
        faces.update(dict.fromkeys("".join(t.text or "" for t in r.iter(W + "t")), fonts.get(W + "eastAsia")))
    assert [faces[char] for char in "瞭堃玥镕〇"] == ["仿宋"] * 5
    assert faces["张"] is None
    assert "张瞭、李堃、王玥、朱镕基和〇号林场。" in texts(rendered["rare characters"])


def test_a_line_break_begins_a_paragraph(rendered):
    shown = texts(rendered["line breaks"])
    assert shown[3:6] == ["第一段在这里。", "第二段在这里。", "第三段在这里。"]
    assert not list(docx.Document(rendered["line breaks"]).element.body.iter(W + "br"))


def test_a_long_title_takes_two_lines_and_is_one_property(rendered):
    document = docx.Document(rendered["long title"])
    lines = [p.text for p in document.paragraphs if p.style.name == "Title"]
    assert lines == ["中共云溪县自然资源和规划局", "机关委员会2026年上半年党建工作报告"]
    assert document.core_properties.title == LONG_TITLE


def test_tables_are_ruled_within_the_type_area(rendered):
    tables = docx.Document(rendered["everything"]).tables
    assert [len(table.rows) for table in tables] == [7, 19]
    for table in tables:
        assert sum(int(col.get(W + "w")) for col in table._tbl.iter(W + "gridCol")) <= 8845
        assert table._tbl.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None
        assert table._tbl.find(f"{W}tblPr/{W}tblBorders") is not None


@pytest.mark.parametrize(("name", "label", "note"), [
    ("everything", "附件2", ["附件：1.党员突击队名单", "2.数据来源表"]),
    ("single attachment", "附件", ["附件：数据来源表"]),
    ("sources not announced", "附件", ["附件：数据来源表"]),
])  # fmt: skip
def test_the_appendix_is_announced_and_begins_a_page(rendered, name, label, note):
    shown = docx.Document(rendered[name]).paragraphs
    assert [p.text for p in shown if p.style.name == "附件说明"] == note
    assert [p.text for p in shown if p.style.name == "附件标识"] == [label]
    style = next(p.style for p in shown if p.style.name == "附件标识")
    assert style.element.find(f"{W}pPr/{W}pageBreakBefore") is not None


def test_neither_organ_nor_date_stands_alone(rendered):
    for name in ("no date", "no signature"):
        assert "中共云溪县林业局机关委员会" not in texts(rendered[name])
    assert texts(rendered["everything"]).index("2026年7月5日")


@pytest.mark.parametrize(("organ", "date", "indents"), [
    ("中共云溪县林业局机关委员会", "2026年7月5日", (2, 7)),
    ("局党组", "2026年12月31日", (8, 2)),
    ("机" * 40, "2026年7月5日", (2, 18)),
])  # fmt: skip
def test_signature_by_clause_7_3_5_2(organ, date, indents):
    assert signature_indents(organ, date) == indents


def test_closing_lines_stand_where_the_standard_puts_them(rendered):
    shown = docx.Document(rendered["everything"]).paragraphs
    indents = {
        p.text: {key.split("}")[1]: value for key, value in p._p.find(f"{W}pPr/{W}ind").attrib.items()}
        for p in shown
        if p.style.name in ("Signature", "附件说明")
    }
    assert indents == {
        "附件：1.党员突击队名单": {
            "leftChars": "600",
            "left": "1890",
            "hangingChars": "400",
            "hanging": "1260",
        },
        "2.数据来源表": {"leftChars": "600", "left": "1890", "hangingChars": "100", "hanging": "315"},
        "中共云溪县林业局机关委员会": {"rightChars": "200", "right": "630"},
        "2026年7月5日": {"rightChars": "700", "right": "2205"},
    }


def test_properties_name_the_report_and_nobody_else(rendered):
    core = docx.Document(rendered["everything"]).core_properties
    assert (core.title, core.author) == (report()["title"], report()["organ"])
    assert core.last_modified_by == report()["organ"]


def test_the_built_in_template_is_the_same_every_time(builtin, tmp_path):
    again = tmp_path / "again.docx"
    build_template(again)
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (builtin, again)}
    assert len(digests) == 1


def test_the_fonts_are_changed_in_one_place():
    parts = package_parts(Fonts(body="方正仿宋_GBK", substitutes=()))
    assert "方正仿宋_GBK" in parts["word/styles.xml"]
    assert not any("仿宋_GB2312" in part for part in parts.values())
