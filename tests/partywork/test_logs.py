"""Logs: one line a record, no personal data in it."""

from __future__ import annotations

import json
import logging

import pytest

from partywork.logs import HIDDEN, HidePrivate, JsonLines, hide_private
from partywork.middleware import facts

ID, MOBILE = "11010119900307123X", "13812345678"


def line(message, *args, error=None, **extra):
    record = logging.LogRecord("partywork.trial", logging.INFO, "x.py", 1, message, args, error)
    vars(record).update(extra)
    HidePrivate().filter(record)
    return JsonLines().format(record)


def test_a_line_is_one_json_object_with_the_request_in_it():
    token = facts.current.set(facts.Facts(ip="10.0.0.1", reference="ABCD-EFGH"))
    try:
        made = json.loads(line("会议 %s 已登记", 7, meeting=7))
    finally:
        facts.current.reset(token)
    assert made.pop("at").startswith("20")
    assert made == {
        "level": "INFO", "logger": "partywork.trial", "message": "会议 7 已登记", "reference": "ABCD-EFGH",
        "ip": "10.0.0.1", "user": None, "meeting": 7,
    }  # fmt: skip


@pytest.mark.parametrize("break_", ["\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_no_text_can_forge_a_second_line(break_):
    made = line('甲%s{"level": "ERROR"}', break_)
    assert len(made.splitlines()) == 1


def test_a_lone_surrogate_does_not_lose_the_line():
    assert json.loads(line("a\ud800b".encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    "text",
    [f"电话{MOBILE}写错", f"证件 {ID}。", f"证件{ID.lower()}", f"phone={MOBILE}", "password='geheim'",
     '{"id_number": "geheim"}',
     "<QueryDict: {'password': ['geheim']}>", "new_password1=geheim&x=1", "Phone: geheim"],
)  # fmt: skip
def test_protected_values_are_hidden(text):
    hidden = hide_private(text)
    assert not any(canary in hidden for canary in (MOBILE, ID, ID.lower(), "geheim"))


@pytest.mark.parametrize(
    "text", ["1750000000.123", "会议20260603", "编号 12345678901234567890", "a13812345678b", "3 件"]
)
def test_other_numbers_stay(text):
    assert hide_private(text) == text


def test_arguments_extras_and_tracebacks_are_hidden_too():
    try:
        raise ValueError(f"phone={MOBILE}")
    except ValueError as error:
        made = line("x %(phone)s", {"phone": MOBILE}, error=(ValueError, error, error.__traceback__), pay="9000",
                    data={"address": "某街1号", "n": [ID]})  # fmt: skip
    assert not any(canary in made for canary in (MOBILE, ID, "9000", "某街1号"))
    assert json.loads(made)["pay"] == HIDDEN
    assert "ValueError" in json.loads(made)["error"]


def test_arguments_that_do_not_fit_do_not_lose_the_line():
    assert json.loads(line("%d 件", "x"))["message"] == "%d 件"


@pytest.mark.parametrize(
    "text",
    [
        "member born_on=1971-05-04 refused",
        "{'born_on': '1971-05-04'}",
        "Member(born_on=datetime.date(1971, 5, 4), name=x)",
    ],
)
def test_a_models_own_protected_fields_are_hidden_by_their_names(text):
    """Member.PRIVATE_FIELDS names it; no list has to."""
    made = line(text)
    assert (HIDDEN in made, "1971" in made, "5, 4" in made) == (True, False, False)
