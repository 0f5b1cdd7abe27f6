"""The proofs of `make chaos`: what the product survives, each with its figures told in one table at the end.

`tell("R17", "SQLite", "200 次杀死……")` writes a line of that table. A proof that says nothing is missing from it.
"""
from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

# The full figures of reliability.md before a release; without it, what fits into CI.
LONG = bool(os.environ.get("LONG"))
Tell = Callable[[str, str, str], None]


def pytest_configure(config: pytest.Config) -> None:
    """The controller names the table's file once; xdist's workers inherit it."""
    os.environ.setdefault("CHAOS_TABLE", str(Path(config.rootpath) / ".chaos-table.jsonl"))
    if not hasattr(config, "workerinput"):
        Path(os.environ["CHAOS_TABLE"]).unlink(missing_ok=True)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """tell(goal, where, figures): one line of the table, with the seconds since the test began."""
    began = time.monotonic()

    def write(goal: str, where: str, figures: str) -> None:
        line = {"goal": goal, "where": where, "figures": figures, "seconds": round(time.monotonic() - began),
                "test": request.node.nodeid.partition("::")[2]}
        with Path(os.environ["CHAOS_TABLE"]).open("a", encoding="utf-8") as table:
            table.write(json.dumps(line, ensure_ascii=False) + "\n")

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    table = Path(os.environ["CHAOS_TABLE"])
    if not table.exists():
        return
    lines = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
    lines.sort(key=lambda line: (int(re.sub(r"\D.*", "", line["goal"][1:])), line["where"]))
    terminalreporter.section("what was survived")
    for line in lines:
        terminalreporter.write_line(f"{line['goal']:<4} {line['where']:<22} {line['seconds']:>4} s  {line['figures']}")
