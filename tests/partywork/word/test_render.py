"""Filling templates: the built-in one and a bureau's own."""

import itertools

import docx
import pytest

from partywork.word import (
    CONTEXT,
    BoundedError,
    Limits,
    build_template,
    check_template,
    context_for,
    placeholders,
    render,
)
from partywork.word.examples import EXAMPLE
from partywork.word.filling import MANGLED, examine, fill
from partywork.word.markup import W, fonts, paragraph, run, tag, text
from partywork.word.official import package_parts, section
from tests.partywork.word.packages import add_part, document, line, package, text_box, write
from tests.partywork.word.samples import report, short


def filled(tmp_path, template, **changes) -> docx.document.Document:
    out = tmp_path / "out.docx"
    fill(str(template), short(**changes), str(out))
    return docx.Document(out)


@pytest.fixture
def builtin(tmp_path):
    build_template(tmp_path / "built-in.docx")
    return tmp_path / "built-in.docx"


# --------------------------------------------------------------------------
# The door: a child, a temporary name, a rename
# --------------------------------------------------------------------------


def test_a_report_is_rendered_whole_and_leaves_nothing_behind(builtin, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    render(builtin, report(), folder / "报告.docx")
    assert [path.name for path in folder.iterdir()] == ["报告.docx"]
    assert check_template(builtin) == []


def test_a_failure_leaves_the_old_file_and_no_other(builtin, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "old.docx").write_text("old")
    for limits in (Limits(memory_mb=20), Limits(wall_seconds=0.01)):
        with pytest.raises(BoundedError):
            render(builtin, report(), folder / "old.docx", limits)
    assert (folder / "old.docx").read_text() == "old"
    assert len(list(folder.iterdir())) == 1


def test_the_temporary_file_goes_when_the_disk_fails(builtin, tmp_path, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setattr("partywork.word.template._sync", failing)
    with pytest.raises(OSError, match="disk"):
        render(builtin, short(), folder / "new.docx")
    assert list(folder.iterdir()) == []


def failing(path):
    assert path.stat().st_size
    raise OSError("disk full")


def test_a_stored_template_is_judged_again(tmp_path):
    path = package(tmp_path / "t.docx", line("{{ title.upper() }}"))
    with pytest.raises(BoundedError, match="不允许的写法"):
        render(path, short(), tmp_path / "out.docx")


# --------------------------------------------------------------------------
# The text comes through as it is
# --------------------------------------------------------------------------

HARD = [
    "甲<b>乙&丙",
    "&amp;&lt;",
    "]]>",
    "{{ title }}",
    "{% if %}",
    "{_{ title }_}",
    "<w:p/>",
    "'\"",
    "\\n",
    "％",
]


@pytest.mark.parametrize("words", HARD)
def test_marks_come_through(tmp_path, words):
    places = {"header": "{{ organ }}", "footer": "{{ organ }}", "footnotes": "{{ organ }}"}
    core = {"dc:subject": "{{ organ }}"}
    template = package(tmp_path / "t.docx", line("{{ opening[0] }}") + line("{{ title }}"), core, **places)
    made = filled(tmp_path, template, opening=[words], title=f"题{words}", organ=words)
    shown = words.replace("{_{", "{{").replace("}_}", "}}")  # the escape of docxtpl itself
    assert [p.text for p in made.paragraphs] == [shown, f"题{shown}"]
    core = made.core_properties
    assert (core.title, core.author, core.subject) == (f"题{words}", words, words)


def test_what_would_cut_the_document_is_taken_out(builtin, tmp_path):
    made = filled(tmp_path, builtin, opening=["前\x00\x07\ud800\u202e\ufdd00\ufdd1后", "  \u3000末\t尾 "])
    assert [p.text for p in made.paragraphs][3:5] == ["前0后", "末 尾"]


def test_footnotes_are_filled_once(tmp_path):
    """docxtpl fills them once for every section: the second time the text itself would be a template."""
    parts = package_parts()
    add_part(parts, "footnotes", "{{ organ }}", 50)
    first = tag("p", tag("pPr", section()))
    parts["word/document.xml"] = document(line("{{ title }}") + first)
    template = write(tmp_path / "two-sections.docx", parts)
    made = filled(tmp_path, template, organ="{{ title }}")
    notes = next(part for part in made.part.package.iter_parts() if "footnotes" in part.content_type)
    assert "{{ title }}" in notes.blob.decode()


def test_a_context_is_its_own_context():
    for given in (report(), short(), EXAMPLE):
        assert context_for(context_for(given)) == context_for(given)


@pytest.mark.parametrize("changes", [
    {"title": ""}, {"title": "长" * 201}, {"extra": 1}, {"date": "昨天"}, {"sources": [["甲"], ["乙", "丙"]]},
    {"sources": [["甲"], [object()]]}, {"sources": [["甲"], [True]]}, {"sources": [["甲"], [["乙"]]]},
    {"parts": [{"heading": "一、甲", "sections": [{"table": {"rows": [["甲"]], "widths_mm": [10, 20]}}]}]},
])  # fmt: skip
def test_a_report_that_is_not_plain_is_refused(changes):
    with pytest.raises(ValueError):
        context_for(short(**changes))


def test_wide_tables_are_narrowed_to_the_type_area():
    table = {"rows": [["甲", "乙"]], "widths_mm": [200, 200]}
    parts = [{"heading": "一、甲", "sections": [{"table": table}]}]
    assert context_for(short(parts=parts))["parts"][0]["sections"][0]["table"]["widths_mm"] == [78, 78]


# --------------------------------------------------------------------------
# A bureau's own template
# --------------------------------------------------------------------------


def test_rare_characters_are_mended_in_any_template(tmp_path):
    kai = paragraph("Normal", run(text("{{ organ }}"), fonts("楷体_GB2312", "Arial")))
    song = paragraph("Normal", run(text("{{ organ }}"), fonts("宋体", "Arial")))
    template = package(tmp_path / "t.docx", kai + song, header="{{ organ }}", footnotes="{{ organ }}")
    made = filled(tmp_path, template, organ="张瞭办")
    faces = [[r._r.find(f"{W}rPr/{W}rFonts").get(W + "eastAsia") for r in p.runs] for p in made.paragraphs]
    assert faces == [["楷体_GB2312", "楷体", "楷体_GB2312"], ["宋体"]]
    for name in ("header50", "footnotes51"):
        part = next(p for p in made.part.package.iter_parts() if name in p.partname)
        assert 'w:eastAsia="仿宋"' in part.blob.decode()


def test_a_table_goes_where_its_placeholder_stands(tmp_path):
    cell = tag("tbl", tag("tblGrid", tag("gridCol")), tag("tr", tag("tc", line("{{ sources.table }}"))))
    before = line("表：{{ sources.table }}")
    body = line("{%p if sources %}") + before + cell + line("{{ sources.table }}") + line("{%p endif %}")
    template = package(tmp_path / "t.docx", body)
    assert examine(str(template), CONTEXT) == []
    made = filled(tmp_path, template, sources=[["甲", "乙"], [1, "二\n行"]])
    assert [p.text for p in made.paragraphs] == ["表："]
    assert len(made.tables) == 3
    assert made.tables[1].cell(0, 0)._tc[-1].tag == W + "p"  # a cell ends with a paragraph
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["甲", "乙"],
        ["1", "二\n行"],
    ]


def test_every_placeholder_of_the_page_is_known_and_none_is_missing(tmp_path):
    listed = [item.name for item in placeholders()]
    assert sorted(listed) == sorted(leaves(CONTEXT))
    assert all(item.write and item.explanation for item in placeholders())


def leaves(kind, path="") -> list[str]:
    if isinstance(kind, dict):
        own = [path] if path and not path.endswith("[]") else []
        return own + list(itertools.chain.from_iterable(
            leaves(inner, f"{path}.{name}".lstrip(".")) for name, inner in kind.items()))  # fmt: skip
    if isinstance(kind, list) and isinstance(kind[0], dict):
        return [path, *leaves(kind[0], path + "[]")]
    return [path]


@pytest.mark.parametrize("body", [
    line("{{p title }}"),
    line("{{ title }}") + "<w:p><w:r><w:t>{% if date %}</w:t></w:r></w:p><w:p>{% endif %}</w:p>",
    tag("tbl", tag("tblGrid", tag("gridCol")), tag("tr", tag("tc", line("{%p if date %}"), line("{{ date }}"),
                                                             line("{%p endif %}")))),
    tag("tbl", tag("tblGrid", tag("gridCol")), tag("tr", tag("tc", line("{%tc for a in opening %}")),
                                                   tag("tc", line("{{ a }}")), tag("tc", line("{%tc endfor %}")))),
])  # fmt: skip
def test_templates_that_would_give_a_broken_document_are_refused(tmp_path, body):
    [(place, message)] = examine(str(package(tmp_path / "t.docx", body)), CONTEXT)
    assert place == "试填"
    assert message == MANGLED or "双花括号里请不要加" in message


def test_loose_text_in_a_footer_is_refused_too(tmp_path):
    [(place, message)] = examine(str(package(tmp_path / "t.docx", footer="{{p organ }}")), CONTEXT)
    assert place == "试填"
    assert "双花括号里请不要加" in message


def test_a_property_holds_only_so_much(tmp_path):
    template = package(tmp_path / "t.docx", core={"dc:subject": "{{ opening[0] }}"})
    with pytest.raises(BoundedError, match="最多 255 个字"):
        filled(tmp_path, template, opening=["长" * 300])


def test_what_a_report_may_lack_has_to_be_asked_for(tmp_path):
    [(place, message)] = examine(str(package(tmp_path / "t.docx", line("{{ sources.title }}"))), CONTEXT)
    assert place == "试填"
    assert "没有模板要的内容" in message


def test_a_template_of_python_docx_passes(tmp_path):
    made = docx.Document()
    made.add_paragraph("{{ title }}")
    made.add_paragraph("“{{ organ }}”")
    made.sections[0].footer.paragraphs[0].text = "{{ date }}"
    made.save(tmp_path / "t.docx")
    assert examine(str(tmp_path / "t.docx"), CONTEXT) == []
    out = filled(tmp_path, tmp_path / "t.docx")
    assert out.sections[0].footer.paragraphs[0].text == "2026年7月5日"
    assert out.core_properties.author == "中共云溪县林业局机关委员会"
    assert "python-docx" not in out.core_properties.comments
    assert {r.find(f"{W}rPr/{W}rFonts").get(W + "hint") for r in out.element.body.iter(W + "r")} == {
        "eastAsia"
    }


def test_text_boxes_are_filled(tmp_path):
    made = filled(tmp_path, package(tmp_path / "t.docx", text_box("{{ organ }}")))
    assert "中共云溪县林业局机关委员会" in "".join(t.text or "" for t in made.element.body.iter(W + "t"))
