"""Running one job: claim it, keep the claim alive, call the kind's function, and write down how it ended."""
from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from time import monotonic

from django.db import DatabaseError, OperationalError, connection, transaction

from partywork.errors import NotAllowed, RuleViolation
from partywork.failpoints import fail_here
from partywork.jobs.models import Job, State
from partywork.jobs.registry import Kind, find_kind
from partywork.jobs.services import (
    UNEXPECTED,
    Claim,
    ClaimLost,
    claim_job,
    extend_lease,
    fail_job,
    finish_job,
    give_back,
    give_back_dropped,
    new_reference,
)
from partywork.journal.services import write_entry

log = logging.getLogger(__name__)
BEAT_SECONDS = 5
LOST = "提交以后您不再担任可以办理这件事的职务，任务没有完成。"


class Progress:
    """What a job's function talks to.

    `progress(40, "正在计算指标")` shows progress and raises ClaimLost when the job was given to another runner; call it
    outside transactions. `progress.finish(result)` inside the function's last `atomic()` makes its own writes and the
    end of the job one act: a runner that lost its claim rolls back. Otherwise returning the result is enough.
    """

    def __init__(self, claim: Claim, tell: Callable[[int, str], None] | None = None) -> None:
        self.claim, self.tell, self.finished = claim, tell, False

    def __call__(self, percent: int, note: str = "") -> None:
        extend_lease(self.claim, progress=max(0, min(99, int(percent))), note=note[:100])
        if self.tell:
            self.tell(percent, note)

    def finish(self, result: dict | None = None) -> None:
        finish_job(self.claim, result or {})
        self.finished = True


class Heartbeat:
    """Extends the lease from a thread, so that a long silent step keeps its job; stops at the kind's time limit."""

    def __init__(self, claim: Claim, limit: int) -> None:
        self.claim, self.ends = claim, monotonic() + limit
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self.thread.start()
        return self

    def __exit__(self, *exc) -> None:
        self.stop.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.stop.wait(BEAT_SECONDS) and monotonic() < self.ends:
                self._extend()
        except ClaimLost:
            pass  # the runner is told at its next progress or finish
        finally:
            connection.close()

    def _extend(self) -> None:
        try:
            extend_lease(self.claim)
        except DatabaseError:  # away or locked for a moment: the next beat may still be in time
            connection.close()


def run_job(job_id: uuid.UUID | str) -> None:
    """Do the job if it is still to be done. Called by the worker for every wake-up."""
    fail_here("job.received")
    if claim := claim_job(job_id) or _claim_from_dead(job_id):
        fail_here("job.claimed")
        _run_claimed(claim)


def _claim_from_dead(job_id: uuid.UUID | str) -> Claim | None:
    """The broker returned the message of a killed process: no need to wait for its lease."""
    return claim_job(job_id) if give_back_dropped(Job.objects.filter(pk=job_id)) else None


def _run_claimed(claim: Claim, tell: Callable[[int, str], None] | None = None) -> None:
    job = Job.objects.select_related("owner").get(pk=claim.job_id)
    try:
        _work(job, claim, tell)
    except ClaimLost:
        log.warning("job %s went to another runner", claim.job_id)


def _work(job: Job, claim: Claim, tell) -> None:
    try:
        _call(find_kind(job.kind), job, Progress(claim, tell))
        fail_here("job.finished")
    except RuleViolation as refusal:
        fail_job(claim, refusal.message)
    except NotAllowed as refusal:
        _refuse(job, claim, refusal)
    except OperationalError:
        log.exception("job %s: the database failed", job.pk)
        give_back(claim)
    except ClaimLost:
        raise
    except Exception:
        reference = new_reference()
        log.exception("job %s (%s) failed, reference %s", job.pk, job.kind, reference)
        fail_job(claim, UNEXPECTED, reference)


def _refuse(job: Job, claim: Claim, refusal: NotAllowed) -> None:
    """The right was lost after the click; like every refusal it stands in the journal."""
    with transaction.atomic():
        fail_job(claim, LOST)
        write_entry(actor=job.owner, action="access.refuse", target=job, label=job.label, reason=f"需要：{refusal.needed}",
                    result="refused")


def _call(kind: Kind | None, job: Job, progress: Progress) -> None:
    if kind is None:
        raise RuleViolation("后台进程的版本较旧，不认识这种任务。请系统管理员更新后重新提交。")
    with Heartbeat(progress.claim, kind.limit):
        result = kind.function(job, progress)
        if not progress.finished:
            progress.finish(result)


def run_now(*, actor, kind: str, args: dict, tell: Callable[[int, str], None] | None = None) -> Job:
    """Do a job at once in this process, for commands. Raises RuleViolation with the reason when it fails.

    Row and claim are committed together: no worker's sweep can take the job first. Killed half-way, a worker redoes it.
    """
    if not find_kind(kind):
        raise ValueError(f"unknown job kind {kind}")
    with transaction.atomic():
        job = Job.objects.create(owner=actor, kind=kind, args=args)
        claim = claim_job(job.pk)
    _run_claimed(claim, tell)
    job.refresh_from_db()
    if job.state != State.DONE:
        raise RuleViolation(job.text)
    return job
