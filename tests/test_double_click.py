"""R20: the same form sent twice makes one thing, and both answers lead to it; at the same moment, and an hour later."""
from __future__ import annotations

import pytest
from django.apps import apps

from partywork import tokens
from partywork.journal.services import verify_chain
from tests.arena import arena
from tests.payloads import SUBMISSIONS, fresh, payload, usual
from tests.stage import Answer, Stage, address, sign_in

CREATING = [name for name, said in SUBMISSIONS.items() if said.creates]


def model_of(name: str):
    """A file is added as often as it is chosen; the draft that it is added to is made once."""
    return apps.get_model("meetings.Meeting" if name == "meeting_file_add" else SUBMISSIONS[name].creates)


def send(stage: Stage, name: str, **more) -> Answer:
    said, letter = SUBMISSIONS[name], usual(name)
    return stage.ask(said.sender(letter), "POST", address(stage, name, letter), payload(stage, name, letter), **more)


def outcome(answer: Answer) -> tuple:
    return answer.status, answer.leads_to


@pytest.mark.django_db
@pytest.mark.parametrize("name", CREATING)
def test_twice_is_once(stage, name):
    before = model_of(name).objects.count()
    first = send(stage, name, keep=True)
    again = send(stage, name, keep=True)
    said = SUBMISSIONS[name]
    stage.sessions["later"] = sign_in(stage.world[said.sender(usual(name))])  # signed in anew, an hour on
    letter = usual(name)
    later = stage.ask("later", "POST", address(stage, name, letter), payload(stage, name, letter), keep=True)
    assert first.status in (200, 302)
    assert outcome(first) == outcome(again) == outcome(later)
    assert model_of(name).objects.count() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["org_new", "member_new", "meeting_new", "report_make"])
def test_two_forms_make_two(stage, name):
    """The negative control: two shown forms are two acts, so it is the token that makes the others one."""
    letter, said = usual(name), SUBMISSIONS[name]
    data = payload(stage, name, letter)
    before = model_of(name).objects.count()
    for number in (1, 2):
        other = fresh(data) | {"form_token": f"00000000-0000-4000-8000-00000000000{number}"}
        other |= {"code": f"ZB8{number}", "name": f"新支部{number}"} if name == "org_new" else {}
        assert stage.ask(said.sender(letter), "POST", address(stage, name, letter), other, keep=True).status == 302
    assert model_of(name).objects.count() == before + 2


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), arena(tmp_path_factory.mktemp("arena")) as made:
        yield made


def at_once(ground, name: str, count: int = 4) -> list[tuple]:
    """The same POST from `count` browsers of one person at the same moment, each over a connection of its own."""
    database, stage = ground
    letter, said = usual(name), SUBMISSIONS[name]
    path, data = address(stage, name, letter), payload(stage, name, letter)
    copies = [fresh(data) for _ in range(count)]
    return database.at_once(count, lambda number: answer_of(stage, said.sender(letter), path, copies[number]))


def answer_of(stage: Stage, who: str, path: str, data: dict) -> tuple:
    """Not through Stage.ask: nothing here is wrapped in a transaction or undone."""
    response = stage._send(who, "POST", path, data, False, {}, {})
    return response.status_code, response.get("Location", "").partition("?")[0].partition("#")[0]


@pytest.mark.parametrize("name", [name for name in CREATING if name != "meeting_autosave"])
def test_at_the_same_moment(ground, name):
    before = model_of(name).objects.count()
    answers = at_once(ground, name)
    assert (len(set(answers)), answers[0][0]) == (1, 302)
    assert model_of(name).objects.count() == before + 1
    assert verify_chain() is None


def test_without_the_guard_the_same_moment_makes_several(ground, monkeypatch):
    """The negative control of the rig: with the token ignored, doubles are made and seen."""
    monkeypatch.setattr(tokens, "as_uuid", lambda token: None)
    monkeypatch.setattr("branches.meetings.services.as_uuid", lambda token: None)
    monkeypatch.setattr("branches.meetings.view_form.as_uuid", lambda token: None)
    before = model_of("meeting_new").objects.count()
    answers = at_once(ground, "meeting_new")
    assert model_of("meeting_new").objects.count() == before + 4
    assert len(set(answers)) == 4
