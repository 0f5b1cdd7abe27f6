"""R24: Redis stopped, frozen, killed without a log of its own, wiped: people go on working, and no job is lost."""
from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import pytest

from tests.chaos.conftest import LONG
from tests.chaos.own_redis import OwnRedis
from tests.chaos.readers import PATIENCE, Crowd, ask_for_report, gunicorn, signs_in
from tests.chaos.workers import Workers, workers_at
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401  (a fixture)
from tests.partywork.jobs.place import all_places, wait_for

WHERE = "PostgreSQL + Redis"
USERS = 10
SECONDS, CALM, SWEEP_EVERY = (60, 20, 0) if LONG else (12, 5, 5)  # the product sweeps every 30 seconds
HERE = [place for place in all_places() if place != "laptop"]


def wipe_again_and_again(redis: OwnRedis) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        redis.wipe()
        time.sleep(0.2)


OUTAGES: dict[str, tuple[Callable, Callable]] = {
    "停止": (OwnRedis.stop, OwnRedis.start), "冻结": (OwnRedis.freeze, OwnRedis.thaw), "被杀": (OwnRedis.kill, OwnRedis.start),
    "清空": (wipe_again_and_again, lambda redis: None),
}


@pytest.fixture(params=HERE, ids=str)
def workers(tmp_path, request) -> Iterator[Workers]:
    with workers_at("services", tmp_path, request.getfixturevalue("migrated_services")) as found:
        found.sweep_every = SWEEP_EVERY
        found.report = found.call("settle", people=40)
        yield found


@dataclass
class Trial:
    """What one outage showed."""

    clicks: list[float] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    back: float = 0

    def click(self, port: int, session: str, report: int) -> None:
        reply, job = ask_for_report(port, session, report)
        if not job:
            self.refused.append(reply)
        self.jobs.append(job)
        self.clicks.append(reply.seconds if reply else PATIENCE)


def outage(workers: Workers, crowd: Crowd, name: str, locked: str, password: str) -> Trial:
    """Half of the people click just before, so that their messages are lost with Redis; half of them while it is away."""
    trial, redis, (harm, mend) = Trial(), workers.place.own, OUTAGES[name]
    early, late = crowd.sessions[::2], crowd.sessions[1::2]
    with ThreadPoolExecutor(USERS) as people:
        list(people.map(lambda session: trial.click(crowd.port, session, workers.report), early))
        crowd.phase, ends = name, time.monotonic() + SECONDS
        people.submit(harm, redis)
        list(people.map(lambda session: trial.click(crowd.port, session, workers.report), late))
        assert signs_in(crowd.port, "newcomer", password)
        assert not signs_in(crowd.port, locked, password)
        time.sleep(max(0, ends - time.monotonic()))
    mend(redis)
    crowd.phase = "after"
    trial.back = workers.attend(lambda: not workers.open_jobs())
    return trial


def lock(port: int, username: str, password: str) -> str:
    """Wrong passwords until the right one is refused as well."""
    assert signs_in(port, username, password)
    wait_for(lambda: not signs_in(port, username, f"{password}x") and not signs_in(port, username, password), every=0)
    return username


def test_redis_may_go_away(workers, tell):
    password, _ = [workers.call("person", username=name) for name in ("newcomer", "victim")]
    people = workers.call("crowd", report=workers.report, people=USERS)
    worker = workers.start()
    with gunicorn(workers.place.env, workers.place.folder) as port, Crowd(port, **people) as crowd:
        locked = lock(port, "victim", password)
        time.sleep(CALM)
        crowd.phase = "calm"
        time.sleep(CALM)
        trials = {name: outage(workers, crowd, name, locked, password) for name in OUTAGES}
    jobs = [job for trial in trials.values() for job in trial.jobs]
    assert [trial.refused for trial in trials.values()] == [[]] * len(OUTAGES)
    assert crowd.faults() == []
    assert len(set(jobs)) == len(OUTAGES) * USERS
    assert workers.call("outcome", jobs=jobs) == {"lost": [], "doubled": []}
    assert workers.pid == worker and workers.alive
    for name, trial in trials.items():
        assert median(trial.clicks) <= 2
        pages = f"页面出错 0，p95 {crowd.p95('calm') * 1000:.0f} → {crowd.p95(name) * 1000:.0f} ms"
        clicks = f"提交报告中位 {median(trial.clicks):.1f} 秒、最慢 {max(trial.clicks):.1f} 秒"
        tell("R24", WHERE, f"Redis {name} {SECONDS} 秒、{USERS} 人：{pages}，{clicks}，任务丢 0，恢复后 {trial.back:.0f} 秒做完"
                           f"（清点间隔 {SWEEP_EVERY or 30} 秒），登录、会话、锁定不变")


# --- the negative controls ------------------------------------------------------------------------------------------------


def test_without_bounded_waits_a_click_hangs(workers, tell):
    people = workers.call("crowd", report=workers.report, people=1)
    env = workers.place.env | {"DJANGO_SETTINGS_MODULE": "tests.chaos.unbounded_settings"}
    with gunicorn(env, workers.place.folder) as port:
        workers.place.own.freeze()
        reply, _ = ask_for_report(port, people["sessions"][0], workers.report)
        workers.place.own.thaw()
    assert reply is None
    tell("R24", WHERE, f"对照：不限等待时间时，Redis 冻结后提交报告 {PATIENCE} 秒仍无应答")


def test_without_the_sweep_a_killed_redis_loses_jobs(workers, tell):
    workers.start("sweep")
    workers.attend(workers.place.worker_is_ready)
    jobs = workers.call("request", report=workers.report, tokens=[str(uuid.uuid4()) for _ in range(12)])
    workers.place.own.kill()
    workers.place.own.start()
    time.sleep(SECONDS)
    lost = workers.call("outcome", jobs=jobs)["lost"]
    assert lost
    tell("R24", WHERE, f"对照：不清点任务表时，Redis 被杀一次丢 {len(lost)}/{len(jobs)} 项任务")
