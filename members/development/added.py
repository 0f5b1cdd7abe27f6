"""What this app adds to the pages below it: a person's course and panel, a branch's panel, open items of a home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from branches.accounts.models import Account
from branches.models import Branch
from members.development.board import Card, cards_of
from members.development.course import Measure
from members.development.extra import LABELS, title_of
from members.development.local import settings_on
from members.development.models import Helper, Path, StepRecord, Submission
from members.development.querysets import in_branches
from members.development.shape import Stage
from members.models import Member
from partywork.periods import add_months
from partywork.slots import Panel, Step, adds_to

SOON = 1  # month ahead
SHOWN = 6
TOLD = ("application", "activist", "candidate_consent", "oath", "extension")  # what the person's own course does not know


@adds_to("member.steps")
def steps_of_joining(member: Member, reader: Account) -> Iterator[Step]:
    """The application, the listings and the oath; one query, and only for whoever may see the path."""
    if not reader.can("development.view", member):
        return
    for record in StepRecord.objects.standing().filter(path__member=member, key__in=TOLD):
        yield Step(record.done_on, LABELS[record.key], url=reverse("path", args=[record.path_id]))


@adds_to("member.panels")
def whom_he_helps(member: Member, reader: Account) -> Iterator[Panel]:
    """Whom he cultivates or introduced; nothing for those to whom paths are not shown. One query."""
    if not reader.can("development.view", member):
        return
    rows = Helper.objects.visible_to(reader).filter(member=member, stop_on=None, voided_at=None).exclude(path__state="ended")
    helped = list(rows.select_related("path").order_by("-start_on", "-id")[:SHOWN])
    if helped:
        yield Panel("development/_member_panel.html", {"helped": helped}, aside=True)


@adds_to("branch.panels")
def stages_in(branch: Branch, reader: Account, day: date) -> Iterator[Panel]:
    """How many are in which stage; one query."""
    if not reader.can("development.view", branch):
        return
    counts = dict(Path.objects.open().filter(in_branches(branch)).order_by().values_list("stage").annotate(people=Count("pk")))
    asked = f"&branch={branch.pk}" if branch.is_leaf_kind else ""
    rows = [{"label": each.label, "count": counts[each.value], "url": f"{reverse('development')}?stage={each.value}{asked}"}
            for each in Stage if each.value in counts]  # fmt: skip
    yield Panel("development/_branch_panel.html", {"rows": rows, "branch": branch}, aside=True)


@adds_to("home.todo")
def todo_of_joining(branch: Branch, reader: Account, day: date) -> Iterator[dict[str, Any]]:
    """A branch: what is late or due within a month. A committee: what branches reported, and late steps of its own."""
    if not reader.can("development.view", branch):
        return
    if branch.is_leaf_kind:
        yield from _of_branch(branch, reader, day)
    elif reader.can("development.approve", branch):
        yield from _of_committee(reader, day)


def _of_branch(branch: Branch, reader: Account, day: date) -> Iterator[dict[str, Any]]:
    rows = Path.objects.visible_to(reader).open().filter(Q(member=None, branch=branch) | Q(member__latest__branch=branch))
    paths = list(rows.with_course())
    measure = Measure(day, settings_on(day) if paths else {})  # no limit counts working days: the calendar is not asked
    near = [card for card in cards_of(paths, measure) if card.due and card.due <= add_months(day, SOON)]
    for card in near[:SHOWN]:
        yield _item(card)


def _item(card: Card) -> dict[str, Any]:
    return {"title": f"{card.path.name}：{card.step}", "text": card.text, "due": card.due, "overdue": card.overdue, "rule": card.rule,
            "rule_url": reverse("rule", args=[card.rule]) if card.rule else "", "url": reverse("path", args=[card.path.pk]),
            "label": "去办理"}  # fmt: skip


def _of_committee(reader: Account, day: date) -> Iterator[dict[str, Any]]:
    rows = Submission.objects.decidable_by(reader).waiting().exclude(created_by=reader)
    rows = rows.select_related("path__branch", "path__member__latest__branch").order_by("reported_on", "id")
    for sent in rows[:SHOWN]:
        days = (day - sent.reported_on).days
        yield {"title": f"{sent.path.place.short_name} {sent.path.name}：{title_of(sent.key)}", "text": f"{days}天前报送，待办理",
               "overdue": sent.key in ("approval", "full_approval") and day > add_months(sent.reported_on, 3),
               "url": reverse("submission", args=[sent.pk]), "label": "办理"}  # fmt: skip
