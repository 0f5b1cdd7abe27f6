"""Pages of the register of awards, of titles and of chosen examples."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.honours import services
from members.honours.exports import AWARD_COLUMNS
from members.honours.filters import EXAMPLES, ORDERING, AwardFilter, ExampleFilter
from members.honours.forms import AwardForm, EditExampleForm, ExampleForm, NewTitleForm, ReasonForm, TitleForm
from members.honours.models import Award, Example, Title
from members.honours.views import answer_page
from partywork.answers import made_before, posted
from partywork.exports import export_list
from partywork.lists import list_page
from partywork.periods import today
from partywork.tokens import make_once

USUAL = (("优秀共产党员", "member"), ("优秀党务工作者", "worker"), ("先进党支部", "branch"))


# --- awards -------------------------------------------------------------------------------------------------------------


def listed(request: HttpRequest) -> QuerySet[Award]:
    return Award.objects.visible_to(request.user).select_related("title", "branch", "member", "nomination__round")


@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.view")
    context = list_page(request, listed(request), filterset=AwardFilter, ordering=ORDERING)
    may = {"can_add": request.user.can("honours.edit"), "can_decide": request.user.can("honours.decide")}
    return render(request, "honours/awards.html", context | may)


@require_POST
def awards_export(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.view")
    return export_list(request, "表彰名册", listed(request), columns=AWARD_COLUMNS, filterset=AwardFilter, ordering=ORDERING)


@require_http_methods(["GET", "HEAD", "POST"])
def award_new(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.edit")

    def act(values: dict) -> HttpResponse:
        award, fresh = make_once(
            Award, values["form_token"], request.user,
            lambda: services.give_award(actor=request.user, today=today(), **values))  # fmt: skip
        if fresh:
            messages.success(request, f"已登记表彰：{award}。")
        return redirect("awards")

    def again() -> HttpResponse | None:
        return made_before(request, Award, lambda award: redirect("awards"))

    lead = "登记上级的表彰，或系统启用以前的表彰。本单位评选的，由批次决定后自动列入。"
    form = AwardForm(posted(request), account=request.user, today=today())
    words = {"title": "登记表彰", "submit": "登记表彰", "lead": lead}
    return answer_page(request, form, act, [("表彰名册", reverse("awards"))], again=again, **words)


@require_http_methods(["GET", "HEAD", "POST"])
def award_void(request: HttpRequest, pk: int) -> HttpResponse:
    award = get_object_or_404(listed(request), pk=pk)
    request.user.require("honours.decide", award)

    def act(values: dict) -> HttpResponse:
        services.void_award(actor=request.user, award=award, **values)
        messages.success(request, "这项表彰已作废，不再计入报告。")
        return redirect("awards")

    crumbs = [("表彰名册", reverse("awards"))]
    return answer_page(request, ReasonForm(posted(request)), act, crumbs, title=f"作废：{award}", submit="作废这项表彰")


# --- titles -------------------------------------------------------------------------------------------------------------


@require_safe
def titles(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.decide")
    rows = list(Title.objects.visible_to(request.user))
    known = {row.name for row in rows}
    usual = [{"name": name, "category": code, "branch": code == "branch"} for name, code in USUAL if name not in known]
    return render(request, "honours/titles.html", {"rows": rows, "usual": usual})


@require_http_methods(["GET", "HEAD", "POST"])
def title_new(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.decide")

    def act(values: dict) -> HttpResponse:
        make_once(Title, values["form_token"], request.user, lambda: services.create_title(actor=request.user, **values), by=None)
        messages.success(request, "名目已保存。")
        return redirect("titles")

    def again() -> HttpResponse | None:
        return made_before(request, Title, lambda title: redirect("titles"))

    asked = {name: request.GET[name] for name in ("name", "category", "for_branch") if name in request.GET}
    form = NewTitleForm(posted(request), initial=asked)
    return answer_page(request, form, act, [("表彰名目", reverse("titles"))], again=again, title="新建表彰名目", submit="保存名目")


@require_http_methods(["GET", "HEAD", "POST"])
def title_edit(request: HttpRequest, pk: int) -> HttpResponse:
    title = get_object_or_404(Title.objects.visible_to(request.user), pk=pk)
    request.user.require("honours.decide", title)
    kept = copy(title)

    def act(values: dict) -> HttpResponse:
        services.edit_title(actor=request.user, title=kept, **values)
        messages.success(request, "名目已保存。")
        return redirect("titles")

    crumbs = [("表彰名目", reverse("titles"))]
    return answer_page(request, TitleForm(posted(request), instance=title), act, crumbs, title="修改表彰名目", submit="保存名目")


# --- examples -----------------------------------------------------------------------------------------------------------


@require_safe
def examples(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.view")
    rows = Example.objects.visible_to(request.user).select_related("branch")
    context = list_page(request, rows, filterset=ExampleFilter, ordering=EXAMPLES) | {"can_decide": request.user.can("honours.decide")}
    for row in context["page_obj"]:
        row.editable = request.user.can("honours.edit", row)
        row.choosable = request.user.can("honours.decide", row)
    return render(request, "honours/examples.html", context | {"can_add": request.user.can("honours.edit")})


@require_http_methods(["GET", "HEAD", "POST"])
def example_new(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.edit")

    def act(values: dict) -> HttpResponse:
        example, fresh = make_once(
            Example, values["form_token"], request.user,
            lambda: services.add_example(actor=request.user, today=today(), **values))  # fmt: skip
        if fresh:
            messages.success(request, f"已登记典型“{example.name}”，由机关党委选入报告。")
        return redirect("examples")

    def again() -> HttpResponse | None:
        return made_before(request, Example, lambda example: redirect("examples"))

    lead = "支部的好人好事、好做法，一句话写清楚。是否写进半年报告由机关党委选定。"
    form = ExampleForm(posted(request), account=request.user, today=today())
    return answer_example(request, form, act, again=again, title="登记典型", submit="登记典型", lead=lead)


def answer_example(request: HttpRequest, form, act, **context: Any) -> HttpResponse:
    return answer_page(request, form, act, [("典型", reverse("examples"))], **context)


def example_of(request: HttpRequest, pk: int, right: str) -> Example:
    example = get_object_or_404(Example.objects.visible_to(request.user).select_related("branch"), pk=pk)
    request.user.require(right, example)
    return example


@require_http_methods(["GET", "HEAD", "POST"])
def example_edit(request: HttpRequest, pk: int) -> HttpResponse:
    example = example_of(request, pk, "honours.edit")
    kept = copy(example)

    def act(values: dict) -> HttpResponse:
        services.edit_example(actor=request.user, example=kept, today=today(), **values)
        messages.success(request, "典型已保存；改了文字的需要重新选入报告。")
        return redirect("examples")

    return answer_example(request, EditExampleForm(posted(request), instance=example), act, title="修改典型", submit="保存典型")


@require_POST
def example_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it into the report, or out again: the button says which."""
    example = example_of(request, pk, "honours.decide")
    chosen = request.POST.get("chosen") == "1"
    services.choose_example(actor=request.user, example=example, chosen=chosen)
    messages.success(request, f"“{example.name}”{'已选入报告' if chosen else '不再选入报告'}。")
    return redirect("examples")
