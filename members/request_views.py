"""Pages of requests for correction: a member asks, whoever keeps his record answers."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from members.models import AskState, CorrectionRequest
from members.requests import answer_request, ask_correction
from members.views import member_of
from partywork.answers import answer_form, made_before, posted
from partywork.forms import SiteForm, TokenForm
from partywork.periods import today
from partywork.tokens import make_once


class AskForm(SiteForm, TokenForm):
    text = forms.CharField(
        label="哪里不对，应该是什么",
        max_length=500,
        widget=forms.Textarea({"rows": 5}),
        help_text="例如：学历应为大学；手机换了新号码。",
    )


class AnswerForm(SiteForm):
    state = forms.ChoiceField(
        label="处理结果",
        choices=[(each.value, each.label) for each in (AskState.DONE, AskState.DECLINED)],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="答复",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="本人在自己的档案里看到。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def member_ask(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    request.user.require("members.ask", member)

    def make(values: dict) -> CorrectionRequest:
        return ask_correction(actor=request.user, member=member, today=today(), **values)

    def act(values: dict) -> HttpResponse:
        _, fresh = make_once(CorrectionRequest, values["form_token"], request.user, lambda: make(values), by=None)
        if fresh:
            messages.success(request, "已告诉支部，处理结果会写在这里。")
        return redirect("member", pk)

    def again() -> HttpResponse | None:
        return made_before(request, CorrectionRequest, lambda row: redirect("member", row.member_id))

    return answer_form(request, AskForm(posted(request)), "members/ask.html", act, again=again, member=member)


@require_http_methods(["GET", "HEAD", "POST"])
def member_request(request: HttpRequest, pk: int) -> HttpResponse:
    seen = CorrectionRequest.objects.visible_to(request.user).select_related("member__latest__branch", "closed_by")
    asked = get_object_or_404(seen, pk=pk)
    member = asked.member
    request.user.require("members.edit", member)
    if asked.state != AskState.OPEN and request.method == "POST":  # sent twice, or by two at once
        return redirect("member", member.pk)

    def act(values: dict) -> HttpResponse:
        answer_request(actor=request.user, request=asked, today=today(), **values)
        messages.success(request, f"已答复{member.name}的请求。")
        return redirect("member", member.pk)

    return answer_form(request, AnswerForm(posted(request)), "members/request.html", act, asked=asked, member=member)
