"""R40: every unsafe URL without a token, with somebody else's and with one from before signing in: refused, nothing written."""
from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.middleware.csrf import _get_new_csrf_string

from tests.payloads import SUBMISSIONS, allowed, payload, usual
from tests.stage import Stage, address, names

pytestmark = pytest.mark.django_db
UNSAFE = [name for name in names() if "POST" in allowed(name)]
OURS, THEIRS, OLD = (_get_new_csrf_string() for _ in range(3))
COOKIE = settings.CSRF_COOKIE_NAME
# What the browser has (its cookie) and what the form says.
BAD = {
    "none at all": ({}, None), "no field": ({COOKIE: OURS}, None), "no cookie": ({}, OURS), "another person's": ({COOKIE: OURS}, THEIRS),
    "one from before signing in": ({COOKIE: OURS}, OLD), "an empty one": ({COOKIE: OURS}, ""), "nonsense": ({COOKIE: OURS}, "密" * 64),
}  # fmt: skip


def post(stage: Stage, name: str, cookie: dict[str, str], token: str | None):
    said, letter = SUBMISSIONS[name], usual(name)
    data = payload(stage, name, letter) | ({} if token is None else {"csrfmiddlewaretoken": token})
    return stage.ask(said.sender(letter), "POST", address(stage, name, letter), data, strict=True, cookies=cookie)


@pytest.mark.parametrize("name", UNSAFE)
def test_a_form_without_its_own_token_changes_nothing(stage, name):
    for which, (cookie, token) in BAD.items():
        answer = post(stage, name, cookie, token)
        assert (which, answer.status, answer.written - {"accounts_session"}, answer.files) == (which, 403, set(), 0)
        assert "没有被接受" in answer.text


@pytest.mark.parametrize("name", UNSAFE)
def test_with_its_own_token_it_is_let_in(stage, name):
    """The negative control: it is the token that the refusals above are about."""
    assert post(stage, name, {COOKIE: OURS}, OURS).status in (200, 302)


def test_every_url_that_takes_a_post_has_its_submission():
    assert set(SUBMISSIONS) == set(UNSAFE)


def test_signing_in_gives_a_new_token(stage):
    page = stage.ask("nobody", "GET", "/login/", cookies={COOKIE: OLD})
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    data = payload(stage, "login") | {"csrfmiddlewaretoken": token}
    answer = stage.ask("nobody", "POST", "/login/", data, strict=True, cookies={COOKIE: OLD})
    assert answer.status == 302
    assert answer.response.cookies[COOKIE].value != OLD


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(stage):
    answer = stage.ask("nobody", "POST", "/login/", payload(stage, "login"))
    session = answer.response.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert settings.CSRF_COOKIE_HTTPONLY
