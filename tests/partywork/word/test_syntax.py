"""The allow-list of template syntax: attacks in every part are refused, with the place named."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from partywork.word import CONTEXT, BoundedError, context_for
from partywork.word.examples import EXAMPLE
from partywork.word.filling import NOT_FILLED, examine
from partywork.word.markup import paragraph, run, tag, text
from partywork.word.syntax import Environment
from tests.partywork.word.packages import line, package, text_box

ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ title.__class__ }}",
    "{{ title['__class__'] }}",
    "{{ title|attr('__class__') }}",
    "{{ title[parts] }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self }}",
    "{{ lipsum(n=99999) }}",
    "{{ lipsum.__globals__['os'].popen('touch /tmp/canary').read() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ namespace() }}",
    "{{ range(10**9) }}",
    "{{ dict(a=1) }}",
    "{{ config }}",
    "{{ request.user }}",
    "{{ title.save() }}",
    "{{ title.format(1) }}",
    "{{ '%999999999s' % title }}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ title ~ organ }}",
    "{{ title + organ }}",
    "{{ -1 }}",
    "{{ title[0:3] }}",
    "{{ title[0] }}",
    "{{ title|center(999999999) }}",
    "{{ parts|map(attribute='__class__')|list }}",
    "{{ title|safe }}",
    "{{ title|default(organ) }}",
    "{{ title|default('a', x=1) }}",
    "{{ title is divisibleby 3 }}",
    "{{ title is sameas organ }}",
    "{{ 'a' if title else 'b' }}",
    "{{ [1, 2] }}",
    "{{ {'a': 1} }}",
    "{{ (1, 2) }}",
    "{{ parts }}",
    "{{ parts.append }}",
    "{{ parts[0] }}",
    "{{ opening[-1] }}",
    "{{ signature }}",
    "{{ loop.index }}",
    "{{ 'a very long constant that has no business in a template' }}",
    "{% for a in range(9) %}{% endfor %}",
    "{% for a in title %}{{ a }}{% endfor %}",
    "{% for a in parts|list %}{% endfor %}",
    "{% for a in parts recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in parts recursive %}{% endfor %}",
    "{% for a, b in parts %}{% endfor %}",
    "{% for loop in opening %}{{ loop }}{% endfor %}",
    "{% for a in opening %}{{ loop.cycle('x') }}{% endfor %}",
    "{% for a in opening if a.__class__ %}{% endfor %}",
    "{% for a in opening %}{% for b in opening %}{% for c in opening %}{% for d in opening %}{% endfor %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "{% if title.__class__ %}{% endif %}",
    "{% if title %}{% elif evil() %}{% endif %}",
    "{% if not title() %}{% endif %}",
    "{% if title == organ.upper() %}{% endif %}",
    "{% set x = 1 %}",
    "{% set title %}x{% endset %}",
    "{% macro m() %}{{ m() }}{% endmacro %}",
    "{% call title() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with x = 1 %}{% endwith %}",
    "{% block b %}{% endblock %}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'x' as x %}",
    "{% from 'x' import y %}",
    "{% autoescape false %}{{ title }}{% endautoescape %}",
    "{% raw %}{{ title }}{% endraw %}",
    "{% do title.save() %}",
    "{% debug %}",
    "{% if title %}",
    "{{ title",
    "{{ title }",
    "{{ title | }}",
    "{% endfor %}",
]  # fmt: skip

PLACES = {
    "header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注", "comments": "批注",
}  # fmt: skip
PROPERTIES = {
    "dc:subject": "主题", "dc:description": "备注", "dc:identifier": "标识", "cp:category": "类别",
    "cp:keywords": "关键词", "cp:contentStatus": "状态", "cp:lastModifiedBy": "最后修改者", "cp:version": "版本",
}  # fmt: skip


def escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def faults(path) -> list:
    return examine(str(path), CONTEXT)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_in_the_body_are_refused(attack):
    found = Environment(CONTEXT).faults_in(attack, "正文")
    assert found
    assert {fault.place for fault in found} == {"正文"}


# What the template engine itself never sees as a tag is no attack: an unclosed brace in plain text
SEEN = [attack for attack in ATTACKS if attack not in ("{{ title", "{{ title }")]


@pytest.mark.parametrize("attack", SEEN[::9])
@pytest.mark.parametrize(("part", "place"), PLACES.items())
def test_attacks_elsewhere_are_refused_with_the_place(tmp_path, part, place, attack):
    found = faults(package(tmp_path / "t.docx", **{part: attack}))
    assert found
    assert {fault[0] for fault in found} == {place}


@pytest.mark.parametrize(("name", "label"), PROPERTIES.items())
def test_attacks_in_properties_are_refused_with_the_place(tmp_path, name, label):
    found = faults(package(tmp_path / "t.docx", core={name: escaped("{{ title.__class__ }}")}))
    assert [fault[0] for fault in found] == [f"文件属性“{label}”"]


def test_attacks_in_text_boxes_and_tables(tmp_path):
    found = faults(package(tmp_path / "a.docx", text_box("{{ lipsum() }}") + line("{{ title }}")))
    assert found == [["正文的文本框", "不允许的写法 {{ lipsum() }}"]]
    cell = tag("tbl", tag("tblGrid", tag("gridCol")), tag("tr", tag("tc", line("{{ self }}"))))
    assert faults(package(tmp_path / "b.docx", cell))[0][0] == "正文"


def test_attacks_in_attributes(tmp_path):
    shape = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" alt="{{ lipsum() }}"/>'
    found = faults(package(tmp_path / "a.docx", tag("p", tag("r", tag("pict", shape)))))
    assert found[0][0] == "正文"


def test_attacks_split_over_runs(tmp_path):
    pieces = [run(text(words)) for words in ("{", "{ tit", "le.__cl", "ass__ }", "}")]
    assert faults(package(tmp_path / "a.docx", paragraph("Normal", *pieces)))[0][0] == "正文"


def test_attacks_in_the_special_tags_of_docxtpl(tmp_path):
    for number, attack in enumerate(
        ("{%p for a in range(9) %}", "{%r if title() %}", "{{r title.__class__ }}")
    ):
        body = line(attack) + line("x") + line("{%p endfor %}")
        assert faults(package(tmp_path / f"{number}.docx", body))[0][0] == "正文"


def test_everything_wrong_is_told_at_once(tmp_path):
    body = line("{{ titel }}") + line("{{ part.heading }}") + line("{{ title() }}")
    found = faults(package(tmp_path / "t.docx", body, footer="{{ sources.lable }}", header="{{ organ }}"))
    assert found == [
        ["正文", "模板里有系统不认识的占位符：titel"],
        ["正文", "模板里有系统不认识的占位符：part"],
        ["正文", "不允许的写法 {{ title() }}"],
        ["页脚", "模板里有系统不认识的占位符：sources.lable"],
    ]


@pytest.mark.parametrize("path", ["title.__class__", "parts[0].__init__", "sources['_x']"])
def test_inner_names_are_called_what_they_are(path):
    [fault] = Environment(CONTEXT).faults_in("{{ " + path + " }}", "页脚")
    assert str(fault) == "页脚：不允许的写法 {{ " + path + " }}"


def test_placeholders_that_nothing_fills_are_told(tmp_path):
    found = faults(package(tmp_path / "t.docx", endnotes="{{ title }}", comments="{{ organ }}"))
    assert found == [["尾注", NOT_FILLED], ["批注", NOT_FILLED]]


@pytest.mark.parametrize(
    "field", ["DDEAUTO c:\\\\cmd", "INCLUDETEXT http://evil", " includepicture x", "LINK Excel"]
)
def test_fields_that_fetch_are_refused(tmp_path, field):
    instructions = [run(tag("instrText", escaped(piece))) for piece in (field[:4], field[4:])]
    begin, end = (run(tag("fldChar", fldCharType=kind)) for kind in ("begin", "end"))
    [fault] = faults(package(tmp_path / "t.docx", paragraph("Normal", begin, *instructions, end)))
    assert "会引用外部内容的域" in fault[1]


def test_other_fields_pass(tmp_path):
    instruction = run(tag("instrText", escaped(' HYPERLINK "https://example.cn/link" ')))
    begin, end = (run(tag("fldChar", fldCharType=kind)) for kind in ("begin", "end"))
    assert faults(package(tmp_path / "t.docx", paragraph("Normal", begin, instruction, end))) == []


def test_a_table_belongs_in_the_body(tmp_path):
    found = faults(package(tmp_path / "t.docx", header="{{ sources.table }}"))
    assert found == [["页眉", "表格只能放在正文里"]]


GOOD = [
    "{{ title }}", "{{title}}", "{{ opening[0] }}", "{{ parts[0].heading }}", "{{ sources['label'] }}",
    "{{ opening|join('；') }}", "{{ opening|length }}", "{{ opening|first|default('无') }}", "{{ organ|trim }}",
    "{% for part in parts %}{{ loop.index }}{% for s in part.sections %}{% for t in s.paragraphs %}"
    "{{ t }}{% endfor %}{{ s.table }}{% endfor %}{% else %}无{% endfor %}",
    "{% for a in opening if a != '无' %}{% if loop.first and not loop.last %}{{ a }}{% endif %}{% endfor %}",
    "{% if date is defined and (organ or date is none) %}{{ date }}{% elif title == '甲' %}乙{% else %}丙{% endif %}",
    "{# a note #}", "100% {x}", "{%- if addressee -%}{{ addressee }}{%- endif -%}",
]  # fmt: skip


@pytest.mark.parametrize("source", GOOD)
def test_what_templates_need_is_allowed(source):
    assert Environment(CONTEXT).faults_in(source, "正文") == []


PIECES = ["title", "parts", "opening", "organ", "loop", "self", "__class__", "lipsum", "cycler", "x", "1", "'a'",
          ".", "[", "]", "(", ")", "|", "*", "**", "+", "~", "%", ",", " if ", " else ", " is ", " in ", " for ",
          "attr", "safe", "map", "join", "length", "{{ ", " }}", "{% ", " %}", "set ", "endfor", "=", ":"]  # fmt: skip


class Watched(Environment):
    """Fails the test when a template calls anything or reaches for an attribute of Python."""

    def call(self, *arguments, **keywords):
        raise AssertionError("called")

    def getattr(self, value, attribute):
        assert isinstance(value, dict) or attribute in ("index", "first", "last", "length")
        return super().getattr(value, attribute)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12))
def test_generated_expressions_call_nothing(pieces):
    """What the allow-list lets through shows fields and nothing else."""
    environment = Watched(CONTEXT)
    source = "{{ " + "".join(pieces) + " }}"
    if not environment.faults_in(source, "正文"):
        with contextlib.suppress(UndefinedError):
            environment.from_string(source).render(context_for(EXAMPLE))


def test_the_wall_stands_also_when_a_template_is_filled():
    with pytest.raises(BoundedError, match="不允许的写法"):
        Environment(CONTEXT).from_string("{{ title.upper() }}")
