"""How long a session lives, and what a new account must do first. Both are decided on the server at every request."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

BEGAN, SEEN, HELD = "began", "seen", "held"
NOTED_EVERY = 60  # seconds: how often a session row is rewritten just because somebody is there
ALLOWED_FIRST = {"password_change", "logout"}
EXPIRED = "登录已过期，内容还没有保存。请在新窗口重新登录，再回到这里提交。"


class SessionLimits:
    """Ends a session after SESSION_IDLE_MINUTES without a sign of the person or SESSION_HOURS in all, and at once
    when the account has been switched off or its password changed elsewhere. Pages that ask by themselves (htmx
    GET: progress) are no sign of a person. A session that may do more than before gets a new id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            if not request.user.is_authenticated or expired(request.session, time.time()):
                logout(request)
                if by_htmx(request):
                    return HttpResponse(EXPIRED, status=401, content_type="text/plain; charset=utf-8")
            else:
                note_presence(request, time.time())
                renew_after_rise(request)
        return self.get_response(request)


def expired(session, now: float) -> bool:
    """A session without its times has just begun."""
    idle = now - session.get(SEEN, now) > settings.SESSION_IDLE_MINUTES * 60
    return idle or now - session.get(BEGAN, now) > settings.SESSION_HOURS * 3600


def note_presence(request: HttpRequest, now: float) -> None:
    if BEGAN not in request.session:
        begin_session(request, now)
    elif now - request.session.get(SEEN, 0) > NOTED_EVERY and not (
        by_htmx(request) and request.method == "GET"
    ):
        request.session[SEEN] = now


def begin_session(request: HttpRequest, now: float) -> None:
    request.session[BEGAN] = request.session[SEEN] = now
    request.session[HELD] = held_by(request)


def held_by(request: HttpRequest) -> list[int]:
    return sorted(post.pk for post in request.user.current_posts)


def renew_after_rise(request: HttpRequest) -> None:
    """A post that was not held before: whoever knew the old id shall not rise with its owner."""
    held, before = held_by(request), request.session.get(HELD)
    if before is None or held == before:
        return
    if set(held) - set(before):
        request.session.cycle_key()
    request.session[HELD] = held


def by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


class FirstPassword:
    """Whoever was given his password by someone else changes it before he sees anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if request.user.must_change_password and request.resolver_match.url_name not in ALLOWED_FIRST:
            return redirect("password_change")
        return None
