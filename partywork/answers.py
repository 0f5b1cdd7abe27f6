"""What a form page answers: the form again with what is wrong, the conflict page, or where the act leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partywork.errors import RuleViolation, StaleVersion
from partywork.journal.services import entries_for
from partywork.tokens import already_made
from partywork.versions import conflict_context

SAME_MOMENT = "刚才另有人保存了相同的内容，这次没有保存。请核对后重新提交。"


def posted(request: HttpRequest):
    """What a form is bound to: the POST, or nothing while the page is only shown."""
    return request.POST if request.method == "POST" else None


def made_before(request: HttpRequest, model: type[models.Model], lead: Callable[[Any], HttpResponse]) -> HttpResponse | None:
    """Where the same form led when it was sent the first time. For tables without a column of their maker."""
    made = already_made(model, request.POST.get("form_token"), request.user, by=None)
    return lead(made) if made else None


def answer_form(
    request: HttpRequest,
    form: forms.BaseForm,
    template: str,
    act: Callable[[dict], HttpResponse],
    *,
    again: Callable[[], HttpResponse | None] | None = None,
    **context: Any,
) -> HttpResponse:
    """`act` takes the clean values, calls the service and says where to go. A rule that it breaks lands on the form;
    a record that somebody else saved first gives both versions (409). Nothing typed is lost either way.

    `again` says where the same form led before, if it was sent before. It is asked when the form does not go through: of
    two sent at one moment the second finds its unique name taken by the first."""
    status = 200
    if form.is_bound and form.is_valid():
        try:
            return act_again(act, form.cleaned_data)
        except StaleVersion as error:
            context |= conflict_context(form, error.current) | last_change(error.current)
            status = 409
        except RuleViolation as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    if form.is_bound and again and (earlier := again()):
        return earlier
    return render(request, template, context | {"form": form}, status=status)


def act_again(act: Callable[[dict], HttpResponse], values: dict) -> HttpResponse:
    """Of two acts at one moment the second trips over a unique column; asked again it sees what the first has made
    and says so beside the field. Services are atomic: the first try left nothing."""
    try:
        return act(dict(values))
    except IntegrityError:
        pass
    try:
        return act(dict(values))
    except IntegrityError as error:
        raise RuleViolation(SAME_MOMENT) from error


def last_change(row) -> dict[str, Any]:
    """Who changed the record last, for the conflict page."""
    entry = entries_for(row).first() if row is not None else None
    return {"who": entry.actor_name, "when": entry.at} if entry else {}
