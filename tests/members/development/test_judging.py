"""Judging a step of a real path: what is missing, what comes too early or too late, what later steps say to a correction."""

from __future__ import annotations

import pytest

from members.development.exits import Exits
from members.development.rules import judge, missed_checks, review
from members.development.steps import SET_2026
from tests.members.development.paths import CALENDAR, WHOLE, day, until


def ask(number: int, on: str, path=None, **more):
    path = until(number) if path is None else path
    return judge(number, day(on), path, calendar=CALENDAR, **more)


def test_on_the_whole_path_nothing_is_wrong():
    assert review(WHOLE, calendar=CALENDAR) == {}
    assert len(WHOLE) == 25 + 5


@pytest.mark.parametrize("number", range(1, 26))
def test_every_step_of_the_whole_path_may_be_entered_on_its_day(number):
    before = until(number) | ({"cultivation": day("2025-11-20")} if number == 6 else {})  # it is not the first of its kind
    judged = ask(number, str(WHOLE[SET_2026.step(number).key]), before)
    assert (judged.blocks, judged.warnings) == ((), ())


@pytest.mark.parametrize("number", range(2, 26))
def test_without_the_steps_before_it_no_step_may_be_entered(number):
    step = SET_2026.step(number)
    judged = judge(number, WHOLE[step.key], {"born_on": WHOLE["born_on"]}, calendar=CALENDAR)
    assert any("尚未登记日期" in each for each in judged.blocks)


@pytest.mark.parametrize(
    ("number", "lacking", "says"),
    [
        (1, "born_on", "出生日期尚未登记"), (7, "contacts", "第5步“指定培养联系人”尚未登记"), (7, "activist_record", "第4步"),
        (14, "introducers", "第9步“确定入党介绍人”尚未登记"), (15, "pledge_form", "第14步“填写入党志愿书”尚未登记"),
        (22, "approval", "第17步"), (23, "full_application", "第22步“提出转正申请”尚未登记"), (23, "approval", "第17步"),
    ],
)  # fmt: skip
def test_what_must_be_on_record_before(number, lacking, says):
    judged = ask(number, str(WHOLE[SET_2026.step(number).key]), until(number, **{lacking: ""}))
    assert [each for each in judged.blocks if says in each]


def test_a_year_of_cultivation_one_day_short():
    assert ask(7, "2025-06-14").blocks == (
        "第7步“确定发展对象”最早可在2025年6月15日办理（自第3步“推荐和确定入党积极分子”起12个月），2025年6月14日早了1天。",
    )
    assert ask(7, "2025-06-15").holds


@pytest.mark.parametrize(
    ("on", "warned"), [("2024-03-31", False), ("2024-04-01", False), ("2024-04-02", True)]
)
def test_the_talk_within_a_month(on, warned):
    judged = ask(2, on)
    assert (judged.holds, bool(judged.warnings)) == (True, warned)


@pytest.mark.parametrize(("on", "holds"), [("2026-05-29", False), ("2026-05-30", True), ("2026-06-01", True)])
def test_listing_after_the_publicity_is_over(on, holds):
    assert ask(8, on).holds is holds


@pytest.mark.parametrize(
    ("first", "last", "on", "says"),
    [
        ("", "", "2026-06-20", "尚未登记公示的起止日期"),
        ("2026-05-25", "", "2026-06-20", "尚未登记公示的起止日期"),
        ("2026-05-25", "2026-05-28", "2026-06-20", "共4个工作日，应不少于5个工作日"),
        ("2026-06-17", "2026-06-22", "2026-06-30", "共3个工作日"),  # the Dragon Boat festival lies within
        ("2026-05-25", "2026-06-05", "2026-06-05", "公示到2026年6月5日结束"),
    ],
)
def test_publicity_that_does_not_do(first, last, on, says):
    judged = ask(8, on, until(8, publicity_from=first, publicity_to=last))
    assert [each for each in judged.blocks if says in each]


def test_publicity_before_the_committee_of_the_branch_met_is_told():
    judged = ask(8, "2026-06-20", until(8, publicity_from="2026-05-18", publicity_to="2026-05-29"))
    assert (judged.holds, len(judged.warnings)) == (True, 1)
    assert "公示开始早于支委会研究确定的日期（2026年5月20日）" in judged.warnings[0]


def test_under_the_text_of_2014_nobody_asks_for_publicity():
    path = until(8, candidate="2026-04-20", publicity_from="", publicity_to="")
    assert ask(8, "2026-05-10", path).holds
    assert not ask(8, "2026-05-11", path).holds


@pytest.mark.parametrize(("on", "warned"), [("2026-05-10", False), ("2026-05-11", True)])
def test_a_month_for_the_congress_only_since_2026(on, warned):
    path = until(15) | {
        key: day(each)
        for key, each in {
            "candidate": "2025-07-01", "candidate_consent": "2025-08-01", "introducers": "2025-08-02", "political_review": "2025-09-01",
            "training": "2025-09-02", "branch_review": "2026-03-01", "pre_review": "2026-03-20", "pledge_form": "2026-03-25",
        }.items()
    }  # fmt: skip
    assert any("最迟" in each for each in ask(15, on, path).warnings) is warned


@pytest.mark.parametrize(("on", "warned"), [("2026-10-10", ""), ("2026-10-12", ""), ("2026-10-13", "特殊情况最长到2027年1月12日"),
                                            ("2027-01-12", "特殊情况最长到2027年1月12日"), ("2027-01-13", "也超过了特殊情况")])  # fmt: skip
def test_approval_counts_from_the_report(on, warned):
    judged = ask(17, on)
    assert judged.holds
    assert "".join(judged.warnings).count("晚了") == bool(warned)
    assert warned in "".join(judged.warnings)


def test_without_a_report_approval_counts_from_the_congress():
    path = until(17, admission_reported_on="")
    assert ask(17, "2026-10-10", path).warnings == ()
    assert "自第15步“支部大会讨论接收”起3个月" in ask(17, "2026-10-11", path).warnings[0]


@pytest.mark.parametrize(("on", "leaving", "warned"), [("2026-06-15", "2026-09-14", True), ("2026-06-15", "2026-09-15", False)])
def test_who_leaves_within_three_months_is_told(on, leaving, warned):
    judged = ask(12, on, until(12) | {"leaving_on": day(leaving)})
    assert (judged.holds, bool(judged.warnings)) == (True, warned)


@pytest.mark.parametrize(
    ("on", "holds", "warned"),
    [
        ("2027-06-11", True, True), ("2027-06-12", True, False), ("2027-07-10", True, False), ("2027-07-11", True, True),
        ("2026-08-05", True, True), ("2026-08-04", False, False),
    ],
)  # fmt: skip
def test_the_application_for_full_membership_around_the_end(on, holds, warned):
    judged = ask(22, on)
    assert (judged.holds, bool(judged.warnings)) == (holds, warned)


@pytest.mark.parametrize(
    ("number", "on", "says"),
    [
        (3, "2025-05-21", "第7步“确定发展对象”已登记在2026年5月20日，按这一天推算最早应在2026年5月21日"),
        (7, "2026-05-27", "第8步“上级党委同意和公示”已登记在2026年6月1日"),
        (10, "2026-06-16", "第12步“支部委员会审查”已登记在2026年6月15日"),
        (13, "2026-07-02", "第14步“填写入党志愿书”已登记在2026年7月1日"),
        (15, "2026-07-13", "第23步“支部大会讨论转正”已登记在2027年7月12日，按这一天推算最早应在2027年7月13日"),
    ],
)
def test_a_correction_must_leave_later_steps_possible(number, on, says):
    judged = judge(number, day(on), WHOLE | {"publicity_from": day("2026-05-28")} if number == 7 else WHOLE, calendar=CALENDAR)
    assert [each for each in judged.blocks if says in each]


def test_a_correction_that_leaves_them_possible_is_allowed():
    assert judge(3, day("2025-05-20"), WHOLE, calendar=CALENDAR).holds is False  # the record of step 4 stands earlier
    assert judge(3, day("2024-06-25"), WHOLE, calendar=CALENDAR).holds
    assert judge(15, day("2026-07-12"), WHOLE, calendar=CALENDAR).holds


def test_steps_wrong_by_themselves_do_not_hinder_another():
    """Step 7 stands too early whatever the talk's day is: entering the talk is not refused for it."""
    path = WHOLE | {"candidate": day("2025-01-01")}
    assert judge(2, day("2024-03-15"), path, calendar=CALENDAR).holds
    assert "candidate" in review(path, calendar=CALENDAR)


def test_before_2014_the_text_of_2014_is_the_measure_and_it_is_said():
    judged = judge(1, day("2014-05-27"), {"born_on": day("1990-01-01")}, calendar=CALENDAR)
    assert (judged.holds, judged.warnings) == (True, ("2014年5月28日以前的步骤按2014年细则对照，请以当时的规定为准。",))
    assert judge(1, day("2014-05-28"), {"born_on": day("1990-01-01")}).warnings == ()


def test_an_extension_counts_only_after_it_was_decided():
    exits = Exits(extended_on=day("2027-07-12"), extension_months=6)
    path = until(23)
    assert not ask(23, "2028-01-09", path, exits=exits).holds
    assert ask(23, "2028-01-10", path, exits=exits).holds
    assert judge(15, day("2026-07-12"), path | {"full_meeting": day("2027-07-12")}, calendar=CALENDAR, exits=exits).holds
    # The application of July 2027 stood right as things were then.
    assert judge(22, day("2027-07-01"), path, calendar=CALENDAR, exits=exits).warnings == ()


def test_a_check_in_the_half_year_is_judged_by_the_one_before():
    path = until(6, cultivation="2024-12-01")
    assert ask(6, "2025-06-01", path).warnings == ()
    assert "晚了1天" in ask(6, "2025-06-02", path).warnings[0]
    assert not ask(6, "2024-06-14", path).holds


@pytest.mark.parametrize(
    ("checks", "until_day", "missed"),
    [
        ([], "2025-07-31", []), ([], "2025-08-01", ["2025-07-31"]), (["2025-07-31"], "2026-01-31", []),
        (["2025-08-01"], "2026-02-01", ["2025-07-31"]), (["2025-07-01"], "2026-01-02", ["2026-01-01"]),
        (["2026-03-01", "2025-07-01"], "2026-03-02", ["2026-01-01"]), (["2025-07-01"], "2025-06-01", []),
        ([], "2026-08-01", ["2025-07-31", "2026-01-31", "2026-07-31"]),
    ],
)  # fmt: skip
def test_half_years_without_a_check(checks, until_day, missed):
    found = missed_checks(day("2025-01-31"), [day(each) for each in checks], 6, day(until_day))
    assert [str(each) for each in found] == missed
    assert missed_checks(day("2025-01-31"), [], 0, day("2030-01-01")) == []
