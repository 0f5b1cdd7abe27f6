"""Errors that are meant for people. Their message is Chinese, complete and says what to do."""
from __future__ import annotations

from django.core.exceptions import PermissionDenied


class RuleViolation(Exception):
    """An act that a rule does not allow. `field` names the form field it belongs to, `rule` the entry of 制度依据."""

    def __init__(self, message: str, *, field: str | None = None, rule: str = "") -> None:
        super().__init__(message)
        self.message, self.field, self.rule = message, field, rule


class StaleVersion(RuleViolation):
    """Someone else saved the same record first; the page shows both versions."""


class TooMany(Exception):
    """Asked too often (429); `minutes` until it may be asked again."""

    def __init__(self, message: str, *, minutes: int) -> None:
        super().__init__(message)
        self.message, self.minutes = message, minutes


class NotAllowed(PermissionDenied):
    """In reach but not allowed (403). `needed` says in Chinese which posts may do it."""

    def __init__(self, needed: str = "") -> None:
        super().__init__(needed)
        self.needed = needed
