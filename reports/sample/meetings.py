"""Two years of meetings as an office really holds them: merged gatherings, gaps, late entries, absences."""
from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from branches.accounts.permissions import COMMITTEE_ROLES
from branches.meetings.kinds import Body, Kind, ThemeForm, body_of
from branches.meetings.models import Attendance, Meeting, MeetingKind, Resolution
from branches.models import Branch, PartyGroup
from members.models import Member
from partywork.periods import Period, Span
from reports.sample import texts
from reports.sample.organisation import Sample

BATCH = 400


@dataclass
class Plan:
    """One gathering before it is written."""

    branch: Branch
    kinds: tuple[str, ...]
    day: date
    title: str
    group: PartyGroup | None = None
    facts: dict = field(default_factory=dict)


def build_meetings(sample: Sample) -> int:
    """Write every meeting of the span; returns how many."""
    plans = [plan for branch in sample.branches for plan in _branch_life(sample, branch)] + list(_bureau_life(sample))
    plans = sorted((plan for plan in plans if sample.start <= plan.day <= sample.until), key=lambda plan: (plan.day, plan.branch.pk))
    rosters = _Rosters(sample)
    for first in range(0, len(plans), BATCH):
        _write(sample, rosters, plans[first:first + BATCH])
    return len(plans)


def _months(sample: Sample) -> Iterator[Period]:
    month = Period.at(Span.MONTH, sample.start)
    while month.start <= sample.until:
        yield month
        month = month.next


def _workday(sample: Sample, month: Period, around: int) -> date:
    """A working day near that day of the month."""
    length = calendar.monthrange(month.start.year, month.start.month)[1]
    day = month.start.replace(day=min(length, max(1, around + sample.random.randint(-2, 2))))
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift) if day + timedelta(days=shift) in month else day


def _branch_life(sample: Sample, branch: Branch) -> Iterator[Plan]:
    random = sample.random
    diligent = random.choice((0.99, 0.98, 0.96, 0.93, 0.86))  # some branches forget more than others
    anchor = random.randint(10, 22)
    for month in _months(sample):
        quarter_end = month.start.month % 3 == 0
        if random.random() < diligent:
            yield _theme_day(sample, branch, month, anchor)
        if random.random() < diligent:
            yield Plan(branch, (Kind.COMMITTEE,), _workday(sample, month, 5), random.choice(texts.COMMITTEE))
        for group in sample.groups[branch.pk]:
            if random.random() < diligent:
                yield Plan(branch, (Kind.GROUP,), _workday(sample, month, 24), random.choice(texts.GROUP), group)
        if quarter_end and random.random() < diligent:
            yield _congress(sample, branch, month)
        if random.random() < 0.55:
            yield Plan(branch, (Kind.STUDY,), _workday(sample, month, 16), random.choice(texts.STUDY))
        yield from _yearly(sample, branch, month)


def _theme_day(sample: Sample, branch: Branch, month: Period, anchor: int) -> Plan:
    form = sample.random.choice(ThemeForm.values)
    kinds = (Kind.THEME_DAY,)
    if month.start.month % 3 == 2 and sample.random.random() < 0.4:
        kinds = (Kind.LECTURE, Kind.THEME_DAY)
    elif form == ThemeForm.STUDY:
        kinds = (Kind.THEME_DAY, Kind.STUDY)
    title = sample.random.choice(texts.LECTURE if Kind.LECTURE in kinds else texts.THEME[form])
    return Plan(branch, kinds, _workday(sample, month, anchor), title, facts={"theme_form": form})


def _congress(sample: Sample, branch: Branch, month: Period) -> Plan:
    kinds = (Kind.CONGRESS,)
    if sample.random.random() < 0.35:
        kinds = (Kind.CONGRESS, Kind.LECTURE)
    title = sample.random.choice(texts.CONGRESS)
    if month.start.month in (6, 12):
        title = texts.WORK_REPORT
    facts = {"work_report": True} if title == texts.WORK_REPORT else {}
    return Plan(branch, kinds, _workday(sample, month, 12), title, facts=facts)


def _yearly(sample: Sample, branch: Branch, month: Period) -> Iterator[Plan]:
    random = sample.random
    if month.start.month == 2 and random.random() < 0.95:
        counts = {"self_criticisms": random.randint(8, 25), "mutual_criticisms": random.randint(10, 40)}
        yield Plan(branch, (Kind.ORG_LIFE, Kind.APPRAISAL), _workday(sample, month, 20),
                   f"{month.start.year - 1}年度组织生活会和民主评议党员", facts=counts)
    if month.start.month == 6 and random.random() < 0.6:
        yield Plan(branch, (Kind.CHECKUP,), _workday(sample, month, 27), "对照党章党规开展党性体检")
    if month.start.month % 3 == 1 and random.random() < 0.5:
        yield Plan(branch, (Kind.SEMINAR,), _workday(sample, month, 18), random.choice(texts.SEMINAR))
    if month.start.month in (1, 7) and random.random() < 0.7:
        yield Plan(branch, (Kind.TALK,), _workday(sample, month, 9), "组织生活会前谈心谈话")


def _bureau_life(sample: Sample) -> Iterator[Plan]:
    random, root = sample.random, sample.root
    for month in _months(sample):
        party_work = month.start.month in (1, 4, 7, 10)
        title = "研究机关党建工作并部署巡查整改" if party_work else random.choice(texts.PARTY_GROUP[1:])
        yield Plan(root, (Kind.PARTY_GROUP,), _workday(sample, month, 7), title,
                   facts={"first_topic": random.random() < 0.8, "studied_party_work": party_work})
        if random.random() < 0.75:
            kinds = (Kind.CENTRE_STUDY, Kind.CENTRE_SEMINAR) if month.start.month % 3 == 0 else (Kind.CENTRE_STUDY,)
            yield Plan(root, kinds, _workday(sample, month, 20), random.choice(texts.CENTRE))
        if month.start.month == 1:
            yield Plan(root, (Kind.DEMOCRATIC_LIFE,), _workday(sample, month, 22), "对照检查班子政治建设情况")
        if month.start.month == 3:
            yield Plan(root, (Kind.MOBILISATION,), _workday(sample, month, 10), f"{month.start.year}年机关党建工作动员部署会")


class _Rosters:
    """Who was expected, from what the sample made, without a query."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.officers: dict[int, list[Member]] = {}
        by_account = {member.account_id: member for member in sample.members.values() if member.account_id}
        for post in sample.posts:
            if post.role in COMMITTEE_ROLES and post.account_id in by_account:
                self.officers.setdefault(post.branch_id, []).append(by_account[post.account_id])

    def expected(self, plan: Plan, body: str) -> list[tuple[Member, bool]]:
        """(member, votes) of everyone expected that day."""
        rows = [row for row in self.sample.spans[plan.branch.pk]
                if row.start_on <= plan.day and (row.stop_on is None or row.stop_on > plan.day)]
        if body == Body.COMMITTEE:
            return [(member, True) for member in self.officers.get(plan.branch.pk, [])]
        if body == Body.LEADERS:
            return [(member, True) for member in self.sample.leaders]
        if body == Body.GROUP:
            rows = [row for row in rows if row.group_id == plan.group.pk]
        if body == Body.CHOSEN:
            rows = self.sample.random.sample(rows, 2) if len(rows) > 1 else []
        return [(self.sample.members[row.member_id], row.kind == "full") for row in rows]


def _write(sample: Sample, rosters: _Rosters, plans: list[Plan]) -> None:
    meetings, people = [], []
    for plan in plans:
        body = body_of(set(plan.kinds), plan.branch.kind)
        attendance = _attendance(sample, rosters.expected(plan, body))
        meetings.append(_meeting(sample, plan, body, attendance))
        people.append(attendance)
    Meeting.objects.bulk_create(meetings)
    MeetingKind.objects.bulk_create(
        [MeetingKind(meeting=meeting, kind=kind) for meeting, plan in zip(meetings, plans, strict=True) for kind in plan.kinds])
    for meeting, attendance, plan in zip(meetings, people, plans, strict=True):
        _grade(sample, attendance, plan)
        for row in attendance:
            row.meeting = meeting
    Attendance.objects.bulk_create([row for attendance in people for row in attendance], batch_size=2000)
    Resolution.objects.bulk_create([_resolution(meeting) for meeting, plan in zip(meetings, plans, strict=True)
                                    if Kind.CONGRESS in plan.kinds and 2 * meeting.voters_present >= meeting.voters_expected > 0])


def _attendance(sample: Sample, expected: list[tuple[Member, bool]]) -> list[Attendance]:
    rows = []
    for member, votes in expected:
        chance = sample.random.random()
        state = "present" if chance < 0.92 else "leave" if chance < 0.99 else "absent"
        reason = {"present": "", "leave": sample.random.choice(texts.LEAVE), "absent": "未请假"}[state]
        rows.append(Attendance(member=member, votes=votes, state=state, reason=reason))
    return rows


def _grade(sample: Sample, attendance: list[Attendance], plan: Plan) -> None:
    """Grades of an appraisal: at most a third excellent, none for probationary members (MTG-8)."""
    if Kind.APPRAISAL not in plan.kinds:
        return
    voters = [row for row in attendance if row.votes]
    best = set(map(id, sample.random.sample(voters, len(voters) // 4)))
    for row in voters:
        row.grade = "excellent" if id(row) in best else "basic" if sample.random.random() < 0.02 else "qualified"


def _meeting(sample: Sample, plan: Plan, body: str, attendance: list[Attendance]) -> Meeting:
    random = sample.random
    here = [row.member for row in attendance if row.state == "present"]
    host, recorder = (here[0], here[-1]) if here else (None, None)
    lecturer, by_leader = _lecturer(sample, plan, here)
    author = sample.accounts.get(plan.branch.code.lower(), sample.accounts["dangban"])
    voided = random.random() < 0.008
    recorded = min(sample.until, plan.day + timedelta(days=_delay(sample)))
    place = random.choice(texts.SITES) if plan.facts.get("theme_form") == ThemeForm.RED_SITE else random.choice(texts.PLACES)
    begins = random.choice((time(9, 0), time(14, 30), time(15, 0), time(16, 0)))
    counted = {
        "expected_count": len(attendance), "present_count": len(here), "voters_expected": sum(row.votes for row in attendance),
        "voters_present": sum(row.votes and row.state == "present" for row in attendance)}
    return Meeting(
        branch=plan.branch, group=plan.group, state="voided" if voided else "held", body=body, held_on=plan.day, begins_at=begins,
        ends_at=time(begins.hour + 1, random.choice((20, 30, 40))), place=place, title=plan.title, topics=plan.title, host=host,
        recorder=recorder, lecturer=lecturer, by_leader=by_leader, created_by=author, recorded_on=recorded,
        void_reason="重复登记" if voided else "", changed_at=_noon(recorded), created_at=_noon(recorded),
        minutes=texts.minutes(random, plan.title, host.name, [member.name for member in here]) if host else "", **plan.facts, **counted)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(17, 30)))


def _lecturer(sample: Sample, plan: Plan, here: list[Member]) -> tuple[Member | None, bool]:
    if Kind.LECTURE not in plan.kinds:
        return None, False
    if sample.random.random() < 0.3:
        return sample.random.choice(sample.leaders), True
    return (here[0] if here else None), False


def _delay(sample: Sample) -> int:
    """Days until the entry: mostly at once, sometimes very late."""
    chance = sample.random.random()
    if chance < 0.8:
        return sample.random.randint(0, 1)
    return sample.random.randint(2, 9) if chance < 0.96 else sample.random.randint(10, 45)


def _resolution(meeting: Meeting) -> Resolution:
    return Resolution(meeting=meeting, text=f"同意{meeting.title.removeprefix('讨论').removeprefix('听取')}的意见。",
                      yes=meeting.voters_present, no=0, abstain=0)
