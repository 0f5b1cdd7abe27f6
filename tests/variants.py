"""Further forms behind one URL: the acts of 办理变动, each with a valid answer."""
from __future__ import annotations

from typing import Any

from partywork.periods import today
from tests.forms_on_pages import form_to
from tests.stage import Stage

# name: (sender, member, act, answers)
VARIANTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "move leader": ("secretary", "colleague", "leader", {}),
    "move unleader": ("secretary", "group_leader", "unleader", {}),
    "move branch": ("staff", "colleague", "move", {"branch": "b"}),
    "move full": ("secretary", "ripe", "full", {"day": "2026-01-10"}),
    "move leave": ("secretary", "colleague", "leave", {"reason": "died"}),
    "move correct": ("secretary", "colleague", "correct", {"start_on": "2020-02-01", "reason": "日期抄错"}),
    "move unlink": ("secretary", "colleague", "unlink", {}),
}


def page_of(stage: Stage, name: str) -> str:
    _, member, act, _ = VARIANTS[name]
    return f"/members/{stage.world.members[member].pk}/move/?act={act}"


def variant(stage: Stage, name: str) -> tuple[str, str, dict[str, Any]]:
    """Who sends it, where to, and the valid answer."""
    who, _, _, answers = VARIANTS[name]
    path = page_of(stage, name)
    answers = answers | ({"branch": stage.world.b.pk} if "branch" in answers else {})
    form = form_to(stage.ask(who, "GET", path).body, path, path)
    dated = {"day": today().isoformat()} if "day" in form.values and "day" not in answers else {}
    data = form.filled(**answers | dated)
    data.pop("csrfmiddlewaretoken", None)
    return who, path, data
