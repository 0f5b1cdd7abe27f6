"""Pages of imports: the list, the upload, one import from its columns to its result."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partywork.answers import answer_form
from partywork.errors import NotAllowed, RuleViolation
from partywork.exports import hand_out
from partywork.imports import files, services
from partywork.imports.forms import ColumnsForm, RowFilter, UploadForm
from partywork.imports.models import ImportBatch, State
from partywork.imports.previews import shown_of
from partywork.imports.registry import Action, Importer, all_importers, importer_of
from partywork.imports.running import outcome_of
from partywork.lists import list_page
from partywork.periods import today

NOBODY = "批量导入：书记、副书记、组织委员、党委工作人员、系统管理员"


def offered_to(account: Any) -> list[Importer]:
    return [each for each in all_importers() if account.can(each.action)]


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    offered = offered_to(request.user)
    if not offered:
        raise NotAllowed(NOBODY)
    rows = ImportBatch.objects.visible_to(request.user).select_related("attachment", "branch", "owner", "job")
    return render(request, "imports/list.html", list_page(request, rows) | {"importers": offered})


def importer_for(request: HttpRequest, kind: str) -> Importer:
    importer = importer_of(kind)
    request.user.require(importer.action)
    return importer


@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest, kind: str) -> HttpResponse:
    importer = importer_for(request, kind)
    if why := importer.why_nowhere(request.user):
        return render(request, "imports/nowhere.html", {"importer": importer, "why": why})
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, importer=importer, account=request.user, today=today())

    def act(values: dict) -> HttpResponse:
        batch = services.upload_sheet(
            actor=request.user, importer=importer, upload=values["file"], branch=importer.scope(request.user, values),
            options=form.options(), token=values["form_token"],
        )  # fmt: skip
        return redirect("import_batch", batch.pk)

    return answer_form(request, form, "imports/new.html", act, importer=importer)


@require_POST
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    return files.template_answer(request.user, importer_for(request, kind))


def batch_of(request: HttpRequest, pk: int) -> ImportBatch:
    rows = ImportBatch.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("attachment", "branch", "owner", "job", "committed_by", "undone_by"), pk=pk)


@require_safe
def import_batch(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batch_of(request, pk)
    return render(request, "imports/batch.html", batch_context(request, batch))


def batch_context(request: HttpRequest, batch: ImportBatch, form: ColumnsForm | None = None) -> dict[str, Any]:
    importer = importer_of(batch.kind)
    context = list_page(request, batch.rows.all(), filterset=partial(RowFilter, batch=batch))
    made = outcome_of(batch) if batch.state == State.DONE else {}
    for row in context["page_obj"]:
        row.shown = shown_of(row, importer)
        row.link = importer.address(made[row.number]["pk"]) if row.number in made else ""
    context["form"] = form or columns_form(batch)
    return context | {
        "batch": batch, "importer": importer, "job": batch.job, "own_job": batch.job and batch.job.owner_id == request.user.pk,
        "busy": bool(batch.job and batch.job.is_open), "actions": figures_of(batch), "stays": batch.state == State.DONE,
        "secrets": importer.secret if any(told.get("secret") for told in made.values()) else "",
        "open": batch.state in services.OPEN, "left_out": left_out(batch),
    }  # fmt: skip


def columns_form(batch: ImportBatch, data: Any = None) -> ColumnsForm | None:
    return ColumnsForm(data, importer=importer_of(batch.kind), columns=batch.columns) if batch.columns else None


def figures_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """The numbers above the rows, each leading to its rows."""
    kinds = {Action.CREATE: "ok", Action.CHANGE: "info", Action.SAME: "muted", Action.REFUSED: "bad"}
    return [{"code": str(action), "label": action.label, "count": batch.counts.get(action, 0), "kind": kinds[action]}
            for action in Action] if batch.counts else []  # fmt: skip


def left_out(batch: ImportBatch) -> list[str]:
    """Headings of the sheet that belong to no known column."""
    used = set(batch.columns.get("places", {}).values())
    return [words for place, words in enumerate(batch.columns.get("headings", [])) if words and place not in used]


@require_POST
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batch_of(request, pk)
    request.user.require(importer_of(batch.kind).action, batch)
    form = columns_form(batch, request.POST)
    if form is None or not form.is_valid():
        return render(request, "imports/batch.html", batch_context(request, batch, form))
    return acted(request, batch, lambda: services.set_columns(actor=request.user, batch=batch, places=form.chosen()))


@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batch_of(request, pk)
    return acted(request, batch, lambda: services.confirm(actor=request.user, batch=batch, digest=request.POST.get("digest", "")))


@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    batch = batch_of(request, pk)
    return acted(request, batch, lambda: services.ask_undo(actor=request.user, batch=batch))


def acted(request: HttpRequest, batch: ImportBatch, act: Any) -> HttpResponse:
    """The act, and back to the import's page, which says why where it was refused."""
    try:
        act()
    except RuleViolation as refusal:
        messages.error(request, refusal.message)
    return redirect(reverse("import_batch", args=[batch.pk]))


@require_POST
def import_download(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page offers: the uploaded file, the refused rows, what was made once."""
    batch = batch_of(request, pk)
    importer, what = importer_of(batch.kind), request.POST.get("what", "file")
    request.user.require(importer.action, batch)
    if what == "refused" and batch.to_refuse:
        return files.refused_answer(request.user, batch, importer)
    if what == "secrets" and importer.secret and batch.state == State.DONE:
        return files.secrets_answer(request.user, batch, importer)
    return hand_out(actor=request.user, attachment=batch.attachment, of=batch.label)
