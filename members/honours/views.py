"""Pages of honours: rounds with their numbers and nominations, and one nomination on its way."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from branches.models import Branch
from branches.services import cn_date as cn
from members.honours import services
from members.honours.forms import (
    DecideForm,
    EditNominationForm,
    NewRoundForm,
    NominateForm,
    PublishForm,
    QuotaForm,
    ReasonForm,
    ReviewForm,
    RoundForm,
)
from members.honours.matrix import cells_of, remarks_of, rows_of
from members.honours.models import Nomination, Quota, Round, State, Title
from members.honours.rules import warnings_of
from members.models import Member
from partywork.answers import answer_form, made_before, posted
from partywork.lists import list_page
from partywork.periods import today
from partywork.tokens import make_once

BADGES = {"recommended": "info", "reviewed": "info", "publicity": "warn", "decided": "ok"}


def answer_page(request: HttpRequest, form, act, crumbs: list[tuple[str, str]], **context: Any) -> HttpResponse:
    """A form of this feature with the way back to where it came from."""
    return answer_form(request, form, "honours/form.html", act, crumbs=crumbs, back_url=crumbs[-1][1], **context)


# --- rounds -------------------------------------------------------------------------------------------------------------


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.view")
    context = list_page(request, Round.objects.visible_to(request.user))
    return render(request, "honours/rounds.html", context | {"can_decide": request.user.can("honours.decide")})


def round_of(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(Round.objects.visible_to(request.user), pk=pk)


def round_to_decide(request: HttpRequest, pk: int) -> Round:
    row = round_of(request, pk)
    request.user.require("honours.decide", row)
    return row


@require_safe
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The matrix of organisations and titles, each cell with its number and who is recommended."""
    row = round_of(request, pk)
    quotas = list(row.quotas.filter(request.user.reach("honours.view", "branch__")).select_related("branch", "title"))
    nominations = list(Nomination.objects.visible_to(request.user).filter(round=row).select_related("branch", "title", "member"))
    for each in nominations:
        each.badge = BADGES.get(each.state, "muted")
    titles = list({each.title_id: each.title for each in [*quotas, *nominations]}.values())
    decides = request.user.can("honours.decide", row)
    return render(request, "honours/round.html", {
        "round": row, "titles": titles, "rows": rows_of(quotas, nominations, titles, request.user, row), "can_decide": decides,
        "gone": [each for each in nominations if each.state in (State.REFUSED, State.WITHDRAWN)],
        "counts": cells_of(quotas, nominations), "remarks": remarks_of(row, nominations) if decides else [],
        "ready": decides and row.publicity_start is None and any(each.state == State.REVIEWED for each in nominations),
        "over": bool(row.publicity_end and row.publicity_end < today()), "steps": course_of(row),
    })  # fmt: skip


def course_of(row: Round) -> list[dict[str, Any]]:
    """Where the round stands, for ui/timeline.html."""
    published, decided = row.publicity_start, row.decided_on
    shown = f"{cn(row.publicity_start)}至{cn(row.publicity_end)}" if published else ""
    return [
        {"title": "通知", "when": row.notice_on, "text": row.notice},
        {"title": "推荐和审查", "when": row.nominate_by, "text": "推荐截止", "state": "done" if published else "now"},
        {"title": "公示", "text": shown, "state": "done" if decided else "now" if published else "todo"},
        {"title": "决定", "when": decided, "text": row.document, "state": "done" if decided else "todo"},
    ]


def crumbs_of(row: Round | None = None) -> list[tuple[str, str]]:
    home = [("表彰批次", reverse("rounds"))]
    return [*home, (row.name, reverse("round", args=[row.pk]))] if row else home


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    request.user.require("honours.decide")

    def act(values: dict) -> HttpResponse:
        row, fresh = make_once(
            Round, values["form_token"], request.user, lambda: services.create_round(actor=request.user, **values), by=None)  # fmt: skip
        if fresh:
            messages.success(request, f"已新建“{row.name}”，接下来分配各支部的名额。")
        return redirect("round_quotas", row.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Round, lambda row: redirect("round_quotas", row.pk))

    form = NewRoundForm(posted(request), initial={"year": today().year})
    return answer_page(request, form, act, crumbs_of(), again=again, title="新建表彰批次", submit="新建批次")


@require_http_methods(["GET", "HEAD", "POST"])
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = round_to_decide(request, pk)
    kept = copy(row)

    def act(values: dict) -> HttpResponse:
        services.edit_round(actor=request.user, row=kept, **values)
        messages.success(request, "批次已保存。")
        return redirect("round", pk)

    return answer_page(request, RoundForm(posted(request), instance=row), act, crumbs_of(kept), title="修改表彰批次", submit="保存批次")


@require_http_methods(["GET", "HEAD", "POST"])
def round_quotas(request: HttpRequest, pk: int) -> HttpResponse:
    row = round_to_decide(request, pk)
    branches = list(Branch.objects.filter(request.user.reach("honours.decide")).active_on(today()))
    titles = list(Title.objects.filter(in_use=True))
    form = QuotaForm(posted(request), row=row, branches=branches, titles=titles)

    def act(values: dict) -> HttpResponse:
        services.set_quotas(actor=request.user, row=row, version=values["version"], places=form.places())
        messages.success(request, "名额已保存，各支部可以推荐。")
        return redirect("round", pk)

    context = {"round": row, "titles": titles, "crumbs": crumbs_of(row), "back_url": crumbs_of(row)[-1][1]}
    return answer_form(request, form, "honours/quotas.html", act, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def round_publish(request: HttpRequest, pk: int) -> HttpResponse:
    row = round_to_decide(request, pk)
    kept = copy(row)

    def act(values: dict) -> HttpResponse:
        services.publish_round(actor=request.user, row=kept, **values)
        messages.success(request, "已登记公示，期满没有异议即可决定。")
        return redirect("round", pk)

    lead = "审查通过的推荐一并公示，不少于设定的工作日，按节假日安排推算。公示中有异议查实的，在那一项上登记“未通过”。"
    form = PublishForm(posted(request), instance=row)
    return answer_page(request, form, act, crumbs_of(kept), title="公示拟表彰对象", submit="登记公示", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def round_decide(request: HttpRequest, pk: int) -> HttpResponse:
    row = round_to_decide(request, pk)
    kept = copy(row)

    def act(values: dict) -> HttpResponse:
        services.decide_round(actor=request.user, row=kept, today=today(), **values)
        messages.success(request, "已登记表彰决定，受表彰的列入表彰名册和报告。")
        return redirect("round", pk)

    lead = "公示期满、没有未通过的各项一并表彰，逐项列入表彰名册。"
    form = DecideForm(posted(request), instance=row)
    return answer_page(request, form, act, crumbs_of(kept), title="登记表彰决定", submit="登记表彰决定", lead=lead)


# --- nominations --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_new(request: HttpRequest, pk: int) -> HttpResponse:
    seen = Quota.objects.visible_to(request.user).select_related("round", "branch", "title")
    quota = get_object_or_404(seen, pk=pk)
    request.user.require("honours.edit", quota)

    def act(values: dict) -> HttpResponse:
        made, fresh = make_once(
            Nomination, values["form_token"], request.user,
            lambda: services.nominate(actor=request.user, quota=quota, today=today(), **{"member": None} | values))  # fmt: skip
        if fresh:
            messages.success(request, f"已推荐{made.who}，等待机关党委审查。")
        return redirect("nomination", made.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Nomination, lambda made: redirect("nomination", made.pk))

    lead = f"{quota.branch.short_name}可推荐{quota.places}{'个' if quota.title.for_branch else '名'}，{cn(quota.round.nominate_by)}截止。"
    form = NominateForm(posted(request), quota=quota)
    words = {"title": f"推荐{quota.title}", "submit": "提交推荐", "lead": lead}
    return answer_page(request, form, act, crumbs_of(quota.round), again=again, **words)


def nomination_of(request: HttpRequest, pk: int, right: str = "") -> Nomination:
    seen = Nomination.objects.visible_to(request.user).select_related("round", "title", "branch", "member__latest", "meeting")
    nomination = get_object_or_404(seen, pk=pk)
    if right:
        request.user.require(right, nomination)
    return nomination


@require_safe
def nomination_page(request: HttpRequest, pk: int) -> HttpResponse:
    nomination, user = nomination_of(request, pk), request.user
    may = {act: user.can("honours.decide" if act in ("review", "refuse") else "honours.edit", nomination)
           and nomination.state in starts for act, starts in services.FROM.items()}  # fmt: skip
    member = nomination.member
    return render(request, "honours/nomination.html", {
        "nomination": nomination, "may": may, "badge": BADGES.get(nomination.state, "bad"),
        "warnings": warnings_of(member.latest.kind, member.latest.stop_on is not None, grades_of(member)) if member else [],
        "opens_meeting": user.can("meetings.view", nomination), "opens_member": bool(member) and user.can("members.view", member),
        "is_own": bool(member) and member.account_id == user.pk,
    })  # fmt: skip


def grades_of(member: Member) -> tuple[str, ...]:
    """The last two grades of a democratic appraisal, the latest first."""
    rows = member.attendance.held().exclude(grade="").order_by("-meeting__held_on")
    return tuple(rows.values_list("grade", flat=True)[:2])


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_edit(request: HttpRequest, pk: int) -> HttpResponse:
    nomination = nomination_of(request, pk, "honours.edit")
    kept = copy(nomination)

    def act(values: dict) -> HttpResponse:
        services.edit_nomination(actor=request.user, nomination=kept, today=today(), **values)
        messages.success(request, "推荐已保存。")
        return redirect("nomination", pk)

    return answer_nomination(request, kept, EditNominationForm(posted(request), instance=nomination), act, "修改推荐")


def answer_nomination(request: HttpRequest, nomination: Nomination, form, act, title: str, lead: str = "") -> HttpResponse:
    crumbs = [*crumbs_of(nomination.round), (nomination.who, reverse("nomination", args=[nomination.pk]))]
    return answer_page(request, form, act, crumbs, title=f"{title}：{nomination.who}", submit=title, lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_review(request: HttpRequest, pk: int) -> HttpResponse:
    nomination = nomination_of(request, pk, "honours.decide")

    def act(values: dict) -> HttpResponse:
        services.review_nomination(actor=request.user, nomination=nomination, **values)
        messages.success(request, "已登记审查通过。")
        return redirect("nomination", pk)

    return answer_nomination(request, nomination, ReviewForm(posted(request)), act, "审查通过")


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    nomination = nomination_of(request, pk, "honours.decide")

    def act(values: dict) -> HttpResponse:
        services.refuse_nomination(actor=request.user, nomination=nomination, **values)
        messages.success(request, "已登记未通过，支部可以在名额内另行推荐。")
        return redirect("nomination", pk)

    return answer_nomination(request, nomination, ReasonForm(posted(request)), act, "登记未通过", "原因推荐的支部可以看到。")


@require_http_methods(["GET", "HEAD", "POST"])
def nomination_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    nomination = nomination_of(request, pk, "honours.edit")

    def act(values: dict) -> HttpResponse:
        services.withdraw_nomination(actor=request.user, nomination=nomination, **values)
        messages.success(request, "推荐已撤回，名额可以另行推荐。")
        return redirect("nomination", pk)

    return answer_nomination(request, nomination, ReasonForm(posted(request)), act, "撤回推荐", "公示以后不能撤回。")
