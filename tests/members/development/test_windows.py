"""Earliest and latest day of each of the 25 steps, by both texts, at both sides of every bound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from members.development.exits import Exits
from members.development.rules import set_on, window
from members.development.shape import RuleSet, changed, numeral
from members.development.steps import KEYS, SET_2014, SET_2026, STEPS_2026
from members.rules import PROBATION_MONTHS
from tests.members.development.paths import CALENDAR, SETS, bare_judgement, bare_window, dates, day

ONE = timedelta(days=1)
# text, step, days on record, earliest, latest, longest
CASES = """
both  1   born_on=2000-03-15                              2018-03-15  -           -
both  1   born_on=2008-02-29                              2026-02-28  -           -
both  1   born_on=2008-03-01                              2026-03-01  -           -
both  2   1=2025-03-10                                    2025-03-10  2025-04-10  -
both  2   1=2025-01-31                                    2025-01-31  2025-02-28  -
both  2   1=2024-01-31                                    2024-01-31  2024-02-29  -
both  2   1=2024-01-29                                    2024-01-29  2024-02-29  -
both  2   1=2025-02-28                                    2025-02-28  2025-03-28  -
both  2   1=2025-12-31                                    2025-12-31  2026-01-31  -
both  3   1=2025-03-10,2=2025-03-20                       2025-03-20  -           -
both  4   3=2025-06-15                                    2025-06-15  -           -
both  5   3=2025-06-15                                    2025-06-15  -           -
both  6   3=2025-08-31                                    2025-08-31  2026-02-28  -
both  6   3=2025-08-31,6=2026-02-10                       2025-08-31  2026-08-10  -
both  7   3=2025-01-31                                    2026-01-31  -           -
both  7   3=2024-02-29                                    2025-02-28  -           -
both  7   3=2023-02-28                                    2024-02-28  -           -
both  7   3=2025-06-15,4=2026-07-01,5=2025-07-02          2026-07-01  -           -
2014  8   7=2026-02-10                                    2026-02-10  -           -
2026  8   7=2026-06-01                                    2026-06-06  -           -
2026  8   7=2026-06-06                                    2026-06-13  -           -
2026  8   7=2026-06-15                                    2026-06-23  -           -
2026  8   7=2026-06-01,publicity_from=2026-06-16          2026-06-24  -           -
2026  8   7=2026-09-01,publicity_from=2026-09-28          2026-10-10  -           -
2026  8   7=2026-09-01,publicity_from=2026-10-08          2026-10-14  -           -
2026  8   7=2026-09-01,publicity_from=2026-09-18          2026-09-24  -           -
2026  8   7=2026-09-25,publicity_from=2026-09-01          2026-09-25  -           -
2026  8   7=2027-02-04                                    2027-02-11  -           -
both  9   8=2026-02-10                                    2026-02-10  -           -
both  10  8=2026-02-10                                    2026-02-10  -           -
both  10  8=2026-02-10,12=2026-03-31                      2026-02-10  2026-03-31  -
both  11  8=2026-02-10                                    2026-02-10  -           -
both  11  8=2026-02-10,12=2026-03-31                      2026-02-10  2026-03-31  -
both  12  10=2026-03-01,11=2026-03-20                     2026-03-20  -           -
both  12  10=2026-03-21,11=2026-03-20                     2026-03-21  -           -
both  13  12=2026-01-31                                   2026-01-31  2026-02-28  -
2014  14  13=2026-01-31                                   2026-01-31  -           -
2026  14  13=2026-08-31                                   2026-08-31  2026-09-30  -
2014  14  9=2026-02-05,13=2026-01-31                      2026-02-05  -           -
2026  14  9=2026-09-05,13=2026-08-31                      2026-09-05  2026-09-30  -
2014  15  13=2026-01-31                                   2026-01-31  -           -
2014  15  13=2026-01-31,10=2025-02-15                     2026-01-31  2026-02-15  -
2026  15  13=2026-08-31                                   2026-08-31  2026-09-30  -
2026  15  13=2027-01-31                                   2027-01-31  2027-02-28  -
2026  15  13=2026-08-31,10=2025-09-15                     2026-08-31  2026-09-15  -
2026  15  13=2026-08-31,14=2026-09-05                     2026-09-05  2026-09-30  -
both  16  15=2025-11-30                                   2025-11-30  2026-02-28  -
both  16  15=2025-11-30,admission_reported_on=2025-12-05  2025-11-30  2026-03-05  -
both  16  15=2025-11-30,17=2026-01-10                     2025-11-30  2026-01-10  -
both  17  15=2025-11-30,16=2025-12-20                     2025-12-20  2026-02-28  2026-05-30
both  17  15=2025-08-31,16=2025-08-31                     2025-08-31  2025-11-30  2026-02-28
both  17  15=2025-11-30,16=2025-12-20,admission_reported_on=2025-12-05  2025-12-20  2026-03-05  2026-06-05
both  18  17=2026-01-31                                   2026-01-31  -           -
both  19  17=2026-01-31                                   2026-01-31  -           -
2014  20  17=2026-01-31                                   2026-01-31  -           -
2026  20  17=2026-08-31                                   2026-08-31  2026-09-30  -
2026  20  17=2027-01-31                                   2027-01-31  2027-02-28  -
both  21  15=2025-08-31                                   2025-08-31  2026-02-28  -
both  21  15=2025-08-31,21=2026-01-15                     2025-08-31  2026-07-15  -
both  22  15=2025-11-30                                   2026-11-02  2026-11-30  -
both  22  15=2024-02-29                                   2025-01-31  2025-02-28  -
both  23  15=2025-11-30                                   2026-11-30  2026-12-30  2027-02-28
both  23  15=2024-02-29                                   2025-02-28  2025-03-28  2025-05-28
both  24  23=2026-11-30                                   2026-11-30  2027-02-28  -
both  24  23=2026-11-30,full_reported_on=2026-12-05       2026-11-30  2027-03-05  -
both  25  24=2026-12-31                                   2026-12-31  -           -
"""


def cases() -> list[tuple[RuleSet, int, str, tuple]]:
    rows = [line.split() for line in CASES.strip().splitlines()]
    return [
        (rule_set, int(number), text.replace(",", " "), tuple(None if each == "-" else each for each in days))
        for which, number, text, *days in rows
        for rule_set in SETS[which]
    ]


@pytest.mark.parametrize(("rule_set", "number", "text", "days"), cases())
def test_the_window_of_each_step(rule_set, number, text, days):
    found = bare_window(rule_set, number, text)
    assert tuple(each and str(each) for each in (found.earliest, found.latest, found.last)) == days
    assert found.missing == ()


def test_every_step_of_both_texts_has_its_case():
    assert {(rule_set.code, number) for rule_set, number, _, _ in cases()} == {
        (rule_set.code, step.number) for rule_set in (SET_2014, SET_2026) for step in rule_set.steps
    }


@pytest.mark.parametrize(("rule_set", "number", "text", "days"), cases())
def test_both_sides_of_the_earliest_day(rule_set, number, text, days):
    """The day before refuses (or, where local practice alone speaks, warns); the day itself and the day after do not."""
    found = bare_window(rule_set, number, text)
    on = found.earliest
    before, at, after = (bare_judgement(rule_set, number, each, text) for each in (on - ONE, on, on + ONE))
    early = [each for each in (*before.blocks, *before.warnings) if "最早" in each]
    assert early
    assert before.holds is (on != found.blocked_before)
    assert not [each for each in (*at.blocks, *after.blocks, *at.warnings, *after.warnings) if "最早" in each]


@pytest.mark.parametrize(("rule_set", "number", "text", "days"), [case for case in cases() if case[3][1]])
def test_both_sides_of_the_latest_day(rule_set, number, text, days):
    """The day before and the day itself say nothing; the day after warns. It refuses only if it would come after a later
    step that is on record."""
    on = bare_window(rule_set, number, text).latest
    before, at, after = (bare_judgement(rule_set, number, each, text) for each in (on - ONE, on, on + ONE))
    assert not [each for each in (*before.warnings, *at.warnings) if "最迟" in each]
    assert [each for each in after.warnings if "最迟" in each and "晚了1天" in each]
    assert after.holds is (on not in dates(text).values())


@pytest.mark.parametrize(("rule_set", "number", "text", "days"), [case for case in cases() if case[3][2]])
def test_both_sides_of_the_longest_day(rule_set, number, text, days):
    on = bare_window(rule_set, number, text).last
    at, after = (bare_judgement(rule_set, number, each, text) for each in (on, on + ONE))
    assert any("特殊情况最长到" in each for each in at.warnings)
    assert any("也超过了特殊情况的最长期限" in each for each in after.warnings)
    assert after.holds


@pytest.mark.parametrize(
    ("number", "text", "missing"),
    [
        (1, "1=2025-01-01", ("born_on",)), (2, "", ("application",)), (7, "", ("activist",)), (8, "", ("candidate",)),
        (12, "10=2026-06-01", ("training",)), (12, "", ("political_review", "training")), (22, "17=2026-06-01", ("admission",)),
        (23, "", ("admission",)),
    ],
)  # fmt: skip
def test_without_the_day_it_counts_from_there_is_no_earliest_day(number, text, missing):
    found = window(number, dates(text), on=day("2026-06-01"))
    # 8: the publicity is counted from the same day as long as it has not begun.
    assert (found.earliest, tuple(key for key in found.missing if key != "publicity_from")) == (None, missing)


def test_the_year_counts_from_the_record_where_the_organisation_says_so():
    own = {"DEV-7": {"counted_from": "activist_record"}}
    text = "3=2025-06-15 4=2025-06-25 5=2025-06-25"
    assert bare_window(SET_2026, 7, text).earliest == day("2026-06-15")
    assert bare_window(SET_2026, 7, text, settings=own).earliest == day("2026-06-25")
    assert bare_window(SET_2026, 7, "3=2025-06-15", settings=own).missing == ("activist_record",)


@pytest.mark.parametrize(
    ("number", "own", "text", "earliest", "latest", "last"),
    [
        (3, {"wait_months": 3}, "1=2025-11-30 2=2025-12-05", "2026-02-28", None, None),
        (3, {"wait_months": 6}, "1=2025-08-31 2=2025-09-05", "2026-02-28", None, None),
        (13, {"limit_months": 2}, "12=2025-12-31", "2025-12-31", "2026-02-28", None),
        (13, {"limit_months": 0}, "12=2025-12-31", "2025-12-31", None, None),
        (15, {"review_months": 6}, "13=2026-08-31 10=2026-03-10", "2026-08-31", "2026-09-10", None),
        (15, {"review_months": 0}, "13=2026-08-31 10=2020-01-01", "2026-08-31", "2026-09-30", None),
        (21, {"check_months": 3}, "15=2025-11-30", "2025-11-30", "2026-02-28", None),
        (21, {"check_months": 0}, "15=2025-11-30", "2025-11-30", None, None),
        (22, {"weeks_before": 1}, "15=2025-11-30", "2026-11-23", "2026-11-30", None),
        (22, {"weeks_before": 0}, "15=2025-11-30", "2025-11-30", "2026-11-30", None),
        (23, {"limit_months": 3, "last_months": 0}, "15=2025-11-30", "2026-11-30", "2027-02-28", None),
    ],
)
def test_local_figures_move_the_window(number, own, text, earliest, latest, last):
    found = bare_window(SET_2026, number, text, settings={f"DEV-{number}": own})
    assert tuple(each and str(each) for each in (found.earliest, found.latest, found.last)) == (earliest, latest, last)


def test_what_the_regulation_says_itself_cannot_be_set():
    """Only the figures that a step names as settings can come from the organisation; RuleSetting sees to it."""
    for step in STEPS_2026:
        assert {each.name for each in step.settings} <= set(step.figures)
    assert "limit_months" not in {each.name for each in SET_2026.step("talk").settings}


@pytest.mark.parametrize(
    ("on", "code"),
    [("2014-05-27", "2014"), ("2014-05-28", "2014"), ("2026-05-10", "2014"), ("2026-05-11", "2026.05"), ("2030-01-01", "2026.05")],
)
def test_the_text_in_force_on_a_day(on, code):
    assert set_on(day(on)).code == code


@pytest.mark.parametrize(
    ("text", "on", "code", "earliest"),
    [
        # On record: the text of its own day.
        ("7=2026-04-01 8=2026-05-10", None, "2014", "2026-04-01"),
        ("7=2026-04-01 8=2026-05-11", None, "2026.05", "2026-04-09"),
        # Open: the text of the day of asking, of the last day on record, of its earliest day.
        ("7=2026-04-01", "2026-05-10", "2014", "2026-04-01"),
        ("7=2026-04-01", "2026-05-11", "2026.05", "2026-04-09"),
        ("7=2026-04-01", None, "2014", "2026-04-01"),
        ("7=2026-05-11", "2026-01-01", "2026.05", "2026-05-16"),
        ("7=2026-05-10", "2026-01-01", "2014", "2026-05-10"),
    ],
)
def test_the_text_is_that_of_the_steps_own_day(text, on, code, earliest):
    found = window("candidate_consent", dates(text), calendar=CALENDAR, on=on and day(on))
    assert (found.rule_set.code, found.earliest) == (code, day(earliest))


def test_an_unknown_year_is_told_with_the_window():
    found = window(8, dates("7=2027-02-04"), calendar=CALENDAR)
    assert found.warnings == ("2027年的节假日安排尚未录入，暂按双休日推算，录入后请再核对。",)
    assert window(8, dates("7=2026-06-01"), calendar=CALENDAR).warnings == ()


@pytest.mark.parametrize(
    ("months", "moved", "earliest", "latest", "last"),
    [
        (0, None, "2026-11-30", "2026-12-30", "2027-02-28"), (6, None, "2027-05-30", "2027-06-30", "2027-08-30"),
        (12, None, "2027-11-30", "2027-12-30", "2028-02-29"), (0, "2026-06-01", "2026-11-30", "2027-05-30", None),
        (6, "2026-06-01", "2027-05-30", "2027-11-30", None), (0, "2026-11-30", "2026-11-30", "2026-12-30", "2027-02-28"),
    ],
)  # fmt: skip
def test_extension_and_arrival_move_the_discussion(months, moved, earliest, latest, last):
    exits = Exits(extension_months=months, moved_in_on=moved and day(moved))
    found = bare_window(SET_2026, 23, "15=2025-11-30", exits)
    assert tuple(each and str(each) for each in (found.earliest, found.latest, found.last)) == (earliest, latest, last)


def test_the_data_is_whole():
    for rule_set in (SET_2014, SET_2026):
        assert [step.number for step in rule_set.steps] == list(range(1, 26))
        assert tuple(step.key for step in rule_set.steps) == KEYS
        stages = [step.stage for step in rule_set.steps]
        assert sorted(stages, key=stages.index) == stages
        assert len(set(stages)) == 5
        for step in rule_set.steps:
            assert step.name and step.decides and step.says.endswith("。")
            assert all(each in step.figures for bound in (*step.opening, *step.latest, *step.last) if (each := bound.figure))
    assert all(step.articles for step in SET_2026.steps)
    assert not any(step.articles for step in SET_2014.steps)
    assert SET_2026.step("probation").figures["probation_months"] == PROBATION_MONTHS


def test_both_texts_can_be_set_alike():
    """A setting holds for both: it must name figures that both have."""
    assert [step.settings for step in SET_2014.steps] == [step.settings for step in SET_2026.steps]


def test_a_misspelt_step_is_an_error():
    with pytest.raises(KeyError, match="no such step"):
        changed(STEPS_2026, oaht={"latest": ()})
    with pytest.raises(KeyError):
        SET_2026.step(26)


@pytest.mark.parametrize(("number", "words"), [(5, "五"), (10, "十"), (14, "十四"), (20, "二十"), (36, "三十六")])
def test_articles_in_words(number, words):
    assert numeral(number) == words
    assert SET_2026.article(number) == f"发展党员工作细则（2026）第{words}条"


