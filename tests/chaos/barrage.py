"""Sends requests to the site's own WSGI application in this process, many and fast, and writes down every answer."""
from __future__ import annotations

import contextlib
import gc
import io
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, reset_queries, transaction
from django.test import override_settings

from partywork.logs import HidePrivate, JsonLines
from partywork.wsgi import application as site
from tests.chaos.bad_requests import Ask
from tests.stage import JOURNAL, SESSIONS, Stage, recorder

SLOW = 5.0
DIGITS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
CSRF = "a" * 32


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    leads_to: str
    body: bytes
    written: set[str]
    seconds: float

    @property
    def changed(self) -> set[str]:
        return self.written - SESSIONS - (JOURNAL if self.status >= 400 else set())

    @property
    def code(self) -> str:
        """The status, where it leads, and which tables were written."""
        return " ".join([str(self.status), DIGITS.sub("#", self.leads_to), *sorted(self.written - SESSIONS)])


@dataclass
class Log:
    """What came back, by request; the faults apart."""

    codes: dict[tuple[str, ...], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    accepted: list[Ask] = field(default_factory=list)
    slowest: float = 0.0

    def note(self, ask: Ask, answer: Answer) -> None:
        assert ask.what not in self.codes, f"two requests are called {ask.what}"
        self.codes[ask.what] = answer.code
        self.slowest = max(self.slowest, answer.seconds)
        if answer.status >= 500 or answer.seconds > SLOW:
            self.faults.append(f"{answer.status} after {answer.seconds:.1f} s: {ask.what}")
        if ask.data and answer.changed and answer.status < 400:
            self.accepted.append(ask)


class Barrage:
    """The site of one stage, as a server calls it: `send` a request, undone afterwards unless `keep`."""

    def __init__(self, stage: Stage, application: Callable = site) -> None:
        self.stage, self.application = stage, application

    def run(self, asks: Iterable[Ask], keep: bool = False) -> Log:
        log = Log()
        for ask in asks:
            log.note(ask, self.send(ask, keep))
        return log

    def send(self, ask: Ask, keep: bool = False) -> Answer:
        written: set[str] = set()
        began = time.monotonic()
        with contextlib.nullcontext() if keep else transaction.atomic(), connection.execute_wrapper(recorder(written)):
            status, headers, body = self.call(self.environ(ask))
            if not keep:
                transaction.set_rollback(True)
        led = urlsplit(headers.get("Location", "")).path
        return Answer(status, headers.get("Content-Type", ""), led, body, written, time.monotonic() - began)

    def call(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        """The answer; an exception that leaves the application is what a server answers with a bare 500."""
        said: list[Any] = []
        try:
            chunks = self.application(environ, lambda status, headers, fault=None: said.extend((status, headers)))
            with contextlib.closing(chunks):
                body = b"".join(chunks)
        except Exception as error:
            return 500, {}, repr(error).encode()
        return int(said[0][:3]), dict(said[1]), body

    def environ(self, ask: Ask) -> dict[str, Any]:
        """The request with its sender's session and his CSRF token, unless it brings its own."""
        key = self.stage.sessions.get(ask.who, "")
        cookies = [f"csrftoken={CSRF}", *([f"{settings.SESSION_COOKIE_NAME}={key}"] if key else []), *filter(None, [ask.cookies])]
        return {"HTTP_COOKIE": "; ".join(cookies), "HTTP_X_CSRFTOKEN": CSRF} | ask.start()


@contextlib.contextmanager
def calm() -> Iterator[list[str]]:
    """As a server behind a proxy, but without closing the connection after each request; what is in memory need not be
    looked through each time. Gives the log lines that could not be written."""
    ended = [(request_started, close_old_connections), (request_finished, close_old_connections), (request_started, reset_queries)]
    for signal, receiver in ended:
        signal.disconnect(receiver)
    gc.freeze()
    try:
        with override_settings(TRUSTED_PROXIES=["127.0.0.0/8"], SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
            yield from own_log()
    finally:
        gc.unfreeze()
        for signal, receiver in ended:
            signal.connect(receiver)


def own_log() -> Iterator[list[str]]:
    """The product's own handler instead of pytest's, which would keep every record."""
    root, failed = logging.getLogger(), []
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines())
    handler.addFilter(HidePrivate())
    handler.handleError = lambda record: failed.append(str(record.msg)[:200])
    before, root.handlers = root.handlers, [handler]
    try:
        yield failed
    finally:
        root.handlers = before
