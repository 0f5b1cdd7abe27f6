"""What a branch reports to the upper committee, and what the committee decides. Nobody decides what he reported himself, or his
own case. Approving writes the step; the approvals of 接收 and 转正 write the roster through `members`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch
from members import personal
from members.changes import leave_member, turn_full
from members.development.course import Course, measure_on
from members.development.exits import judge_report, probation_of
from members.development.extra import APPROVES, REPORTED, title_of
from members.development.models import Path, StepRecord, Submission
from members.development.recording import Facts, Recorded, take_out, write_step
from members.development.services import lock_open, need_reason, refresh, require
from members.models import StartReason, StopReason
from members.rules import cn
from members.services import create_member
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.services import write_entry
from partywork.versions import claim_version

OWN = "自己报送的或者涉及本人的事项，应由其他同志办理。"


def committee_over(branch: Branch) -> Branch | None:
    """The nearest committee above (or the organisation itself): only a committee approves (第22条)."""
    above = [*Branch.objects.above(branch), branch]
    return next((each for each in reversed(above) if each.kind == "committee"), None)


@transaction.atomic
def submit_step(
    *, actor: Account | None, path: Path, key: str, reported_on: date, today: date, note: str = "",
    publicity_from: date | None = None, publicity_to: date | None = None, form_token: UUID | None = None,
) -> Submission:  # fmt: skip
    """Report a step for the upper committee's decision; it has to be the step that comes next."""
    require(actor, "development.edit", path)
    path = lock_open(path)
    course = Course.of(path)
    if why := why_not_submit(course, key, today):
        raise RuleViolation(why)
    since = course.dates.get(_since(key), course.dates["application"])
    if not since <= reported_on <= today:
        raise RuleViolation(f"上报日期应在{cn(since)}和今天之间。", field="reported_on")
    sent = Submission.objects.create(path=path, key=key, reported_on=reported_on, note=note, publicity_from=publicity_from,
                                     publicity_to=publicity_to, created_by=actor, form_token=form_token)  # fmt: skip
    refresh(path)
    write_entry(actor=actor, action="development.submit", target=path,
                changes={"key": [None, title_of(key)], "reported_on": [None, reported_on.isoformat()]})  # fmt: skip
    return sent


def _since(key: str) -> str:
    """The step on which a decision above rests."""
    return APPROVES.get(key) or {"activist_record": "activist", "candidate_consent": "candidate", "pre_review": "branch_review"}[key]


def why_not_submit(course: Course, key: str, today: date) -> str:
    """"" when a decision above can be asked for now."""
    if course.waiting(key):
        return f"{title_of(key)}已经报送，正在等上级党委办理。"
    if course.record(key):
        return f"{title_of(key)}已经办理。"
    if course.undecided:
        return "" if key == course.undecided else f"{title_of(course.undecided)}还没有结果。"
    ready = course.record(APPROVES[key]) if key in APPROVES else _can_come(course, key, today)
    return "" if ready else f"{title_of(key)}的前一步还没有登记，不能报送。"


def _can_come(course: Course, key: str, today: date) -> bool:
    return key in {each.step.key for each in course.next_windows(measure_on(today))}


@transaction.atomic
def withdraw_submission(*, actor: Account | None, submission: Submission) -> Submission:
    """Taken back by the branch before anybody decided. Twice is once."""
    require(actor, "development.edit", submission)
    submission, path = _held(submission)
    if submission.state != "waiting":
        raise RuleViolation("上级党委已经办理，不能撤回。")
    submission.state, submission.reason = "returned", "支部撤回"
    submission.save(update_fields=["state", "reason"])
    refresh(path)
    write_entry(actor=actor, action="development.withdraw", target=path, changes={"key": [title_of(submission.key), None]})
    return submission


@transaction.atomic
def approve_submission(*, actor: Account | None, submission: Submission, facts: Facts, version: int, today: date) -> Recorded:
    """The committee's decision for it, with day and document number; the step is written by it."""
    body = _begin(actor, submission, version)
    submission, path = _held(submission)
    _check_waiting(submission)
    submission.state = "approved"  # before the step is judged: it no longer waits
    submission.decided_on, submission.decided_by = facts.on, actor
    submission.save(update_fields=["state", "decided_on", "decided_by"])
    if facts.on < submission.reported_on:
        raise RuleViolation(f"办理日期不能早于上报日期（{cn(submission.reported_on)}）。", field="day")
    done = write_step(actor, path, submission.key, facts, today)
    done.record.body = body
    done.record.save(update_fields=["body"])
    submission.record = done.record
    submission.save(update_fields=["record"])
    late = _late_report(submission, path)
    _follow(actor, path, submission.key, done.record, today)
    refresh(path)
    write_entry(actor=actor, action="development.approve", target=path, reason=facts.document_no,
                changes={"key": [None, title_of(submission.key)], "decided_on": [None, facts.on.isoformat()]})  # fmt: skip
    return replace(done, warnings=(*done.warnings, *late))


@transaction.atomic
def return_submission(
    *, actor: Account | None, submission: Submission, reason: str, version: int, decided_on: date, today: date
) -> Submission:
    """Back to the branch with the reason. An extension or cancellation that is not approved falls."""
    _begin(actor, submission, version)
    submission, path = _held(submission)
    _check_waiting(submission)
    if not submission.reported_on <= decided_on <= today:
        raise RuleViolation(f"办理日期应在上报日期（{cn(submission.reported_on)}）和今天之间。", field="day")
    submission.reason = need_reason(reason, "退回")
    submission.state, submission.decided_on, submission.decided_by = "returned", decided_on, actor
    submission.save(update_fields=["state", "reason", "decided_on", "decided_by"])
    if submission.key in ("extension_approval", "cancellation_approval"):
        take_out(Course.of(path).record(APPROVES[submission.key]), f"上级党委未批准：{submission.reason}"[:200])
    refresh(path)
    write_entry(actor=actor, action="development.return", target=path, reason=submission.reason,
                changes={"key": [title_of(submission.key), None]})  # fmt: skip
    return submission


def _begin(actor: Account | None, submission: Submission, version: int) -> Branch:
    require(actor, "development.approve", submission)
    body = committee_over(submission.path.place)
    if body is None:
        raise RuleViolation("上级没有具有审批权限的基层党委，不能办理。")
    require(actor, "development.approve", body)
    if is_own(actor, submission):
        raise NotAllowed(OWN)
    claim_version(submission, version)
    return body


def is_own(actor: Account | None, submission: Submission) -> bool:
    """Whether somebody would decide what he reported, or about himself."""
    member = submission.path.member
    return actor is not None and actor.pk in (submission.created_by_id, member and member.account_id)


def _held(submission: Submission) -> tuple[Submission, Path]:
    path = lock_open(submission.path)
    return Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk), path


def _check_waiting(submission: Submission) -> None:
    if submission.state != "waiting":
        raise RuleViolation(f"这一事项{submission.get_state_display()}，不用再办理。")


def _late_report(submission: Submission, path: Path) -> tuple[str, ...]:
    """Local practice about a resolution of admission that was reported late."""
    if submission.key != "approval":
        return ()
    admitted = Course.of(path).dates["admission"]
    own = measure_on(submission.reported_on).settings.get("DEV-34", {})
    return judge_report(admitted, submission.reported_on, **own).warnings


# --- the roster ---------------------------------------------------------------------------------------------------------


def _follow(actor: Account | None, path: Path, key: str, record: StepRecord, today: date) -> None:
    """What the decision means for the roster."""
    course = Course.of(path)
    if key == "approval" and path.member is None:
        _admit(actor, path, course, today)
    elif key == "full_approval":
        day = probation_of(course.dates["admission"], course.exits).full_from
        turn_full(actor=actor, member=path.member, day=day, today=today, note=_note(record))
    elif key == "cancellation_approval":
        leave_member(actor=actor, member=path.member, reason=StopReason.CANCELLED, day=record.done_on, today=today, note=_note(record))


def _admit(actor: Account | None, path: Path, course: Course, today: date) -> None:
    """A probationary member from the day of the congress on, with what his path knows of him."""
    day = course.dates["admission"]
    member = create_member(
        actor=actor, name=path.name, sex=path.sex, born_on=path.born_on, joined_on=day, full_on=None, branch=path.branch,
        group=path.group, start_on=day, today=today, reason=StartReason.ADMITTED, note=_note(course.record("approval")),
    )  # fmt: skip
    path.member = member
    path.save(update_fields=["member"])
    personal.save_profile(actor=actor, member=member, today=today, id_number=path.id_number, **_course_of_life(course))


def _course_of_life(course: Course) -> dict[str, Any]:
    known = {"applied_on": "application", "activist_on": "activist", "candidate_on": "candidate"}
    return {name: course.dates[key] for name, key in known.items() if key in course.dates}


def _note(record: StepRecord) -> str:
    return f"上级党委{cn(record.done_on)}{REPORTED[record.key]}" + (f"，{record.document_no}" if record.document_no else "")
