"""The first page of each person, what is due, and the matrix: whose it is, what it says, what it costs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from partywork.periods import Period, Span, today
from tests.factories import make_account, make_branch, make_group, make_meeting, make_post


@pytest.fixture
def now() -> date:
    return today()


@pytest.fixture
def last_year(now) -> Period:
    return Period.at(Span.YEAR, now).previous


def text_of(response) -> str:
    """What of a page reaches the reader, in one line."""
    body = response.content.decode().split("<main", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def hrefs(response, path: str) -> list[dict]:
    """The queries of all links to a path."""
    found = re.findall(r'href="([^"]+)"', response.content.decode())
    parts = [urlsplit(link.replace("&amp;", "&")) for link in found]
    return [
        {key: value[0] for key, value in parse_qs(part.query).items()} for part in parts if part.path == path
    ]


def cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# --- home -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "leads_to"), [("member", "/members/"), ("keeper", "/accounts/"), ("auditor", "/journal/")]
)
def test_people_without_meetings_begin_elsewhere(client_of, who, leads_to):
    response = client_of(who).get("/")
    assert (response.status_code, response.url) == (302, leads_to)


@pytest.mark.parametrize("who", ["former"])
def test_who_holds_no_post_is_told_so(client_of, who):
    assert "您的账号目前没有任职" in text_of(client_of(who).get("/"))


@pytest.mark.parametrize(
    ("who", "template", "heading"),
    [
        ("secretary", "home/branch.html", "一支部"),
        ("neighbour", "home/branch.html", "二支部"),
        ("general", "home/committee.html", "机关总支"),
        ("staff", "home/committee.html", "机关党委"),
        ("inspector", "home/committee.html", "机关党委"),
        ("leader", "home/committee.html", "机关党委"),
    ],
)
def test_each_post_has_its_own_home(client_of, who, template, heading):
    response = client_of(who).get("/")
    assert response.templates[0].name == template
    assert f"<h1>{heading}</h1>" in response.content.decode()


def test_the_secretary_sees_what_is_due_with_rule_and_prefilled_form(client_of, world, now):
    response = client_of("secretary").get("/")
    month = Period.at(Span.MONTH, now)
    assert f"{month.label}主题党日" in text_of(response)
    wanted = {"branch": str(world.a.pk), "kind": "theme_day", "date": now.isoformat()}
    assert wanted in hrefs(response, "/meetings/new/")
    assert 'href="/rules/MTG-5/"' in response.content.decode()


def test_a_group_meeting_opens_the_form_with_its_group(client_of, world, now):
    asked = [
        query
        for query in hrefs(client_of("secretary").get("/duties/"), "/meetings/new/")
        if query["kind"] == "group"
    ]
    assert {query["group"] for query in asked} == {str(world.group1.pk), str(world.group2.pk)}


def test_what_was_held_moves_to_done(client_of, world, now):
    before = client_of("secretary").get("/").context["tallies"][0]
    make_meeting(world.a, Kind.THEME_DAY, held_on=now)
    after = client_of("secretary").get("/").context["tallies"][0]
    assert (after.done, after.whole) == (before.done + 1, before.whole)


def test_drafts_are_there_to_continue(client_of, world):
    make_meeting(
        world.a, state="draft", title="没写完的会", held_on=None, recorded_on=None, draft={"fields": {}}
    )
    make_meeting(
        world.b, state="draft", title="邻支部的草稿", held_on=None, recorded_on=None, draft={"fields": {}}
    )
    shown = text_of(client_of("secretary").get("/"))
    assert "没写完的会" in shown
    assert "邻支部的草稿" not in shown


def test_a_person_with_two_posts_chooses(client_of, world):
    make_post(world["secretary"], world.retired, "secretary")
    client = client_of("secretary")
    assert [desk["label"] for desk in client.get("/").context["desks"]] == ["一支部", "离退休支部"]
    response = client.get(f"/?branch={world.retired.pk}")
    assert response.context["branch"] == world.retired
    assert [desk["active"] for desk in response.context["desks"]] == [False, True]


@pytest.mark.parametrize("asked", ["neighbour", "nonsense", "999999999999999999999"])
def test_another_organisation_is_not_found(client_of, world, asked):
    asked = world.b.pk if asked == "neighbour" else asked
    assert client_of("secretary").get(f"/?branch={asked}").status_code == 404


def test_staff_may_look_at_a_branchs_home(client_of, world):
    assert client_of("staff").get(f"/?branch={world.a.pk}").templates[0].name == "home/branch.html"


def test_a_leader_sees_no_form_he_may_not_use(client_of):
    assert hrefs(client_of("leader").get("/"), "/meetings/new/") == []
    assert hrefs(client_of("leader").get("/duties/"), "/meetings/new/") == []
    assert hrefs(client_of("leader").get("/matrix/"), "/meetings/new/") == []


def test_the_committee_sees_which_branches_missed_what(client_of, world, now):
    half = Period.at(Span.HALF, now)
    told = client_of("staff").get("/").context
    over = [part for part in half.split(Span.MONTH) if part.stop <= now]
    assert told["branches_late"] == (5 if over else 0)
    assert told["branches_all"] == 5
    if over:
        assert told["branches"][0]["branch"] == world.a  # the only one with groups misses most


def test_late_entries_are_those_of_more_than_a_week(client_of, world, now):
    half = Period.at(Span.HALF, now)
    for days, title in ((7, "迟七天"), (8, "迟八天")):
        make_meeting(world.a, title=title, held_on=half.start, recorded_on=half.start + timedelta(days=days))
    assert [meeting.title for meeting in client_of("staff").get("/").context["late_entries"]] == ["迟八天"]


@pytest.mark.parametrize(
    ("who", "url", "budget"),
    [("secretary", "/", 14 + 4 + 3), ("staff", "/", 14 + 4 + 1),  # open items of features: owed
     ("staff", "/duties/", 10), ("staff", "/matrix/", 10)],
)
def test_the_cost_does_not_grow(client_of, world, now, who, url, budget):
    counted = []
    for more in (1, 6):
        for _ in range(more):
            branch = make_branch(world.root)
            make_group(branch)
            for each in (branch, world.a):
                make_meeting(each, Kind.THEME_DAY, Kind.CONGRESS, held_on=Period.at(Span.HALF, now).start)
            make_post(make_account(), branch, "secretary")
        counted.append(cost(client_of(who), url))
    assert counted[0] == counted[1] <= budget


# --- what is due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/duties/", "/matrix/"])
@pytest.mark.parametrize("who", ["member", "keeper", "auditor", "former"])
def test_only_those_who_see_meetings(client_of, url, who):
    assert client_of(who).get(url).status_code == 403


def test_unfinished_duties_come_first(client_of, world, last_year):
    make_meeting(world.a, Kind.THEME_DAY, held_on=last_year.start)
    rows = client_of("secretary").get(f"/duties/?period={last_year.start:%Y%m}").context["rows"]
    assert [row["overdue"] for row in rows] == sorted((row["overdue"] for row in rows), reverse=True)
    assert [row["duty"].kind for row in rows if row["done"]] == [Kind.THEME_DAY]


def test_a_missed_duty_opens_the_form_on_a_day_of_its_own_time(client_of, world, last_year):
    month = last_year.split(Span.MONTH)[1]
    client = client_of("secretary")
    asked = hrefs(client.get(f"/duties/?period={month.code}&kind=theme_day"), "/meetings/new/")
    assert asked == [{"branch": str(world.a.pk), "kind": "theme_day", "date": month.last_day.isoformat()}]
    form = client.get("/meetings/new/", asked[0])
    assert form.status_code == 200
    assert month.last_day.isoformat() in form.content.decode()


def test_the_secretary_of_one_branch_sees_no_other(client_of, world, last_year):
    response = client_of("secretary").get(f"/duties/?period={last_year.code}&branch={world.b.pk}")
    assert response.context["rows"] == []
    assert "党组织里没有这一项" in text_of(response)


@pytest.mark.parametrize(
    "query", ["period=2026H9", "period=%00", "branch=abc", "kind=nonsense", "state=lost", "page=0", "page=zz"]
)
def test_nonsense_is_told_and_breaks_nothing(client_of, query):
    assert client_of("staff").get(f"/duties/?{query}").status_code in (200, 400)
    assert client_of("staff").get(f"/matrix/?{query}").status_code in (200, 400)


@pytest.mark.parametrize(
    ("state", "statuses"),
    [("overdue", {"overdue"}), ("done", {"done"}), ("open", {"overdue", "soon", "open"})],
)
def test_the_filter_by_state(client_of, world, now, state, statuses):
    make_meeting(world.a, Kind.THEME_DAY, held_on=now)
    rows = (
        client_of("secretary")
        .get(f"/duties/?state={state}&period={Period.at(Span.YEAR, now).code}")
        .context["rows"]
    )
    assert rows
    assert {row["duty"].status.value for row in rows} <= statuses


# --- the matrix -------------------------------------------------------------------------------------------------------


def test_cells_say_what_was_held_and_lead_there(client_of, world, last_year):
    half = Period.at(Span.HALF, last_year.start)
    for day in (half.start, half.start, half.start + timedelta(days=31)):
        make_meeting(world.a, Kind.THEME_DAY, held_on=day)
    make_meeting(world.a, Kind.LECTURE, held_on=half.start)
    response = client_of("staff").get(f"/matrix/?period={half.code}&branch={world.a.pk}")
    table = response.context["table"]
    row = dict(
        zip(((column.kind, column.label) for column in table.columns), table.rows[0].cells, strict=True)
    )
    shown = {
        key: row[key].words
        for key in (
            (Kind.THEME_DAY, "1月"),
            (Kind.THEME_DAY, "2月"),
            (Kind.THEME_DAY, "3月"),
            (Kind.LECTURE, "上半年"),
        )
    }
    assert list(shown.values()) == ["已开2次", "已开", "未开", "已开1缺1"]
    months = half.split(Span.MONTH)
    assert (
        row[Kind.THEME_DAY, "1月"].url
        == f"/meetings/?branch={world.a.pk}&kind=theme_day&period={months[0].code}"
    )
    assert (
        row[Kind.THEME_DAY, "3月"].url
        == f"/meetings/new/?branch={world.a.pk}&kind=theme_day&date={months[2].last_day}"
    )
    assert [
        meeting.held_on
        for meeting in client_of("staff").get(row[Kind.THEME_DAY, "1月"].url).context["page_obj"]
    ] == [half.start] * 2


def test_a_viewer_who_may_not_register_is_led_to_the_list(client_of, world, last_year):
    cells = client_of("inspector").get(f"/matrix/?period={last_year.code}").context["table"].rows[0].cells
    assert {urlsplit(cell.url).path for cell in cells if cell.url} == {"/meetings/"}


def test_rows_are_the_branches_of_that_time(client_of, world):
    def names(code: str) -> list[str]:
        return [
            str(row.branch) for row in client_of("staff").get(f"/matrix/?period={code}").context["table"].rows
        ]

    assert names("2025H1") == ["一支部", "二支部", "林场支部", "种苗站支部", "离退休支部", "撤销支部"]
    assert names("2025H2") == ["一支部", "二支部", "林场支部", "种苗站支部", "离退休支部"]


def test_the_bureaus_own_duties_stand_apart(client_of, world, last_year):
    response = client_of("staff").get(f"/matrix/?period={last_year.code}")
    assert [kind for kind, _ in response.context["own"].heads] == [Kind.DEMOCRATIC_LIFE, Kind.CENTRE_STUDY]
    assert client_of("secretary").get("/matrix/").context["own"].rows == []


def test_only_branches_with_gaps(client_of, world, last_year):
    month = Period.at(Span.HALF, last_year.start)
    whole = client_of("staff").get(f"/matrix/?period={month.code}&gaps=on").context["page_obj"].object_list
    assert all(row.missing for row in whole)


def test_the_workbook_says_the_same(client_of, world, last_year):
    make_meeting(world.a, Kind.THEME_DAY, held_on=last_year.start)
    response = client_of("staff").post("/matrix/export/", {"period": last_year.code})
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    head, first = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)]
    told = dict(zip(head, first, strict=True))
    assert (told["党组织"], told["主题党日 1月"], told["主题党日 2月"]) == ("一支部", "已开", "未开")
    assert sheet.max_row == 1 + 6 - (last_year.start > date(2025, 7, 1))


def test_many_branches_are_paged_and_light(client_of, world, last_year):
    for _ in range(90):
        make_branch(world.root)
    for code, shown in ((f"{last_year.code}H1", 40), (last_year.code, 20)):
        response = client_of("staff").get(f"/matrix/?period={code}")
        assert len(response.context["page_obj"].object_list) == shown
        assert len(response.content) < 150_000


def test_nothing_is_written_by_looking(client_of, world):
    before = Meeting.objects.count()
    for url in ("/", "/duties/", "/matrix/"):
        client_of("secretary").get(url)
    assert Meeting.objects.count() == before
