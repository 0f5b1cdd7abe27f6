"""Pages of reports: the list, the living document, its passages and points, making a version, versions."""
from __future__ import annotations

from uuid import UUID

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partywork.answers import answer_form, posted
from partywork.errors import RuleViolation, StaleVersion
from partywork.exports import hand_out
from partywork.jobs.models import Job
from partywork.lists import list_page
from partywork.periods import today
from reports import services
from reports.filters import ReportFilter
from reports.forms import MakeForm, OpenReportForm, PassageForm, PointForm
from reports.models import Report, ReportVersion
from reports.reading import figure_lines, frozen_values, view_report, with_earlier
from reports.versions import figures_then_and_now, version_lines


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    request.user.require("reports.view")
    rows = (Report.objects.visible_to(request.user).select_related("branch")
            .annotate(last_number=Max("versions__number"), last_made=Max("versions__made_at")))
    context = list_page(request, rows, filterset=ReportFilter)
    return render(request, "reports/list.html", context | {"may_open": request.user.can("reports.edit")})


@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: HttpRequest) -> HttpResponse:
    request.user.require("reports.edit")
    form = OpenReportForm(posted(request), writer=request.user, today=today())

    def open_it(values: dict) -> HttpResponse:
        found = services.open_report(actor=request.user, branch=values["branch"], period=values["period"])
        return redirect("report", found.pk)

    return answer_form(request, form, "reports/new.html", open_it)


def visible_report(request: HttpRequest, pk: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(request.user).select_related("branch"), pk=pk)


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible_report(request, pk)
    view = view_report(found, today())
    return render(request, "reports/report.html", {
        "view": view, "report": found, "branch": found.branch, "period": found.period,
        "may_edit": request.user.can("reports.edit", found), "job": asked_job(request, found),
        "versions": version_lines(found, view.lines)})


def asked_job(request: HttpRequest, found: Report) -> Job | None:
    """The job that this page follows; somebody else's or another report's is none."""
    try:
        job = Job.objects.visible_to(request.user).filter(pk=UUID(request.GET.get("job", ""))).first()
    except ValueError:
        return None
    return job if job and job.args.get("report") == found.pk else None


@require_POST
def passage_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save one passage; htmx gets the state line back, a plain form the page."""
    found = visible_report(request, pk)
    request.user.require("reports.edit", found)
    form = PassageForm(typed_passage(request, found))
    context, status = {"report": found, "section": request.POST.get("section", "")[:40]}, 200
    if form.is_valid():
        context["section"], values = form.cleaned_data["section"], form.cleaned_data
        try:
            context["passage"] = services.save_passage(
                actor=request.user, report=found, section=values["section"], text=values["text"], version=values["version"] or 0)
        except StaleVersion as error:
            context |= {"current": error.current, "yours": values["text"]}
            status = 422 if request.htmx else 409
        except RuleViolation as error:
            context, status = context | {"error": error.message}, 422
    else:
        context, status = context | {"error": form.errors.get("text", ["没有保存，请刷新页面后再试。"])[0]}, 422
    if request.htmx:
        return render(request, "reports/_passage_state.html", context, status=status)
    return redirect_to_section(found, context["section"]) if status == 200 else plain_passage(request, context, status)


def typed_passage(request: HttpRequest, found: Report) -> QueryDict:
    """What was sent; the button 引用, without JavaScript, adds the earlier passage."""
    data = request.POST.copy()
    if "quote" in data:
        data["text"] = with_earlier(found, data.get("section", ""), data.get("text", ""))
    return data


def redirect_to_section(found: Report, section: str) -> HttpResponse:
    return redirect(f"{reverse('report', args=[found.pk])}#s-{section.replace('.', '-')}")


def plain_passage(request: HttpRequest, context: dict, status: int) -> HttpResponse:
    """Without JavaScript: a page of its own that keeps what was typed."""
    typed = {"typed": request.POST.get("text", "")[:40_000], "typed_version": request.POST.get("version", "")[:10]}
    return render(request, "reports/passage.html", context | typed, status=409 if status == 409 else 200)


@require_POST
def shortfall_decide(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = visible_report(request, pk), PointForm(request.POST)
    request.user.require("reports.edit", found)
    if form.is_valid() and decided(request, found, form):
        return redirect(f"{reverse('report', args=[found.pk])}#points-{request.POST.get('part', '5')[:1]}")
    kept = {name: request.POST.get(name, "") for name in ("part", "proposed")}
    return render(request, "reports/point.html", {"report": found, "form": form, "kept": kept})


def decided(request: HttpRequest, found: Report, form: PointForm) -> bool:
    """Whether the service took it; otherwise its reason is on the form, with what was typed."""
    values = form.cleaned_data
    proposed = request.POST.get("proposed", "").strip()
    state = "reworded" if values["state"] == "accepted" and values["text"] != proposed else values["state"]
    try:
        services.decide_shortfall(
            actor=request.user, report=found, code=values["code"], state=state, text=values["text"])
    except RuleViolation as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def report_make(request: HttpRequest, pk: int) -> HttpResponse:
    """What will be left out, the options, and the button."""
    found = visible_report(request, pk)
    request.user.require("reports.edit", found)
    form = MakeForm(posted(request), writer=request.user, today=today())

    def queue(values: dict) -> HttpResponse:
        job = services.request_report(actor=request.user, report=found, options=form.options(), token=values["form_token"])
        return redirect(f"{reverse('report', args=[found.pk])}?job={job.pk}#versions")

    view = view_report(found, today())
    return answer_form(request, form, "reports/make.html", queue, report=found, view=view)


def visible_version(request: HttpRequest, pk: int) -> ReportVersion:
    rows = ReportVersion.objects.visible_to(request.user).select_related(
        "report__branch", "made_by", "attachment", "template")
    return get_object_or_404(rows, pk=pk)


@require_safe
def report_version(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    lines = figure_lines(version.report.branch, version.report.period, frozen_values(version), compare=False)
    return render(request, "reports/version.html", {
        "version": version, "report": version.report, "branch": version.report.branch, "period": version.report.period,
        "figures": figures_then_and_now(version, lines), "changed": [line for line in lines.values() if line.changed]})


@require_POST
def report_download(request: HttpRequest, pk: int) -> HttpResponse:
    version = visible_version(request, pk)
    return hand_out(actor=request.user, attachment=version.attachment, of=str(version.report))
