"""Figures of terms, counted by hand: the day before, the first, the last, the day after; delay, early election, dissolved."""

from __future__ import annotations

from datetime import date

import pytest

from branches.models import Branch
from partywork.figures import find_figure
from partywork.periods import Period
from tests.factories import make_branch, make_term
from tests.figure_cases import counts

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")


def branch(world, name, **facts):
    return make_branch(world.root, short_name=name, **facts)


@pytest.fixture
def terms(world):
    def ends(name, day, **facts):
        dissolved = {"dissolved_on": facts.pop("dissolved_on")} if "dissolved_on" in facts else {}
        return make_term(branch(world, name, **dissolved), number=1, elected_on=day.replace(year=day.year - 3), **facts)

    ends("前一天", date(2025, 12, 31))
    ends("第一天", date(2026, 1, 1), ended_on=date(2026, 4, 1))
    ends("最后一天", date(2026, 6, 30))
    ends("后一天", date(2026, 7, 1))
    ends("延期", date(2026, 3, 1), extended_until=date(2026, 12, 1), extension_document="文", extension_reason="改革")
    ends("提前", date(2027, 3, 1), ended_on=date(2026, 5, 5))
    ends("撤销", date(2026, 3, 1), dissolved_on=date(2026, 2, 1))
    early = Branch.objects.get(short_name="提前")
    make_term(early, number=2, elected_on=date(2026, 5, 5))
    make_term(Branch.objects.get(short_name="第一天"), number=2, elected_on=date(2026, 4, 1))
    make_term(branch(world, "首届"), number=1, elected_on=date(2026, 4, 1))
    return Branch.objects.filter(depth__gte=1)


@counts("terms.due", "terms.due_names")
def test_terms_that_ended(terms):
    assert find_figure("terms.due_names").value(terms, H1) == ["第一天", "最后一天", "提前"]
    assert find_figure("terms.due").value(terms, H1) == 3


@counts("terms.renewed", "terms.renewed_names")
def test_terms_that_were_renewed(terms):
    assert find_figure("terms.renewed_names").value(terms, H1) == ["第一天", "提前"]
    assert find_figure("terms.renewed").value(terms, H1) == 2


@counts("terms.overdue", "terms.overdue_names")
def test_terms_that_are_over_at_the_end(terms):
    """The last day itself is still in time; so is a delay that was approved."""
    assert find_figure("terms.overdue_names").value(terms, H1) == ["前一天"]
    assert find_figure("terms.overdue").value(terms, H1) == 1
    assert find_figure("terms.overdue_names").value(terms, Period.parse("202607")) == ["前一天", "最后一天", "后一天"]
