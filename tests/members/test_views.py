"""The roster, its filters and export, and the page of one member: who sees what of whom."""
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from branches.accounts.models import Account
from members.models import Member, Membership
from partywork.journal.models import Entry
from partywork.periods import today
from tests.factories import make_account, make_group, make_meeting, make_member, make_post

NUMBER, MASKED = "13812345678", "138****5678"


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


def test_an_organisation_stands_for_all_below_it(world, client_of):
    make_member(world.farm, "林海")
    staff = client_of("staff")
    assert sorted(listed(staff, branch=world.office.pk)) == sorted([*ALL_OF_A, "钱进"])
    assert listed(staff, branch=world.field.pk) == ["林海"]
    assert sorted(listed(staff, branch=world.root.pk)) == sorted(listed(staff))
    assert sorted(listed(client_of("general"), branch=world.office.pk)) == sorted([*ALL_OF_A, "钱进"])


@pytest.mark.parametrize(("filters", "found"), [
    ({"band": "kind.probationary"}, ["沈新"]), ({"band": "kind.probationary", "day": "2026-01-14"}, []),
    ({"band": "post.group_leader"}, ["吴芳"]), ({"band": "sex.f"}, []), ({"band": "age.a41", "words": "沈"}, ["沈新"]),
    ({"band": "post.secretary", "day": "2026-01-01"}, ["赵敏", "卫东"]), ({"band": "post.secretary"}, ["赵敏"]),
])  # fmt: skip
def test_a_band_of_the_structure(world, client_of, filters, found):
    assert sorted(listed(client_of("secretary"), **filters)) == sorted(found)


def test_a_group_asked_of_an_organisation_above_it_is_refused(world, client_of):
    page = client_of("staff").get(reverse("members"), {"branch": world.office.pk, "group": world.group1.pk})
    assert list(page.context["page_obj"]) == []


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


LIST, DETAIL, EXPORT = 8, 17, 6 + 3 + 4  # three for the journal, and four of its savepoints


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
    assert client.post(reverse("members_export")).getvalue()  # the journal has begun; read, so that its file is closed
    with django_assert_max_num_queries(EXPORT):
        answer = client.post(reverse("members_export"), {"group": world.group1.pk, "day": "2026-03-01"})
        body = b"".join(answer.streaming_content)
    assert "filename*=utf-8''%E5%85%9A%E5%91%98%E5%90%8D%E5%86%8C" in answer["Content-Disposition"]
    sheet = load_workbook(BytesIO(body)).active
    rows = [
        tuple(cell.value.date() if hasattr(cell.value, "date") else cell.value for cell in row)
        for row in sheet
    ]
    joined = date(2010, 6, 1)
    assert "2026%E5%B9%B43%E6%9C%881%E6%97%A5" in answer["Content-Disposition"]  # the day asked for
    assert sheet.title == "党员名册（2026年3月1日）"
    assert rows == [
        ("姓名", "支部", "党小组", "类别", "性别", "入党日期", "党龄（年）", "联系电话"),
        ("李平", "一支部", "第一党小组", "正式党员", "男", joined, 14, None),
        ("沈新", "一支部", "第一党小组", "预备党员", "男", date(2026, 1, 15), None, None),
        ("周彤", "一支部", "第一党小组", "正式党员", "男", joined, 14, MASKED),
    ]


def test_the_journal_says_which_rows_left(world, client_of):
    client = client_of("staff")
    client.post(reverse("members_export"), {"band": "age.a41", "branch": world.office.pk, "day": "2026-06-03"}).getvalue()
    assert Entry.objects.get(action="list.export").reason == "党组织：机关总支；结构：年龄：41—45岁；哪一天的名册：2026-06-03"


def test_a_wrong_filter_exports_nothing(world, client_of):
    assert client_of("staff").post(reverse("members_export"), {"branch": "x"}).status_code == 404
    assert not Entry.objects.filter(action="list.export").exists()


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
    ("name", "status"), [("inspector", 403), ("colleague", 404), ("neighbour", 404), ("keeper", 404)]
)
def test_who_may_not_ask_for_a_number(world, client_of, name, status):
    address = reverse("member_reveal", args=[world.members["member"].pk, "phone"])
    assert client_of(name).post(address).status_code == status
    assert Entry.objects.filter(action="members.reveal").count() == 0


def test_ones_own_number_is_shown_once_asked_for(world, client_of):
    own = world.members["member"]
    own.phone = NUMBER
    own.save(update_fields=["phone"])
    member, page = client_of("member"), reverse("member", args=[own.pk])
    assert NUMBER not in member.get(page).content.decode()
    assert member.post(reverse("member_reveal", args=[own.pk, "phone"])).url == page
    assert NUMBER in member.get(page).content.decode()
    assert Entry.objects.filter(action="members.reveal", actor_name="李平").count() == 1


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
