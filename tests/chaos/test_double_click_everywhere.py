"""R20, the hard half: the same form sent several times at the very same moment, and once more an hour later, makes one
thing, and every answer leads to it. Which forms make something is found by sending each once."""
from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from branches.accounts.models import Session
from branches.meetings.models import Meeting
from members.models import Member
from partywork.journal.services import verify_chain
from tests.cast import draw_world
from tests.chaos.conftest import LONG
from tests.chaos.ground import Ground, ground
from tests.chaos.siege import until_seen
from tests.digest import models as own_models
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.payloads import SUBMISSIONS, fresh, payload, usual
from tests.stage import Stage, address, set_stage, sign_in

CLICKS, ROUNDS = 4, 12 if LONG else 4
TOKENS = {"form_token", "request_token"}
HOUR = timedelta(hours=1)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# Kept of every act: no form is for making them.
BESIDE = {"journal.Entry", "journal.Head", "accounts.Tries"}
Outcome = tuple[int, str]


@pytest.fixture(scope="module", params=ENGINES)
def scene(request, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Ground, Stage]]:
    """The stage, committed to a database of its own; every thread has its own connection."""
    template = request.getfixturevalue("migrated_services") if request.param == "postgresql" else ""
    folder = tmp_path_factory.mktemp("scene") / "place"
    with django_db_blocker.unblock(), ground(request.param, folder, template) as place, place.in_use():
        yield place, set_stage(draw_world())


def counts() -> Counter:
    """How many rows of each kind there are; who is signed in is not counted."""
    return Counter({model._meta.label: model._base_manager.count() for model in own_models() if model is not Session})


def made_by(stage: Stage, name: str) -> Counter:
    """What one sending adds, by model; undone again."""
    said, letter, before = SUBMISSIONS[name], usual(name), counts()
    answer = stage.ask(said.sender(letter), "POST", address(stage, name, letter), payload(stage, name, letter), look=counts)
    return answer.after - before


def creating(stage: Stage) -> list[str]:
    """The URLs whose form adds a row of any kind but the journal's."""
    return [name for name in SUBMISSIONS if made_by(stage, name).keys() - BESIDE]


def send(stage: Stage, name: str, data: dict, who: str = "") -> Outcome:
    """Not through Stage.ask: nothing here is wrapped in a transaction or undone."""
    letter = usual(name)
    response = stage._send(who or SUBMISSIONS[name].sender(letter), "POST", address(stage, name, letter), data, False, {}, {})
    return response.status_code, response.get("Location", "").partition("?")[0].partition("#")[0]


def at_once(scene: tuple[Ground, Stage], name: str, count: int = CLICKS) -> list[Outcome]:
    """The same POST from `count` browsers of one person at the same moment, each over a connection of its own."""
    place, stage = scene
    copies = [fresh(payload(stage, name, usual(name))) for _ in range(count)]
    return place.database.at_once(count, lambda number: send(stage, name, copies[number]))


def an_hour_later(stage: Stage, name: str, monkeypatch) -> Outcome:
    """Signed in anew, the very same form once more."""
    said, now = SUBMISSIONS[name], timezone.now
    who = stage.world[said.sender(usual(name))]
    stage.sessions["later"] = sign_in(who) if who else ""
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: now() + HOUR)
        return send(stage, name, fresh(payload(stage, name, usual(name))), "later")


@pytest.mark.django_db
def test_whatever_a_form_makes_keeps_its_token_once():
    """Its mark also has the suite's database made, of which the scene is a copy. A report is one for its half-year."""
    made = {name: apps.get_model(said.creates) for name, said in SUBMISSIONS.items() if said.creates}
    kept = {name: {field.name for field in model._meta.fields} & TOKENS for name, model in made.items()}
    assert [name for name, tokens in kept.items() if not tokens] == ["meeting_file_add", "report_new"]


def guarded(name: str, data: dict) -> bool:
    """An edit of a record has no token: the record's version lets the first through and tells the others."""
    return "version" in data and not TOKENS & data.keys()


def fits(name: str, answers: list[Outcome], data: dict) -> bool:
    """All lead to what was made; where a version guards, one does and the others are shown both versions."""
    if guarded(name, data):
        return sorted(status for status, _ in answers) == [302] + [409] * (len(answers) - 1)
    return len(set(answers)) == 1 and answers[0][0] in (200, 302)


def test_every_creating_form_makes_one_thing(scene, monkeypatch, tell):
    place, stage = scene
    names = creating(stage)
    assert {name for name, said in SUBMISSIONS.items() if said.creates} <= set(names)
    for name in names:
        stage.payloads.clear()  # earlier forms have changed what this one shows
        once, before = made_by(stage, name), counts()
        answers = at_once(scene, name)
        assert counts() - before == once, name
        answers.append(an_hour_later(stage, name, monkeypatch))
        made = counts() - before
        assert {label: made[label] for label in made.keys() - BESIDE} == {label: once[label] for label in once.keys() - BESIDE}
        assert fits(name, answers, payload(stage, name, usual(name))), (name, answers)
    assert verify_chain() is None
    tell("R20", NAMES[place.engine], f"{len(names)} 种新建表单各同时点 {CLICKS} 次、一小时后再交一次：各只建 1 份，答复都指向它")


def typed(stage: Stage, token: str, minutes: str) -> dict:
    return fresh(payload(stage, "meeting_new", "-")) | {"form_token": token, "minutes": minutes, "title": minutes}


def test_autosaves_of_two_tabs_and_the_registering_meet(scene, tell):
    """One draft, as one of them typed it; once registered, what the registering said."""
    place, stage = scene
    for number in range(ROUNDS):
        stage.payloads.clear()
        tabs, both = str(uuid.uuid4()), str(uuid.uuid4())
        forms = [("meeting_autosave", typed(stage, tabs, f"第{number}轮第{tab}页")) for tab in (1, 2)]
        forms += [("meeting_autosave", typed(stage, both, f"第{number}轮草稿")) for _ in range(2)]
        forms += [("meeting_new", typed(stage, both, f"第{number}轮登记")) for _ in range(2)]
        answers = place.database.at_once(len(forms), lambda at, forms=forms: send(stage, *forms[at]))
        draft, held = Meeting.objects.get(form_token=tabs), Meeting.objects.get(form_token=both)
        fields = draft.draft["fields"]
        assert draft.state == "draft" and fields["title"] == fields["minutes"] == [draft.title]
        assert (held.state, held.title, held.minutes, held.draft) == ("held", f"第{number}轮登记", f"第{number}轮登记", None)
        assert answers == [(200, "")] * 4 + [(302, f"/meetings/{held.pk}/")] * 2
    assert verify_chain() is None
    tell("R20", NAMES[place.engine], f"{ROUNDS} 轮：两个页面的自动保存、自动保存与登记同时到达：草稿 1 份且完整，会议 1 次")


@contextmanager
def not_unique(model: type[models.Model], name: str) -> Iterator[None]:
    """The column without its unique constraint."""
    strict = model._meta.get_field(name)
    loose = strict.clone()
    loose._unique = False
    loose.set_attributes_from_name(name)
    loose.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, strict, loose)
    yield


def test_without_the_unique_token_doubles_are_made(scene, tell):
    """The negative control: the database no longer says no."""
    place, stage = scene

    def click() -> int:
        stage.payloads.clear()
        before = Member.objects.count()
        at_once(scene, "member_new")
        return Member.objects.count() - before - 1

    with not_unique(Member, "form_token"):
        number, extra = until_seen(ROUNDS, click)
    tell("R20", NAMES[place.engine], f"对照：去掉编号的唯一约束，第 {number} 次同时提交即多建 {extra} 份")


def test_without_the_token_each_makes_its_own(scene, monkeypatch):
    """The negative control of the rig: with the token ignored, doubles are made and seen."""
    for place in ("partywork.tokens", "branches.meetings.services", "branches.meetings.view_form"):
        monkeypatch.setattr(f"{place}.as_uuid", lambda token: None)
    before = Meeting.objects.count()
    answers = at_once(scene, "meeting_new")
    assert (Meeting.objects.count() - before, len(set(answers))) == (CLICKS, CLICKS)
