"""The report's numbers that come from meetings. A meeting of several kinds counts once under each of them."""

from __future__ import annotations

from branches.meetings.kinds import Grade, Kind, ThemeForm
from branches.meetings.models import Attendance, Meeting, Presence, State
from partywork.figures import By, Demanded, Distinct, Ground, Level, Listing, Q, Ratio, Total, during, figure
from partywork.periods import Period

RESPONSIBILITY, PEOPLE, ACTIVITY = 2, 3, 4
HELD = Ground(Meeting, always=Q(state=State.HELD))
SHEETS = Ground(Attendance, branch="meeting__branch", always=Q(meeting__state=State.HELD))


def _held(period: Period, kind: Kind, *more: Q) -> Demanded:
    """A meeting has a kind at most once: none is counted twice."""
    return during("held_on", period), Q(kinds__kind=kind), *more


def _of_kind(kind: Kind):
    def demand(period: Period) -> Demanded:
        return _held(period, kind)

    demand.__doc__ = f"本期内已召开的{kind.label}次数，按召开日期计；同一次会议兼有多种类型的，每种类型各计一次；不含草稿和作废。"
    return demand


def _declare_kinds(part: int, level: Level, *kinds: tuple[str, Kind]) -> None:
    for key, kind in kinds:
        figure(f"meetings.{key}", of=HELD, label=kind.label, unit="次", part=part, level=level)(_of_kind(kind))


_declare_kinds(
    RESPONSIBILITY,
    Level.BRANCH,
    ("congress", Kind.CONGRESS),
    ("committee", Kind.COMMITTEE),
    ("group", Kind.GROUP),
    ("lecture", Kind.LECTURE),
)


@figure("meetings.lecture_by_leader", of=HELD, label="领导干部讲党课", unit="次", part=RESPONSIBILITY)
def lectures_by_leaders(period: Period) -> Demanded:
    """本期内已召开的党课中，由领导干部讲授的次数；不含草稿和作废。"""
    return _held(period, Kind.LECTURE, Q(by_leader=True))


@figure("meetings.work_report", of=HELD, label="支部委员会向党员大会报告工作", unit="次", part=RESPONSIBILITY)
def work_reports(period: Period) -> Demanded:
    """本期内已召开的党员大会中，支部委员会报告工作的次数；不含草稿和作废。"""
    return _held(period, Kind.CONGRESS, Q(work_report=True))


@figure(
    "meetings.party_group_work",
    of=HELD,
    label="党组会研究党建工作",
    unit="次",
    part=RESPONSIBILITY,
    level=Level.COMMITTEE,
)
def party_group_work(period: Period) -> Demanded:
    """本期内已召开的党组会中，研究党建工作的次数；不含草稿和作废。"""
    return _held(period, Kind.PARTY_GROUP, Q(studied_party_work=True))


@figure("meetings.first_topic", of=HELD, label="第一议题学习", unit="次", part=RESPONSIBILITY, level=Level.COMMITTEE)
def first_topics(period: Period) -> Demanded:
    """本期内已召开的党组会中，安排第一议题学习的次数；不含草稿和作废。"""
    return _held(period, Kind.PARTY_GROUP, Q(first_topic=True))


_declare_kinds(RESPONSIBILITY, Level.BRANCH, ("org_life", Kind.ORG_LIFE))


@figure(
    "meetings.self_criticism",
    of=HELD,
    label="自我批评意见",
    unit="条",
    part=RESPONSIBILITY,
    how=Total("self_criticisms"),
)
def self_criticisms(period: Period) -> Demanded:
    """本期内已召开的组织生活会登记的自我批评意见条数之和；未登记条数的不计。"""
    return _held(period, Kind.ORG_LIFE, Q(self_criticisms__gt=0))


@figure(
    "meetings.mutual_criticism",
    of=HELD,
    label="相互批评意见",
    unit="条",
    part=RESPONSIBILITY,
    how=Total("mutual_criticisms"),
)
def mutual_criticisms(period: Period) -> Demanded:
    """本期内已召开的组织生活会登记的相互批评意见条数之和；未登记条数的不计。"""
    return _held(period, Kind.ORG_LIFE, Q(mutual_criticisms__gt=0))


_declare_kinds(RESPONSIBILITY, Level.BRANCH, ("appraisal", Kind.APPRAISAL))


def _graded(period: Period) -> Demanded:
    return during("meeting__held_on", period), Q(meeting__kinds__kind=Kind.APPRAISAL), ~Q(grade="")


@figure("meetings.appraised", of=SHEETS, label="参加民主评议的党员", unit="人次", part=RESPONSIBILITY)
def appraised(period: Period) -> Demanded:
    """本期内已召开的民主评议党员中评定了等次的人次；预备党员参加但不评定等次，不计入。"""
    return _graded(period)


@figure(
    "meetings.appraised_by_grade",
    of=SHEETS,
    label="民主评议等次",
    unit="人次",
    part=RESPONSIBILITY,
    how=By("grade", lambda: Grade.choices),
)
def appraised_by_grade(period: Period) -> Demanded:
    """本期内已召开的民主评议党员中，按评定等次分列的人次。"""
    return _graded(period)


_declare_kinds(RESPONSIBILITY, Level.BRANCH, ("checkup", Kind.CHECKUP))


@figure(
    "meetings.checkup_members",
    of=SHEETS,
    label="参加党性体检的党员",
    unit="人",
    part=RESPONSIBILITY,
    how=Distinct("member"),
)
def checkup_members(period: Period) -> Demanded:
    """本期内到会参加党性体检的党员人数，一人参加多次只计一人。"""
    return during("meeting__held_on", period), Q(state=Presence.PRESENT, meeting__kinds__kind=Kind.CHECKUP)


_declare_kinds(
    RESPONSIBILITY,
    Level.BRANCH,
    ("theme_day", Kind.THEME_DAY),
    ("mobilisation", Kind.MOBILISATION),
    ("talk", Kind.TALK),
)


@figure(
    "attendance.rate",
    of=HELD,
    label="到会率",
    unit="%",
    part=RESPONSIBILITY,
    how=Ratio("present_count", "expected_count"),
)
def attendance_rate(period: Period) -> Demanded:
    """本期内已召开的各类会议实到人数之和除以应到人数之和，以百分数表示，保留一位小数；应到名单按召开当日的花名册。"""
    return (during("held_on", period),)


def _rate_of(kind: Kind):
    def demand(period: Period) -> Demanded:
        return _held(period, kind)

    demand.__doc__ = f"本期内已召开的{kind.label}实到人数之和除以应到人数之和，以百分数表示，保留一位小数。"
    return demand


for _key, _kind in (
    ("congress", Kind.CONGRESS),
    ("committee", Kind.COMMITTEE),
    ("group", Kind.GROUP),
    ("lecture", Kind.LECTURE),
    ("theme_day", Kind.THEME_DAY),
):
    figure(
        f"attendance.rate_{_key}",
        of=HELD,
        label=f"{_kind.label}到会率",
        unit="%",
        part=RESPONSIBILITY,
        how=Ratio("present_count", "expected_count"),
    )(_rate_of(_kind))

_declare_kinds(
    PEOPLE, Level.COMMITTEE, ("centre_study", Kind.CENTRE_STUDY), ("centre_seminar", Kind.CENTRE_SEMINAR)
)


@figure(
    "meetings.democratic_life",
    of=HELD,
    label="民主生活会",
    unit="次",
    part=PEOPLE,
    level=Level.COMMITTEE,
    how=Listing(),
)
def democratic_life(period: Period) -> Demanded:
    """本期内已召开的民主生活会，列出日期和主题；不含草稿和作废。"""
    return _held(period, Kind.DEMOCRATIC_LIFE)


_declare_kinds(PEOPLE, Level.BRANCH, ("study", Kind.STUDY), ("seminar", Kind.SEMINAR))


def _theme_of(form: ThemeForm):
    def demand(period: Period) -> Demanded:
        return _held(period, Kind.THEME_DAY, Q(theme_form=form))

    demand.__doc__ = f"本期内已召开的主题党日中，形式为{form.label}的次数；不含草稿和作废。"
    return demand


for _form in ThemeForm:
    figure(f"theme.{_form.value}", of=HELD, label=f"主题党日（{_form.label}）", unit="次", part=ACTIVITY)(
        _theme_of(_form)
    )


@figure(
    "theme.by_form",
    of=HELD,
    label="主题党日按形式",
    unit="次",
    part=ACTIVITY,
    how=By("theme_form", lambda: ThemeForm.choices),
)
def theme_days_by_form(period: Period) -> Demanded:
    """本期内已召开的主题党日，按形式分列的次数；没有填写形式的不列。"""
    return _held(period, Kind.THEME_DAY)


@figure(
    "meetings.volunteer_people",
    of=HELD,
    label="志愿服务类主题党日参加人次",
    unit="人次",
    part=ACTIVITY,
    how=Total("present_count"),
)
def volunteer_people(period: Period) -> Demanded:
    """本期内已召开的志愿服务类主题党日实到人数之和。"""
    return _held(period, Kind.THEME_DAY, Q(theme_form=ThemeForm.VOLUNTEER))
