"""Addresses: what cannot be a year, a period or an id is no address at all."""

from __future__ import annotations

import re

import pytest

from partywork.converters import PeriodConverter, PkConverter, YearConverter
from partywork.periods import Period

LARGEST = 2**63 - 1


def matched(converter, text):
    """What the router would hand to the view, or None for 404."""
    try:
        return converter.to_python(text) if re.fullmatch(converter.regex, text) else None
    except ValueError:
        return None


@pytest.mark.parametrize("code", ["2026", "2026H1", "2026Q4", "202612"])
def test_periods(code):
    assert matched(PeriodConverter(), code) == Period.parse(code)
    assert PeriodConverter().to_url(Period.parse(code)) == PeriodConverter().to_url(code) == code


@pytest.mark.parametrize(
    "code", ["1999", "2100", "2026H3", "2026Q0", "202613", "202600", "2026h1", "２０２６", "2026H1\n"]
)
def test_no_periods(code):
    assert matched(PeriodConverter(), code) is None


@pytest.mark.parametrize(
    ("text", "year"), [("2000", 2000), ("2099", 2099), ("1999", None), ("2100", None), ("20٢6", None)]
)
def test_years(text, year):
    assert matched(YearConverter(), text) == year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (str(LARGEST), LARGEST),
        (str(LARGEST + 1), None),
        ("0", None),
        ("01", None),
        ("-1", None),
        ("9" * 50, None),
    ],
)
def test_ids(text, number):
    assert matched(PkConverter(), text) == number
