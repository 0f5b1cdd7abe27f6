"""Photos and files of a meeting: taken in at once, so that a mistake elsewhere in the form never loses them."""
from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from branches.meetings import services
from branches.meetings.desk import files_of
from branches.meetings.models import Meeting, MeetingFile
from branches.meetings.view_form import add_files, keep_draft, number, posted_branch
from partywork.errors import RuleViolation
from partywork.files.services import respond
from partywork.files.types import accept
from partywork.tokens import as_uuid


@require_POST
def meeting_file_add(request: HttpRequest) -> HttpResponse:
    """Add the posted files to the meeting, or to the draft of this form's token, which it makes if need be."""
    if request.POST.get("meeting"):
        found = get_object_or_404(Meeting.objects.visible_to(request.user), pk=number(request.POST["meeting"]))
        request.user.require("meetings.edit", found)
    else:
        token = as_uuid(request.POST.get("form_token")) or uuid.uuid4()
        found = keep_draft(request, posted_branch(request), token)
    return show_files(request, found, add_files(request, found))


@require_POST
def meeting_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    file = reachable_file(request, pk)
    request.user.require("meetings.edit", file.meeting)
    try:
        services.remove_file(actor=request.user, file=file)
    except RuleViolation as fault:
        return show_files(request, file.meeting, [fault])
    return show_files(request, file.meeting, [])


def show_files(request: HttpRequest, meeting: Meeting, faults: list[RuleViolation]) -> HttpResponse:
    """The list for the page that asked by script; without script, the page again."""
    said = [fault.message for fault in faults]
    if request.htmx:
        context = {"meeting": meeting, "files": files_of(meeting), "file_faults": said, "accept": accept("any")}
        return render(request, "meetings/_files.html", context)
    for sentence in said:
        messages.error(request, sentence)
    return redirect("meeting_edit", meeting.pk)


@require_safe
def meeting_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file; ?view=1 shows a picture in the page."""
    file = reachable_file(request, pk)
    return respond(file.attachment, inline_image="view" in request.GET)


def reachable_file(request: HttpRequest, pk: int) -> MeetingFile:
    """A file that is still on the page of a meeting within reach."""
    rows = MeetingFile.objects.filter(meeting__in=Meeting.objects.visible_to(request.user), removed_at=None)
    return get_object_or_404(rows.select_related("meeting__branch", "attachment"), pk=pk)
