"""/healthz: what a load balancer or a watchman asks. No login, no personal data, no writing."""
from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from partywork.jobs.models import SILENT_AFTER, Job, State, WorkerBeat
from partywork.version import VERSION


@login_not_required
@never_cache
@require_safe
def show_health(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served; the worker's state is told but is no reason to take the site away."""
    try:
        facts = {"status": "ok", "database": "ok"} | _worker_facts()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "away", "version": VERSION}, status=503)
    return JsonResponse(facts | {"version": VERSION})


def _worker_facts() -> dict:
    alive = WorkerBeat.objects.filter(seen_at__gte=timezone.now() - SILENT_AFTER).exists()
    return {"worker": "ok" if alive else "away", "queue": Job.objects.filter(state=State.QUEUED).count()}
