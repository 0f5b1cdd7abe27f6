"""Pages that move many at once: merging branches, putting all members of a branch anew into its groups."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from branches.models import Branch, BranchEvent
from branches.restructuring_views import branch_of, made_again, make_event
from members import restructuring
from members.models import Membership
from members.restructuring_forms import AdjustForm, MergeForm
from partywork.answers import answer_form, posted
from partywork.periods import today


@require_http_methods(["GET", "HEAD", "POST"])
def branch_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Other branches into this one."""
    into = branch_of(request, pk, "org.edit")
    form = MergeForm(posted(request), into=into, account=request.user)

    def act(values: dict) -> HttpResponse:
        def make() -> BranchEvent:
            return restructuring.merge_branches(actor=request.user, into=into, today=today(), **values)[0]

        return make_event(request, values, make, "已合并，原支部的历史记录照样可查。", pk)

    return answer_form(
        request, form, "org/form.html", act, again=made_again(request, pk), title=f"并入{into.short_name}", submit="合并",
        back=(into.short_name, pk), lead="选择要并入本支部的党支部。合并登记错了的，可以在历程里整体撤销。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def groups_adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """All members of a branch among its groups."""
    branch = branch_of(request, pk, "members.edit")
    day = today()
    form = AdjustForm(posted(request), rows=roster_of(branch, day), groups=list(branch.groups.active_on(day)))

    def act(values: dict) -> HttpResponse:
        def make() -> BranchEvent:
            facts = {name: values[name] for name in ("day", "reason", "form_token")}
            return restructuring.regroup_branch(actor=request.user, branch=branch, places=form.places, today=day, **facts)

        return make_event(request, values, make, "党小组已调整。", pk)

    return answer_form(request, form, "org/groups.html", act, again=made_again(request, pk), branch=branch)


def roster_of(branch: Branch, day) -> list[Membership]:
    """By group, then by name."""
    rows = branch.memberships.active_on(day).in_order().order_by("group_id", "member__pinyin", "member_id")
    return list(rows)
