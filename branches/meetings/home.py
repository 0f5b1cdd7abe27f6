"""The first page of each person, what is due, and the matrix of branches and months."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from branches.accounts.permissions import Role
from branches.choosing import BranchChoice
from branches.meetings.duties import OWED, Duty, Status, duties_of
from branches.meetings.filters import recent_periods
from branches.meetings.links import list_url, mend_url, rule_url
from branches.meetings.matrix import Matrix, matrices, sheet_columns
from branches.meetings.overview import branch_overview, committee_overview, wanting
from branches.models import Branch
from partywork import rules
from partywork.exports import export_rows
from partywork.lists import FilterForm, asked_of, kept_fields, page_of
from partywork.periods import Period, Span, today

DUTIES_A_PAGE = 40
BRANCHES_A_PAGE = {Span.HALF: 40, Span.YEAR: 20}  # a year has twice the cells; a page stays well under 150 KB
ORDER = (Status.OVERDUE, Status.SOON, Status.OPEN, Status.DONE)
STATES = (("open", "未完成"), ("overdue", "已超期"), ("done", "已完成"))
ELSEWHERE = ((Role.MEMBER, "members"), (Role.KEEPER, "accounts"), (Role.AUDITOR, "journal"))


# --- home -------------------------------------------------------------------------------------------------------------


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each post's own first page; who holds several chooses by ?branch=."""
    desks = desks_of(request.user)
    if not desks:
        return elsewhere(request)
    branch = asked_branch(request) or desks[0]
    day, may_log = today(), request.user.can("meetings.edit", branch)
    leaf = branch.is_leaf_kind
    told = (branch_overview if leaf else committee_overview)(branch, request.user, day, may_log)
    return render(
        request,
        "home/branch.html" if leaf else "home/committee.html",
        told
        | {
            "branch": branch,
            "today": day,
            "may_log": may_log,
            "desks": [
                {"label": each.short_name, "url": f"?branch={each.pk}", "active": each == branch}
                for each in desks
            ]
            if len(desks) > 1 or desks[0] != branch
            else [],
        },
    )


def desks_of(account) -> list[Branch]:
    """The organisations of the posts that see meetings, each once, the uppermost first."""
    found = [
        post.branch
        for post in account.current_posts
        if account.can("meetings.view", post.branch)
    ]
    return list(dict.fromkeys(found))


def asked_branch(request: HttpRequest) -> Branch | None:
    """The organisation of ?branch=; out of reach is not found."""
    asked = request.GET.get("branch", "")
    if not asked:
        return None
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    return get_object_or_404(Branch.objects.visible_to(request.user), pk=number)


def elsewhere(request: HttpRequest) -> HttpResponse:
    """People without a view of meetings begin at their own work."""
    roles = {post.role for post in request.user.current_posts}
    for role, name in ELSEWHERE:
        if role in roles:
            return redirect(name)
    return render(request, "home/nothing.html")


# --- choosing an organisation and a time ---------------------------------------------------------------------------------


class Chooser(FilterForm):
    """Organisation and time of duties and matrix. What is left out has its default; what is wrong is said."""

    branch = BranchChoice(label="党组织", required=False, empty_label=None)
    period = forms.ChoiceField(label="期间", required=False)

    def __init__(self, request: HttpRequest, periods: list[tuple[str, str]], default: Period) -> None:
        super().__init__(self.with_defaults(request, default), auto_id="choose_%s")
        self.fields["branch"].queryset = Branch.objects.filter(request.user.reach("meetings.view"))
        self.fields["period"].choices = periods
        self.right = self.is_valid()

    def with_defaults(self, request: HttpRequest, default: Period) -> QueryDict:
        data = asked_of(request).copy()
        desks = desks_of(request.user)
        for name, value in (("branch", desks[0].pk if desks else ""), ("period", default.code)):
            if not data.get(name):
                data[name] = str(value)
        return data

    @property
    def chosen(self) -> Branch | None:
        return self.cleaned_data.get("branch") if self.right else None

    @property
    def chosen_period(self) -> Period:
        return Period.parse(self.cleaned_data["period"])

    def scope(self) -> list[Branch]:
        """The chosen organisation and everything below it that was in being in the time."""
        field, top, period = self.fields["branch"], self.chosen, self.chosen_period
        if not field.offered:
            return list(field.queryset.within(top).active_in(period))
        return [branch for branch in field.offered if branch.path.startswith(top.path) and branch.is_active_in(period)]

    def hide_lonely_branch(self) -> None:
        """Whoever sees one organisation has nothing to choose."""
        if self.fields["branch"].only and "branch" not in self.errors:
            self.fields["branch"].widget = forms.HiddenInput()


# --- what is due ------------------------------------------------------------------------------------------------------


class DutyChooser(Chooser):
    kind = forms.ChoiceField(
        label="类型", required=False, choices=[("", "全部"), *((owed.kind, owed.kind.label) for owed in OWED)]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES])


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """What an organisation owes in a time, unfinished first."""
    request.user.require("meetings.view")
    day = today()
    form = DutyChooser(
        request, recent_periods(day, request.GET.get("period", "")[:7]), Period.at(Span.HALF, day)
    )
    form.hide_lonely_branch()
    found = duties_of(form.scope(), form.chosen_period, day) if form.chosen else []
    page = page_of(chosen_duties(found, form, day), request.GET.get("page"), DUTIES_A_PAGE)
    return render(
        request,
        "duties/list.html",
        {
            "form": form,
            "page_obj": page,
            "branch": form.chosen,
            "period": form.chosen_period if form.chosen else None,
            "rows": [duty_row(duty, day, request.user) for duty in page],
            "single": bool(form.chosen and form.chosen.is_leaf_kind),
            "counts": {status.value: sum(duty.status is status for duty in found) for status in Status},
            "whole": len(found),
        },
    )


def chosen_duties(found: list[Duty], form: DutyChooser, day: date) -> list[Duty]:
    """Unfinished first; what has not begun comes after what has."""
    if not form.chosen:
        return []
    kind, state = form.cleaned_data["kind"], form.cleaned_data["state"]
    wanted = {"": ORDER, "open": ORDER[:3], "overdue": ORDER[:1], "done": ORDER[3:]}[state]
    rows = [duty for duty in found if duty.status in wanted and kind in ("", duty.kind)]
    return sorted(
        rows,
        key=lambda duty: (ORDER.index(duty.status), duty.period.start > day, duty.due_on, duty.branch.path),
    )


def duty_row(duty: Duty, day: date, account) -> dict:
    rule = rules.in_force(duty.rule_id, duty.period.start)
    done = duty.status is Status.DONE
    return {
        "duty": duty,
        "title": duty.label,
        "overdue": duty.status is Status.OVERDUE,
        "done": done,
        "kind": {Status.DONE: "ok", Status.OVERDUE: "bad", Status.SOON: "warn"}.get(duty.status, "muted"),
        "text": "" if done else wanting(duty),
        "rule": f"{duty.rule_id} {rule.title}" if rule else duty.rule_id,
        "rule_url": rule_url(duty.rule_id),
        "list_url": list_url(duty.branch.pk, duty.kind, duty.period) if duty.done else "",
        "url": mend_url(duty, day) if account.can("meetings.edit", duty.branch) else "",
    }


# --- the matrix -------------------------------------------------------------------------------------------------------


class MatrixChooser(Chooser):
    gaps = forms.BooleanField(label="只看有缺的支部", required=False)


def matrix_periods(day: date, asked: str) -> list[tuple[str, str]]:
    """Half-years and years to choose from; months and quarters are columns."""
    return [
        (code, label)
        for code, label in recent_periods(day, asked)
        if Period.parse(code).span in BRANCHES_A_PAGE
    ]


def asked_matrix(request: HttpRequest) -> tuple[MatrixChooser, Matrix, Matrix]:
    request.user.require("meetings.view")
    day = today()
    form = MatrixChooser(
        request, matrix_periods(day, asked_of(request).get("period", "")[:7]), Period.at(Span.HALF, day)
    )
    form.hide_lonely_branch()
    if not form.chosen:
        return form, Matrix([], []), Matrix([], [])
    table, own = matrices(form.scope(), form.chosen_period, day, request.user)
    return form, table, own


def shown_rows(form: MatrixChooser, table: Matrix) -> list:
    return [row for row in table.rows if row.missing] if form.cleaned_data.get("gaps") else table.rows


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    form, table, own = asked_matrix(request)
    period = form.chosen_period if form.chosen else None
    rows = Paginator(shown_rows(form, table), BRANCHES_A_PAGE[period.span] if period else 40)
    return render(
        request,
        "duties/matrix.html",
        {
            "form": form,
            "table": table,
            "own": own,
            "period": period,
            "branch": form.chosen,
            "kept": kept_fields(form),
            "page_obj": rows.get_page(request.GET.get("page")),
        },
    )


@require_POST
def matrix_export(request: HttpRequest) -> HttpResponse:
    """The whole matrix, every page of it, as a workbook."""
    form, table, _ = asked_matrix(request)
    if not form.chosen:
        raise Http404
    name = f"{form.chosen.short_name}{form.chosen_period.label}组织生活一览表"
    rows = shown_rows(form, table)
    return export_rows(actor=request.user, name=name, columns=sheet_columns(table), rows=rows, asked=form)
