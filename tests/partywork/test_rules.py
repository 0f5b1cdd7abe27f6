"""The book of rules itself: what a calculator's value may be, versions, and what a declaration must have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from partywork import rules
from partywork.rules import TRUST, Answer, Param


@pytest.mark.parametrize(
    ("param", "text", "value"),
    [
        (Param("n", "人数", low=0, high=99), " 16 ", 16),
        (Param("n", "人数", default=0), "", 0),
        (Param("n", "人数", low=0, high=9), "0", 0),
        (Param("x", "学时", "decimal"), "31.5", Decimal("31.5")),
        (Param("d", "日期", "date"), "2026-05-11", date(2026, 5, 11)),
        (Param("d", "日期", "date"), "1900-01-01", date(1900, 1, 1)),
        (Param("d", "日期", "date"), "2099-12-31", date(2099, 12, 31)),
        (Param("b", "是否", "bool"), "是", True),
        (Param("b", "是否", "bool"), "0", False),
        (Param("b", "是否", "bool"), "", False),
        (Param("c", "层次", "choice", choices=(("a", "甲"),)), "a", "a"),
    ],
)
def test_a_right_value_is_read(param, text, value):
    assert param.parse(text) == value


@pytest.mark.parametrize(
    ("param", "text"),
    [
        (Param("n", "人数", low=0, high=99), "100"),
        (Param("n", "人数", low=0, high=99), "-1"),
        (Param("n", "人数"), "1.5"),
        (Param("n", "人数"), "²"),
        (Param("n", "人数"), "９"),
        (Param("n", "人数"), "9999999999"),
        (Param("n", "人数"), ""),
        (Param("x", "学时", "decimal"), "NaN"),
        (Param("x", "学时", "decimal"), "-1"),
        (Param("x", "学时", "decimal"), "1e30"),
        (Param("d", "日期", "date"), "2026-02-30"),
        (Param("d", "日期", "date"), "1899-12-31"),
        (Param("d", "日期", "date"), "2100-01-01"),
        (Param("b", "是否", "bool"), "也许"),
        (Param("c", "层次", "choice", choices=(("a", "甲"),)), "b"),
    ],
)
def test_a_wrong_value_is_refused_by_name(param, text):
    with pytest.raises(ValueError, match=param.label):
        param.parse(text)


def test_every_rule_is_complete():
    for rule in rules.book():
        assert rule.trust in TRUST
        assert rule.article, rule.id
        assert rule.says.endswith("。"), rule.id
        assert rule.group, rule.id
        assert all(param.kind != "int" or None not in (param.low, param.high) for param in rule.params), (
            rule.id
        )


def test_versions_of_a_rule_follow_each_other_without_gap_or_overlap():
    for rule_id in {rule.id for rule in rules.book()}:
        same = rules.versions(rule_id)
        assert [one.valid_to for one in same[:-1]] == [other.valid_from for other in same[1:]], rule_id
        assert same[-1].valid_to is None, rule_id


def test_only_declared_figures_can_be_set():
    with pytest.raises(ValueError, match="only its figures"):
        rules.rule(
            "TEST-1",
            title="试",
            says="试。",
            article="试",
            trust="D",
            valid_from=date(2026, 1, 1),
            settings=(Param("times", "次数"),),
        )(lambda: Answer(None, ""))


def test_a_function_must_take_exactly_its_params_and_figures():
    with pytest.raises(ValueError, match="arguments"):
        rules.rule("TEST-1", title="试", says="试。", article="试", trust="D", valid_from=date(2026, 1, 1))(
            lambda extra: Answer(None, "")
        )


def test_the_book_of_a_day_has_one_version_of_each():
    ids = [rule.id for rule in rules.book(date(2026, 11, 24))]
    assert len(ids) == len(set(ids))
