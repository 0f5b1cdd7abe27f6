"""What terms add to the pages of lower storeys: the findings on an organisation's page, steps, and what is due on home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from branches.accounts.models import Account
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, State
from branches.models import Branch
from branches.terms.models import ElectionState, Office, Seat, Term
from branches.terms.rules import cn
from branches.terms.services import figures_for
from branches.terms.standing import ending_terms, stand_of, standing
from members.models import Member
from partywork.periods import add_months
from partywork.receipts import Line, provides
from partywork.rules import in_force
from partywork.slots import Panel, Step, adds_to

NAMED = 5  # organisations below that home names one by one


@adds_to("branch.panels")
def findings(branch: Branch, reader: Account, day: date) -> Iterator[Panel]:
    if not branch.is_active_on(day):
        return
    stand = stand_of(branch, day)
    yield Panel("terms/_panel.html", {
        "branch": branch, "term": stand.term, "seats": stand.seats, "findings": stand.findings,
        "standing": standing(stand.term and stand.term.due_on, day, stand.facts.figures),
        "can_edit": reader.can("terms.edit", branch),
    })  # fmt: skip


@adds_to("branch.steps")
def steps_of_branch(branch: Branch, reader: Account) -> Iterator[Step]:
    for term in branch.terms.all():
        url = reverse("term", args=[term.pk])
        yield Step(term.elected_on, f"选举产生第{term.number}届", f"任期{term.get_years_display()}，{cn(term.term_end)}届满", url=url)
        if term.extended_until:
            words = f"批准延期至{cn(term.extended_until)}（{term.extension_document}）"
            yield Step(term.term_end, f"第{term.number}届延期换届", words, url=url)


@adds_to("member.steps")
def steps_of_member(member: Member, reader: Account) -> Iterator[Step]:
    """Offices held; the end of one is told unless the next begins with it."""
    for seat in Seat.objects.filter(member=member).select_related("term__branch"):
        words = f"第{seat.term.number}届，{seat.get_start_reason_display()}"
        yield Step(seat.start_on, f"任{seat.term.branch.short_name}{seat.get_office_display()}", words)
        if seat.stop_on and seat.stop_reason not in ("changed",):
            yield Step(seat.stop_on, f"不再任{seat.term.branch.short_name}{seat.get_office_display()}", seat.get_stop_reason_display())


@provides(Meeting)
def elections_in(meeting: Meeting) -> Iterator[Line]:
    """The elections of a recorded congress; one query, for congresses only."""
    if meeting.state != State.HELD or Kind.CONGRESS not in meeting.kind_codes:
        return
    for election in meeting.elections.exclude(state=ElectionState.VOIDED).order_by("id"):
        words = f"{election.get_kind_display()}，应选{election.places}人，{election.get_state_display()}"
        yield Line("届次和选举", words, reverse("election", args=[election.pk]))


@adds_to("home.todo")
def due_terms(branch: Branch, reader: Account, day: date) -> list[dict]:
    """Terms that end or are over, and vacancies: one's own, and of those below by name."""
    own = figures_for(day)
    rows = ending_terms(branch, day, own)
    items = [item for term in rows for item in items_of(term, branch, day, own)]
    if len(items) <= NAMED:
        return items
    more = len(items) - NAMED
    return [*items[:NAMED], {
        "title": f"还有{more}项换届或补选", "text": "按届满日期列在届次一览里", "url": reverse("terms"), "label": "查看届次"}]  # fmt: skip


def items_of(term: Term, branch: Branch, day: date, own: dict) -> Iterator[dict]:
    named = "" if term.branch_id == branch.pk else f"{term.branch}："
    stand = standing(term.due_on, day, own)
    facts = {"url": reverse("term", args=[term.pk]), "label": "查看届次"}
    if stand.state != "running":
        late = stand.state == "overdue"
        text = f"第{term.number}届于{cn(term.due_on)}届满，" + (f"已超期{-stand.left}天" if late else f"还有{stand.left}天，应着手准备")
        yield _item(f"{named}{'尽快' if late else '按期'}换届", text, term.due_on, late, "ORG-8", day) | facts
    if term.vacant_on:
        months = (in_force("ORG-9", day).figures | own.get("ORG-9", {}))["months"]
        due = add_months(term.vacant_on, months)
        title = f"{named}补选{Office(term.vacant_office).label}"
        yield _item(title, f"自{cn(term.vacant_on)}起空缺", due, day > due, "ORG-9", day) | facts


def _item(title: str, text: str, due: date, late: bool, rule_id: str, day: date) -> dict:
    rule = in_force(rule_id, day)
    return {"title": title, "text": text, "due": due, "overdue": late, "rule": f"{rule_id} {rule.title}",
            "rule_url": reverse("rule", args=[rule_id])}  # fmt: skip


