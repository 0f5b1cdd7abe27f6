"""Signing in and out, one's own password, the permissions table, and the auditor's journal."""

from __future__ import annotations

import time
import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_login
from django.contrib.auth import logout as end_login
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts import services, throttle, trail
from branches.accounts.forms import EntryFilter, HeadForm, LoginForm, PasswordForm
from branches.accounts.middleware import begin_session
from branches.accounts.models import Session
from branches.accounts.permissions import TABLE, Role, reach_of
from partywork.answers import answer_form, posted
from partywork.journal.heads import heads_by_day, still_holds
from partywork.lists import list_page

HEAD_DAYS = 31


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = LoginForm(request, data=posted(request))
    if form.is_bound and form.is_valid():
        with transaction.atomic():  # nobody is in of whom the journal does not tell
            begin_login(request, form.get_user())
            begin_session(request, time.time())
            services.note_login(actor=form.get_user())
        forget_old(request)
        return redirect(asked_for(request))
    return render(request, "accounts/login.html", {"form": form, "next": request.GET.get("next", "")})


def forget_old(request: HttpRequest) -> None:
    """Nobody comes back for sessions of closed browsers and for counts that are over."""
    request.session.clear_expired()
    throttle.forget_old()


def asked_for(request: HttpRequest) -> str:
    """The page of this site from which the person was sent to sign in, else the home page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else resolve_url("home")  # a bare word would be taken for a view's name


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        services.note_logout(actor=request.user)
    end_login(request)
    return redirect("login")


# --- one's own logins ------------------------------------------------------------------------------------------------


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """我的登录: where one is signed in, newest first."""
    context = {"sessions": request.user.sessions.open_at(timezone.now()), "here": request.session.session_key}
    context |= {"idle_minutes": settings.SESSION_IDLE_MINUTES, "hours": settings.SESSION_HOURS}
    return render(request, "accounts/sessions.html", context)


@require_POST
def session_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One login: one's own, or by the keeper anybody's."""
    session = get_object_or_404(Session.objects.visible_to(request.user).select_related("account"), pk=pk)
    if session.session_key == request.session.session_key:
        return logout(request)
    services.end_session(actor=request.user, session=session)
    messages.success(request, "这处登录已结束。")
    return redirect("sessions") if session.account_id == request.user.pk else redirect("account", session.account_id)


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """All one's own, except this one."""
    ended = services.end_sessions(actor=request.user, account=request.user, but=request.session.session_key)
    messages.success(request, f"其他 {ended} 处登录已全部结束。" if ended else "没有其他登录。")
    return redirect("sessions")


# --- one's own password ----------------------------------------------------------------------------------------------


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


@require_safe
def journal_heads(request: HttpRequest) -> HttpResponse:
    """每日链头: what the auditor prints and keeps, and the answer to one that he kept earlier."""
    request.user.require("journal.view")
    form = HeadForm(request.GET or None)
    asked = form.cleaned_data["head"] if form.is_bound and form.is_valid() else None
    context = {"form": form, "asked": asked, "holds": bool(asked) and still_holds(*asked)}
    return render(request, "accounts/heads.html", context | {"heads": heads_by_day(HEAD_DAYS), "days": HEAD_DAYS})
