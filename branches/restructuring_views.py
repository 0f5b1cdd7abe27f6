"""Pages of an organisation's life: another name, another place in the tree, a group's other name, taking a change back."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from branches import restructuring
from branches.models import Branch, BranchEvent, PartyGroup
from branches.restructuring_forms import MoveBranchForm, RenameForm, RenameGroupForm, UndoEventForm
from branches.services import cn_date
from branches.timeline import words_of
from partywork.answers import answer_form, made_before, posted
from partywork.periods import today
from partywork.tokens import make_once

TEMPLATE = "org/form.html"


def branch_of(request: HttpRequest, pk: int, action: str) -> Branch:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    request.user.require(action, branch)
    return branch


def make_event(request: HttpRequest, values: dict, make: Callable[[], BranchEvent], said: str, pk: int) -> HttpResponse:
    """The same form sent twice makes one event and leads to the same page."""
    _, fresh = make_once(BranchEvent, values["form_token"], request.user, make, by=None)
    if fresh:
        messages.success(request, said)
    return redirect("branch", pk)


def made_again(request: HttpRequest, pk: int) -> Callable[[], HttpResponse | None]:
    return lambda: made_before(request, BranchEvent, lambda event: redirect("branch", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def branch_rename(request: HttpRequest, pk: int) -> HttpResponse:
    branch = branch_of(request, pk, "org.edit")
    form = RenameForm(posted(request), instance=copy(branch))

    def act(values: dict) -> HttpResponse:
        def make() -> BranchEvent:
            return restructuring.rename_branch(actor=request.user, branch=branch, today=today(), **values)

        return make_event(request, values, make, "已更名，曾用名保留在历程里。", pk)

    return answer_form(
        request, form, TEMPLATE, act, again=made_again(request, pk), title=f"{branch.short_name}更名", submit="更名",
        back=(branch.short_name, pk), lead="更名以前的花名册仍用原名。名称登记错了的，请用“修改”。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def branch_move(request: HttpRequest, pk: int) -> HttpResponse:
    branch = branch_of(request, pk, "org.edit")
    form = MoveBranchForm(posted(request), branch=branch, account=request.user)

    def act(values: dict) -> HttpResponse:
        def make() -> BranchEvent:
            return restructuring.move_branch(actor=request.user, branch=branch, today=today(), **values)

        return make_event(request, values, make, "隶属关系已调整，查看和办理的范围立即随之改变。", pk)

    return answer_form(
        request, form, TEMPLATE, act, again=made_again(request, pk), title=f"调整{branch.short_name}的隶属关系", submit="调整隶属关系",
        back=(branch.short_name, pk), lead="它和它的下级一并调整；上级党组织的查看范围立即随之改变。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def group_rename(request: HttpRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(PartyGroup.objects.visible_to(request.user).select_related("branch"), pk=pk)
    request.user.require("org.groups", group)
    form = RenameGroupForm(posted(request), instance=copy(group))

    def act(values: dict) -> HttpResponse:
        restructuring.rename_group(actor=request.user, group=group, today=today(), **values)
        messages.success(request, "党小组已更名，曾用名保留在历程里。")
        return redirect("branch", group.branch_id)

    back = (group.branch.short_name, group.branch_id)
    return answer_form(request, form, TEMPLATE, act, title=f"{group.name}更名", submit="更名", back=back)


@require_http_methods(["GET", "HEAD", "POST"])
def event_undo(request: HttpRequest, pk: int) -> HttpResponse:
    rows = BranchEvent.objects.visible_to(request.user).select_related("branch", "from_branch", "to_branch", "group")
    event = get_object_or_404(rows, pk=pk)
    request.user.require(restructuring.right_of(event), event)
    branch = event.branch
    title, what = words_of(event, branch)

    def act(values: dict) -> HttpResponse:
        restructuring.undo_event(actor=request.user, event=event, **values)
        messages.success(request, f"已撤销“{title}”，恢复到变动以前。")
        return redirect("branch", branch.pk)

    lead = "；".join(filter(None, (f"{cn_date(event.day)}{title}", what, event.reason)))
    form, back = UndoEventForm(posted(request)), (branch.short_name, branch.pk)
    return answer_form(request, form, TEMPLATE, act, title=f"撤销“{title}”", submit="撤销这次变动", back=back, lead=lead)
