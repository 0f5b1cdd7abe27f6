"""Counts the queries of a request that asks for it by an X-Count header; timed requests do not. Tells the processor time of all."""
from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

SHOWN_SQL = 400


class CountQueries:
    """Answers with X-Queries: how many, how often the most repeated one, milliseconds, and the three slowest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.process_time()
        response = self.counted(request) if "X-Count" in request.headers else self.get_response(request)
        response["X-Cpu"] = f"{(time.process_time() - begun) * 1000:.2f}"
        return response

    def counted(self, request: HttpRequest) -> HttpResponse:
        seen: list[tuple[float, str]] = []
        with connection.execute_wrapper(noting(seen)):
            response = self.get_response(request)
        response["X-Queries"] = json.dumps(told(seen))
        return response


def noting(seen: list[tuple[float, str]]) -> Callable[..., Any]:
    def execute(run, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return run(sql, params, many, context)
        finally:
            seen.append((round((time.perf_counter() - begun) * 1000, 2), sql))

    return execute


def told(seen: list[tuple[float, str]]) -> dict[str, Any]:
    texts = [sql for _, sql in seen]
    slowest = sorted(seen, reverse=True)[:3]
    return {"count": len(seen), "repeated": max(map(texts.count, texts), default=0), "ms": round(sum(ms for ms, _ in seen), 1),
            "slowest": [[ms, sql[:SHOWN_SQL]] for ms, sql in slowest]}
