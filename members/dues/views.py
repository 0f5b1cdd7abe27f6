"""The month's collection, arrears, bases, the yearly ledger. `view_member.py` has one person, `view_money.py` what goes up."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, needed_posts, widest_reach
from branches.models import Branch
from members.dues import desk, payments, services
from members.dues.forms import Chooser, MannerForm, PlaceChooser
from members.dues.models import DuesStandard
from members.dues.rules import rate
from members.dues.sheet import read_taken, sheet_of
from members.models import Member, Membership
from partywork.errors import NotAllowed, RuleViolation
from partywork.exports import export_rows
from partywork.lists import kept_fields, page_of
from partywork.periods import Period, today
from partywork.tokens import as_uuid

BRANCHES_A_PAGE = 40
PEOPLE_A_PAGE = 25


# --- the month -----------------------------------------------------------------------------------------------------------


@require_safe
def dues(request: HttpRequest) -> HttpResponse:
    """A branch's month, or the branches of an organisation in a month; a plain member is led to his own card."""
    request.user.require("dues.view")
    if widest_reach(request.user, "dues.view") == Reach.OWN:
        own = Member.objects.visible_to(request.user).first()
        return redirect("dues_card", own.pk) if own else render(request, "members/unlinked.html")
    asked = Chooser(request, today())
    branch, month = asked.chosen, asked.chosen_month
    context = {"filter_form": asked, "branch": branch, "month": month, "kept": kept_fields(asked)}
    if branch is None:
        return render(request, "dues/month.html", context)
    context["may_edit"] = request.user.can("dues.edit", branch)
    if branch.is_leaf_kind:
        return show_sheet(request, branch, month, MannerForm(today=today(), account=request.user, auto_id="manner_%s"), context)
    return render(request, "dues/progress.html", context | progress(request, branch, month))


def progress(request: HttpRequest, branch: Branch, month: Period) -> dict:
    rows = Branch.objects.filter(request.user.reach("dues.view")).within(branch).leaves().active_in(month)
    page = page_of(rows, request.GET.get("page"), BRANCHES_A_PAGE)
    return {"page_obj": page, "rows": desk.progress_of(page.object_list, month.start)}


def show_sheet(request: HttpRequest, branch: Branch, month: Period, form: MannerForm, context: dict, status: int = 200) -> HttpResponse:
    sheet = sheet_of(branch, month.start, request.POST if request.method == "POST" else None)
    totals = sheet.totals
    rates = {"people": rate(totals["cleared"], totals["members"]), "amount": rate(totals["paid"], totals["due"])}
    return render(request, "dues/month.html", context | {"sheet": sheet, "form": form, "totals": totals, "rates": rates}, status=status)


def posted_place(request: HttpRequest) -> tuple[Branch, Period]:
    """Branch and month that a form of the page carries; 404 out of reach, 403 without the right."""
    asked = request.POST.get("branch", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=number)
    request.user.require("dues.edit", branch)
    try:
        month = Period.parse(request.POST.get("month", ""))
    except ValueError:
        month = Period.parse(f"{today():%Y%m}")
    return branch, Period.parse(f"{month.start:%Y%m}")


def back_to(branch: Branch, month: Period) -> HttpResponse:
    return redirect(f"{reverse('dues')}?branch={branch.pk}&month={month.code}")


@require_POST
def dues_month(request: HttpRequest) -> HttpResponse:
    """Make the lines of a month, for a branch or for all below."""
    branch, month = posted_place(request)
    try:
        made = services.make_month(actor=request.user, branch=branch, month=month.start, today=today())
    except RuleViolation as fault:
        messages.error(request, fault.message)
        return back_to(branch, month)
    words = f"新增{made.new}人" + (f"，调整{made.changed}人" if made.changed else "") + (f"，取消{made.dropped}人" if made.dropped else "")
    messages.success(request, f"{month.label}应缴党费：{words}。")
    if made.without:
        messages.warning(request, f"有{len(made.without)}名党员还没有核定基数，核定后再生成一次。")
    return back_to(branch, month)


@require_POST
def dues_collect(request: HttpRequest) -> HttpResponse:
    """The month's sheet: everybody ticked, in one go. Nothing typed is lost."""
    branch, month = posted_place(request)
    form = MannerForm(request.POST, today=today(), account=request.user, auto_id="manner_%s")
    status = 200
    if form.is_valid():
        try:
            return collected(request, branch, month, form)
        except RuleViolation as fault:
            status = 409 if isinstance(fault, payments.Overtaken) else 200
            form.add_error(fault.field if fault.field in form.fields else None, fault.message)
    context = {"filter_form": Chooser(request, today()), "branch": branch, "month": month, "may_edit": True}
    return show_sheet(request, branch, month, form, context, status)


def collected(request: HttpRequest, branch: Branch, month: Period, form: MannerForm) -> HttpResponse:
    token = as_uuid(request.POST.get("form_token")) or uuid.uuid4()
    payments.collect_month(actor=request.user, branch=branch, month=month.start, taken=read_taken(request.POST), manner=form.manner,
                           today=today(), form_token=token)  # fmt: skip
    messages.success(request, f"{month.label}党费已登记，可在每人的党费证上查看和打印收据。")
    return back_to(branch, month)


# --- who owes ------------------------------------------------------------------------------------------------------------


def require_sight(account: Account) -> None:
    """Lists are for those who see more than themselves; one's own dues are on one's card."""
    if widest_reach(account, "dues.view") <= Reach.OWN:
        raise NotAllowed(needed_posts("dues.view"))


@require_safe
def dues_arrears(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    asked, day = PlaceChooser(request, today()), today()
    rows = desk.arrears_of(request.user, asked.chosen, day) if asked.right else []
    page = page_of(rows, request.GET.get("page"), PEOPLE_A_PAGE)
    told = desk.with_warnings(request.user, page.object_list, day)
    return render(request, "dues/arrears.html", {
        "filter_form": asked, "branch": asked.chosen, "page_obj": page, "rows": told, "day": day, "kept": kept_fields(asked),
        "may_edit": request.user.can("dues.edit"),
    })  # fmt: skip


@require_POST
def dues_arrears_export(request: HttpRequest) -> HttpResponse:
    require_sight(request.user)
    asked, day = PlaceChooser(request, today()), today()
    rows = desk.with_warnings(request.user, desk.arrears_of(request.user, asked.chosen, day), day) if asked.right else []
    name = f"党费欠交名单（{day:%Y-%m-%d}）"
    return export_rows(actor=request.user, name=name, columns=desk.ARREARS, rows=rows, asked=asked)


# --- bases and the ledger ----------------------------------------------------------------------------------------------------


@require_safe
def dues_bases(request: HttpRequest) -> HttpResponse:
    """Who has which class from when; pay itself is only in the form of one person."""
    request.user.require("dues.edit")
    asked, day = PlaceChooser(request, today(), "dues.edit"), today()
    rows = Membership.objects.filter(request.user.reach("dues.edit", "branch__")).active_on(day).in_order()
    if asked.chosen:
        rows = rows.filter(branch__path__startswith=asked.chosen.path)
    page = page_of(rows.order_by("branch__path", "member__pinyin", "member_id"), request.GET.get("page"), PEOPLE_A_PAGE)
    know_standards(page.object_list, day)
    context = {"filter_form": asked, "branch": asked.chosen, "page_obj": page, "years": range(day.year, day.year - 3, -1)}
    return render(request, "dues/bases.html", context)


def know_standards(rows, day: date) -> None:
    """Each row's standard of today, without the pay; one query."""
    found = DuesStandard.objects.filter(member__in=[row.member_id for row in rows]).active_on(day).defer("items")
    kept = {standard.member_id: standard for standard in found}
    for row in rows:
        row.standard = kept.get(row.member_id)


@require_POST
def dues_ledger_export(request: HttpRequest) -> HttpResponse:
    """The year's ledger in the usual columns (DUE-20); bases only for who keeps the books."""
    require_sight(request.user)
    asked = PlaceChooser(request, today())
    year = desk.year_of(request.POST.get("year", ""), today())
    bases = bool(asked.chosen) and request.user.can("dues.edit", asked.chosen)
    rows = desk.ledger_rows(request.user, asked.chosen, year, bases=bases) if asked.chosen else []
    return export_rows(actor=request.user, name=f"{year}年党费台账", columns=desk.ledger_columns(year), rows=rows, asked=asked)
