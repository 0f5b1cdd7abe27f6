"""ORG-3, ORG-7 to ORG-12 and VOTE-10: tables on both sides of each bound; the reckoning of days; the open question of VOTE-5."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches.terms.findings import Facts, Vacancy, findings_of
from branches.terms.results import Count, judge, ranked, why_not_counted
from branches.terms.rules import latest_due, standing_of, term_end, why_not_extend
from partywork.periods import add_months
from partywork.rules import in_force

DAY = date(2026, 6, 10)


@pytest.mark.parametrize(("elected_on", "years", "end"), [
    (date(2023, 6, 10), 3, date(2026, 6, 10)), (date(2021, 6, 10), 5, date(2026, 6, 10)),
    (date(2024, 2, 29), 3, date(2027, 2, 28)), (date(2023, 12, 31), 3, date(2026, 12, 31))])  # fmt: skip
def test_a_term_ends_after_its_years(elected_on, years, end):
    assert term_end(elected_on, years) == end


STANDINGS = [
    (date(2025, 12, 9), "running"), (date(2025, 12, 10), "remind"), (date(2026, 3, 9), "remind"), (date(2026, 3, 10), "again"),
    (date(2026, 5, 9), "again"), (date(2026, 5, 10), "last"), (DAY, "last"), (date(2026, 6, 11), "overdue")]  # fmt: skip


@pytest.mark.parametrize(("day", "state"), STANDINGS)
def test_reminders_begin_on_their_day_and_overdue_is_the_day_after(day, state):
    assert standing_of(DAY, day, 6, 3, 1).state == state
    answer = in_force("ORG-8", day).answer(elected_on=date(2023, 6, 10), years=3, delayed=0, day=day)
    assert (answer.values["state"], answer.holds) == (state, state != "overdue")


def test_own_reminders_may_be_left_out():
    assert standing_of(DAY, date(2026, 6, 9), 6, 0, 0).state == "remind"
    figures = {"again": 4, "last": 2}
    assert (
        in_force("ORG-8", DAY)
        .answer(figures, elected_on=date(2023, 6, 10), years=3, delayed=0, day=date(2026, 2, 10))
        .values["state"]
        == "again"
    )


@pytest.mark.parametrize(
    ("delayed", "holds", "due"), [(0, False, DAY), (11, True, date(2027, 5, 10)), (12, True, date(2027, 6, 10))]
)
def test_a_delay_moves_the_day(delayed, holds, due):
    answer = in_force("ORG-8", DAY).answer(elected_on=date(2023, 6, 10), years=3, delayed=delayed, day=date(2026, 7, 1))
    assert (answer.holds, answer.values["due_on"]) == (holds, due)


def test_a_delay_of_more_than_a_year_is_none():
    assert in_force("ORG-8", DAY).answer(elected_on=DAY, years=3, delayed=13, day=DAY).holds is False


@pytest.mark.parametrize(("until", "fine"), [
    (DAY, False), (DAY + timedelta(days=1), True), (date(2027, 6, 10), True), (date(2027, 6, 11), False)])  # fmt: skip
def test_a_delay_is_within_a_year_of_the_terms_end(until, fine):
    assert (why_not_extend(DAY, until, 12) == "") is fine


@pytest.mark.parametrize("months", [1, 3, 6])
def test_the_lists_bound_is_that_of_the_rule(months):
    """Over two years, month ends and leap days among them: a term is in the list exactly when its reminder has begun."""
    for shift in range(0, 730, 3):
        day = date(2027, 6, 1) + timedelta(days=shift)
        bound = latest_due(day, months)
        assert add_months(bound, -months) <= day < add_months(bound + timedelta(days=1), -months)


@pytest.mark.parametrize(("day", "holds"), [(date(2026, 9, 10), True), (date(2026, 9, 11), False)])
def test_a_vacancy_is_filled_within_three_months(day, holds):
    answer = in_force("ORG-9", day).answer(vacant_on=DAY, office="lead", day=day)
    assert (answer.holds, "批准" in answer.says) == (holds, True)
    assert "备案" in in_force("ORG-9", day).answer(vacant_on=DAY, office="member", day=day).says


def test_own_months_for_a_vacancy():
    assert in_force("ORG-9", DAY).answer({"months": 1}, vacant_on=DAY, office="lead", day=date(2026, 7, 11)).holds is False


@pytest.mark.parametrize(("rule_id", "values", "holds"), [
    ("ORG-3", {"months": 5, "full": 9}, True), ("ORG-3", {"months": 6, "full": 2}, True), ("ORG-3", {"months": 6, "full": 3}, False),
    ("ORG-10", {"members": 19, "groups": 0}, True), ("ORG-10", {"members": 20, "groups": 0}, False),
    ("ORG-10", {"members": 20, "groups": 1}, True),
    ("ORG-11", {"staff": 200, "party_staff": 1}, False), ("ORG-11", {"staff": 200, "party_staff": 2}, True),
    ("VOTE-10", {"places": 5, "ahead": 5, "tied": 0}, True), ("VOTE-10", {"places": 5, "ahead": 4, "tied": 2}, False),
])  # fmt: skip
def test_rules_on_both_sides(rule_id, values, holds):
    assert in_force(rule_id, DAY).answer(**values).holds is holds


def test_rules_that_compute():
    def values(rule_id, **given):
        return in_force(rule_id, DAY).answer(**given).values

    assert [values("ORG-7", unit=unit)["years"] for unit in ("village", "other")] == [5, 3]
    assert [values("ORG-12", members=members)["may"] for members in (499, 500)] == [False, True]
    assert values("VOTE-10", places=5, ahead=4, tied=2) == {"elected": 4, "left": 1, "again": True}
    assert values("VOTE-10", places=5, ahead=4, tied=0) == {"elected": 4, "left": 1, "again": False}


# --- elections ----------------------------------------------------------------------------------------------------------


def count(**facts) -> Count:
    given = {"expected": 20, "present": 16, "issued": 16, "returned": 16, "spoilt": 0, "places": 3, "votes": (15, 14, 13, 5)}
    return Count(**given | facts)


def test_a_plain_election():
    outcome = judge(count(), DAY, {})
    assert (outcome.valid, outcome.elected, outcome.tied, outcome.left, outcome.passing) == (True, {0, 1, 2}, frozenset(), 0, 9)
    assert [each.kind for each in outcome.remarks] == ["ok"] * 4


@pytest.mark.parametrize(("present", "valid"), [(15, False), (16, True)])
def test_four_fifths_must_be_there(present, valid):
    outcome = judge(count(present=present, issued=present, returned=present), DAY, {})
    assert (outcome.valid, bool(outcome.elected)) == (valid, valid)


@pytest.mark.parametrize(("returned", "valid"), [(16, True), (17, False), (15, True)])
def test_no_more_ballots_come_back_than_went_out(returned, valid):
    assert judge(count(returned=returned), DAY, {}).valid is valid


@pytest.mark.parametrize(("votes", "base", "elected", "warned"), [
    (8, "present", False, False), (9, "present", True, True), (10, "present", True, True), (11, "present", True, False),
    (10, "expected", False, False), (11, "expected", True, False)])  # fmt: skip
def test_the_open_question_of_half_of_whom(votes, base, elected, warned):
    outcome = judge(count(votes=(votes,), places=1, differential=False), DAY, {"VOTE-5": {"base": base}})
    assert bool(outcome.elected) is elected
    assert any(each.kind == "warn" and each.rule == "VOTE-5" for each in outcome.remarks) is warned


@pytest.mark.parametrize(
    ("places", "candidates", "kind"), [(3, 3, "warn"), (3, 4, "ok"), (5, 5, "warn"), (5, 6, "ok"), (7, 8, "warn"), (7, 9, "ok")]
)
def test_a_fifth_more_candidates(places, candidates, kind):
    outcome = judge(count(places=places, votes=(15,) * candidates), DAY, {})
    assert [each.kind for each in outcome.remarks if each.rule == "VOTE-7"] == [kind]


@pytest.mark.parametrize(("votes", "elected", "tied"), [
    ((15, 14, 13), {0, 1, 2}, set()), ((15, 14, 12, 12), {0, 1}, {2, 3}), ((12, 15, 14, 11), {0, 1, 2}, set()),
    ((12, 12, 12, 12), set(), {0, 1, 2, 3}), ((15, 8, 8), {0}, set()), ((9, 9, 8, 8), {0, 1}, set())])  # fmt: skip
def test_who_is_elected(votes, elected, tied):
    assert ranked(votes, 3, 9) == (elected, tied)


@pytest.mark.parametrize(("facts", "field"), [
    ({}, ""), ({"issued": 17}, "issued"), ({"spoilt": 17}, "spoilt"), ({"votes": ()}, "candidates"), ({"votes": (17,)}, "candidates"),
    ({"votes": (16, 16, 16)}, ""), ({"votes": (16, 16, 16, 1)}, "candidates"), ({"spoilt": 2, "votes": (15,)}, "candidates"),
    ({"expected": 15}, "present")])  # fmt: skip
def test_numbers_that_cannot_all_be_true(facts, field):
    assert why_not_counted(count(**facts))[0] == field


# --- findings -----------------------------------------------------------------------------------------------------------


def facts(**given) -> Facts:
    plain = {"kind": "branch", "day": DAY, "founded_on": date(2020, 1, 1), "full": 10, "members": 10, "groups": 0, "groups_led": 0,
             "committee": 3, "has_secretary": True, "due_on": date(2028, 1, 1), "years": 3}  # fmt: skip
    return Facts(**plain | given)


def found(**given) -> list[tuple[str, str]]:
    return [(each.rule, each.kind) for each in findings_of(facts(**given))]


FINDINGS = [
    ({}, []),
    ({"full": 2, "members": 2, "committee": 1}, [("ORG-1", "bad")]), ({"full": 3, "members": 3, "committee": 1}, []),
    ({"full": 2, "members": 2, "committee": 1, "kind": "joint"}, [("ORG-2", "warn")]),
    ({"members": 49, "groups": 2, "groups_led": 2}, []),
    ({"members": 50, "groups": 2, "groups_led": 2}, [("ORG-6", "warn")]),
    ({"members": 51, "groups": 2, "groups_led": 2}, [("ORG-1", "warn"), ("ORG-6", "warn")]),
    ({"full": 7, "committee": 0, "has_secretary": False}, [("ORG-4", "bad"), ("ORG-4", "bad")]),
    ({"full": 7, "committee": 2}, [("ORG-4", "bad")]), ({"full": 7, "committee": 3}, []), ({"committee": 5}, []),
    ({"committee": 6}, [("ORG-4", "info")]), ({"committee": 7}, [("ORG-4", "info")]), ({"committee": 8}, [("ORG-4", "warn")]),
    ({"full": 6, "committee": 1}, []), ({"full": 6, "committee": 2}, []), ({"full": 6, "committee": 3}, [("ORG-5", "warn")]),
    ({"full": 6, "committee": 0, "has_secretary": False}, [("ORG-5", "bad")]),
    ({"members": 20}, [("ORG-10", "warn")]), ({"members": 19}, []), ({"members": 20, "groups": 1, "groups_led": 1}, []),
    ({"groups": 2, "groups_led": 1}, [("ORG-10", "warn")]),
    ({"due_on": None}, [("ORG-8", "warn")]), ({"years": 5}, [("ORG-6", "warn")]),
    ({"due_on": DAY - timedelta(days=1)}, [("ORG-8", "bad")]), ({"due_on": DAY}, [("ORG-8", "warn")]),
    ({"due_on": date(2026, 9, 10)}, [("ORG-8", "warn")]), ({"due_on": date(2026, 9, 11)}, [("ORG-8", "info")]),
    ({"due_on": date(2026, 12, 10)}, [("ORG-8", "info")]), ({"due_on": date(2026, 12, 11)}, []),
    ({"vacancies": (Vacancy("deputy", "副书记", date(2026, 3, 10)),)}, [("ORG-9", "warn")]),
    ({"vacancies": (Vacancy("deputy", "副书记", date(2026, 3, 9)),)}, [("ORG-9", "bad")]),
    ({"vacancies": (Vacancy("secretary", "书记", date(2026, 6, 1)),), "has_secretary": False}, [("ORG-9", "warn")]),
    ({"strangers": ("赵敏",)}, [("ORG-9", "warn")]),
    ({"kind": "temporary", "founded_on": date(2025, 12, 10), "due_on": None, "years": 0}, [("ORG-3", "warn")]),
    ({"kind": "temporary", "founded_on": date(2025, 12, 11), "due_on": None, "years": 0}, []),
    ({"kind": "general", "members": 50}, []), ({"kind": "general", "members": 49}, [("ORG-6", "info")]),
    ({"kind": "general", "members": 100}, [("ORG-6", "warn")]),
    ({"kind": "committee", "members": 100, "years": 5}, []), ({"kind": "committee", "members": 99, "years": 5}, [("ORG-6", "info")]),
    ({"kind": "committee", "members": 500, "years": 5}, [("ORG-12", "info")]), ({"kind": "committee", "members": 499, "years": 5}, []),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), FINDINGS, ids=[str(number) for number in range(len(FINDINGS))])
def test_findings(given, expected):
    assert found(**given) == expected


def test_findings_by_the_organisations_own_figures():
    assert found(members=15, figures={"ORG-10": {"many": 15}}) == [("ORG-10", "warn")]
    assert found(vacancies=(Vacancy("deputy", "副书记", date(2026, 3, 9)),), figures={"ORG-9": {"months": 6}}) == [
        ("ORG-9", "warn")
    ]
    assert found(due_on=date(2026, 9, 1), figures={"ORG-8": {"again": 2, "last": 1}}) == [("ORG-8", "info")]
