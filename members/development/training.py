"""Training classes: held by a committee, attended by candidates of any branch below; enough hours make step 11."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch
from members.development.course import Course
from members.development.models import Path, StepRecord, Trainee, TrainingClass
from members.development.querysets import in_reach
from members.development.recording import Facts, write_step
from members.development.services import lock_open, require
from members.rules import cn
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, snapshot, write_entry
from partywork.versions import claim_version

FACTS = ("title", "organiser", "place", "start_on", "stop_on", "days", "hours")


@transaction.atomic
def open_class(*, actor: Account | None, branch: Branch, form_token: UUID | None = None, **facts: Any) -> TrainingClass:
    require(actor, "development.approve", branch)
    training = TrainingClass(branch=branch, created_by=actor, form_token=form_token, **facts)
    _check_times(training)
    training.save()
    write_entry(actor=actor, action="development.class", target=training, changes=changes_between({}, snapshot(training, FACTS)))
    return training


@transaction.atomic
def edit_class(*, actor: Account | None, training: TrainingClass, version: int, **facts: Any) -> TrainingClass:
    require(actor, "development.approve", training)
    claim_version(training, version)
    before = snapshot(training, FACTS)
    for name in facts.keys() & set(FACTS):
        setattr(training, name, facts[name])
    _check_times(training)
    training.save()
    write_entry(actor=actor, action="development.class_edit", target=training, changes=changes_between(before, snapshot(training, FACTS)))
    return training


def _check_times(training: TrainingClass) -> None:
    if training.stop_on < training.start_on:
        raise RuleViolation("结束日期早于开始日期。", field="stop_on")
    if training.days > (training.stop_on - training.start_on).days + 1:
        raise RuleViolation("天数多于起止日期之间的天数，请核对。", field="days")


def candidates_for(account: Account | None, training: TrainingClass, *, listed: bool = False):
    """Who is a candidate, has not been trained, and is not in the class yet; with `listed` also who is."""
    rows = Path.objects.open().filter(pk__in=_having("candidate_consent")).exclude(pk__in=_having("training"))
    rows = rows if listed else rows.exclude(trainings__training=training)
    rows = rows if account is None else rows.filter(in_reach(account, "development.approve"))
    return rows.select_related("branch", "member__latest__branch").order_by("branch__path", "pinyin", "pk")


def _having(key: str):
    return StepRecord.objects.standing().filter(key=key).values("path")


@transaction.atomic
def take_trainees(*, actor: Account | None, training: TrainingClass, paths: Sequence[Path]) -> list[Trainee]:
    """Put candidates on the list; who is on it already stays there once."""
    require(actor, "development.approve", training)
    TrainingClass.objects.select_for_update().get(pk=training.pk)
    made = []
    for path in paths:
        require(actor, "development.approve", path)
        row, new = Trainee.objects.get_or_create(training=training, path=path, defaults={"branch": path.place})
        made += [row] * new
    names = "、".join(row.path.name for row in made)
    if made:
        write_entry(actor=actor, action="development.trainees", target=training, changes={"参训人员": [None, names]})
    return made


@transaction.atomic
def record_hours(
    *, actor: Account | None, training: TrainingClass, sheet: Mapping[int, tuple[Decimal | None, Decimal | None, bool | None]],
    version: int, today: date,
) -> list[str]:  # fmt: skip
    """{trainee: (days, hours, passed)} of the whole class. Who passed with enough gets step 11 on its last day.
    Returns what is told about those whose step could not be written."""
    require(actor, "development.approve", training)
    claim_version(training, version)
    if training.stop_on > today:
        raise RuleViolation(f"培训到{cn(training.stop_on)}结束，结束以后再登记学时。")
    told, changed = [], {}
    for row in training.trainees.select_for_update(of=("self",)).select_related("path"):
        days, hours, passed = sheet.get(row.pk, (row.days, row.hours, row.passed))
        _check_hours(training, row, days, hours)
        old = [row.days, row.hours, row.passed]
        row.days, row.hours, row.passed = days, hours, passed
        row.save(update_fields=["days", "hours", "passed"])
        if old != [days, hours, passed]:
            changed[row.path.name] = ["", f"{days or 0}天、{hours or 0}学时{'，合格' if passed else ''}"]
        told += _step_of(actor, row, training, today) if passed else []
    write_entry(actor=actor, action="development.hours", target=training, changes=changed)
    return told


def _check_hours(training: TrainingClass, row: Trainee, days: Decimal | None, hours: Decimal | None) -> None:
    if (days or 0) > training.days or (hours or 0) > training.hours:
        raise RuleViolation(f"{row.path.name}的天数或学时多于培训班的{training.days}天、{training.hours}学时，请核对。")


def _step_of(actor: Account | None, row: Trainee, training: TrainingClass, today: date) -> list[str]:
    """Step 11 of one who passed; "" told when it stands, a sentence when it cannot be written yet."""
    path = lock_open(row.path)
    if Course.of(path).record("training"):
        return []
    facts = Facts(day=training.stop_on, documents=("培训合格证明",), note=f"{training.title}，{row.days or 0}天、{row.hours or 0}学时")
    try:
        with transaction.atomic():
            write_step(actor, path, "training", facts, today)
    except RuleViolation as why:
        return [f"{path.name}：{why.message}"]
    return []
