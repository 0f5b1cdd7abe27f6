"""请求更正: a member asks, the branch's first page shows it, whoever keeps the record answers; the text stays sealed."""
from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from members.models import CorrectionRequest
from members.requests import MOST_OPEN, answer_request, ask_correction
from members.todo import open_requests, shortened
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from tests.factories import make_post

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 3)
TEXT = "手机换成 13812345678 了，住址是河堤路9号"


def ask(world, who="member", **more) -> CorrectionRequest:
    return ask_correction(actor=world[who], member=world.members[who], today=DAY, **({"text": TEXT} | more))


def answer(world, row, who="secretary", **more) -> CorrectionRequest:
    return answer_request(actor=world[who], request=row, today=DAY, **({"state": "done", "answer": "已改"} | more))


def test_it_stands_open_until_it_is_answered(world):
    row = ask(world)
    assert [(item["title"], item["text"], item["url"], item["label"]) for item in open_requests(world.a, world["secretary"], DAY)] == [
        ("李平请求更正档案", "手机换成 138****5678 了，住址是河堤路9号", reverse("member_request", args=[row.pk]), "处理")]
    answer(world, row)
    assert list(open_requests(world.a, world["secretary"], DAY)) == []
    row.refresh_from_db()
    assert (row.state, row.answer, row.closed_on, row.closed_by) == ("done", "已改", DAY, world["secretary"])


@pytest.mark.parametrize("who", ["leader", "inspector", "general", "neighbour", "member"])
def test_only_those_who_can_correct_have_it_among_their_work(world, who):
    ask(world)
    assert list(open_requests(world.a, world[who], DAY)) == []


def test_the_text_is_sealed_and_not_in_the_journal(world):
    answer(world, ask(world), answer="号码 13912345678 已登记")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, answer FROM members_correctionrequest")
        assert "1381234" not in str(stored := cursor.fetchall()) and "1391234" not in str(stored)
    kept = str(list(Entry.objects.values()))
    assert "河堤路" not in kept and "5678" not in kept
    told = Entry.objects.get(action="members.answer").changes
    assert (told["state"], told["answer"]) == (["open", "done"], "（已变更，不记录内容）")
    last = Entry.objects.order_by("seq").values_list("action", "target_label")
    assert list(last)[-2:] == [("members.ask", "李平"), ("members.answer", "李平")]


def test_one_asks_of_ones_own_record_only(world):
    for who, of in (("colleague", "member"), ("secretary", "member"), ("leader", "member"), ("keeper", "member")):
        with pytest.raises(NotAllowed):
            ask_correction(actor=world[who], member=world.members[of], text="改名", today=DAY)
    assert ask(world, "leader").member == world.members["leader"]


def test_who_may_not_answer(world):
    row = ask(world)
    for who in ("member", "leader", "neighbour", "inspector"):
        with pytest.raises(NotAllowed):
            answer(world, row, who)


@pytest.mark.parametrize(("state", "words", "refused"), [
    ("declined", " ", True), ("declined", "户口本上就是这样", False), ("done", "", False)])
def test_a_refusal_has_its_reason(world, state, words, refused):
    row = ask(world)
    if refused:
        with pytest.raises(RuleViolation, match="请写明原因"):
            answer(world, row, state=state, answer=words)
    else:
        assert answer(world, row, state=state, answer=words).state == state


def test_answered_once(world):
    row = ask(world)
    answer(world, row)
    with pytest.raises(RuleViolation, match="已经处理过（已更正）"):
        answer(world, row, state="declined", answer="不改")


def test_so_many_may_wait(world):
    rows = [ask(world) for _ in range(MOST_OPEN)]
    with pytest.raises(RuleViolation, match="等处理"):
        ask(world)
    answer(world, rows[0])
    assert ask(world)


@pytest.mark.parametrize(("text", "told"), [
    ("学历\n应为大学", "学历 应为大学"), ("长" * 60, "长" * 60), ("长" * 61, "长" * 59 + "…"),
    ("身份证41010519491231002X", "身份证410105********002X")])
def test_what_the_first_page_tells(text, told):
    assert shortened(text) == told


def test_through_the_pages(world, client_of):
    member, secretary, own = client_of("member"), client_of("secretary"), reverse("member", args=[world.members["member"].pk])
    assert reverse("member_ask", args=[world.members["member"].pk]) in member.get(own).content.decode()
    posted = {"text": "学历应为大学", "form_token": str(uuid.uuid4())}
    for _ in range(2):  # pressed twice
        assert member.post(reverse("member_ask", args=[world.members["member"].pk]), posted).url == own
    row = CorrectionRequest.objects.get()
    assert "李平请求更正档案" in secretary.get(reverse("home")).content.decode()
    address = reverse("member_request", args=[row.pk])
    assert "学历应为大学" in secretary.get(address).content.decode()
    assert "不作更正的，请写明原因" in secretary.post(address, {"state": "declined", "answer": ""}).content.decode()
    for _ in range(2):
        assert secretary.post(address, {"state": "done", "answer": "已改为大学"}).url == own
    told = member.get(own).content.decode()
    assert "已改为大学" in told and "已更正" in told
    assert "已改为大学" not in client_of("leader").get(own).content.decode()  # between the two


def test_of_another_one_knows_nothing(world, client_of):
    row = ask(world)
    address = reverse("member_request", args=[row.pk])
    assert [client_of(who).get(address).status_code for who in ("neighbour", "colleague", "leader", "member")] == [404, 404, 403, 403]
    make_post(world["colleague"], world.a, "publicity")
    assert client_of("colleague").get(address).status_code == 403
