"""The list of meetings, one meeting, and taking one out of the counts."""
from __future__ import annotations

from datetime import date
from itertools import groupby

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.meetings import services
from branches.meetings.desk import files_of
from branches.meetings.exports import COLUMNS
from branches.meetings.filters import ORDERING, MeetingFilter, sees_one_branch
from branches.meetings.forms import VoidForm
from branches.meetings.models import Meeting, State
from branches.meetings.reading import history_of, reading_of
from branches.models import Branch, BranchEvent
from partywork.errors import RuleViolation
from partywork.exports import export_list
from partywork.lists import list_page
from partywork.periods import today
from partywork.receipts import receipt_of


def listed_meetings(request: HttpRequest) -> QuerySet[Meeting]:
    """Held and voided meetings within reach; drafts have a place of their own, thrown-away drafts none."""
    rows = Meeting.objects.visible_to(request.user).filter(held_on__isnull=False).exclude(state=State.DRAFT)
    return rows.select_related("branch").with_kinds().defer("minutes", "draft")


@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    request.user.require("meetings.view")
    context = list_page(request, listed_meetings(request), filterset=MeetingFilter, columns=COLUMNS, ordering=ORDERING)
    editor = request.user.can("meetings.edit")
    return render(request, "meetings/list.html", context | {
        "editor": editor, "drafts": drafts_for(request) if editor else (), "hides_branch": sees_one_branch(request.user),
    })  # fmt: skip


def drafts_for(request: HttpRequest) -> list[Meeting]:
    """Drafts in the organisations that this person keeps the books of; only its writer continues one."""
    rows = Meeting.objects.drafts().filter(request.user.reach("meetings.edit", "branch__"))
    return list(rows.select_related("branch", "created_by").defer("minutes").order_by("-changed_at", "-id")[:20])


@require_POST
def meetings_export(request: HttpRequest) -> HttpResponse:
    """The list on the screen, with its filter and order, as a workbook."""
    request.user.require("meetings.view")
    return export_list(request, "会议列表", listed_meetings(request), columns=COLUMNS, filterset=MeetingFilter, ordering=ORDERING)


@require_safe
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Meeting.objects.visible_to(request.user).with_kinds()
    rows = rows.select_related("branch", "group", "host", "recorder", "lecturer", "created_by")
    meeting = get_object_or_404(rows, pk=pk)
    context = {"meeting": meeting, "editable": request.user.can("meetings.edit", meeting), "files": files_of(meeting)}
    if meeting.held_on is None:
        mine = meeting.created_by_id == request.user.pk
        return render(request, "meetings/draft.html", context | {"mine": mine})
    named_as_then(meeting.branch, meeting.held_on)
    return render(request, "meetings/detail.html", context | {
        "reading": reading_of(meeting), "history": history_of(meeting), "ledgers": ledgers_of(meeting),
        "just_saved": "saved" in request.GET,
    })  # fmt: skip


def named_as_then(branch: Branch, day: date) -> None:
    """On the page of a meeting its organisation is called as it was on that day."""
    branch.short_name = BranchEvent.objects.filter(branch=branch).names_on(day).get(branch.pk, branch.short_name)


def ledgers_of(meeting: Meeting) -> list[tuple[str, list]]:
    """The receipt's lines under their headings, in the order in which the headings first come."""
    if meeting.state != State.HELD:
        return []
    lines = receipt_of(meeting)
    order = {ledger: place for place, ledger in reversed([*enumerate(line.ledger for line in lines)])}
    lines.sort(key=lambda line: order[line.ledger])
    return [(ledger, list(same)) for ledger, same in groupby(lines, key=lambda line: line.ledger)]


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a held meeting with a reason; a draft is thrown away without one."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("branch"), pk=pk)
    request.user.require("meetings.edit", meeting)
    if meeting.state == State.DRAFT and request.method == "POST":
        services.discard_draft(actor=request.user, meeting=meeting)
        messages.success(request, "草稿已删除。")
        return redirect("meetings")
    if meeting.state != State.HELD:
        return redirect("meeting", pk)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and void(request, meeting, form):
        return redirect("meeting", pk)
    return render(request, "meetings/void.html", {"meeting": meeting, "form": form})


def void(request: HttpRequest, meeting: Meeting, form: VoidForm) -> bool:
    try:
        services.void_meeting(actor=request.user, meeting=meeting, reason=form.cleaned_data["reason"])
    except RuleViolation as fault:
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        return False
    messages.success(request, f"已作废“{meeting}”，不再计入任何统计。作废有误的，可以恢复。")
    return True


@require_POST
def meeting_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a voiding back."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("branch"), pk=pk)
    try:
        if services.restore_meeting(actor=request.user, meeting=meeting, today=today()).version != meeting.version:
            messages.success(request, f"已恢复“{meeting}”，重新计入各项统计。")
    except RuleViolation as fault:
        messages.error(request, f"不能恢复：{fault.message}请重新登记这次会议。")
    return redirect("meeting", pk)
