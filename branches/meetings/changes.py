"""What a correction changed, old → new, in the words that the journal and the meeting's history show."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from branches.meetings.expected import Circle
from branches.meetings.gathering import COLUMNS, Gathering, Kept, Mark, Vote
from branches.meetings.kinds import Grade, Kind
from branches.meetings.models import Presence
from partywork.journal.services import Changes, changes_between


def changes_of(kept: Kept, gathering: Gathering, circle: Circle) -> Changes:
    """Every field, the kinds, each person's attendance and the resolutions that differ."""
    old = kept.columns | {"会议类型": kind_words(kept.kinds), "决议": vote_words(kept.votes)}
    new = {name: getattr(gathering, name) for name in COLUMNS}
    new |= {"会议类型": kind_words(gathering.kinds), "决议": vote_words(gathering.resolutions)}
    names = kept.names | {person.member_id: person.name for person in circle.people}
    return changes_between(worded(old), worded(new)) | attendance_changes(kept.marks, gathering.attendance, names)


def worded(values: dict[str, Any]) -> dict[str, Any]:
    """People and groups by their names: a number in brackets means nothing to a reader."""
    return {name: str(value) if hasattr(value, "pk") else value for name, value in values.items()}


def kind_words(kinds: frozenset[str]) -> str:
    return "、".join(kind.label for kind in Kind if kind in kinds)


def vote_words(votes: tuple[Vote, ...]) -> list[str]:
    return [str(vote) for vote in votes]


def attendance_changes(old: Mapping[int, Mark], new: Mapping[int, Mark], names: dict[int, str]) -> Changes:
    changed = [pk for pk in {**old, **new} if old.get(pk) != new.get(pk)]
    return {f"出勤：{name_of(pk, names)}": [mark_words(old.get(pk)), mark_words(new.get(pk))] for pk in changed}


def name_of(pk: int, names: dict[int, str]) -> str:
    """Two people of one name keep a line each."""
    name = names.get(pk, "")
    return name if list(names.values()).count(name) == 1 else f"{name}（{pk}）"


def mark_words(mark: Mark | None) -> str:
    if mark is None:
        return "不在应到名单"
    words = Presence(mark.state).label + (f"（{mark.reason}）" if not mark.present else "")
    return f"{words}，评为{Grade(mark.grade).label}" if mark.grade else words
