"""What a meeting decided, read from its record: the congress with its votes, the committee with its quorum. Nothing is retyped."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, MeetingKind, Resolution
from branches.meetings.quorum import quorum_of, verdict_on
from branches.models import Branch
from members.development.exits import Judgement
from members.development.extra import VOTED
from members.development.models import Path, StepRecord
from members.development.steps import SET_2026
from members.rules import cn

COMMITTEE = (Kind.COMMITTEE, Kind.CONGRESS)  # a branch without a committee decides in its congress


def needed_meeting(key: str) -> str:
    """"congress", "committee" or "": on which meeting's record a step rests."""
    if key in VOTED:
        return "congress"
    return next((step.meeting for step in SET_2026.steps if step.key == key), "")


def resolutions_for(path: Path, key: str) -> QuerySet[Resolution]:
    """Resolutions of the branch's congresses in this matter that decided nobody else's step."""
    used = StepRecord.objects.standing().filter(resolution=OuterRef("pk")).exclude(path=path, key=key)
    rows = Resolution.objects.filter(
        meeting__branch=path.place, meeting__state="held", meeting__kinds__kind=Kind.CONGRESS, matter=VOTED[key]
    )
    return rows.exclude(Exists(used)).select_related("meeting").order_by("-meeting__held_on", "order", "id")


def meetings_for(path: Path) -> QuerySet[Meeting]:
    rows = Meeting.objects.held().filter(branch=path.place).of_kind(*COMMITTEE)
    return rows.order_by("-held_on", "-id")


def before_records(branch: Branch, day) -> bool:
    """Whether a day lies before the first meeting that the branch has on record: from then on its meetings are here."""
    first = Meeting.objects.held().filter(branch=branch).order_by("held_on").values_list("held_on", flat=True).first()
    return first is None or day < first


def counts_of(meeting: Meeting) -> tuple[int, int, int, int]:
    return meeting.expected_count, meeting.present_count, meeting.voters_expected, meeting.voters_present


def kinds_of(meeting: Meeting) -> list[str]:
    return list(MeetingKind.objects.filter(meeting=meeting).values_list("kind", flat=True))


def judge_vote(resolution: Resolution, path: Path, key: str, kinds: list[str] | None = None) -> Judgement:
    """Whether a resolution carries a step: of a held congress of this branch with quorum, in this matter, passed."""
    meeting = resolution.meeting
    blocks = list(_wrong_meeting(meeting, path, "党员大会"))
    kinds = kinds_of(meeting) if kinds is None else kinds
    if resolution.matter != VOTED[key] or Kind.CONGRESS not in kinds:
        blocks.append(f"这项决议不是党员大会对“{dict(_MATTERS)[VOTED[key]]}”的表决，请重新选择。")
        return Judgement(tuple(blocks))
    verdict = verdict_on(kinds, resolution.matter, meeting.held_on, resolution.yes, resolution.written_yes or 0, counts_of(meeting))
    if not verdict.passes:
        blocks.append(f"{cn(meeting.held_on)}支部大会：{verdict.text or '没有记录表决票数。'}")
    named = () if path.name in resolution.text else (f"决议内容里没有出现{path.name}的姓名，请核对是否逐个表决。",)
    return Judgement(tuple(blocks), named)


_MATTERS = Resolution._meta.get_field("matter").choices


def judge_meeting(meeting: Meeting, path: Path, kinds: list[str] | None = None) -> Judgement:
    """Whether a meeting of the branch's committee (or its congress) could decide: held here, with its quorum."""
    kinds = kinds_of(meeting) if kinds is None else kinds
    blocks = list(_wrong_meeting(meeting, path, "支委会"))
    if not set(kinds) & set(COMMITTEE):
        blocks.append("所选的会议不是支委会或党员大会，请重新选择。")
    quorum = quorum_of(kinds, meeting.body, meeting.held_on, counts_of(meeting))
    if quorum.holds is False:
        blocks.append(f"{cn(meeting.held_on)}的会议{quorum.text}")
    return Judgement(tuple(blocks))


def _wrong_meeting(meeting: Meeting, path: Path, what: str):
    if meeting.state != "held":
        yield f"所依据的{what}记录已作废，请选择有效的会议。"
    if meeting.branch_id != path.place.pk:
        yield f"所选的会议不是{path.place.short_name}的{what}。"


def broken_basis() -> Q:
    """Records whose meeting no longer stands."""
    return Q(meeting__isnull=False) & ~Q(meeting__state="held") | Q(resolution__isnull=False) & ~Q(resolution__meeting__state="held")
