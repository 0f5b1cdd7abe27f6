"""交接单: who, what is open, what falls due in three months, and what other features add."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from branches.meetings.handover import by_month, handover_of, people_of
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from partywork import slots
from partywork.slots import Panel, Step
from tests.factories import make_group, make_meeting, make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 20)


def test_the_people_of_the_day(world):
    make_member(world.a, "早走", stop_on=DAY, stop_reason="died")
    make_member(world.a, "明来", start_on=DAY + timedelta(1))
    make_group(world.a, name="后设党小组", founded_on=DAY + timedelta(1))
    people = people_of(world.a, list(world.a.groups.order_by("id")), DAY)
    assert (people.whole, people.full, people.ungrouped) == (7, 6, 1)
    assert [(row["member"].name, row["ends"]) for row in people.probationary] == [("沈新", date(2027, 1, 15))]
    assert [(row["group"].name, row["members"], row["leaders"]) for row in people.groups] == [
        ("第一党小组", 3, ""), ("第二党小组", 3, "吴芳")]


def titles(told: dict) -> dict[date, list[str]]:
    return {month.first: [step.title for step in month.items] for month in told["months"]}


def test_what_falls_due_to_the_end_of_the_third_month(world):
    months = titles(handover_of(world.a, world["secretary"], DAY))
    assert list(months) == [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert "2026年5月主题党日" in months[date(2026, 5, 1)] and "2026年第二季度党员大会" in months[date(2026, 6, 1)]
    assert "2026年8月主题党日" in months[date(2026, 8, 1)] and "2026年度组织生活会" not in str(months)


def test_what_was_held_is_not_due_and_what_was_missed_is_open(world):
    make_meeting(world.a, Kind.THEME_DAY, held_on=date(2026, 5, 8))
    told = handover_of(world.a, world["secretary"], DAY)
    assert "2026年5月主题党日" not in titles(told)[date(2026, 5, 1)]
    assert "2026年4月主题党日" in [item["title"] for item in told["todo"]]
    assert {item["overdue"] for item in told["todo"]} == {True}
    assert "2025" not in str([item["title"] for item in told["todo"]])  # as on the first page: this half-year's


@pytest.mark.parametrize(("joined", "told"), [
    (date(2025, 5, 19), False), (date(2025, 5, 20), True), (date(2025, 8, 31), True), (date(2025, 9, 1), False)])
def test_a_probation_that_ends_in_these_months(world, joined, told):
    make_member(world.b, "甲某", kind="probationary", joined_on=joined, start_on=joined)
    assert ("甲某预备期满" in str(titles(handover_of(world.b, world["neighbour"], DAY)))) is told


def test_what_features_add(world, monkeypatch):
    for slot in ("handover.panels", "handover.ahead", "home.todo"):
        monkeypatch.setitem(slots._providers, slot, [])
    slots.adds_to("handover.panels")(lambda branch, reader, day: [Panel("x.html", {"of": (branch, reader, day)})])
    slots.adds_to("handover.ahead")(lambda branch, reader, start, stop: [Step(stop - timedelta(1), f"任期届满{start}", state="todo")])
    slots.adds_to("home.todo")(lambda branch, reader, day: [{"title": "请求更正"}])
    told = handover_of(world.a, world["secretary"], DAY)
    assert told["panels"] == [Panel("x.html", {"of": (world.a, world["secretary"], DAY)})]
    assert "任期届满2026-05-20" in titles(told)[date(2026, 8, 1)]
    assert told["todo"][-1] == {"title": "请求更正"}


def test_months_in_order():
    steps = [Step(date(2027, 1, 2), "丙"), Step(date(2026, 12, 31), "乙"), Step(date(2026, 12, 31), "一")]
    assert [(month.first, [step.title for step in month.items]) for month in by_month(steps)] == [
        (date(2026, 12, 1), ["一", "乙"]), (date(2027, 1, 1), ["丙"])]


def test_the_page(world, client_of):
    Meeting.objects.create(branch=world.a, created_by=world["secretary"], title="半份草稿", draft={"fields": {}})
    page = client_of("secretary").get(reverse("handover", args=[world.a.pk])).content.decode()
    for words in ("一支部交接单", "赵敏", "吴芳", "沈新", "半份草稿", "今后三个月", "移交人"):
        assert words in page
    home = client_of("secretary").get(reverse("home")).content.decode()
    assert reverse("handover", args=[world.a.pk]) in home


@pytest.mark.parametrize(("who", "place", "code"), [
    ("leader", "a", 200), ("general", "a", 200), ("neighbour", "a", 404), ("member", "a", 404), ("former", "a", 404),
    ("staff", "office", 404)])
def test_whose_it_is(world, client_of, who, place, code):
    assert client_of(who).get(reverse("handover", args=[getattr(world, place).pk])).status_code == code


def test_whoever_may_not_log_gets_no_button(world):
    told = handover_of(world.a, world["leader"], DAY)
    assert told["todo"] and not any(item["url"] for item in told["todo"])
    assert not any(step.url for month in told["months"] for step in month.items)
