"""Marks a test as the hand-counted case of figures: `@counts("meetings.congress")`.

tests/test_figures_contract.py reads these marks and fails for a figure that has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
MARK = re.compile(r"@counts\(([^)]*)\)")
KEY = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")


def counts(*keys: str) -> Callable:
    """The test counts these figures by hand."""

    def mark(test: Callable) -> Callable:
        test.counts = keys
        return test

    return mark


def counted_keys() -> set[str]:
    """Every key that some test counts by hand."""
    texts = (path.read_text("utf-8") for path in HERE.rglob("test_*.py"))
    return {key for text in texts for words in MARK.findall(text) for key in KEY.findall(words)}
