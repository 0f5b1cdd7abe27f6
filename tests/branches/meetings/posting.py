"""What a browser posts from the meeting form: a full, valid answer to change one thing of at a time."""
from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from branches.meetings.expected import circle_of
from branches.meetings.gathering import Gathering, Mark
from branches.meetings.kinds import Kind

DAY = date(2026, 6, 3)
TODAY = date(2026, 6, 15)


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
