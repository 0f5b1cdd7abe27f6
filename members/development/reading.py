"""One path as its page shows it: 25 lines with what is done, what can come next and until when, and why not yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db.models import Prefetch
from django.urls import reverse

from branches.accounts.models import Account
from branches.meetings.quorum import verdict_on
from members.development import rules
from members.development.basis import counts_of
from members.development.course import Course, Measure
from members.development.extra import EXITS, OF_COMMITTEE, REPEATED, REPORTED, VOTED, title_of
from members.development.models import Path, StepFile, StepRecord, Submission
from members.development.papers import local_items, wanted_documents
from members.development.recording import right_for
from members.development.shape import Stage
from members.development.steps import SET_2026
from members.development.windows import Window, label_of
from members.rules import cn


@dataclass
class Line:
    """One step. `state`: done, now (it may be taken), early (its interval runs), sent (waits above), later (not yet its turn),
    over (the path ended before it)."""

    key: str
    number: int
    name: str
    decides: str
    says: str
    rule_id: str
    state: str
    records: list[StepRecord] = field(default_factory=list)
    window: Window | None = None
    submission: Submission | None = None
    faults: tuple[str, ...] = ()
    waits_for: str = ""
    missing: list[str] = field(default_factory=list)
    url: str = ""
    label: str = ""
    rules_text: str = ""
    overdue: bool = False

    @property
    def rule_url(self) -> str:
        return reverse("rule", args=[self.rule_id])

    @property
    def record(self) -> StepRecord | None:
        return self.records[-1] if self.records else None

    @property
    def kind(self) -> str:
        return {"done": "ok", "sent": "info", "now": "bad" if self.overdue else "warn"}.get(self.state, "muted")

    @property
    def word(self) -> str:
        if self.state == "now" and self.overdue:
            return "已超期"
        words = {"done": "已完成", "now": "可以办理", "early": "未到时间", "sent": "待上级办理", "later": "尚未到", "over": "不再办理"}
        return "进行中" if self.state == "now" and self.records else words[self.state]

    @property
    def when(self) -> str:
        """最早…，最迟…, of a step that is not done."""
        if not self.window or self.state == "done":
            return ""
        told = []
        if self.window.earliest and self.state == "early":
            told.append(f"最早{cn(self.window.earliest)}")
        if self.window.latest:
            told.append(f"最迟{cn(self.window.latest)}")
        return "，".join(told)

    @property
    def why(self) -> str:
        """Where the bound that matters now comes from."""
        if not self.window:
            return self.waits_for
        return self.window.why_earliest if self.state == "early" else self.window.why_latest


@dataclass
class StageLines:
    label: str
    lines: list[Line]


def whole_path(rows) -> object:
    """A queryset `with_course`, with what only one person's page shows."""
    files = Prefetch("files", StepFile.objects.filter(removed_at=None).select_related("attachment"), to_attr="papers")
    records = StepRecord.objects.standing().order_by("done_on", "id").prefetch_related(
        files, "resolution__meeting__kinds"
    ).select_related("meeting__branch", "resolution__meeting__branch", "body")  # fmt: skip
    return rows.select_related("branch", "group", "member__latest__branch").prefetch_related(
        Prefetch("records", records, to_attr="standing"), "submissions__decided_by", "member__memberships"
    )


def lines_of(course: Course, reader: Account, measure: Measure) -> list[Line]:
    """All 25 steps. One query (local requirements)."""
    items = list(local_items(measure.today))
    judged = rules.review(course.dates, measure.settings, measure.calendar, exits=course.exits)
    coming = {each.step.key: each for each in course.next_windows(measure)}
    return [_line(course, step, reader, measure, judged, coming, items) for step in SET_2026.steps]


def _line(course: Course, step, reader, measure: Measure, judged, coming, items) -> Line:
    records = [each for each in course.records if each.key == step.key]
    for each in records:
        tell_votes(each, reader)
    window = coming.get(step.key)
    line = Line(step.key, step.number, step.name, step.decides, step.says, step.rule_id, "later", records, window)
    line.submission = course.waiting(step.key)
    line.state = _state(course, line, measure.today)
    line.overdue = bool(window and window.latest and window.latest < measure.today)
    if step.key in judged and records:
        line.faults = judged[step.key].blocks + judged[step.key].warnings
    if line.state in ("now", "early") and line.window:
        line.missing = wanted_documents(step.key, measure.today, items)
        line.url, line.label = action_of(course.path, step.key, reader) if line.state == "now" else ("", "")
    if line.state == "later":
        line.waits_for = _waits_for(course, step, measure)
    line.faults += tuple(each.broken for each in records if each.broken)
    return line


def _state(course: Course, line: Line, today: date) -> str:
    if line.submission:
        return "sent"
    if line.window:
        starts = line.window.blocked_before or line.window.earliest
        return "early" if starts and starts > today else "now"
    if line.records:
        return "done"
    return "over" if course.path.state == "ended" or course.exits.over else "later"


def _waits_for(course: Course, step, measure: Measure) -> str:
    """Which step comes first."""
    if course.undecided:
        return f"等{title_of(course.undecided)}的结果"
    found = rules.window(step.key, course.dates, measure.settings, measure.calendar, exits=course.exits, on=measure.today)
    wanting = [*found.missing, *rules.wanting(step, course.dates)]
    return f"在{label_of(wanting[0])}之后" if wanting else ""


def action_of(path: Path, key: str, reader: Account) -> tuple[str, str]:
    """(address, label) of what this reader can do about a step; ("", "") when it is another's."""
    action = "development.approve" if key in OF_COMMITTEE else "development.edit"
    if not reader.can(action, path):
        return "", ""
    if key == "training":
        return reverse("trainings"), "培训班"
    label = f"报送{REPORTED[key]}" if key in REPORTED else "登记考察" if key in REPEATED else "登记"
    return reverse("path_step", args=[path.pk, key]), label


def tell_votes(record: StepRecord, reader: Account) -> None:
    """Beside a record: its meeting, the votes as they stand there, and whether that meeting still holds."""
    held = record.resolution.meeting if record.resolution else record.meeting
    record.held, record.votes, record.broken = held, "", ""
    record.opens = bool(held) and reader.can("meetings.view", held)
    record.mendable = reader.can(right_for(record), record)
    record.voidable = record.mendable and record.key not in ("application", "moved", "stopped")
    if held and held.state != "held":
        record.broken = "所依据的会议已作废，这一步失去依据，请更正或作废。"
    if record.resolution:
        row = record.resolution
        verdict = verdict_on(held.kind_codes, row.matter, held.held_on, row.yes, row.written_yes or 0, counts_of(held))
        record.votes = verdict.text
        record.broken = record.broken or _no_longer(record, verdict.passes)
    if held and not record.broken and held.held_on != record.done_on:
        record.broken = f"会议日期已更正为{cn(held.held_on)}，请更正这一步。"


def _no_longer(record: StepRecord, passes: bool | None) -> str:
    """What a corrected meeting says of the step that rests on it."""
    if record.resolution.matter != VOTED[record.key]:
        return "会议更正后，这项决议已是其他事项，请更正或作废这一步。"
    return "" if passes else "按会议现在的记录，表决没有通过，请核对会议记录。"


def stages_of(lines: list[Line]) -> list[StageLines]:
    by_key = {step.key: step.stage for step in SET_2026.steps}
    return [StageLines(Stage(stage).label, list(same)) for stage, same in groupby(lines, key=lambda line: by_key[line.key])]


def next_of(lines: list[Line]) -> list[Line]:
    """What is to be done, the nearest limit first; the repeated check last unless it is overdue."""
    open_lines = [line for line in lines if line.state in ("now", "early", "sent")]
    return sorted(open_lines, key=lambda line: (
        not line.overdue, line.key in REPEATED, line.state == "early",
        (line.window and line.window.latest) or date.max, line.number))  # fmt: skip


def exits_of(course: Course, reader: Account) -> list[StepRecord]:
    found = [each for each in course.records if each.key in EXITS]
    for each in found:
        tell_votes(each, reader)
        each.title = EXITS[each.key]
    return found


def checks_missed(course: Course, measure: Measure) -> list[date]:
    """The half-years without an observation, before and during probation."""
    missed: list[date] = []
    for key, since, until in (("cultivation", "activist", "admission"), ("probation", "admission", "full_meeting")):
        if since in course.dates and not course.exits.over:
            step = rules.set_on(course.dates[since]).step(key)
            months = rules.figures_of(step, measure.settings)["check_months"]
            end = course.dates.get(until, measure.today)
            missed += rules.missed_checks(course.dates[since], course.checks(key), months, end)
    return missed
