"""The structure of members: every band from both sides, each number with its people, nobody twice or left out."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import rules, structure
from members.models import Membership, Profile
from tests.factories import make_branch, make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


@pytest.fixture
def branch(world):
    return make_branch(world.office, short_name="结构支部", code="JG01")


def codes_of(branch, day=DAY) -> set[str]:
    found = structure.counts(Membership.objects.filter(branch=branch).active_on(day), day)
    return {code for code, number in found.items() if number and code != "all"}


def only(branch, dimension: str, day=DAY) -> str:
    (code,) = {code for code in codes_of(branch, day) if code.startswith(f"{dimension}.")}
    return code.partition(".")[2]


@pytest.mark.parametrize(("born", "band"), [
    (date(1995, 7, 1), "a0"), (date(1995, 6, 30), "a31"), (date(1990, 7, 1), "a31"), (date(1990, 6, 30), "a36"),
    (date(1985, 6, 30), "a41"), (date(1980, 6, 30), "a46"), (date(1975, 6, 30), "a51"), (date(1970, 6, 30), "a56"),
    (date(1965, 7, 1), "a56"), (date(1965, 6, 30), "a61"), (date(1930, 1, 1), "a61"),
])  # fmt: skip
def test_ages(branch, born, band):
    make_member(branch, born_on=born)
    assert only(branch, "age") == band


@pytest.mark.parametrize(("full_on", "band"), [
    (date(2021, 7, 1), "p0"), (date(2021, 6, 30), "p5"), (date(2016, 6, 30), "p10"), (date(2006, 7, 1), "p10"),
    (date(2006, 6, 30), "p20"), (date(1996, 6, 30), "p30"), (date(1986, 6, 30), "p40"), (date(1976, 6, 30), "p50"),
])  # fmt: skip
def test_party_ages(branch, full_on, band):
    make_member(branch, born_on=date(1950, 1, 1), joined_on=date(1970, 1, 1), full_on=full_on)
    assert only(branch, "party_age") == band


def test_the_corrected_day_counts(branch):
    make_member(branch, full_on=date(2011, 6, 1), party_age_from=date(2024, 1, 1))
    assert only(branch, "party_age") == "p0"


def test_a_probationary_member_has_no_party_age(branch):
    make_member(branch, kind="probationary", joined_on=date(2026, 1, 1))
    assert (only(branch, "party_age"), only(branch, "kind")) == ("none", "probationary")


@pytest.mark.parametrize(("facts", "dimension", "band"), [
    ({}, "education", "none"), ({"education": ""}, "education", "none"), ({"education": "central_university"}, "education", "university"),
    ({"education": "master_class"}, "education", "postgraduate"), ({"education": "primary"}, "education", "middle"),
    ({}, "nationality", "none"), ({"nationality": ""}, "nationality", "none"), ({"nationality": "01"}, "nationality", "han"),
    ({"nationality": "03"}, "nationality", "minority"), ({"nationality": "98"}, "nationality", "minority"),
    ({"work": "retired"}, "work", "retired"), ({"work": ""}, "work", "none"), ({}, "work", "none"),
])  # fmt: skip
def test_what_the_file_says(branch, facts, dimension, band):
    member = make_member(branch)
    if facts:
        Profile.objects.create(member=member, **facts)
    assert only(branch, dimension) == band


def test_every_dimension_has_everyone_once(world):
    rows = Membership.objects.active_on(DAY)
    found = structure.counts(rows, DAY)
    assert found["all"] == rows.count() > 0
    for dimension in structure.DIMENSIONS:
        assert sum(found[f"{dimension.code}.{band.code}"] for band in dimension.bands) == found["all"], dimension.code


def test_a_number_opens_its_people(world):
    rows = Membership.objects.active_on(DAY)
    found = structure.counts(rows, DAY)
    for dimension in structure.DIMENSIONS:
        for band in dimension.bands:
            code = f"{dimension.code}.{band.code}"
            assert structure.in_band(rows, code, DAY).count() == found[code], code
    assert structure.in_band(rows, "age.nothing", DAY).count() == 0


def test_one_query_whatever_the_number(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        structure.counts(Membership.objects.active_on(DAY), DAY)


def test_change_since_another_day(branch):
    make_member(branch, sex="f", start_on=date(2026, 3, 1))
    rows = Membership.objects.filter(branch=branch)
    lines = {line.code: line for table in structure.tables(structure.counts(rows.active_on(DAY), DAY),
                                                            structure.counts(rows.active_on(date(2026, 1, 1)), date(2026, 1, 1)))
             for line in table.lines}  # fmt: skip
    assert (lines["sex.f"].number, lines["sex.f"].before, lines["sex.f"].change, lines["sex.f"].share) == (1, 0, 1, "100.0%")
    assert lines["sex.m"].share == "0.0%"


def test_nobody_there_is_no_division(branch):
    (table,) = [each for each in structure.tables(structure.counts(Membership.objects.none(), DAY)) if each.dimension.code == "sex"]
    assert [line.share for line in table.lines] == ["—", "—"]


@given(st.dates(date(1920, 1, 1), date(2026, 12, 31)), st.integers(1, 90), st.dates(date(2000, 1, 1), date(2027, 12, 31)))
def test_begun_by_agrees_with_whole_years(since, years, day):
    assert (since <= structure.begun_by(years, day)) == (rules.whole_years(since, day) >= years)


@pytest.mark.parametrize("day", [date(2023, 2, 28), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)])
def test_begun_by_around_the_leap_day(day):
    for years in range(1, 12):
        limit = structure.begun_by(years, day)
        assert rules.whole_years(limit, day) >= years
        assert rules.whole_years(limit + timedelta(days=1), day) < years
