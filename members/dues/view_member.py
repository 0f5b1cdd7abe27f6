"""One person: his card, his base, what he pays, what he is given back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from members.dues import desk, payments, services
from members.dues.forms import ExtraForm, MonthsForm, ReductionForm, RefundForm, StandardForm
from members.dues.local import practice_on
from members.dues.models import DuesStandard, Payment, Reduction
from members.dues.rules import month_of
from members.models import Member
from partywork.answers import answer_form, made_before, posted
from partywork.errors import RuleViolation
from partywork.periods import today

FORM = "dues/form.html"


def member_of(request: HttpRequest, pk: int, action: str = "dues.edit") -> Member:
    member = get_object_or_404(Member.objects.visible_to(request.user).select_related("latest__branch"), pk=pk)
    request.user.require(action, member)
    return member


@require_safe
def dues_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The payment card of a year: what was due, what was paid, the receipts; also one's own view."""
    member, day = member_of(request, pk, "dues.view"), today()
    year = desk.year_of(request.GET.get("year", ""), day)
    card = desk.card_of(request.user, member, year, day)
    years = [{"label": f"{each}年", "url": f"?year={each}", "active": each == year} for each in range(day.year, day.year - 4, -1)]
    may_edit = request.user.can("dues.edit", member)
    shown = member.dues_reductions.all() if may_edit else ()
    return render(request, "dues/card.html", {
        "member": member, "card": card, "years": years, "may_edit": may_edit, "reductions": shown,
        "is_own": member.account_id == request.user.pk,
    })  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def dues_base(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    last = member.dues_standards.last()
    form = StandardForm(posted(request), last=last, month=month_of(today()))

    def act(values: dict) -> HttpResponse:
        services.set_standard(
            actor=request.user, member=member, category=values["category"], items=form.items, start_on=values["start_on"],
            today=today(), reason=values["reason"], form_token=values["form_token"], version=values["version"])  # fmt: skip
        messages.success(request, f"{member.name}的党费基数已核定，未交的月份已按新的基数计算。")
        return redirect("dues_card", pk)

    base = practice_on(today()).base(last.category, last.amounts) if last else None
    response = answer_form(request, form, FORM, act, again=lambda: repeated(request, pk, DuesStandard), member=member,
                           heading=f"核定{member.name}的党费",
                           submit="保存核定", base=base, rule="DUE-21", form_id="dues-base",
                           hint="收入项目加密保存，只有核定人员能看到。")  # fmt: skip
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def dues_reduce(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    form = ReductionForm(posted(request), initial={"start_on": month_of(today()), "decided_on": today()})

    def act(values: dict) -> HttpResponse:
        values["months"] = int(values["months"])
        services.reduce_dues(actor=request.user, member=member, today=today(), **values)
        messages.success(request, f"{member.name}的减免已登记。")
        return redirect("dues_card", pk)

    return answer_form(request, form, FORM, act, again=lambda: repeated(request, pk, Reduction), member=member,
                       heading=f"{member.name}的党费减免",
                       submit="登记减免", rule="DUE-11")  # fmt: skip


def repeated(request: HttpRequest, pk: int, model: type[DuesStandard | Reduction]) -> HttpResponse | None:
    """Where the same form led when it was sent before."""
    return made_before(request, model, lambda made: redirect("dues_card", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def dues_pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Months back, this one, or ahead, of one person."""
    member = member_of(request, pk)
    lines = list(member.due_lines.visible_to(request.user).unsettled().order_by("month"))
    form = MonthsForm(posted(request), lines=lines, today=today(), account=request.user)

    def act(values: dict) -> HttpResponse:
        try:
            made = payments.pay_months(
                actor=request.user, member=member, taken=form.taken, manner=form.manner, today=today(), reason=values["reason"],
                ahead=values["ahead"] or 0, form_token=values["form_token"])  # fmt: skip
        except payments.Overtaken as fault:
            raise RuleViolation(fault.message, field="months") from fault
        return receipted(request, made[0])

    return answer_form(request, form, FORM, act, again=paid_before(request), member=member, heading=f"{member.name}交纳党费",
                       submit="登记交纳", rule="DUE-9")  # fmt: skip


def paid_before(request: HttpRequest) -> Callable[[], HttpResponse | None]:
    return lambda: made_before(request, Payment, lambda made: redirect("dues_receipt", made.pk))


def receipted(request: HttpRequest, payment: Payment) -> HttpResponse:
    messages.success(request, "已登记，可以打印收据。")
    return redirect("dues_receipt", payment.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def dues_extra(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    form = ExtraForm(posted(request), today=today(), account=request.user)

    def act(values: dict) -> HttpResponse:
        return receipted(request, payments.pay_extra(
            actor=request.user, member=member, amount=values["amount"], manner=form.manner, today=today(), reason=values["reason"],
            form_token=values["form_token"]))  # fmt: skip

    return answer_form(request, form, FORM, act, again=paid_before(request), member=member, heading=f"{member.name}自愿多交党费",
                       submit="登记多交", rule="DUE-13")  # fmt: skip


# --- a payment -------------------------------------------------------------------------------------------------------------


def payment_of(request: HttpRequest, pk: int) -> Payment:
    seen = Payment.objects.visible_to(request.user).select_related("member", "branch", "line")
    return get_object_or_404(seen, pk=pk)


@require_safe
def dues_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of everything that was paid in one go, to be printed."""
    payment = payment_of(request, pk)
    same = list(Payment.objects.visible_to(request.user).filter(act=payment.act).select_related("line").order_by("line__month", "pk"))
    return render(request, "dues/receipt.html", {
        "payment": payment, "rows": same, "total": sum(each.amount for each in same), "first": min(same, key=lambda each: each.pk),
        "may_refund": payment.kind != "refund" and request.user.can("dues.edit", payment),
    })  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def dues_refund(request: HttpRequest, pk: int) -> HttpResponse:
    payment = payment_of(request, pk)
    request.user.require("dues.edit", payment)
    form = RefundForm(posted(request), initial={"amount": payment.amount, "paid_on": today()})

    def act(values: dict) -> HttpResponse:
        row = payments.refund_payment(actor=request.user, payment=payment, today=today(), **values)
        messages.success(request, "退回已登记，原来的一笔保留不变。")
        return redirect("dues_receipt", row.pk)

    return answer_form(request, form, FORM, act, again=paid_before(request), member=payment.member,
                       heading=f"退回{payment.member.name}的党费", submit="登记退回", hint="退回另记一笔负数，原记录不改动。")  # fmt: skip
