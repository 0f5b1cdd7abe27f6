"""Pages about a path's people and ways off: contacts and introducers, thought reports, stopping, moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from branches.accounts.permissions import Reach, widest_reach
from branches.choosing import BranchChoice
from branches.models import PartyGroup
from members.development import helpers, leaving, papers
from members.development.forms import HelpersForm, ReasonForm, ReportForm, branches_for, groups_for
from members.development.models import HelperRole, Path, ThoughtReport
from members.development.views import path_of, uploads
from members.forms import GroupChoice
from partywork.answers import answer_form, posted
from partywork.exports import hand_out
from partywork.files.services import respond
from partywork.forms import DateField, SiteForm
from partywork.periods import today
from partywork.tokens import make_once

NEEDS = {each: need for need, each in helpers.ROLE_OF.items()}


@require_http_methods(["GET", "HEAD", "POST"])
def path_helpers(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Others in the place of the present contacts or introducers."""
    found = path_of(request, pk)
    if role not in HelperRole.values:
        raise Http404
    request.user.require("development.edit", found)
    form = HelpersForm(posted(request), path=found, need=NEEDS[role], today=today())

    def act(values: dict) -> HttpResponse:
        told = helpers.replace_helpers(actor=request.user, path=found, role=role, people=form.people(), day=values["day"],
                                       reason=values["reason"], today=today())  # fmt: skip
        messages.success(request, f"已更换{HelperRole(role).label}。")
        for sentence in told:
            messages.warning(request, sentence)
        return redirect("path", pk)

    present = found.helpers.filter(role=role, stop_on=None, voided_at=None).select_related("member")
    return answer_form(request, form, "development/helpers.html", act, path=found, label=HelperRole(role).label, present=present)


# --- thought reports ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def thought_new(request: HttpRequest, pk: int) -> HttpResponse:
    found = path_of(request, pk)
    request.user.require("development.edit", found)
    form = ReportForm(posted(request), uploads(request), today=today())

    def act(values: dict) -> HttpResponse:
        facts = {name: values[name] for name in ("handed_on", "title", "opinion", "form_token")} | {"upload": values["scan"]}
        make_once(ThoughtReport, values["form_token"], request.user,
                  lambda: papers.add_report(actor=request.user, path=found, today=today(), **facts))  # fmt: skip
        messages.success(request, "已登记思想汇报。")
        return redirect("path", pk)

    return answer_form(request, form, "development/thought.html", act, path=found)


def thought_of(request: HttpRequest, pk: int) -> ThoughtReport:
    rows = ThoughtReport.objects.visible_to(request.user).filter(voided_at=None)
    return get_object_or_404(rows.select_related("path__branch", "path__member__latest__branch", "attachment"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def thought_file(request: HttpRequest, pk: int) -> HttpResponse:
    report = thought_of(request, pk)
    if report.attachment is None:
        raise Http404
    if request.method == "POST":
        return hand_out(actor=request.user, attachment=report.attachment, of=str(report))
    if "view" in request.GET and report.attachment.is_image:
        return respond(report.attachment, inline_image=True)
    return redirect("path", report.path_id)


@require_http_methods(["GET", "HEAD", "POST"])
def thought_void(request: HttpRequest, pk: int) -> HttpResponse:
    report = thought_of(request, pk)
    request.user.require("development.edit", report)
    form = ReasonForm(posted(request))

    def act(values: dict) -> HttpResponse:
        papers.void_report(actor=request.user, report=report, reason=values["reason"])
        messages.success(request, "这份思想汇报已作废。")
        return redirect("path", report.path_id)

    return answer_form(request, form, "development/thought_void.html", act, report=report, path=report.path)


# --- ways off -----------------------------------------------------------------------------------------------------------


class StopForm(SiteForm):
    day = DateField(label="终止日期")
    reason = forms.CharField(label="原因", max_length=200)


class MoveForm(SiteForm):
    branch = BranchChoice(label="接续到", empty_label="请选择")
    group = GroupChoice(PartyGroup.objects.none(), label="党小组")
    day = DateField(label="转移日期")
    reason = forms.CharField(label="原因", max_length=200)


@dataclass(frozen=True)
class Way:
    """One way off the chain and when it is open."""

    code: str
    label: str
    submit: str
    form: type[forms.Form]
    hint: str
    fits: Callable[[Path, bool], bool]


WAYS = (
    Way("stop", "终止培养", "终止培养", StopForm, "本人放弃、不再具备条件等，自这一天起不再培养；登记过的内容都保留，可以恢复。",
        lambda path, far: path.state == "open" and not path.member_id),
    Way("move", "接续到其他支部", "接续到该支部", MoveForm, "在本单位支部之间转移，培养教育时间连续计算，材料随之转去。",
        lambda path, far: path.state == "open" and not path.member_id and far),
    Way("resume", "恢复培养", "恢复培养", ReasonForm, "终止登记有误或者决定恢复的，恢复后接着原来的步骤办理。",
        lambda path, far: path.state == "ended" and not path.member_id),
)  # fmt: skip


def ways_for(path: Path, account) -> list[Way]:
    far = widest_reach(account, "development.edit") >= Reach.BELOW
    return [way for way in WAYS if way.fits(path, far)] if account.can("development.edit", path) else []


@require_http_methods(["GET", "HEAD", "POST"])
def path_leave(request: HttpRequest, pk: int) -> HttpResponse:
    found = path_of(request, pk)
    request.user.require("development.edit", found)
    ways = ways_for(found, request.user)
    asked = request.GET.get("way", ways[0].code if ways else "")
    chosen = next((way for way in ways if way.code == asked), None)
    if chosen is None:
        messages.warning(request, "这份档案现在不能办理终止、转移或者恢复。")
        return redirect("path", pk)
    return answer_way(request, found, chosen, ways)


def answer_way(request: HttpRequest, found: Path, chosen: Way, ways: list[Way]) -> HttpResponse:
    form = chosen.form(posted(request))
    if chosen.code == "move":
        form.fields["branch"].queryset = branches_for(request.user, today()).exclude(pk=found.branch_id)
        form.fields["group"].queryset = groups_for(request.user, today())
    if "day" in form.fields:
        form.fields["day"].initial = today()

    def act(values: dict) -> HttpResponse:
        do = {"stop": leaving.stop_path, "move": leaving.move_path, "resume": leaving.resume_path}[chosen.code]
        do(actor=request.user, path=found, today=today(), **values)
        messages.success(request, f"已办理{found.name}的“{chosen.label}”。")
        return redirect("path", found.pk)

    tabs = [{"label": way.label, "url": f"?way={way.code}", "active": way is chosen} for way in ways]
    return answer_form(request, form, "development/leave.html", act, path=found, chosen=chosen, tabs=tabs)
