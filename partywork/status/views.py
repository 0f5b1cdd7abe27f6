"""The keeper's page and his manual. No business record is shown here, nor anything that tells of one."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from partywork.errors import RuleViolation
from partywork.status import facts, services
from partywork.status.handbook import chapters, render_handbook
from partywork.status.lines import State
from partywork.tokens import TokenForm, as_uuid


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    request.user.require("system.view")
    found = facts.sections()
    count = Counter(line.state for section in found for line in section.lines)
    return render(request, "status/page.html", {
        "sections": found, "failed": facts.failed_lately(),
        "wrong": count[State.WRONG], "look": count[State.LOOK],
        "form": TokenForm() if request.user.can("system.verify") else None,
    })


@require_POST
def system_verify(request: HttpRequest) -> HttpResponse:
    try:
        job = services.request_verify(actor=request.user, token=as_uuid(request.POST.get("form_token")))
    except RuleViolation as refusal:
        messages.error(request, refusal.message)
        return redirect("system")
    return redirect("job", job.pk)


@require_safe
def handbook(request: HttpRequest) -> HttpResponse:
    request.user.require("system.view")
    return render(request, "status/handbook.html", {"text": render_handbook(), "chapters": chapters()})
