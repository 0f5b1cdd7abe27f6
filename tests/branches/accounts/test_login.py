"""Signing in and out through the real page, the limiter, and what the journal keeps of it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from branches.accounts.models import Account
from partywork.journal.models import Entry
from tests.factories import PASSWORD, make_account

LOGIN = "/login/"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post(LOGIN, {"username": username, "password": password} | extra, REMOTE_ADDR="10.0.0.7")


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def journal() -> list[tuple[str, str, str]]:
    return [(entry.action, entry.target_label, entry.result) for entry in Entry.objects.order_by("seq")]


@pytest.mark.parametrize("typed", ["secretary", "SECRETARY", " Secretary ", "ｓｅｃｒｅｔａｒｙ"])
def test_the_name_is_read_whatever_its_case_and_width(world, typed):
    client = Client()
    response = sign_in(client, typed)
    assert (response.status_code, response.url, signed_in(client)) == (302, reverse("home"), True)
    assert journal() == [("login.done", "赵敏", "done")]


def test_one_is_led_back_to_the_page_asked_for_but_never_off_the_site(world):
    response = Client().get(reverse("org"))
    assert response.url == f"{LOGIN}?next=/org/"
    assert sign_in(Client(), "staff", next="/org/").url == "/org/"
    assert sign_in(Client(), "staff", next="https://example.org/").url == reverse("home")
    assert sign_in(Client(), "staff", next="１２３").url == reverse("home")


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("secretary", "wrong"),
        ("nobody-here", PASSWORD),
        ("disabled", PASSWORD),
        ("secretary", PASSWORD.upper()),
    ],
)
def test_every_refusal_says_the_same(world, username, password):
    client = Client()
    response = sign_in(client, username, password)
    assert (response.status_code, signed_in(client)) == (200, False)
    assert response.context["form"].non_field_errors() == ["登录名或密码不对。"]
    assert response.context["form"]["password"].value() == password
    assert password not in response.content.decode()


@pytest.mark.parametrize(("production", "fine"), [(False, True), (True, False)])
def test_the_samples_accounts_open_no_door_in_production(world, settings, production, fine):
    Account.objects.filter(username="secretary").update(is_sample=True)
    client = Client()
    assert signed_in(sign_in(client, "secretary") and client)
    settings.PRODUCTION = production
    assert (client.get(reverse("org")).status_code == 200) is fine
    other = Client()
    sign_in(other, "secretary")
    assert signed_in(other) is fine


def test_what_was_typed_is_kept_only_if_it_names_an_account(world):
    sign_in(Client(), "secretary", "wrong")
    sign_in(Client(), "my-secret-password", "x")
    assert journal() == [
        ("login.refused", "赵敏", "refused"),
        ("login.refused", "（没有这个登录名）", "refused"),
    ]
    assert not any("my-secret-password" in str(vars(entry)) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    ("facts", "errors"),
    [
        ({"username": "", "password": ""}, {"username": ["请填写登录名。"], "password": ["请填写密码。"]}),
        (
            {"username": "长" * 10_000, "password": "x"},
            {"username": ["登录名最多 150 个字，现在有 10000 个，请缩短。"]},
        ),
        (
            {"username": "a\x07b", "password": "x"},
            {"username": ["登录名的“a”后面有控制字符，请删去后重新输入这几个字。"]},
        ),
    ],
)
def test_bad_input(world, facts, errors):
    response = Client().post(LOGIN, facts)
    assert (response.status_code, response.context["form"].errors, journal()) == (200, errors, [])


def lock(username: str) -> list[int]:
    return [sign_in(Client(), username, "wrong").status_code for _ in range(5)]


def test_five_wrong_passwords_lock_this_name_at_this_address(world):
    assert lock("secretary") == [200, 200, 200, 200, 429]
    response = sign_in(Client(), "Secretary")
    assert response.status_code == 429
    assert "60 分钟" in response.content.decode()
    assert 3500 <= int(response["Retry-After"]) <= 3600
    assert Entry.objects.filter(action="login.locked").count() == 2


def test_others_at_the_address_and_the_owner_elsewhere_get_in(world):
    lock("secretary")
    assert sign_in(Client(), "neighbour").status_code == 302
    elsewhere = Client().post(LOGIN, {"username": "secretary", "password": PASSWORD}, REMOTE_ADDR="10.0.0.8")
    assert elsewhere.status_code == 302


def test_a_forged_header_buys_no_tries(world):
    codes = [
        Client()
        .post(
            LOGIN,
            {"username": "secretary", "password": "wrong"},
            REMOTE_ADDR="10.0.0.7",
            HTTP_X_FORWARDED_FOR=f"1.2.3.{number}",
        )
        .status_code
        for number in range(5)
    ]
    assert codes[-1] == 429


def test_known_and_unknown_names_are_locked_with_the_same_page(world):
    pages = []
    for name in ("secretary", "nobody-here"):
        lock(name)
        text = sign_in(Client(), name).content.decode()
        pages.append(re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}|csrf\S+ value=\S+", "", text))
    assert pages[0] == pages[1]


def test_success_forgets_the_wrong_tries(world):
    for _ in range(2):
        assert [sign_in(Client(), "secretary", "wrong").status_code for _ in range(4)] == [200] * 4
        assert sign_in(Client(), "secretary").status_code == 302


def test_an_unknown_name_costs_a_hash_too(world, settings):
    settings.PASSWORD_HASHERS = ["tests.branches.accounts.test_login.CountingHasher"]
    costs = []
    for name in ("secretary", "nobody-here"):
        world["secretary"].set_password("another-password")
        world["secretary"].save()
        CountingHasher.hashed = 0
        sign_in(Client(), name, "wrong")
        costs.append(CountingHasher.hashed)
    assert costs == [1, 1]


def test_signing_out_ends_the_session_on_the_server(client_of):
    client = client_of("secretary")
    key = client.session.session_key
    assert client.post(reverse("logout")).url == LOGIN
    stale = Client()
    stale.cookies["session"] = key
    assert stale.get(reverse("org")).status_code == 302
    assert journal() == [("login.left", "赵敏", "done")]


def test_signing_out_by_a_link_is_not_possible(client_of):
    client = client_of("secretary")
    assert client.get(reverse("logout")).status_code == 405
    assert signed_in(client)


def test_the_session_gets_a_new_number(world):
    client = Client()
    client.get(LOGIN)
    sign_in(client, "secretary")
    first = client.session.session_key
    client.post(reverse("logout"))
    sign_in(client, "secretary")
    assert client.session.session_key != first


def test_whoever_is_signed_in_needs_no_login_page(client_of):
    assert client_of("secretary").get(LOGIN).url == reverse("home")


def test_without_a_csrf_token_nobody_signs_in(world):
    client = Client(enforce_csrf_checks=True)
    assert client.post(LOGIN, {"username": "secretary", "password": PASSWORD}).status_code == 403
    assert not signed_in(client)


def test_the_login_page_asks_little_of_the_database(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        Client().get(LOGIN)


def test_login_names_are_kept_small(db):
    make_account("wang.fang")
    assert Account.objects.get_by_natural_key("Wang.Fang").username == "wang.fang"
