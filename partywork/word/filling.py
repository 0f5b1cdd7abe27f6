"""Examines and fills templates with docxtpl. Everything here runs in the bounded child only."""

import re

from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate
from jinja2 import TemplateError, UndefinedError
from lxml import etree

from partywork.word.bounded import BoundedError
from partywork.word.context import CONTEXT, context_for
from partywork.word.examples import EXAMPLE, SMALLEST
from partywork.word.finishing import cells_without_paragraph, finish, stray_text, text_roots
from partywork.word.gate import Fault, faults_of_package
from partywork.word.markup import W
from partywork.word.syntax import Environment

MARK = re.compile(r"\{[{%]")
MANGLED = "模板里的循环、条件或表格没有放对位置，填写后不是完整的 Word 文档"
# Fields that fetch, start or import something when the document is opened
FETCHING_FIELD = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|DATABASE|MACROBUTTON|RD)\b", re.IGNORECASE
)
FILLED_PROPERTIES = {"author": "作者", "comments": "备注", "identifier": "标识", "language": "语言",
                     "subject": "主题", "title": "标题"}  # fmt: skip
OTHER_PROPERTIES = {"category": "类别", "content_status": "状态", "keywords": "关键词",
                    "last_modified_by": "最后修改者", "version": "版本"}  # fmt: skip
OTHER_PLACES = {"endnotes": "尾注", "comments": "批注", "glossary": "文档部件", "chart": "图表",
                "diagram": "图示", "app": "文件属性", "custom": "文件属性"}  # fmt: skip
NOT_FILLED = "这里的占位符不会被填写，请移到正文、页眉、页脚或脚注里"


class WordTemplate(DocxTemplate):
    """docxtpl with three habits mended: lenient parsing, doubled footnotes, escaped properties."""

    def __init__(self, path: str, environment: Environment) -> None:
        super().__init__(path)
        self.environment = environment
        self.init_docx()

    def fix_tables(self, xml):
        """docxtpl parses leniently, and what it does not understand it cuts off silently."""
        try:
            etree.fromstring(xml)
            return super().fix_tables(xml)
        except (etree.XMLSyntaxError, TypeError, ValueError, AttributeError):
            raise BoundedError(MANGLED) from None

    def render_properties(self, context, jinja_env=None):
        """Properties are plain text: with escaping, A & B would become A &amp; B."""
        try:
            super().render_properties(context, Environment(self.environment.context, autoescape=False))
        except ValueError:
            raise BoundedError("填入文件属性的内容太长，最多 255 个字") from None

    def render_footnotes(self, context, jinja_env=None):
        """Once: docxtpl fills them anew for every section, so that a name with {{ would be read as a tag."""
        for part in self.footnotes():
            xml = self.patch_xml(part.blob.decode("utf-8"))
            part._blob = self.render_xml_part(xml, part, context, jinja_env).encode("utf-8")

    def footnotes(self) -> list:
        parts = self.docx.part.package.iter_parts()
        return [part for part in parts if part.content_type.endswith("wordprocessingml.footnotes+xml")]

    def fill(self, context: dict) -> None:
        try:
            self.render(context, self.environment)
            finish(self.docx, context)
        except UndefinedError as error:
            raise BoundedError(f"模板里有系统不认识的占位符，或这份报告没有模板要的内容（{error}）") from None
        except TemplateError as error:
            raise BoundedError(f"模板里的占位符有误（{error}）") from None
        except etree.XMLSyntaxError:
            raise BoundedError(MANGLED) from None
        for root in text_roots(self.docx):
            check_result(root)


def check_result(root) -> None:
    """Refuse what Word would refuse."""
    if words := stray_text(root):
        raise BoundedError(f"“{words}”没有写在段落里：双花括号里请不要加 p、r、tr、tc")
    if cells_without_paragraph(root):
        raise BoundedError(MANGLED)


# --------------------------------------------------------------------------
# Called by name through bounded.call
# --------------------------------------------------------------------------


def examine(path: str, allowed: dict, needs: str = "") -> list[list[str]]:
    """Every reason why a template is not accepted, as pairs of place and message; `needs` is the list it has to go through."""
    faults = faults_of_package(path) or _faults_of_content(path, allowed) or _faults_of_lacking(path, needs)
    if not faults and allowed == CONTEXT:
        faults = _faults_of_trial(path)
    return [list(fault) for fault in faults]


def fill(path: str, context: dict, target: str) -> None:
    """Fill a template into a file that does not exist yet."""
    for fault in faults_of_package(path):
        raise BoundedError(str(fault))
    template = WordTemplate(path, Environment(CONTEXT))
    template.fill(context_for(context))
    template.save(target)


def _faults_of_content(path: str, allowed: dict) -> list[Fault]:
    environment = Environment(allowed)
    try:
        template = WordTemplate(path, environment)
        sources = list(_sources(template))
    except (KeyError, ValueError, AttributeError, etree.XMLSyntaxError):
        return [Fault("文件", "内部结构已损坏，请用 Word 或 WPS 重新保存后再上传")]
    faults = [fault for place, source in sources for fault in environment.faults_in(source, place)]
    faults += _faults_of_unfilled(template) + _faults_of_fields(template)
    return list(dict.fromkeys(faults))


def _faults_of_lacking(path: str, needs: str) -> list[Fault]:
    loop = re.compile(rf"\bin\s+{re.escape(needs)}\b")
    if not needs or any(loop.search(source) for _, source in _sources(WordTemplate(path, Environment(CONTEXT)))):
        return []
    return [Fault("正文", f"缺少 {{%p for … in {needs} %}}，用这个模板生成的报告没有内容")]


def _faults_of_trial(path: str) -> list[Fault]:
    """Fill the template with two made-up reports; what fails now must not fail on the clerk's day."""
    for report in (EXAMPLE, SMALLEST):
        try:
            WordTemplate(path, Environment(CONTEXT)).fill(context_for(report))
        except BoundedError as error:
            return [Fault("试填", str(error))]
    return []


# --------------------------------------------------------------------------
# What is in a template
# --------------------------------------------------------------------------


def _sources(template: WordTemplate):
    """(place, source) of all that docxtpl fills, in the very form in which it is compiled."""
    yield "正文", _numbered(template.patch_xml(template.get_xml()))
    for uri, place in ((RELATIONSHIP_TYPE.HEADER, "页眉"), (RELATIONSHIP_TYPE.FOOTER, "页脚")):
        for _, part in template.get_headers_footers(uri):
            yield place, _numbered(template.patch_xml(template.get_part_xml(part)))
    for part in template.footnotes():
        yield "脚注", _numbered(template.patch_xml(part.blob.decode("utf-8")))
    for name, label in FILLED_PROPERTIES.items():
        yield f"文件属性“{label}”", getattr(template.docx.core_properties, name)


def _numbered(xml: str) -> str:
    """One paragraph a line, so that a fault can show the paragraph it stands in."""
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", xml)


def _filled_parts(template: WordTemplate) -> set[str]:
    rels = template.docx.part.rels.values()
    kinds = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
    parts = [template.docx.part, *template.footnotes(), template.docx.core_properties._element]
    parts += [rel.target_part for rel in rels if rel.reltype in kinds]
    return {str(part.partname) for part in parts if hasattr(part, "partname")}


def _faults_of_unfilled(template: WordTemplate) -> list[Fault]:
    """Placeholders where nothing fills them: they would stand in the report as they are."""
    core = template.docx.core_properties
    faults = [Fault(f"文件属性“{label}”", NOT_FILLED) for name, label in OTHER_PROPERTIES.items()
              if MARK.search(getattr(core, name))]  # fmt: skip
    filled = _filled_parts(template) | {"/docProps/core.xml"}
    for part in template.docx.part.package.iter_parts():
        name = str(part.partname)
        if name in filled or not name.endswith(".xml") or name.startswith("/customXml/"):
            continue
        if MARK.search("".join(etree.fromstring(part.blob).itertext())):
            faults.append(Fault(_place_of(name), NOT_FILLED))
    return faults


def _place_of(name: str) -> str:
    return next((place for word, place in OTHER_PLACES.items() if word in name), f"文件内的 {name}")


def _faults_of_fields(template: WordTemplate) -> list[Fault]:
    """Fields of Word that fetch from elsewhere, wherever they stand."""
    faults = []
    for part in template.docx.part.package.iter_parts():
        if not str(part.partname).endswith(".xml"):
            continue
        for found in filter(None, map(FETCHING_FIELD.match, _instructions(etree.fromstring(part.blob)))):
            message = f"含有会引用外部内容的域 {found[1].upper()}，请删去"
            faults.append(Fault(f"文件内的 {part.partname}", message))
    return faults


def _instructions(root) -> list[str]:
    """The instructions of all fields; one may be spread over several runs."""
    found = [field.get(W + "instr", "") for field in root.iter(W + "fldSimple")] + [""]
    for element in root.iter(W + "instrText", W + "fldChar"):
        if element.tag == W + "fldChar":
            found.append("")
        else:
            found[-1] += element.text or ""
    return found
