"""Pages of what holds of a person for a time: enter, correct or end, take back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from members import standings
from members.models import Member, Standing
from members.standing_forms import NewStandingForm, RemoveStandingForm, StandingForm
from members.views import member_of
from partywork.answers import answer_form, posted
from partywork.periods import today
from partywork.tokens import make_once

TEMPLATE = "members/standing.html"


@require_http_methods(["GET", "HEAD", "POST"])
def standing_new(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    request.user.require("members.edit", member)
    form = NewStandingForm(posted(request), member=member, today=today())

    def act(values: dict) -> HttpResponse:
        row, fresh = make_once(
            Standing,
            values["form_token"],
            request.user,
            lambda: standings.open_standing(actor=request.user, member=member, today=today(), **values),
            by=None,
        )
        if fresh:
            messages.success(request, f"已登记{member.name}的“{row.get_status_display()}”。")
        return redirect("member", pk)

    title, submit = f"{member.name} · 登记流动、失联或处置情况", "登记"
    return answer_form(request, form, TEMPLATE, act, member=member, title=title, submit=submit)


def standing_of(request: HttpRequest, pk: int) -> Standing:
    rows = Standing.objects.visible_to(request.user).select_related("member__latest__branch")
    row = get_object_or_404(rows, pk=pk)
    request.user.require("members.edit", row)
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def standing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = standing_of(request, pk)
    member: Member = row.member
    form = StandingForm(posted(request), instance=Standing.objects.get(pk=pk), member=member, today=today())

    def act(values: dict) -> HttpResponse:
        standings.change_standing(actor=request.user, standing=row, today=today(), **values)
        messages.success(request, f"{member.name}的“{row.get_status_display()}”已保存。")
        return redirect("member", member.pk)

    title = f"{member.name} · {row.get_status_display()}"
    return answer_form(request, form, TEMPLATE, act, member=member, title=title, submit="保存", standing=row)


@require_http_methods(["GET", "HEAD", "POST"])
def standing_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = standing_of(request, pk)
    member: Member = row.member
    form = RemoveStandingForm(posted(request), member=member)

    def act(values: dict) -> HttpResponse:
        standings.remove_standing(actor=request.user, standing=row, **values)
        messages.success(request, f"已删除{member.name}的“{row.get_status_display()}”，内容保留在操作日志中。")
        return redirect("member", member.pk)

    title = f"{member.name} · 删除“{row.get_status_display()}”"
    return answer_form(request, form, TEMPLATE, act, member=member, title=title, submit="删除这条登记")
