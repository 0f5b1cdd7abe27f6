"""The second wall: a service called by somebody who may not refuses by itself, whatever the page before it would have said."""
from __future__ import annotations

import pytest

from branches.accounts import permissions
from tests.service_calls import WITHOUT_RIGHT, Call, recorded, services, wrongly_answered

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def calls(stage) -> list[Call]:
    return recorded(stage)


def test_every_service_is_called_by_some_page(calls):
    """A service that no submission reaches would be tried by nobody below."""
    reached = {call.service.__name__ for call in calls}
    assert {service.__name__ for service in services().values()} - reached - set(WITHOUT_RIGHT) == set()


def test_every_service_refuses_whoever_may_not(stage, calls):
    tried = [call for call in calls if call.service.__name__ not in WITHOUT_RIGHT]
    assert len({call.name for call in tried}) > 25
    assert [fault for call in tried for fault in wrongly_answered(stage, call)] == []


def test_without_the_rights_check_they_let_everybody_in(stage, calls, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(permissions, "require", lambda *args: None)
    void = next(call for call in calls if call.service.__name__ == "void_meeting" and call.where == "meeting_void a")
    assert len(wrongly_answered(stage, void)) == len(stage.world.people) - 1 - len(void.may)
