"""R14: nothing in a Word template runs. A hundred known attacks and five thousand drawn by lot, in every place where Word
keeps text, are refused with the place named; whatever the allow-list lets through is filled by the real child, and is harmless."""
from __future__ import annotations

import contextlib
import html
import json
import os
import re
import resource
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docxtpl import DocxTemplate
from jinja2.exceptions import UndefinedError

from partywork.word import build_template, check_template, context_for, render
from partywork.word.context import CONTEXT
from partywork.word.examples import EXAMPLE
from partywork.word.filling import examine
from partywork.word.markup import NAMESPACES, tag
from partywork.word.official import package_parts, section
from partywork.word.syntax import Environment
from reports.making import builtin_template
from tests.chaos.attacks import COMMANDS, FIXED, PLAIN, Grammar, armed
from tests.chaos.conftest import LONG
from tests.digest import difference, snapshot
from tests.partywork.word.packages import add_part, line, package, text_box, write
from tests.partywork.word.test_syntax import Watched, escaped
from tests.payloads import DOCX, payload
from tests.stage import address

pytestmark = pytest.mark.django_db
GENERATED = 50_000 if LONG else 5_000
UPLOADED = len(FIXED) if LONG else 12
PLACES = {"header": "页眉", "footer": "页脚", "footnotes": "脚注"}
PROPERTIES = {"dc:title": "标题", "dc:subject": "主题", "dc:description": "备注", "dc:identifier": "标识", "dc:creator": "作者"}
EVERYWHERE = {"正文", "正文的文本框", *PLACES.values(), *(f"文件属性“{label}”" for label in PROPERTIES.values())}
UNBALANCED = "不成对"  # then the whole body is unreadable, the text box in it included
MEMORY, SECONDS = 700 * 2**10, 10.0
SPOTS: dict[str, Callable[[Path, str], Path]] = {
    "正文": lambda path, words: package(path, line(words)), "文本框": lambda path, words: package(path, text_box(words)),
    "页眉": lambda path, words: package(path, header=words), "页脚": lambda path, words: package(path, footer=words),
    "脚注": lambda path, words: package(path, footnotes=words), "属性": lambda path, words: package(path, core={"dc:subject": words}),
}  # fmt: skip


def stored(path: Path) -> Path:
    """Packed without being pressed, as a bomb would not be: the gate lets it in."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return write(path, parts, zipfile.ZIP_STORED)


LOOPS = "{% for a in parts %}{% for b in parts %}{% for c in parts %}{{ title }}{% endfor %}{% endfor %}{% endfor %}"
# Nothing forbidden is in them, but more than anybody should have to read.
LARGE = {
    "nested elements": "<w:p>" * 100_000 + "</w:p>" * 100_000, "many placeholders": line("{{ title }}" * 50) * 7000,
    "many paragraphs": line("x") * 25_000, "loops in loops": line(LOOPS) * 15_000,
    "a long expression": line("{{ title" + "|trim" * 100_000 + " }}"),
    "deep brackets": line("{{ " + "(" * 20_000 + "title" + ")" * 20_000 + " }}"),
    "many conditions": line("{% if title %}" * 9000 + "{% endif %}" * 9000),
}  # fmt: skip



def infested(path: Path, attack: str) -> Path:
    """A template with the same attack in every place."""
    words, loop = escaped(attack), ("{%p for part in parts %}", "{{ part.heading }}", "{%p endfor %}")
    inner = f"<w:document {NAMESPACES}>{tag('body', *map(line, loop), line(words), text_box(words), section())}</w:document>"
    parts = package_parts() | {"word/document.xml": inner}
    for number, place in enumerate(PLACES, 50):
        add_part(parts, place, words, number)
    core = "".join(f"<{name}>{words}</{name}>" for name in PROPERTIES)
    parts["docProps/core.xml"] = re.sub("<dc:title>.*(?=<dc:language>)", lambda found: core, parts["docProps/core.xml"])
    return write(path, parts)


def in_child(act: Callable[[], Any]) -> tuple[Any, int]:
    """The result, and the largest resident memory in KB of the processes that it started."""
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        with os.fdopen(writing, "wb") as answer:
            answer.write(json.dumps([act(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]).encode())
            answer.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        result, memory = json.loads(answer.read())
    os.waitpid(pid, 0)
    return result, memory


@pytest.fixture
def canary(tmp_path) -> Iterator[Path]:
    """A file that must not come into being."""
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists()


@dataclass
class Tally:
    """What the proof did, for its line in the table."""

    refused: int = 0
    let_through: int = 0
    rendered: int = 0
    memory: int = 0
    seconds: float = 0.0


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally()


def test_known_attacks_are_refused_in_every_place(canary, tmp_path, tally):
    harmless = []
    for attack in [armed(each, canary) for each in FIXED if each not in PLAIN]:
        environment = Environment(CONTEXT)
        found = {place: environment.faults_in(attack, place) for place in EVERYWHERE}
        if not any(found.values()):
            harmless.append(attack)
            continue
        assert {fault.place for faults in found.values() for fault in faults} == EVERYWHERE, attack
    tally.refused += len(FIXED) - len(PLAIN) - len(harmless)
    tally.let_through += len(harmless)
    assert len(FIXED) >= 100
    assert len(harmless) < 5
    assert not [attack for attack in harmless if any(word in attack for word in ("__", "(", "CANARY"))]
    filled(tally, harmless, tmp_path)


def test_each_place_of_a_document_is_read(canary, tmp_path):
    """The same through the packages themselves, as the child reads them."""
    for number, attack in enumerate([each for each in FIXED if each not in PLAIN][:: 1 if LONG else 6]):
        faults = dict(examine(str(infested(tmp_path / f"{number}.docx", armed(attack, canary))), CONTEXT))
        assert EVERYWHERE - set(faults) <= ({"正文的文本框"} if UNBALANCED in faults["正文"] else set()), attack


def test_attacks_drawn_by_lot(canary, tmp_path, tally):
    grammar, environment = Grammar(14), Watched(CONTEXT)
    sources = [armed(grammar.source(), canary) for _ in range(GENERATED)]
    passed = [source for source in sources if not environment.faults_in(source, "正文")]
    tally.refused += GENERATED - len(passed)
    tally.let_through += len(passed)
    assert 0.005 < len(passed) / GENERATED < 0.5  # the lot must come to both sides
    filled(tally, [source for source in passed if shows_fields_only(environment, source)], tmp_path)


def shows_fields_only(environment: Watched, source: str) -> bool:
    """Whether it prints something; an attempt to call anything, or to reach for what is no field, fails at once."""
    try:
        environment.from_string(source).render(context_for(EXAMPLE))
    except UndefinedError:
        return False
    return True


def filled(tally: Tally, sources: list[str], folder: Path) -> None:
    """Filled by the real child, many at a time."""
    for start in range(0, len(sources), 100):
        path = package(folder / f"passed{start}.docx", "".join(map(line, map(escaped, sources[start : start + 100]))))
        began = time.monotonic()
        _, memory = in_child(lambda path=path: render(path, EXAMPLE, path.with_suffix(".out.docx")))
        tally.seconds, tally.memory = max(tally.seconds, time.monotonic() - began), max(tally.memory, memory)
        tally.rendered += len(sources[start : start + 100])
    assert tally.memory <= MEMORY
    assert tally.seconds <= SECONDS


# --- through the page -------------------------------------------------------------------------------------------------------


def upload(stage, path: Path, name: str = "模板.docx", **more):
    """The form of the page, with this file."""
    data = payload(stage, "template_upload") | {"file": SimpleUploadedFile(name, path.read_bytes(), DOCX)}
    return stage.ask("staff", "POST", address(stage, "template_upload"), data, **more)


def test_they_are_refused_at_upload_and_change_nothing(stage, canary, tmp_path, tally):
    before = snapshot()
    for number, attack in enumerate(COMMANDS[:UPLOADED]):
        began = time.monotonic()
        answer = upload(stage, infested(tmp_path / f"{number}.docx", armed(attack, canary)), look=snapshot)
        tally.seconds = max(tally.seconds, time.monotonic() - began)
        assert (answer.status, difference(before, answer.after), answer.files) == (200, {}, 0)
        assert [place for place in EVERYWHERE if place not in answer.text] == []


@pytest.mark.parametrize("name", [COMMANDS[0], "{{ title }}", "{% include 'x' %}"])
def test_a_name_is_a_name(stage, canary, tmp_path, name):
    """The template's file and its title may be called anything; nothing ever fills them."""
    build_template(tmp_path / "t.docx")
    data = payload(stage, "template_upload")
    file = SimpleUploadedFile(f"{armed(name, canary)}.docx", (tmp_path / "t.docx").read_bytes(), DOCX)
    answer = stage.ask("staff", "POST", address(stage, "template_upload"), data | {"name": armed(name, canary)[:60], "file": file},
                       look=lambda: stage.get("staff", "templates").text)
    assert answer.status == 302
    assert html.escape(name[:20]) in answer.after


@pytest.mark.parametrize("name", LARGE)
def test_a_template_that_is_too_much_is_read_or_stopped(name, tmp_path, tally):
    path, began = stored(package(tmp_path / "t.docx", LARGE[name])), time.monotonic()
    faults, memory = in_child(lambda: check_template(path, needs="parts"))
    tally.seconds, tally.memory = max(tally.seconds, time.monotonic() - began), max(tally.memory, memory)
    assert faults
    assert tally.memory <= MEMORY
    assert tally.seconds <= SECONDS


def test_the_built_in_templates_pass(stage, tell, tally, tmp_path):
    handed_out = tmp_path / "t.docx"
    handed_out.write_bytes(stage.get("staff", "template_builtin").body)
    assert [check_template(path, needs="parts") for path in (builtin_template(), handed_out)] == [[], []]
    ran, places = unwatched(tmp_path)
    assert ran > 20
    assert places >= {"正文", "页眉", "页脚", "脚注", "文本框", "属性"}
    tell("R14", "Word 模板", f"{len(FIXED)} 条固定、{GENERATED:,} 条随机写法：拒绝 {tally.refused:,}，"
         f"放行 {tally.let_through:,}（只显示字段），执行 0，改动 0 行；子进程最多 {tally.memory // 1024} MB、{tally.seconds:.1f} 秒；"
         f"对照（不设允许清单）{len(COMMANDS)} 条命令执行了 {ran} 条，{len(places)} 处位置全部执行")


# --- the control: nobody watches --------------------------------------------------------------------------------------------


def unwatched(folder: Path) -> tuple[int, set[str]]:
    """How many of the commands run in an engine as it comes, and in which places of a document one does."""

    def run() -> list:
        ran = sum(runs(number, folder) for number in range(len(COMMANDS)))
        return [ran, [place for place in SPOTS if runs_in(place, folder)]]

    (ran, places), _ = in_child(run)
    return ran, set(places)


def runs(number: int, folder: Path) -> bool:
    canary = folder / f"canary{number}"
    with contextlib.suppress(Exception):
        jinja2.Environment().from_string(armed(COMMANDS[number], canary)).render(context_for(EXAMPLE))
    return came_into_being(canary)


def runs_in(place: str, folder: Path) -> bool:
    canary = folder / f"canary {len(place)} {place}".replace(" ", "-")
    words = escaped(armed(COMMANDS[0], canary))
    with contextlib.suppress(Exception):
        DocxTemplate(SPOTS[place](folder / f"{place}.docx", words)).render(context_for(EXAMPLE), jinja2.Environment())
    return came_into_being(canary)


def came_into_being(canary: Path) -> bool:
    """A command that was begun may take a moment."""
    for _ in range(40):
        if canary.exists():
            return True
        time.sleep(0.005)
    return False
