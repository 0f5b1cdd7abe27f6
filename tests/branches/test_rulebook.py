"""制度依据: the pages, the calculator, the organisation's own figures, and the two commands."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from branches.models import RuleSetting
from branches.rule_settings import entries_on, entry_on, set_rule_figures
from partywork import rules
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from partywork.periods import today

QUARTERLY = {"per": "quarter", "times": 1}
FIRST = date(2026, 1, 1)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def set_lectures(world, **facts) -> RuleSetting:
    facts = {"figures": QUARTERLY, "valid_from": FIRST, "reason": "机关党委会议决定"} | facts
    return set_rule_figures(actor=world["staff"], rule_id="MTG-4", **facts)


# --- setting ----------------------------------------------------------------------------------------------------------


def test_a_setting_holds_from_its_day_and_is_in_the_journal(world):
    setting = set_lectures(world)
    told = {
        day: (entry_on("MTG-4", day).figures, entry_on("MTG-4", day).setting)
        for day in (date(2025, 12, 31), FIRST)
    }
    assert told == {
        date(2025, 12, 31): ({"times": 2, "per": "half"}, None),
        FIRST: ({"times": 1, "per": "quarter"}, setting),
    }
    entry = Entry.objects.get(action="rule.set")
    assert (entry.actor_name, entry.target_label, entry.reason) == (
        "郑洁",
        "MTG-4 党课的频次",
        "机关党委会议决定",
    )
    assert entry.changes["取值"] == ["周期：每半年；次数：2", "周期：每季度；次数：1"]


def test_a_later_setting_leaves_the_earlier_one_with_its_time(world):
    set_lectures(world)
    set_lectures(world, figures={"per": "month", "times": 1}, valid_from=date(2026, 7, 1))
    assert [
        entry_on("MTG-4", day).figures["per"] for day in (FIRST, date(2026, 6, 30), date(2026, 7, 1))
    ] == ["quarter", "quarter", "month"]


@pytest.mark.parametrize(
    "who", ["secretary", "general", "inspector", "leader", "member", "keeper", "auditor"]
)
def test_only_the_committees_staff_sets_figures(world, who):
    with pytest.raises(NotAllowed):
        set_rule_figures(actor=world[who], rule_id="MTG-4", figures=QUARTERLY, valid_from=FIRST, reason="试")
    assert not RuleSetting.objects.exists()


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"figures": {"per": "week", "times": 1}}, "per", "周期应为"),
        ({"figures": {"per": "month", "times": 0}}, "times", "1到31"),
        ({"figures": {"per": "month"}}, "times", "请填写次数"),
        ({"figures": {"per": "half", "times": 2}}, None, "不用再设置"),
        ({"valid_from": date(1999, 1, 1)}, "valid_from", "2000年"),
        ({"valid_from": date(2018, 10, 27)}, "valid_from", "还没有施行"),
        ({"reason": "  "}, "reason", "依据"),
        ({"reason": "长" * 201}, "reason", "200"),
    ],
)
def test_what_cannot_be_set_is_told(world, facts, field, says):
    with pytest.raises(RuleViolation, match=says) as refused:
        set_lectures(world, **facts)
    assert refused.value.field == field
    assert not RuleSetting.objects.exists()


def test_a_rule_from_above_cannot_be_set(world):
    with pytest.raises(RuleViolation, match="上级规定"):
        set_rule_figures(
            actor=world["staff"], rule_id="MTG-1", figures=QUARTERLY, valid_from=FIRST, reason="试"
        )


def test_one_setting_a_day(world):
    set_lectures(world)
    with pytest.raises(RuleViolation, match="已有设置"):
        set_lectures(world, figures={"per": "month", "times": 1})


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["member", "secretary", "staff", "keeper", "auditor", "former"])
def test_everyone_signed_in_reads_the_rules(client_of, who):
    client = client_of(who)
    page = client.get("/rules/")
    assert page.status_code == 200
    assert [
        rule.id for rule in rules.book(today()) if f'href="/rules/{rule.id}/"' not in page.content.decode()
    ] == []
    assert client.get("/rules/VOTE-2/").status_code == 200


@pytest.mark.parametrize(
    "url", ["/rules/NO-1/", "/rules/vote-2/", "/rules/MTG-1/setting/", "/rules/MTG-99999/"]
)
def test_no_such_rule(client_of, url):
    assert client_of("staff").get(url).status_code == 404


def test_both_versions_stand_on_the_page(client_of):
    body = client_of("member").get("/rules/VOTE-2/").content.decode()
    for words in (
        "2026年5月11日起",
        "2014年5月28日起，至2026年5月10日",
        "发展党员工作细则（2014）",
        "发展党员工作细则（2026）第十九条",
    ):
        assert words in body


@pytest.mark.parametrize(
    ("query", "says", "article"),
    [
        ("expected=30&present=16&yes=15", "赞成至少16票方能通过，未通过。", "（2026）"),
        ("expected=16&present=9&yes=9&written_yes=0&on=2026-05-10", "已通过。", "（2014）"),
        ("expected=16&present=9&yes=8&written_yes=1&on=2026年5月11日", "已通过。", "（2026）"),
    ],
)
def test_the_calculator_answers_by_the_version_of_the_day(client_of, query, says, article):
    context = client_of("member").get(f"/rules/VOTE-2/?{query}").context
    assert says in context["answer"].says
    assert article in context["used"].rule.article


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("expected=abc&present=1", "expected", "应为整数"),
        ("expected=0&present=1", "expected", "1到9999"),
        ("present=1", "expected", "请填写"),
        ("expected=9&present=5&on=2026-02-30", "on", "没有30日"),
        ("expected=9&present=5&on=2000-01-01", "on", "还没有施行"),
    ],
)
def test_the_calculator_tells_what_is_wrong_and_keeps_what_was_typed(client_of, query, field, says):
    context = client_of("member").get(f"/rules/VOTE-2/?{query}").context
    assert says in str(context["form"].errors[field])
    assert "answer" not in context


def test_the_calculator_uses_the_units_own_figures(client_of, world):
    set_lectures(world)
    assert (
        client_of("member").get("/rules/MTG-4/?held=1").context["answer"].says
        == "每季度至少1次，已召开1次，已达到要求。"
    )


def test_staff_sets_figures_on_the_page(client_of, world):
    client = client_of("staff")
    token = client.get("/rules/MTG-4/setting/").context["form"]["form_token"].value()
    data = {
        "per": "quarter",
        "times": "1",
        "valid_from": "2026-01-01",
        "reason": "机关党委会议决定",
        "form_token": token,
    }
    for _ in range(2):  # sent twice is set once
        assert client.post("/rules/MTG-4/setting/", data).url == "/rules/MTG-4/"
    assert RuleSetting.objects.values_list("rule_id", "figures", "valid_from").get() == (
        "MTG-4",
        {"per": "quarter", "times": 1},
        FIRST,
    )
    assert "周期：每季度；次数：1" in client.get("/rules/MTG-4/").content.decode()
    assert "周期：每季度；次数：1" in client.get("/rules/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"times": "很多"}, "times"),
        ({"times": ""}, "times"),
        ({"per": "week"}, "per"),
        ({"valid_from": "2026-02-29"}, "valid_from"),
        ({"reason": ""}, "reason"),
        ({"reason": "a\x07b"}, "reason"),
    ],
)
def test_a_wrong_setting_is_told_beside_its_field(client_of, wrong, field):
    data = {"per": "quarter", "times": "1", "valid_from": "2026-01-01", "reason": "机关党委会议决定"} | wrong
    response = client_of("staff").post("/rules/MTG-4/setting/", data)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not RuleSetting.objects.exists()


@pytest.mark.parametrize(
    ("who", "code"),
    [("secretary", 403), ("inspector", 403), ("member", 403), ("keeper", 403), ("staff", 200)],
)
def test_who_opens_the_setting(client_of, who, code):
    assert client_of(who).get("/rules/MTG-4/setting/").status_code == code


# --- commands ---------------------------------------------------------------------------------------------------------


def test_the_command_gives_every_rule_in_force(world):
    told = json.loads(run("rules", "--json"))
    assert [row["id"] for row in told] == [entry.rule.id for entry in entries_on(today())]
    vote = next(row for row in told if row["id"] == "VOTE-2")
    assert {key: vote[key] for key in ("valid_from", "valid_to", "trust", "figures", "set_by_us")} == {
        "valid_from": "2026-05-11",
        "valid_to": None,
        "trust": "V",
        "figures": {},
        "set_by_us": None,
    }
    assert vote["params"][0] == {
        "name": "expected",
        "label": "应到会有表决权的正式党员",
        "kind": "int",
        "required": True,
        "low": 1,
        "high": 9999,
    }


def test_the_command_gives_the_versions_of_a_day_and_our_own_figures(world):
    set_lectures(world)
    told = {row["id"]: row for row in json.loads(run("rules", "--json", "--on", "2026-05-10"))}
    assert (told["VOTE-2"]["valid_from"], told["VOTE-2"]["valid_to"]) == ("2014-05-28", "2026-05-11")
    assert told["MTG-4"]["figures"] == {"times": 1, "per": "quarter"}
    assert told["MTG-4"]["set_by_us"] == {
        "figures": QUARTERLY,
        "valid_from": "2026-01-01",
        "reason": "机关党委会议决定",
    }


def test_the_command_in_words(world):
    assert "VOTE-1　党员大会一般决定　〔已核对条文〕" in run("rules")


@pytest.mark.parametrize(
    ("words", "holds"),
    [
        (("VOTE-1", "expected=16", "present=8", "yes=9"), True),
        (("VOTE-1", "expected=16", "present=8", "yes=8"), False),
        (("VOTE-2", "expected=16", "present=8", "yes=8", "written_yes=4"), False),
        (("VOTE-2", "expected=16", "present=9", "yes=8", "written_yes=1", "--on", "2026-05-10"), True),
        (("MTG-1", "held=0"), False),
        (("VOTE-7", "places=5"), None),
        (("MTG-13", "hours=31.5"), False),
        (("MTG-12", "own_branch=是", "democratic_life=否"), False),
        (("LATE-1", "held_on=2026-03-01", "recorded_on=2026-03-04"), True),
    ],
)
def test_try_rule(world, words, holds):
    told = json.loads(run("try_rule", *words, "--json"))
    assert (told["id"], told["holds"]) == (words[0], holds)


def test_try_rule_in_words(world):
    assert run("try_rule", "VOTE-1", "expected=30", "present=16", "yes=15").splitlines() == [
        "VOTE-1 党员大会一般决定（支部工作条例（试行）第十一条）",
        "不符合：到会至少15人方为有效，现到会人数有效；赞成至少16票方能通过，未通过。",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("NO-1",), "没有编号为“NO-1”的规则"),
        (("VOTE-1", "present=8"), "缺少参数 expected"),
        (("VOTE-1", "expected=16", "present=8", "x=1"), "没有参数“x”"),
        (("VOTE-1", "expected=many", "present=8"), "应为整数"),
        (("VOTE-1", "expected", "present=8"), "参数=数值"),
        (("VOTE-1", "expected=1", "expected=2", "present=1"), "重复"),
        (("VOTE-2", "expected=1", "present=1", "--on", "2014-05-27"), "还没有施行"),
        (("VOTE-1", "expected=16", "present=8", "--on", "昨天"), "--on 应为日期"),
    ],
)
def test_try_rule_says_what_is_wrong(world, words, says):
    with pytest.raises(CommandError, match=says):
        run("try_rule", *words)


def test_every_rule_answers_its_own_smallest_values(world):
    """Nothing in the book breaks on the lowest value of each of its params."""
    lowest = {
        "int": lambda param: param.low,
        "decimal": lambda param: "0",
        "date": lambda param: "2026-01-01",
        "bool": lambda param: "否",
        "choice": lambda param: param.choices[0][0],
    }
    for entry in entries_on(today()):
        words = [f"{param.name}={lowest[param.kind](param)}" for param in entry.rule.params]
        assert json.loads(run("try_rule", entry.rule.id, *words, "--json"))["says"].endswith("。"), (
            entry.rule.id
        )
