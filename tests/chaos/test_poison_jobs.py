"""R23: jobs that always kill their worker are failed after three tries with a reason, and all others pass them."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from partywork.jobs.querysets import MAX_TRIES
from partywork.jobs.services import GAVE_UP
from tests.chaos.workers import WHERE, Workers, workers_at
from tests.partywork.jobs.conftest import migrated, migrated_services  # noqa: F401  (fixtures)
from tests.partywork.jobs.place import all_places

pytestmark = pytest.mark.django_db  # so that there is a migrated test database to copy
POISON, GOOD = 10, 50


@pytest.fixture(params=all_places(), ids=str)
def workers(request, tmp_path, migrated) -> Iterator[Workers]:  # noqa: F811
    template = migrated if request.param == "laptop" else request.getfixturevalue("migrated_services")
    with workers_at(request.param, tmp_path, template) as found:
        found.where = WHERE[request.param]
        yield found


def queue_all(workers: Workers) -> None:
    """Every poison job is met before the good ones."""
    workers.call("queue", kind="test.die", count=POISON)
    workers.call("queue", kind="test.make", count=GOOD)


def tally(workers: Workers) -> Counter:
    return Counter(workers.place.rows("SELECT kind, state, tries FROM jobs_job"))


def test_poison_fails_and_the_others_pass(workers, tell):
    queue_all(workers)
    workers.arm("test.die always")
    workers.start()
    seconds = workers.attend(lambda: not workers.open_jobs(), seconds=120, revive=workers.start)
    assert tally(workers) == {("test.die", "failed", 3): POISON, ("test.make", "done", 1): GOOD}
    assert workers.place.made() == GOOD
    reasons = workers.call("failures")
    assert len(reasons) == POISON and all(reason.startswith(f"{GAVE_UP}（编号 ") for reason in reasons)
    tell("R23", workers.where, f"{POISON} 个杀进程的任务、{GOOD} 个正常任务：完成 {GOOD}，未完成并写明原因 {POISON}，各试 3 次，"
                               f"共用 {seconds:.0f} 秒，后台进程重新启动 {len(workers.starts) - 1} 次")


def test_without_the_count_of_tries_poison_never_ends(workers, tell):
    workers.call("queue", kind="test.die", count=1)
    workers.arm("test.die always")
    workers.attend(lambda: workers.deaths > MAX_TRIES + 1, revive=lambda: workers.start("count_of_tries"))
    assert workers.open_jobs() == 1
    tell("R23", workers.where, f"对照：不计次数时，同一任务杀进程 {workers.deaths} 次后仍在重试")
