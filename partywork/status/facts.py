"""Asking the machine, the database and the history of keeping for what the keeper's page says. Reads only."""

from __future__ import annotations

import os
import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import celery
import django
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from partywork.files.models import Attachment
from partywork.jobs.models import Job, State, WorkerBeat
from partywork.journal.models import Head
from partywork.keeping import history
from partywork.status import lines
from partywork.status.deployment import settings_problems
from partywork.status.lines import Line, fine, size_in_words
from partywork.version import VERSION

BROKER_SECONDS = 1.0
LATELY = timedelta(days=7)
FAILED_SHOWN = 10
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# One question each: version, size in bytes, the clock.
ABOUT_DATABASE = {
    "sqlite": "SELECT sqlite_version(), (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size),"
              " strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
    "postgresql": "SELECT current_setting('server_version'), pg_database_size(current_database()), clock_timestamp()",
}


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[Line]


def sections() -> list[Section]:
    """The whole page; the same number of queries whatever is in the tables."""
    now, database = timezone.now(), about_database()
    return [
        Section("后台任务", [worker(now), queue(now), broker()]),
        Section("备份与核对", [*backups(now), *proofs(now)]),
        Section("空间", [disks(), fine("数据库", f"{size_in_words(database[1])}。"), files()]),
        Section("版本和设置", [versions(database[0]), lines.clock_line(now, database[2], timezone.get_default_timezone_name()),
                            lines.security_line(settings_problems(), production=settings.PRODUCTION), people(now)]),
    ]


def alerts() -> list[Line]:
    """What cannot wait, for the keeper's first page: one query, nothing heavy."""
    now = timezone.now()
    cheap = [worker(now), *backups(now), lines.verify_line(history.last("verify"), now), disks()]
    return [line for line in cheap if line.state is lines.State.WRONG]


# --- work in the background ---------------------------------------------------------------------------------------------


def worker(now: datetime) -> Line:
    return lines.worker_line(list(WorkerBeat.objects.values_list("name", "since", "seen_at")), now)


def queue(now: datetime) -> Line:
    found = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state=State.QUEUED)), running=Count("pk", filter=Q(state=State.RUNNING)),
        failed=Count("pk", filter=Q(state=State.FAILED, finished_at__gte=now - LATELY)),
        oldest=Min("created_at", filter=Q(state=State.QUEUED)),
    )
    return lines.queue_line(**found, now=now)


def failed_lately() -> list[Job]:
    """Of everybody: kind, moment and number are the keeper's business, what a job was about is not."""
    found = Job.objects.filter(state=State.FAILED, finished_at__gte=timezone.now() - LATELY)
    return list(found.only("kind", "created_at", "finished_at", "tries", "reference").order_by("-finished_at", "pk")[:FAILED_SHOWN])


def broker() -> Line:
    return lines.broker_line(broker_answers(), redis=bool(settings.REDIS_URL))


def broker_answers() -> bool:
    """Asked from a thread: not even a name server that hangs may hold up the page."""
    if not settings.REDIS_URL:
        return os.access(settings.QUEUE_DIR, os.W_OK)
    answers: list[bool] = []
    asking = Thread(target=ping, args=(answers,), daemon=True)
    asking.start()
    asking.join(BROKER_SECONDS)
    return answers == [True]


def ping(answers: list[bool]) -> None:
    half = BROKER_SECONDS / 2
    with suppress(redis.RedisError, OSError, ValueError), redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=half, socket_timeout=half, retry=Retry(NoBackoff(), 0)
    ) as client:
        answers.append(bool(client.ping()))


# --- what was kept and what was proved ------------------------------------------------------------------------------------


def backups(now: datetime) -> list[Line]:
    return [lines.backup_line(history.last("backup"), now, production=settings.PRODUCTION)]


def proofs(now: datetime) -> list[Line]:
    head, verified = Head.objects.filter(pk=1).first() or Head(), history.last("verify")
    return [lines.proof_line(history.last("backup"), history.last("check")), lines.verify_line(verified, now),
            lines.chain_line(verified, (head.seq, head.hash))]


# --- room -----------------------------------------------------------------------------------------------------------------


def disks() -> Line:
    """The disk of the data, and those of files and of the last backup where they are others."""
    backup = history.last("backup") or {}
    named = [("数据", Path(settings.DATA_DIR)), ("附件", Path(settings.MEDIA_ROOT))]
    named += [("备份", Path(backup["file"]).parent)] if isinstance(backup.get("file"), str) else []
    places: dict[int, tuple[str, int, int]] = {}
    for name, path in named:
        with suppress(OSError):
            usage = shutil.disk_usage(path)
            places.setdefault(path.stat().st_dev, (name, usage.free, usage.total))
    return lines.disk_line(list(places.values()))


def files() -> Line:
    found = Attachment.objects.aggregate(count=Count("pk"), size=Sum("size"))
    return fine("附件", f"{found['count']}个，共{size_in_words(found['size'] or 0)}。")


# --- settings ---------------------------------------------------------------------------------------------------------------


def about_database() -> tuple[str, int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(ABOUT_DATABASE[connection.vendor])
        version, size, clock = cursor.fetchone()
    return version, size, moment(clock)


def moment(clock: Any) -> datetime:
    return datetime.fromisoformat(clock) if isinstance(clock, str) else clock


def versions(of_database: str) -> Line:
    more = [f"Python {platform.python_version()}，Django {django.get_version()}，Celery {celery.__version__}",
            f"{ENGINES[connection.vendor]} {of_database.split()[0]}"]
    return fine("版本", f"党务工作台 {VERSION}", more)


def people(now: datetime) -> Line:
    """Counted only: nobody is named, nor what he does."""
    sessions = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    found = sessions.objects.open_at(now).aggregate(people=Count("account", distinct=True), logins=Count("pk"))
    return fine("正在使用", f"近{settings.SESSION_IDLE_MINUTES}分钟有{found['people']}人、{found['logins']}处登录在使用。")
