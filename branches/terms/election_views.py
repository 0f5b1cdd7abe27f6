"""Pages of elections: recording one, its outcome with the rules, the answer from above."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.terms import elections, services
from branches.terms.forms import ApproveForm, ElectionForm, VoidForm
from branches.terms.models import Candidate, Election, ElectionState
from branches.terms.results import Outcome, Remark, judge
from branches.terms.rules import cn
from branches.terms.views import branch_to_edit
from partywork.answers import answer_form, made_before, posted
from partywork.periods import today
from partywork.tokens import make_once


@require_http_methods(["GET", "HEAD", "POST"])
def election_new(request: HttpRequest, pk: int) -> HttpResponse:
    branch = branch_to_edit(request, pk)
    form = ElectionForm(posted(request), branch=branch, initial=initial_of(branch) if request.method != "POST" else None)

    def act(values: dict) -> HttpResponse:
        token = values["form_token"]
        made, fresh = make_once(
            Election, token, request.user, lambda: elections.record_election(
                actor=request.user, branch=branch, sheet=form.sheet(), today=today(), form_token=token))  # fmt: skip
        if fresh:
            words = "选举无效，没有产生委员，原因见下。" if made.state == ElectionState.INVALID else "已登记选举，当选人已列入本届委员。"
            messages.success(request, words)
        return redirect("election", made.pk)

    def again() -> HttpResponse | None:
        return made_before(request, Election, lambda made: redirect("election", made.pk))

    lead = "按计票结果如实填写，是否有效、谁当选由系统按制度和本单位的设置判断。"
    words = {"title": "登记选举", "submit": "登记选举", "lead": lead}
    return answer_form(request, form, "terms/form.html", act, again=again, branch=branch, **words)


def initial_of(branch) -> dict[str, Any]:
    """The next number, and as many years as the last term has."""
    last = branch.terms.order_by("-number").first()
    years = last.years if last else (5 if branch.kind == "committee" else 3)
    return {"number": last.number + 1 if last else 1, "years": years}


def election_of(request: HttpRequest, pk: int) -> Election:
    seen = Election.objects.visible_to(request.user).select_related("branch", "term", "meeting", "approved_by")
    return get_object_or_404(seen, pk=pk)


@require_safe
def election_page(request: HttpRequest, pk: int) -> HttpResponse:
    election = election_of(request, pk)
    rows = list(election.candidates.select_related("member"))
    outcome = outcome_of(election, rows)
    held = election.state == ElectionState.HELD
    return render(request, "terms/election.html", {
        "election": election, "rows": rows, "outcome": outcome, "facts": facts_of(election),
        "differs": differs(election, rows, outcome), "remarks": [*outcome.remarks, *early_remark(election)],
        "for_record": elections.is_for_record([row for row in rows if row.elected]),
        "can_approve": held and request.user.can("terms.approve", election),
        "can_void": election.state in (ElectionState.HELD, ElectionState.INVALID) and request.user.can("terms.edit", election),
        "opens_meeting": bool(election.meeting) and request.user.can("meetings.view", election),
        "badge": {"approved": "ok", "held": "warn"}.get(election.state, "bad"),
    })  # fmt: skip


def outcome_of(election: Election, rows: list[Candidate]) -> Outcome:
    """The judgement from today's record: a meeting that was corrected since may come to another."""
    count = elections.count_of(election, [row.votes for row in rows])
    return judge(count, election.held_on, services.figures_for(election.held_on))


def differs(election: Election, rows: list[Candidate], outcome: Outcome) -> bool:
    """Whether the record of the congress, or a setting, was changed in a way that matters after the election was entered."""
    kept = frozenset(place for place, row in enumerate(rows) if row.elected)
    return election.state != ElectionState.VOIDED and (outcome.valid, outcome.elected) != (election.state != ElectionState.INVALID, kept)


def early_remark(election: Election) -> list[Remark]:
    """A renewal before the term's end needs approval too (ORG-8)."""
    before = election.branch.terms.filter(ended_on=election.held_on).first() if election.term_id and election.kind == "renewal" else None
    end = before and (before.extended_until or before.term_end)
    if not end or election.held_on >= end:
        return []
    return [Remark("ORG-8", f"上一届到{cn(end)}届满，这次是提前换届，须报上级批准。", "warn")]


def facts_of(election: Election) -> list[tuple]:
    expected, present = election.electors
    facts = [
        ("类别", f"{election.get_kind_display()}，{election.get_method_display()}"), ("选举日期", cn(election.held_on)),
        ("应到、实到", f"{expected}人、{present}人（有选举权）"), ("应选名额", f"{election.places}人"),
        ("选票", f"发出{election.issued}张，收回{election.returned}张，作废{election.spoilt}张"), ("当选票数", f"{election.passing}票"),
    ]  # fmt: skip
    if election.approved_on:
        facts.append(("批复（备案）", f"{cn(election.approved_on)}，{election.approval_document}"))
    return facts + ([("说明", election.note)] if election.note else [])


@require_http_methods(["GET", "HEAD", "POST"])
def election_approve(request: HttpRequest, pk: int) -> HttpResponse:
    election = election_of(request, pk)
    request.user.require("terms.approve", election)

    def act(values: dict) -> HttpResponse:
        elections.approve_election(actor=request.user, election=election, today=today(), **values)
        messages.success(request, "已登记批复。")
        return redirect("election", pk)

    lead = "书记、副书记的选举结果报上级党组织批准，委员报上级备案（ORG-9）。"
    return answer_election(request, election, ApproveForm(posted(request)), act, title="登记批复", submit="登记批复", lead=lead)


@require_http_methods(["GET", "HEAD", "POST"])
def election_void(request: HttpRequest, pk: int) -> HttpResponse:
    election = election_of(request, pk)
    request.user.require("terms.edit", election)

    def act(values: dict) -> HttpResponse:
        services.void_election(actor=request.user, election=election, **values)
        messages.success(request, "这次选举已作废，原来的届次和任职已恢复。")
        return redirect("election", pk)

    lead = "登记有误时作废，由这次选举产生的届次和任职一并取消，上一届恢复。批复以后不能作废。"
    return answer_election(request, election, VoidForm(posted(request)), act, title="作废选举", submit="作废这次选举", lead=lead)


def answer_election(request: HttpRequest, election: Election, form, act, **context: Any) -> HttpResponse:
    return answer_form(request, form, "terms/form.html", act, branch=election.branch, election=election, **context)
