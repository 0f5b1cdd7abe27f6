"""Every figure of dues, counted by hand; the command tells the same to the fen."""

from __future__ import annotations

import json
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from branches.models import Branch
from members.dues.todo import dues_todo
from partywork.figures import find_figure
from partywork.periods import Period
from reports.shortfalls import late_dues
from tests.figure_cases import counts
from tests.members.dues.making import TODAY, collect, draw_dues, give_base, line_of, make_month

H1 = Period.parse("2026H1")


@pytest.fixture
def drawn(world):
    draw_dues(world)
    return world


def told(scope, code="2026H1") -> dict:
    period = Period.parse(code)
    keys = ("due", "paid", "rate", "rate_people", "rate_in_time", "exempt", "collected", "extra", "sent", "sent_out")
    return {key: find_figure(f"dues.{key}").value(scope, period) for key in keys}


@counts("dues.due", "dues.paid", "dues.rate", "dues.rate_people", "dues.rate_in_time", "dues.exempt", "dues.collected", "dues.extra",
        "dues.sent", "dues.sent_out", "dues.sent_days")  # fmt: skip
def test_a_half_year_by_hand(drawn):
    """Branch A: two people on 50 for six months, one exempt in April: 550 due. January paid in time, February in March: 200 paid,
    100 of it in time. An extra of 1200. One batch of 200 before it. The committee hands up a fifth of 5."""
    a = Branch.objects.filter(pk=drawn.a.pk)
    assert told(a) == {
        "due": D(550), "paid": D(200), "rate": D("36.4"), "rate_people": D("0.0"), "rate_in_time": D("18.2"), "exempt": 1,
        "collected": D(1400), "extra": D(1200), "sent": D(200), "sent_out": 0}  # fmt: skip
    assert told(Branch.objects.all()) == {
        "due": D(850), "paid": D(300), "rate": D("35.3"), "rate_people": D("0.0"), "rate_in_time": D("17.6"), "exempt": 1,
        "collected": D(1505), "extra": D(1205), "sent": D(305), "sent_out": D(1)}  # fmt: skip
    assert find_figure("dues.sent_days").value(a, H1) == ["2026-03-31 一支部上缴200.00元"]


def test_a_month_in_which_all_paid_is_whole(drawn):
    a = Branch.objects.filter(pk=drawn.a.pk)
    found = told(a, "202601")
    assert (found["rate"], found["rate_people"], found["rate_in_time"]) == (D(100), D(100), D(100))
    found = told(a, "202602")
    assert (found["rate"], found["rate_people"], found["rate_in_time"]) == (D(100), D(100), D(0))


def test_half_the_people(drawn):
    """April: one of two is exempt, the other pays: everybody who owed."""
    collect(drawn["staff"], line_of(drawn.members["member"], H1.start.replace(month=4)), day=TODAY)
    assert told(Branch.objects.filter(pk=drawn.a.pk), "202604")["rate_people"] == D(100)
    assert told(Branch.objects.filter(pk__in=[drawn.a.pk, drawn.b.pk]), "202604")["rate_people"] == D(50)


def run(*words: str) -> str:
    out = StringIO()
    call_command("dues_ledger", *words, stdout=out)
    return out.getvalue()


def test_the_command_tells_what_the_figures_tell(drawn):
    answer = json.loads(run("--period", "2026H1", "--json"))
    lines = {row["name"]: row for row in answer["branches"]}
    assert set(lines) == {"一支部", "二支部", "离退休支部", "机关党委"}
    assert lines["一支部"] == {
        "code": "ZB01", "name": "一支部", "due": "550.00", "paid": "200.00", "in_time": "100.00", "collected": "1400.00",
        "back_paid": "100.00", "extra": "1200.00", "refunded": "0.00", "handed_up": "200.00", "kept": "0.00", "in_hand": "1200.00",
        "members": 2, "cleared": 0, "exempt": 0, "rate_people": "0.0", "rate_amount": "36.4", "rate_in_time": "18.2"}  # fmt: skip
    assert answer["books"] == {"collected": "1505.00", "handed_out": "1.00", "in_transit": "300.00", "kept": "4.00", "in_hand": "1200.00",
                               "difference": "0.00"}  # fmt: skip
    assert (answer["total"]["due"], answer["total"]["handed_up"], answer["total"]["members"]) == ("850.00", "1.00", 3)
    one = json.loads(run("--period", "202601", "--branch", "ZB02", "--json"))
    assert (one["total"]["due"], one["total"]["rate_people"]) == ("50.00", "100.0")
    assert "合计\t应缴 850.00" in run("--period", "2026H1")


@pytest.mark.parametrize("words", [("--period", "2026H3"), ("--period", "2026H1", "--branch", "没有")])
def test_the_command_says_what_is_wrong(drawn, words):
    with pytest.raises(CommandError, match=r"期间|没有编号"):
        run(*words)


# --- shortfalls and the first page -----------------------------------------------------------------------------------------


def test_late_dues_are_proposed_once_they_are_late(drawn):
    branch, whole = drawn.a, drawn.root
    assert [each.text for each in late_dues(branch, H1, TODAY.replace(month=3, day=31))] == []
    assert [each.text for each in late_dues(branch, H1, TODAY)] == ["有2名党员未按期交齐党费，合计250.00元"]
    assert [each.text for each in late_dues(whole, H1, TODAY)] == [
        "有3名党员未按期交齐党费，合计400.00元，涉及一支部、二支部"]


def test_the_first_page_asks_for_the_month_and_warns_of_three(world):
    staff = world["staff"]
    assert list(dues_todo(world.a, staff, TODAY)) == []
    give_base(staff, world.members["member"])
    for number in (3, 4, 5):
        make_month(staff, world.a, H1.start.replace(month=number))
    assert [each["text"] for each in dues_todo(world.a, staff, TODAY)] == ["李平连续3个月未交党费", "还没有生成应缴"]
    make_month(staff, world.a, H1.start.replace(month=6))
    assert [each["text"] for each in dues_todo(world.a, staff, TODAY)] == ["李平连续3个月未交党费", "还有1人没有交齐"]
    collect(staff, line_of(world.members["member"], H1.start.replace(month=4)), day=TODAY)
    assert [each["text"] for each in dues_todo(world.a, staff, TODAY)] == ["还有1人没有交齐"]
    assert list(dues_todo(world.a, world["inspector"], TODAY)) == []
