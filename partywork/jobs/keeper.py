"""A worker's housekeeping thread: says that the worker lives, sweeps, and ends a worker whose parent is gone.

It runs in the worker's main process under both transports, so a laptop needs no beat; in production beat sweeps too.
"""
from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import timedelta

from celery.signals import worker_ready, worker_shutting_down
from django.db import close_old_connections, connection
from django.utils import timezone

from partywork.jobs.models import WorkerBeat
from partywork.jobs.services import sweep_jobs

log = logging.getLogger(__name__)
BEAT_SECONDS, SWEEP_SECONDS, GRACE_SECONDS = 10, 30, 20
FORGET_AFTER = timedelta(days=1)
_stop = threading.Event()


def parent_is_gone(parent: int) -> bool:
    return bool(parent) and os.getppid() != parent


def _end_this_worker() -> None:
    """First politely (the running job ends), then not: the next start takes a job up again anyway."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def touch_beat(name: str) -> None:
    """This worker lives; rows of workers not seen for a day go."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(name=name, defaults={"seen_at": now})
    WorkerBeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()


def _guarded(act, *args, **kwargs) -> None:
    """The thread outlives any trouble with the database; the next round tries again on a new connection."""
    try:
        close_old_connections()
        act(*args, **kwargs)
    except Exception as error:
        log.warning("worker housekeeping: %s", type(error).__name__)
        connection.close()


def keep_house(name: str, parent: int) -> None:
    _guarded(touch_beat, name)
    _guarded(sweep_jobs, resend_after=0)  # at start: wake-ups may have been lost with the worker or the broker
    second = 0
    while not _stop.wait(1):
        second += 1
        if parent_is_gone(parent):
            _end_this_worker()
        if second % BEAT_SECONDS == 0:
            _guarded(touch_beat, name)
        if second % SWEEP_SECONDS == 0:
            _guarded(sweep_jobs)


@worker_ready.connect
def start_keeper(sender, **kwargs) -> None:
    parent = int(os.environ.get("SERVE_PID", "0"))
    threading.Thread(target=keep_house, args=(str(sender.hostname), parent), name="keeper", daemon=True).start()


@worker_shutting_down.connect
def stop_keeper(**kwargs) -> None:
    """A worker that is leaving no longer counts as alive."""
    _stop.set()
