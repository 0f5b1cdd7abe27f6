"""Pages of members: the roster of a day, one person's page, registration, facts, dated changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date
from functools import partial

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, reach_of, widest_reach
from members import personal, rules, services
from members.acts import Act, acts_for
from members.exports import all_columns, chosen_columns, masked_phone, roster_columns
from members.filters import RosterFilter
from members.forms import EditMemberForm, NewMemberForm
from members.models import CorrectionRequest, Member, Membership
from members.personal_page import file_of
from members.standing_page import standing_lines
from members.timeline import attended_by, steps_of
from partywork.answers import answer_form, posted
from partywork.exports import export_rows
from partywork.journal.services import change_lines, describe, entries_for
from partywork.lists import list_page
from partywork.periods import today
from partywork.slots import added_to
from partywork.tokens import as_uuid, make_once

JOURNAL_LINES = 20
REQUESTS = 5


# --- the roster ------------------------------------------------------------------------------------------------------


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    request.user.require("members.view")
    if widest_reach(request.user, "members.view") == Reach.OWN:
        return own_record(request)
    context = roster_page(request)
    know_latest(context["page_obj"])
    for row in context["page_obj"]:
        row.opens = request.user.can("members.view", row.member)
        row.party_age = rules.party_age(row.member.party_age_begins, context["on_day"])
        row.phone = masked_phone(row.member)
    context["offered"] = offered_columns(context["on_day"], context["of_leavers"])
    return render(request, "members/list.html", context | {"can_add": may_register(request.user)})


def offered_columns(day: date, left: bool) -> list[tuple[str, str, bool]]:
    """(key, label, whether it is usual) of every column that an export can hold."""
    usual = {column.key for column in roster_columns(day, left=left)}
    return [(column.key, column.label, column.key in usual) for column in all_columns(day, left=left)]


def know_latest(rows: Iterable[Membership]) -> None:
    """Each row's person with his present membership, which decides who may open him: on today's roster it is the very row;
    on that of another day two queries find those that are not."""
    for row in rows:
        if row.member.latest_id == row.pk:
            row.member.latest = row
    others = [row.member for row in rows if row.member.latest_id != row.pk]
    prefetch_related_objects(others, "latest__branch")


def may_register(account: Account) -> bool:
    """Whether there is a branch into which the account may enter members; officers of a general branch have none."""
    reaches = [
        (reach_of("members.edit", post.role), post.branch.is_leaf_kind) for post in account.current_posts
    ]
    return any(reach >= Reach.BELOW or (reach == Reach.BRANCH and leaf) for reach, leaf in reaches)


def own_record(request: HttpRequest) -> HttpResponse:
    """A plain member's list has one row; lead him there."""
    own = Member.objects.visible_to(request.user).first()
    return redirect("member", own.pk) if own else render(request, "members/unlinked.html")


def rows_for(request: HttpRequest):
    return Membership.objects.visible_to(request.user).in_order()


def roster_page(request: HttpRequest) -> dict:
    context = list_page(request, rows_for(request), filterset=partial(RosterFilter, today=today()))
    asked: RosterFilter = context["filter"]
    if asked.on_day != asked.today:
        list(named_as_then(context["page_obj"]))
    return context | {
        "on_day": asked.on_day,
        "is_past": asked.on_day != asked.today,
        "of_leavers": asked.of_leavers,
    }


def named_as_then(rows: Iterable[Membership]) -> Iterator[Membership]:
    """The rows of a past roster with their branches called as they were then."""
    for row in rows:
        row.branch.short_name = row.then_called or row.branch.short_name
        yield row


@require_POST
def members_export(request: HttpRequest) -> HttpResponse:
    """The list on the screen with its filters, whole."""
    request.user.require("members.view")
    asked = RosterFilter(request.POST, queryset=rows_for(request), request=request, today=today())
    if not asked.form.is_valid():
        raise Http404
    day, left, wanted = asked.on_day, asked.of_leavers, request.POST.getlist("columns")
    name = f"{'已离开党员' if left else '党员名册'}（{rules.cn(day)}）"
    whole: frozenset[int] = frozenset()
    if request.POST.get("whole"):
        whole, name = personal.reveal_many(actor=request.user, rows=asked.qs), f"{name}含完整号码"
    try:
        columns = chosen_columns(wanted, day, left=left, whole=whole)
    except KeyError:
        raise Http404 from None
    rows = asked.qs.select_related("member__profile") if wanted else asked.qs
    rows = rows.iterator(chunk_size=500)
    rows = named_as_then(rows) if day != asked.today else rows
    return export_rows(
        actor=request.user, name=name, columns=columns, rows=rows, asked=asked.form
    )


# --- one person ------------------------------------------------------------------------------------------------------


def member_of(request: HttpRequest, pk: int) -> Member:
    seen = Member.objects.visible_to(request.user).select_related(
        "latest__branch", "latest__group", "account", "profile"
    )
    course = Prefetch("memberships", Membership.objects.select_related("branch", "group"))
    return get_object_or_404(seen.prefetch_related(course, "standings"), pk=pk)


@require_safe
def member_page(request: HttpRequest, pk: int) -> HttpResponse:
    member, day = member_of(request, pk), today()
    file = file_of(request, member)
    response = render(
        request,
        "members/detail.html",
        {
            "member": member,
            "facts": facts_of(member, day),
            "file": file,
            "steps": steps_of(member, request.user),
            "standings": standing_lines(member, day),
            "panels": added_to("member.panels", member, request.user),
            "attended": attended_by(member, request.user, day),
            "history": history_of(member),
            "is_own": member.account_id == request.user.pk,
            "can_edit": request.user.can("members.edit", member),
            "can_ask": request.user.can("members.ask", member),
            "requests": requests_of(member, request.user),
            "can_reveal": request.user.can("members.reveal", member),
            "can_see_branch": request.user.can("org.view", member.latest.branch),
        },
    )
    if file.shown:
        add_never_cache_headers(response)
    return response


def requests_of(member: Member, reader: Account) -> list[CorrectionRequest]:
    """The last requests for correction, for whoever keeps the record and for the person himself."""
    own = member.account_id == reader.pk
    return list(member.requests.all()[:REQUESTS]) if own or reader.can("members.edit", member) else []


def facts_of(member: Member, day) -> list[tuple]:
    facts = [
        ("性别", member.get_sex_display()),
        ("出生日期", f"{rules.cn(member.born_on)}（{rules.age(member.born_on, day)}岁）"),
        ("入党日期", rules.cn(member.joined_on)),
    ]
    if member.full_on is None:
        return [*facts, ("预备期满", rules.cn(rules.probation_ends(member.joined_on)))]
    party_age = rules.party_age(member.party_age_begins, day)
    return [*facts, ("转正日期", rules.cn(member.full_on)), ("党龄", f"{party_age}年")]


def history_of(member: Member) -> list[dict]:
    return [
        {"entry": entry, "what": describe(entry), "lines": change_lines(entry)}
        for entry in entries_for(member)[:JOURNAL_LINES]
    ]


# --- writing ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def member_new(request: HttpRequest) -> HttpResponse:
    request.user.require("members.edit")
    if not may_register(request.user):
        return render(request, "members/nowhere.html")
    form = NewMemberForm(
        posted(request),
        account=request.user,
        today=today(),
        initial={name: request.GET[name] for name in ("branch", "group") if name in request.GET},
    )

    def act(values: dict) -> HttpResponse:
        member, fresh = make_once(
            Member,
            values["form_token"],
            request.user,
            lambda: services.create_member(actor=request.user, today=today(), **values),
            by=None,
        )
        if fresh:
            messages.success(
                request, f"已登记{member.name}，自{rules.cn(member.latest.start_on)}起列入名册。"
            )
        return redirect("member", member.pk)

    return answer_form(request, form, "members/new.html", act)


@require_http_methods(["GET", "HEAD", "POST"])
def member_edit(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    request.user.require("members.edit", member)
    edited = copy(member)  # the page goes on naming the record as it is, whatever was typed
    form = EditMemberForm(posted(request), instance=copy(member))

    def act(values: dict) -> HttpResponse:
        services.edit_member(
            actor=request.user, member=edited, today=today(), version=values["version"], **form.facts()
        )
        messages.success(request, "党员信息已保存。")
        return redirect("member", pk)

    return answer_form(request, form, "members/edit.html", act, member=member)


@require_http_methods(["GET", "HEAD", "POST"])
def member_move(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    request.user.require("members.edit", member)
    acts = acts_for(member, request.user)
    chosen = next((act for act in acts if act.code == request.GET.get("act")), None)
    if chosen is None and request.method == "POST":
        if (earlier := changed_before(request, pk)) is not None:
            return earlier
        messages.warning(request, "这项变动已经办理过，或现在不适用，请查看最新情况。")
        return redirect("member", pk)
    return answer_change(request, member, chosen or acts[0], acts)


def changed_before(request: HttpRequest, pk: int) -> HttpResponse | None:
    """Where the same form led when it was sent the first time."""
    made = services.is_made_by(pk, as_uuid(request.POST.get("form_token")))
    return redirect("member", pk) if made else None


def answer_change(request: HttpRequest, member: Member, chosen: Act, acts: list[Act]) -> HttpResponse:
    form = chosen.form(posted(request), member=member, account=request.user, today=today())

    def act(values: dict) -> HttpResponse:
        token = values.pop("form_token")
        chosen.do(actor=request.user, member=member, today=today(), values=values, token=token)
        messages.success(request, f"已办理{member.name}的“{chosen.label}”。")
        return redirect("member", member.pk)

    def again() -> HttpResponse | None:
        return changed_before(request, member.pk)

    tabs = [{"label": each.label, "url": f"?act={each.code}", "active": each is chosen} for each in acts]
    return answer_form(request, form, "members/change.html", act, again=again, member=member, chosen=chosen, tabs=tabs)
