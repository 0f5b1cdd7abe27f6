"""A full, valid meeting to change one thing of at a time: as a browser posts it, and as the services take it."""
from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from branches.meetings import services
from branches.meetings.expected import circle_of
from branches.meetings.gathering import Gathering, Mark
from branches.meetings.kinds import Kind
from branches.meetings.models import Attendance, Meeting

DAY = date(2026, 6, 3)
TODAY = date(2026, 6, 15)
LEAVE = Mark("leave", "病假")


def gathering(branch, *kinds: str, absent: dict | None = None, **facts: Any) -> Gathering:
    """A gathering to which everyone expected came, but for `absent` = {member: Mark}."""
    kinds = kinds or (Kind.STUDY,)
    facts = {"held_on": DAY, "title": "学习党章"} | facts
    if "attendance" not in facts:
        circle = circle_of(branch, kinds, facts["held_on"], facts.get("group"))
        away = {member.pk: mark for member, mark in (absent or {}).items()}
        facts["attendance"] = {pk: away.get(pk, Mark()) for pk in circle.ids}
    return Gathering(kinds=frozenset(kinds), **facts)


def typed(branch, *kinds: str, members=(), absent=(), **fields: Any) -> dict[str, Any]:
    """The POST of the new form: `members` are listed, all ticked but `absent` = [(member, state, reason)]."""
    away = {member.pk: (state, reason) for member, state, reason in absent}
    listed = [member.pk for member in members]
    data = {
        "branch": branch.pk, "form_token": str(uuid.uuid4()), "kinds": list(kinds or (Kind.STUDY,)),
        "held_on": "2026-06-03", "title": "学习党章", "res-TOTAL_FORMS": "0", "res-INITIAL_FORMS": "0",
        "listed": listed, "present": [pk for pk in listed if pk not in away],
    }  # fmt: skip
    for pk, (state, reason) in away.items():
        data |= {f"state-{pk}": state, f"reason-{pk}": reason}
    return data | fields


def hold(world, *kinds, branch=None, actor="secretary", token=None, today=TODAY, **facts) -> Meeting:
    """The service's act for a gathering, or for `told`, one that is ready."""
    branch = branch or world.a
    told = facts.pop("told", None) or gathering(branch, *kinds, **facts)
    return services.hold_meeting(actor=world[actor], branch=branch, gathering=told, today=today, form_token=token)


def counters(meeting) -> tuple:
    return meeting.expected_count, meeting.present_count, meeting.voters_expected, meeting.voters_present


def recounted(meeting) -> tuple:
    """The same from the rows of attendance."""
    rows = Attendance.objects.filter(meeting=meeting)
    here = rows.filter(state="present")
    return rows.count(), here.count(), rows.filter(votes=True).count(), here.filter(votes=True).count()
