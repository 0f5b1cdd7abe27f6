"""R10 and R11: twenty thousand bad requests, at every place where something can be sent. None is a fault of the system; what
was accepted poisons nothing; and both engines give the same answer to each."""
from __future__ import annotations

import pytest

from tests.chaos.barrage import SLOW
from tests.chaos.ground import ground
from tests.chaos.storm import Storm, weather
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401

pytestmark = pytest.mark.django_db  # so that there is a migrated database to copy
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
LEAST = 20_000


@pytest.fixture(scope="module")
def storm(request, django_db_setup, django_db_blocker, tmp_path_factory):
    """storm(engine): what came of the storm there; it is raised once."""
    known: dict[str, Storm | None] = {}

    def of(engine: str) -> Storm:
        if engine not in known:
            known[engine] = None  # one that ended badly is not raised again
            template = request.getfixturevalue("migrated_services") if engine == "postgresql" else ""
            with django_db_blocker.unblock(), ground(engine, tmp_path_factory.mktemp("storm"), template) as place:
                known[engine] = weather(place)
        assert known[engine], "the storm came to no end"
        return known[engine]

    return of


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_that_is_sent_is_a_fault(storm, engine, tell):
    found = storm(engine)
    assert len(found.sent.codes) >= LEAST
    assert found.sent.faults == []
    assert found.unlogged == []
    assert {code[:3] for code in found.sent.codes.values() if code < "400"} == {"200", "302"}
    faults = len(found.without_door.faults)
    assert faults > 0, "the control: without the door nothing happened either"
    tell("R10", NAMES[engine], f"{len(found.sent.codes):,} 次坏请求：≥500 的 0，超过 {SLOW:.0f} 秒的 0"
         f"（最慢 {found.sent.slowest:.1f} 秒）；对照（去掉门口检查，{len(found.without_door.codes):,} 次）{faults} 次出错")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_accepted_poisons_nothing(storm, engine, tell):
    found = storm(engine)
    stayed = sum(code[:3] in ("200", "302") for code in found.kept.codes.values())
    assert found.kept.faults == []
    assert stayed > 200
    assert found.shut == []
    assert found.poisoned == {}
    assert [state for state, _ in found.reports] == ["done"], found.reports
    assert any(said.startswith("/") for said in found.control), "the control: a page stays open whatever the row"
    assert any(said.startswith("{") for said in found.control), "the control: a row is good whatever is in it"
    tell("R11", NAMES[engine], f"留下 {stayed:,} 次被接受的坏请求、{sum(found.rows.values()):,} 行：打不开的页面 0，不合格的行 0，"
         f"报告照常生成；对照（直接写入坏数据）发现 {len(found.control)} 处")
    if engine != ENGINES[0]:
        answers_alike(storm(ENGINES[0]), found, tell)


def answers_alike(here: Storm, there: Storm, tell) -> None:
    """The same request got the same code, and the same rows are there."""
    assert differences(here.sent.codes, there.sent.codes) + differences(here.kept.codes, there.kept.codes) == []
    assert here.rows == there.rows
    unguarded = differences(here.without_door.codes, there.without_door.codes)
    assert unguarded != [], "the control: the engines agree even on what the door keeps out"
    tell("R11", "两种数据库", f"{len(here.sent.codes) + len(here.kept.codes):,} 次请求的答复逐一相同，差异 0；"
         f"对照（去掉门口检查）差异 {len(unguarded)}")


def differences(one: dict[tuple[str, ...], str], other: dict[tuple[str, ...], str]) -> list[str]:
    return [f"{what}: {one.get(what)} / {other.get(what)}" for what in {**one, **other} if one.get(what) != other.get(what)]
