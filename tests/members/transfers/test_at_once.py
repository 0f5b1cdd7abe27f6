"""The same letter accepted several times at the same moment moves the person once, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from members.models import Member, Membership
from members.transfers import services
from members.transfers.models import Transfer
from partywork.errors import RuleViolation
from partywork.journal.models import Entry
from partywork.journal.services import verify_chain
from tests.cast import World, draw_world
from tests.chaos.ground import Ground, ground
from tests.factories import make_member, make_transfer
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401

DAY, TODAY = date(2026, 3, 20), date(2026, 6, 30)
CLICKS = 6


@pytest.fixture(params=ENGINES)
def scene(request, django_db_setup, django_db_blocker, tmp_path) -> Iterator[tuple[Ground, World]]:
    template = request.getfixturevalue("migrated_services") if request.param == "postgresql" else ""
    with django_db_blocker.unblock(), ground(request.param, tmp_path / "place", template) as place, place.in_use():
        with transaction.atomic():
            world = draw_world()
        yield place, world


def letters(world: World) -> dict[str, Transfer]:
    return {
        "out": make_transfer(make_member(world.a, "转出人")),
        "in": make_transfer(name="转入人", branch=world.a),
        "within": make_transfer(make_member(world.a, "调整人"), direction="within", to_branch=world.b),
    }


@pytest.mark.django_db
def test_the_suites_database_is_made():
    """The scene is a copy of it."""
    assert Transfer.objects.count() == 0


@pytest.mark.parametrize("direction", ["out", "in", "within"])
def test_many_acceptances_move_the_person_once(scene, direction):
    place, world = scene
    with transaction.atomic():
        row = letters(world)[direction]

    def accept(number: int) -> Transfer:
        return services.accept_transfer(actor=world["staff"], transfer=row, day=DAY, today=TODAY)

    ended = place.database.at_once(CLICKS, accept)
    assert sorted(type(each).__name__ for each in ended) == ["RuleViolation"] * (CLICKS - 1) + ["Transfer"], ended
    assert {each.message[:5] for each in ended if isinstance(each, RuleViolation)} == {"这份介绍信"}
    row = Transfer.objects.get(pk=row.pk)
    assert (row.state, row.stop_on, row.version) == ("accepted", DAY, 2)
    person = {"out": "转出人", "in": "转入人", "within": "调整人"}[direction]
    member = Member.objects.get(name=person)  # one record, not two
    rows = list(Membership.objects.filter(member=member).values_list("branch__code", "start_on", "stop_on"))
    founded = date(2020, 1, 1)
    assert rows == {
        "out": [("ZB01", founded, DAY)], "in": [("ZB01", DAY, None)], "within": [("ZB01", founded, DAY), ("ZB02", DAY, None)],
    }[direction]  # fmt: skip
    assert Entry.objects.filter(action="transfers.accept").count() == 1
    assert verify_chain() is None
