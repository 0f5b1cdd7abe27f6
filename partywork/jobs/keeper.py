"""A worker's housekeeping thread: says that the worker lives, sweeps, clears up, and ends a worker whose parent is gone.

It runs in the worker's main process under both transports, so a laptop needs no beat; in production beat sweeps too.
"""
from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import datetime, timedelta

from celery.signals import worker_ready, worker_shutting_down
from django.db import connection
from django.utils import timezone

from partywork.files.leftovers import clear_leftovers
from partywork.jobs.models import WorkerBeat
from partywork.jobs.services import sweep_jobs
from partywork.keeping.heads import note_head_of_day

log = logging.getLogger(__name__)
BEAT_SECONDS, SWEEP_SECONDS, CLEAR_SECONDS, GRACE_SECONDS = 10, 30, 3600, 20
FORGET_AFTER = timedelta(days=1)
_stop = threading.Event()


def parent_is_gone(parent: int) -> bool:
    return bool(parent) and os.getppid() != parent


def _end_this_worker() -> None:
    """First politely (the running job ends), then not: the next start takes a job up again anyway."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def touch_beat(name: str, since: datetime) -> None:
    """This worker lives; rows of workers not seen for a day go."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(name=name, defaults={"since": since, "seen_at": now})
    WorkerBeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def _guarded(act, *args, **kwargs) -> None:
    """The thread outlives any trouble with the database, and keeps no connection while it waits for the next round."""
    try:
        act(*args, **kwargs)
    except Exception as error:
        log.warning("worker housekeeping: %s", type(error).__name__)
    finally:
        connection.close()


def keep_house(name: str, parent: int) -> None:
    since = timezone.now()
    _guarded(touch_beat, name, since)
    _guarded(sweep_jobs, resend_after=0)  # at start: wake-ups may have been lost with the worker or the broker
    _guarded(clear_leftovers)
    second = 0
    while not _stop.wait(1):
        second += 1
        if parent_is_gone(parent):
            _end_this_worker()
        if second % BEAT_SECONDS == 0:
            _guarded(touch_beat, name, since)
        if second % SWEEP_SECONDS == 0:
            _guarded(sweep_jobs)
            _guarded(note_head_of_day)
        if second % CLEAR_SECONDS == 0:
            _guarded(clear_leftovers)


@worker_ready.connect
def start_keeper(sender, **kwargs) -> None:
    parent = int(os.environ.get("SERVE_PID", "0"))
    threading.Thread(target=keep_house, args=(str(sender.hostname), parent), name="keeper", daemon=True).start()


@worker_shutting_down.connect
def stop_keeper(**kwargs) -> None:
    """A worker that is leaving no longer counts as alive."""
    _stop.set()
