"""Pages of the organisation: who sees what, what the forms do, how many queries a page asks."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.urls import reverse

from branches.models import Branch, Bureau, PartyGroup
from partywork.periods import today
from tests.factories import make_branch, make_group, make_member

NEW = {
    "name": "中共云溪县林业局新支部",
    "short_name": "新支部",
    "code": "ZB90",
    "kind": "branch",
    "founded_on": "2024-05-06",
    "note": "",
}


def rows_of(response) -> list[str]:
    return [row.branch.short_name for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("secretary", ["一支部"]),
        ("general", ["机关总支", "一支部", "二支部"]),
        (
            "staff",
            ["机关党委", "机关总支", "一支部", "二支部", "基层总支", "林场支部", "种苗站支部", "离退休支部"],
        ),
    ],
)
def test_the_tree_shows_what_is_in_reach(client_of, who, seen):
    assert rows_of(client_of(who).get(reverse("org"))) == seen


def test_dissolved_ones_stand_behind_a_switch(world, client_of):
    assert "撤销支部" in rows_of(client_of("staff").get(reverse("org"), {"dissolved": "1"}))


def test_the_tree_adds_up_members(client_of):
    rows = {
        row.branch.short_name: (row.level, row.members, row.groups, row.secretary)
        for row in client_of("general").get(reverse("org")).context["rows"]
    }
    assert rows == {
        "机关总支": (1, 8, 0, "孙立"),
        "一支部": (2, 7, 2, "赵敏、蒋停"),
        "二支部": (2, 1, 0, "钱进"),
    }


def test_the_branch_page_tells_groups_leaders_and_officers(world, client_of):
    context = client_of("secretary").get(reverse("branch", args=[world.a.pk])).context
    assert (context["members"], context["full"], context["probationary"]) == (7, 6, 1)
    assert [
        (row["group"].name, row["members"], [member.name for member in row["leaders"]])
        for row in context["groups"]
    ] == [("第一党小组", 3, []), ("第二党小组", 3, ["吴芳"])]
    assert [(post.role, post.account.display_name) for post in context["officers"]] == [
        ("secretary", "赵敏"),
        ("secretary", "蒋停"),
    ]


@pytest.mark.parametrize(
    ("who", "code"), [("secretary", 404), ("keeper", 404), ("member", 404), ("staff", 200)]
)
def test_a_sister_branch_is_out_of_reach(world, client_of, who, code):
    assert client_of(who).get(reverse("branch", args=[world.b.pk])).status_code == code


def test_staff_founds_a_branch_once(world, client_of):
    client, token = client_of("staff"), str(uuid.uuid4())
    facts = NEW | {"parent": world.office.pk, "form_token": token}
    first, second = (client.post(reverse("org_new"), facts) for _ in range(2))
    branch = Branch.objects.get(code="ZB90")
    assert first.url == second.url == reverse("branch", args=[branch.pk])
    assert Branch.objects.get_parent(branch) == world.office


@pytest.mark.parametrize(
    ("bad", "field", "sentence"),
    [
        ({"founded_on": "2024-02-30"}, "founded_on", "成立日期不对：2024年2月没有30日。"),
        (
            {"founded_on": "2019-12-31"},
            "founded_on",
            "成立日期不能早于上级“机关总支”的成立日期2020年1月1日。",
        ),
        ({"code": "ZB01"}, "code", "这个编号已被使用。"),
        ({"name": "长" * 10_000}, "name", "全称最多 100 个字，现在有 10000 个，请缩短。"),
        ({"kind": "committee"}, "kind", "类别里没有这一项，请重新选择。"),
        ({"short_name": ""}, "short_name", "请填写简称。"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_kept(world, client_of, bad, field, sentence):
    response = client_of("staff").post(reverse("org_new"), NEW | {"parent": world.office.pk} | bad)
    assert response.status_code == 200
    assert response.context["form"].errors == {field: [sentence]}
    assert response.context["form"]["name"].value() == (NEW | bad)["name"]
    assert not Branch.objects.filter(code="ZB90").exists()


def test_a_parent_out_of_reach_cannot_be_chosen(world, client_of):
    response = client_of("staff").post(reverse("org_new"), NEW | {"parent": world.a.pk})
    assert response.context["form"].errors == {"parent": ["上级党组织里没有这一项，请重新选择。"]}


def test_the_second_editor_is_told_and_loses_nothing(world, client_of):
    facts = NEW | {"code": "ZB04", "version": 1}
    url = reverse("branch_edit", args=[world.nursery.pk])
    assert client_of("staff").post(url, facts | {"note": "先保存的"}).status_code == 302
    response = client_of("staff").post(url, facts | {"note": "后保存的"})
    assert response.status_code == 409
    assert [(line.theirs, line.yours) for line in response.context["rows"] if not line.same] == [
        ("先保存的", "后保存的")
    ]
    assert response.context["who"] == "郑洁"
    assert response.context["form"]["version"].value() == 2


def test_fields_that_the_form_does_not_show_stay(world, client_of):
    extra = {"dissolved_on": "2024-01-01", "path": "00090009", "depth": 5, "kind": "branch"}
    client_of("staff").post(
        reverse("branch_edit", args=[world.root.pk]),
        NEW | extra | {"code": "DW", "version": 1, "founded_on": "2020-01-01"},
    )
    root = Branch.objects.get(code="DW")
    assert (root.short_name, root.kind, root.path, root.depth, root.dissolved_on) == (
        "新支部",
        "committee",
        "0001",
        1,
        None,
    )


def test_dissolving_tells_why_not(world, client_of):
    url = reverse("branch_dissolve", args=[world.a.pk])
    response = client_of("staff").post(url, {"day": today().isoformat(), "reason": "机构调整"})
    assert response.context["form"].errors == {"day": ["它还有2个党小组。请先撤销党小组。"]}
    url = reverse("branch_dissolve", args=[world.nursery.pk])
    assert client_of("staff").post(url, {"day": "2026-01-01", "reason": "机构调整"}).status_code == 302
    assert Branch.objects.get(pk=world.nursery.pk).dissolved_on == date(2026, 1, 1)


def test_a_secretary_keeps_his_groups(world, client_of):
    client = client_of("secretary")
    client.post(reverse("group_new", args=[world.a.pk]), {"name": "第三党小组", "founded_on": "2026-01-01"})
    group = PartyGroup.objects.get(name="第三党小组")
    client.post(
        reverse("group_edit", args=[group.pk]),
        {"name": "老干部小组", "founded_on": "2026-01-01", "version": 1},
    )
    client.post(reverse("group_dissolve", args=[group.pk]), {"day": "2026-02-01", "reason": "合并"})
    group.refresh_from_db()
    assert (group.name, group.dissolved_on, group.version) == ("老干部小组", date(2026, 2, 1), 3)


@pytest.mark.parametrize(("who", "code"), [("inspector", 403), ("neighbour", 404)])
def test_others_do_not(world, client_of, who, code):
    for url in (
        reverse("group_new", args=[world.a.pk]),
        reverse("group_edit", args=[world.group1.pk]),
        reverse("group_dissolve", args=[world.group1.pk]),
    ):
        assert client_of(who).post(url, {"name": "x"}).status_code == code


def test_staff_names_the_bureau(client_of):
    facts = {
        "name": "云溪县林业和草原局",
        "organ_name": "机关委员会",
        "party_group_name": "",
        "addressee": "县直机关工委",
    }
    assert client_of("staff").post(reverse("bureau"), facts).url == reverse("bureau")
    assert Bureau.objects.get().addressee == "县直机关工委"
    assert client_of("secretary").get(reverse("bureau")).status_code == 403


@pytest.mark.parametrize(("where", "most"), [("org", 8), ("branch", 12 + 4 + 4), ("branch_root", 12 + 4 + 5)])  # panels of features: owed
def test_queries_do_not_grow_with_rows(
    world, client_of, where, most, django_assert_num_queries, django_assert_max_num_queries
):
    url = {
        "org": reverse("org"),
        "branch": reverse("branch", args=[world.a.pk]),
        "branch_root": reverse("branch", args=[world.root.pk]),
    }[where]
    client = client_of("staff")
    client.get(url)
    with django_assert_max_num_queries(most) as few:
        client.get(url)
    for _ in range(5):
        make_member(make_branch(world.office))
        make_member(world.a, group=make_group(world.a), is_group_leader=True)
    with django_assert_num_queries(len(few)):
        client.get(url)
