"""Path converters: a value that cannot be right is a 404 before any view runs."""

from __future__ import annotations

from django.urls import register_converter

from partywork.periods import Period

LARGEST_ID = 2**63 - 1


class YearConverter:
    """2000-2099."""

    regex = "20[0-9]{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04d}"


class PeriodConverter:
    """2026, 2026H1, 2026Q2, 202606, from 2000 on."""

    regex = "20[0-9]{2}(?:H[12]|Q[1-4]|0[1-9]|1[0-2])?"

    def to_python(self, value: str) -> Period:
        return Period.parse(value)

    def to_url(self, value: Period | str) -> str:
        return value if isinstance(value, str) else value.code


class PkConverter:
    """A row's number that both databases can hold."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST_ID:
            raise ValueError("larger than any id")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def register_all() -> None:
    """Called once at the top of urls.py."""
    register_converter(YearConverter, "year")
    register_converter(PeriodConverter, "period")
    register_converter(PkConverter, "pk")
