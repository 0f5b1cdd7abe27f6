"""Figures of joining (figures.md part 3): dated steps, training, thought reports. Each step counts for the branch of its day."""

from __future__ import annotations

from members.development.models import StepRecord, ThoughtReport, Trainee
from members.figures import ROSTER
from members.models import StartReason
from partywork.figures import Demanded, Distinct, Ground, Listing, Q, during, figure
from partywork.periods import Period

STEPS = Ground(StepRecord, always=Q(voided_at=None))
REPORTS = Ground(ThoughtReport, always=Q(voided_at=None))
CLASSES = Ground(Trainee)
BY_PATH = Listing(order=("branch__path", "path__pinyin", "id"), related=("path", "branch"))
BY_MEMBER = Listing(order=("branch__path", "member__pinyin", "member_id"), related=("member", "branch"))


@figure("development.applications", of=STEPS, label="新递交入党申请", unit="人", part=3)
def applications(period: Period) -> Demanded:
    """本期内递交入党申请书的人数，按递交日期计；从外单位转来的，按在原单位递交的日期计。"""
    return _taken(period, "application")


@figure("development.activists", of=STEPS, label="新确定入党积极分子", unit="人", part=3)
def activists(period: Period) -> Demanded:
    """本期内由支部委员会研究确定为入党积极分子的人数，按会议日期计。"""
    return _taken(period, "activist")


@figure("development.activist_names", of=STEPS, label="新确定入党积极分子名单", unit="人", part=3, how=BY_PATH)
def activist_names(period: Period) -> Demanded:
    """本期内由支部委员会研究确定为入党积极分子的姓名，按支部、姓名排列。"""
    return _taken(period, "activist")


@figure("development.candidates", of=STEPS, label="新列为发展对象", unit="人", part=3)
def candidates(period: Period) -> Demanded:
    """本期内经上级党委同意、公示期满列为发展对象的人数，按列为发展对象的日期计。"""
    return _taken(period, "candidate_consent")


@figure("development.trained", of=CLASSES, label="参加集中培训的发展对象", unit="人", part=3, how=Distinct("path"))
def trained(period: Period) -> Demanded:
    """本期内选派参加发展对象集中培训的人数，按培训开始日期计，参加几期的只计一次。"""
    return (during("training__start_on", period),)


@figure("development.trained_names", of=CLASSES, label="参加集中培训的发展对象名单", unit="人", part=3, how=BY_PATH)
def trained_names(period: Period) -> Demanded:
    """本期内选派参加发展对象集中培训的人员姓名，按培训开始日期计，按支部、姓名排列。"""
    return (during("training__start_on", period),)


@figure("development.admitted_names", of=ROSTER, label="新接收预备党员名单", unit="人", part=3, how=BY_MEMBER)
def admitted_names(period: Period) -> Demanded:
    """本期内支部发展入党的人员姓名，按支部党员大会通过其为预备党员的日期计。"""
    return during("start_on", period), Q(start_reason=StartReason.ADMITTED)


@figure("development.full_names", of=ROSTER, label="预备党员转正名单", unit="人", part=3, how=BY_MEMBER)
def full_names(period: Period) -> Demanded:
    """本期内转为正式党员的人员姓名，按转正日期（党龄起算之日）计。"""
    return during("start_on", period), Q(start_reason=StartReason.TURNED_FULL)


@figure("development.extended", of=STEPS, label="延长预备期", unit="人", part=3)
def extended(period: Period) -> Demanded:
    """本期内支部党员大会讨论决定延长预备期的人数，按会议日期计；上级党委没有批准的不计。"""
    return _taken(period, "extension")


@figure("development.extended_names", of=STEPS, label="延长预备期名单", unit="人", part=3, how=BY_PATH)
def extended_names(period: Period) -> Demanded:
    """本期内支部党员大会讨论决定延长预备期的人员姓名，按会议日期计；上级党委没有批准的不计。"""
    return _taken(period, "extension")


@figure("development.thought_reports", of=REPORTS, label="思想汇报", unit="份", part=3)
def thought_reports(period: Period) -> Demanded:
    """本期内申请入党的人和预备党员递交的思想汇报份数，按递交日期计，作废的不计。"""
    return (during("handed_on", period),)


def _taken(period: Period, key: str) -> Demanded:
    return during("done_on", period), Q(key=key)
