"""How far a job is: a page of its own and, for htmx, the piece that other pages embed."""
from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from partywork.jobs.models import Job


@require_safe
def job_status(request: HttpRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    answer = render(request, "jobs/_progress.html" if request.htmx else "jobs/status.html", {"job": job})
    return trigger_client_event(answer, "job-over") if request.htmx and not job.is_open else answer
