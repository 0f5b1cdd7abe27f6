"""The page for a new secretary (交接单)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from branches.meetings.handover import handover_of
from branches.models import Branch
from partywork.periods import today


@require_safe
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a branch with members; what stands above it has no such page."""
    branch = get_object_or_404(Branch.objects.visible_to(request.user).leaves(), pk=pk)
    for action in ("members.view", "meetings.view"):
        request.user.require(action, branch)
    day = today()
    return render(request, "org/handover.html", handover_of(branch, request.user, day) | {"branch": branch, "today": day})
