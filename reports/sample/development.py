"""People on their way into the Party: somebody in every stage, some late, some waiting above. Rows as the services would write them."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from branches.meetings.kinds import Body, Kind
from branches.meetings.models import Attendance, Meeting, MeetingKind, Resolution
from branches.models import Branch
from members.development.course import Course
from members.development.extra import REPORTED, REPORTED_MARK, VOTED
from members.development.models import (
    Helper,
    LocalItem,
    Path,
    StepRecord,
    Submission,
    ThoughtReport,
    Trainee,
    TrainingClass,
)
from members.development.papers import wanted_documents
from members.development.steps import KEYS, SET_2026
from members.models import Member, Membership
from members.pinyin import spell
from partywork.periods import add_months
from reports.sample import names
from reports.sample.organisation import Sample

# Days after the application on which each step is taken.
DAYS = dict(zip(KEYS, (0, 15, 120, 130, 130, 300, 500, 517, 519, 525, 530, 535, 545, 550, 560, 570, 590, 591, 592, 600, 740, 912, 930,
                       950, 960), strict=True))
SECOND_CHECK = 470
COMMITTEE = ("activist", "candidate", "branch_review")


@dataclass(frozen=True)
class Case:
    """In which branch, the last step taken, how many days ago, and what waits above."""

    branch: int
    last: str
    ago: int
    waiting: str = ""
    stopped: bool = False


CASES = (
    Case(0, "application", 12), Case(1, "application", 45), Case(2, "talk", 40), Case(0, "talk", 150), Case(4, "activist", 9, "activist_record"),
    Case(0, "activist_record", 60), Case(1, "contacts", 170), Case(2, "cultivation", 40), Case(3, "cultivation", 200), Case(5, "cultivation", 75),
    Case(6, "candidate", 20, "candidate_consent"), Case(0, "candidate_consent", 4), Case(2, "introducers", 12), Case(7, "political_review", 15),
    Case(1, "training", 6), Case(0, "branch_review", 8, "pre_review"), Case(8, "pre_review", 25), Case(2, "pledge_form", 40),
    Case(1, "admission", 20, "approval"), Case(9, "admission", 100, "approval"), Case(0, "approval", 10), Case(2, "placement", 45), Case(4, "oath", 60),
    Case(1, "probation", 170), Case(5, "full_application", 30), Case(0, "full_meeting", 12, "full_approval"), Case(3, "full_approval", 8),
    Case(2, "archive", 30), Case(6, "activist_record", 90, stopped=True),
)  # fmt: skip
TITLES = ("学习党章的体会和近期工作情况", "参加防汛值守的思想认识", "学习先进典型的体会", "一年来的思想和工作小结", "参加主题党日活动的收获")
FILLED = "能够认真学习党的基本知识，积极参加支部活动，工作踏实，群众评价较好。"


@dataclass
class Making:
    """What is being made of one case."""

    sample: Sample
    case: Case
    branch: Branch
    path: Path
    begun: date
    records: list[StepRecord] = field(default_factory=list)

    def day(self, key: str) -> date:
        return self.begun + timedelta(days=DAYS[key])


def build_paths(sample: Sample) -> int:
    """Write the paths; returns how many. A small sample takes the cases of its own branches."""
    random = Random("development")
    training = _training(sample)
    LocalItem.objects.create(key="activist", name="党员推荐票和群团推优表", scheme="双推双评三全程", start_on=sample.start)
    cases = [case for case in CASES if case.branch < min(len(sample.branches), 12)]
    for case in cases:
        _build(sample, case, random, training)
    return len(cases)


def _training(sample: Sample) -> TrainingClass:
    first = sample.until - timedelta(days=14)
    return TrainingClass.objects.create(branch=sample.root, title="县直机关发展对象培训班", organiser="县直机关工委", place="县委党校",
                                        start_on=first, stop_on=first + timedelta(days=2), days=3, hours=24)  # fmt: skip


def _build(sample: Sample, case: Case, random: Random, training: TrainingClass) -> None:
    branch = sample.branches[case.branch]
    begun = sample.until - timedelta(days=DAYS[case.last] + case.ago)
    name, sex = names.person(random)
    pinyin, initials = spell(name)
    groups = sample.groups[branch.pk]
    path = Path.objects.create(name=name, sex=sex, pinyin=pinyin, initials=initials, branch=branch, group=groups[0] if groups else None,
                               born_on=date(begun.year - random.randint(22, 33), random.randint(1, 12), random.randint(1, 28)),
                               created_by=_secretary(sample, branch))  # fmt: skip
    making = Making(sample, case, branch, path, begun)
    for key in KEYS[:KEYS.index(case.last) + 1]:
        _record(making, key, training)
        if key == "candidate":  # the second half-year's check
            _record(making, "cultivation", training, making.begun + timedelta(days=SECOND_CHECK))
    _submissions(making)
    _beside(making, random, training)
    _member(making)
    _settle(making)


def _secretary(sample: Sample, branch: Branch):
    return sample.accounts.get(branch.code.lower(), sample.accounts["dangban"])


def _record(making: Making, key: str, training: TrainingClass, on: date | None = None) -> None:
    day = on or (training.stop_on if key == "training" and making.case.last == "training" else making.day(key))
    known = day >= making.sample.start
    record = StepRecord(path=making.path, branch=making.branch, key=key, done_on=day, recorded_on=min(making.sample.until, day),
                        created_by=_secretary(making.sample, making.branch), carried=not known)  # fmt: skip
    if known:
        record.documents = wanted_documents(key, day, ())
        _rest(making, record, key, day)
    if SET_2026.step(key).until:
        record.note = FILLED
    if key == "candidate_consent":
        record.publicity_from, record.publicity_to = day - timedelta(days=16), day - timedelta(days=2)
    record.save()
    if on is None:
        making.records.append(record)


def _rest(making: Making, record: StepRecord, key: str, day: date) -> None:
    """The meeting that decided, or the committee that approved."""
    if key in COMMITTEE:
        record.meeting = _meeting(making, Kind.COMMITTEE, day, f"研究{making.path.name}发展入党事项")
    elif key in VOTED:
        meeting = _meeting(making, Kind.CONGRESS, day, f"讨论{making.path.name}入党事项")
        words = "接收为预备党员" if key == "admission" else "按期转为正式党员"
        record.resolution = Resolution.objects.create(meeting=meeting, order=1, matter=VOTED[key], text=f"同意{making.path.name}{words}。",
                                                      yes=meeting.voters_present, no=0, abstain=0)  # fmt: skip
    elif key in REPORTED:
        record.body, record.document_no = making.sample.root, f"岚水党〔{day.year}〕{day.timetuple().tm_yday}号"


def _meeting(making: Making, kind: str, day: date, title: str) -> Meeting:
    """A meeting at which everybody was."""
    sample, branch = making.sample, making.branch
    rows = [row for row in sample.spans[branch.pk] if row.start_on <= day and (row.stop_on is None or row.stop_on > day)]
    people = [(sample.members[row.member_id], row.kind == "full") for row in rows]
    if kind == Kind.COMMITTEE:
        people = [(member, True) for member, votes in people if votes][:3]
    voters = sum(votes for _, votes in people)
    meeting = Meeting.objects.create(
        branch=branch, state="held", body=Body.COMMITTEE if kind == Kind.COMMITTEE else Body.WHOLE, held_on=day, title=title, topics=title,
        created_by=_secretary(sample, branch), recorded_on=day, minutes=f"会议研究了{making.path.name}的情况，逐一发表意见后形成一致意见。",
        host=people[0][0] if people else None, expected_count=len(people), present_count=len(people), voters_expected=voters,
        voters_present=voters)
    MeetingKind.objects.create(meeting=meeting, kind=kind)
    Attendance.objects.bulk_create(Attendance(meeting=meeting, member=member, votes=votes) for member, votes in people)
    return meeting


def _submissions(making: Making) -> None:
    """What was reported: decided with its record, or still waiting."""
    secretary, staff = _secretary(making.sample, making.branch), making.sample.accounts["dangban"]
    for record in making.records:
        if record.key in REPORTED and not record.carried:
            sent = record.done_on - timedelta(days=3 if record.key not in REPORTED_MARK else 8)
            Submission.objects.create(path=making.path, key=record.key, reported_on=sent, state="approved", decided_on=record.done_on,
                                      created_by=secretary, decided_by=staff, record=record)  # fmt: skip
    if making.case.waiting:
        last = making.records[-1].done_on
        Submission.objects.create(path=making.path, key=making.case.waiting, reported_on=last + timedelta(days=2), created_by=secretary)


def _beside(making: Making, random: Random, training: TrainingClass) -> None:
    """Contacts, introducers, thought reports, the training class."""
    keys = {record.key: record for record in making.records}
    here = [row.member_id for row in making.sample.spans[making.branch.pk] if row.kind == "full" and row.stop_on is None][:6]
    for key, role in (("contacts", "contact"), ("introducers", "introducer")):
        for pk in here[:2] if key in keys else ():
            Helper.objects.create(path=making.path, member_id=pk, role=role, start_on=keys[key].done_on)
    if "activist" in keys:
        end = min(making.sample.until, keys["admission"].done_on if "admission" in keys else making.sample.until)
        _thoughts(making, random, keys["activist"].done_on, end)
    if making.case.last in ("candidate_consent", "introducers", "political_review", "training"):
        passed = making.case.last == "training"
        Trainee.objects.create(training=training, path=making.path, branch=making.branch, days=3 if passed else None,
                               hours=24 if passed else None, passed=True if passed else None)  # fmt: skip


def _thoughts(making: Making, random: Random, since: date, end: date) -> None:
    day = max(add_months(since, 3), making.sample.start)
    while day < end:
        if random.random() < 0.85:
            ThoughtReport.objects.create(path=making.path, branch=making.branch, handed_on=day, title=random.choice(TITLES),
                                         opinion="态度端正，已当面交换意见。", created_by=_secretary(making.sample, making.branch))  # fmt: skip
        day = add_months(day, 3)


def _member(making: Making) -> None:
    """Whoever was approved is on the roster from the day of the congress on."""
    keys = {record.key: record.done_on for record in making.records}
    if "approval" not in keys:
        return
    path, joined = making.path, keys["admission"]
    full = add_months(joined, 12) if "full_approval" in keys else None
    member = Member.objects.create(name=path.name, pinyin=path.pinyin, initials=path.initials, sex=path.sex, born_on=path.born_on,
                                   joined_on=joined, full_on=full)  # fmt: skip
    row = Membership(member=member, branch=path.branch, group=path.group, kind="probationary", start_on=joined, start_reason="admitted")
    rows = [row]
    if full:
        row.stop_on, row.stop_reason = full, "changed"
        rows.append(Membership(member=member, branch=path.branch, group=path.group, kind="full", start_on=full, start_reason="turned_full"))
    for each in rows:
        each.save()
    member.latest = rows[-1]
    member.save(update_fields=["latest"])
    making.sample.members[member.pk] = member
    making.sample.spans[path.branch_id] += rows
    path.member = member


def _settle(making: Making) -> None:
    path = making.path
    if making.case.stopped:
        StepRecord.objects.create(path=path, branch=making.branch, key="stopped", done_on=making.sample.until - timedelta(days=20),
                                  recorded_on=making.sample.until, note="本人调往外县工作，未再提出接续。",
                                  created_by=_secretary(making.sample, making.branch))  # fmt: skip
    course = Course.of(path)
    path.state, path.stage = course.state, course.stage
    path.save(update_fields=["state", "stage", "member"])
