"""Recording an election and its approval. Whoever is elected takes his seat in the same act; rights are the keeper's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from branches.accounts.models import Account
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, State
from branches.models import Branch
from branches.services import cn_date
from branches.terms.models import (
    LEADING,
    Candidate,
    Election,
    ElectionKind,
    ElectionState,
    Method,
    Office,
    Seat,
    SeatStart,
    SeatStop,
    Term,
)
from branches.terms.naming import Named
from branches.terms.results import Count, Outcome, judge, why_not_counted
from branches.terms.services import (
    check_secretary,
    figures_for,
    fill_vacancy,
    locked_branch,
    settle_days,
    stop_seat,
)
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, snapshot, write_entry

ELECTION_FIELDS = ("kind", "held_on", "method", "places", "issued", "returned", "spoilt", "passing", "state", "note")


@dataclass(frozen=True)
class Sheet:
    """What somebody writes down of one election; `meeting` is None where the organisation records no congress."""

    kind: str
    method: str
    places: int
    issued: int
    returned: int
    spoilt: int
    candidates: tuple[Named, ...]
    meeting: Meeting | None = None
    held_on: date | None = None
    expected: int | None = None
    present: int | None = None
    number: int | None = None
    years: int = 3
    note: str = ""


@transaction.atomic
def record_election(*, actor: Account, branch: Branch, sheet: Sheet, today: date, form_token=None) -> Election:
    """Write the count down, judge it by the rules of its day, and seat who is elected. An invalid one is kept as such."""
    actor.require("terms.edit", branch)
    branch = locked_branch(branch)
    election = _new_election(actor, branch, sheet, form_token)
    _check_day(election, today)
    term = _term_for(election)
    count = count_of(election, [each.votes for each in sheet.candidates])
    field, fault = why_not_counted(count)
    if fault:
        raise RuleViolation(fault, field=field, rule="VOTE-6")
    outcome = judge(count, election.held_on, figures_for(election.held_on))
    election.passing = outcome.passing
    election.state = ElectionState.HELD if outcome.valid else ElectionState.INVALID
    election.save(force_insert=True)
    elected = _write_candidates(election, sheet.candidates, outcome)
    if outcome.valid:
        _seat(election, term, elected, outcome, sheet)
    write_entry(actor=actor, action="election.record", target=election, changes=_told(election, elected))
    return election


def count_of(election: Election, votes: Iterable[int | None]) -> Count:
    """The numbers of an election as the rules want them; electors from the recorded congress."""
    expected, present = election.electors
    return Count(expected, present, election.issued, election.returned, election.spoilt, election.places,
                 tuple(each or 0 for each in votes), election.method == Method.DIFFERENTIAL)  # fmt: skip


def _new_election(actor: Account, branch: Branch, sheet: Sheet, form_token) -> Election:
    _check_meeting(branch, sheet)
    held_on = sheet.meeting.held_on if sheet.meeting else sheet.held_on
    kind = ElectionKind.FIRST if sheet.kind != ElectionKind.BY and sheet.number == 1 else sheet.kind
    typed = {} if sheet.meeting else {"expected": sheet.expected, "present": sheet.present}
    return Election(branch=branch, kind=kind, meeting=sheet.meeting, held_on=held_on, method=sheet.method, places=sheet.places,
                    issued=sheet.issued, returned=sheet.returned, spoilt=sheet.spoilt, note=sheet.note, created_by=actor,
                    form_token=form_token, **typed)  # fmt: skip


def _check_meeting(branch: Branch, sheet: Sheet) -> None:
    """A branch elects in its own recorded congress; an organisation above branches tells day and numbers itself."""
    meeting = sheet.meeting
    if branch.is_leaf_kind:
        if meeting is None:
            raise RuleViolation("请选择进行选举的党员大会。还没有登记的，请先登记会议和出勤。", field="meeting")
        if meeting.branch_id != branch.pk or meeting.state != State.HELD or Kind.CONGRESS not in meeting.kind_codes:
            raise RuleViolation("只能选择本支部已召开的党员大会。", field="meeting")
    elif meeting is not None:
        raise RuleViolation("本组织不登记党员大会，请填写日期和人数。", field="meeting")
    elif sheet.held_on is None or sheet.expected is None or sheet.present is None:
        raise RuleViolation("请填写选举日期、应到人数和实到人数。", field="expected")


def _check_day(election: Election, today: date) -> None:
    if election.held_on > today:
        raise RuleViolation("选举日期不能晚于今天。", field="held_on")
    if not election.branch.is_active_on(election.held_on):
        raise RuleViolation("选举日期不在本组织存续期间。", field="held_on")


def _term_for(election: Election) -> Term | None:
    """The term in office when the votes were counted; a by-election needs one, a renewal comes after it."""
    term = election.branch.terms.open().select_related("branch").first()
    field = "meeting" if election.meeting else "held_on"
    if election.kind == ElectionKind.BY:
        if term is None:
            raise RuleViolation("还没有登记现任届次，请先登记，再登记补选。", field="kind")
        if election.held_on < term.start_on:
            raise RuleViolation(f"补选日期不能早于本届起始日期{cn_date(term.start_on)}。", field=field)
        return term
    last = election.branch.terms.order_by("-start_on").first()
    if last and election.held_on <= max(last.start_on, last.ended_on or last.start_on):
        raise RuleViolation(f"换届选举应在第{last.number}届之后，请核对日期。", field=field)
    return term


def _write_candidates(election: Election, candidates: tuple[Named, ...], outcome: Outcome) -> list[Candidate]:
    """The ballot with its outcome; those elected, most votes first."""
    rows = [Candidate.objects.create(election=election, order=place, member_id=each.member_id, office=each.office,
                                     votes=each.votes or 0, elected=place in outcome.elected, tied=place in outcome.tied)
            for place, each in enumerate(candidates)]  # fmt: skip
    elected = sorted((row for row in rows if row.elected), key=lambda row: -row.votes)
    if sum(row.office == Office.SECRETARY for row in elected) > 1:
        raise RuleViolation("当选人里有两名书记，请核对拟任职务。", field="candidates")
    return elected


def _seat(election: Election, term: Term | None, elected: list[Candidate], outcome: Outcome, sheet: Sheet) -> None:
    if election.kind == ElectionKind.BY:
        for row in elected:
            _fill(election, term, row)
    else:
        end_term(term, election.held_on)
        term = _new_term(election, elected, outcome.left, sheet)
    election.term = term
    election.save(update_fields=["term"])


def end_term(term: Term | None, day: date) -> None:
    """The term is over and everybody in it has left his office."""
    if term is None:
        return
    for seat in term.seats.open():
        stop_seat(seat, max(day, seat.start_on), SeatStop.TERM)
    term.ended_on = day
    settle_days(term)
    term.save(update_fields=["ended_on", "due_on"])


def _new_term(election: Election, elected: list[Candidate], left: int, sheet: Sheet) -> Term:
    number = sheet.number or (election.branch.terms.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    if election.branch.terms.filter(number=number).exists():
        raise RuleViolation(f"第{number}届已经登记，请核对届次。", field="number")
    term = Term(branch=election.branch, number=number, elected_on=election.held_on, start_on=election.held_on, years=sheet.years)
    settle_days(term)
    term.save(force_insert=True)
    facts = {"term": term, "election": election, "start_on": election.held_on}
    for row in elected:
        Seat.objects.create(**facts, office=row.office, member_id=row.member_id, start_reason=SeatStart.ELECTED)
    for _ in range(left):
        Seat.objects.create(**facts, office=Office.COMMISSIONER, start_reason=SeatStart.VACANT)
    return term


def _fill(election: Election, term: Term, row: Candidate) -> None:
    """One person elected in between: into the vacancy of his office, or into one without a portfolio."""
    day = election.held_on
    held = term.seats.open().filter(member_id=row.member_id).first()
    filled = fill_vacancy(term, row.office, day, election) or (
        not held and fill_vacancy(term, Office.COMMISSIONER, day, election)
    )
    if held:
        stop_seat(held, max(day, held.start_on), SeatStop.CHANGED)
        if filled:
            Seat.objects.create(term=term, office=held.office, start_on=day, start_reason=SeatStart.VACANT)
    check_secretary(term, row.office)
    Seat.objects.create(term=term, election=election, office=row.office, member_id=row.member_id, start_on=day,
                        start_reason=SeatStart.ELECTED)  # fmt: skip


def _told(election: Election, elected: list[Candidate]) -> dict[str, Any]:
    names = "、".join(f"{row.get_office_display()}{row.member.name}" for row in elected)
    return changes_between({}, snapshot(election, ELECTION_FIELDS)) | {"当选": [None, names or "无"]}


@transaction.atomic
def approve_election(*, actor: Account, election: Election, day: date, document: str, today: date) -> Election:
    """The answer from above: approval of secretary and deputy, record of the others (ORG-9). Twice is refused."""
    actor.require("terms.approve", election)
    locked_branch(election.branch)
    election = Election.objects.select_related("branch").get(pk=election.pk)
    if election.state != ElectionState.HELD:
        raise RuleViolation(f"这次选举{election.get_state_display()}，不能再登记批复。")
    if election.candidates.filter(elected=True, member__account=actor).exists():
        raise RuleViolation("不能登记对自己当选的批复，请由其他工作人员登记。")
    if not election.held_on <= day <= today:
        raise RuleViolation(f"批复日期应在选举日期{cn_date(election.held_on)}到今天之间。", field="day")
    election.state, election.approved_on, election.approval_document, election.approved_by = "approved", day, document, actor
    election.save(update_fields=["state", "approved_on", "approval_document", "approved_by"])
    write_entry(actor=actor, action="election.approve", target=election,
                changes={"approved_on": [None, day.isoformat()], "approval_document": [None, document]})  # fmt: skip
    return election


def is_for_record(elected: Iterable[Candidate]) -> bool:
    """Whether the result is reported for record only: no secretary and no deputy among those elected."""
    return not any(row.office in LEADING for row in elected)
