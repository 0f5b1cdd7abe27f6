"""What goes up, arrives, is kept and spent; the books of any day."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Branch
from members.dues import remitting
from members.dues.books import Balance, balances_of
from members.dues.forms import DayChooser, RemitForm, UseForm, first_branch
from members.dues.local import practice_on
from members.dues.models import Remittance, Use
from members.dues.views import require_sight
from partywork.answers import answer_form, made_before, posted
from partywork.errors import RuleViolation
from partywork.lists import page_of
from partywork.periods import Period, today

BATCHES_A_PAGE = 25
USES_SHOWN = 20


@require_safe
def dues_remittances(request: HttpRequest) -> HttpResponse:
    """The balance of an organisation on a day, its batches up and from below, its uses."""
    require_sight(request.user)
    asked = DayChooser(request, today())
    branch, day = asked.chosen, (asked.cleaned_data.get("day") if asked.right else None) or today()
    balance = balances_of(Branch.objects.filter(pk=branch.pk), day).get(branch.pk, Balance()) if branch else None
    own = Remittance.objects.visible_to(request.user).filter(branch__path__startswith=branch.path) if branch else Remittance.objects.none()
    page = page_of(own.select_related("branch", "to_branch"), request.GET.get("page"), BATCHES_A_PAGE)
    for row in page:
        row.may_receive = row.received_on is None and request.user.can("dues.remit", row.to_branch or row.branch)
    uses = Use.objects.visible_to(request.user).filter(branch=branch)[:USES_SHOWN] if branch else ()
    return render(request, "dues/remittances.html", {
        "filter_form": asked, "branch": branch, "day": day, "balance": balance, "page_obj": page, "uses": uses,
        "may_edit": request.user.can("dues.edit"), "may_remit": branch is not None and request.user.can("dues.remit", branch),
    })  # fmt: skip


def place_of(request: HttpRequest) -> Branch | None:
    """The organisation of ?branch= where this person keeps the money, or his first."""
    request.user.require("dues.remit")
    asked = request.GET.get("branch", "")
    if not asked:
        return first_branch(request.user, "dues.remit")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=number)
    request.user.require("dues.remit", branch)
    return branch


def books_of(branch: Branch) -> HttpResponse:
    return redirect(f"{reverse('dues_remittances')}?branch={branch.pk}")


def earlier(request: HttpRequest, model: type[Remittance | Use]) -> HttpResponse | None:
    return made_before(request, model, lambda row: books_of(row.branch))


@require_http_methods(["GET", "HEAD", "POST"])
def dues_remit(request: HttpRequest) -> HttpResponse:
    branch, day = place_of(request), today()
    share = practice_on(day).share_for(branch.kind)
    form = RemitForm(posted(request), account=request.user, today=day, initial={"branch": branch.pk, "share": share, "sent_on": day})

    def act(values: dict) -> HttpResponse:
        period = Period.parse(values.pop("period_code"))
        row = remitting.remit_dues(actor=request.user, period=period, today=day, **values)
        messages.success(request, f"已登记上缴{row.amount}元，留存{row.kept}元。")
        return books_of(row.branch)

    return answer_form(request, form, "dues/form.html", act, again=lambda: earlier(request, Remittance), heading="上缴党费",
                       submit="登记上缴", rule="DUE-18")  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def dues_use(request: HttpRequest) -> HttpResponse:
    branch, day = place_of(request), today()
    form = UseForm(posted(request), account=request.user, initial={"branch": branch.pk, "used_on": day})

    def act(values: dict) -> HttpResponse:
        row = remitting.use_dues(actor=request.user, today=day, **values)
        messages.success(request, f"已登记使用党费{row.amount}元。")
        return books_of(row.branch)

    return answer_form(request, form, "dues/form.html", act, again=lambda: earlier(request, Use), heading="使用党费",
                       submit="登记使用", rule="DUE-15")  # fmt: skip


@require_POST
def dues_receive(request: HttpRequest, pk: int) -> HttpResponse:
    """The level above confirms that the money arrived, today."""
    row = get_object_or_404(Remittance.objects.visible_to(request.user).select_related("branch", "to_branch"), pk=pk)
    request.user.require("dues.remit", row.to_branch or row.branch)
    try:
        remitting.receive_dues(actor=request.user, remittance=row, received_on=today(), today=today())
        messages.success(request, f"已确认收到{row.branch.short_name}上缴的{row.amount}元。")
    except RuleViolation as fault:
        messages.error(request, fault.message)
    return books_of(row.branch)
