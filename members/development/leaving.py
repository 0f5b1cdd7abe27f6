"""Ways off the chain: cultivation stops or goes on again, a person goes on in another branch. Extension and cancellation are
records of a congress (`recording`) and a decision above (`approvals`)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members.development.course import Course
from members.development.models import Path, StepRecord
from members.development.recording import take_out
from members.development.services import lock, lock_open, need_reason, note_step, refresh, require
from members.rules import cn
from members.services import check_place
from partywork.errors import RuleViolation
from partywork.journal.services import write_entry


@transaction.atomic
def stop_path(*, actor: Account | None, path: Path, day: date, reason: str, today: date) -> StepRecord:
    """Cultivation ends before the person is a probationary member."""
    require(actor, "development.edit", path)
    reason = need_reason(reason, "终止")
    path = lock_open(path)
    course = Course.of(path)
    if path.member_id:
        raise RuleViolation("已是预备党员，不能终止培养；不具备党员条件的，由支部大会讨论取消预备党员资格。")
    if waiting := [each for each in course.submissions if each.state == "waiting"]:
        raise RuleViolation(f"{waiting[0].get_key_display()}正在等上级党委办理，请先撤回。")
    _check_day(course, day, today)
    record = StepRecord.objects.create(path=path, branch=path.branch, key="stopped", done_on=day, note=reason, recorded_on=today,
                                       created_by=actor)  # fmt: skip
    refresh(path)
    note_step(actor, "development.stop", record, reason=reason)
    return record


@transaction.atomic
def resume_path(*, actor: Account | None, path: Path, reason: str, today: date) -> Path:
    """A stop that was entered wrongly, or taken back, is undone; the time before it counts on."""
    require(actor, "development.edit", path)
    reason = need_reason(reason, "恢复")
    path = lock(path)
    stopped = Course.of(path).record("stopped")
    if stopped is None:
        raise RuleViolation("没有终止培养，不用恢复。")
    take_out(stopped, reason)
    refresh(path)
    write_entry(actor=actor, action="development.resume", target=path, reason=reason)
    return path


@transaction.atomic
def move_path(
    *, actor: Account | None, path: Path, branch: Branch, group: PartyGroup | None, day: date, reason: str, today: date
) -> StepRecord:
    """Goes on in another branch of this organisation; his time and steps are carried over (第12条). A member moves with his
    membership (`members.changes`), and his path with him."""
    require(actor, "development.edit", path)
    require(actor, "development.edit", branch)
    path = lock_open(path)
    if path.member_id:
        raise RuleViolation("已列入党员名册，请在党员档案“办理变动”中调整支部，发展档案随之接续。")
    if branch == path.branch:
        raise RuleViolation("已经在这个支部。", field="branch")
    check_place(branch, group, day, today)
    _check_day(Course.of(path), day, today)
    before, path.branch, path.group = path.branch, branch, group
    path.save(update_fields=["branch", "group"])
    record = StepRecord.objects.create(path=path, branch=branch, key="moved", done_on=day, recorded_on=today, created_by=actor,
                                       note=f"由{before.short_name}转来。{reason}")  # fmt: skip
    refresh(path)
    note_step(actor, "development.move", record, reason=reason, branch=[before.short_name, branch.short_name])
    return record


def _check_day(course: Course, day: date, today: date) -> None:
    last = max((each.done_on for each in course.records), default=day)
    if not last <= day <= today:
        raise RuleViolation(f"日期应在最近一步（{cn(last)}）和今天之间。", field="day")
