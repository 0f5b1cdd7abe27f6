from datetime import date

import pytest

from branches.rules import needs_committee
from partywork.rules import in_force

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("rule", "values", "holds"),
    [
        ("ORG-1", {"full": 3, "members": 3}, True),
        ("ORG-1", {"full": 2, "members": 9}, False),
        ("ORG-1", {"full": 48, "members": 50}, True),
        ("ORG-1", {"full": 49, "members": 51}, False),
        ("ORG-2", {"full": 2, "units": 5}, True),
        ("ORG-2", {"full": 2, "units": 6}, False),
        ("ORG-2", {"full": 3, "units": 2}, False),
    ],
)
def test_size_of_a_branch(rule, values, holds):
    assert in_force(rule, DAY).answer(**values).holds is holds


@pytest.mark.parametrize(("full", "needed"), [(6, False), (7, True), (0, False), (50, True)])
def test_a_committee_from_seven_full_members(full, needed):
    assert needs_committee(full, DAY) is needed
    assert in_force("ORG-5", DAY).answer(full=full).values == {"secretary_only": not needed}


@pytest.mark.parametrize(("members", "years"), [(49, 3), (50, 3), (99, 3), (100, 5)])
def test_terms_by_size(members, years):
    assert in_force("ORG-6", DAY).answer(members=members).values == {"years": years}


def test_names_of_organs_by_size():
    says = [in_force("ORG-6", DAY).answer(members=number).says for number in (49, 50, 99, 100)]
    assert says == [
        "党员49人，设党支部，每届3年。",
        "党员50人，设党总支，每届3年。",
        "党员99人，设党总支，每届3年。",
        "党员100人，设基层党委，每届5年。",
    ]


@pytest.mark.parametrize(
    ("rule", "first"),
    [("ORG-1", date(2018, 10, 28)), ("ORG-4", date(2018, 10, 28)), ("ORG-6", date(2019, 11, 29))],
)
def test_no_rule_before_its_day(rule, first):
    assert in_force(rule, first) is not None
    assert in_force(rule, date.fromordinal(first.toordinal() - 1)) is None


def test_before_the_rule_nobody_needed_a_committee():
    assert needs_committee(20, date(2018, 10, 27)) is False
