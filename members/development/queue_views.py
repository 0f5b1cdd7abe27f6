"""What branches reported, for the committee to decide; nobody decides what he reported himself."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.choosing import BranchFilter
from branches.models import Branch
from members.development import approvals
from members.development.course import Course, Measure
from members.development.extra import LABELS, REPORTED, rule_of, title_of
from members.development.forms import StepForm
from members.development.models import Submission, SubmissionState
from members.development.reading import tell_votes
from members.development.views import tell
from partywork.answers import answer_form, posted
from partywork.errors import NotAllowed
from partywork.lists import SiteFilterSet, list_page
from partywork.periods import today

DECISIONS = (("approve", "通过"), ("return", "退回"))


class QueueFilter(SiteFilterSet):
    """Nothing asked for: what waits."""

    branch = BranchFilter(
        label="支部", queryset=lambda request: Branch.objects.filter(request.user.reach("development.view")).leaves(),
        empty_label="全部支部",
    )  # fmt: skip
    key = django_filters.ChoiceFilter(label="事项", choices=[(key, LABELS[key]) for key in REPORTED], empty_label="全部事项")
    state = django_filters.ChoiceFilter(label="状态", choices=SubmissionState.choices, empty_label="待审批")

    def filter_queryset(self, rows):
        asked = self.form.cleaned_data
        rows = rows.filter(state=asked["state"] or SubmissionState.WAITING)
        if asked["branch"]:
            rows = rows.filter(in_branch(asked["branch"]))
        return rows.filter(key=asked["key"]) if asked["key"] else rows


def in_branch(branch: Branch) -> Q:
    return Q(path__member=None, path__branch=branch) | Q(path__member__latest__branch=branch)


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """The queue: what waits longest first; whoever only looks sees his own branch's."""
    request.user.require("development.view")
    rows = Submission.objects.visible_to(request.user).select_related(
        "path__branch", "path__member__latest__branch", "created_by", "decided_by"
    )  # fmt: skip
    context = list_page(request, rows.order_by("reported_on", "id"), filterset=QueueFilter)
    day = today()
    for row in context["page_obj"]:
        row.title, row.action = title_of(row.key), REPORTED[row.key]
        row.days = (day - row.reported_on).days
        row.own = approvals.is_own(request.user, row)
        row.decidable = row.state == "waiting" and request.user.can("development.approve", row) and not row.own
    return render(request, "development/queue.html", context | {"approves": request.user.can("development.approve")})


def submission_of(request: HttpRequest, pk: int) -> Submission:
    rows = Submission.objects.visible_to(request.user).select_related("path__branch", "path__member__latest__branch", "created_by")
    return get_object_or_404(rows, pk=pk)


class DecideForm(StepForm):
    """The decision with its day; the reason is asked for when it goes back."""

    decision = forms.ChoiceField(label="办理意见", choices=DECISIONS, widget=forms.RadioSelect, initial="approve")
    reason = forms.CharField(label="退回原因", max_length=200, required=False, help_text="退回时必填，支部会看到。")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)

    def __init__(self, *args: Any, sent: Submission, **kwargs: Any) -> None:
        super().__init__(*args, deciding=True, key=sent.key, **kwargs)
        self.fields["version"].initial = sent.version
        self.fields["day"].label = "办理日期"
        del self.fields["form_token"]
        if "publicity_from" in self.fields:
            self.fields["publicity_from"].initial, self.fields["publicity_to"].initial = sent.publicity_from, sent.publicity_to
        self.fields["note"].label = "办理情况"
        self.order_fields(["decision", "day", "document_no", "publicity_from", "publicity_to", "documents", "note", "reason", "version"])

    def clean(self) -> dict:
        values = super().clean()
        if values.get("decision") == "return" and not values.get("reason"):
            self.add_error("reason", "退回须写明原因，便于支部改正后再报。")
        return values


@require_http_methods(["GET", "HEAD", "POST"])
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One report with what it rests on; approved or returned here."""
    sent = submission_of(request, pk)
    request.user.require("development.approve", sent)
    if approvals.is_own(request.user, sent):
        raise NotAllowed(approvals.OWN)
    if sent.state != "waiting":
        messages.info(request, f"{sent}{sent.get_state_display()}，不用再办理。")
        return redirect("submissions")
    measure, course = Measure.of(today()), Course.of(sent.path)
    form = DecideForm(posted(request), course=course, today=measure.today, sent=sent)

    def act(values: dict) -> HttpResponse:
        decide(request, sent, form, values)
        return redirect("submissions")

    return answer_form(request, form, "development/submission.html", act, **facts_of(request, sent, course, measure))


def decide(request: HttpRequest, sent: Submission, form: DecideForm, values: dict) -> None:
    version = values["version"] or 0
    if values["decision"] == "approve":
        done = approvals.approve_submission(actor=request.user, submission=sent, facts=form.facts(), version=version, today=today())
        tell(request, f"{sent.path.name}，{title_of(sent.key)}", done.warnings)
        return
    approvals.return_submission(actor=request.user, submission=sent, reason=values["reason"], version=version,
                                decided_on=values["day"], today=today())  # fmt: skip
    messages.success(request, f"已退回：{sent}。支部会看到退回原因。")


def facts_of(request: HttpRequest, sent: Submission, course: Course, measure: Measure) -> dict:
    """What the decision rests on: the path so far and the bounds of this step."""
    for record in course.records:
        record.title = title_of(record.key)
        if record.resolution or record.meeting:
            tell_votes(record, request.user)
    window = next((each for each in course.next_windows(measure) if each.step.key == sent.key), None)
    return {"sent": sent, "path": sent.path, "title": title_of(sent.key), "verb": REPORTED[sent.key], "window": window,
            "records": list(reversed(course.records)), "rule_id": rule_of(sent.key), "today": measure.today}  # fmt: skip


@require_POST
def submission_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    sent = submission_of(request, pk)
    approvals.withdraw_submission(actor=request.user, submission=sent)
    messages.success(request, f"已撤回：{title_of(sent.key)}。")
    return redirect("path", sent.path_id)
