"""A process that has loaded the whole site once and forks servers from it: one line of JSON in, one out.

    {"warm": {"session": …, "paths": […]}}     answers these pages once, so that every fork has its templates
    {"serve": {…}}                             forks a server; the values are tampers (tests.chaos.tampers)
    {"call": {"function": "module:name", "given": {…}}}   forks a process that calls this and ends

All forks accept on one listener that stays open here: whoever calls while no server lives waits in its queue.
"""
from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from tests.chaos import tampers

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def warm(session: str, paths: list[str]) -> list[int]:
    from django.db import connections
    from django.test import Client

    client = Client()
    client.cookies["session"] = session
    codes = [client.get(path).status_code for path in paths]
    connections.close_all()
    return codes


def fork(act: Callable[[], Any]) -> int:
    if pid := os.fork():
        return pid
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)  # nothing outlives a test run that is broken off
    log = os.open(Path(os.environ["DATA_DIR"]) / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    try:
        act()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def serve(listener: Any, **tampering: Any) -> int:
    from partywork.management.commands.serve import make_server

    def act() -> None:
        tampers.apply(tampering)
        make_server(listener).run()

    return fork(act)


def call(function: str, given: dict[str, Any]) -> int:
    """`module:name` in a fork; what it prints and raises is in the log."""
    module, _, name = function.partition(":")
    return fork(lambda: getattr(import_module(module), name)(**given))


ACTS = {"warm": warm, "call": call}


def main() -> None:
    django.setup()
    from partywork import wsgi  # noqa: F401  loaded once, for all forks
    from partywork.management.commands.serve import bind_port

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    listener = bind_port("127.0.0.1", 0)
    say(listener.getsockname()[1])
    for line in sys.stdin:
        ((act, given),) = json.loads(line).items()
        say(ACTS[act](**given) if act != "serve" else serve(listener, **given))


def say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
