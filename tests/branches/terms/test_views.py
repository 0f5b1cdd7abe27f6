"""Pages of terms: the list and its filters, findings on the organisation's page, home, the keeper's list."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from branches.accounts.models import Post
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting
from branches.terms import elections
from branches.terms.elections import Sheet
from branches.terms.naming import Named
from partywork.periods import add_months, today
from partywork.receipts import receipt_of
from tests.factories import make_meeting, make_term

pytestmark = pytest.mark.django_db


def ending(branch, days: int, **facts):
    """A term that ends so many days from today."""
    term = make_term(branch, elected_on=add_months(today() + timedelta(days=days), -36), number=facts.pop("number", 5), **facts)
    type(term).objects.filter(pk=term.pk).update(term_end=today() + timedelta(days=days), due_on=today() + timedelta(days=days))
    term.refresh_from_db()
    return term


@pytest.fixture
def drawn(world):
    """Overdue, last day, in a fortnight, in two months, in five months, in two years; the others have none on record."""
    return {
        "late": ending(world.a, -1),
        "now": ending(world.b, 0),
        "soon": ending(world.farm, 14),
        "again": ending(world.nursery, 62),
        "remind": ending(world.retired, 150),
        "far": ending(world.office, 700, people={"secretary": None}),
    }


def shown(client, query="") -> list[str]:
    page = client.get(f"/terms/{query}").context["page_obj"]
    return [row.short_name for row in page]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("overdue", ["一支部"]),
        ("last", ["二支部", "林场支部"]),
        ("again", ["二支部", "林场支部", "种苗站支部"]),
        ("remind", ["二支部", "林场支部", "种苗站支部", "离退休支部"]),
        ("none", ["机关党委", "基层总支"]),
        ("vacant", ["机关总支"]),
    ],
)
def test_the_list_by_state(drawn, client_of, state, names):
    assert shown(client_of("staff"), f"?state={state}") == names


def test_those_that_end_first_stand_on_top(drawn, client_of):
    staff = client_of("staff")
    assert shown(staff) == ["机关党委", "基层总支", "一支部", "二支部", "林场支部", "种苗站支部", "离退休支部", "机关总支"]
    assert shown(staff, "?words=总支&kind=general") == ["基层总支", "机关总支"]
    assert shown(client_of("secretary")) == ["一支部"]


def test_the_export_is_the_list(drawn, client_of):
    answer = client_of("staff").post("/terms/export/", {"state": "overdue"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [row[0] for row in rows if row[0] in ("一支部", "二支部")] == ["一支部"]
    assert any("已超期1天" in map(str, row) for row in rows)


def test_findings_stand_on_the_organisations_page_each_with_its_rule(drawn, client_of):
    text = client_of("secretary").get(f"/org/{drawn['late'].branch_id}/").content.decode()
    assert "已超期1天" in text
    assert "/rules/ORG-8/" in text
    assert "登记选举" in text
    assert "登记选举" not in client_of("leader").get(f"/org/{drawn['late'].branch_id}/").content.decode()


def test_home_reminds_the_branch_and_those_above(drawn, client_of, world):
    assert "尽快换届" in client_of("secretary").get("/").content.decode()
    text = client_of("staff").get("/").content.decode()
    assert "一支部：尽快换届" in text
    assert "二支部：按期换届" in text
    assert "还有1项换届或补选" in text  # six in all: five named
    assert "按期换届" in client_of("neighbour").get("/").content.decode()


def test_a_term_in_its_middle_is_not_spoken_of(world, client_of):
    ending(world.a, 400)
    assert "换届" not in client_of("secretary").get("/").content.decode()


def test_the_keeper_sees_whom_to_appoint_and_to_relieve(world, client_of):
    """The secretary of A holds his post; the organiser elected has none; a post without a seat is to end."""
    ending(
        world.a,
        400,
        people={
            "secretary": world.members["secretary"],
            "organisation": world.members["colleague"],
            "commissioner": world.members["group_leader"],
        },
    )
    Post.objects.create(account=world["member"], branch=world.a, role="publicity", start_on=today())
    gaps = client_of("keeper").get("/terms/appointments/").context["gaps"]
    assert {(gap.name, gap.office, gap.ends) for gap in gaps} == {
        ("周彤", "组织委员", False),
        ("李平", "宣传委员", True),
        ("蒋停", "书记", True),
    }


def test_an_election_on_the_page_of_its_branch_is_told_when_the_record_changes(world, client_of):
    """A congress that was corrected afterwards: the page says that the outcome is another now."""
    people = [world.members[name] for name in ("member", "colleague", "group_leader", "secretary", "former")]
    meeting = make_meeting(world.a, Kind.CONGRESS, attendance=people)
    sheet = Sheet(
        kind="renewal",
        method="equal",
        places=1,
        issued=5,
        returned=5,
        spoilt=0,
        number=1,
        meeting=meeting,
        candidates=(Named(people[0].pk, "secretary", 5),),
    )
    election = elections.record_election(actor=world["secretary"], branch=world.a, sheet=sheet, today=today())
    secretary = client_of("secretary")
    assert secretary.get(f"/elections/{election.pk}/").context["differs"] is False
    Meeting.objects.filter(pk=meeting.pk).update(voters_present=3)
    assert secretary.get(f"/elections/{election.pk}/").context["differs"] is True


def test_a_congress_says_which_election_it_held(world):
    meeting = make_meeting(world.a, Kind.CONGRESS, attendance=[world.members["member"]])
    sheet = Sheet(kind="renewal", method="equal", places=1, issued=1, returned=1, spoilt=0, number=1, meeting=meeting,
                  candidates=(Named(world.members["member"].pk, "secretary", 1),))  # fmt: skip
    election = elections.record_election(actor=world["staff"], branch=world.a, sheet=sheet, today=today())
    lines = [(line.ledger, line.text, line.url) for line in receipt_of(meeting) if line.ledger == "届次和选举"]
    assert lines == [("届次和选举", "首届选举，应选1人，待批复", f"/elections/{election.pk}/")]


def test_the_keepers_form_begins_with_what_was_elected(world, client_of):
    term = ending(world.a, 400, people={"organisation": world.members["colleague"]})
    keeper = client_of("keeper")
    page = keeper.get("/terms/appointments/").content.decode()
    asked = f"?role=organisation&amp;branch={world.a.pk}&amp;start_on={term.start_on}"
    assert f"/accounts/{world['colleague'].pk}/posts/new/{asked}" in page
    initial = keeper.get(f"/accounts/{world['colleague'].pk}/posts/new/{asked.replace('&amp;', '&')}").context["form"].initial
    assert initial == {"role": "organisation", "branch": str(world.a.pk), "start_on": str(term.start_on)}
