"""Why a backup or a restore did not take place; the message is Chinese, complete, and says what to do."""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
