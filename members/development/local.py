"""The organisation's own figures for the chain, as the book of rules has them on a day. One query."""

from __future__ import annotations

from datetime import date
from typing import Any

from branches.rule_settings import entries_on


def settings_on(day: date) -> dict[str, dict[str, Any]]:
    """{rule id: the figures that were set}, for the functions of rules.py; rules without a setting are missing."""
    return {
        entry.rule.id: entry.setting.figures
        for entry in entries_on(day)
        if entry.setting and entry.rule.id.startswith("DEV-")
    }
