"""Pages of the personal file: writing it, looking at what it keeps sealed, finding a person by ID number."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from members import personal
from members.identity import profile_of
from members.personal_page import remember
from members.profile_forms import FindForm, ProfileForm
from members.views import member_of
from partywork.answers import answer_form, posted
from partywork.periods import today


@require_http_methods(["GET", "HEAD", "POST"])
def member_profile(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    request.user.require("members.edit", member)
    profile = profile_of(member)
    profile.member = member
    form = ProfileForm(posted(request), instance=profile)

    def act(values: dict) -> HttpResponse:
        personal.save_profile(actor=request.user, member=member, today=today(), version=values["version"], **form.facts())
        messages.success(request, "登记表已保存。")
        return redirect("member", pk)

    return answer_form(request, form, "members/profile.html", act, member=member)


@require_POST
def member_reveal(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    member = member_of(request, pk)
    if name not in personal.SHOWN:
        raise Http404
    personal.reveal(actor=request.user, member=member, name=name)
    remember(request, member, name)
    return redirect("member", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def member_find(request: HttpRequest) -> HttpResponse:
    request.user.require("members.edit")
    form = FindForm(posted(request))

    def act(values: dict) -> HttpResponse:
        found = personal.find_by_id_number(actor=request.user, number=values["number"])
        if found:
            return redirect("member", found.pk)
        messages.warning(request, "名册里没有登记这个身份证号的党员，或者不在您的查看范围内。")
        return redirect("member_find")

    return answer_form(request, form, "members/find.html", act)
