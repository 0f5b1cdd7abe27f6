"""The acts on terms and seats. An act never gives or takes a right: posts of accounts are the keeper's (see README, Decisions)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch
from branches.rule_settings import own_figures
from branches.services import cn_date
from branches.terms.models import Election, ElectionState, Office, Seat, SeatStart, SeatStop, Term
from branches.terms.naming import Named
from branches.terms.rules import term_end, why_not_extend
from members.models import Member
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.rules import in_force
from partywork.versions import claim_version

register_actions({
    "term.enter": "登记届次",
    "term.edit": "更正届次",
    "term.extend": "登记延期换届批复",
    "seat.end": "登记委员离任",
    "seat.change": "调整委员分工",
    "seat.drop": "核销委员空缺",
    "seat.fill": "登记委员任命",
    "election.record": "登记选举",
    "election.approve": "登记选举批复",
    "election.void": "作废选举",
})  # fmt: skip
TERM_FIELDS = ("number", "elected_on", "start_on", "years", "term_end", "due_on", "ended_on", "note")
DELAY_FIELDS = ("extended_until", "extension_document", "extension_reason", "due_on")
SEAT_FIELDS = ("office", "member", "start_on", "stop_on", "start_reason", "stop_reason", "document")


# --- terms --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def enter_term(
    *,
    actor: Account,
    branch: Branch,
    number: int,
    elected_on: date,
    years: int,
    people: Iterable[Named],
    today: date,
    ended_on: date | None = None,
    note: str = "",
    form_token=None,
) -> Term:
    """A term whose election is not recorded here: the one in office when the system was set up, or an earlier one."""
    actor.require("terms.edit", branch)
    branch = locked_branch(branch)
    term = Term(branch=branch, number=number, elected_on=elected_on, start_on=elected_on, years=years, ended_on=ended_on,
                note=note, form_token=form_token)  # fmt: skip
    _check_term(term, today)
    settle_days(term)
    term.save(force_insert=True)
    stop = {"stop_on": ended_on, "stop_reason": SeatStop.TERM} if ended_on else {}
    for each in people:
        Seat.objects.create(term=term, office=each.office, member_id=each.member_id, start_on=elected_on,
                            start_reason=SeatStart.ENTERED, **stop)  # fmt: skip
    changes = changes_between({}, snapshot(term, TERM_FIELDS)) | {"委员": [None, members_of(term)]}
    write_entry(actor=actor, action="term.enter", target=term, changes=changes)
    return term


@transaction.atomic
def edit_term(
    *, actor: Account, term: Term, version: int, number: int, elected_on: date, years: int, note: str, today: date
) -> Term:
    """Correct what was written down. The day of an election that is recorded here is the congress's own."""
    actor.require("terms.edit", term)
    term = locked_term(term)
    before = snapshot(term, TERM_FIELDS)
    claim_version(term, version)
    if elected_on != term.elected_on and term.elections.exclude(kind="by").exclude(state=ElectionState.VOIDED).exists():
        raise RuleViolation("选举日期取自登记的选举，不能在这里改。登记有误的，请作废那次选举再重新登记。", field="elected_on")
    _move_first_seats(term, elected_on)
    term.number, term.elected_on, term.start_on, term.years, term.note = number, elected_on, elected_on, years, note
    _check_term(term, today)
    settle_days(term)
    term.save(update_fields=[*TERM_FIELDS])
    write_entry(actor=actor, action="term.edit", target=term, changes=changes_between(before, snapshot(term, TERM_FIELDS)))
    return term


@transaction.atomic
def extend_term(
    *, actor: Account, term: Term, version: int, extended_until: date, extension_document: str, extension_reason: str
) -> Term:
    """The approval of a delay: it moves the day by a year at most (ORG-8)."""
    actor.require("terms.approve", term)
    term = locked_term(term)
    before = snapshot(term, DELAY_FIELDS)
    claim_version(term, version)
    if term.ended_on:
        raise RuleViolation("这一届已经换届，不能再延期。")
    delay = in_force("ORG-8", term.term_end).figures["delay"]
    if fault := why_not_extend(term.term_end, extended_until, delay):
        raise RuleViolation(fault, field="extended_until", rule="ORG-8")
    term.extended_until, term.extension_document, term.extension_reason = extended_until, extension_document, extension_reason
    settle_days(term)
    term.save(update_fields=[*DELAY_FIELDS])
    write_entry(actor=actor, action="term.extend", target=term, reason=extension_reason,
                changes=changes_between(before, snapshot(term, DELAY_FIELDS)))  # fmt: skip
    return term


def settle_days(term: Term) -> None:
    """The two derived days; `manage.py verify` counts them again."""
    term.term_end = term_end(term.elected_on, term.years)
    due = term.extended_until or term.term_end
    term.due_on = min(due, term.ended_on) if term.ended_on else due


def _check_term(term: Term, today: date) -> None:
    if term.elected_on > today:
        raise RuleViolation("选举日期不能晚于今天。", field="elected_on")
    if term.elected_on < term.branch.founded_on:
        raise RuleViolation(f"选举日期不能早于成立日期{cn_date(term.branch.founded_on)}。", field="elected_on")
    if term.ended_on and not term.start_on < term.ended_on <= today:
        raise RuleViolation("结束日期应在选举日期之后、不晚于今天。", field="ended_on")
    if term.extended_until and term.extended_until <= term_end(term.elected_on, term.years):
        raise RuleViolation("已登记的延期日期不在新的任期届满日之后，请先核对。", field="elected_on")
    others = term.branch.terms.exclude(pk=term.pk)
    if others.filter(number=term.number).exists():
        raise RuleViolation(f"第{term.number}届已经登记。", field="number")
    for other in others:
        if (term.ended_on is None or other.start_on < term.ended_on) and (other.ended_on is None or other.ended_on > term.start_on):
            raise RuleViolation(f"与第{other.number}届的时间重叠，请核对日期；往届请填写结束日期。", field="elected_on")


def _move_first_seats(term: Term, day: date) -> None:
    """Seats that began with the term begin with its corrected day."""
    for seat in term.seats.filter(start_on=term.start_on):
        if seat.stop_on and seat.stop_on < day:
            raise RuleViolation(f"{seat}已于{cn_date(seat.stop_on)}离任，选举日期不能晚于这一天。", field="elected_on")
        seat.start_on = day
        seat.save(update_fields=["start_on"])
    if term.seats.filter(start_on__lt=day).exists():
        raise RuleViolation("本届已有更早的任职记录，选举日期不能晚于它。", field="elected_on")


# --- seats --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def end_seat(*, actor: Account, seat: Seat, version: int, day: date, reason: str, today: date, document: str = "") -> Seat:
    """Somebody leaves his office: from that day on it is vacant. Dropping a vacancy ends it without a successor.
    `version` is that of the term, as the form saw it."""
    seat = open_seat(actor, seat, day, today, version)
    if (seat.member_id is None) is not (reason == SeatStop.DROPPED):
        raise RuleViolation("空缺只能“不再设”；在任的请选择离任原因。", field="reason")
    stop_seat(seat, day, reason, document)
    if seat.member_id:
        Seat.objects.create(term=seat.term, office=seat.office, start_on=day, start_reason=SeatStart.VACANT)
    action = "seat.end" if seat.member_id else "seat.drop"
    write_entry(actor=actor, action=action, target=seat.term, label=f"{seat.term}：{seat}", reason=seat.get_stop_reason_display(),
                changes={"止": [None, day.isoformat()]})  # fmt: skip
    return seat


@transaction.atomic
def change_office(*, actor: Account, seat: Seat, version: int, office: str, day: date, today: date, document: str = "") -> Seat:
    """Another division of work. If the new office was vacant, the old one becomes so."""
    seat = open_seat(actor, seat, day, today, version)
    if seat.member_id is None or seat.office == office:
        raise RuleViolation("请选择另一项职务。", field="office")
    stop_seat(seat, day, SeatStop.CHANGED, document)
    filled = fill_vacancy(seat.term, office, day)
    if filled:
        Seat.objects.create(term=seat.term, office=seat.office, start_on=day, start_reason=SeatStart.VACANT)
    check_secretary(seat.term, office)
    new = Seat.objects.create(term=seat.term, office=office, member=seat.member, start_on=day,
                              start_reason=SeatStart.CHANGED, document=document)  # fmt: skip
    write_entry(actor=actor, action="seat.change", target=seat.term, label=f"{seat.term}：{seat.member}",
                changes={"职务": [seat.get_office_display(), new.get_office_display()]})  # fmt: skip
    return new


@transaction.atomic
def appoint_to_seat(
    *, actor: Account, seat: Seat, member: Member, day: date, document: str, today: date, form_token=None
) -> Seat:
    """A vacancy filled from above, without an election."""
    seat = open_seat(actor, seat, day, today)
    if seat.member_id:
        raise RuleViolation("这一职务现在有人担任，不是空缺。")
    if seat.term.seats.open().filter(member=member).exists():
        raise RuleViolation(f"{member.name}在本届已有职务，请用“调整分工”。", field="member")
    stop_seat(seat, day, SeatStop.FILLED)
    new = Seat.objects.create(term=seat.term, office=seat.office, member=member, start_on=day, document=document,
                              start_reason=SeatStart.APPOINTED, form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="seat.fill", target=seat.term, label=f"{seat.term}：{new}",
                changes={"起": [None, day.isoformat()], "任免文号": [None, document]})  # fmt: skip
    return new


def open_seat(actor: Account, seat: Seat, day: date, today: date, version: int | None = None) -> Seat:
    """The seat as it is now, its term locked and claimed; refuses one that is over and a day that does not fit."""
    actor.require("terms.edit", seat.term)
    term = locked_term(seat.term)
    claim_version(term, term.version if version is None else version)
    seat = Seat.objects.select_related("member", "term__branch").get(pk=seat.pk)
    if seat.stop_on or term.ended_on:
        raise RuleViolation(f"“{seat}”已于{cn_date(seat.stop_on or term.ended_on)}结束，请查看最新情况。")
    if not seat.start_on <= day <= today:
        raise RuleViolation(f"日期应在{cn_date(seat.start_on)}到今天之间。", field="day")
    return seat


def stop_seat(seat: Seat, day: date, reason: str, document: str = "") -> None:
    seat.stop_on, seat.stop_reason = day, reason
    seat.document = document or seat.document
    seat.save(update_fields=["stop_on", "stop_reason", "document"])


def fill_vacancy(term: Term, office: str, day: date, election: Election | None = None) -> Seat | None:
    """End the vacancy of an office, if there is one; the vacant seat, or None."""
    vacant = term.seats.vacant().filter(office=office).first()
    if vacant:
        vacant.election = election
        vacant.stop_on, vacant.stop_reason = max(day, vacant.start_on), SeatStop.FILLED
        vacant.save(update_fields=["stop_on", "stop_reason", "election"])
    return vacant


def check_secretary(term: Term, office: str) -> None:
    if office == Office.SECRETARY and term.seats.open().filter(office=office).exists():
        raise RuleViolation("本届已有书记，请先登记原书记离任或改任。", field="office")


# --- taking an election back ----------------------------------------------------------------------------------------------


@transaction.atomic
def void_election(*, actor: Account, election: Election, reason: str) -> Election:
    """An election that was written down wrongly. What it had made is taken back, as long as nothing was built on it."""
    actor.require("terms.edit", election)
    locked_branch(election.branch)
    election = Election.objects.select_related("branch", "term__branch", "meeting").get(pk=election.pk)
    if election.state not in (ElectionState.HELD, ElectionState.INVALID):
        raise RuleViolation(f"这次选举{election.get_state_display()}，不能作废。")
    if election.state == ElectionState.HELD:
        _take_back(election)
    election.state, election.void_reason = ElectionState.VOIDED, reason
    election.save(update_fields=["state", "void_reason", "term"])
    write_entry(actor=actor, action="election.void", target=election, reason=reason)
    return election


def _take_back(election: Election) -> None:
    term = election.term
    later = (
        term.seats.exclude(election=election).filter(start_on__gte=election.held_on),
        term.seats.filter(election=election, stop_on__isnull=False, member__isnull=False),
        term.seats.filter(stop_on__gte=election.held_on).exclude(election=election),
        term.elections.exclude(pk=election.pk).filter(held_on__gte=election.held_on).exclude(state=ElectionState.VOIDED),
    )
    if any(rows.exists() for rows in later):
        raise RuleViolation("选举之后本届又有任免、分工调整或其他选举，不能作废。请逐项更正。")
    if term.ended_on:
        raise RuleViolation("这一届已经换届，选举不能作废。")
    term.seats.filter(election=election, start_on=election.held_on, stop_on=None).delete()
    if election.kind == "by":
        term.seats.filter(election=election, member=None).update(stop_on=None, stop_reason="", election=None)
        return
    election.term = None
    election.save(update_fields=["term"])
    term.elections.update(term=None)
    _reopen_before(term)


def _reopen_before(term: Term) -> None:
    """The term before is the present one again, and so are those who were in office to its end."""
    branch, day = term.branch, term.start_on
    term.delete()
    before = branch.terms.filter(ended_on=day).first()
    if before:
        before.ended_on = None
        settle_days(before)
        before.save(update_fields=["ended_on", "due_on"])
        before.seats.filter(stop_on=day, stop_reason=SeatStop.TERM).update(stop_on=None, stop_reason="")


# --- small parts ----------------------------------------------------------------------------------------------------------


def locked_branch(branch: Branch) -> Branch:
    return Branch.objects.select_for_update().get(pk=branch.pk)


def locked_term(term: Term) -> Term:
    """Elections lock the organisation first; so does everything that changes a term."""
    locked_branch(term.branch)
    return Term.objects.select_related("branch").get(pk=term.pk)


def members_of(term: Term) -> str:
    """The term's offices in words, for the journal."""
    return "、".join(str(seat) for seat in term.seats.select_related("member"))


def figures_for(day: date) -> dict:
    """The organisation's own figures for the rules of terms and elections."""
    return own_figures(("ORG-8", "ORG-9", "ORG-10", "VOTE-5"), day)


__all__ = ["SEAT_FIELDS", "appoint_to_seat", "change_office", "edit_term", "end_seat", "enter_term", "extend_term", "void_election"]
