"""Pages of the organisation: tree, one organisation, its groups, and the bureau's names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html_join
from django.views.decorators.http import require_http_methods, require_safe

from branches import services
from branches.choosing import fitting, full_name
from branches.forms import BranchForm, BureauForm, EndForm, GroupForm, NewBranchForm, NewGroupForm
from branches.models import Branch, PartyGroup
from branches.timeline import steps_of
from partywork.answers import answer_form, made_before, posted
from partywork.periods import today
from partywork.slots import added_to
from partywork.tokens import make_once

OFFICES = ("leader", "staff", "inspector", "secretary", "deputy", "organisation", "publicity", "discipline")

OFFERED = 20  # names while one types


@dataclass(frozen=True)
class TreeRow:
    """One line of the tree. `level` counts from the uppermost organisation that the reader sees."""

    branch: Branch
    level: int
    members: int
    groups: int
    secretary: str
    gone: bool


@require_safe
def org(request: HttpRequest) -> HttpResponse:
    request.user.require("org.view")
    with_gone = request.GET.get("dissolved") == "1"
    seen = Branch.objects.visible_to(request.user)
    rows = tree_rows(list(seen), seen)
    gone = sum(row.gone for row in rows)
    return render(
        request,
        "org/tree.html",
        {
            "rows": rows if with_gone else [row for row in rows if not row.gone],
            "with_gone": with_gone,
            "gone": gone,
            "can_edit": request.user.can("org.edit"),
        },
    )


def tree_rows(branches: list[Branch], seen) -> list[TreeRow]:
    day = today()
    members, groups, secretaries = seen.member_counts(day), seen.group_counts(day), seen.secretaries(day)
    totals = Counter()
    for branch in branches:
        for end in range(branch.steplen, len(branch.path) + 1, branch.steplen):
            totals[branch.path[:end]] += members.get(branch.pk, 0)
    top = min((branch.depth for branch in branches), default=1)
    return [
        TreeRow(
            branch,
            branch.depth - top + 1,
            totals[branch.path],
            groups.get(branch.pk, 0),
            secretaries.get(branch.pk, ""),
            not branch.is_active_on(day),
        )
        for branch in branches
    ]


@require_safe
def branch_names(request: HttpRequest) -> HttpResponse:
    """What a typed field offers while one types, whatever the field is called."""
    request.user.require("org.view")
    typed = next(iter(request.GET.values()), "").strip()
    seen = Branch.objects.visible_to(request.user)
    rows = fitting(seen, typed).filter(fit__gt=0) if typed else seen
    return HttpResponse(format_html_join("", '<option value="{}"></option>', ((full_name(row),) for row in rows[:OFFERED])))


@require_safe
def branch_page(request: HttpRequest, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    day = today()
    below = Branch.objects.visible_to(request.user).within(branch).active_on(day)
    kinds = Branch.objects.within(branch).kinds_of_members(day)
    groups = list(branch.groups.all())
    return render(
        request,
        "org/branch.html",
        {
            "branch": branch,
            "above": Branch.objects.visible_to(request.user).above(branch),
            "facts": facts_of(branch),
            "here": f"?branch={branch.pk}",
            "roster": f"?branch={branch.pk}",
            "full": kinds.get("full", 0),
            "probationary": kinds.get("probationary", 0),
            "members": sum(kinds.values()),
            "officers": officers_of(branch, day),
            "groups": groups_of(branch, groups, day) if branch.is_leaf_kind else [],
            "steps": steps_of(branch, groups, request.user),
            "below": [] if branch.is_leaf_kind else tree_rows(list(below.exclude(pk=branch.pk)), below),
            "gone": not branch.is_active_on(day),
            "panels": added_to("branch.panels", branch, request.user, day),
            "can_edit": request.user.can("org.edit", branch),
            "can_groups": request.user.can("org.groups", branch),
            "can_adjust": request.user.can("members.edit", branch),
        },
    )


def facts_of(branch: Branch) -> list[tuple]:
    facts = [
        ("全称", branch.name),
        ("编号", branch.code),
        ("类别", branch.get_kind_display()),
        ("成立日期", services.cn_date(branch.founded_on)),
    ]
    if branch.dissolved_on:
        facts.append(("撤销日期", services.cn_date(branch.dissolved_on)))
    return facts + ([("备注", branch.note)] if branch.note else [])


def officers_of(branch: Branch, day) -> list:
    """Today's posts in the order in which people name them; accounts without an office here are left out."""
    posts = branch.posts.active_on(day).filter(role__in=OFFICES).select_related("account")
    return sorted(posts, key=lambda post: OFFICES.index(post.role))


def groups_of(branch: Branch, groups: list[PartyGroup], day) -> list[dict]:
    """The groups in being with today's leaders and numbers; one query for the people."""
    roster = list(branch.memberships.active_on(day).exclude(group=None).select_related("member"))
    return [
        {
            "group": group,
            "members": sum(row.group_id == group.pk for row in roster),
            "leaders": [row.member for row in roster if row.group_id == group.pk and row.is_group_leader],
        }
        for group in groups
        if group.is_active_on(day)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def org_new(request: HttpRequest) -> HttpResponse:
    request.user.require("org.edit")
    form = NewBranchForm(posted(request), account=request.user, initial={"parent": request.GET.get("parent")})

    def act(values: dict) -> HttpResponse:
        token = values["form_token"]
        branch, fresh = make_once(
            Branch, token, request.user, lambda: services.create_branch(actor=request.user, **values), by=None
        )
        if fresh:
            messages.success(request, f"已新建“{branch.short_name}”。接下来可以设党小组、登记党员。")
        return redirect("branch", branch.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Branch, lambda branch: redirect("branch", branch.pk))

    return answer_form(request, form, "org/form.html", act, again=again, title="新建党组织", submit="新建党组织")


@require_http_methods(["GET", "HEAD", "POST"])
def branch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    request.user.require("org.edit", branch)
    name = branch.short_name

    def act(values: dict) -> HttpResponse:
        services.edit_branch(actor=request.user, branch=branch, **values)
        messages.success(request, "党组织信息已保存。")
        return redirect("branch", pk)

    form = BranchForm(posted(request), instance=branch)
    return answer_form(
        request, form, "org/form.html", act, title=f"修改{name}", submit="保存党组织", back=(name, pk)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def branch_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    request.user.require("org.edit", branch)

    def act(values: dict) -> HttpResponse:
        services.dissolve_branch(actor=request.user, branch=branch, **values)
        messages.success(request, f"“{branch.short_name}”已撤销，历史记录照样可查。")
        return redirect("branch", pk)

    return answer_form(
        request,
        EndForm(posted(request)),
        "org/form.html",
        act,
        title=f"撤销{branch.short_name}",
        submit="撤销党组织",
        back=(branch.short_name, pk),
        lead=DISSOLVING,
    )


DISSOLVING = "撤销前，党员要先调整到其他支部，党小组和下级党组织要先撤销。历史会议和报告不受影响。"


@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: HttpRequest, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    request.user.require("org.groups", branch)

    def act(values: dict) -> HttpResponse:
        group, fresh = make_once(
            PartyGroup,
            values["form_token"],
            request.user,
            lambda: services.create_group(actor=request.user, branch=branch, **values),
            by=None,
        )
        if fresh:
            messages.success(request, f"已设立“{group.name}”。请在党员页面把党员编入小组。")
        return redirect("branch", group.branch_id)

    def again() -> HttpResponse | None:
        return made_before(request, PartyGroup, lambda group: redirect("branch", group.branch_id))

    return answer_form(
        request,
        NewGroupForm(posted(request)),
        "org/form.html",
        act,
        again=again,
        title="新设党小组",
        submit="设立党小组",
        back=(branch.short_name, pk),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(PartyGroup.objects.visible_to(request.user).select_related("branch"), pk=pk)
    request.user.require("org.groups", group)
    name = group.name

    def act(values: dict) -> HttpResponse:
        services.edit_group(actor=request.user, group=group, **values)
        messages.success(request, "党小组信息已保存。")
        return redirect("branch", group.branch_id)

    form = GroupForm(posted(request), instance=group)
    return answer_form(
        request,
        form,
        "org/form.html",
        act,
        title=f"修改{name}",
        submit="保存党小组",
        back=(group.branch.short_name, group.branch_id),
        dissolvable=None if group.dissolved_on else pk,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def group_dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(PartyGroup.objects.visible_to(request.user).select_related("branch"), pk=pk)
    request.user.require("org.groups", group)

    def act(values: dict) -> HttpResponse:
        services.dissolve_group(actor=request.user, group=group, **values)
        messages.success(request, f"“{group.name}”已撤销，历史记录照样可查。")
        return redirect("branch", group.branch_id)

    return answer_form(
        request,
        EndForm(posted(request)),
        "org/form.html",
        act,
        title=f"撤销{group.name}",
        submit="撤销党小组",
        back=(group.branch.short_name, group.branch_id),
        lead="撤销前，组内党员要先调整到其他党小组。历史会议不受影响。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def bureau(request: HttpRequest) -> HttpResponse:
    request.user.require("bureau.edit")

    def act(values: dict) -> HttpResponse:
        services.set_bureau(actor=request.user, **values)
        messages.success(request, "单位信息已保存，页面和新报告立即使用。")
        return redirect("bureau")

    form = BureauForm(posted(request), instance=services.the_bureau())
    return answer_form(
        request,
        form,
        "org/form.html",
        act,
        title="单位设置",
        submit="保存单位信息",
        is_bureau=True,
        lead="这些名称用在页面和报告里。已生成的报告不会改变。",
    )
