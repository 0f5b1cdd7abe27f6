"""The site's own addresses and a few that fail in every way a view can."""

from __future__ import annotations

import errno

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from partywork.errors import NotAllowed, RuleViolation
from partywork.middleware.facts import current_ip
from partywork.urls import handler400, handler403, handler404, handler500
from partywork.urls import urlpatterns as site_urls

__all__ = ["handler400", "handler403", "handler404", "handler500"]

FAULTS = {
    "crash": ZeroDivisionError("不该给人看的话"),
    "database": OperationalError("server closed the connection"),
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "rule": RuleViolation("草稿还没有填写会议日期，不能登记。"),
    "needed": NotAllowed("支部书记"),
    "denied": PermissionDenied(),
}


@csrf_exempt
@login_not_required
def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise FAULTS[kind]


@csrf_exempt
@login_not_required
def echo(request: HttpRequest) -> JsonResponse:
    files = {name: file.size for name, file in request.FILES.items()}
    return JsonResponse(
        {"get": request.GET.dict(), "post": request.POST.dict(), "files": files, "ip": current_ip()}
    )


def interrupted(request: HttpRequest) -> HttpResponse:
    """Another request of the same person has ended this session meanwhile."""
    type(request.session)(request.session.session_key).delete()
    request.session["later"] = True
    return HttpResponse("ok")


@login_not_required
def guarded(request: HttpRequest) -> HttpResponse:
    return HttpResponse(forms.Form().as_p())


urlpatterns = [
    path("trial/fail/<str:kind>", fail),
    path("trial/echo", echo),
    path("trial/guarded", guarded),
    path("trial/interrupted", interrupted),
    path("trial/post", csrf_exempt(login_not_required(require_POST(lambda request: HttpResponse("ok"))))),
    *site_urls,
]
