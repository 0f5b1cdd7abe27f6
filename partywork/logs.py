"""Logs: one JSON object a line, without personal data, safe against forged line breaks."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache

from django.apps import apps

from partywork.middleware.facts import current

HIDDEN = "（已隐去）"
PRIVATE_KEYS = frozenset(
    {
        *("password", "old_password", "new_password", "new_password1", "new_password2", "passwd", "secret", "token"),
        *("csrfmiddlewaretoken", "sessionid", "id_number", "idcard", "id_card", "phone", "mobile", "telephone"),
        *("address", "home_address", "pay", "salary", "wage", "dues_base"),
    }
)
ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])", re.ASCII)
MOBILE = re.compile(r"(?<![0-9A-Za-z.])(1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])", re.ASCII)
LINE_BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}  # json escapes \n and \r, not these


def private_keys() -> frozenset[str]:
    """Names whose values are never written: those above and, once the models are known, every model's protected fields."""
    return _with_models() if apps.models_ready else PRIVATE_KEYS


@lru_cache(maxsize=1)
def _with_models() -> frozenset[str]:
    from partywork.journal.values import private_fields

    return PRIVATE_KEYS.union(*map(private_fields, apps.get_models()))


@lru_cache(maxsize=2)
def key_and_value(keys: frozenset[str]) -> re.Pattern[str]:
    """phone=…, 'phone': '…', born_on=datetime.date(…)."""
    names = "|".join(sorted(keys, key=len, reverse=True))
    return re.compile(
        rf"""(?i)(?<![a-z])({names})(["']?\s*[:=]\s*)"""
        r"""("[^"]*"|'[^']*'|\[[^\]]*\]|[\w.]+\([^)]*\)|[^\s,;&)}\]]+)"""
    )


def hide_numbers(text: str) -> str:
    """ID and mobile numbers keep only the ends by which a person recognises his own."""
    return MOBILE.sub(r"\1****\2", ID_NUMBER.sub(r"\1********\2", text))


def hide_private(text: str) -> str:
    """Free text with numbers masked and `key=value` of protected keys emptied."""
    return key_and_value(private_keys()).sub(rf"\1\2{HIDDEN}", hide_numbers(text))


def clean_value(key: str, value: object) -> object:
    """A value that may be logged under this key."""
    if key.lower() in private_keys():
        return HIDDEN
    if isinstance(value, dict):
        return {str(name): clean_value(str(name), inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_value(key, inner) for inner in value]
    return value if isinstance(value, (int, float, bool, type(None))) else hide_private(str(value))


class HidePrivate(logging.Filter):
    """Takes protected values out of a record before any formatter sees it: message, extras and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            record.args = {key: clean_value(key, value) for key, value in record.args.items()}
        record.msg, record.args = hide_private(self.text_of(record)), None
        for key, value in extras(record).items():
            setattr(record, key, clean_value(key, value))
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = hide_private(record.exc_text) if record.exc_text else None
        return True

    @staticmethod
    def text_of(record: logging.LogRecord) -> str:
        try:
            return record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit must not lose the line
            return str(record.msg)


PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "server_time",
}


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What a caller gave as `extra=`."""
    return {key: value for key, value in vars(record).items() if key not in PLAIN}


class JsonLines(logging.Formatter):
    """One line a record, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= self.of_request() | extras(record)
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["error"] = record.exc_text
        text = json.dumps(line, ensure_ascii=False, default=str).translate(LINE_BREAKS)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    @staticmethod
    def of_request() -> dict[str, object]:
        facts = current.get()
        if not facts:
            return {}
        return {"reference": facts.reference, "ip": facts.ip, "user": facts.user_id}
