"""What was acknowledged against what is in the database: lost, doubled, half."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, F, Q

from branches.meetings.models import Meeting, MeetingFile, Presence, State
from members.models import Member
from partywork.files.services import is_whole
from partywork.journal.models import Entry
from partywork.journal.services import verify_chain
from tests.chaos.writers import Act, Writer


@dataclass
class Found:
    """What does not fit, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.half)

    @property
    def told(self) -> str:
        return f"丢 {len(self.lost)}，重 {len(self.doubled)}，半 {len(self.half)}"


def compare(writers: list[Writer], people: int) -> Found:
    """On the present connection, while no server lives: an act in flight may be there or not, but whole and once."""
    acts = [act for writer in writers for act in list(writer.acts)]
    return Found(list(lost(acts)), list(doubled()), [*half_meetings(people), *half_members(), *broken_chain()])


def lost(acts: list[Act]) -> Iterator[str]:
    meetings = {str(token): (state, draft) for token, state, draft in
                Meeting.objects.filter(form_token__isnull=False).values_list("form_token", "state", "draft")}
    members = {str(token) for token in Member.objects.values_list("form_token", flat=True)}
    reasons = set(Entry.objects.filter(action="meeting.correct").values_list("reason", flat=True))
    edits = {(key, change["joined_on"][1]) for key, change in entries("members.edit") if "joined_on" in change}
    for act in acts:
        if act.reply is None:
            continue
        state, draft = meetings.get(act.key, ("", None))
        there = {
            "meeting": state == State.HELD,
            "autosave": state == State.HELD or (draft is not None and not_older(draft, act)),
            "correct": act.key in reasons, "member": act.key in members, "edit": (act.value, act.key[-10:]) in edits,
        }
        if not there[act.kind]:
            yield f"{act.kind} {act.key}"


def not_older(draft: dict, act: Act) -> bool:
    return draft["fields"].get("minutes", [""])[0] >= act.value or "minutes" not in draft["fields"]


def entries(action: str) -> Iterator[tuple[str, dict]]:
    return Entry.objects.filter(action=action).values_list("target_id", "changes").iterator(2000)


def doubled() -> Iterator[str]:
    titles = Meeting.objects.exclude(title="").values_list("title", flat=True)
    names = Member.objects.values_list("name", flat=True)
    reasons = Entry.objects.filter(action="meeting.correct").values_list("reason", flat=True)
    files = (f"file of {pk}" for pk in MeetingFile.objects.values_list("meeting_id", flat=True))
    for values in (titles, names, reasons, files):
        yield from (value for value, number in Counter(values).items() if number > 1)


def told_of(target: str, *actions: str) -> Counter:
    """How often the journal tells of each row."""
    rows = Entry.objects.filter(target_type=target, action__in=actions).values_list("target_id", flat=True)
    return Counter(int(pk) for pk in rows.iterator(2000))


def half_meetings(people: int) -> Iterator[str]:
    """Attendance, counters, kinds, resolution, files and journal of every meeting, each as one act leaves it."""
    here = Q(attendance__state=Presence.PRESENT)
    rows = Meeting.objects.annotate(
        rows=Count("attendance"), here=Count("attendance", filter=here)).values_list(
        "pk", "title", "state", "version", "rows", "here", "expected_count", "present_count", "draft")
    kinds = Counter(Meeting.objects.values_list("pk").filter(kinds__isnull=False).values_list("pk", flat=True))
    votes = Counter(Meeting.objects.filter(resolutions__isnull=False).values_list("pk", flat=True))
    files = Counter(MeetingFile.objects.values_list("meeting_id", flat=True))
    held, corrected = told_of("meetings.meeting", "meeting.hold"), told_of("meetings.meeting", "meeting.correct")
    added = told_of("meetings.meeting", "meeting.file_add")
    for pk, title, state, version, rows_, here_, expected, present, draft in rows:
        seen = (rows_, here_, expected, present, kinds[pk], votes[pk], held[pk], corrected[pk], added[pk])
        whole = (people, people - 1, people, people - 1, 2, 1, 1, version - 1, files[pk])
        nothing = (0, 0, 0, 0, 0, 0, 0, 0, files[pk])
        if seen != (whole if state == State.HELD else nothing) or (state == State.HELD) == (draft is not None):
            yield f"meeting {pk} {title} {state}: {seen}"
    yield from (f"file {row.pk}" for row in MeetingFile.objects.select_related("attachment") if not is_whole(row.attachment))


def half_members() -> Iterator[str]:
    created, edited = told_of("members.member", "members.create"), told_of("members.member", "members.edit")
    rows = Member.objects.filter(form_token__isnull=False).annotate(spells=Count("memberships"))
    for pk, name, latest, spells, version in rows.values_list("pk", "name", F("latest_id"), "spells", "version"):
        if (created[pk], edited[pk], bool(latest), spells) != (1, version - 1, True, 1):
            yield f"member {pk} {name}"


def broken_chain() -> Iterator[str]:
    first_bad = verify_chain()
    if first_bad is not None:
        yield f"journal entry {first_bad}"
