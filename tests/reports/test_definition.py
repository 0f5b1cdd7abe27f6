"""The half-year definition holds the whole catalogue, each figure once, and says what its sections may say."""
from __future__ import annotations

from collections import Counter

import pytest

from partywork.figures import Level, catalogue
from partywork.periods import Period
from reports.definitions.half_year import HALF_YEAR
from reports.pieces import Facts, Number

PLACES = [key for part in HALF_YEAR.parts for section in part.sections for key in section.figures]


class Everything(dict):
    """Any figure has a value."""

    def get(self, key, default=None):
        if key.endswith(("by_grade", "by_form")):
            return [{"code": "a", "label": "甲", "count": 1}, {"code": "b", "label": "乙", "count": 2}]
        listed = ("leaders", "staff", "democratic_life", "examples")
        return ["2026-01-05 某某"] if key.split(".")[1] in listed or key.endswith("names") else 7


def keys_told(section, single: bool) -> set[str]:
    facts = Facts(Everything(), single, Period.parse("2026H1"))
    return {piece.key for tell in section.tells for piece in tell(facts) if isinstance(piece, Number)}


def test_every_figure_has_one_place():
    assert Counter(PLACES) == Counter(figure.key for figure in catalogue())


def test_every_figure_stands_in_its_own_part():
    wrong = {figure.key: part.code for figure in catalogue() for part in HALF_YEAR.parts for section in part.sections
             if figure.key in section.figures and part.code != str(figure.part)}
    assert wrong == {}


def test_every_figure_is_told_or_named_as_table_only():
    told = {key for part in HALF_YEAR.parts for section in part.sections for key in keys_told(section, False)}
    by_leaders = {"meetings.lecture_by_leader"}  # said as 均由领导干部讲授 where it equals the lectures
    assert set(PLACES) - told - by_leaders == set(HALF_YEAR.aside)


@pytest.mark.parametrize("single", [True, False])
def test_a_section_tells_only_its_own_figures(single):
    stray = {section.code: keys for _, sections in HALF_YEAR.sections_for(single) for section in sections
             if (keys := keys_told(section, single) - set(section.figures))}
    assert stray == {}


def test_codes_and_leads():
    codes = [section.code for part in HALF_YEAR.parts for section in part.sections]
    assert len(codes) == len(set(codes))
    assert [part.code for part in HALF_YEAR.parts] == ["1", "2", "3", "4", "5", "6"]
    assert HALF_YEAR.parts[5].heading_for(Facts({}, False, Period.parse("2026H2"))) == "下一年工作打算"
    levels = {each.key for each in catalogue() if each.level is Level.COMMITTEE}
    assert "meetings.first_topic" in levels


def test_place_of_a_figure():
    part, place, section = HALF_YEAR.place_of("meetings.congress", single=False)
    assert (part.code, place, section.code) == ("2", 3, "2.lessons")
    assert HALF_YEAR.place_of("no.such", single=False) is None
