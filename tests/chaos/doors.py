"""Doors that take a secret: found in the pages as everybody sees them, and knocked at by forty at once over real HTTP."""
from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any

from django.conf import settings
from django.contrib.auth import hashers
from django.db import connections
from django.db.utils import load_backend

from partywork.management.commands import serve
from tests.access_table import EXPECTED
from tests.cast import CAST, draw_world
from tests.chaos.browsers import Browser, Reply
from tests.factories import make_account, make_post
from tests.forms_on_pages import read_form, tree_of
from tests.partywork.engines import Database
from tests.stage import Stage, address, set_stage, sign_in

PROCESSES, THREADS, TRIES = 4, 10, 40
NEW = "songlin-0873-he"  # what is typed into every other password field
IN_FORCE = ("current-password", "one-time-code")  # what a field asks for that can be guessed; a new password cannot
SLOW = 0.02  # seconds: a check takes its time, as argon2 does, so that tries really overlap
_judged = multiprocessing.get_context("fork").Value("i", 0)


class Counting(hashers.MD5PasswordHasher):
    """Counts, over all processes, how often a password is held against an account."""

    algorithm = "md5"

    def encode(self, password: str, salt: str) -> str:
        with _judged.get_lock():
            _judged.value += 1
        time.sleep(SLOW)
        return super().encode(password, salt)


@dataclass(frozen=True)
class Door:
    """A form that takes a secret, as one person sees it; `secret` is the field that can be guessed at."""

    path: str
    who: str
    secret: str
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    def knock(self, guess: str, **more: str) -> dict[str, Any]:
        return self.values | {self.secret: guess} | more


def find_doors(stage: Stage, people: tuple[str, ...] = CAST) -> list[Door]:
    """Every form with a password field on any page that these may open, once; `newcomer` must change his first."""
    found: dict[tuple, Door] = {}
    for who, path in pages(stage, people):
        answer = stage.ask(who, "GET", path)
        if answer.status == 200 and b'type="password"' in answer.body:
            for door in doors_on(answer.body, path, who):
                found.setdefault((door.path, door.secret, who == "newcomer"), door)
    return list(found.values())


def pages(stage: Stage, people: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the access table says that they may see, of each URL one object; `newcomer` sees one page only."""
    first = {(name, who): address(stage, name, letter) for (name, method, letter), row in reversed(EXPECTED.items())
             for who, code in row.items() if who in people and method == "GET" and code == "200"}
    return [*((who, path) for (_, who), path in first.items()), ("newcomer", address(stage, "password_change"))]


def doors_on(page: bytes, path: str, who: str) -> Iterator[Door]:
    for form in tree_of(page).forms:
        fields = [each for each in form.inputs if each.get("type") == "password"]
        asked = [each.name for each in fields if each.get("autocomplete") in IN_FORCE]
        if fields:
            assert asked, f"{path}: a form with a password field does not say which secret in force it takes"
            read = read_form(form, path)
            values = {name: value[0] for name, value in read.values.items()} | {each.name: NEW for each in fields}
            yield from (Door(read.action, who, name, values) for name in asked)


def set_doors(database: Database) -> Stage:
    """People before the doors, committed: the stage, and somebody with a password that he has to change."""
    with database.in_use():
        stage = set_stage(draw_world())
        newcomer = make_account("newcomer", must_change_password=True)
        make_post(newcomer, stage.world.a, "member")
        stage.sessions["newcomer"] = sign_in(newcomer)
    return stage


# --- the servers --------------------------------------------------------------------------------------------------------


class Servers:
    """Four processes with ten threads each, on one database; `change` is called in each before it serves."""

    def __init__(self, database: Database, log: Path, change: Callable[[], None] = lambda: None) -> None:
        self.database, self.log, self.change = database, log, change
        self.pids: list[int] = []

    def __enter__(self) -> Servers:
        self.listeners = [serve.bind_port("127.0.0.1", 0) for _ in range(PROCESSES)]
        self.ports = [listener.getsockname()[1] for listener in self.listeners]
        self.pids = [self._fork(listener) for listener in self.listeners]
        return self

    def __exit__(self, *exc: Any) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for listener in self.listeners:
            listener.close()

    def _fork(self, listener: Any) -> int:
        if pid := os.fork():
            return pid
        try:
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for stream in (1, 2):
                os.dup2(log, stream)
            self._serve(listener)
        finally:
            os._exit(1)

    def _serve(self, listener: Any) -> None:
        connections.settings["default"] = self.database.facts  # of every thread to come
        connections["default"] = load_backend(self.database.facts["ENGINE"]).DatabaseWrapper(self.database.facts, "default")
        settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
        hashers.get_hashers.cache_clear()
        hashers.get_hashers_by_algorithm.cache_clear()
        serve.THREADS = THREADS
        self.change()
        serve.make_server(listener).run()

    def post(self, number: int, origin: str, door: Door, guess: str, session: str = "", **more: Any) -> Reply:
        """One try from an address of its own: all of 127/8 is this machine. `more` is typed, or a header."""
        browser = Browser(self.ports[number % PROCESSES], session)
        browser.connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60, source_address=(origin, 0))
        headers = {name.replace("_", "-"): more.pop(name) for name in list(more) if name[0].isupper()}
        try:
            return browser.post(door.path, door.knock(guess, **more), **headers)
        finally:
            browser.close()

    def at_once(self, ask: Callable[[int], Reply], count: int = TRIES) -> tuple[list[Reply], int]:
        """ask(0), ask(1) … together; the answers, and how many passwords were looked at meanwhile."""
        start, before = Barrier(count), _judged.value

        def run(number: int) -> Reply:
            start.wait(20)
            return ask(number)

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count))), _judged.value - before
