"""The measuring clients: one request at a time, many readers at once, eight people saving attendance."""
from __future__ import annotations

import gzip
import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from tests.forms_on_pages import PageForm, form_to

MOST, SECONDS, LEAST = 150, 3.0, 5
BOUNDARY = "bench-boundary"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage
    ms: float


@dataclass
class Measured:
    """One page: what it cost and weighed. `cpu` is the server process's own time, which other load hardly moves."""

    p50: float
    p95: float
    cpu: float
    requests: int
    queries: int
    repeated: int
    raw_kb: float
    gzip_kb: float
    status: int = 200
    slowest: list = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        return asdict(self)


def ask(port: int, path: str, session: str = "", method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """One request on a connection of its own; the time ends with the last byte."""
    cookies = [headers.pop("cookie", ""), f"session={session}; sessionid={session}" if session else ""]
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, quote(path, safe="/?&=%"), body, {"Cookie": "; ".join(filter(None, cookies)), **headers})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return Answer(response.status, text, response.headers, (time.perf_counter() - begun) * 1000)


def measure(port: int, path: str, session: str = "", **sent: Any) -> Measured:
    """Three warm-ups, the last of them counted; then up to 150 requests or 3 seconds. `sent` goes to `ask` as it is."""
    ask(port, path, session, **sent)
    ask(port, path, session, **sent)
    counted = ask(port, path, session, **{"X-Count": "1"}, **sent)
    queries = json.loads(counted.headers.get("X-Queries", "{}"))
    times, cpu = [], []
    ends = time.monotonic() + SECONDS
    while len(times) < MOST and (time.monotonic() < ends or len(times) < LEAST):
        answer = ask(port, path, session, **sent)
        times.append(answer.ms)
        cpu.append(float(answer.headers.get("X-Cpu", 0)))
    return Measured(
        p50=round(statistics.median(times), 2), p95=round(percentile(times, 95), 2), cpu=round(statistics.median(cpu), 2),
        requests=len(times),
        queries=queries.get("count", 0), repeated=queries.get("repeated", 0), raw_kb=round(len(counted.body) / 1024, 1),
        gzip_kb=round(len(gzip.compress(counted.body, 6)) / 1024, 1), status=counted.status, slowest=queries.get("slowest", []))


def percentile(values: list[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * share / 100))]


def throughput(port: int, path: str, session: str, *, readers: int = 8, seconds: float = 4.0) -> float:
    """Requests a second of eight readers without a pause; bare sockets, so that the client costs little."""
    request = (f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nCookie: session={session}; sessionid={session}\r\n\r\n").encode()
    done: list[int] = []

    def read(number: int) -> None:
        ends, count = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
                line.sendall(request)
                first = line.recv(65536)
                while line.recv(65536):
                    pass
            count += b" 200 " in first[:16]
        done.append(count)

    together(readers, read)
    return round(sum(done) / seconds, 1)


def together(count: int, act: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def save_attendance(port: int, writers: list[dict[str, Any]], *, people: int = 8, seconds: float = 10.0) -> dict[str, Any]:
    """Eight people who correct the attendance of their own meeting of forty, 100 ms between two saves."""
    times: list[float] = []
    wrong: list[str] = []

    def save(number: int) -> None:
        person = Writer(port, writers[number % len(writers)])
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            answer = person.save()
            times.append(answer.ms)
            if answer.status != 302:
                wrong.append(f"{answer.status} {' '.join(answer.body.decode('utf-8', 'replace').split())[:80]}")
                return
            time.sleep(0.1)

    begun = time.monotonic()
    together(min(people, len(writers)), save)
    return {"people": min(people, len(writers)), "saves": len(times), "a_second": round(len(times) / (time.monotonic() - begun), 1),
            "p50": round(statistics.median(times), 1), "p95": round(percentile(times, 95), 1), "max": round(max(times), 1),
            "errors": len(wrong), "first_error": wrong[:1]}


def multipart(sent: dict[str, Any]) -> bytes:
    """As a browser sends a form that may carry files."""
    pairs = [(name, each) for name, value in sent.items() for each in (value if isinstance(value, list) else [value])]
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def pressed(port: int, page: str, session: str, target: str) -> dict[str, Any]:
    """What `ask` needs to press the button on a page that leads to `target`."""
    shown = ask(port, page, session)
    return as_form(form_to(shown.body, page, target).filled(), shown.headers.get("Set-Cookie", "").split(";")[0])


def as_form(sent: dict[str, Any], cookie: str) -> dict[str, Any]:
    return {"method": "POST", "body": multipart(sent), "cookie": cookie, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


class Writer:
    """One person at the correction form; every save lets another one be on leave."""

    def __init__(self, port: int, facts: dict[str, Any]) -> None:
        self.port, self.session, self.path = port, facts["session"], f"/meetings/{facts['meeting']}/edit/"
        page = ask(port, self.path, self.session)
        self.cookie = page.headers.get("Set-Cookie", "").split(";")[0]
        self.form: PageForm = form_to(page.body, self.path, self.path)
        self.here = self.form.values["listed"]
        self.version, self.turn = int(self.form.values["version"][0]), 0

    def save(self) -> Answer:
        away = self.here[self.turn % len(self.here)]
        sent = self.form.filled(**{"present": [pk for pk in self.here if pk != away], "reason": "核对签到表", "version": self.version,
                                   f"state-{away}": "leave", f"reason-{away}": "公务外出"})
        answer = ask(self.port, self.path, self.session, **as_form(sent, self.cookie))
        self.version, self.turn = self.version + 1, self.turn + 1
        return answer
