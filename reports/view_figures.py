"""The catalogue of figures for an organisation and a period, and the rows behind one number."""
from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from branches.models import Branch
from partywork.exports import export_rows
from partywork.figures import Figure, Level, Nature, find_figure
from partywork.lists import asked_of, kept_fields, page_of
from partywork.periods import Period, today
from reports import rows
from reports.definitions.half_year import HALF_YEAR
from reports.exports import SOURCE_COLUMNS, figure_columns
from reports.forms import ScopeForm
from reports.making import scope_of
from reports.reading import FigureLine, figure_groups, figure_lines, section_lines, shares

PAGE, PANEL = 50, 12


def scope_form(request: HttpRequest) -> ScopeForm:
    request.user.require("reports.view")
    return ScopeForm(asked_of(request), reader=request.user, today=today())


def asked_scope(form: ScopeForm) -> tuple[Branch, Period]:
    """The organisation and period of a link; one out of reach or nonsense is not found."""
    if not form.is_valid():
        raise Http404
    return form.cleaned_data["branch"], form.cleaned_data["period"]


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The whole catalogue; for htmx the figures of one section of the report."""
    form = scope_form(request)
    if request.htmx and (section := HALF_YEAR.section(request.GET.get("section", ""))):
        branch, period = asked_scope(form)
        return render(request, "reports/_figure_table.html", {
            "branch": branch, "period": period, "lines": section_lines(branch, period, section)})
    context = {"form": form, "groups": []}
    if form.is_valid():
        branch, period = asked_scope(form)
        context |= {"branch": branch, "period": period, "groups": figure_groups(branch, period, HALF_YEAR), "kept": kept_fields(form)}
    return render(request, "reports/figures.html", context)


@require_POST
def figures_export(request: HttpRequest) -> HttpResponse:
    form = scope_form(request)
    branch, period = asked_scope(form)
    groups = figure_groups(branch, period, HALF_YEAR)
    lines = [FigureLine(line.figure, line.value, line.year_before, line.previous, part=group.heading)
             for group in groups for line in group.lines]
    names = (period.label, period.year_before.label, period.previous.label)
    return export_rows(actor=request.user, name=f"{branch.short_name}{period.label}指标", columns=figure_columns(names),
                       rows=lines, asked=form)


@require_safe
def figure_rows(request: HttpRequest, key: str) -> HttpResponse:
    """The page behind a number; for htmx the panel beside the text."""
    form, figure = scope_form(request), find_figure(key)
    branch, period = asked_scope(form)
    source, during = source_of(figure, branch, period)
    page = page_of(source, request.GET.get("page"), PANEL if request.htmx else PAGE)
    context = {"form": form, "branch": branch, "period": period, "page_obj": page, "kept": kept_fields(form),
               "line": one_line(figure, branch, period), "source_rows": rows.told(list(page), request.user, during),
               "shares": shares(figure, branch, period, form.organisations)}
    return render(request, "reports/_panel.html" if request.htmx else "reports/figure_rows.html", context)


@require_POST
def figure_rows_export(request: HttpRequest, key: str) -> HttpResponse:
    form, figure = scope_form(request), find_figure(key)
    branch, period = asked_scope(form)
    source, during = source_of(figure, branch, period)
    return export_rows(actor=request.user, name=f"{branch.short_name}{period.label}{figure.label}", columns=SOURCE_COLUMNS,
                       rows=rows.plainly(source.iterator(500), during), asked=form)


def source_of(figure: Figure | None, branch: Branch, period: Period) -> tuple[QuerySet, Period | None]:
    """The rows behind a figure of an organisation, and the time during which they count; what it has none of is not found."""
    if figure is None or (figure.level is Level.COMMITTEE and branch.is_leaf_kind):
        raise Http404
    return rows.ready(figure.rows(scope_of(branch), period)), period if figure.nature is Nature.FLOW else None


def one_line(figure: Figure, branch: Branch, period: Period) -> FigureLine:
    return figure_lines(branch, period, only=[figure])[figure.key]
