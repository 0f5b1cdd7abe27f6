"""Jinja in the hands of somebody who means harm: a hundred known ways to run a command or to do damage, and a grammar that
makes thousands more."""
from __future__ import annotations

import random
from pathlib import Path

from tests.partywork.word.test_syntax import ATTACKS

# Each runs CANARY, a command, in an engine that does not watch.
COMMANDS = (
    "{{ lipsum.__globals__['os'].popen('CANARY').read() }}", "{{ lipsum.__globals__.os.system('CANARY') }}",
    "{{ cycler.__init__.__globals__.os.popen('CANARY').read() }}", "{{ joiner.__init__.__globals__.os.popen('CANARY').read() }}",
    "{{ namespace.__init__.__globals__.os.popen('CANARY').read() }}", "{{ lipsum['__globals__']['os']['popen']('CANARY')['read']() }}",
    "{{ (lipsum|attr('__globals__'))['os'].popen('CANARY').read() }}",
    "{{ lipsum|attr('__glo'~'bals__')|attr('get')('os')|attr('popen')('CANARY') }}",
    "{{ lipsum.__globals__['__builtins__']['__import__']('os').popen('CANARY').read() }}",
    "{{ lipsum.__globals__['__builtins__']['eval']('__import__(\"os\").popen(\"CANARY\").read()') }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('CANARY').read() }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('CANARY').read() }}",
    "{{ self._TemplateReference__context['lipsum'].__globals__.os.popen('CANARY').read() }}",
    "{% set x = lipsum.__globals__.os %}{{ x.popen('CANARY').read() }}",
    "{% with x = lipsum.__globals__.os %}{{ x.popen('CANARY').read() }}{% endwith %}",
    "{% if lipsum.__globals__.os.system('CANARY') %}{% endif %}", "{% for x in [lipsum.__globals__.os.system('CANARY')] %}{% endfor %}",
    "{% macro m() %}{{ lipsum.__globals__.os.system('CANARY') }}{% endmacro %}{{ m() }}",
    "{% call(x) cycler.__init__.__globals__.os.system('CANARY') %}{% endcall %}",
    "{% filter upper %}{{ lipsum.__globals__.os.popen('CANARY').read() }}{% endfilter %}",
    "{{ [lipsum]|map(attribute='__globals__')|map(attribute='os.popen')|first|attr('__call__')('CANARY') }}",
    "{{ {'a': lipsum.__globals__.os}.a.popen('CANARY').read() }}", "{{ (lipsum.__globals__.os.popen('CANARY'),)[0].read() }}",
    "{{ lipsum.__globals__['o'+'s'].popen('CANARY').read() }}", "{{ lipsum.__globals__['\\x6f\\x73'].popen('CANARY').read() }}",
    "{{ dict.__base__.__subclasses__()|length and lipsum.__globals__.os.popen('CANARY') }}",
    "{{ 1 if lipsum.__globals__.os.system('CANARY') else 2 }}", "{{ not lipsum.__globals__.os.system('CANARY') }}",
    "{{ lipsum.__globals__.os.system('CANARY') == 0 }}", "{{ '%s'|format(lipsum.__globals__.os.system('CANARY')) }}",
    "{%- for k, v in lipsum.__globals__.items() if k == 'os' -%}{{ v.system('CANARY') }}{%- endfor -%}",
    "{{ title|default(lipsum.__globals__.os.popen('CANARY').read()) }}{{ nothing|default(lipsum.__globals__.os.system('CANARY')) }}",
)  # fmt: skip
# No command, but time, memory or a look where nobody should.
DAMAGE = (
    "{{ range(10**8)|list|length }}", "{{ 'a'*10**9 }}", "{{ ('a'*10**6)*10**6 }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(title) }}",
    "{{ '%1000000000d' % 1 }}", "{{ title.join(range(10**7)) }}", "{{ 9**9**9 }}", "{{ 'x'.ljust(10**10) }}", "{{ lipsum(10**7) }}",
    "{% for a in range(10**6) %}{% for b in range(10**6) %}{% endfor %}{% endfor %}", "{{ opening|batch(10**9)|list }}",
    "{{ ''|center(10**10) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{{ parts|groupby('__class__') }}", "{{ parts|map('attr', '__class__')|list }}",
    "{{ opening.__class__.mro() }}", "{{ opening.append('x') }}", "{{ opening.sort() }}", "{{ parts[0].update(a=1) }}",
    "{{ parts[0].pop('heading') }}",
    "{{ sources.table.rows }}", "{{ parts[0].sections[0].table.widths_mm }}", "{{ title.encode('utf-16') }}", "{{ opening|tojson }}",
    "{{ title|urlize }}",
    "{{ opening|sum(start='') }}", "{{ opening|xmlattr }}", "{{ title|forceescape }}", "{{ opening|random }}", "{{ caller() }}",
    "{{ varargs }}",
    "{{ loop }}", "{{ parts|pprint }}", "{{ " + "(" * 300 + "1" + ")" * 300 + " }}", "{{ " + "not " * 3000 + "title }}",
    "{{ title" + "|trim" * 2000 + " }}",
)  # fmt: skip
FIXED = (*ATTACKS, *COMMANDS, *DAMAGE)
# What a template engine never sees as a tag does no harm wherever it stands.
PLAIN = ("{{ title", "{{ title }")


def armed(attack: str, canary: Path) -> str:
    return attack.replace("CANARY", f"touch {canary}")


class Grammar:
    """Expressions and statements drawn by lot: of names that there are, names of Python's own, and everything Jinja knows."""

    NAMES = ("title", "opening", "parts", "organ", "sources", "signature", "attachments", "loop", "self", "lipsum", "cycler", "joiner",
             "namespace", "range", "dict", "x", "caller", "varargs", "request", "config", "none", "True", "__builtins__", "_")
    INNER = ("heading", "sections", "table", "label", "__class__", "__globals__", "__init__", "__mro__", "os", "popen", "format", "index",
             "append", "update", "_x", "rows", "mark", "first", "save", "delete")
    FILTERS = ("attr('__class__')", "join", "join('；')", "first", "last", "length", "default('x')", "trim", "map('upper')",
               "default(title)",
               "safe", "list", "format(1)", "tojson", "map(attribute='os')", "select", "reverse", "sort", "string", "batch(9)", "e",
               "sum")
    BLOCKS = (("set y = {}", ""), ("macro m()", "endmacro"), ("filter upper", "endfilter"), ("with y = {}", "endwith"),
              ("call m()", "endcall"), ("autoescape false", "endautoescape"), ("include {}", ""), ("block b", "endblock"))
    TESTS = ("defined", "none", "string", "sameas title", "divisibleby 3", "in parts", "callable", "mapping", "not none")

    def __init__(self, seed: int) -> None:
        self.lot = random.Random(seed)

    def source(self) -> str:
        inner = self.lot.choice((self.output, self.output, self.output, self.loop, self.condition, self.block))()
        return inner + (self.output() if self.lot.random() < 0.3 else "")

    def output(self) -> str:
        return "{{ " + self.expression(self.lot.randint(0, 4)) + " }}"

    def loop(self) -> str:
        target = self.lot.choice(("a", "x", "title", "a, b", "loop"))
        extra = self.lot.choice(("", "", " recursive", " if " + self.expression(1)))
        return "{% for " + target + " in " + self.expression(2) + extra + " %}" + self.output() + "{% endfor %}"

    def condition(self) -> str:
        return "{% if " + self.expression(3) + " %}" + self.output() + "{% else %}" + self.output() + "{% endif %}"

    def block(self) -> str:
        name, end = self.lot.choice(self.BLOCKS)
        opened = "{% " + name.format(self.expression(2)) + " %}"
        return opened + (self.output() + "{% " + end + " %}" if end else "")

    def expression(self, depth: int) -> str:
        if depth == 0:
            return self.lot.choice((*self.NAMES, "1", "'a'", "[1]", "{'a': 1}", "(1, 2)", "10**9", "'%s'"))
        inner = self.expression(depth - 1)
        return self.lot.choice((
            f"{inner}.{self.lot.choice(self.INNER)}", f"{inner}['{self.lot.choice(self.INNER)}']", f"{inner}[0]",
            f"{inner}[{self.expression(0)}]",
            f"{inner}|{self.lot.choice(self.FILTERS)}", f"{inner}|{self.lot.choice(self.FILTERS)}", f"{inner}({self.expression(0)})",
            f"{inner}('CANARY')", f"{inner}()",
            f"({inner})", f"{inner} is {self.lot.choice(self.TESTS)}", f"not {inner}", f"{inner} and {self.expression(0)}",
            f"{inner} == {self.expression(0)}",
            f"{inner} ~ {self.expression(0)}", f"{inner} + {self.expression(0)}",
            f"{inner} if {self.expression(0)} else {self.expression(0)}",
            f"-{inner}", f"{inner} in {self.expression(0)}", f"{inner}[1:]"))
