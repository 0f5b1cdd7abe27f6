"""How long a session lives, the first password, and rights that are lost at once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.accounts import services
from branches.accounts.middleware import BEGAN, SEEN
from branches.accounts.models import Account, Session
from partywork.errors import NotAllowed
from partywork.journal.models import Entry
from partywork.periods import today
from tests.factories import PASSWORD, make_account, make_post

NEW = "芒种前后的十二棵樟树"


def set_session(client: Client, **facts) -> None:
    session = client.session
    session.update(facts)
    session.save()


def open_page(client: Client, **headers) -> int:
    return client.get(reverse("permissions"), headers=headers).status_code


@pytest.mark.parametrize(("idle", "code"), [(30 * 60 - 5, 200), (30 * 60 + 5, 302)])
def test_a_session_ends_after_half_an_hour_without_a_sign(client_of, idle, code):
    client = client_of("secretary")
    now = time.time()
    set_session(client, **{BEGAN: now - idle, SEEN: now - idle})
    assert open_page(client) == code
    assert Session.objects.count() == (1 if code == 200 else 0)


@pytest.mark.parametrize(("age", "code"), [(12 * 3600 - 5, 200), (12 * 3600 + 5, 302)])
def test_a_session_ends_after_twelve_hours_however_busy(client_of, age, code):
    client = client_of("secretary")
    now = time.time()
    set_session(client, **{BEGAN: now - age, SEEN: now})
    assert open_page(client) == code


def test_a_page_counts_as_a_sign_and_a_piece_that_asks_by_itself_does_not(client_of):
    client = client_of("secretary")
    then = time.time() - 20 * 60
    set_session(client, **{BEGAN: then, SEEN: then})
    open_page(client, HX_Request="true")
    assert client.session[SEEN] == then
    open_page(client)
    assert client.session[SEEN] > then + 19 * 60


def test_a_piece_of_a_page_is_told_instead_of_getting_the_login_page(client_of):
    client = client_of("secretary")
    set_session(client, **{BEGAN: 1.0, SEEN: 1.0})
    response = client.get(reverse("permissions"), headers={"HX-Request": "true"})
    assert (response.status_code, "重新登录" in response.content.decode()) == (401, True)


def test_a_session_is_not_rewritten_at_every_page(client_of, django_assert_num_queries):
    client = client_of("secretary")
    open_page(client)
    with django_assert_num_queries(4):  # session, account, posts, bureau
        open_page(client)


def test_a_disabled_account_is_out_with_its_next_request(world, client_of):
    client = client_of("secretary")
    assert open_page(client) == 200
    services.edit_account(
        actor=world["keeper"], account=world["secretary"], version=1, display_name="赵敏", is_active=False
    )
    assert (open_page(client), Session.objects.count()) == (302, 0)


def test_a_post_that_ends_is_lost_with_the_next_request(world, client_of):
    client, url = client_of("secretary"), reverse("branch", args=[world.a.pk])
    assert client.get(url).status_code == 200
    services.end_post(actor=world["keeper"], post=world["secretary"].posts.get(), day=today())
    assert client.get(url).status_code == 404


def test_a_post_counts_from_its_first_day(world):
    account = make_account()
    make_post(account, world.a, "secretary", start_on=today() + timedelta(days=1))
    assert not account.can("org.view", world.a)
    make_post(account, world.b, "secretary", start_on=today())
    assert Account.objects.get(pk=account.pk).can("org.view", world.b)


def change(client: Client, old=PASSWORD, new=NEW, again=None):
    return client.post(
        reverse("password_change"), {"old_password": old, "new_password": new, "again": again or new}
    )


def test_changing_the_password_ends_the_other_sessions_and_renews_this_one(world, client_of):
    here, there = client_of("secretary"), client_of("secretary")
    key = here.session.session_key
    assert change(here).url == reverse("home")
    assert (open_page(here), open_page(there)) == (200, 302)
    assert here.session.session_key != key
    assert Account.objects.get(pk=world["secretary"].pk).check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"old": "wrong"}, {"old_password": ["现在的密码不对。"]}),
        ({"again": "不一样的密码一二三四"}, {"again": ["两次输入的新密码不一样。"]}),
        (
            {"new": "短"},
            {
                "new_password": [
                    "密码太短，至少要 10 个字符。",
                    "密码几乎只有本单位常用词、年份或键盘上相邻的键，容易被猜到，请换一个。",
                ]
            },
        ),
        ({"new": PASSWORD}, {"new_password": ["新密码和现在的密码一样，请换一个。"]}),
        (
            {"old": "", "new": ""},
            {
                "old_password": ["请填写现在的密码。"],
                "new_password": ["请填写新密码。"],
                "again": ["请再输入一次新密码。"],
            },
        ),
    ],
)
def test_a_password_is_refused_beside_its_field(client_of, typed, errors):
    response = change(client_of("secretary"), **typed)
    assert (response.status_code, response.context["form"].errors) == (200, errors)


def test_the_old_password_is_asked_through_the_limiter(client_of):
    client = client_of("secretary")
    assert [change(client, old=f"wrong{number}").status_code for number in range(5)] == [200] * 4 + [429]
    assert change(client).status_code == 429


@pytest.fixture
def newcomer(world) -> Client:
    world["secretary"].must_change_password = True
    world["secretary"].save()
    client = Client()
    client.post("/login/", {"username": "secretary", "password": PASSWORD})
    return client


def test_a_first_password_opens_nothing_but_its_own_change(newcomer):
    for name in ("org", "permissions", "home"):
        assert newcomer.get(reverse(name)).url == reverse("password_change")
    page = newcomer.get(reverse("password_change"))
    assert (page.status_code, page.context["nav"]) == (200, [])
    assert newcomer.post(reverse("logout")).url == reverse("login")


def test_after_the_change_everything_opens(newcomer):
    change(newcomer)
    assert newcomer.get(reverse("org")).status_code == 200


def test_a_new_secret_key_lets_people_go_on(client_of, settings):
    """SECRET_KEY written as 新密钥,旧密钥; the old one may go once everybody has been there again."""
    client, old = client_of("secretary"), settings.SECRET_KEY
    now = time.time()
    for keys in ([old], ["n" * 60, old], ["n" * 60]):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = keys[0], keys[1:]
        assert open_page(client) == 200, keys
        set_session(client, **{BEGAN: now, SEEN: now - 120})  # so that the next page writes it anew
        assert open_page(client) == 200, keys
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "z" * 60, []
    assert open_page(client) == 302


# --- the list of logins ------------------------------------------------------------------------------------------------

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


def signed_in(name: str, address: str, agent: str) -> Client:
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    assert client.post("/login/", {"username": name, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def office(world) -> Client:
    return signed_in("secretary", "10.0.0.7", FIREFOX)


@pytest.fixture
def phone(office) -> Client:
    return signed_in("secretary", "10.0.0.8", PHONE)


def session_of(client: Client) -> Session:
    return Session.objects.get(session_key=client.session.session_key)


def test_one_sees_where_one_is_signed_in(office, phone):
    signed_in("neighbour", "10.0.0.9", FIREFOX)
    page = office.get(reverse("sessions"))
    listed = {(session.ip, session.device) for session in page.context["sessions"]}
    assert listed == {("10.0.0.7", "Windows电脑上的火狐浏览器"), ("10.0.0.8", "安卓手机上的谷歌或同类浏览器")}
    assert page.content.decode().count("本次登录") == 1


def test_no_page_shows_what_opens_a_session(world, office, phone, client_of):
    keys = [office.session.session_key, phone.session.session_key]
    pages = [office.get(reverse("sessions")), client_of("keeper").get(reverse("account", args=[world["secretary"].pk]))]
    assert all(key not in page.content.decode() for page in pages for key in keys)
    session = session_of(phone)
    assert session.session_key not in f"{session} {session.pk}"


def test_logins_that_are_over_are_not_listed(office, phone):
    Session.objects.filter(pk=session_of(phone).pk).update(seen_at=timezone.now() - timedelta(minutes=31))
    assert [session.ip for session in office.get(reverse("sessions")).context["sessions"]] == ["10.0.0.7"]


def test_one_ends_a_login_elsewhere(world, office, phone):
    number = session_of(phone).pk
    assert office.post(reverse("session_end", args=[number])).url == reverse("sessions")
    assert (open_page(phone), open_page(office)) == (302, 200)
    entry = Entry.objects.get(action="login.end")
    assert (entry.actor, entry.target_label) == (
        world["secretary"],
        "赵敏（安卓手机上的谷歌或同类浏览器，10.0.0.8）",
    )
    assert office.post(reverse("session_end", args=[number])).status_code == 404


def test_ending_the_login_in_hand_is_signing_out(office):
    assert office.post(reverse("session_end", args=[session_of(office).pk])).url == reverse("login")
    assert Entry.objects.filter(action="login.left").exists()


def test_one_ends_all_others_at_once(office, phone):
    third = signed_in("secretary", "10.0.0.9", FIREFOX)
    office.post(reverse("sessions_end"))
    assert (open_page(office), open_page(phone), open_page(third)) == (200, 302, 302)
    assert Entry.objects.filter(action="login.end").count() == 2


@pytest.mark.parametrize("who", ["neighbour", "staff", "auditor", "former"])
def test_nobody_ends_the_login_of_another(client_of, office, who):
    assert client_of(who).post(reverse("session_end", args=[session_of(office).pk])).status_code == 404
    assert open_page(office) == 200


def test_the_keeper_ends_anybodys(world, client_of, office, phone):
    keeper, me = client_of("keeper"), reverse("account", args=[world["secretary"].pk])
    listed = keeper.get(me).context["sessions"]
    assert {session.ip for session in listed} == {"10.0.0.7", "10.0.0.8"}
    assert keeper.post(reverse("session_end", args=[session_of(phone).pk])).url == me
    assert (open_page(phone), open_page(office)) == (302, 200)
    assert keeper.post(reverse("account_sessions_end", args=[world["secretary"].pk])).url == me
    assert open_page(office) == 302
    assert {entry.actor for entry in Entry.objects.filter(action="login.end")} == {world["keeper"]}


def test_the_keeper_does_not_throw_himself_out(world, client_of):
    keeper = client_of("keeper")
    keeper.post(reverse("account_sessions_end", args=[world["keeper"].pk]))
    assert open_page(keeper) == 200


def test_the_service_itself_refuses_the_login_of_another(world, office):
    with pytest.raises(NotAllowed):
        services.end_session(actor=world["staff"], session=session_of(office))
    with pytest.raises(NotAllowed):
        services.end_sessions(actor=world["staff"], account=world["secretary"])


@pytest.mark.parametrize("act", ["reset", "switch off"])
def test_whoever_is_shut_out_is_in_no_list(world, office, phone, act):
    if act == "reset":
        services.reset_password(actor=world["keeper"], account=world["secretary"])
    else:
        facts = {"version": 1, "display_name": "赵敏", "is_active": False}
        services.edit_account(actor=world["keeper"], account=world["secretary"], **facts)
    assert Session.objects.filter(account=world["secretary"]).count() == 0
    assert (open_page(phone), open_page(office)) == (302, 302)


def test_a_session_that_may_do_more_gets_a_new_id(world, office):
    key = office.session.session_key
    assert (open_page(office), office.session.session_key) == (200, key)
    services.add_post(
        actor=world["keeper"], account=world["secretary"], branch=world.b, role="deputy", start_on=today()
    )
    assert (open_page(office), office.session.session_key == key) == (200, False)
    assert not Session.objects.filter(session_key=key).exists()
    key = office.session.session_key
    services.end_post(actor=world["keeper"], post=world["secretary"].posts.get(role="deputy"), day=today())
    assert (open_page(office), office.session.session_key) == (200, key)


def test_sessions_of_closed_browsers_are_cleared_away_when_somebody_signs_in(office):
    key = office.session.session_key
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    signed_in("neighbour", "10.0.0.9", FIREFOX)
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Windows电脑上的火狐浏览器"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36 Edg/120.0", "Linux电脑上的Edge浏览器"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "苹果手机上的苹果浏览器"),
        ("Mozilla/5.0 (Windows NT 6.1) Chrome/94.0 Safari/537.36 QQBrowser/11.0", "Windows电脑上的QQ浏览器"),
        ("curl/8.0", "未知设备"),
        ("", "未知设备"),
        ("Chrome/120.0\x00\u202e" + "长" * 1000, "谷歌或同类浏览器"),
    ],
)
def test_devices_in_words(agent, device):
    assert Session(agent=agent).device == device
