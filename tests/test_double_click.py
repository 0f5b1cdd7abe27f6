"""R20: the same form sent twice makes one thing, and both answers lead to it; at the same moment, and an hour later."""
from __future__ import annotations

import pytest
from django.apps import apps

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
