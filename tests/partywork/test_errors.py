"""Error pages: in Chinese, with a number, without secrets, and even when half the house is down."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.test import Client

from partywork import views
from partywork.journal.models import Entry
from partywork.logs import JsonLines
from partywork.middleware.facts import new_reference

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.partywork.trial_urls")]
NUMBER = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


def fail(kind, method="get"):
    return getattr(Client(raise_request_exception=False), method)(f"/trial/fail/{kind}")


def text_of(answer):
    return re.sub(r"<[^>]*>", "", answer.content.decode())


@pytest.mark.parametrize(
    ("kind", "method", "status"),
    [
        ("crash", "get", 500), ("database", "get", 503), ("database", "post", 503), ("full", "post", 503),
        ("rule", "get", 400), ("rule", "post", 409), ("needed", "get", 403), ("denied", "post", 403),
    ],
)  # fmt: skip
def test_each_fault_has_its_page(kind, method, status):
    answer = fail(kind, method)
    assert answer.status_code == status
    assert '<html lang="zh' in answer.content.decode()
    assert not re.search(r"Traceback|Error|不该给人看的话|server closed", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert "default-src" in answer["Content-Security-Policy"]


def test_the_number_on_the_page_is_the_number_in_the_log(caplog):
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(JsonLines().format(record)))

    handler = Keep()
    logging.getLogger("django.request").addHandler(handler)
    try:
        shown = NUMBER.search(text_of(fail("crash")))[0]
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert [(line["reference"], "ZeroDivisionError" in line["error"]) for line in lines] == [(shown, True)]


def test_numbers_differ_and_can_be_read_out():
    numbers = {new_reference() for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(NUMBER.fullmatch(number) for number in numbers)


def test_a_rule_says_its_sentence_and_a_refusal_says_who_may():
    assert "草稿还没有填写会议日期，不能登记。" in text_of(fail("rule", "post"))
    assert "支部书记" in text_of(fail("needed"))


def test_every_refused_right_is_in_the_journal():
    account = get_user_model().objects.create(username="li", display_name="李四", must_change_password=False)
    client = Client()
    client.force_login(account, backend="branches.accounts.backends.AccountBackend")
    before = Entry.objects.count()
    client.post("/trial/fail/needed", REMOTE_ADDR="10.9.9.9")
    entry = Entry.objects.latest("seq")
    assert Entry.objects.count() == before + 1
    assert (entry.action, entry.result, entry.actor, entry.ip) == (
        "access.refuse",
        "refused",
        account,
        "10.9.9.9",
    )
    assert (entry.target_label, entry.reason) == ("POST /trial/fail/needed", "需要：支部书记")


def test_a_journal_that_fails_does_not_turn_a_refusal_into_a_yes(monkeypatch):
    from django.db import DatabaseError

    def broken(**facts):
        raise DatabaseError("disk full")

    monkeypatch.setattr("partywork.middleware.errors.write_entry", broken)
    assert fail("needed").status_code == 403


def test_unknown_addresses_are_404_and_the_wrong_method_is_a_page():
    client = Client()
    assert client.get("/no/such/page").status_code in (302, 404)
    answer = client.get("/trial/post")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert '<html lang="zh' in answer.content.decode()


def test_a_form_without_its_csrf_token_is_told_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/trial/guarded", {"a": "1"})
    assert answer.status_code == 403
    assert "请从导航重新打开页面再填写" in text_of(answer)


def test_what_was_typed_into_a_refused_form_can_be_copied_but_no_other_page_puts_words_here():
    client, typed = Client(enforce_csrf_checks=True), {"minutes": "传达学习了有关文件精神。", "password": "很长很长的密码一二三"}
    kept = client.post("/trial/guarded", typed, headers={"Sec-Fetch-Site": "same-origin"})
    foreign = client.post("/trial/guarded", typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert ["传达学习" in text_of(answer) for answer in (kept, foreign)] == [True, False]
    assert "很长的密码" not in text_of(kept)


def test_a_database_that_is_away_in_a_middleware_is_503_too(monkeypatch):
    def away(self, *args):
        raise OperationalError("connection refused")

    monkeypatch.setattr("branches.accounts.sessions.SessionStore.load", away)
    client = Client(raise_request_exception=False)
    client.cookies["session"] = "a" * 32
    answer = client.get("/trial/guarded")
    assert (answer.status_code, answer.get("Retry-After")) == (503, "10")


def test_what_passes_says_so_with_a_number():
    away, full = text_of(fail("database")), text_of(fail("full"))
    assert "数据库暂时连接不上，您的操作没有保存。" in away and NUMBER.search(away)
    assert "服务器存储空间已满" in full and "腾出磁盘空间后再试一次" in full and NUMBER.search(full)


def test_the_page_for_an_absent_database_asks_the_database_nothing(django_assert_num_queries, rf):
    with django_assert_num_queries(0):
        answer = views.unavailable(rf.get("/"), OperationalError("x"))
    assert answer.status_code == 503
    assert connection.queries == []


@pytest.mark.parametrize("status", sorted(views.SENTENCES))
def test_every_page_can_be_drawn_without_anybody_looking(status, caplog):
    answer = views.error_page(None, status, message="这句话。")
    assert answer.status_code == status
    assert "could not be drawn" not in caplog.text


def test_when_even_the_templates_are_broken_there_is_a_page(monkeypatch, rf):
    monkeypatch.setattr("partywork.views.loader.render_to_string", lambda *args: 1 / 0)
    answer = views.error_page(rf.get("/"), 409, message="<b>不能登记</b>")
    assert "&lt;b&gt;不能登记&lt;/b&gt;" in answer.content.decode()


def test_a_session_that_was_ended_meanwhile_leads_to_the_login(client_of):
    answer = client_of("secretary").get("/trial/interrupted")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
