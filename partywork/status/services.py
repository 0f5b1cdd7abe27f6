"""The keeper's act on this page: having everything checked now, in the background."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.urls import reverse

from partywork.jobs.models import Job
from partywork.jobs.services import queue_job
from partywork.keeping.verifying import verify_in_steps

KIND = "verify"


@transaction.atomic
def request_verify(*, actor, token: UUID | str | None = None) -> Job:
    """Queue a verify; who has asked for one that is still going on is led to that one."""
    actor.require("system.verify")
    going_on = Job.objects.filter(owner=actor, kind=KIND).unfinished().first()
    return going_on or queue_job(actor=actor, kind=KIND, args={}, request_token=token)


def do_verify(job: Job, progress) -> dict:
    """For the worker. What it found is kept in the history of this machine; the job itself leads to the page."""
    job.owner.require("system.verify")
    told = verify_in_steps(progress, by=str(job.owner))
    return {"page": reverse("system"), "label": "查看结果", "problems": told["problems"]}
