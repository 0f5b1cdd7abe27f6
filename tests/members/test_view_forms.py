"""Registering and editing a member and every act on a membership, through their pages."""
import uuid
from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from partywork.journal.models import Entry
from tests.factories import make_account, make_group, make_member

NUMBER = "13812345678"
NEW = {
    "name": "曾小红", "sex": "f", "born_on": "1990-03-01", "joined_on": "2012年6月1日", "full_on": "2013/6/1",
    "phone": "138 1234 5678", "reason": "transfer_in", "start_on": "2026-03-01", "note": "", "group": "",
}  # fmt: skip


def test_registering(world, client_of):
    client = client_of("secretary")
    form = client.get(reverse("member_new")).context["form"]
    posted = NEW | {"branch": form["branch"].value(), "form_token": form["form_token"].value()}
    answers = [client.post(reverse("member_new"), posted).url for _ in range(2)]  # pressed twice
    member = Member.objects.get(name="曾小红")
    assert answers == [reverse("member", args=[member.pk])] * 2
    assert (member.phone, member.latest.branch, member.latest.kind) == (NUMBER, world.a, "full")
    assert Entry.objects.filter(action="members.create").count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "请填写姓名"),
        ({"name": "张" * 31}, "name", "最多 30 个字"),
        ({"name": "张😀"}, "name", "只能有汉字"),
        ({"name": "张\u200b三"}, "name", "看不见的字符"),
        ({"born_on": "1990-02-29"}, "born_on", "1990年2月没有29日"),
        ({"full_on": "2013-05-31"}, "full_on", "预备期为一年"),
        ({"start_on": "2019-12-31"}, "branch", "于2020年1月1日成立"),
        ({"start_on": "2098-01-01"}, "start_on", "不能晚于今天"),
        ({"phone": "12345"}, "phone", "电话号码不对"),
        ({"branch": "nonsense"}, "branch", "没有这一项"),
        ({"reason": "moved"}, "reason", "没有这一项"),
        ({"note": "转" * 201}, "note", "最多 200 个字"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(world, client_of, changes, field, says):
    posted = NEW | {"branch": world.a.pk} | changes
    answer = client_of("secretary").post(reverse("member_new"), posted)
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert (list(errors), says in errors[field][0]) == ([field], True)
    assert answer.context["form"]["name"].value() == posted["name"]
    assert Entry.objects.count() == 0


def test_a_sister_branch_and_its_groups_are_no_choice(world, client_of):
    group = make_group(world.b)
    for changes in ({"branch": world.b.pk}, {"branch": world.a.pk, "group": group.pk}):
        answer = client_of("secretary").post(reverse("member_new"), NEW | changes)
        assert answer.status_code == 200
    assert Member.objects.filter(name="曾小红").count() == 0


def test_officers_of_a_general_branch_register_nobody(world, client_of):
    page = client_of("general").get(reverse("member_new"))
    assert "不直接编入党员" in page.content.decode()
    assert client_of("inspector").get(reverse("member_new")).status_code == 403


def test_editing_and_the_conflict_page(world, client_of):
    member = world.members["member"]
    address = reverse("member_edit", args=[member.pk])
    facts = {"name": "李平", "sex": "m", "born_on": "1985-05-04", "joined_on": "2010-06-01", "full_on": "2011-06-01",
             "new_phone": "", "version": 1}  # fmt: skip
    assert (
        client_of("staff").post(address, facts | {"born_on": "1985-05-05", "new_phone": NUMBER}).status_code
        == 302
    )
    second = client_of("secretary").post(address, facts | {"name": "李平平"})
    assert second.status_code == 409
    text = second.content.decode()
    assert "郑洁" in text
    assert NUMBER not in text
    assert second.context["form"]["name"].value() == "李平平"
    assert [row.name for row in second.context["rows"] if not row.same] == ["name", "born_on"]
    again = client_of("secretary").post(address, facts | {"name": "李平平", "version": 2})
    assert again.status_code == 302
    fresh = Member.objects.get(pk=member.pk)
    assert (fresh.name, fresh.phone, fresh.version) == ("李平平", NUMBER, 3)


def test_a_refused_edit_leaves_the_page_naming_the_record_as_it_is(world, client_of):
    member = world.members["member"]
    facts = {"name": "李平平", "sex": "m", "born_on": "2005-05-04", "joined_on": "2010-06-01"}
    facts |= {"full_on": "2011-06-01", "new_phone": "", "version": 1}
    answer = client_of("secretary").post(reverse("member_edit", args=[member.pk]), facts)
    assert answer.context["form"].errors.keys() == {"joined_on"}
    assert (answer.context["member"].name, answer.context["form"]["name"].value()) == ("李平", "李平平")


def test_a_number_can_be_taken_out(world, client_of):
    member = make_member(world.a, "冉阳", phone=NUMBER)
    facts = {"name": "冉阳", "sex": "m", "born_on": "1985-05-04", "joined_on": "2010-06-01", "full_on": "2011-06-01",
             "new_phone": "无",  "version": 1}  # fmt: skip
    assert client_of("secretary").post(reverse("member_edit", args=[member.pk]), facts).status_code == 302
    assert Member.objects.get(pk=member.pk).phone == ""


def move(client, member, act, **values):
    return client.post(f"{reverse('member_move', args=[member.pk])}?act={act}", values)


def test_every_act_through_its_page(world, client_of):
    staff, member = (
        client_of("staff"),
        make_member(
            world.a, "冉阳", kind="probationary", joined_on=date(2024, 1, 1), start_on=date(2024, 1, 1)
        ),
    )
    make_account("ranyang", display_name="冉阳")
    steps = [
        ("regroup", {"group": world.group1.pk, "day": "2025-01-01"}),
        ("full", {"day": "2025-01-02"}),
        ("leader", {"day": "2025-01-03"}),
        ("unleader", {"day": "2025-01-04"}),
        ("move", {"branch": world.b.pk, "group": "", "day": "2025-01-05"}),
        ("correct", {"group": "", "start_on": "2025-01-06", "reason": "日期看错"}),
        ("leave", {"reason": "removed", "ground": "threat", "day": "2025-01-07"}),
        ("undo", {"reason": "登记错人"}),
        ("link", {"username": "ranyang"}),
        ("unlink", {}),
    ]
    for version, (act, values) in enumerate(steps, 1):
        page = staff.get(f"{reverse('member_move', args=[member.pk])}?act={act}")
        assert page.context["chosen"].code == act
        values |= {"version": version, "form_token": page.context["form"]["form_token"].value()}
        answer = move(staff, member, act, **values)
        assert (act, answer.status_code) == (act, 302), answer.context["form"].errors
        again = move(staff, member, act, **values)  # pressed twice
        assert (act, again.status_code, again.get("Location")) == (act, 302, answer.url)
        assert "已经办理过" not in staff.get(answer.url).content.decode()
    assert list(member.memberships.values_list("branch__code", "kind", "start_on", "stop_on")) == [
        ("ZB01", "probationary", date(2024, 1, 1), date(2025, 1, 1)),
        ("ZB01", "probationary", date(2025, 1, 1), date(2025, 1, 2)),
        ("ZB01", "full", date(2025, 1, 2), date(2025, 1, 3)),
        ("ZB01", "full", date(2025, 1, 3), date(2025, 1, 4)),
        ("ZB01", "full", date(2025, 1, 4), date(2025, 1, 6)),
        ("ZB02", "full", date(2025, 1, 6), None),
    ]


def test_whoever_was_transferred_out_comes_back_through_the_page(world, client_of):
    member = make_member(world.a, "冉阳", stop_on=date(2025, 1, 7), stop_reason="transfer_out")
    answer = move(client_of("staff"), member, "return", version=1, branch=world.b.pk, group="", day="2025-01-08")
    assert answer.status_code == 302
    assert list(member.memberships.values_list("branch__code", "start_on", "start_reason")) == [
        ("ZB01", date(2020, 1, 1), "first"), ("ZB02", date(2025, 1, 8), "transfer_in"),
    ]  # fmt: skip


def test_a_transfer_is_not_offered_as_a_way_of_leaving(world, client_of):
    """It goes by a letter; a removal says its ground."""
    secretary, member = client_of("secretary"), world.members["member"]
    refused = move(secretary, member, "leave", version=1, reason="transfer_out", day="2026-06-02")
    assert "没有这一项" in refused.context["form"].errors["reason"][0]
    refused = move(secretary, member, "leave", version=1, reason="removed", day="2026-06-02")
    assert refused.context["form"].errors["ground"] == ["请选择除名情形。"]


def test_acts_that_do_not_fit_are_not_offered(world, client_of):
    page = client_of("secretary").get(reverse("member_move", args=[world.members["member"].pk]))
    assert [tab["label"] for tab in page.context["tabs"]] == [
        "调整党小组",
        "任组长",
        "离开",
        "更正记录",
        "解除账号",
    ]


def test_an_act_done_twice_leads_back_with_a_word(world, client_of):
    secretary, member = client_of("secretary"), world.members["former"]
    assert move(secretary, member, "leader", version=1, day="2026-06-01").status_code == 302
    second = secretary.post(
        f"{reverse('member_move', args=[member.pk])}?act=leader", {"day": "2026-06-01"}, follow=True
    )
    assert [str(note) for note in second.context["messages"]][-1].startswith("这项变动已经办理过")
    assert Entry.objects.filter(action="members.leader").count() == 1


def test_an_act_on_a_record_that_has_changed_is_kept_and_told(world, client_of):
    secretary, member = client_of("secretary"), world.members["member"]
    move(secretary, member, "regroup", version=1, group=world.group2.pk, day="2026-06-01")
    answer = move(secretary, member, "leave", version=1, reason="died", day="2026-06-02", note="病故")
    assert answer.status_code == 409
    assert answer.context["form"]["note"].value() == "病故"
    other = move(secretary, member, "regroup", version=1, group=world.group1.pk, day="2026-06-03", form_token=str(uuid.uuid4()))
    assert other.status_code == 409  # another form of the same act
    assert move(secretary, member, "leave", version=2, reason="died", day="2026-06-02").status_code == 302


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-02-29", "没有29日"),
        ("2098-01-01", "不能晚于今天"),
        ("", "请填写生效日期"),
        ("昨天", "看不明白"),
    ],
)
def test_bad_days_of_a_change(world, client_of, day, says):
    answer = move(
        client_of("secretary"), world.members["member"], "regroup", version=1, group=world.group2.pk, day=day
    )
    assert (answer.status_code, says in answer.context["form"].errors["day"][0]) == (200, True)


def test_the_history_speaks_chinese(world, client_of):
    member = world.members["member"]
    move(client_of("secretary"), member, "regroup", version=1, group=world.group2.pk, day="2026-06-01")
    edited = {"name": "李平", "sex": "f", "born_on": "1985-05-05", "joined_on": "2010-06-01"}
    edited |= {"full_on": "2011-06-01", "new_phone": NUMBER, "version": 2}
    client_of("secretary").post(reverse("member_edit", args=[member.pk]), edited)
    history = client_of("secretary").get(reverse("member", args=[member.pk])).context["history"]
    assert [
        (item["what"], [(line.label, line.old, line.new) for line in item["lines"]]) for item in history
    ] == [
        (
            "修改党员信息",
            [
                ("性别", "男", "女"),
                ("出生日期", "", "（已变更，不记录内容）"),
                ("联系电话", "", "（已变更，不记录内容）"),
            ],
        ),
        (
            "调整党小组",
            [
                ("党小组", f"{world.group1}（{world.group1.pk}）", f"{world.group2}（{world.group2.pk}）"),
                ("起", "2020-01-01", "2026-06-01"),
                ("起因", "建档登记", "调整党小组"),
            ],
        ),
    ]
