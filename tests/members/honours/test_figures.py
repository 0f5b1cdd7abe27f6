"""Figures of honours and examples, counted by hand: each title, both bounds of the period, voided and foreign ones."""

from __future__ import annotations

from datetime import date

import pytest

from branches.models import Branch
from members.honours.models import Award, Example, Title
from partywork.figures import find_figure
from partywork.periods import Period
from tests.figure_cases import counts

pytestmark = pytest.mark.django_db
H1 = Period.parse("2026H1")
BEFORE, FIRST, LAST, AFTER = date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)


@pytest.fixture
def given(world):
    def title(name, category, level="bureau"):
        return Title.objects.create(name=name, category=category, level=level, for_branch=category == "branch")

    def award(title, who, day, branch=world.a, **facts):
        Award.objects.create(
            title=title,
            branch=branch,
            member=world.members[who] if who else None,
            awarded_on=day,
            given_by="县委",
            document="文",
            created_by=world["staff"],
            **facts,
        )

    outstanding, county = title("优秀共产党员", "member"), title("优秀共产党员", "member", "county")
    for who, day in (("member", BEFORE), ("member", FIRST), ("colleague", LAST), ("colleague", AFTER)):
        award(outstanding, who, day)
    award(county, "secretary", LAST)
    award(outstanding, "group_leader", LAST, voided=True, void_reason="错")
    award(outstanding, "neighbour", LAST, branch=world.b)
    award(title("优秀党务工作者", "worker"), "secretary", LAST)
    award(title("先进党支部", "branch"), None, LAST)
    award(title("劳动模范", "other", "province"), "member", FIRST)
    for name, day, chosen in (
        ("前一天", BEFORE, True),
        ("护林队", FIRST, True),
        ("一支部", LAST, True),
        ("没选", LAST, False),
        ("后一天", AFTER, True),
    ):
        Example.objects.create(branch=world.a, name=name, line="守护山林", on=day, chosen=chosen, created_by=world["staff"])
    Example.objects.create(branch=world.b, name="外支部", line="好", on=LAST, chosen=True, created_by=world["staff"])
    return Branch.objects.filter(pk=world.a.pk)


@counts("honours.members", "honours.workers", "honours.branches", "honours.others")
def test_numbers(given):
    names = ("members", "workers", "branches", "others")
    assert [find_figure(f"honours.{name}").value(given, H1) for name in names] == [3, 1, 1, 1]
    assert [find_figure(f"honours.{name}").value(Branch.objects.all(), H1) for name in names] == [4, 1, 1, 1]


@counts("honours.member_names", "honours.worker_names", "honours.branch_names", "honours.other_names")
def test_names(given):
    def listed(name):
        return sorted(find_figure(f"honours.{name}_names").value(given, H1))

    assert listed("member") == ["周彤", "李平", "赵敏（县（区）级）"]
    assert (listed("worker"), listed("branch"), listed("other")) == (["赵敏"], ["一支部"], ["李平获“省级劳动模范”"])


@counts("honours.examples")
def test_chosen_examples(given):
    assert find_figure("honours.examples").value(given, H1) == ["一支部护林队，守护山林", "一支部，守护山林"]
