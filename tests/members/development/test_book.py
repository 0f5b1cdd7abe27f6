"""The chain in the book of rules: every step is listed and answers, by both texts, with figures, settings and calendar."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from branches.holiday_services import enter_year
from branches.rule_settings import entry_on, set_rule_figures
from members.development.book import key_params
from members.development.local import settings_on
from members.development.rules import window
from members.development.steps import SET_2014, SET_2026
from partywork import rules
from tests.members.development.paths import dates, day

BEFORE, SINCE = date(2026, 5, 10), date(2026, 5, 11)
PEOPLE = [f"DEV-{number}" for number in range(26, 36)]


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def tried(*words: str) -> dict:
    return json.loads(run("try_rule", *words, "--json"))


@pytest.mark.parametrize("on", [BEFORE, SINCE])
def test_every_step_is_in_the_book_on_both_sides_of_the_change(on):
    found = {rule.id: rule for rule in rules.book(on)}
    rule_set = SET_2014 if on == BEFORE else SET_2026
    for step in rule_set.steps:
        rule = found[step.rule_id]
        assert (rule.title, rule.says, rule.figures, rule.trust) == (step.name, step.says, step.figures, rule_set.trust)
        assert rule_set.title in rule.article
        assert rule.params[-1].name == "day"
    assert set(PEOPLE) - set(found) == ({"DEV-29"} if on == BEFORE else set())


def test_the_version_changes_on_the_day_of_issue():
    for number in range(1, 26):
        old, new = rules.versions(f"DEV-{number}")
        assert (old.valid_from, old.valid_to, new.valid_from, new.valid_to) == (date(2014, 5, 28), SINCE, SINCE, None)
        assert [each.name for each in old.settings] == [each.name for each in new.settings]


def test_the_days_that_a_step_counts_from_are_asked_for_by_number_and_label():
    asked = {step.number: [param.name for param in key_params(step, SET_2026).values()] for step in SET_2026.steps}
    assert asked[7] == ["step3", "step4", "step5"]
    assert asked[8] == ["step7", "publicity_from", "publicity_to"]
    assert asked[17] == ["step15", "step16", "admission_reported_on"]
    required = {step.number: [param.name for param in key_params(step, SET_2026).values() if param.default is None]
                for step in SET_2026.steps}  # fmt: skip
    assert (required[7], required[12], required[17], required[23]) == (["step3"], ["step10", "step11"], ["step15", "step16"], ["step15"])
    assert key_params(SET_2026.step(7), SET_2026)["activist"].label == "第3步“推荐和确定入党积极分子”的日期"


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("DEV-1 born_on=2008-02-29", {"earliest": "2026-02-28", "latest": None}),
        ("DEV-2 step1=2026-01-31", {"earliest": "2026-01-31", "latest": "2026-02-28"}),
        ("DEV-7 step3=2025-01-31", {"earliest": "2026-01-31", "latest": None}),
        ("DEV-8 step7=2026-09-01 publicity_from=2026-09-28",
         {"earliest": "2026-10-10", "latest": None, "publicity_until": "2026-10-09"}),
        ("DEV-8 step7=2026-04-01 --on 2026-05-10", {"earliest": "2026-04-01", "latest": None}),
        ("DEV-15 step13=2026-08-31", {"earliest": "2026-08-31", "latest": "2026-09-30"}),
        ("DEV-15 step13=2026-01-31 --on 2026-05-10", {"earliest": "2026-01-31", "latest": None}),
        ("DEV-17 step15=2026-08-31 step16=2026-09-10", {"earliest": "2026-09-10", "latest": "2026-11-30", "last": "2027-02-28"}),
        ("DEV-20 step17=2026-08-31", {"earliest": "2026-08-31", "latest": "2026-09-30"}),
        ("DEV-22 step15=2025-11-30 extension_months=6", {"earliest": "2027-05-02", "latest": "2027-05-30"}),
        ("DEV-23 step15=2025-11-30", {"earliest": "2026-11-30", "latest": "2026-12-30", "last": "2027-02-28"}),
        ("DEV-23 step15=2025-11-30 moved_in_on=2026-03-01", {"earliest": "2026-11-30", "latest": "2027-05-30"}),
        ("DEV-24 step23=2026-11-30", {"earliest": "2026-11-30", "latest": "2027-02-28"}),
    ],
)  # fmt: skip
def test_the_earliest_and_latest_day_of_a_step(world, words, values):
    told = tried(*words.split())
    assert (told["holds"], told["values"]) == (None, values)


def test_every_step_answers_with_what_it_must_be_told(world):
    """The first of March for every day that is asked for: the answer is the window of the same path."""
    for step in SET_2026.steps:
        params = key_params(step, SET_2026)
        given = {key: date(2027, 3, 1) for key, param in params.items() if param.default is None}
        told = tried(step.rule_id, *(f"{params[key].name}={given[key]}" for key in given))
        found = window(step.key, given, rule_set=SET_2026)
        assert told["values"]["earliest"] == str(found.earliest), step
        assert told["values"]["latest"] == (found.latest and str(found.latest)), step


@pytest.mark.parametrize(
    ("words", "holds", "says"),
    [
        ("DEV-7 step3=2025-06-15 day=2026-06-14", False, "2026年6月14日早了1天。"),
        ("DEV-7 step3=2025-06-15 day=2026-06-15", True, "2026年6月15日可以办理。"),
        ("DEV-2 step1=2026-08-31 day=2026-10-01", True, "（自第1步“递交入党申请书”起1个月），2026年10月1日晚了1天。"),
        ("DEV-8 step7=2026-06-01 publicity_from=2026-06-02 publicity_to=2026-06-05 day=2026-06-20", False, "共4个工作日"),
        ("DEV-8 step7=2026-06-01 publicity_from=2026-06-02 publicity_to=2026-06-08 day=2026-06-09", True, "可以办理"),
        ("DEV-8 step7=2027-02-01", None, "2027年的节假日安排尚未录入"),
        ("DEV-12 step10=2026-06-01 step11=2026-06-02 leaving_on=2026-08-01 day=2026-06-03", True, "不足3个月"),
        ("DEV-15 step13=2026-04-01 day=2026-05-10", True, "不在它的施行期内"),
        ("DEV-26 full=2", True, "符合要求"),
        ("DEV-26 full=0", False, "应为1至2名"),
        ("DEV-26 full=1 others=1", False, "不是正式党员"),
        ("DEV-27 full=2", True, "符合要求"),
        ("DEV-27 full=2 on_probation=1", False, "留党察看"),
        ("DEV-27 full=2 lightly=1", True, "不宜作入党介绍人"),
        ("DEV-27 full=2 lightly=1 --on 2026-05-10", True, "符合要求"),
        ("DEV-27 full=1 lightly=2", False, "请核对"),
        ("DEV-28 days=2.5", False, "集中培训2.5天、0学时"),
        ("DEV-28 hours=24", True, "符合要求"),
        ("DEV-28 exceptional=是", True, "个别特殊情况"),
        ("DEV-29 publicity_from=2026-09-28 publicity_to=2026-10-08", False, "共4个工作日"),
        ("DEV-29 publicity_from=2026-09-28 publicity_to=2026-10-09", True, "符合要求"),
        ("DEV-29 publicity_from=2026-09-28 publicity_to=2026-09-28 what=full", True, "没有要求公示"),
        ("DEV-30 step15=2025-06-01 decided_on=2026-06-01 months=6", True, "到2026年12月1日期满"),
        ("DEV-30 step15=2025-06-01 decided_on=2026-05-31 months=6", False, "不能在期满以前"),
        ("DEV-30 step15=2025-06-01 decided_on=2026-12-01 months=6 extended_before=是", False, "只能延长一次"),
        ("DEV-31 step15=2025-06-01 moved_in_on=2026-01-01 day=2026-12-01", True, "转正日期仍是2026年6月1日"),
        ("DEV-31 step15=2025-06-01 moved_in_on=2026-01-01 day=2026-12-02", False, "到2026年12月1日"),
        ("DEV-31 step15=2025-06-01 moved_in_on=2026-06-01", False, "不在预备期内"),
        ("DEV-32 step15=2024-02-29 day=2026-02-28", None, "党龄1年"),
        ("DEV-32 step15=2024-02-29 day=2025-02-27", None, "还没有党龄"),
        ("DEV-33 step3=2025-01-31 moved_on=2025-09-01", None, "最早在2026年1月31日"),
        ("DEV-33 step3=2025-01-31 moved_on=2025-01-01", False, "请核对"),
        ("DEV-34 step15=2026-01-31 reported_on=2026-04-30", True, "上报及时"),
        ("DEV-34 step15=2026-01-31 reported_on=2026-05-01", False, "重新讨论"),
        ("DEV-35 day=2026-05-10", None, "按发展党员工作细则（2014）"),
        ("DEV-35 day=2026-05-11", None, "按发展党员工作细则（2026）"),
        ("DEV-35 day=2014-05-27", None, "还没有施行"),
    ],
)
def test_what_a_rule_answers(world, words, holds, says):
    told = tried(*words.split())
    assert told["holds"] is holds
    assert says in told["says"]
    assert told["says"].endswith("。")


def test_what_is_missing_is_told_by_its_parameter(world):
    with pytest.raises(CommandError, match="缺少参数 step3（第3步“推荐和确定入党积极分子”的日期）"):
        run("try_rule", "DEV-7")
    set_rule_figures(actor=world["staff"], rule_id="DEV-7", figures={"counted_from": "activist_record"},
                     valid_from=date(2026, 6, 1), reason="机关党委会议决定")  # fmt: skip
    assert tried("DEV-7", "step3=2025-06-15")["says"] == "还缺少日期：step4（第4步“上级党委备案”）。"
    assert tried("DEV-7", "step3=2025-06-15", "step4=2025-06-25")["values"]["earliest"] == "2026-06-25"


def test_the_organisations_own_figures_hold_from_their_day(world):
    set_rule_figures(actor=world["staff"], rule_id="DEV-23", figures={"limit_months": 2, "last_months": 3},
                     valid_from=date(2026, 6, 1), reason="机关党委会议决定")  # fmt: skip
    assert settings_on(date(2026, 5, 31)) == {}
    assert settings_on(date(2026, 6, 1)) == {"DEV-23": {"limit_months": 2, "last_months": 3}}
    found = window(23, dates("15=2025-11-30"), settings_on(date(2026, 6, 1)))
    assert found.latest == day("2027-01-30")
    assert tried("DEV-23", "step15=2025-11-30")["values"]["latest"] == "2027-01-30"


def test_the_calendar_that_was_entered_counts(world):
    words = ("DEV-8", "step7=2027-02-04")
    assert tried(*words)["values"]["earliest"] == "2027-02-11"
    enter_year(actor=world["staff"], year=2027, source="通知", lines="2027-02-05 至 2027-02-11 春节\n2027-02-14 上班")
    told = tried(*words)
    assert (told["values"]["publicity_until"], told["values"]["earliest"]) == ("2027-02-16", "2027-02-17")
    assert "尚未录入" not in told["says"]


def test_the_settings_of_a_step_are_local_practice_and_no_more(world):
    settable = {rule.id: {each.name for each in rule.settings} for rule in rules.book(SINCE) if rule.id.startswith("DEV-")}
    assert {key: names for key, names in settable.items() if names} == {
        "DEV-3": {"wait_months"}, "DEV-6": {"report_months"}, "DEV-7": {"counted_from"}, "DEV-13": {"limit_months"},
        "DEV-15": {"review_months"}, "DEV-21": {"check_months"}, "DEV-22": {"weeks_before"},
        "DEV-23": {"limit_months", "last_months"}, "DEV-29": {"activist_days", "admission_days", "full_days"},
        "DEV-34": {"rediscuss_months", "redo_months"},
    }  # fmt: skip


def test_the_page_of_a_step_calculates(client_of):
    page = client_of("secretary").get("/rules/DEV-8/?step7=2026-09-01&publicity_from=2026年9月28日&publicity_to=&day=&on=")
    assert page.context["answer"].values["earliest"] == date(2026, 10, 10)
    body = client_of("secretary").get("/rules/").content.decode()
    assert all(f'href="/rules/DEV-{number}/"' in body for number in range(1, 36))


def test_a_rule_without_its_calendar_is_not_asked_for_one():
    entry = entry_on("DEV-8", SINCE)
    assert entry.rule.with_calendar
    assert not entry_on("DEV-1", SINCE).rule.with_calendar
