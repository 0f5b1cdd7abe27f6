"""A PostgreSQL server of one's own, to be stopped, killed and started again. Its files belong to the user that runs it."""
from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.partywork.jobs.place import children_of, parent_of

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path())
SETTINGS = {"shared_buffers": "32MB", "max_connections": "60", "restart_after_crash": "on", "log_min_messages": "fatal"}


class Cluster:
    """A context: initdb, start; with the tables of `template` of the usual server in it."""

    def __init__(self, dump_of: str) -> None:
        self.dump_of = dump_of

    def __enter__(self) -> Cluster:
        self.folder = Path(tempfile.mkdtemp(prefix="partywork-cluster-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-D", self.data)
        self.start()
        self._fill()
        return self

    def __exit__(self, *exc: Any) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/partywork"

    @property
    def postmaster(self) -> int:
        return int((Path(self.data) / "postmaster.pid").read_text().splitlines()[0])

    def _run(self, program: str, *words: str) -> None:
        """As the user postgres when we are root: PostgreSQL refuses to run as root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*user, str(BIN / program), *words], check=True, cwd=self.folder, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)

    def start(self) -> None:
        """Until it answers; the children of a killed postmaster may hold its memory for a moment."""
        facts = SETTINGS | {"port": str(self.port), "listen_addresses": "127.0.0.1",
                            "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={value}" for name, value in facts.items())
        for left in reversed(range(40)):
            try:
                self._run("pg_ctl", "-D", self.data, "-l", str(self.folder / "log"), "-o", options, "-w", "start")
                break
            except subprocess.CalledProcessError:
                if not left:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        """At once and without a checkpoint, as a host that goes down."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def restart(self) -> None:
        self.stop()
        self.start()

    def say(self, sql: str, database: str = "partywork") -> None:
        with psycopg.connect(f"{self.url.rpartition('/')[0]}/{database}", autocommit=True) as server:
            server.execute(sql)

    def is_recovering(self) -> bool:
        """After a crash it throws everybody out and takes nobody in for a moment."""
        try:
            self.say("SELECT 1")
        except psycopg.OperationalError:
            return True
        return False

    def _fill(self) -> None:
        usual = os.environ["TEST_DATABASE_URL"].rpartition("/")[0]
        self.say("CREATE DATABASE partywork", "postgres")
        dump = subprocess.run([str(BIN / "pg_dump"), "-d", f"{usual}/{self.dump_of}"], check=True, capture_output=True)
        subprocess.run([str(BIN / "psql"), "-q", "-d", self.url], input=dump.stdout, check=True, stdout=subprocess.DEVNULL)

    def kill_postmaster(self) -> None:
        """Its children are left to notice by themselves; then it is started anew."""
        pid = self.postmaster
        os.kill(pid, signal.SIGKILL)
        while parent_of(pid):
            time.sleep(0.01)
        self.start()

    def kill_backend(self, dice: random.Random) -> bool:
        """One that serves somebody, rather one at work. PostgreSQL then throws everybody out and recovers."""
        titles = {pid: title_of(pid) for pid in children_of(self.postmaster)}
        serving = [pid for pid, title in titles.items() if "127.0.0.1(" in title]
        busy = [pid for pid in serving if not titles[pid].endswith("idle")]
        if not serving:
            return False
        victim = dice.choice(busy or serving)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        while Path(f"/proc/{victim}").exists():  # until the postmaster has noticed
            time.sleep(0.002)
        return True


def title_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0 ")
    except OSError:
        return ""
