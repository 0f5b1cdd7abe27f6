"""The keeper's desk, the auditor's journal and the menu, each through real requests."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection, transaction
from django.urls import reverse

from branches.accounts.models import Account, Post
from branches.accounts.navigation import menu_of
from partywork.journal.models import Entry
from partywork.journal.services import write_entry
from partywork.journal.triggers import lifted
from partywork.periods import today
from tests.cast import CAST
from tests.factories import make_account, make_meeting, make_post

NEW = {"username": "wang.fang", "display_name": "王芳", "role": "", "branch": "", "start_on": "2026-01-01"}


def listed(response) -> list[str]:
    return [account.display_name for account in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"words": "赵"}, ["赵敏"]),
        ({"words": "SECRET"}, ["赵敏"]),
        ({"role": "auditor"}, ["褚安"]),
        ({"is_active": "0"}, ["蒋停"]),
        ({"words": "无此人"}, []),
        ({"words": "x" * 101}, []),
    ],
)
def test_accounts_are_found(client_of, query, found):
    assert listed(client_of("keeper").get(reverse("accounts"), query)) == found


def test_the_list_is_paged_and_its_queries_do_not_grow(world, client_of, django_assert_num_queries):
    client = client_of("keeper")
    client.get(reverse("accounts"))
    for _ in range(30):
        make_post(make_account(), world.a, "member")
    with django_assert_num_queries(8):
        page = client.get(reverse("accounts"))
    assert (len(page.context["page_obj"]), page.context["total"]) == (25, 43)


def test_the_keeper_makes_an_account_and_sees_its_password_once(client_of):
    client = client_of("keeper")
    page = client.post(reverse("account_new"), NEW, follow=True)
    account = Account.objects.get(username="wang.fang")
    password = page.context["password"]
    assert account.check_password(password)
    assert password in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    again = client.get(reverse("account", args=[account.pk]))
    assert (again.context["password"], password in again.content.decode()) == ("", False)


def test_the_waiting_password_is_sealed_in_the_session(client_of):
    client = client_of("keeper")
    client.post(reverse("account_new"), NEW)
    account = Account.objects.get(username="wang.fang")
    kept = client.session["first_password"]
    page = client.get(reverse("account", args=[account.pk]))
    assert page.context["password"] not in str(kept)


def test_a_waiting_password_whose_key_is_gone_is_forgotten(client_of, settings):
    client = client_of("keeper")
    client.post(reverse("account_new"), NEW)
    settings.FIELD_KEYS = ["another-key-" + "k" * 40]
    page = client.get(reverse("account", args=[Account.objects.get(username="wang.fang").pk]))
    assert (page.status_code, page.context["password"]) == (200, "")


def test_the_same_form_twice_makes_one_account(client_of):
    client, token = client_of("keeper"), str(uuid.uuid4())
    first, second = (client.post(reverse("account_new"), NEW | {"form_token": token}) for _ in range(2))
    assert first.url == second.url
    assert Account.objects.filter(username="wang.fang").count() == 1


@pytest.mark.parametrize(
    ("bad", "errors"),
    [
        (
            {"username": "王芳"},
            {"username": ["登录名应以字母开头，由3到30个小写字母、数字、点、横线或下划线组成。"]},
        ),
        ({"username": "Secretary"}, {"username": ["登录名“secretary”已被使用，请换一个。"]}),
        ({"role": "secretary"}, {"branch": ["请选择在哪个党组织任职。"]}),
        ({"start_on": "2026-02-29"}, {"start_on": ["任职日期不对：2026年2月没有29日。"]}),
        ({"display_name": ""}, {"display_name": ["请填写姓名。"]}),
    ],
)
def test_bad_input_is_told_beside_the_field(client_of, bad, errors):
    response = client_of("keeper").post(reverse("account_new"), NEW | bad)
    assert (response.status_code, response.context["form"].errors) == (200, errors)
    assert not Account.objects.filter(username="wang.fang").exists()


def test_fields_that_the_form_does_not_show_stay(world, client_of):
    extra = {
        "username": "hacked",
        "password": "x",
        "must_change_password": "on",
        "is_sample": "on",
        "created_at": "2000-01-01",
    }
    client_of("keeper").post(
        reverse("account_edit", args=[world["member"].pk]),
        {"display_name": "李萍", "is_active": "on", "version": 1} | extra,
    )
    account = Account.objects.get(pk=world["member"].pk)
    before = world["member"]
    assert (account.display_name, account.version) == ("李萍", 2)
    assert [getattr(account, name) == getattr(before, name) for name in extra] == [True] * 5


def test_two_keepers_at_one_account(world, client_of):
    url, facts = reverse("account_edit", args=[world["member"].pk]), {"is_active": "on", "version": 1}
    client = client_of("keeper")
    assert client.post(url, facts | {"display_name": "李一"}).status_code == 302
    response = client.post(url, facts | {"display_name": "李二"})
    assert (response.status_code, response.context["form"]["display_name"].value()) == (409, "李二")


def test_appointing_and_ending(world, client_of):
    client = client_of("keeper")
    url = reverse("post_new", args=[world["member"].pk])
    client.post(url, {"role": "publicity", "branch": world.a.pk, "start_on": "2026-01-01"})
    post = Post.objects.get(role="publicity")
    client.post(reverse("post_end", args=[post.pk]), {"day": "2026-02-01"})
    post.refresh_from_db()
    assert (post.start_on.isoformat(), post.stop_on.isoformat()) == ("2026-01-01", "2026-02-01")
    refused = client.post(url, {"role": "keeper", "branch": world.root.pk, "start_on": today().isoformat()})
    assert list(refused.context["form"].errors) == ["role"]


def test_resetting_shows_a_new_password_once(world, client_of):
    page = client_of("keeper").post(reverse("account_reset", args=[world["member"].pk]), follow=True)
    assert Account.objects.get(pk=world["member"].pk).check_password(page.context["password"])


def test_of_the_member_behind_an_account_the_keeper_sees_the_name_only(world, client_of):
    world.members["member"].phone = "13800138000"
    world.members["member"].save()
    page = client_of("keeper").get(reverse("account", args=[world["member"].pk])).content.decode()
    assert ("李平" in page, "13800138000" in page, "1985" in page) == (True, False, False)


BUSINESS = ("org", "org_new", "bureau", "journal")
OBJECTS = ("branch", "branch_edit", "branch_dissolve", "group_new")


@pytest.mark.parametrize("who", ["keeper", "auditor"])
def test_administrators_see_no_business_page(world, client_of, who):
    client = client_of(who)
    codes = {name: client.get(reverse(name)).status_code for name in BUSINESS}
    assert codes == dict.fromkeys(BUSINESS, 403) | ({"journal": 200} if who == "auditor" else {})
    assert {client.get(reverse(name, args=[world.a.pk])).status_code for name in OBJECTS} == {404}


@pytest.mark.parametrize("who", [name for name in CAST if name not in ("nobody", "disabled", "keeper")])
def test_nobody_else_sees_the_desk(world, client_of, who):
    client, member = client_of(who), world["member"]
    assert [client.get(reverse(name)).status_code for name in ("accounts", "account_new")] == [403, 403]
    assert {
        client.get(reverse(name, args=[member.pk])).status_code
        for name in ("account", "account_edit", "post_new")
    } == {404}
    assert client.post(reverse("account_reset", args=[member.pk])).status_code == 404
    assert client.get(reverse("post_end", args=[member.posts.get().pk])).status_code == 404


# --- the journal ------------------------------------------------------------------------------------------------------


def write(world, action="account.edit", target=None, **facts) -> Entry:
    with transaction.atomic():
        return write_entry(actor=world["keeper"], action=action, target=target, **facts)


def test_the_auditor_reads_who_did_what_but_no_content(world, client_of):
    meeting = make_meeting(world.a, title="关于某同志的秘密议题")
    write(world, "account.edit", world["member"], changes={"display_name": ["李平", "李萍"]})
    write(world, "meetings.edit", meeting, changes={"title": ["甲", "乙"]}, reason="原因里的内容")
    page = client_of("auditor").get(reverse("journal"))
    assert [(row.target, row.fields) for row in page.context["trail"]] == [
        (f"会议 第{meeting.pk}号", "主题"),
        ("李平", "姓名"),
    ]
    text = page.content.decode()
    assert [word for word in ("秘密议题", "李萍", "原因里的内容") if word in text] == []


def test_the_journal_is_filtered(world, client_of):
    write(world, "account.create")
    write(world, "account.reset", result="refused")
    client = client_of("auditor")

    def found(**query) -> list[str]:
        return [row.entry.action for row in client.get(reverse("journal"), query).context["trail"]]

    assert found(action="account.create") == ["account.create"]
    assert found(result="refused") == ["account.reset"]
    assert found(actor="陈") == ["account.reset", "account.create"]
    assert found(actor="无此人") == found(until="2020-01-01") == found(since="2026-02-30") == []
    assert found(since=today().isoformat(), until=today().isoformat()) == ["account.reset", "account.create"]


def test_a_broken_chain_is_told(world, client_of):
    for _ in range(3):
        write(world)
    client = client_of("auditor")
    assert client.get(reverse("journal")).context["broken"] is None
    with lifted(connection):
        Entry.objects.filter(seq=2).update(actor_name="别人")
    page = client.get(reverse("journal"))
    assert (page.context["broken"], "日志链从第 2 条起对不上" in page.content.decode()) == (2, True)


def test_a_cut_tail_is_told(world, client_of):
    for _ in range(3):
        write(world)
    with lifted(connection):
        Entry.objects.filter(seq=3).delete()
    assert client_of("auditor").get(reverse("journal")).context["broken"] == 3


def test_a_refused_right_is_in_the_journal(world, client_of):
    client_of("secretary").get(reverse("journal"))
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.target_label, entry.result) == (
        "access.refuse",
        world["secretary"],
        "GET /journal/",
        "refused",
    )


def test_the_journal_asks_the_same_whatever_its_length(world, client_of, django_assert_num_queries):
    client = client_of("auditor")
    client.get(reverse("permissions"))
    for _ in range(60):
        write(world)
    with django_assert_num_queries(8):
        assert len(client.get(reverse("journal")).context["trail"]) == 50


# --- the menu ---------------------------------------------------------------------------------------------------------


BOOKS = ["待办", "会议", "党员", "组织关系转接", "党费", "发展党员", "组织", "届次", "表彰", "报告", "指标", "一览表", "党员结构"]
OPEN = ["制度依据", "权限一览"]


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("member", ["我的档案", "我的党费", *OPEN]),
        ("secretary", ["我的支部", *BOOKS, *OPEN]),
        ("leader", ["工作台", *BOOKS, *OPEN]),
        ("staff", ["工作台", *BOOKS, "单位设置", "报告模板", "节假日", *OPEN]),
        ("keeper", ["账号", "待任免", "节假日", "系统状态", *OPEN]),
        ("auditor", ["操作日志", "系统状态", *OPEN]),
        ("former", ["首页", *OPEN]),
    ],
)
def test_the_menu_holds_what_one_may_open(world, who, labels):
    assert [item["label"] for section in menu_of(world[who], "/") for item in section["items"]] == labels


@pytest.mark.parametrize(
    ("path", "label"),
    [("/org/3/edit/", "组织"), ("/bureau/", "单位设置"), ("/", "工作台"), ("/login/", None)],
)
def test_the_menu_marks_where_one_is(world, path, label):
    marked = [
        item["label"]
        for section in menu_of(world["staff"], path)
        for item in section["items"]
        if item["active"]
    ]
    assert marked == ([label] if label else [])


def test_the_frame_says_who_and_whose(world, client_of):
    context = client_of("secretary").get(reverse("permissions")).context
    assert context["me"] == {"name": "赵敏", "posts": "一支部书记", "is_authenticated": True}
    assert context["site"]["organ"] == "中共云溪县林业局机关委员会"
