"""R44: with nothing but the loopback every page is the same, a report is made, and nothing tries to reach further."""
from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from partywork.jobs.models import Job, State
from tests.access_table import EXPECTED
from tests.cast import draw_world
from tests.chaos.ground import Ground, ground
from tests.chaos.loopback import outward, visit
from tests.chaos.outward import PAGE, WORKER
from tests.chaos.references import outside, references
from tests.stage import Stage, address, names, set_stage, sign_in

pytestmark = pytest.mark.django_db  # so that there is a migrated test database to copy
WHERE = "SQLite + folder"
EVERYWHERE = ("staff", "keeper")  # asked for every URL; the rest by whoever may see it
# What differs from one run to the next by itself: tokens, times, hashes, the numbers of processes, sizes of disks.
NOISE = (
    (r'csrfmiddlewaretoken" value="\w+"', "TOKEN"), (r'"X-CSRFToken": "\w+"', "TOKEN"),
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b[0-9a-f]{8,64}\b", "HASH"), (r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", "NUMBER"), (r"\d{1,2}:\d{2}(?::\d{2})?", "TIME"),
    (r"[\d.]+ ?(?:KB|MB|GB|TB|秒|分钟)", "SIZE"), (r"127\.0\.0\.1:\d+", "HERE"),
)


@pytest.fixture
def place(tmp_path) -> Iterator[tuple[Ground, Stage]]:
    with ground("sqlite", tmp_path / "outside") as found:
        with found.in_use(), transaction.atomic():
            stage = set_stage(draw_world())
            Job.objects.update(state=State.DONE, finished_at=timezone.now())  # rows for their pages; nothing is to be done
        yield found, stage


def questions(stage: Stage) -> list[tuple[str, str, list[str]]]:
    """Every URL with every object, by somebody who gets the page and, without object, by two more."""
    asked: dict[str, list[str]] = {}
    for (name, method, letter), codes in EXPECTED.items():
        if method == "GET":
            first = next((who for who, code in codes.items() if code == "200" and who != "nobody"), "nobody")
            for who in {first, *(EVERYWHERE if letter in "-a" else ())}:
                asked.setdefault(who, []).append(address(stage, name, letter))
    return [(who, stage.sessions[who], paths) for who, paths in sorted(asked.items())]


def ask_everything(stage: Stage) -> dict[str, Any]:
    return {"people": questions(stage), "report": reporter(stage)}


def reporter(stage: Stage) -> list[str]:
    """A login that asks for nothing else, and the page on which it has the report of its branch made."""
    return [sign_in(stage.world["secretary"]), address(stage, "report_make", "a")]


def plain(page: dict[str, Any]) -> tuple:
    text = page["text"]
    for pattern, instead in NOISE:
        text = re.sub(pattern, instead, text)
    return page["status"], page["kind"], page["location"], text


def different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [path for path in one.keys() | other.keys() if path not in one or path not in other or plain(one[path]) != plain(other[path])]


def copy_of(place: Ground, folder: Path) -> dict[str, str]:
    """The environment of an installation with the same content."""
    shutil.copytree(place.folder, folder)
    return place.environment() | {"DATA_DIR": str(folder)}


def test_alone_it_is_the_same_and_reaches_for_nothing(place, tmp_path, tell):
    found, stage = place
    with found.in_use():
        asked = ask_everything(stage)
    log = tmp_path / "calls"
    alone = visit(copy_of(found, tmp_path / "alone"), asked, log)
    usual = visit(found.environment(), asked)
    assert not alone["further"]
    assert len(alone["pages"]) >= len(names())
    assert different(usual["pages"], alone["pages"]) == []
    assert alone["report"] == usual["report"] == {"status": 200, "word": True}
    assert outward(log) == []
    kinds = {page["kind"].partition(";")[0] for page in alone["pages"].values()}
    assert {"text/html", "text/css", "text/javascript"} <= kinds
    referred = {each for page in alone["pages"].values() for each in references(page["text"], page["kind"])}
    assert outside(referred) == set()
    tell("R44", WHERE, f"只有本机回环的网络里：{len(alone['pages'])} 个页面与平时相同，报告生成 1 份，向外连接和域名查询 0 次，"
                       f"{len(referred)} 处引用中外部地址 0")


# --- the negative controls ------------------------------------------------------------------------------------------------


def test_a_page_that_differs_is_seen():
    page = {"status": 200, "kind": "text/html", "location": "", "text": "<p>应到 20 人，10:05</p>"}
    assert different({"/": page}, {"/": page | {"text": "<p>应到 20 人，11:06</p>"}}) == []
    for changed in ({"text": "<p>应到 21 人，10:05</p>"}, {"status": 503}, {"location": "/login/"}):
        assert different({"/": page}, {"/": page | changed}) == ["/"]


def test_a_part_that_calls_out_is_seen(place, tmp_path, tell):
    found, stage = place
    with found.in_use():
        asked = {"people": [], "report": reporter(stage)}
    log = tmp_path / "calls"
    visit(found.environment() | {"DJANGO_SETTINGS_MODULE": "tests.chaos.outward_settings"}, asked, log)
    seen = outward(log)
    assert f"{PAGE}:80" in seen and f"{WORKER}:80" in seen
    assert any(each.endswith(":53") for each in seen)
    tell("R44", WHERE, f"对照：页面、后台进程各藏一处向外连接、一处域名查询，全部看见（{len(seen)} 次）")


@pytest.mark.parametrize(("text", "kind"), [
    ('<img src="https://example.org/a.png">', "text/html"), ('<script src="//example.org/a.js"></script>', "text/html"),
    ('<p style="background: url(http://example.org/a.png)">', "text/html"), ('<form action="http://example.org/"></form>', "text/html"),
    ('<img srcset="/a.png 1x, https://example.org/b.png 2x">', "text/html"), ('@import "https://example.org/a.css";', "text/css"),
    ('fetch("https://example.org/")', "text/javascript"),
])
def test_a_reference_to_the_outside_is_seen(text, kind):
    assert outside(references(text, kind))
