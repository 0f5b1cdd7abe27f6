"""Signing in and out, one's own password, the permissions table, and the auditor's journal."""

from __future__ import annotations

import math
import time

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib import messages
from django.contrib.auth import login as begin_login
from django.contrib.auth import logout as end_login
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts import services, trail
from branches.accounts.forms import EntryFilter, LoginForm, PasswordForm
from branches.accounts.middleware import begin_session
from branches.accounts.permissions import TABLE, Role, reach_of
from partywork.answers import answer_form, posted
from partywork.lists import list_page
from partywork.views import error_page


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = LoginForm(request, data=posted(request))
    if form.is_bound and form.is_valid():
        begin_login(request, form.get_user())
        begin_session(request, time.time())
        services.note_login(actor=form.get_user())
        return redirect(asked_for(request))
    if form.is_bound and was_judged(request, form):
        services.note_refused_login(username=form.cleaned_data["username"])
    return render(request, "accounts/login.html", {"form": form, "next": request.GET.get("next", "")})


def was_judged(request: HttpRequest, form: LoginForm) -> bool:
    """Whether name and password were tried and refused; a locked try is noted where it is answered."""
    return {"username", "password"} <= form.cleaned_data.keys() and not getattr(
        request, "axes_locked_out", False
    )


def asked_for(request: HttpRequest) -> str:
    """The page of this site from which the person was sent to sign in, else the home page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("home")


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        services.note_logout(actor=request.user)
    end_login(request)
    return redirect("login")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The limiter's answer (429); the same for a login name that exists and one that does not."""
    username = (credentials or {}).get("username") or ""
    services.note_refused_login(username=username, locked=True)
    minutes = minutes_to_wait(request, username)
    answer = error_page(
        request,
        429,
        message="密码连续输错次数太多，为保护账号，这个登录名在这台电脑上暂停登录。",
        wait=f"{minutes} 分钟",
    )
    answer["Retry-After"] = str(minutes * 60)
    return answer


def minutes_to_wait(request: HttpRequest, username: str) -> int:
    tries = AccessAttempt.objects.filter(username=username, ip_address=request.axes_ip_address)
    last = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    left = last + get_cool_off(request) - timezone.now()
    return max(1, math.ceil(left.total_seconds() / 60))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    first = request.user.must_change_password

    def act(values: dict) -> HttpResponse:
        services.change_own_password(actor=request.user, new_password=values["new_password"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改。您在其他地方的登录已全部退出。")
        return redirect("home")

    template = "accounts/first_password.html" if first else "accounts/password.html"
    return answer_form(request, PasswordForm(posted(request), request=request), template, act)


@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """权限一览: the one table itself, with the reader's own posts marked."""
    mine = {post.role for post in request.user.current_posts}
    roles = [{"label": role.label, "mine": role.value in mine} for role in Role]
    rows = [
        {
            "label": label,
            "cells": [{"reach": reach_of(action, role), "mine": role.value in mine} for role in Role],
        }
        for action, (label, _) in TABLE.items()
    ]
    return render(request, "accounts/permissions.html", {"roles": roles, "rows": rows})


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    request.user.require("journal.view")
    context = list_page(request, trail.last_entries(), filterset=EntryFilter, per_page=50)
    context["trail"] = [trail.TrailRow.of(entry) for entry in context["page_obj"]]
    context |= {"broken": trail.first_break(), "checked": trail.CHECKED}
    return render(request, "accounts/journal.html", context)
