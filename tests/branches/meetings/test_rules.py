"""Every rule of meetings and training at both sides of its bounds, in both versions where there are two."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from partywork import rules

TODAY = date(2026, 11, 24)


def ask(rule_id: str, on: date = TODAY, own: dict | None = None, **values):
    return rules.in_force(rule_id, on).answer(own, **values)


def test_the_book_has_every_rule_of_the_domain_file():
    wanted = {f"MTG-{number}" for number in range(1, 17)} | {f"VOTE-{number}" for number in range(1, 10)}
    assert wanted <= {rule.id for rule in rules.book(TODAY)}


@pytest.mark.parametrize(
    ("rule_id", "times", "per", "trust"),
    [
        ("MTG-1", 1, "quarter", "V"),
        ("MTG-2", 1, "month", "V"),
        ("MTG-3", 1, "month", "V"),
        ("MTG-4", 2, "half", "L"),
        ("MTG-5", 1, "month", "V"),
        ("MTG-6", 1, "year", "V"),
        ("MTG-7", 1, "year", "V"),
        ("MTG-9", 1, "year", "S"),
        ("MTG-10", 1, "year", "S"),
        ("MTG-11", 1, "quarter", "M"),
    ],
)
def test_frequencies(rule_id, times, per, trust):
    rule = rules.in_force(rule_id, TODAY)
    assert (rule.figures, rule.trust) == ({"times": times, "per": per}, trust)
    assert (ask(rule_id, held=times - 1).holds, ask(rule_id, held=times - 1).values) == (
        False,
        {"missing": 1},
    )
    assert (ask(rule_id, held=times).holds, ask(rule_id, held=times).values) == (True, {"missing": 0})
    assert ask(rule_id, held=times + 5).holds


def test_lectures_by_the_units_own_setting():
    own = {"times": 1, "per": "quarter"}
    assert ask("MTG-4", own=own, held=1).says == "每季度至少1次，已召开1次，已达到要求。"
    assert not ask("MTG-4", own=own, held=0).holds


@pytest.mark.parametrize(
    ("members", "excellent", "holds", "most"),
    [
        (18, 6, True, 6),
        (18, 7, False, 6),
        (20, 6, True, 6),
        (20, 7, False, 6),
        (2, 0, True, 0),
        (2, 1, False, 0),
        (3, 1, True, 1),
    ],
)
def test_excellent_is_a_third_at_most(members, excellent, holds, most):
    answer = ask("MTG-8", members=members, excellent=excellent)
    assert (answer.holds, answer.values) == (holds, {"most": most})


@pytest.mark.parametrize(
    ("own", "whole", "holds"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_leading_members_attend_both(own, whole, holds):
    assert ask("MTG-12", own_branch=own, democratic_life=whole).holds is holds


@pytest.mark.parametrize(("hours", "holds"), [("31.9", False), ("32", True), ("0", False), ("40", True)])
def test_hours_of_members(hours, holds):
    assert ask("MTG-13", hours=Decimal(hours)).holds is holds


@pytest.mark.parametrize(
    ("hours", "courses", "holds"), [("56", 1, True), ("55.5", 1, False), ("56", 0, False), ("60", 2, True)]
)
def test_hours_of_secretaries(hours, courses, holds):
    assert ask("MTG-14", hours=Decimal(hours), courses=courses).holds is holds


def test_hours_are_converted_by_the_units_own_figures():
    values = {"days": 2, "half_days": 3, "meeting_hours": Decimal("1.5")}
    assert ask("MTG-15", **values).values == {"hours": Decimal("29.5")}
    assert ask("MTG-15", own={"day": 6, "half_day": 3, "hour": 1}, **values).values == {
        "hours": Decimal("22.5")
    }


@pytest.mark.parametrize(
    ("level", "time", "hours", "holds"),
    [
        ("section", 12, 0, True),
        ("section", 11, 89, False),
        ("section", 0, 90, True),
        ("county", 3, 0, True),
        ("county", 2, 549, False),
        ("county", 0, 550, True),
    ],
)
def test_training_of_civil_servants(level, time, hours, holds):
    assert ask("MTG-16", level=level, time=time, hours=Decimal(hours)).holds is holds


@pytest.mark.parametrize(
    ("expected", "present", "yes", "valid", "passed"),
    [
        (16, 7, 7, False, False),
        (16, 8, 8, True, False),
        (16, 8, 9, True, True),
        (16, 9, 9, True, True),
        (15, 7, 7, False, False),
        (15, 8, 7, True, False),
        (15, 8, 8, True, True),
        (30, 16, 15, True, False),
        (30, 16, 16, True, True),
        (1, 1, 1, True, True),
        (1, 0, 0, False, False),
    ],
)
def test_ordinary_decisions_need_half_present_and_more_than_half_of_all(
    expected, present, yes, valid, passed
):
    answer = ask("VOTE-1", expected=expected, present=present, yes=yes)
    assert (answer.values["valid"], answer.holds) == (valid, passed)


MEMBERSHIP = [
    (16, 8, 8, 0, False, False),
    (16, 9, 8, 0, True, False),
    (16, 9, 9, 0, True, True),
    (16, 9, 8, 1, True, True),
    (16, 8, 8, 5, False, False),
    (15, 7, 7, 8, False, False),
    (15, 8, 7, 0, True, False),
    (15, 8, 8, 0, True, True),
    (30, 16, 15, 0, True, False),
    (30, 15, 15, 15, False, False),
    (30, 16, 16, 0, True, True),
]


@pytest.mark.parametrize("day", [date(2014, 5, 28), date(2026, 5, 10), date(2026, 5, 11), TODAY])
@pytest.mark.parametrize("rule_id", ["VOTE-2", "VOTE-3"])
@pytest.mark.parametrize(("expected", "present", "yes", "written", "valid", "passed"), MEMBERSHIP)
def test_admission_needs_more_than_half_in_both_versions(
    rule_id, day, expected, present, yes, written, valid, passed
):
    answer = ask(rule_id, day, expected=expected, present=present, yes=yes, written_yes=written)
    assert (answer.values["valid"], answer.holds) == (valid, passed)


def test_the_bounds_of_sixteen_and_fifteen():
    told = {
        (rule, expected): ask(rule, expected=expected, present=0, yes=0, **more).values
        for rule, more in (("VOTE-1", {}), ("VOTE-2", {"written_yes": 0}))
        for expected in (16, 15)
    }
    needs = {key: (values["needed"], values["passing"]) for key, values in told.items()}
    assert needs == {
        ("VOTE-1", 16): (8, 9),
        ("VOTE-1", 15): (8, 8),
        ("VOTE-2", 16): (9, 9),
        ("VOTE-2", 15): (8, 8),
    }


@pytest.mark.parametrize("rule_id", ["VOTE-2", "VOTE-3"])
def test_the_version_changes_on_the_day_of_issue(rule_id):
    old, new = rules.versions(rule_id)
    assert (old.valid_from, old.valid_to, new.valid_from, new.valid_to) == (
        date(2014, 5, 28),
        date(2026, 5, 11),
        date(2026, 5, 11),
        None,
    )
    assert rules.in_force(rule_id, date(2026, 5, 10)) is old
    assert rules.in_force(rule_id, date(2026, 5, 11)) is new
    assert rules.in_force(rule_id, date(2014, 5, 27)) is None
    assert (old.trust, new.trust) == ("M", "V")
    assert "2014" in old.article
    assert "2026" in new.article


@pytest.mark.parametrize(
    ("rule_id", "values"),
    [
        ("VOTE-1", {"yes": 0}),
        ("VOTE-2", {"yes": 0, "written_yes": 0}),
        ("VOTE-4", {}),
        ("VOTE-5", {"yes": 0}),
        ("VOTE-8", {}),
    ],
)
def test_more_present_than_expected_is_told(rule_id, values):
    answer = ask(rule_id, expected=5, present=6, **values)
    assert (answer.holds, answer.says) == (False, "实到人数不能多于应到人数，请核对。")


@pytest.mark.parametrize(
    ("expected", "present", "holds", "needed"),
    [(5, 2, False, 3), (5, 3, True, 3), (6, 3, True, 3), (6, 2, False, 3), (7, 4, True, 4)],
)
def test_branch_committee_needs_half(expected, present, holds, needed):
    answer = ask("VOTE-4", expected=expected, present=present)
    assert (answer.holds, answer.values) == (holds, {"needed": needed})


@pytest.mark.parametrize(
    ("expected", "present", "holds", "needed"),
    [(9, 6, True, 6), (9, 5, False, 6), (7, 5, True, 5), (7, 4, False, 5), (3, 2, True, 2)],
)
def test_democratic_life_needs_two_thirds(expected, present, holds, needed):
    answer = ask("VOTE-8", expected=expected, present=present)
    assert (answer.holds, answer.values) == (holds, {"needed": needed})


@pytest.mark.parametrize(
    ("expected", "yes", "holds"), [(7, 3, False), (7, 4, True), (8, 4, False), (8, 5, True)]
)
def test_party_group_decisions(expected, yes, holds):
    assert ask("VOTE-9", expected=expected, yes=yes).holds is holds


@pytest.mark.parametrize(
    ("expected", "present", "yes", "valid", "passed"),
    [
        (20, 15, 15, False, False),
        (20, 16, 8, True, False),
        (20, 16, 9, True, True),
        (19, 16, 9, True, True),
        (19, 15, 15, False, False),
    ],
)
def test_elections_by_those_present(expected, present, yes, valid, passed):
    answer = ask("VOTE-5", expected=expected, present=present, yes=yes)
    assert (answer.values["valid"], answer.holds) == (valid, passed)


def test_elections_by_the_units_own_denominator():
    values = {"expected": 20, "present": 16, "yes": 10}
    assert ask("VOTE-5", **values).holds
    assert "注意" in ask("VOTE-5", **values).says
    assert not ask("VOTE-5", own={"base": "expected"}, **values).holds
    assert ask("VOTE-5", own={"base": "expected"}, expected=20, present=16, yes=11).holds
    assert "注意" not in ask("VOTE-5", expected=20, present=16, yes=11).says


@pytest.mark.parametrize(
    ("issued", "returned", "places", "chosen", "valid", "ballot"),
    [
        (20, 20, 3, 3, True, True),
        (20, 21, 3, 3, False, True),
        (20, 19, 3, 4, True, False),
        (20, 19, 3, 2, True, True),
    ],
)
def test_counting_an_election(issued, returned, places, chosen, valid, ballot):
    answer = ask("VOTE-6", issued=issued, returned=returned, places=places, chosen=chosen)
    assert answer.values == {"valid": valid, "ballot_valid": ballot}
    assert answer.holds is (valid and ballot)


@pytest.mark.parametrize(("places", "needed"), [(3, 4), (5, 6), (7, 9), (1, 2), (10, 12), (11, 14)])
def test_candidates_are_a_fifth_more_rounded_up(places, needed):
    assert (
        ask("VOTE-7", places=places, candidates=0).holds,
        ask("VOTE-7", places=places, candidates=0).values,
    ) == (None, {"needed": needed})
    assert not ask("VOTE-7", places=places, candidates=needed - 1).holds
    assert ask("VOTE-7", places=places, candidates=needed).holds


@pytest.mark.parametrize(
    ("recorded", "holds", "says"),
    [
        (date(2026, 3, 10), True, "当日登记。"),
        (date(2026, 3, 13), True, "补录，迟3天。"),
        (date(2026, 3, 9), False, "召开日期不能晚于登记日期。"),
    ],
)
def test_late_entry_is_labelled(recorded, holds, says):
    answer = ask("LATE-1", held_on=date(2026, 3, 10), recorded_on=recorded)
    assert (answer.holds, answer.says) == (holds, says)
