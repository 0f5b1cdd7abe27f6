"""Registering and correcting: the form, its draft, its attendance list."""
from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from branches.meetings import services
from branches.meetings.conflict import conflict_rows
from branches.meetings.defaults import as_typed, kept_fields, opening_fields
from branches.meetings.desk import Desk
from branches.meetings.forms import NewMeetingForm, PlaceForm
from branches.meetings.gathering import Kept
from branches.meetings.models import Meeting, State
from branches.models import Branch
from partywork.errors import RuleViolation, StaleVersion
from partywork.files.types import accept
from partywork.periods import today
from partywork.tokens import already_made, as_uuid

TYPED = {*NewMeetingForm.base_fields, "listed", "present", "names", "res-TOTAL_FORMS", "res-INITIAL_FORMS"} - {"form_token"}
# A line of the attendance list, a resolution.
ROW_FIELD = re.compile(r"(?:state|reason|grade)-[0-9]{1,18}|res-[0-9]{1,3}-[a-z_]{1,20}")


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return register(request)
    branch = asked_branch(request)
    desk = Desk(branch, as_typed(opening_fields(branch, request.GET, today())), today())
    return show_new(request, desk, uuid.uuid4(), proposed=bool(request.GET.get("date")) and desk.day < desk.today)


def asked_branch(request: HttpRequest) -> Branch:
    """The organisation of ?branch=, or the first in which this person registers meetings."""
    request.user.require("meetings.edit")
    asked = request.GET.get("branch", "")
    if asked.isdigit():
        branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=number(asked))
        request.user.require("meetings.edit", branch)
        return branch
    if asked and (place := PlaceForm(request.GET, account=request.user, today=today())).is_valid():
        return place.cleaned_data["branch"]
    return next(post.branch for post in request.user.current_posts if request.user.can("meetings.edit", post.branch))


def number(text: str) -> int:
    """An id from a query or a form; nonsense is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def posted_branch(request: HttpRequest) -> Branch:
    asked = number(request.POST.get("branch", ""))
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=asked)
    request.user.require("meetings.edit", branch)
    return branch


def register(request: HttpRequest) -> HttpResponse:
    """POST of the new form: update the list, keep the draft, or register."""
    branch, token = posted_branch(request), as_uuid(request.POST.get("form_token")) or uuid.uuid4()
    made = already_made(Meeting, token, request.user)
    if made and made.state == State.HELD:
        return redirect("meeting", made.pk)
    if made and (made.state == State.VOIDED or made.branch_id != branch.pk):
        token, made = uuid.uuid4(), None
    if "save_draft" in request.POST or request.FILES:
        made = keep_draft(request, branch, token)
    faults = add_files(request, made) if made else []
    if "save_draft" in request.POST and not faults:
        messages.success(request, "草稿已保存，可以在会议列表里继续填写。")
        return redirect("meetings")
    desk = Desk(branch, request.POST, today(), judged=not refreshing(request), meeting=made)
    return judge_new(request, desk, token, faults)


def refreshing(request: HttpRequest) -> bool:
    return "refresh" in request.POST or "save_draft" in request.POST


def judge_new(request: HttpRequest, desk: Desk, token: uuid.UUID, faults: list[RuleViolation]) -> HttpResponse:
    for fault in faults:
        desk.form.take(fault) if desk.judged else messages.error(request, fault.message)
    gathering = desk.judge() if desk.judged else None
    if gathering is None:
        return show_new(request, desk, token)
    try:
        meeting = services.hold_meeting(
            actor=request.user, branch=desk.branch, gathering=gathering, today=desk.today, form_token=token
        )
    except RuleViolation as fault:
        desk.form.take(fault)
        return show_new(request, desk, token)
    messages.success(request, f"已登记“{meeting}”。计入情况见“计入”。")
    return redirect(f"{reverse('meeting', args=[meeting.pk])}?saved=1#receipt")


def show_new(request: HttpRequest, desk: Desk, token: uuid.UUID, **more: Any) -> HttpResponse:
    return render(request, "meetings/form.html", desk.context | {
        "token": token, "place": place_of(request, desk) if may_choose(request.user) else None, "accept": accept("any"), **more,
    })  # fmt: skip


def place_of(request: HttpRequest, desk: Desk) -> PlaceForm:
    """The organisation in hand; beside what was typed for another one, why it was not found."""
    asked = request.GET.get("branch", "")
    typed = request.GET if asked and not asked.isdigit() else None
    return PlaceForm(typed, initial={"branch": desk.branch.pk}, account=request.user, today=desk.today)


def may_choose(account: Any) -> bool:
    """Whether there is more than one organisation for which he registers: asked without a query."""
    editing = {post.branch for post in account.current_posts if account.can("meetings.edit", post.branch)}
    return len(editing) > 1 or any(not branch.is_leaf_kind for branch in editing)


def typed_fields(request: HttpRequest) -> services.Raw:
    """What the form itself asks for; anything else that was sent is not kept."""
    return {name: values for name, values in request.POST.lists() if is_typed(name)}


def is_typed(name: str) -> bool:
    return name in TYPED or ROW_FIELD.fullmatch(name) is not None


def keep_draft(request: HttpRequest, branch: Branch, token: uuid.UUID) -> Meeting:
    return services.save_draft(actor=request.user, branch=branch, form_token=token, data=typed_fields(request))


def add_files(request: HttpRequest, meeting: Meeting) -> list[RuleViolation]:
    """Keep each posted file that can be kept; a bad one is told and does not take the others along."""
    faults = []
    for upload in request.FILES.getlist("files"):
        try:
            services.add_file(actor=request.user, meeting=meeting, upload=upload)
        except RuleViolation as fault:
            faults.append(RuleViolation(fault.message, field="files"))
    return faults


@require_POST
def meeting_autosave(request: HttpRequest) -> HttpResponse:
    """The draft as one types; answers with the line beside the buttons and the address that continues it."""
    branch, token = posted_branch(request), as_uuid(request.POST.get("form_token"))
    if token is None:
        return render(request, "meetings/_saved.html", {"problem": "草稿没有保存，请刷新页面。"})
    meeting = keep_draft(request, branch, token)
    if meeting.state != State.DRAFT:
        return render(request, "meetings/_saved.html", {"problem": "这次会议已经登记，这里的改动没有保存。"})
    response = render(request, "meetings/_saved.html", {"at": timezone.now()})
    response["HX-Replace-Url"] = reverse("meeting_edit", args=[meeting.pk])
    return response


@require_POST
def meeting_attendance(request: HttpRequest) -> HttpResponse:
    """The attendance list for the day, kinds and group as they stand in the form; writes nothing."""
    desk = Desk(posted_branch(request), request.POST, today())
    return render(request, "meetings/_attendance.html", desk.sheet_context | {"last_time": desk.last_time})


@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Continue one's own draft, or correct a held meeting."""
    rows = Meeting.objects.visible_to(request.user)
    rows = rows.select_related("branch", "created_by", "group", "host", "recorder", "lecturer")
    meeting = get_object_or_404(rows, pk=pk)
    request.user.require("meetings.edit", meeting)
    was_held = meeting.held_on is not None
    if meeting.state == State.HELD or (was_held and request.method == "POST"):
        return correct(request, meeting)
    if meeting.state == State.DRAFT and meeting.created_by_id == request.user.pk and request.method != "POST":
        raw = as_typed((meeting.draft or {}).get("fields", {}))
        return show_new(request, Desk(meeting.branch, raw, today(), meeting=meeting), meeting.form_token)
    return redirect("meeting", pk)


def of_this_meeting(request: HttpRequest, meeting: Meeting) -> bool:
    """Whether the ids that the page's pieces carry along are still those that it was shown with."""
    shown = {"branch": str(meeting.branch_id), "meeting": str(meeting.pk)}
    return all(request.POST.get(name, pk) == pk for name, pk in shown.items())


def correct(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    if request.method == "POST" and not of_this_meeting(request, meeting):
        raise Http404
    if request.method != "POST":
        raw = as_typed(kept_fields(Kept.of(meeting)) | {"version": [meeting.version]})
        return show_correction(request, Desk(meeting.branch, raw, today(), meeting=meeting))
    desk = Desk(meeting.branch, request.POST, today(), judged=not refreshing(request), meeting=meeting)
    for fault in add_files(request, meeting):
        desk.form.take(fault) if desk.judged else messages.error(request, fault.message)
    gathering = desk.judge() if desk.judged else None
    if gathering is None:
        return show_correction(request, desk)
    try:
        services.correct_meeting(
            actor=request.user, meeting=meeting, gathering=gathering, today=desk.today,
            version=desk.form.cleaned_data["version"], reason=desk.form.cleaned_data["reason"],
        )  # fmt: skip
    except StaleVersion:
        return show_conflict(request, desk, gathering)
    except RuleViolation as fault:
        desk.form.take(fault)
        return show_correction(request, desk)
    messages.success(request, "已更正，改动记入变更记录。")
    return redirect(f"{reverse('meeting', args=[meeting.pk])}?saved=1#receipt")


def show_correction(request: HttpRequest, desk: Desk, status: int = 200, **more: Any) -> HttpResponse:
    context = desk.context | {"accept": accept("any")} | more
    return render(request, "meetings/form.html", context, status=status)


def show_conflict(request: HttpRequest, desk: Desk, gathering) -> HttpResponse:
    """409: both texts, and the typed form again, which may now be saved on top of what the person has seen."""
    current = Meeting.objects.select_related("group", "host", "recorder", "lecturer").get(pk=desk.meeting.pk)
    if current.state != State.HELD:
        said = f"这次会议已被作废（{current.void_reason}），不能再更正。您填写的内容还在下面，可以复制。"
        desk.form.take(RuleViolation(said))
        return show_correction(request, desk, 409)
    typed: QueryDict = request.POST.copy()
    typed["version"] = str(current.version)
    again = Desk(desk.branch, typed, desk.today, judged=True, meeting=current)
    rows, who, when = conflict_rows(current, gathering)
    return show_correction(request, again, 409, rows=rows, who=who, when=when)
