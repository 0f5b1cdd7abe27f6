"""Pages of terms: the list, one term with its offices and elections, and the acts on seats."""

from __future__ import annotations

from copy import copy
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Branch, BranchKind
from branches.terms import services
from branches.terms.exports import term_columns
from branches.terms.filters import ORDERING, TermFilter
from branches.terms.forms import (
    DropSeatForm,
    EditTermForm,
    EndSeatForm,
    EnterTermForm,
    ExtendForm,
    FillSeatForm,
    OfficeForm,
)
from branches.terms.models import Seat, SeatStop, Term
from branches.terms.querysets import with_terms
from branches.terms.rules import Standing, cn
from branches.terms.standing import gaps_of, remind_figures, stand_of, standing
from partywork.answers import answer_form, made_before, posted
from partywork.exports import export_list
from partywork.lists import list_page
from partywork.periods import today
from partywork.tokens import make_once

BADGES = {"overdue": "bad", "last": "warn", "again": "warn", "remind": "info", "running": "ok"}


# --- the list -----------------------------------------------------------------------------------------------------------


def listed(request: HttpRequest, day: date) -> tuple[QuerySet[Branch], partial, dict]:
    """The organisations of the list, its filter, and the figures of the reminders."""
    own = services.figures_for(day)
    rows = with_terms(Branch.objects.visible_to(request.user).active_on(day), Term.objects.all(), Seat.objects.all())
    rows = rows.prefetch_related(Prefetch("terms", Term.objects.open(), to_attr="open_terms"))
    return rows, partial(TermFilter, today=day, reminders=remind_figures(day, own)), own


def told(row: Branch, day: date, own: dict) -> Branch:
    """The row with its term and how it stands."""
    row.term = next(iter(row.open_terms), None)
    row.standing = standing(row.term and row.term.due_on, day, own)
    row.state = state_words(row.standing, row.kind)
    row.badge = BADGES[row.standing.state] if row.standing else ("muted" if row.kind == BranchKind.TEMPORARY else "warn")
    return row


def state_words(stand: Standing | None, kind: str) -> str:
    if stand is None:
        return "不设届次" if kind == BranchKind.TEMPORARY else "没有登记"
    if stand.state == "overdue":
        return f"已超期{-stand.left}天"
    return "任期内" if stand.state == "running" else f"还有{stand.left}天"


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Every organisation with its term, those whose term ends first on top."""
    request.user.require("org.view")
    day = today()
    rows, filterset, own = listed(request, day)
    context = list_page(request, rows, filterset=filterset, ordering=ORDERING)
    for row in context["page_obj"]:
        told(row, day, own)
    return render(request, "terms/list.html", context)


@require_POST
def terms_export(request: HttpRequest) -> HttpResponse:
    request.user.require("org.view")
    day = today()
    rows, filterset, own = listed(request, day)
    columns = term_columns(lambda row: told(row, day, own))
    return export_list(request, f"届次一览（{cn(day)}）", rows, columns=columns, filterset=filterset, ordering=ORDERING)


# --- one term -----------------------------------------------------------------------------------------------------------


def term_of(request: HttpRequest, pk: int) -> Term:
    return get_object_or_404(Term.objects.visible_to(request.user).select_related("branch"), pk=pk)


@require_safe
def term_page(request: HttpRequest, pk: int) -> HttpResponse:
    term, day = term_of(request, pk), today()
    may = {"can_edit": request.user.can("terms.edit", term), "can_approve": request.user.can("terms.approve", term)}
    past = term.seats.exclude(stop_on=None).select_related("member").order_by("start_on", "id")
    context: dict[str, Any] = {"term": term, "past": past, "elections": term.elections.exclude(state="voided").order_by("held_on", "id")}
    if term.ended_on is None:
        context |= now_of(term, day)
    return render(request, "terms/term.html", context | may | {"is_open": term.ended_on is None})


def now_of(term: Term, day: date) -> dict[str, Any]:
    stand = stand_of(term.branch, day)
    state = standing(term.due_on, day, stand.facts.figures)
    return {
        "seats": stand.seats, "findings": [each for each in stand.findings if each.rule in ("ORG-4", "ORG-5", "ORG-6", "ORG-8", "ORG-9")],
        "standing": state, "state": state_words(state, term.branch.kind), "badge": BADGES[state.state],
        "gaps": gaps_of(Term.objects.filter(pk=term.pk), day),
    }  # fmt: skip


def branch_to_edit(request: HttpRequest, pk: int) -> Branch:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    request.user.require("terms.edit", branch)
    return branch


@require_http_methods(["GET", "HEAD", "POST"])
def term_new(request: HttpRequest, pk: int) -> HttpResponse:
    branch = branch_to_edit(request, pk)

    def act(values: dict) -> HttpResponse:
        term, fresh = make_once(
            Term, values["form_token"], request.user,
            lambda: services.enter_term(actor=request.user, branch=branch, today=today(), **values), by=None)  # fmt: skip
        if fresh:
            messages.success(request, f"已登记{term}，任期到{cn(term.term_end)}。")
        return redirect("term", term.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Term, lambda term: redirect("term", term.pk))

    form = EnterTermForm(posted(request), branch=branch)
    lead = "补登系统启用前选出的现任或往届委员会。新的选举请用“登记选举”，应到、实到取自党员大会的记录。"
    return answer_form(request, form, "terms/form.html", act, again=again, branch=branch, title="登记届次", submit="登记届次", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def term_edit(request: HttpRequest, pk: int) -> HttpResponse:
    term = term_of(request, pk)
    request.user.require("terms.edit", term)
    kept = copy(term)

    def act(values: dict) -> HttpResponse:
        services.edit_term(actor=request.user, term=kept, today=today(), **values)
        messages.success(request, "届次已更正，届满日期重新计算。")
        return redirect("term", pk)

    form = EditTermForm(posted(request), instance=copy(term))
    return answer_form(request, form, "terms/form.html", act, branch=kept.branch, term=kept, title="更正届次", submit="保存届次")


@require_http_methods(["GET", "HEAD", "POST"])
def term_extend(request: HttpRequest, pk: int) -> HttpResponse:
    term = term_of(request, pk)
    request.user.require("terms.approve", term)
    kept = copy(term)

    def act(values: dict) -> HttpResponse:
        term = services.extend_term(actor=request.user, term=kept, **values)
        messages.success(request, f"已登记延期批复，应于{cn(term.due_on)}前换届。")
        return redirect("term", pk)

    form = ExtendForm(posted(request), instance=copy(term))
    lead = f"任期于{cn(kept.term_end)}届满。延期换届须报上级批准，一般不超过1年（ORG-8）。"
    words = {"title": "登记延期批复", "submit": "登记延期批复", "lead": lead}
    return answer_form(request, form, "terms/form.html", act, branch=kept.branch, term=kept, **words)


# --- seats --------------------------------------------------------------------------------------------------------------


def seat_of(request: HttpRequest, pk: int) -> Seat:
    seat = get_object_or_404(Seat.objects.visible_to(request.user).select_related("term__branch", "member"), pk=pk)
    request.user.require("terms.edit", seat.term)
    return seat


def answer_seat(request: HttpRequest, seat: Seat, form, act, **context: Any) -> HttpResponse:
    return answer_form(request, form, "terms/form.html", act, branch=seat.term.branch, term=seat.term, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Leaving an office; of a vacancy, that it is not filled any more."""
    seat = seat_of(request, pk)
    form = (EndSeatForm if seat.member_id else DropSeatForm)(posted(request), seat=seat)

    def act(values: dict) -> HttpResponse:
        services.end_seat(actor=request.user, seat=seat, today=today(), **{"reason": SeatStop.DROPPED} | values)
        messages.success(request, "已登记离任，空缺从这一天起计算。账号的职务由系统管理员免去。" if seat.member_id else "这个空缺已核销。")
        return redirect("term", seat.term_id)

    words = "登记离任" if seat.member_id else "核销空缺"
    return answer_seat(request, seat, form, act, title=f"{words}：{seat}", submit=words)


@require_http_methods(["GET", "HEAD", "POST"])
def seat_change(request: HttpRequest, pk: int) -> HttpResponse:
    seat = seat_of(request, pk)

    def act(values: dict) -> HttpResponse:
        new = services.change_office(actor=request.user, seat=seat, today=today(), **values)
        messages.success(request, f"{new.member.name}改任{new.get_office_display()}。账号的职务由系统管理员调整。")
        return redirect("term", seat.term_id)

    form = OfficeForm(posted(request), seat=seat)
    lead = "支部委员会选出书记、副书记和确定分工后，在这里登记。"
    return answer_seat(request, seat, form, act, title=f"调整分工：{seat}", submit="调整分工", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def seat_fill(request: HttpRequest, pk: int) -> HttpResponse:
    seat = seat_of(request, pk)

    def act(values: dict) -> HttpResponse:
        new, fresh = make_once(
            Seat, values["form_token"], request.user,
            lambda: services.appoint_to_seat(actor=request.user, seat=seat, today=today(), **values), by=None)  # fmt: skip
        if fresh:
            messages.success(request, f"已登记{new.member.name}任{new.get_office_display()}。账号的职务由系统管理员任命。")
        return redirect("term", new.term_id)

    def again() -> HttpResponse | None:
        return made_before(request, Seat, lambda new: redirect("term", new.term_id))

    form = FillSeatForm(posted(request), seat=seat)
    lead = "上级党组织任命或指派的在这里登记；党员大会补选的请用“登记选举”。"
    return answer_seat(request, seat, form, act, again=again, title=f"登记任命：{seat}", submit="登记任命", lead=lead)


# --- for the keeper -------------------------------------------------------------------------------------------------------


@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """Where elected offices and posts of accounts differ: what the keeper has to appoint or to end."""
    request.user.require("accounts.manage")
    day = today()
    mine = Term.objects.open().filter(request.user.reach("accounts.manage", "branch__"), branch__in=Branch.objects.active_on(day))
    return render(request, "terms/appointments.html", {"gaps": gaps_of(mine, day)})

