"""The pages of letters: the ledger and its filters, one letter step by step, what other pages show of it, the print."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from members.models import Member, Membership
from members.transfers.models import Transfer
from partywork.periods import today
from tests.factories import make_member, make_transfer

SOON, LONG = timedelta(days=3), timedelta(days=60)
PERSON = {"name": "林远来", "sex": "f", "born_on": "1990-05-01", "joined_on": "2012-06-01", "full_on": "2013-06-01"}
LETTER = {"number": "云林党介12号", "start_on": "2026-05-06", "dues_to": "2026年5月", "distance": "far", "cause": "work"}


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def people(answer) -> list[str]:
    return [row.person for row in answer.context["page_obj"]]


@pytest.fixture
def ledger(world):
    """A letter in every state, of branch A and of its sister."""
    now = today()
    facts = {
        "超期": {"valid_until": now - SOON}, "在途": {"valid_until": now + LONG},
        "待开": {"state": "drafted", "start_on": None, "number": ""}, "待回执": {"state": "accepted", "stop_on": now - SOON},
        "办结": {"state": "accepted", "stop_on": now - LONG, "receipt_on": now - SOON},
        "退回": {"state": "returned", "stop_on": now - LONG},
    }  # fmt: skip
    for name, more in facts.items():
        make_transfer(make_member(world.a, name), **more)
    make_transfer(name="来人", branch=world.a, valid_until=now + LONG)
    make_transfer(make_member(world.b, "乙超期"), valid_until=now - SOON)
    make_transfer(make_member(world.farm, "林场来"), direction="within", to_branch=world.a, valid_until=now + LONG)


def test_unfinished_ones_first_and_only_what_is_in_reach(ledger, client_of):
    secretary = client_of("secretary")
    shown = people(page(secretary, "transfers"))
    assert shown[:2] == ["超期", "待回执"]
    assert set(shown[2:6]) == {"林场来", "来人", "在途", "待开"}
    assert set(shown[6:]) == {"办结", "退回"}
    assert people(page(client_of("neighbour"), "transfers")) == ["乙超期"]
    assert len(people(page(client_of("staff"), "transfers"))) == 9


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"state": "overdue"}, {"超期", "乙超期"}),
        ({"state": "receipt"}, {"待回执"}),
        ({"state": "on_the_way"}, {"超期", "在途", "来人", "乙超期", "林场来"}),
        ({"state": "drafted"}, {"待开"}),
        ({"direction": "in"}, {"来人"}),
        ({"direction": "within"}, {"林场来"}),
        ({"words": "来人"}, {"来人"}),
        ({"state": "returned", "direction": "out"}, {"退回"}),
    ],
)
def test_filters(ledger, client_of, asked, found):
    assert set(people(page(client_of("staff"), "transfers", **asked))) == found


def test_the_filter_of_an_organisation_finds_both_sides(ledger, world, client_of):
    assert set(people(page(client_of("staff"), "transfers", branch=world.farm.pk))) == {"林场来"}
    assert "林场来" in people(page(client_of("staff"), "transfers", branch=world.a.pk))


def test_the_export_is_the_list(ledger, client_of):
    answer = client_of("staff").post(reverse("transfers_export"), {"state": "overdue"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")


def test_home_says_when_there_are_more_letters_than_it_shows(world, client_of):
    for number in range(9):
        make_transfer(make_member(world.a, f"多{number}"), valid_until=date(2026, 1, 9))
    last = [item for item in client_of("secretary").get("/").context["todo"] if "transfers/?branch=" in item.get("url", "")]
    assert [item["title"] for item in last] == ["还有其他转接要办"]


def test_home_reminds_those_who_must_act(ledger, client_of):
    def todo(who) -> list[str]:
        return [item["title"] for item in client_of(who).get("/").context["todo"] if "组织关系" in item["title"]]

    assert todo("secretary")[0] == "超期组织关系转出"
    assert set(todo("secretary")) == {"超期组织关系转出", "待开组织关系转出", "林场来组织关系支部间转接", "来人组织关系转入"}
    assert todo("neighbour") == ["乙超期组织关系转出"]
    assert {"一支部：超期组织关系转出", "二支部：乙超期组织关系转出"} <= set(todo("staff"))
    assert todo("leader") == []


def test_the_branch_page_counts_them(ledger, world, client_of):
    panel = next(each for each in page(client_of("staff"), "branch", world.a.pk).context["panels"] if "transfers" in each.template)
    assert {name: panel.context[name] for name in ("leaving", "arriving", "within", "overdue")} == {
        "leaving": 2, "arriving": 1, "within": 1, "overdue": 1,
    }  # fmt: skip


def test_from_the_draft_to_the_receipt(world, client_of):
    secretary, member = client_of("secretary"), world.members["member"]
    answer = secretary.post(reverse("transfer_out", args=[member.pk]), {"other_side": "中共青禾县委", "cause": "work", "distance": "near"})
    row = Transfer.objects.get()
    assert (answer.url, row.state) == (reverse("transfer", args=[row.pk]), "drafted")

    def step(act, **values):
        version = Transfer.objects.get().version
        return secretary.post(f"{reverse('transfer_act', args=[row.pk])}?act={act}", {"version": version} | values)

    assert step("issue", **LETTER | {"other_side": "中共青禾县委", "distance": "near"}).status_code == 302
    row.refresh_from_db()
    assert (row.dues_to, row.valid_until) == (date(2026, 5, 1), date(2026, 5, 16))
    printed = page(secretary, "transfer_letter", row.pk).content.decode()
    assert "贰零贰陆年伍月陆日" in printed and "党费已交至贰零贰陆年伍月" in printed and "有效期壹拾天" in printed
    assert step("accept", day="2026-05-12").status_code == 302
    assert not Membership.objects.filter(member=member, stop_on=None).exists()
    assert step("accept", day="2026-05-12").status_code == 302  # a second click is led to the letter
    assert step("receipt", day="2026-05-20").status_code == 302
    shown = page(secretary, "transfer", row.pk)
    assert [act.code for act in shown.context["acts"]] == ["undo"]
    steps = [step.title for step in page(secretary, "member", member.pk).context["steps"]]
    assert steps[:2] == ["组织关系转出", "开出组织关系介绍信"]


def test_what_is_typed_wrong_comes_back_with_a_sentence(world, client_of):
    secretary = client_of("secretary")
    facts = PERSON | LETTER | {"other_side": "中共青禾县委", "branch": world.a.pk, "dues_to": "2026-13", "name": "林2"}
    form = secretary.post(reverse("transfer_in"), facts).context["form"]
    assert form.errors["dues_to"] == ["党费交至看不明白，请按 2026-06 的样子填写。"]
    assert "姓名里只能有" in form.errors["name"][0]
    assert (form["dues_to"].value(), Transfer.objects.count()) == ("2026-13", 0)


def test_entered_late_the_person_is_on_the_roster_at_once(world, client_of):
    facts = PERSON | LETTER | {"other_side": "中共青禾县委", "branch": world.a.pk, "group": world.group1.pk, "accepted_on": "2026-05-10"}
    assert client_of("secretary").post(reverse("transfer_in"), facts).status_code == 302
    member = Member.objects.get(name="林远来")
    assert (member.latest.start_on, member.latest.group, Transfer.objects.get().is_late) == (date(2026, 5, 10), world.group1, True)


def test_the_sister_branch_is_no_choice(world, client_of):
    facts = PERSON | LETTER | {"other_side": "中共青禾县委", "branch": world.b.pk}
    form = client_of("secretary").post(reverse("transfer_in"), facts).context["form"]
    assert form.errors["branch"] == ["转入支部里没有这一项，请重新选择。"]
    out = page(client_of("secretary"), "transfer_out", world.members["member"].pk).context["form"]
    assert "to_branch" not in out.fields
    assert world.b in page(client_of("staff"), "transfer_out", world.members["member"].pk).context["form"].fields["to_branch"].queryset


def test_a_letter_from_outside_is_not_printed_by_us(world, client_of):
    row = make_transfer(branch=world.a)
    assert page(client_of("secretary"), "transfer_letter", row.pk).status_code == 404


@pytest.mark.parametrize(("who", "acts"), [
    ("secretary", ["edit", "close"]), ("neighbour", ["accept", "close"]), ("staff", ["accept", "edit", "close"]), ("leader", []),
])  # fmt: skip
def test_each_side_is_offered_its_own_steps(world, client_of, who, acts):
    row = make_transfer(world.members["member"], direction="within", to_branch=world.b)
    assert [act.code for act in page(client_of(who), "transfer", row.pk).context["acts"]] == acts
