from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from branches.accounts.models import Account
from members.models import Member, Membership
from partywork.journal.models import Entry
from partywork.periods import today
from tests.factories import make_account, make_group, make_meeting, make_member, make_post

NUMBER, MASKED = "13812345678", "138****5678"
NEW = {
    "name": "曾小红", "sex": "f", "born_on": "1990-03-01", "joined_on": "2012年6月1日", "full_on": "2013/6/1",
    "phone": "138 1234 5678", "reason": "transfer_in", "start_on": "2026-03-01", "note": "", "group": "",
}  # fmt: skip


def listed(client, **filters) -> list[str]:
    page = client.get(reverse("members"), filters)
    assert page.status_code == 200
    return [row.member.name for row in page.context["page_obj"]]


ALL_OF_A = ["李平", "周彤", "吴芳", "赵敏", "卫东", "冯远", "沈新"]


def spelled(world):
    """The cast is drawn without pinyin."""
    from members.pinyin import spell

    for member in Member.objects.all():
        member.pinyin, member.initials = spell(member.name)
        member.save()


def test_the_secretary_sees_his_branch_in_the_order_of_pinyin(world, client_of):
    spelled(world)
    assert listed(client_of("secretary")) == ["冯远", "李平", "沈新", "卫东", "吴芳", "赵敏", "周彤"]
    assert listed(client_of("neighbour")) == ["钱进"]


def test_the_committee_sees_everybody_and_the_keeper_nobody(world, client_of):
    assert sorted(listed(client_of("staff"))) == sorted([*ALL_OF_A, "钱进", "郑洁"])
    for name in ("keeper", "auditor", "former"):
        assert client_of(name).get(reverse("members")).status_code == 403


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("周", ["周彤"]),
        ("zhou", ["周彤"]),
        ("zhoutong", ["周彤"]),
        ("ZT", ["周彤"]),
        ("zhao min", ["赵敏"]),
        ("z", ["赵敏", "周彤"]),
        ("ong", []),
        ("%", []),
        ("钱进", []),
    ],
)
def test_search(world, client_of, words, found):
    spelled(world)
    assert listed(client_of("secretary"), words=words) == found


def test_filters(world, client_of):
    staff = client_of("staff")
    assert listed(staff, state="probationary") == ["沈新"]
    assert listed(staff, branch=world.b.pk) == ["钱进"]
    assert sorted(listed(staff, branch=world.a.pk, group=world.group1.pk)) == ["周彤", "李平", "沈新"]
    assert listed(staff, branch=world.a.pk, group=world.group1.pk, state="full", words="李") == ["李平"]


@pytest.mark.parametrize(
    "filters",
    [
        {"branch": "999999"},
        {"branch": "x"},
        {"group": "1"},
        {"state": "all"},
        {"day": "2026-02-29"},
        {"day": "2098-01-01"},
    ],
)
def test_a_wrong_filter_finds_nothing_and_says_so(world, client_of, filters):
    page = client_of("staff").get(reverse("members"), filters)
    assert list(page.context["page_obj"]) == []
    assert page.context["filter_form"].errors.keys() == filters.keys()


def test_the_roster_of_a_past_day(world, client_of):
    gone = make_member(world.a, "秦岭", stop_on=date(2026, 3, 1), stop_reason="died")
    moved = make_member(world.a, "许诺", stop_on=date(2026, 3, 1), stop_reason="changed")
    moved.latest = Membership.objects.create(
        member=moved, branch=world.b, kind="full", start_on=date(2026, 3, 1), start_reason="moved"
    )
    moved.save()
    secretary = client_of("secretary")
    assert sorted(listed(secretary)) == sorted(ALL_OF_A)
    assert sorted(listed(secretary, day="2026-02-28")) == sorted([*ALL_OF_A, "秦岭", "许诺"])
    assert sorted(listed(secretary, day="2026-01-14")) == sorted([*set(ALL_OF_A) - {"沈新"}, "秦岭", "许诺"])
    assert listed(secretary, state="left") == ["秦岭"]
    page = secretary.get(reverse("members"), {"day": "2026-02-28"}).content.decode()
    assert reverse("member", args=[gone.pk]) in page
    assert reverse("member", args=[moved.pk]) not in page  # his record is the other branch's now


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_asks_the_same_questions_whatever_its_length(
    world, client_of, django_assert_num_queries, rows
):
    for number in range(rows):
        make_member(world.b, f"党员{number}", group=make_group(world.b), phone=NUMBER)
    for name in ("neighbour", "staff"):
        client = client_of(name)
        client.get(reverse("members"))  # the first page of a session also stores when it began
        for filters in ({"branch": world.b.pk}, {"day": "2026-01-01", "branch": world.b.pk, "words": "d"}):
            with django_assert_num_queries(LIST):
                client.get(reverse("members"), filters)


LIST, DETAIL, EXPORT = 8, 10, 6


@pytest.mark.parametrize("rows", [1, 15])
def test_one_member_asks_the_same_questions_whatever_his_past(
    world, client_of, django_assert_num_queries, rows
):
    member = world.members["member"]
    for number in range(rows):
        make_meeting(
            world.a,
            "study",
            "lecture",
            attendance=[member],
            held_on=date(2026, 1, 1) + timedelta(days=number),
        )
        make_post(
            world["member"], world.b, "member", start_on=date(2019, 1, 1 + number), stop_on=date(2019, 2, 1)
        )
        Membership.objects.create(
            member=member, branch=world.b, kind="full", start_on=date(2010 + number // 12, 1 + number % 12, 1),
            stop_on=date(2010 + number // 12, 1 + number % 12, 9), start_reason="first", stop_reason="changed",
        )  # fmt: skip
    client = client_of("secretary")
    client.get(reverse("members"))
    with django_assert_num_queries(DETAIL):
        page = client.get(reverse("member", args=[member.pk]))
    assert page.context["attended"].present == rows
    assert page.context["attended"].kinds == [("党课", rows), ("集中学习", rows)]


def test_the_export_is_the_list_on_the_screen(world, client_of, django_assert_max_num_queries):
    spelled(world)
    Member.objects.filter(name="李平").update(full_on=date(2011, 3, 2))
    for member in Member.objects.filter(name="周彤"):
        member.phone = NUMBER
        member.save()
    client = client_of("secretary")
    client.get(reverse("members"))
    with django_assert_max_num_queries(EXPORT):
        answer = client.get(reverse("members_export"), {"group": world.group1.pk, "day": "2026-03-01"})
        body = b"".join(answer.streaming_content)
    assert "filename*=utf-8''%E5%85%9A%E5%91%98%E5%90%8D%E5%86%8C" in answer["Content-Disposition"]
    sheet = load_workbook(_file(body)).active
    rows = [
        tuple(cell.value.date() if hasattr(cell.value, "date") else cell.value for cell in row)
        for row in sheet
    ]
    joined = date(2010, 6, 1)
    assert rows == [
        ("姓名", "支部", "党小组", "类别", "性别", "入党日期", "党龄（年）", "联系电话"),
        ("李平", "一支部", "第一党小组", "正式党员", "男", joined, 14, None),
        ("沈新", "一支部", "第一党小组", "预备党员", "男", date(2026, 1, 15), None, None),
        ("周彤", "一支部", "第一党小组", "正式党员", "男", joined, 14, MASKED),
    ]


def _file(body):
    from io import BytesIO

    return BytesIO(body)


def test_a_wrong_filter_exports_nothing(world, client_of):
    answer = client_of("staff").get(reverse("members_export"), {"branch": "x"})
    assert [len(list(load_workbook(_file(b"".join(answer.streaming_content))).active))] == [1]


def test_no_number_in_clear_anywhere_but_where_it_was_asked_for(world, client_of):
    member = world.members["member"]
    member.phone = NUMBER
    member.save()
    page = reverse("member", args=[member.pk])
    secretary = client_of("secretary")
    for address in (reverse("members"), page, reverse("member_edit", args=[member.pk]), f"{page}move/"):
        assert NUMBER not in secretary.get(address).content.decode(), address
    assert MASKED in secretary.get(page).content.decode()
    assert secretary.post(reverse("member_reveal", args=[member.pk, "phone"])).url == page
    shown = secretary.get(page)
    assert NUMBER in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert NUMBER not in secretary.get(reverse("members")).content.decode()
    assert list(Entry.objects.values_list("action", "actor_id", "target_id")) == [
        ("members.reveal", world["secretary"].pk, str(member.pk))
    ]
    assert NUMBER not in client_of("staff").get(page).content.decode()


def test_a_shown_number_is_hidden_again(world, client_of, monkeypatch):
    member = world.members["member"]
    member.phone = NUMBER
    member.save()
    secretary = client_of("secretary")
    session = secretary.session
    session["revealed"] = (member.pk, "phone", 0)
    session.save()
    assert NUMBER not in secretary.get(reverse("member", args=[member.pk])).content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("inspector", 403), ("member", 403), ("neighbour", 404), ("keeper", 404)]
)
def test_who_may_not_ask_for_a_number(world, client_of, name, status):
    address = reverse("member_reveal", args=[world.members["member"].pk, "phone"])
    assert client_of(name).post(address).status_code == status
    assert Entry.objects.filter(action="members.reveal").count() == 0


def test_a_plain_member_is_led_to_his_own_record(world, client_of):
    member, own = client_of("member"), reverse("member", args=[world.members["member"].pk])
    assert member.get(reverse("members")).url == own
    assert member.get(own).status_code == 200
    assert member.get(reverse("member", args=[world.members["colleague"].pk])).status_code == 404
    assert member.get(reverse("member_edit", args=[world.members["member"].pk])).status_code == 403


def test_an_account_without_a_record_is_told_what_to_do(world, client_of):
    account: Account = make_account("lone", display_name="独行")
    make_post(account, world.a, "member")
    world.people["lone"] = account
    assert "还没有关联党员档案" in client_of("lone").get(reverse("members")).content.decode()


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
        ("leave", {"reason": "transfer_out", "day": "2025-01-07"}),
        ("return", {"branch": world.b.pk, "group": "", "day": "2025-01-08"}),
        ("undo", {"reason": "登记错人"}),
        ("undo", {"reason": "登记错人"}),
        ("link", {"username": "ranyang"}),
        ("unlink", {}),
    ]
    for version, (act, values) in enumerate(steps, 1):
        page = staff.get(f"{reverse('member_move', args=[member.pk])}?act={act}")
        assert page.context["chosen"].code == act
        answer = move(staff, member, act, version=version, **values)
        assert (act, answer.status_code) == (act, 302), answer.context["form"].errors
    assert list(member.memberships.values_list("branch__code", "kind", "start_on", "stop_on")) == [
        ("ZB01", "probationary", date(2024, 1, 1), date(2025, 1, 1)),
        ("ZB01", "probationary", date(2025, 1, 1), date(2025, 1, 2)),
        ("ZB01", "full", date(2025, 1, 2), date(2025, 1, 3)),
        ("ZB01", "full", date(2025, 1, 3), date(2025, 1, 4)),
        ("ZB01", "full", date(2025, 1, 4), date(2025, 1, 6)),
        ("ZB02", "full", date(2025, 1, 6), None),
    ]


def test_acts_that_do_not_fit_are_not_offered(world, client_of):
    page = client_of("secretary").get(reverse("member_move", args=[world.members["member"].pk]))
    assert [tab["label"] for tab in page.context["tabs"]] == [
        "调整党小组",
        "任组长",
        "转出或离开",
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


def test_the_page_of_another_branch_does_not_exist(world, client_of):
    neighbour = client_of("neighbour")
    for name in ("member", "member_edit", "member_move"):
        assert neighbour.get(reverse(name, args=[world.members["member"].pk])).status_code == 404
    assert (
        client_of("inspector").get(reverse("member_move", args=[world.members["member"].pk])).status_code
        == 403
    )


def test_meetings_of_another_branch_are_named_to_their_own_only(world, client_of):
    member = world.members["member"]
    make_meeting(
        world.a, "study", attendance=[member], title="本支部学习", held_on=today() - timedelta(days=3)
    )
    make_meeting(
        world.b, "study", attendance=[member], title="邻支部学习", held_on=today() - timedelta(days=2)
    )
    page = reverse("member", args=[member.pk])
    titles = {name: [row.meeting.title for row in client_of(name).get(page).context["attended"].last]
              for name in ("secretary", "staff", "member")}  # fmt: skip
    assert titles == {
        "secretary": ["本支部学习"],
        "staff": ["邻支部学习", "本支部学习"],
        "member": ["邻支部学习", "本支部学习"],
    }


def test_an_empty_roster_says_what_to_do(world, client_of):
    Member.objects.update(latest=None)
    Membership.objects.all().delete()
    assert "名册里还没有党员" in client_of("secretary").get(reverse("members")).content.decode()
    assert (
        "没有符合条件的党员"
        in client_of("secretary").get(reverse("members"), {"words": "无此人"}).content.decode()
    )


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
