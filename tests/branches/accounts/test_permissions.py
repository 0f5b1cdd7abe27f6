"""The permissions table, cell by cell: every refusal is written out."""

from __future__ import annotations

import pytest
from django.urls import reverse

from branches.accounts.models import Account, Post
from branches.accounts.permissions import TABLE, Reach, Role, reach_of
from branches.models import Branch, PartyGroup
from tests.cast import CAST

N, O, B, D, A = Reach.NONE, Reach.OWN, Reach.BRANCH, Reach.BELOW, Reach.ALL  # noqa: E741
ROLES = (
    "secretary",
    "deputy",
    "organisation",
    "publicity",
    "discipline",
    "staff",
    "inspector",
    "leader",
    "member",
    "keeper",
    "auditor",
)
# fmt: off
EXPECTED = {
    #                    书 副 组 宣 纪 党 督 领 党 管 审
    #                    记 书 织 传 检 办 查 导 员 理 计
    "org.view":         (D, D, D, D, D, D, D, D, N, N, N),
    "org.edit":         (N, N, N, N, N, D, N, N, N, N, N),
    "org.groups":       (B, B, B, N, N, D, N, N, N, N, N),
    "members.view":     (D, D, D, D, D, D, D, D, O, N, N),
    "members.edit":     (B, B, B, N, N, D, N, N, N, N, N),
    "members.reveal":   (B, B, B, O, O, D, O, O, O, N, N),
    "members.ask":      (O, O, O, O, O, O, O, O, O, N, N),
    "transfers.view":   (D, D, D, D, D, D, D, D, N, N, N),
    "transfers.edit":   (B, B, B, N, N, D, N, N, N, N, N),
    "meetings.view":    (D, D, D, D, D, D, D, D, N, N, N),
    "meetings.edit":    (B, B, B, B, B, D, N, N, N, N, N),
    "dues.view":        (D, D, D, D, D, D, D, D, O, N, N),
    "dues.edit":        (B, B, B, N, N, D, N, N, N, N, N),
    "dues.remit":       (B, B, B, N, N, D, N, N, N, N, N),
    "terms.edit":       (B, B, B, N, N, D, N, N, N, N, N),
    "terms.approve":    (N, N, N, N, N, D, N, N, N, N, N),
    "honours.view":     (D, D, D, D, D, D, D, D, N, N, N),
    "honours.edit":     (B, B, B, N, N, D, N, N, N, N, N),
    "honours.decide":   (N, N, N, N, N, A, N, N, N, N, N),
    "development.view": (D, D, D, D, D, D, D, D, N, N, N),
    "development.edit": (B, B, B, N, N, D, N, N, N, N, N),
    "development.approve":(N, N, N, N, N, D, N, N, N, N, N),
    "reports.view":     (D, D, D, D, D, D, D, D, N, N, N),
    "reports.edit":     (B, B, N, N, N, D, N, N, N, N, N),
    "reports.templates":(N, N, N, N, N, A, N, N, N, N, N),
    "bureau.edit":      (N, N, N, N, N, A, N, N, N, N, N),
    "calendar.edit":    (N, N, N, N, N, A, N, N, N, A, N),
    "accounts.manage":  (N, N, N, N, N, N, N, N, N, A, N),
    "sessions.end":     (O, O, O, O, O, O, O, O, O, A, O),
    "journal.view":     (N, N, N, N, N, N, N, N, N, N, A),
    "system.view":      (N, N, N, N, N, N, N, N, N, A, A),
    "system.verify":    (N, N, N, N, N, N, N, N, N, A, N),
}
# fmt: on


def test_the_expected_table_is_whole():
    assert (tuple(Role.values), set(EXPECTED)) == (ROLES, set(TABLE))


@pytest.mark.parametrize("action", EXPECTED)
def test_every_cell(action):
    assert tuple(reach_of(action, role) for role in ROLES) == EXPECTED[action]


def test_a_role_of_the_table_is_never_refused_outright():
    """A cell that says NONE is left out of the table, so that the 403 page names only posts that may."""
    assert [action for action, (_, row) in TABLE.items() if Reach.NONE in row.values()] == []


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("member", []),
        ("secretary", ["ZB01"]),
        ("neighbour", ["ZB02"]),
        ("general", ["JG", "ZB01", "ZB02"]),
        ("keeper", []),
        ("auditor", []),
        ("former", []),
        ("disabled", []),
        ("staff", ["DW", "JG", "ZB01", "ZB02", "JC", "ZB03", "ZB04", "ZB05", "ZB06"]),
    ],
)
def test_list_and_object_agree_on_organisations(world, who, seen):
    account = world[who]
    by_list = list(Branch.objects.visible_to(account).values_list("code", flat=True))
    assert (
        by_list == [branch.code for branch in Branch.objects.all() if account.can("org.view", branch)] == seen
    )


@pytest.mark.parametrize("who", CAST[1:])
def test_list_and_object_agree_on_groups_accounts_and_posts(world, who):
    account = world[who]
    for model, action in ((PartyGroup, "org.view"), (Account, "accounts.manage"), (Post, "accounts.manage")):
        rows = model.objects.order_by("pk")
        assert list(rows.visible_to(account)) == [row for row in rows if account.can(action, row)]


def test_who_may_appoint_and_who_may_found(world):
    assert Branch.objects.appointable_by(world["keeper"]).count() == 9
    assert Branch.objects.editable_by(world["staff"]).count() == 9
    assert not Branch.objects.appointable_by(world["staff"]).exists()
    assert not Branch.objects.editable_by(world["keeper"]).exists()


def test_the_page_is_the_table_and_marks_ones_own_posts(client_of):
    context = client_of("member").get(reverse("permissions")).context
    assert [row["label"] for row in context["rows"]] == [label for label, _ in TABLE.values()]
    assert [tuple(cell["reach"] for cell in row["cells"]) for row in context["rows"]] == list(
        EXPECTED.values()
    )
    assert [role["label"] for role in context["roles"] if role["mine"]] == ["党员"]


@pytest.mark.parametrize("who", [name for name in CAST if name not in ("nobody", "disabled")])
def test_everyone_signed_in_may_read_it(client_of, who):
    assert client_of(who).get(reverse("permissions")).status_code == 200
