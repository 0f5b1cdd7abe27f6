"""A bureau's own Word templates: the list, the built-in one to begin from, upload, retirement."""
from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partywork.answers import answer_form
from partywork.word import placeholders
from reports import services
from reports.forms import TemplateForm
from reports.making import builtin_template
from reports.models import ReportTemplate

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    request.user.require("reports.templates")
    rows = ReportTemplate.objects.select_related("attachment", "uploaded_by")
    return render(request, "reports/templates.html", {"templates": rows, "placeholders": placeholders()})


@require_http_methods(["GET", "HEAD", "POST"])
def template_upload(request: HttpRequest) -> HttpResponse:
    request.user.require("reports.templates")
    form = TemplateForm(*((request.POST, request.FILES) if request.method == "POST" else ()))

    def keep(values: dict) -> HttpResponse:
        made = services.add_template(actor=request.user, name=values["name"], upload=values["file"], token=values["form_token"])
        messages.success(request, f"已上传模板“{made.name}”，生成报告时可以选用。")
        return redirect("templates")

    return answer_form(request, form, "reports/template_upload.html", keep)


@require_safe
def template_builtin(request: HttpRequest) -> HttpResponse:
    request.user.require("reports.templates")
    return FileResponse(builtin_template().open("rb"), as_attachment=True, filename="内置模板.docx", content_type=DOCX)


@require_POST
def template_retire(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ReportTemplate.objects.visible_to(request.user), pk=pk)
    services.retire_template(actor=request.user, template=template)
    messages.success(request, f"已停用模板“{template.name}”，以前用它生成的报告不受影响。")
    return redirect("templates")
