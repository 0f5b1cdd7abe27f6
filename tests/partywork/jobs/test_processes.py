"""Real workers, killed for real: SQLite with the folder queue and, in CI, PostgreSQL with Redis."""
from __future__ import annotations

import signal
import socket

import pytest

from tests.partywork.jobs.place import wait_for

pytestmark = pytest.mark.django_db  # so that there is a migrated test database to copy


def ended_with(process) -> int:
    wait_for(lambda: process.poll() is not None)
    return process.returncode


def test_a_worker_killed_in_a_job_leaves_it_done_once(place):
    """Killed before the commit it is done again; killed after it, with the message unacknowledged, it is not."""
    before_the_commit = place.worker("test.written", pool="solo")
    place.queue("test.make")
    assert ended_with(before_the_commit) == -signal.SIGKILL
    assert (place.jobs(), place.made()) == ([("running", 1)], 0)
    after_the_commit = place.worker("job.finished", pool="solo")
    assert ended_with(after_the_commit) == -signal.SIGKILL
    assert (place.jobs(), place.made()) == ([("done", 2)], 1)
    place.worker(pool="solo")
    wait_for(place.worker_is_ready)
    wait_for(place.queue_is_empty)
    assert (place.jobs(), place.made()) == ([("done", 2)], 1)


def test_a_job_that_kills_its_worker_fails_and_the_others_pass_it(place):
    """On a laptop the worker is started again, in production its pool replaces the child."""
    place.queue("test.die")
    place.write("UPDATE jobs_job SET tries = 2")
    place.queue("test.make", count=3)
    worker = place.worker("test.die")
    if not place.services:
        assert ended_with(worker) == -signal.SIGKILL
        place.worker("test.die")
    wait_for(lambda: not {"queued", "running"} & {state for state, _ in place.jobs()})
    assert sorted(place.jobs()) == [("done", 1)] * 3 + [("failed", 3)]
    assert place.made() == 3


def test_eight_claimants_one_claim(place):
    """And the control: reading first and saving then lets several in."""
    job, naive = place.queue("test.answer", count=2)
    got = place.python(RACE, job=job, naive=naive)
    assert got["claims"] == 1
    assert got["naive"] > 1


@pytest.mark.parametrize("broker", ["frozen", "away"])
def test_a_click_does_not_wait_for_the_broker(laptop, broker):
    """Frozen: it takes the connection and never answers. The row is there, the sweep will send it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        laptop.env["REDIS_URL"] = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        if broker == "away":
            listener.close()
        timed = laptop.python(CLICK)
    assert timed["seconds"] < 10  # it does not hang; how fast it is on a calm machine is the benchmark's business
    assert timed["without"]  # the control: with the default options it hangs, or sleeps for two seconds
    assert laptop.jobs() == [("queued", 0)] * 2


RACE = """
import threading
from partywork.jobs.models import Job
from partywork.jobs.services import claim_job
def race(act):
    barrier, wins = threading.Barrier(8), []
    def run():
        from django.db import connection
        barrier.wait()
        wins.append(bool(act()))
        connection.close()
    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sum(wins)
def read_then_save():
    row = Job.objects.get(pk=naive)
    if row.tries:
        return False
    import time; time.sleep(0.05)
    Job.objects.filter(pk=naive).update(tries=1)
    return True
print(json.dumps({"claims": race(lambda: claim_job(job)), "naive": race(read_then_save)}))
"""

CLICK = """
import threading, time
from django.contrib.auth import get_user_model
from partywork.celery import app
from partywork.jobs.services import queue_job, send_wake_up
person = get_user_model().objects.create(username="person")
queue_job(actor=person, kind="test.answer", args={})  # the first in a process also loads the transport
begun = time.monotonic()
job = queue_job(actor=person, kind="test.answer", args={})
seconds = time.monotonic() - begun
app.pool.force_close_all()
app.conf.broker_transport_options = {}
app.amqp._producer_pool = None
hung = threading.Thread(target=send_wake_up, args=[job.pk], daemon=True)
hung.start()
hung.join(1.95)
print(json.dumps({"seconds": seconds, "without": hung.is_alive()}), flush=True)
import os; os._exit(0)
"""
