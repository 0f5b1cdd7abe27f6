"""The site, or the floor, as a real server process on a free port of this machine."""
from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.places import ROOT, Place

STARTING = 30
GUNICORN = ("gunicorn", "partywork.wsgi", "--log-level", "error")
WAITRESS = ("waitress", "--threads", "8", "--no-expose-tracebacks")  # as `manage.py serve` starts it


@contextmanager
def serving(place: Place, *, floor: bool = False, workers: int = 1, waitress: bool = False) -> Iterator[tuple[int, int]]:
    """Its port and process id. One gunicorn sync worker unless told otherwise."""
    port = free_port()
    words = [*WAITRESS, f"--listen=127.0.0.1:{port}", "partywork.wsgi:application"] if waitress else \
        [*GUNICORN, "--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    environment = place.environment(**({"BENCH_FLOOR": "1"} if floor else {}))
    with (place.folder / "server.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            await_answer(process, port, place.folder / "server.log")
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_answer(process: subprocess.Popen, port: int, log: Path) -> None:
    ends = time.monotonic() + STARTING
    while process.poll() is None and time.monotonic() < ends:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTING)
            connection.request("GET", "/nothing-here")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise SystemExit(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def resident_mb(pid: int) -> float:
    """The largest resident size among a server's processes."""
    own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(status_mb(each, "VmRSS") for each in (str(pid), *own))


def status_mb(pid: str, line: str) -> float:
    for each in Path(f"/proc/{pid}/status").read_text().splitlines():
        if each.startswith(f"{line}:"):
            return round(int(each.split()[1]) / 1024, 1)
    return 0.0
