"""One person's whole path by the services: what each step writes, and what the roster has at the end."""

from __future__ import annotations

import pytest

from members.development.course import Course
from members.development.models import Path, StepRecord
from tests.members.development.making import DAYS, KEYS, Walk, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(world) -> Walk:
    return Walk(world.a, world["secretary"], world["staff"])


def test_from_application_to_full_member(walk, world):
    for key in KEYS[1:]:
        done = walk.take(key)
        assert (key, done.warnings) == (key, ())
    path = Path.objects.select_related("member__latest").get(pk=walk.path.pk)
    assert {row.key: str(row.done_on) for row in StepRecord.objects.filter(path=path)} == DAYS
    member = path.member
    assert (path.state, path.stage, member.joined_on, member.full_on) == ("done", "", day("2026-07-10"), day("2027-07-10"))
    rows = [(row.kind, row.start_reason, str(row.start_on)) for row in member.memberships.order_by("start_on")]
    assert rows == [("probationary", "admitted", "2026-07-10"), ("full", "turned_full", "2027-07-10")]
    profile = member.profile
    assert (profile.applied_on, profile.activist_on, profile.candidate_on) == (day("2024-03-01"), day("2024-06-15"), day("2026-05-20"))
    helpers = path.helpers.order_by("role", "pk").values_list("role", "member__name")
    assert list(helpers) == [(role, name) for role in ("contact", "introducer") for name in ("表决0", "表决1")]
    assert Course.of(path).standing == "full"
