"""Photos and files of a meeting: taken in at once, so that a mistake elsewhere in the form never loses them."""
from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from branches.meetings import services
from branches.meetings.desk import files_of
from branches.meetings.models import Meeting, MeetingFile
from branches.meetings.view_form import add_files, keep_draft, number, posted_branch
from partywork.errors import RuleViolation
from partywork.exports import hand_out
from partywork.files.services import respond
from partywork.files.types import accept
from partywork.tokens import as_uuid


@require_POST
def meeting_file_add(request: HttpRequest) -> HttpResponse:
    """Add the posted files to the meeting, or to the draft of this form's token, which it makes if need be."""
    if request.POST.get("meeting"):
        found = get_object_or_404(Meeting.objects.visible_to(request.user), pk=number(request.POST["meeting"]))
    else:
        token = as_uuid(request.POST.get("form_token")) or uuid.uuid4()
        found = keep_draft(request, posted_branch(request), token)
    return show_files(request, found, add_files(request, found))


@require_POST
def meeting_file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    file = reachable_file(request, pk)
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


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture is looked at (?view=1) like the page that it belongs to; whoever takes a file with him presses its button."""
    file = reachable_file(request, pk)
    if request.method == "POST":
        return hand_out(actor=request.user, attachment=file.attachment, of=str(file.meeting))
    if "view" in request.GET and file.attachment.is_image:
        return respond(file.attachment, inline_image=True)
    return redirect("meeting", file.meeting_id)


def reachable_file(request: HttpRequest, pk: int) -> MeetingFile:
    """A file that is still on the page of a meeting within reach."""
    rows = MeetingFile.objects.filter(meeting__in=Meeting.objects.visible_to(request.user), removed_at=None)
    return get_object_or_404(rows.select_related("meeting__branch", "attachment"), pk=pk)
