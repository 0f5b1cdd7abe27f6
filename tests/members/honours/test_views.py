"""Pages of honours: what a branch sees of a round, its reminders, awards on a person's page, the export, the empty state."""
from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from members.honours.models import Award, Quota, Round, Title
from partywork.periods import today
from partywork.receipts import receipt_of
from tests.members.honours.test_services import draw_nomination, draw_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(world):
    """A round that goes on: A has used one of two places, B none of one."""
    row = draw_round(world, nominate_by=today() + timedelta(days=3), notice_on=date(2026, 5, 6))
    nomination = draw_nomination(world, row)
    Quota.objects.create(round=row, branch=world.b, title=nomination.title, places=1)
    return row, nomination


def test_a_branch_sees_its_own_line_and_the_office_every_line(drawn, client_of):
    row, _ = drawn
    rows = {who: [each.branch.short_name for each in client_of(who).get(f"/honours/rounds/{row.pk}/").context["rows"]]
            for who in ("secretary", "neighbour", "staff")}  # fmt: skip
    assert rows == {"secretary": ["一支部"], "neighbour": ["二支部"], "staff": ["一支部", "二支部"]}
    assert "李平" not in client_of("neighbour").get(f"/honours/rounds/{row.pk}/").content.decode()


def test_home_asks_the_branch_for_its_places_and_the_office_to_examine(drawn, client_of):
    assert "还有1个名额没有推荐" in client_of("secretary").get("/").content.decode()
    assert "还有1个名额没有推荐" in client_of("neighbour").get("/").content.decode()
    assert "有1项推荐等待审查" in client_of("staff").get("/").content.decode()
    Round.objects.update(publicity_start=today() - timedelta(days=9), publicity_end=today() - timedelta(days=1))
    assert "没有推荐" not in client_of("secretary").get("/").content.decode()
    assert "公示已经期满" in client_of("staff").get("/").content.decode()


def test_an_award_stands_on_the_persons_and_the_branchs_page_and_in_the_export(world, client_of):
    title = Title.objects.create(name="优秀共产党员", category="member", level="county")
    Award.objects.create(title=title, branch=world.a, member=world.members["member"], awarded_on=date(2026, 6, 28), given_by="中共云溪县委",
                         document="云委〔2026〕2号", created_by=world["staff"])  # fmt: skip
    for who, path in (("member", f"/members/{world.members['member'].pk}/"), ("secretary", f"/org/{world.a.pk}/"), ("leader", "/honours/")):
        assert "县（区）级优秀共产党员" in client_of(who).get(path).content.decode()
    assert "优秀共产党员" not in client_of("neighbour").get("/honours/?words=李平").content.decode().split("</form>")[-1]
    answer = client_of("staff").post("/honours/export/", {"level": "county"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [row[1] for row in rows if "云委〔2026〕2号" in row] == ["李平"]


def test_a_meeting_says_whom_it_recommended(drawn):
    _, nomination = drawn
    lines = [line.text for line in receipt_of(nomination.meeting) if line.ledger == "表彰推荐"]
    assert lines == ["李平（优秀共产党员），已推荐"]


def test_empty_pages_say_what_comes_next(world, client_of):
    pages = {"": "登记表彰", "rounds/": "新建批次", "examples/": "登记典型", "titles/": "常用名目"}
    for path, words in pages.items():
        assert words in client_of("staff").get(f"/honours/{path}").content.decode()
    assert "机关党委新建批次" in client_of("secretary").get("/honours/rounds/").content.decode()
