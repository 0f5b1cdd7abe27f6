"""The structure page: each number opens exactly its people, for any organisation and day; rights, wrong days, Excel."""
from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from members.models import Profile
from tests.factories import make_member, make_post
from tests.forms_on_pages import tree_of

pytestmark = pytest.mark.django_db
DAY, SINCE = date(2026, 6, 30), date(2025, 12, 31)
ROWS = re.compile(r"共 (\d+) 人")


@pytest.fixture
def peopled(world):
    """Somebody in many bands, some of them in each of three branches; one who has come and one who has gone since."""
    works = ("civil_servant", "retired", "")
    for number, branch in enumerate((world.a, world.b, world.farm) * 6):
        member = make_member(branch, f"某{number}", sex="mf"[number % 2], born_on=date(1950 + 3 * number, 6, 30), full_on=date(2003, 1, 1),
                             joined_on=date(2002, 1, 1), group=world.group1 if branch == world.a else None)
        if number % 4:
            Profile.objects.create(member=member, nationality=("01", "03", "")[number % 3], education=("master", "", "college")[number % 3],
                                   work=works[number % 3])
    make_member(world.a, "新来", start_on=date(2026, 2, 1))
    make_member(world.b, "已走", stop_on=date(2026, 3, 1), stop_reason="transfer_out")
    make_post(world["member"], world.b, "publicity")
    return world


def get(client, who, query="", name="structure"):
    client.force_login(who)
    return client.get(f"{reverse(name)}?{query}")


def cells(response) -> list[tuple[str, int]]:
    """(address, number) of every number on the page that leads somewhere."""
    links = tree_of(response.content).iterfind(".//a[@href]")
    found = [(a.get("href"), "".join(a.itertext()).strip().removesuffix("名")) for a in links]
    return [(href, int(text)) for href, text in found if href.startswith(reverse("members")) and text.isdigit()]


@pytest.mark.parametrize(("who", "place"), [
    ("staff", "root"), ("staff", "office"), ("staff", "a"), ("secretary", "a"), ("general", "office"), ("neighbour", "b")])
def test_every_number_opens_its_people(client, peopled, who, place):
    page = get(client, peopled[who], f"branch={getattr(peopled, place).pk}&day={DAY}&since={SINCE}")
    found = cells(page)
    assert len(found) > 30
    for href, number in found:
        listed = ROWS.search(client.get(href).content.decode())
        assert (href, int(listed[1])) == (href, number)


def test_the_page_counts_whom_it_says(client, peopled):
    page = get(client, peopled["staff"], f"branch={peopled.root.pk}&day={DAY}&since={SINCE}").context
    assert (page["whole"], page["whole_before"]) == (9 + 18 + 1, 8 + 18 + 1)  # drawn, made, come since (沈新 too); gone since
    lines = {row["line"].code: row["line"] for section in page["sections"] for row in section["rows"]}
    posts = [lines[f"post.{code}"].number for code in ("secretary", "deputy", "committee", "group_leader", "none")]
    assert posts == [3, 0, 1, 1, 23]  # 卫东 was still secretary


def test_who_holds_several_posts_stands_under_the_first(client, peopled):
    make_post(peopled["secretary"], peopled.a, "organisation")
    make_post(peopled["group_leader"], peopled.a, "deputy", stop_on=date(2026, 6, 30))  # no longer on that day
    page = get(client, peopled["secretary"], f"day={DAY}").context
    lines = {row["line"].code: row["line"].number for section in page["sections"] for row in section["rows"]}
    assert (lines["post.secretary"], lines["post.deputy"], lines["post.group_leader"]) == (2, 0, 1)


def test_what_is_asked_wrongly(client, peopled):
    later = get(client, peopled["staff"], "day=2099-01-01")
    assert "统计日期不能晚于今天。" in later.content.decode() and "whole" not in later.context
    turned = get(client, peopled["staff"], f"day={SINCE}&since={DAY}")
    assert "对比日期应早于统计日期。" in turned.content.decode()
    foreign = get(client, peopled["secretary"], f"branch={peopled.b.pk}")
    assert "whole" not in foreign.context
    assert client.post(reverse("structure_export"), {"branch": peopled.b.pk}).status_code == 404


def test_nobody_to_divide(client, world):
    page = get(client, world["staff"], f"branch={world.nursery.pk}").content.decode()
    assert "这一天还没有在册党员" in page


def test_a_past_day_alone_is_not_compared(client, peopled):
    page = get(client, peopled["staff"], f"day={DAY}").context
    assert page["since"] is None and all(row["line"].change is None for section in page["sections"] for row in section["rows"])


def test_the_workbook_is_the_page(client, peopled):
    query = {"branch": peopled.root.pk, "day": str(DAY), "since": str(SINCE)}
    page = get(client, peopled["staff"], "&".join(f"{key}={value}" for key, value in query.items())).context
    file = b"".join(client.post(reverse("structure_export"), query).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True))
    assert rows[0] == ("项目", "类别", "人数", "占比", "2025年12月31日人数", "增减")
    shown = [(section["label"], row["line"]) for section in page["sections"] for row in section["rows"]]
    assert rows[1:] == [(label, line.label, line.number, line.share, line.before, line.change) for label, line in shown]
