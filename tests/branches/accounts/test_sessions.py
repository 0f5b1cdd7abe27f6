"""How long a session lives, the first password, and rights that are lost at once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from branches.accounts import services
from branches.accounts.middleware import BEGAN, SEEN
from branches.accounts.models import Account
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
