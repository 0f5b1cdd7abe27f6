"""Where a meeting counts within this app: its ledgers with the ordinal, the duties it fulfils, the study record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from branches.meetings.duties import Demand, Duty, Facts, demands, duties_from
from branches.meetings.kinds import LESSON_KINDS, Kind
from branches.meetings.links import duties_url, list_url
from branches.meetings.models import Meeting, State
from partywork.periods import NUMERALS, Period, Span
from partywork.receipts import Line, provides

LESSONS, LIFE, BUREAU, STUDY, OTHER = (
    "三会一课台账",
    "组织生活台账",
    "领导班子台账",
    "学习台账",
    "其他会议台账",
)
LEDGERS = dict.fromkeys(LESSON_KINDS, LESSONS) | {
    Kind.THEME_DAY: "主题党日台账",
    Kind.ORG_LIFE: LIFE,
    Kind.APPRAISAL: LIFE,
    Kind.CHECKUP: LIFE,
    Kind.TALK: LIFE,
    Kind.STUDY: STUDY,
    Kind.SEMINAR: STUDY,
    Kind.CENTRE_STUDY: BUREAU,
    Kind.CENTRE_SEMINAR: BUREAU,
    Kind.DEMOCRATIC_LIFE: BUREAU,
    Kind.PARTY_GROUP: BUREAU,
    Kind.MOBILISATION: OTHER,
}
STUDYING = (Kind.LECTURE, Kind.STUDY, Kind.SEMINAR, Kind.CENTRE_STUDY, Kind.CENTRE_SEMINAR)


@provides(Meeting)
def ledgers_and_duties(meeting: Meeting) -> Iterator[Line]:
    """Two queries, one more each for a group's and for a branch committee's meeting."""
    if meeting.state != State.HELD:
        return
    kinds = [Kind(code) for code in meeting.kind_codes]
    year = Period.at(Span.YEAR, meeting.held_on)
    asked = demands(Period.at(Span.MONTH, meeting.held_on), kinds)
    facts = Facts([meeting.branch], year.start, year.stop)
    for kind in kinds:
        yield _ledger_line(meeting, kind, _stretch(kind, asked, meeting.held_on), facts)
    for duty in duties_from(facts, [meeting.branch], asked, meeting.held_on):
        if meeting.pk in duty.held:
            yield _duty_line(duty)
    if studied := [kind for kind in kinds if kind in STUDYING]:
        yield _study_line(meeting, studied)


def _stretch(kind: Kind, asked: list[Demand], day: date) -> Period:
    """The time within which meetings of this kind are numbered: the rule's own, else the half-year."""
    return next((part for owed, _, part in asked if owed.kind == kind), Period.at(Span.HALF, day))


def _ledger_line(meeting: Meeting, kind: Kind, part: Period, facts: Facts) -> Line:
    same = facts.held(meeting.branch_id, (kind,), part, meeting.group_id if kind is Kind.GROUP else None)
    group = meeting.group.name if kind is Kind.GROUP and meeting.group else ""
    which = f"第{same.index(meeting.pk) + 1}次" if part.span is not Span.MONTH or len(same) > 1 else ""
    return Line(
        LEDGERS[kind], f"{_when(part)}{group}{which}{kind.label}", list_url(meeting.branch_id, kind, part)
    )


def _when(part: Period) -> str:
    """3月, 第一季度, 上半年, 2026年."""
    match part.span:
        case Span.MONTH:
            return f"{part.start.month}月"
        case Span.QUARTER:
            return f"第{NUMERALS[part.ordinal - 1]}季度"
    return part.label.removeprefix(f"{part.start.year}年") or part.label


def _duty_line(duty: Duty) -> Line:
    told = "已完成" if not duty.missing else f"已完成{duty.done}次，还差{duty.missing}次"
    whose = duty.period.label + (duty.group.name if duty.group else "")
    text = f"{duty.rule_id} {duty.kind.label}每{duty.period.span.label}{duty.required}次：{told}（{whose}）"
    return Line("规定任务", text, duties_url(duty.branch.pk, duty.period))


def _study_line(meeting: Meeting, studied: list[Kind]) -> Line:
    names = "、".join(kind.label for kind in studied)
    part = Period.at(Span.HALF, meeting.held_on)
    return Line(
        "学习记录", f"{meeting.present_count}人参加{names}", list_url(meeting.branch_id, studied[0], part)
    )
