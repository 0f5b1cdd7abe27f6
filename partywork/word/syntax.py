"""The allow-list of template syntax: what a template may say, and which placeholders it may name.

The syntax tree is walked with the description of the context in hand, so every path is known before
anything runs: fields may be shown, lists may be walked, conditions may be asked - all else is refused.
This is the wall; the sandbox of Jinja behind it is the net.
"""

import re
from collections.abc import Callable

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from partywork.word.bounded import BoundedError
from partywork.word.context import FLAG, TABLE, TEXT
from partywork.word.gate import Fault

WHOLE = "模板"  # the place while filling, where every part has been judged before
MAX_LOOPS = 3
MAX_CONSTANT = 40
LOOP = {"index": TEXT, "length": TEXT, "first": FLAG, "last": FLAG}
TESTS = ("defined", "none")
SHOWN = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
TAGS = re.compile(r"<[^>]*>")
LINE_END = re.compile(r"\r\n|\r|\n")  # as Jinja counts lines


class NotAllowed(Exception):
    """The message of a fault; without one the place is shown as it stands in the template."""


def _same(kind):
    return kind


def _element(kind):
    return kind[0] if isinstance(kind, list) else None


def _length(kind):
    return TEXT if isinstance(kind, list) else None


def _joined(kind):
    return TEXT if kind == [TEXT] else None


# name: what comes out of what goes in (None: does not go with it)
FILTERS: dict[str, Callable] = {
    "first": _element,
    "last": _element,
    "length": _length,
    "join": _joined,
    "trim": _same,
    "default": _same,
}


class Reader:
    """Walks one syntax tree; `kinds` maps the names in scope to what they are."""

    def __init__(self, context: dict, source: str, place: str) -> None:
        self.context, self.place, self.faults = context, place, []
        self.lines = LINE_END.split(source)
        self.boxes = _inside_boxes(self.lines)

    def read(self, tree: nodes.Template) -> list[Fault]:
        self.statements(tree.body, self.context, 0)
        return list(dict.fromkeys(self.faults))

    def statements(self, body: list[nodes.Node], kinds: dict, loops: int) -> None:
        for node in body:
            try:
                self.statement(node, kinds, loops)
            except NotAllowed as refused:
                self.fault(node, str(refused))

    def statement(self, node: nodes.Node, kinds: dict, loops: int) -> None:
        if type(node) is nodes.Output:
            self.output(node, kinds)
        elif type(node) is nodes.If:
            kind_of(node.test, kinds)
            for part in (node.body, node.elif_, node.else_):
                self.statements(part, kinds, loops)
        elif type(node) is nodes.For:
            self.loop(node, kinds, loops + 1)
        else:
            raise NotAllowed

    def output(self, node: nodes.Output, kinds: dict) -> None:
        """One node holds all text and placeholders up to the next statement; each is judged by itself."""
        for child in node.nodes:
            try:
                self.printed(child, kinds)
            except NotAllowed as refused:
                self.fault(child, str(refused))

    def printed(self, node: nodes.Node, kinds: dict) -> None:
        if type(node) is nodes.TemplateData:
            if re.search(r"\{[{%]", node.data):  # {% raw %} would leave marks in the report
                raise NotAllowed
            return
        kind = kind_of(node, kinds)
        if kind == TABLE and self.place not in ("正文", WHOLE):
            raise NotAllowed("表格只能放在正文里")
        if kind not in (TEXT, TABLE):
            raise NotAllowed(f"{_spelled(node)} 不是一段文字，不能直接输出，请用循环逐项输出")

    def loop(self, node: nodes.For, kinds: dict, loops: int) -> None:
        if loops > MAX_LOOPS:
            raise NotAllowed(f"循环套了 {loops} 层，最多 {MAX_LOOPS} 层")
        plain = isinstance(node.iter, (nodes.Name, nodes.Getattr, nodes.Getitem))
        if not plain or type(node.target) is not nodes.Name or node.recursive or node.target.name == "loop":
            raise NotAllowed
        kind = kind_of(node.iter, kinds)
        if not isinstance(kind, list):
            raise NotAllowed(f"{_spelled(node.iter)} 不是一组内容，不能循环")
        inner = {**kinds, node.target.name: kind[0], "loop": LOOP}
        if node.test is not None:
            kind_of(node.test, inner)
        self.statements(node.body, inner, loops)
        self.statements(node.else_, kinds, loops)

    def fault(self, node: nodes.Node, message: str) -> None:
        number = node.lineno or 0  # a few nodes of Jinja carry none
        line = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
        shown = " ".join(SHOWN.findall(TAGS.sub("", line))) or _spelled(node)
        place = f"{self.place}的文本框" if number in self.boxes else self.place
        self.faults.append(Fault(place, message or f"不允许的写法 {shown[:80]}"))


def _inside_boxes(lines: list[str]) -> set[int]:
    """The numbers of the lines that lie within text boxes."""
    found, depth = set(), 0
    for number, line in enumerate(lines, 1):
        depth += line.count("<w:txbxContent") - line.count("</w:txbxContent")
        if depth > 0 or "</w:txbxContent" in line:
            found.add(number)
    return found


# --------------------------------------------------------------------------
# Expressions: each gives the kind of its value
# --------------------------------------------------------------------------


def kind_of(node: nodes.Node, kinds: dict):
    known = EXPRESSIONS.get(type(node))
    if known is None:
        raise NotAllowed
    return known(node, kinds)


def _name(node: nodes.Name, kinds: dict):
    if node.name not in kinds:
        raise NotAllowed(f"模板里有系统不认识的占位符：{node.name}")
    return kinds[node.name]


def _attribute(node: nodes.Getattr, kinds: dict):
    return _member(node, kind_of(node.node, kinds), node.attr)


def _item(node: nodes.Getitem, kinds: dict):
    if type(node.arg) is not nodes.Const:
        raise NotAllowed
    base, key = kind_of(node.node, kinds), node.arg.value
    if isinstance(base, list) and type(key) is int and 0 <= key < 1000:
        return base[0]
    return _member(node, base, key)


def _member(node: nodes.Node, base, key):
    if not isinstance(key, str) or key.startswith("_"):
        raise NotAllowed
    if not isinstance(base, dict) or key not in base:
        raise NotAllowed(f"模板里有系统不认识的占位符：{_spelled(node)}")
    return base[key]


def _constant(node: nodes.Const, kinds: dict):
    if isinstance(node.value, str) and len(node.value) > MAX_CONSTANT:
        raise NotAllowed
    return TEXT


def _filter(node: nodes.Filter, kinds: dict):
    extra = node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > 1
    if node.name not in FILTERS or node.node is None or extra:
        raise NotAllowed
    if not all(type(argument) is nodes.Const for argument in node.args):
        raise NotAllowed
    for argument in node.args:
        _constant(argument, kinds)
    kind = FILTERS[node.name](kind_of(node.node, kinds))
    if kind is None:
        raise NotAllowed
    return kind


def _test(node: nodes.Test, kinds: dict):
    if node.name not in TESTS or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise NotAllowed
    kind_of(node.node, kinds)
    return FLAG


def _comparison(node: nodes.Compare, kinds: dict):
    kind_of(node.expr, kinds)
    for operand in node.ops:
        kind_of(operand.expr, kinds)
    return FLAG


def _both(node: nodes.BinExpr, kinds: dict):
    kind_of(node.left, kinds)
    kind_of(node.right, kinds)
    return FLAG


def _negation(node: nodes.Not, kinds: dict):
    kind_of(node.node, kinds)
    return FLAG


EXPRESSIONS: dict[type, Callable] = {
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Getitem: _item,
    nodes.Const: _constant,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Compare: _comparison,
    nodes.And: _both,
    nodes.Or: _both,
    nodes.Not: _negation,
}


def _spelled(node: nodes.Node) -> str:
    """An expression as the author wrote it, as far as it is a path."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_spelled(node.node)}[{node.arg.value}]"
    return "{{ … }}"


# --------------------------------------------------------------------------
# The environment that fills the templates
# --------------------------------------------------------------------------


class Environment(ImmutableSandboxedEnvironment):
    """Every source is read by the allow-list when it is parsed, also at the time of filling."""

    def __init__(self, context: dict, autoescape: bool = True) -> None:
        super().__init__(autoescape=autoescape, undefined=StrictUndefined, finalize=shown)
        self.context = context
        self.globals = {}
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def faults_in(self, source: str, place: str) -> list[Fault]:
        try:
            tree = super()._parse(source, None, None)
            return Reader(self.context, source, place).read(tree)
        except TemplateSyntaxError as error:
            return [Fault(place, f"占位符写得不完整或不成对：{_around(source, error.lineno)}")]
        except RecursionError:
            return [Fault(place, "占位符写得过于复杂")]

    def _parse(self, source, name, filename):
        for fault in self.faults_in(source, WHOLE):
            raise BoundedError(str(fault))
        return super()._parse(source, name, filename)


def shown(value: object) -> object:
    """What a placeholder prints: nothing for what is absent, its mark for a table."""
    if isinstance(value, dict):
        return value["mark"]
    return "" if value is None else value


def _around(source: str, number: int) -> str:
    lines = LINE_END.split(source)
    line = TAGS.sub("", lines[number - 1]) if 0 < number <= len(lines) else ""
    return (" ".join(SHOWN.findall(line)) or line)[:80] or "文件末尾，可能缺少 endfor 或 endif"
