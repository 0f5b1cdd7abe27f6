"""R22: workers killed with -9 in every stage of a job and at random: no report lost, none made twice, nothing left over."""
from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from random import Random

import pytest

from partywork.files.leftovers import HOUR
from tests.bench.server import resident_mb
from tests.chaos.conftest import LONG
from tests.chaos.workers import WHERE, Workers, workers_at
from tests.partywork.jobs.conftest import migrated, migrated_services  # noqa: F401  (fixtures)
from tests.partywork.jobs.place import all_places, children_of

pytestmark = pytest.mark.django_db  # so that there is a migrated test database to copy
STAGES = ("job.received", "job.claimed", "report.computing", "report.frozen", "report.rendering", "report.stored", "job.finished")
# What the newest job's row says when a worker is killed in each stage: one that was killed before is running until it is
# given back, and a worker may still have been at the end of the job before.
SEEN = {"job.received": (("queued", "running"), 0, 100), "job.claimed": (("running",), 0, 0),
        "report.computing": (("running",), 1, 69), "report.frozen": (("running",), 1, 69),
        "report.rendering": (("running",), 70, 70), "report.stored": (("running",), 90, 90), "job.finished": (("done", "queued"), 0, 100)}
EACH = 30 if LONG else 15  # kills in each stage
BATCH, PAUSE = (100, 3.0) if LONG else (40, 1.5)
REPORTS = 100 if LONG else 30
PEOPLE = 60


@pytest.fixture(scope="module", params=all_places(), ids=str)
def workers(request, tmp_path_factory, migrated) -> Iterator[Workers]:  # noqa: F811
    template = migrated if request.param == "laptop" else request.getfixturevalue("migrated_services")
    with workers_at(request.param, tmp_path_factory.mktemp("jobs"), template) as found:
        found.report = found.call("settle", people=PEOPLE)
        found.where = WHERE[request.param]
        yield found


def request_reports(workers: Workers, count: int = 1, **how) -> list[str]:
    return workers.call("request", report=workers.report, tokens=[str(uuid.uuid4()) for _ in range(count)], **how)


def stories(dice: Random) -> Iterator[list[str]]:
    """All kills, two for a job: of the three tries the last must be left."""
    kills = [stage for stage in STAGES for _ in range(EACH)]
    dice.shuffle(kills)
    while kills:
        story = [kills.pop()]
        if story != ["job.finished"] and kills:
            story.append(kills.pop())
        yield story


def live_through(workers: Workers, story: list[str], dice: Random) -> tuple[str, float]:
    """One job that is killed once or twice; its id, and the seconds from the last kill until it was done."""
    killed = [time.monotonic()]

    def revive() -> None:
        if fired := len(story) - len(workers.armed):  # else it is the last story's worker that has just died
            look_at(workers, story[fired - 1])
        workers.start()

    def over() -> bool:
        if len(workers.armed) <= len(story) - len(killed):
            killed.append(time.monotonic())
        return not workers.armed and not workers.open_jobs()

    workers.arm(*[f"{stage} {dice.choice(['whole', 'one'])}" for stage in story])
    (job,) = request_reports(workers)
    workers.attend(over, revive=revive)
    return job, time.monotonic() - killed[-1]


def look_at(workers: Workers, stage: str) -> None:
    """Was it killed where it was meant to be?"""
    state, progress = workers.place.rows("SELECT state, progress FROM jobs_job ORDER BY created_at DESC LIMIT 1")[0]
    states, low, high = SEEN[stage]
    assert state in states and low <= progress <= high, (stage, state, progress)


def test_killed_in_every_stage(workers, tell):
    dice, jobs, times = Random(22), [], []
    for story in stories(dice):
        if not workers.alive:
            workers.start()
        job, seconds = live_through(workers, story, dice)
        jobs.append(job)
        times.append(seconds)
    settled = settle_up(workers, jobs)
    assert max(times) < 60
    tell("R22", workers.where, f"{len(STAGES)} 个阶段各杀 {EACH} 次，共 {len(STAGES) * EACH} 次，{len(jobs)} 份报告：{settled}；"
                               f"最迟 {max(times):.1f} 秒后完成")


def settle_up(workers: Workers, jobs: list[str]) -> str:
    """Nothing lost, nothing doubled, nothing left over an hour later; in words."""
    assert workers.call("outcome", jobs=jobs) == {"lost": [], "doubled": []}
    clear_up(workers)
    made = workers.call("counts")
    assert set(made.values()) == {workers.place.rows("SELECT count(*) FROM jobs_job WHERE state = 'done'")[0][0]}
    assert workers.call("verify") == []
    return "丢 0，重 0，临时文件 0"


def clear_up(workers: Workers) -> None:
    """An hour passes, and the next worker begins."""
    workers.kill()
    for path in workers.leftovers():
        os.utime(path, (time.time() - 2 * HOUR,) * 2)
    workers.start()
    workers.attend(lambda: not workers.leftovers())


def test_killed_at_random(workers, tell):
    """All requested at once; on Redis, all processes of the worker die in turn, or its parent, or one that works."""
    pause = max(PAUSE, 3 * calm_seconds(workers))
    jobs = request_reports(workers, BATCH, first=1)
    dice, kills = Random(7), 0
    while workers.open_jobs():
        if not workers.alive:
            workers.start()
        time.sleep(dice.uniform(pause / 2, pause * 3 / 2))
        kills += kill_somehow(workers, dice)
    assert kills >= BATCH // 10
    tell("R22", workers.where, f"每 {pause:.1f} 秒随机杀一次，{kills} 次，{BATCH} 份报告：{settle_up(workers, jobs)}")


def calm_seconds(workers: Workers) -> float:
    """One report, undisturbed."""
    if not workers.alive:
        workers.start()
    request_reports(workers)
    return workers.attend(lambda: not workers.open_jobs())


def kill_somehow(workers: Workers, dice: Random) -> bool:
    """A third try is left alone: a job that dies three times is failed with a reason, which is R23."""
    workers.attend(lambda: not workers.place.rows("SELECT id FROM jobs_job WHERE state = 'running' AND tries > 2"))
    if not workers.open_jobs():
        return False
    children = [pid for pid in children_of(workers.pid) if workers.place.services]
    match dice.choice(["all", "parent", "one"]) if children else "all":
        case "all":
            workers.kill()
        case "parent":
            os.kill(workers.pid, signal.SIGKILL)
            workers.attend(lambda: not workers.alive)
        case "one":
            os.kill(dice.choice(children), signal.SIGKILL)
    return True


# --- the negative controls ------------------------------------------------------------------------------------------------


def test_without_the_sweep_jobs_are_lost(workers, tell):
    """The broker alone: acknowledging late does not bring a message back within a minute."""
    jobs = []
    for number, stage in enumerate(STAGES):
        workers.kill()
        workers.arm(f"{stage} whole")
        workers.start("sweep")
        jobs += request_reports(workers, first=number)
        workers.attend(lambda: not workers.alive)
    workers.start("sweep")
    time.sleep(5)
    lost = workers.call("outcome", jobs=jobs)["lost"]
    assert len(lost) == len(STAGES) - 1  # killed after its end a job is done all the same
    workers.kill()
    workers.start()
    workers.attend(lambda: not workers.open_jobs())  # the guard is back, and so are they
    tell("R22", workers.where, f"对照：不清点任务表时，{len(STAGES)} 个阶段各杀一次丢 {len(lost)} 份")


def test_without_one_act_for_version_and_end_reports_are_doubled(workers, tell):
    workers.kill()
    workers.arm("report.unfinished whole")
    workers.start("one_act")
    before = workers.call("counts")["versions"]
    request_reports(workers)
    workers.attend(lambda: not workers.open_jobs(), revive=workers.start)
    doubled = workers.call("counts")["versions"] - before
    assert doubled == 2
    tell("R22", workers.where, f"对照：版本与任务结束不在同一事务时，1 次请求得到 {doubled} 个版本")


# --- memory ------------------------------------------------------------------------------------------------------------------


def test_memory_stays_flat(workers, tell):
    """One worker, one report after another; the first ten load what is loaded once."""
    workers.kill()
    workers.start()
    jobs, sizes = [], []
    while len(jobs) < REPORTS:
        jobs += request_reports(workers, 10, twice=False, first=20)
        workers.attend(lambda: not workers.open_jobs(), seconds=120)
        sizes.append(resident_mb(workers.pid))
    assert sizes[-1] < sizes[0] * 1.1
    tell("R22", workers.where, f"一个后台进程连做 {len(jobs)} 份报告：常驻内存 {sizes[0]:.0f} → {sizes[-1]:.0f} MB")
