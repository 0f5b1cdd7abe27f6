"""A Redis of a proof's own: it is stopped, frozen, killed and wiped, which nobody else's may be."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import redis

from tests.bench.server import free_port
from tests.partywork.jobs.place import wait_for


class OwnRedis:
    """A context. Nothing of it is written to disk: what it forgets is forgotten."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> OwnRedis:
        self.start()
        return self

    def __exit__(self, *exc: Any) -> None:
        self.kill()

    def start(self) -> None:
        words = ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder]
        self.process = subprocess.Popen([*map(str, words)], stdout=subprocess.DEVNULL)
        wait_for(self.answers, seconds=10)

    def answers(self) -> bool:
        try:
            return self.ask("PING")
        except redis.RedisError:
            return False

    def ask(self, *words: str) -> Any:
        with redis.Redis.from_url(self.url, single_connection_client=True, socket_timeout=1) as client:
            return client.execute_command(*words)

    def stop(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.shutdown(nosave=True)
        self.process.wait()

    def freeze(self) -> None:
        """It takes connections and never answers."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wipe(self) -> None:
        self.ask("FLUSHALL")
