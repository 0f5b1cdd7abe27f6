"""Pages of letters: the ledger, one letter, its steps, its print."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts.permissions import Reach, reach_of
from members.rules import age
from members.transfers import letter, services
from members.transfers.acts import Act, acts_for
from members.transfers.exports import COLUMNS
from members.transfers.filters import TransferFilter
from members.transfers.forms import SendForm, TakeInForm
from members.transfers.models import Direction, Transfer
from members.transfers.slots import wanting
from members.views import member_of
from partywork.answers import answer_form, posted
from partywork.exports import export_list
from partywork.lists import list_page
from partywork.periods import today
from partywork.tokens import make_once


def listed(request: HttpRequest) -> QuerySet[Transfer]:
    rows = Transfer.objects.visible_to(request.user).unfinished_first()
    return rows.select_related("member__latest", "branch", "to_branch")


@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    request.user.require("transfers.view")
    day = today()
    context = list_page(request, listed(request), filterset=partial(TransferFilter, today=day))
    for row in context["page_obj"]:
        row.overdue, row.waits = row.is_overdue(day), wanting(row, day) if row.rank == 0 else ""
    return render(request, "transfers/list.html", context | {"can_add": may_take_in(request.user)})


def may_take_in(account) -> bool:
    """Whether there is a branch of his into which somebody could come; no query."""
    return any(
        reach_of("transfers.edit", post.role) > Reach.BRANCH or (account.can("transfers.edit", post.branch) and post.branch.is_leaf_kind)
        for post in account.current_posts
    )


@require_POST
def transfers_export(request: HttpRequest) -> HttpResponse:
    request.user.require("transfers.view")
    filterset = partial(TransferFilter, today=today())
    return export_list(request, "组织关系转接台账", listed(request), columns=COLUMNS, filterset=filterset)


def transfer_of(request: HttpRequest, pk: int) -> Transfer:
    rows = Transfer.objects.visible_to(request.user)
    rows = rows.select_related("member__latest__branch", "branch", "to_branch", "created_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    row, day = transfer_of(request, pk), today()
    opens = row.member_id and request.user.can("members.view", row.member)
    return render(
        request,
        "transfers/detail.html",
        {
            "transfer": row,
            "overdue": row.is_overdue(day),
            "waits": wanting(row, day) if row.is_open or row.due_on else "",
            "rule_id": "TRF-3",
            "acts": acts_for(row, request.user),
            "opens": opens,
            "prints": row.start_on is not None and row.direction != Direction.IN,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_out(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter for a member of ours."""
    member = member_of(request, pk)
    request.user.require("transfers.edit", member.latest.branch)
    form = SendForm(posted(request), member=member, account=request.user, today=today())

    def act(values: dict) -> HttpResponse:
        row, fresh = make_once(
            Transfer,
            values["form_token"],
            request.user,
            lambda: services.send_member(actor=request.user, member=member, today=today(), **values),
        )
        if fresh:
            messages.success(request, f"已登记{member.name}的组织关系{row.get_direction_display()}，{row.get_state_display()}。")
        return redirect("transfer", row.pk)

    return answer_form(request, form, "transfers/out.html", act, member=member)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_in(request: HttpRequest) -> HttpResponse:
    """A letter from outside."""
    request.user.require("transfers.edit")
    if not may_take_in(request.user):
        return render(request, "transfers/nowhere.html")
    form = TakeInForm(posted(request), account=request.user, today=today())

    def act(values: dict) -> HttpResponse:
        row, fresh = make_once(
            Transfer,
            values["form_token"],
            request.user,
            lambda: services.take_in_letter(actor=request.user, today=today(), **values),
        )
        if fresh:
            messages.success(request, f"已登记{row.person}的介绍信，{row.get_state_display()}。")
        return redirect("transfer", row.pk)

    return answer_form(request, form, "transfers/in.html", act)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_act(request: HttpRequest, pk: int) -> HttpResponse:
    """One step of a letter, chosen by ?act=."""
    row = transfer_of(request, pk)
    if not any(request.user.can("transfers.edit", branch) for branch in (row.branch, row.receiver) if branch):
        request.user.require("transfers.edit", row.branch)
    acts = acts_for(row, request.user)
    chosen = next((act for act in acts if act.code == request.GET.get("act")), None)
    if chosen is None:
        messages.warning(request, "这一步已经办理过，或现在不适用，请查看最新情况。")
        return redirect("transfer", pk)
    return answer_step(request, row, chosen)


def answer_step(request: HttpRequest, row: Transfer, chosen: Act) -> HttpResponse:
    form = chosen.form(posted(request), transfer=row, account=request.user, today=today())

    def act(values: dict) -> HttpResponse:
        chosen.do(actor=request.user, transfer=row, today=today(), values=values)
        messages.success(request, f"已办理{row.person}的“{chosen.label}”。")
        return redirect("transfer", row.pk)

    return answer_form(request, form, "transfers/act.html", act, transfer=row, chosen=chosen)


@require_safe
def transfer_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The three parts as they are printed; only of letters of our own that are issued."""
    row = transfer_of(request, pk)
    if row.start_on is None or row.direction == Direction.IN:
        raise Http404
    return render(
        request,
        "transfers/letter.html",
        {
            "transfer": row,
            "age": age(row.member.born_on, row.start_on),
            "issued": letter.capital_date(row.start_on),
            "days": letter.validity_days(row.start_on, row.valid_until),
            "dues": letter.capital_month(row.dues_to),
        },
    )
