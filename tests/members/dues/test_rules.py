"""The bands, the rounding, the clocks of dues, each on both sides of its bound."""

from datetime import date
from decimal import Decimal as D
from io import StringIO

import pytest
from django.core.management import call_command

from members.dues import rules
from partywork.rules import book, in_force

TODAY = date(2026, 6, 30)
NONE = {"farmer_jiao": 5, "unit": "none", "way": "half_up"}


@pytest.mark.parametrize(
    ("category", "base", "amount"),
    [
        ("salaried", "0", "0.00"),
        ("salaried", "3000.00", "15.00"),
        ("salaried", "3000.01", "30.00"),
        ("salaried", "5000.00", "50.00"),
        ("salaried", "5000.01", "75.00"),
        ("salaried", "10000.00", "150.00"),
        ("salaried", "10000.01", "200.00"),
        ("annual", "10000.01", "200.00"),
        ("self_employed", "3000.01", "30.00"),
        ("retired", "3000.01", "15.00"),
        ("retired", "5000.00", "25.00"),
        ("retired", "5000.01", "50.00"),
        ("retired", "12000.00", "120.00"),
        ("farmer", None, "0.50"),
        ("none", None, "0.20"),
    ],
)
def test_bands(category, base, amount):
    assert rules.monthly_dues(category, base and D(base), **NONE) == D(amount)


@pytest.mark.parametrize(
    ("amount", "unit", "way", "result"),
    [
        ("47.344", "none", "half_up", "47.34"),
        ("47.345", "none", "half_up", "47.35"),
        ("47.345", "none", "up", "47.35"),
        ("47.34", "0.1", "half_up", "47.30"),
        ("47.35", "0.1", "half_up", "47.40"),
        ("47.30", "0.1", "up", "47.30"),
        ("47.31", "0.1", "up", "47.40"),
        ("47.49", "1", "half_up", "47.00"),
        ("47.50", "1", "half_up", "48.00"),
        ("47.00", "1", "up", "47.00"),
        ("47.01", "1", "up", "48.00"),
        ("30.0001", "1", "up", "30.00"),
        ("30.0001", "0.1", "up", "30.00"),
    ],
)
def test_rounding(amount, unit, way, result):
    assert str(rules.rounded(D(amount), unit, way)) == result


def test_fixed_amounts_are_never_rounded():
    assert rules.monthly_dues("none", None, farmer_jiao=5, unit="1", way="up") == D("0.20")


@pytest.mark.parametrize(
    ("items", "formula", "base"),
    [
        ({"position": D(3000), "grade": D(2000), "tax": D("12.30")}, {}, "4987.70"),
        ({"position": D(3000), "housing": D(500)}, {}, "3000.00"),
        ({"position": D(3000), "housing": D(500)}, {"counts_housing": True}, "3500.00"),
        ({"position": D(3000), "insurance": D(300)}, {"counts_insurance": False}, "3000.00"),
        ({"position": D(100), "tax": D(300)}, {}, "0.00"),
        ({}, {}, "0.00"),
    ],
)
def test_the_base_by_the_formula(items, formula, base):
    assert str(rules.base_of(items, rules.FORMULA | formula)) == base


MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LAST_OF_MARCH, LAST_OF_APRIL = date(2026, 3, 31), date(2026, 4, 30)


@pytest.mark.parametrize(
    ("stretch", "first_month", "grace", "expected"),
    [
        (rules.Stretch(date(2020, 1, 1), None, "first"), "whole", 0, ("1", LAST_OF_MARCH)),
        (rules.Stretch(date(2020, 1, 1), None, "first"), "whole", 5, ("1", date(2026, 4, 5))),
        (rules.Stretch(MARCH, None, "transfer_in"), "whole", 0, ("1", LAST_OF_MARCH)),
        (rules.Stretch(date(2026, 3, 2), None, "transfer_in"), "whole", 0, None),
        (rules.Stretch(date(2026, 3, 2), None, "moved"), "whole", 0, None),
        (rules.Stretch(date(2020, 1, 1), MARCH, "first", "transfer_out"), "whole", 0, None),
        (rules.Stretch(date(2020, 1, 1), date(2026, 3, 2), "first", "transfer_out"), "whole", 0, ("1", LAST_OF_MARCH)),
        (rules.Stretch(date(2020, 1, 1), date(2026, 3, 2), "first", "died"), "whole", 0, None),
        (rules.Stretch(date(2020, 1, 1), LAST_OF_MARCH, "first", "removed"), "whole", 0, None),
        (rules.Stretch(date(2020, 1, 1), APRIL, "first", "removed"), "whole", 0, ("1", LAST_OF_MARCH)),
        (rules.Stretch(APRIL, None, "admitted"), "whole", 0, None),
        (rules.Stretch(date(2026, 3, 10), None, "admitted"), "whole", 0, ("1", LAST_OF_MARCH)),
        (rules.Stretch(date(2026, 3, 11), None, "admitted"), "whole", 0, ("1", LAST_OF_APRIL)),
        (rules.Stretch(date(2026, 3, 15), None, "admitted"), "half", 0, ("1", LAST_OF_APRIL)),
        (rules.Stretch(date(2026, 3, 16), None, "admitted"), "half", 0, ("0.5", LAST_OF_APRIL)),
        (rules.Stretch(date(2026, 3, 10), None, "admitted"), "next", 0, None),
        (rules.Stretch(LAST_OF_MARCH, None, "admitted"), "whole", 0, ("1", LAST_OF_APRIL)),
    ],
)
def test_who_owes_march_and_until_when(stretch, first_month, grace, expected):
    found = rules.owed(stretch, MARCH, first_month=first_month, collect_day=10, grace=grace)
    assert (found and (found.share, found.due_on)) == (expected and (D(expected[0]), expected[1]))


@pytest.mark.parametrize(
    ("paid_on", "allowed"),
    [(date(2026, 3, 31), True), (date(2026, 9, 30), True), (date(2026, 10, 1), False), (date(2026, 1, 1), True)],
)
def test_back_payment_within_six_months(paid_on, allowed):
    assert (rules.why_not_back(MARCH, paid_on) == "") is allowed


@pytest.mark.parametrize(("paid_on", "allowed"), [(date(2025, 9, 1), True), (date(2025, 8, 31), False), (MARCH, True)])
def test_prepayment_within_six_months(paid_on, allowed):
    assert (rules.why_not_ahead(MARCH, paid_on) == "") is allowed


@pytest.mark.parametrize(("months", "level"), [(0, None), (2, None), (3, "warn"), (5, "warn"), (6, "leave"), (12, "leave")])
def test_warnings(months, level):
    warning = rules.warning_of(months)
    assert (warning and warning.level) == level
    if warning:
        assert "条" in warning.article and f"连续{months}个月" in warning.says


@pytest.mark.parametrize(
    ("months", "longest"),
    [((), 0), ((3,), 1), ((1, 2, 3), 3), ((1, 2, 4, 5, 6), 3), ((3, 1, 2), 3), ((1, 1, 2), 2)],
)
def test_months_in_a_row(months, longest):
    assert rules.in_a_row(date(2026, month, 1) for month in months) == longest


def test_a_row_goes_over_the_new_year():
    assert rules.in_a_row([date(2025, 12, 1), date(2026, 1, 1), date(2025, 11, 1)]) == 3


@pytest.mark.parametrize(("amount", "whole"), [("999.99", False), ("1000.00", True), ("1000.01", True)])
def test_a_large_extra_goes_to_the_centre(amount, whole):
    assert rules.goes_to_centre(D(amount)) is whole


@pytest.mark.parametrize(
    ("amount", "reason", "fault"),
    [("50", "", ""), ("49.99", "", "写明原因"), ("49.99", "下月补", ""), ("50.01", "多交", "自愿多交"),
     ("0", "无", "大于0"), ("-1", "", "大于0")],
)
def test_amounts(amount, reason, fault):
    said = rules.why_not_amount(D(amount), D(50), reason)
    assert fault in said and bool(said) is bool(fault)


@pytest.mark.parametrize(
    ("category", "approved", "by_branch", "allowed"),
    [("salaried", "机关党委批复", False, True), ("salaried", " ", False, False), ("salaried", "", True, False),
     ("retired", "", True, True), ("retired", "", False, False)],
)  # fmt: skip
def test_reductions(category, approved, by_branch, allowed):
    assert (rules.why_not_reduction(D(0), category, approved, by_branch) == "") is allowed


@pytest.mark.parametrize(("part", "whole", "result"), [(0, 0, None), (0, 3, "0.0"), (2, 3, "66.7"), (3, 3, "100.0")])
def test_rates(part, whole, result):
    assert rules.rate(part, whole) == (result and D(result))


@pytest.mark.parametrize(
    ("basis", "share", "up"), [("100.05", 20, "20.01"), ("100.00", 100, "100.00"), ("0.02", 20, "0.00"), ("99", 0, "0")]
)
def test_the_share_upward(basis, share, up):
    assert rules.handed_up(D(basis), share) == D(up)


@pytest.mark.parametrize(
    ("day", "adjust", "month"),
    [(date(2026, 1, 1), "year", date(2027, 1, 1)), (date(2026, 12, 31), "year", date(2027, 1, 1)),
     (date(2026, 1, 31), "month", date(2026, 2, 1)), (date(2026, 12, 1), "month", date(2027, 1, 1))],
)  # fmt: skip
def test_from_when_a_changed_pay_counts(day, adjust, month):
    assert rules.applies_from(day, adjust) == month


# --- in the book -------------------------------------------------------------------------------------------------------


def test_all_rules_are_in_the_book():
    ours = [each.id for each in book(TODAY) if each.group == "党费"]
    assert ours == [f"DUE-{number}" for number in range(1, 23)]
    assert {each.id for each in book(TODAY) if each.group == "党费" and each.settings} == {
        "DUE-5", "DUE-7", "DUE-8", "DUE-11", "DUE-16", "DUE-18", "DUE-19", "DUE-21"}  # fmt: skip


@pytest.mark.parametrize(
    ("rule_id", "values", "holds", "expected"),
    [
        ("DUE-1", {"base": D("3000.01")}, None, {"permille": 10, "due": D("30.00")}),
        ("DUE-2", {"received": D(10000)}, None, {"permille": 15, "due": D(150)}),
        ("DUE-3", {"quarter": D("9000.03")}, None, {"base": D("3000.01"), "due": D(30)}),
        ("DUE-4", {"base": D(5000)}, None, {"due": D(25)}),
        ("DUE-5", {"amount": D("0.2")}, True, {}),
        ("DUE-5", {"amount": D("0.19")}, False, {}),
        ("DUE-5", {"amount": D("1")}, True, {}),
        ("DUE-5", {"amount": D("1.01")}, False, {}),
        ("DUE-5", {"amount": D(0)}, None, {"due": D("0.5")}),
        ("DUE-6", {}, None, {"due": D("0.20")}),
        ("DUE-7", {"changed_on": date(2026, 3, 2)}, None, {"month": "2027-01-01"}),
        ("DUE-8", {"admitted_on": date(2026, 3, 11), "collect_day": 10}, None, {"month": "2026-03-01", "due_on": "2026-04-30"}),
        ("DUE-9", {"owed": date(2026, 1, 9), "paid_on": date(2026, 7, 31)}, True, {"months": 6}),
        ("DUE-9", {"owed": date(2026, 1, 9), "paid_on": date(2026, 8, 1)}, False, {"months": 7}),
        ("DUE-10", {"month": date(2026, 7, 1), "paid_on": date(2026, 1, 31)}, True, {"months": 6}),
        ("DUE-10", {"month": date(2026, 8, 1), "paid_on": date(2026, 1, 31)}, False, {"months": 7}),
        ("DUE-11", {"is_retired": True, "approved": False}, False, {}),
        ("DUE-11", {"is_retired": False, "approved": True}, True, {}),
        ("DUE-12", {"way": "proxy"}, True, {}),
        ("DUE-12", {"way": "deducted"}, False, {}),
        ("DUE-13", {"amount": D("1000")}, None, {"to_centre": True}),
        ("DUE-14", {"months": 2}, True, {"level": ""}),
        ("DUE-14", {"months": 6}, False, {"level": "leave"}),
        ("DUE-15", {"purpose": "other"}, False, {}),
        ("DUE-15", {"purpose": "training"}, True, {}),
        ("DUE-16", {"published": 0}, False, {}),
        ("DUE-16", {"published": 1}, True, {}),
        ("DUE-17", {"bank": "icbc", "same_person": False}, True, {}),
        ("DUE-17", {"bank": "other", "same_person": True}, False, {}),
        ("DUE-18", {"collected": D("100.05"), "level": "committee"}, None, {"up": D("20.01"), "kept": D("80.04")}),
        ("DUE-19", {"amount": D("47.345")}, None, {"due": D("47.35")}),
        ("DUE-20", {}, None, {}),
        ("DUE-22", {"members": 3, "cleared": 2, "owed": D(100), "paid": D(75), "in_time": D(50)}, None,
         {"by_people": D("66.7"), "by_amount": D("75.0"), "in_time": D("50.0")}),
        ("DUE-22", {"members": 1, "cleared": 2, "owed": D(1), "paid": D(1), "in_time": D(0)}, False, {}),
    ],
)  # fmt: skip
def test_the_book_answers(rule_id, values, holds, expected):
    answer = in_force(rule_id, TODAY).answer(**values)
    assert answer.holds is holds and answer.says.endswith(("。", "）"))
    assert {key: answer.values[key] for key in expected} == expected


def test_a_set_rounding_is_applied():
    assert in_force("DUE-19", TODAY).answer({"unit": "1", "way": "up"}, amount=D("47.01")).values == {"due": D("48.00")}


def test_try_rule_reckons_the_base(db):
    out = StringIO()
    call_command("try_rule", "DUE-21", "position=3000", "grade=2000.01", "traffic=900", "tax=0.01", stdout=out)
    assert "计算基数为5000.00元" in out.getvalue()
