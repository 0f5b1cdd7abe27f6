"""Column lists of the report's Excel files."""
from __future__ import annotations

from partywork.lists import Column
from reports.values import value_text

SOURCE_COLUMNS = [
    Column("when", "日期", width=14), Column("words", "记录", width=44), Column("more", "说明", width=44),
    Column("branch", "党组织", width=20),
]


def _amount(value, unit: str):
    """Numbers stay numbers in Excel; lists become words."""
    return value_text(value, unit) if isinstance(value, list) or value is None else value


def figure_columns(names: tuple[str, str, str]) -> list[Column]:
    """The figures page: present value, same half last year, half before."""
    present, year_before, previous = names
    return [
        Column("part", "部分", width=18), Column("label", "指标", width=26),
        Column("value", present, lambda line: _amount(line.value, line.unit), 16), Column("unit", "单位", width=8),
        Column("year_before", year_before, lambda line: _amount(line.year_before, line.unit), 16),
        Column("previous", previous, lambda line: _amount(line.previous, line.unit), 16),
        Column("definition", "口径", width=70), Column("key", "代码", width=28),
    ]


