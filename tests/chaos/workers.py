"""An installation with workers that start in a moment, die where they are told, and are started again."""
from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from partywork.jobs.child import COMMAND as LAPTOP_WORDS
from tests.chaos.own_redis import OwnRedis
from tests.partywork.jobs.place import ROOT, Laptop, Services, parent_of, sql

SERVICES_WORDS = re.search(r"celery -A partywork (worker.*)", (ROOT / "compose.yaml").read_text("utf-8"))[1].split()


WHERE = {"laptop": "SQLite + folder", "services": "PostgreSQL + Redis"}
UNDONE = "SELECT * FROM jobs_job WHERE state <> 'done'"


class OwnServices(Services):
    """PostgreSQL, and a Redis of its own."""

    def open(self) -> None:
        self.own = OwnRedis(self.folder)
        self.own.start()
        super().open()

    def close(self) -> None:
        self.own.kill()
        sql(f"DROP DATABASE {self.database} WITH (FORCE)")

    @property
    def redis_url(self) -> str:
        return self.own.url


class Workers:
    """A context on a place. At most one worker is looked after at a time; `starts` tells when each began."""

    def __init__(self, place: Laptop) -> None:
        self.place = place
        self.words = SERVICES_WORDS if place.services else LAPTOP_WORDS
        self.arms, self.log = place.folder / "arms", place.folder / "workers.log"
        self.spare = place.folder / "machine-tmp"  # what stands for the machine's own temporary folder
        self.pid, self.starts, self.groups = 0, [], []
        self.sweep_every = 0  # seconds; 0 is the product's own

    def __enter__(self) -> Workers:
        self.arms.touch()
        (self.place.folder / "deaths").touch()
        self.spare.mkdir()
        self.nursery = subprocess.Popen([sys.executable, "-m", "tests.chaos.nursery"], cwd=ROOT, text=True,
                                        env=self.place.env | {"TMPDIR": str(self.spare)},
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        json.loads(self.nursery.stdout.readline())
        return self

    def __exit__(self, *exc: Any) -> None:
        self.kill()
        for group in self.groups:  # children of a worker that was killed alone
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.nursery.stdin.close()
        self.nursery.stdout.close()
        self.nursery.wait()

    def _obey(self, **order: Any) -> Any:
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        return json.loads(self.nursery.stdout.readline())

    def call(self, name: str, **given: Any) -> Any:
        """What a function of `tests.chaos.report_jobs` gives, run inside the installation."""
        answer = self._obey(call={"function": f"tests.chaos.report_jobs:{name}", "given": given, "log": str(self.log)})
        assert answer != "died", self.log.read_text()[-3000:]
        return answer

    def start(self, *without: str) -> int:
        """A worker as the product starts it; `without` names guards that it lacks (tests.chaos.missing_guards)."""
        self.pid = self._obey(work={"words": [*self.words, f"--hostname=w{len(self.starts)}"], "arms": str(self.arms),
                                    "without": without, "sweep_every": self.sweep_every, "log": str(self.log)})
        self.starts.append(time.monotonic())
        self.groups.append(self.pid)
        return self.pid

    @property
    def alive(self) -> bool:
        return bool(self.pid and parent_of(self.pid))

    def kill(self) -> None:
        """The worker with all its processes, as if the power had gone."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.attend(lambda: not self.alive)
        self.pid = 0

    def arm(self, *lines: str) -> None:
        """Where to die next, and who: "job.claimed whole"."""
        self.arms.write_text("\n".join(lines))

    @property
    def armed(self) -> list[str]:
        return self.arms.read_text().split("\n") if self.arms.read_text() else []

    @property
    def deaths(self) -> int:
        """How many died where they were told to."""
        return len((self.place.folder / "deaths").read_text().splitlines())

    def attend(self, done: Callable[[], Any], *, seconds: float = 60, revive: Callable[[], Any] | None = None) -> float:
        """Wait; whenever the worker is found dead, `revive` is called. The seconds it took, or a failure with the log."""
        begun = time.monotonic()
        while not done():
            if revive and not self.alive:
                revive()
            if time.monotonic() - begun > seconds:
                raise AssertionError(f"not within {seconds} s: {self.armed} {self.place.rows(UNDONE)}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.01)
        return time.monotonic() - begun

    def states(self) -> dict[str, str]:
        return {str(key).replace("-", ""): state for key, state in self.place.rows("SELECT id, state FROM jobs_job")}

    def open_jobs(self) -> int:
        return self.place.rows("SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')")[0][0]

    def leftovers(self) -> list[Path]:
        """Temporary files of every kind; the built-in template stays there for good."""
        own = [*(self.place.folder / "tmp").iterdir(), *(self.place.folder / "queue").glob("*.part"),
               *(self.place.folder / "files").glob("incoming/*")]
        return [path for path in own if not path.name.startswith("builtin-")] + [
            path for path in self.spare.rglob("*") if path.is_file()]


@contextmanager
def workers_at(param: str, folder: Path, template: Any) -> Iterator[Workers]:
    """`laptop` on a copy of a migrated file, `services` on a copy of a migrated database."""
    place = (OwnServices if param == "services" else Laptop)(folder / "data", template)
    with place, Workers(place) as workers:
        yield workers
