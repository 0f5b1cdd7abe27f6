"""R17: what was acknowledged survives any kill -9, once and whole: of the web server, of PostgreSQL's processes."""
from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from branches.meetings.models import Meeting
from tests.chaos import ledger
from tests.chaos.cluster import Cluster
from tests.chaos.conftest import LONG
from tests.chaos.ground import ROOM, ground, ground_at
from tests.chaos.siege import A_LIFE, WRITERS, Siege, besieged, until_seen
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.partywork.jobs.place import wait_for

pytestmark = pytest.mark.django_db  # so that there is a migrated database to copy
KILLS = 200 if LONG else 100
ACKNOWLEDGED = 5000 if LONG else 2500  # of each engine
DATABASE_KILLS = 20 if LONG else 5  # of backends, and as many of postmasters
CONTROL_KILLS = 12
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@pytest.fixture
def template(request) -> Callable[[str], str]:
    return lambda engine: request.getfixturevalue("migrated_services") if engine == "postgresql" else ""


@pytest.fixture(params=ENGINES)
def siege(request, template, tmp_path, django_db_blocker) -> Iterator[Siege]:
    ready = ground(request.param, tmp_path / "place", template(request.param))
    with django_db_blocker.unblock(), ready as place, besieged(place) as made:
        yield made


def test_the_server_is_killed(siege, tell):
    for number in range(KILLS):
        assert siege.kill_a_server(mined=bool(number % 2)) and not siege.faults(), siege.faults()
        if number % 4 == 0:  # else the next server itself recovers the database
            found = siege.compared()
            assert not found, found
    found = siege.end(ACKNOWLEDGED)
    assert not found, found
    assert siege.blown >= KILLS // 4
    siege.verify()
    tell("R17", NAMES[siege.place.engine], f"网页服务被杀 {KILLS} 次，{siege.blown} 次正在写库语句或提交处；"
         f"已答复 {siege.answered:,} 笔：{found.told}；核对 0 处")


def test_without_transactions_halves_are_seen(siege, tell):
    """The negative control: each statement for itself."""

    def kill() -> list[str]:
        siege.kill_a_server(mined=True, seconds=2, without_transactions=True)
        return siege.compared().half

    number, half = until_seen(CONTROL_KILLS, kill)
    tell("R17", NAMES[siege.place.engine], f"对照：去掉事务，杀到第 {number} 次即有 {len(half)} 处半笔")


def test_the_ledger_sees_what_is_gone_and_what_is_there_twice(siege):
    """The negative control of the comparison itself."""
    siege.servers.start()
    siege.live(20)
    assert not siege.end()
    with siege.place.in_use():
        one, other = Meeting.objects.filter(state="held", form_token__isnull=False).order_by("pk")[:2]
        Meeting.objects.filter(pk=one.pk).update(form_token=None, title=other.title)
        found = ledger.compare(siege.writers, ROOM)
    assert (len(found.doubled), len(found.half)) == (1, 0)
    assert {line.split()[1] for line in found.lost} == {str(one.form_token)}


def kill_database(siege: Siege, cluster: Cluster, victim: str) -> None:
    """The server stays; its connections die under it, the next ones find a database that recovers."""
    siege.servers.start()
    for _ in range(DATABASE_KILLS):
        assert siege.live(siege.dice.randint(*A_LIFE)) and not siege.faults(), siege.faults()
        cluster.kill_backend(siege.dice) if victim == "backend" else cluster.kill_postmaster()
    assert siege.live(WRITERS)  # it has recovered


if "postgresql" in ENGINES:

    def test_postgresql_is_killed(migrated_services, tmp_path, django_db_blocker, tell):
        with (django_db_blocker.unblock(), Cluster(migrated_services) as cluster,
              besieged(ground_at(tmp_path / "place", cluster.url)) as siege):
            for victim, name in (("backend", "连接进程"), ("postmaster", "主进程")):
                kill_database(siege, cluster, victim)
                siege.servers.kill()
                found = siege.compared()
                assert not found, found
                tell("R17", "PostgreSQL", f"数据库{name}被杀 {DATABASE_KILLS} 次；"
                     f"已答复 {siege.answered:,} 笔：{found.told}")
            found = siege.end()
            assert not found, found
            siege.verify()

    def test_without_transactions_a_killed_backend_leaves_halves(migrated_services, tmp_path, django_db_blocker, tell):
        """The negative control."""
        with (django_db_blocker.unblock(), Cluster(migrated_services) as cluster,
              besieged(ground_at(tmp_path / "place", cluster.url)) as siege):

            def kill() -> list[str]:
                siege.servers.start(without_transactions=True)
                siege.live(siege.dice.randint(*A_LIFE), seconds=2)
                cluster.kill_backend(siege.dice)
                siege.servers.kill()
                wait_for(lambda: not cluster.is_recovering())
                return siege.compared().half

            number, half = until_seen(CONTROL_KILLS, kill)
            tell("R17", "PostgreSQL", f"对照：去掉事务，杀连接进程到第 {number} 次即有 {len(half)} 处半笔")
