"""The real site over real HTTP, quick to start and quick to kill: servers forked from one preloaded process."""
from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos.ground import Ground
from tests.partywork.jobs.place import ROOT, wait_for

PAGES = ["/meetings/", "/meetings/new/", "/members/", "/members/new/", "/members/1/edit/"]


class Servers:
    """A context on a ground; at most one server lives at a time."""

    def __init__(self, ground: Ground, under: Sequence[str] = (), **environment: str) -> None:
        """`under` stands before the command: strace, for one."""
        self.ground, self.environment, self.under, self.pid = ground, environment, under, 0

    def __enter__(self) -> Servers:
        self.process = subprocess.Popen(
            [*self.under, sys.executable, "-m", "tests.chaos.preloaded"], cwd=ROOT, env=self.ground.environment() | self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port: int = json.loads(self.process.stdout.readline())
        if self.ground.sessions:
            codes = self._ask("warm", session=next(iter(self.ground.sessions.values())), paths=PAGES)
            assert set(codes) == {200}, codes
        return self

    def __exit__(self, *exc: Any) -> None:
        self.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def _ask(self, act: str, **given: Any) -> Any:
        self.process.stdin.write(json.dumps({act: given}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(self, **tampering: Any) -> int:
        """A server; `tampering` takes a guard away or lays a mine (tests.chaos.tampers)."""
        self.kill()
        self.pid = self._ask("serve", **tampering)
        return self.pid

    def call(self, function: str, **given: Any) -> None:
        """A function of the site in a process of its own, to its end."""
        pid = self._ask("call", function=function, given=given)
        wait_for(lambda: not Path(f"/proc/{pid}").exists(), every=0.01)

    def kill(self) -> None:
        """As if the power had gone; back when it is surely dead."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            wait_for(lambda: not self.alive(), every=0.002)
        self.pid = 0

    def alive(self) -> bool:
        return bool(self.pid) and Path(f"/proc/{self.pid}").exists()  # until the last of its threads has let go of the files

    @property
    def log(self) -> str:
        path = self.ground.folder / "server.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""
