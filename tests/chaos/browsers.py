"""A browser as the server sees it: one kept connection, a session, a CSRF cookie. No answer is an answer, too: None."""
from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

SECRET = "c" * 32
LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Reply:
    """What came back, and how long it took."""

    status: int
    location: str
    body: bytes
    headers: dict[str, str]
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def made(self) -> int:
        """The id of the row that a 302 leads to."""
        return int(re.search(r"/(\d+)/", self.location)[1])


class Browser:
    def __init__(self, port: int, session: str = "", timeout: float = 60) -> None:
        self.port, self.timeout = port, timeout
        self.cookie = f"csrftoken={SECRET}" + (f"; session={session}" if session else "")
        self.connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Reply | None:
        return self._ask("GET", path, None, {})

    def post(self, path: str, data: dict[str, Any], files: bool = False, **headers: str) -> Reply | None:
        data = data | {"csrfmiddlewaretoken": SECRET}
        if files:
            return self._ask("POST", path, encode_multipart(BOUNDARY, data), headers | {"Content-Type": MULTIPART_CONTENT})
        body = urlencode(data, doseq=True).encode()
        return self._ask("POST", path, body, headers | {"Content-Type": "application/x-www-form-urlencoded"})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply | None:
        begun = time.monotonic()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            self.connection.request(method, path, body, {"Cookie": self.cookie, **headers})
            answer = self.connection.getresponse()
            return Reply(answer.status, answer.headers.get("Location", ""), answer.read(), dict(answer.headers),
                         time.monotonic() - begun)
        except LOST:
            self.close()
            return None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
