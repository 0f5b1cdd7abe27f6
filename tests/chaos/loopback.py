"""`manage.py serve` in an empty network: only the loopback, and every try to reach further written down.

Run as a module it is the driver: it starts the server, asks what it was told to ask, has a report made, and prints what
came back. `visit` starts it, within a network namespace of its own and watched by strace, or as it is.
"""
from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.server import free_port
from tests.chaos.browsers import Browser
from tests.chaos.references import references
from tests.forms_on_pages import PageForm, form_to, forms_of
from tests.partywork.jobs.place import MANAGE, ROOT, wait_for

UP, SET_FLAGS, GET_FLAGS = 0x1, 0x8914, 0x8913
ALONE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
ADDRESS = re.compile(r'htons\((\d+)\).*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
NAMES = 53  # a question for a name is a try to reach further, whoever would answer it


def visit(env: dict[str, str], asked: dict[str, Any], log: Path | None = None) -> dict[str, Any]:
    """What the driver brings back; with a log it goes alone, and the log has its server's calls."""
    words = [*(ALONE if log else []), sys.executable, "-m", "tests.chaos.loopback"]
    run = subprocess.run(words, cwd=ROOT, env=env, input=json.dumps(asked | {"log": str(log or "")}), capture_output=True,
                         text=True, timeout=240)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


def outward(log: Path) -> list[str]:
    """Every address beyond the loopback that a process spoke to or tried to, and every question for a name."""
    found = [(port, four or six) for port, four, six in ADDRESS.findall(log.read_text("utf-8", "replace"))]
    return [f"{address}:{port}" for port, address in found
            if int(port) == NAMES or not (address.startswith("127.") or address == "::1")]


# --- the driver ----------------------------------------------------------------------------------------------------------


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        flags = struct.unpack("16sh", fcntl.ioctl(line, GET_FLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(line, SET_FLAGS, struct.pack("16sh", b"lo", flags | UP))


def reaches_further() -> bool:
    """Whether this network has another device than the loopback."""
    return any(name != "lo" for _, name in socket.if_nameindex())


def main() -> None:
    asked, port = json.load(sys.stdin), free_port()
    if asked["log"]:
        raise_loopback()
    watched = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", CALLS, "-o", asked["log"]] if asked["log"] else []
    server = subprocess.Popen([*watched, *MANAGE, "serve", f"--port={port}"], stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: health(port).get("worker") == "ok", every=0.2)
        pages = {f"{who} {path}": page for who, session, paths in asked["people"] for path, page in read(port, session, paths)}
        pages |= read(port, "", static_files(pages.values()))
        found = {"further": reaches_further(), "pages": pages, "report": make_report(port, *asked["report"])}
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    sys.stdout.write(json.dumps(found))


def health(port: int) -> dict[str, Any]:
    browser = Browser(port)
    reply = browser.get("/healthz")
    browser.close()
    return json.loads(reply.body) if reply else {}


def read(port: int, session: str, paths: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    browser = Browser(port, session)
    for path in paths:
        reply = browser.get(path)
        kind = reply.headers.get("Content-Type", "")
        text = reply.text if kind.startswith(("text/", "application/json", "image/svg")) else ""
        yield path, {"status": reply.status, "kind": kind, "location": reply.location, "text": text}
    browser.close()


def static_files(pages: Iterable[dict[str, Any]]) -> list[str]:
    """The site's own styles, scripts and pictures that its pages refer to."""
    return sorted({each for page in pages for each in references(page["text"], page["kind"]) if each.startswith("/static/")})


def make_report(port: int, session: str, path: str) -> dict[str, Any]:
    """Asked for on the page, waited for on the job's page, and downloaded by the form that then stands there."""
    browser = Browser(port, session)
    asked = browser.post(path, form_to(browser.get(path).body, path, path).filled())
    job = f"/jobs/{re.search(r'job=([0-9a-f-]{36})', asked.location)[1]}/"
    form = wait_for(lambda: download_on(browser.get(job).body, job), every=0.2)
    file = browser.post(form.action, form.filled())
    browser.close()
    return {"status": file.status, "word": file.body[:2] == b"PK"}


def download_on(page: bytes, path: str) -> PageForm | None:
    return next((form for form in forms_of(page, path) if form.action.endswith("/file/")), None)


if __name__ == "__main__":
    main()
