"""A process that has loaded Django, Celery and the site once, and forks real workers from it: a line of JSON in, one out.

    {"work": {"words": […], "arms": …, "without": […], "sweep_every": …, "log": …}}   forks a worker; answers with its process id
    {"call": {"function": "module:name", "given": {…}}}             runs a function in a fork; answers with what it returns

The process itself never opens the database or the queue: every fork makes connections of its own.
"""
from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

RENDERING = "report.rendering"  # no line of ours: a thread kills the worker while its child renders


class Armed:
    """FAIL_POINTS of a worker that is told while it runs where to die: by the first line of a file, which is then gone.

    A line is a place and who dies there: "whole", the worker with all its processes, or "one", the process that is there;
    "always" is "one" whose line stays.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def __contains__(self, place: str) -> bool:
        if place == "report.frozen" and (who := self.told(RENDERING)):
            where = (who, os.getpid(), threading.get_native_id())
            threading.Thread(target=die_while_rendering, args=where, daemon=True).start()
            return False
        if who := self.told(place):
            die(who)
        return False

    def told(self, place: str) -> str:
        first, _, rest = self.file.read_text().partition("\n")
        named, _, who = first.partition(" ")
        if named != place:
            return ""
        with self.file.with_name("deaths").open("a") as deaths:
            deaths.write(f"{place}\n")
        if who == "always":
            return who
        part = self.file.with_name(f"arms-{os.getpid()}")
        part.write_text(rest)
        part.replace(self.file)
        return who


def die(who: str) -> None:
    if who == "whole":
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_rendering(who: str, pid: int, thread: int) -> None:
    while not Path(f"/proc/{pid}/task/{thread}/children").read_text():
        time.sleep(0.002)
    time.sleep(0.03)
    die(who)


def work(words: list[str], arms: str, without: list[str], sweep_every: int = 0) -> None:
    from django.conf import settings

    from partywork.celery import app
    from partywork.jobs import keeper
    from tests.chaos import missing_guards

    settings.FAIL_POINTS = Armed(Path(arms))
    keeper.SWEEP_SECONDS = sweep_every or keeper.SWEEP_SECONDS
    for guard in without:
        getattr(missing_guards, guard)()
    sys.argv = ["celery", *words]
    app.worker_main(words)


def fork(act: Callable[[], Any], log: str) -> int:
    """A process in a session of its own; what it prints goes to the log."""
    if pid := os.fork():
        return pid
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    paper = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(paper, 1)
    os.dup2(paper, 2)
    try:
        act()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def call(function: str, given: dict[str, Any], log: str) -> Any:
    module, _, name = function.partition(":")
    reading, writing = os.pipe()

    def act() -> None:
        answer = json.dumps(getattr(import_module(module), name)(**given))
        os.write(writing, answer.encode())

    fork(act, log)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return json.loads(pipe.read() or b'"died"')


def obey(order: dict[str, dict[str, Any]]) -> Any:
    if "call" in order:
        return call(**order["call"])
    given = dict(order["work"])
    log = given.pop("log")
    return fork(lambda: work(**given), log)


def load() -> None:
    django.setup()
    from partywork.celery import app

    app.loader.import_default_modules()
    app.finalize()
    for module in ("celery.apps.worker", "celery.bin.worker", "celery.worker.consumer", "celery.concurrency.prefork",
                   "celery.concurrency.solo", "kombu.transport.redis", "partywork.jobs.transport", "tests.chaos.report_jobs"):
        import_module(module)
    gc.freeze()


def main() -> None:
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    say(os.getpid())
    for line in sys.stdin:
        say(obey(json.loads(line)))


def say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
