"""People at their browsers over real HTTP: they read page after page, and now and then have a report made."""
from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.client import percentile
from tests.bench.server import free_port
from tests.chaos.browsers import Browser, Reply
from tests.forms_on_pages import form_to
from tests.partywork.jobs.place import ROOT, wait_for

GUNICORN = re.search(r"gunicorn (.*) --bind \S+ (.*)", (ROOT / "compose.yaml").read_text("utf-8"))
PATIENCE = 5  # seconds after which somebody has waited too long
THINKING = (0.4, 1.2)


@contextmanager
def gunicorn(env: dict[str, str], folder: Path) -> Iterator[int]:
    """The site as compose.yaml starts it, on a free port."""
    port, log = free_port(), folder / "gunicorn.log"
    words = [*GUNICORN[1].split(), *GUNICORN[2].split(), "--bind", f"127.0.0.1:{port}"]
    with log.open("ab") as paper:
        process = subprocess.Popen([sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=env, stdout=paper, stderr=paper)
    try:
        wait_for(lambda: answers(port), every=0.2)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    browser = Browser(port)
    reply = browser.get("/healthz")
    browser.close()
    return bool(reply)


@dataclass(frozen=True)
class Seen:
    """One answer, and the phase in which it was asked for; status 0 is none."""

    phase: str
    path: str
    status: int
    seconds: float
    location: str = ""


class Crowd:
    """A context in which every session reads; `phase` is what is going on."""

    def __init__(self, port: int, sessions: list[str], pages: list[str]) -> None:
        self.port, self.sessions, self.pages = port, sessions, pages
        self.phase, self.seen, self.leaving = "at first", [], threading.Event()
        self.threads = [threading.Thread(target=self._read, args=(number,), daemon=True) for number in range(len(sessions))]

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exc: Any) -> None:
        self.leaving.set()
        for thread in self.threads:
            thread.join(10)

    def _read(self, number: int) -> None:
        browser, dice = Browser(self.port, self.sessions[number], timeout=4 * PATIENCE), Random(number)
        while not self.leaving.wait(dice.uniform(*THINKING)):
            phase, path = self.phase, dice.choice(self.pages)
            self.note(phase, path, time.monotonic(), browser.get(path))
        browser.close()

    def note(self, phase: str, path: str, begun: float, reply: Reply | None) -> Seen:
        seen = Seen(phase, path, reply.status if reply else 0, time.monotonic() - begun, reply.location if reply else "")
        self.seen.append(seen)
        return seen

    def p95(self, *phases: str) -> float:
        return percentile([each.seconds for each in self.seen if each.phase in phases], 95)

    def faults(self) -> list[Seen]:
        """Errors, pages that did not come, and people who were sent to sign in again."""
        return [each for each in self.seen if each.status != 200 or each.seconds > PATIENCE]


def ask_for_report(port: int, session: str, report: int) -> tuple[Reply | None, str]:
    """What a person does who has a report made; the answer to the click, and the job's id."""
    browser, path = Browser(port, session, timeout=PATIENCE), f"/reports/{report}/make/"
    form = form_to(browser.get(path).body, path, path)
    reply = browser.post(path, form.filled())
    browser.close()
    found = re.search(r"job=([0-9a-f-]{36})", reply.location) if reply else None
    return reply, found[1] if found else ""


def signs_in(port: int, username: str, password: str) -> bool:
    """With a browser of his own."""
    browser = Browser(port, timeout=PATIENCE)
    reply = browser.post("/login/", {"username": username, "password": password})
    browser.close()
    return bool(reply) and reply.status == 302 and not reply.location.startswith("/login")
