"""R20, the hard half: the same form sent from several browsers at the very same moment makes one thing.

A module of its own: the arena wants nobody else on the suite's database while it is copied.
"""
from __future__ import annotations

import pytest

from partywork import tokens
from partywork.journal.services import verify_chain
from tests.arena import arena
from tests.payloads import SUBMISSIONS, fresh, payload, usual
from tests.stage import Stage, address
from tests.test_double_click import CREATING, model_of


@pytest.mark.django_db
def test_whatever_a_form_makes_keeps_its_token_once():
    """Its mark also has the suite's database made, of which the arena is a copy. A report is one for its half-year."""
    kept = {name: {field.name for field in model_of(name)._meta.fields} & {"form_token", "request_token"} for name in CREATING}
    assert [name for name, tokens in kept.items() if not tokens] == ["report_new"]


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
