"""The ledger's acts. Each is one conditional update, so that whoever comes second changes nothing.

Queued → running (claimed with a lease) → done or failed; a claim that is lost goes back to queued, three times at most.
"""
from __future__ import annotations

import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from partywork.celery import app
from partywork.errors import RuleViolation
from partywork.jobs.models import Job, State
from partywork.jobs.querysets import LEASE, MAX_TRIES
from partywork.jobs.registry import find_kind
from partywork.jobs.runner import is_gone, this_runner
from partywork.journal.services import register_actions, write_entry

log = logging.getLogger(__name__)
register_actions({"job.ask": "提交后台任务"})
MAX_OPEN = 3
TOO_MANY = "您已有 3 项任务在排队或进行中，请等其中一项完成后再提交。"
GAVE_UP = "已尝试 3 次都中途停止，不再重试。请稍后重新提交；仍不行，请把编号告诉系统管理员。"
UNEXPECTED = "处理时出现意外错误，系统管理员可凭编号查到原因。请稍后重新提交。"
FREE = {"claim": None, "lease_until": None}


class ClaimLost(Exception):
    """This runner no longer holds the job: someone else took it over. Whatever it was writing must roll back."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a job until someone else gets it."""

    job_id: uuid.UUID
    key: uuid.UUID = field(default_factory=uuid.uuid4)


# --- asking for work ------------------------------------------------------------------------------------------------


@transaction.atomic
def queue_job(*, actor, kind: str, args: dict, request_token: uuid.UUID | str | None = None) -> Job:
    """A job in the caller's transaction; the wake-up goes out when that commits. The same token gives the same job."""
    if not find_kind(kind):
        raise ValueError(f"unknown job kind {kind}")
    _lock_account(actor)
    if request_token and (job := Job.objects.filter(owner=actor, request_token=request_token).first()):
        return job
    if Job.objects.filter(owner=actor).unfinished().count() >= MAX_OPEN:
        raise RuleViolation(TOO_MANY)
    job = Job.objects.create(owner=actor, kind=kind, args=args, request_token=request_token)
    write_entry(actor=actor, action="job.ask", target=job, label=job.label)
    transaction.on_commit(partial(send_wake_up, job.pk))
    return job


def _lock_account(actor) -> None:
    """Two clicks at once are judged one after the other (SQLite's writers queue anyway)."""
    get_user_model().objects.select_for_update(no_key=True).filter(pk=actor.pk).first()


def send_wake_up(job_id: uuid.UUID) -> bool:
    """Tell the workers; a broker that is away or frozen costs a second; the sweep tells them again."""
    try:
        app.tasks["jobs.run"].apply_async(args=[str(job_id)])
    except Exception as error:  # every broker has its own errors, and none of them concerns the person who clicked
        log.warning("wake-up of job %s not sent: %s", job_id, type(error).__name__)
        return False
    return True


# --- doing work -----------------------------------------------------------------------------------------------------


def claim_job(job_id: uuid.UUID | str) -> Claim | None:
    """Take the job, or None when someone else has it or it is over: a doubled wake-up does nothing."""
    claim, now = Claim(uuid.UUID(str(job_id))), timezone.now()
    taken = Job.objects.claimable_on(now).filter(pk=claim.job_id).update(
        state=State.RUNNING, claim=claim.key, runner=this_runner(), lease_until=now + LEASE, heartbeat_at=now,
        started_at=now, tries=F("tries") + 1, progress=0, note="",
    )
    return claim if taken else None


def extend_lease(claim: Claim, **fields) -> None:
    """A sign of life, with progress when there is some; ClaimLost tells a runner that was too slow to stop."""
    now = timezone.now()
    if not Job.objects.held_by(claim).update(lease_until=now + LEASE, heartbeat_at=now, **fields):
        raise ClaimLost(claim.job_id)


def finish_job(claim: Claim, result: dict) -> None:
    """Done. Inside the caller's transaction this is what makes the result and the job's end one act."""
    _end(claim, state=State.DONE, progress=100, note="", result=result)


def fail_job(claim: Claim, error: str, reference: str = "") -> None:
    _end(claim, state=State.FAILED, error=error[:500], reference=reference)


def _end(claim: Claim, **fields) -> None:
    if not Job.objects.held_by(claim).update(finished_at=timezone.now(), **FREE, **fields):
        raise ClaimLost(claim.job_id)


def give_back(claim: Claim) -> None:
    """Let someone else try, or say why nobody will any more."""
    held = Job.objects.held_by(claim)
    if held.filter(tries__gte=MAX_TRIES).exists():
        fail_job(claim, GAVE_UP, new_reference())
    else:
        held.update(state=State.QUEUED, note="", progress=0, **FREE)


def new_reference() -> str:
    """A short number for a person to read out; the log has it beside the details."""
    return uuid.uuid4().hex[:8].upper()


# --- finding what was dropped -----------------------------------------------------------------------------------------


def sweep_jobs(*, resend_after: int = 10) -> int:
    """Give back what nobody works on and wake the workers for what waits; returns how many wake-ups went out.

    Safe at any time and from many processes: it only ever takes a job from a runner that is dead or silent.
    """
    give_back_dropped(Job.objects.all())
    return _resend_waiting(resend_after)


def give_back_dropped(jobs: QuerySet) -> int:
    """Those of `jobs` whose lease is over, or whose runner is known to be dead before that."""
    overdue = set(jobs.overdue_on(timezone.now()).values_list("pk", "claim"))
    running = jobs.filter(state=State.RUNNING).values_list("pk", "claim", "runner")
    dropped = [Claim(pk, key) for pk, key, runner in running if (pk, key) in overdue or is_gone(runner)]
    for claim in dropped:
        log.warning("job %s was dropped by its runner", claim.job_id)
        with suppress(ClaimLost):  # finished a moment ago
            give_back(claim)
    return len(dropped)


def _resend_waiting(resend_after: int) -> int:
    now, sent = timezone.now(), 0
    waiting = Job.objects.filter(state=State.QUEUED, sent_at__lte=now - timedelta(seconds=resend_after))
    for job_id in waiting.order_by("created_at").values_list("pk", flat=True):
        if not send_wake_up(job_id):
            break  # the broker is away: trying the others would only cost a second each
        sent += Job.objects.filter(pk=job_id).update(sent_at=now)
    return sent
