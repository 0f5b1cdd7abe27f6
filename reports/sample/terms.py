"""Terms of the fictional organisations: one elected in a recorded congress, some near their end, one overdue, a vacancy."""
from __future__ import annotations

from datetime import date, timedelta

from branches.accounts.models import Post
from branches.accounts.permissions import COMMITTEE_ROLES
from branches.meetings.models import Meeting
from branches.models import Branch
from branches.terms.elections import Sheet, approve_election, record_election
from branches.terms.models import Office, Seat, SeatStart, SeatStop, Term
from branches.terms.naming import Named
from branches.terms.services import settle_days
from members.models import Member
from partywork.periods import add_months
from reports.sample.organisation import FOUNDED, Sample

# Months from today to the end of the term, by the branch's place; None: nothing is on record. The others are in mid-term.
ENDS = {0: -1, 1: 2, 2: -2, 3: 5, 4: -3, 11: None}
TITLE = "召开党员大会进行换届选举"


def build_terms(sample: Sample) -> None:
    """A term for nearly every organisation, with its officers in their seats."""
    people = _officers(sample)
    offices = (Office.SECRETARY, Office.DEPUTY, Office.COMMISSIONER, Office.COMMISSIONER)
    _enter(sample.root, sample.until, 40, 5, list(zip(offices, sample.leaders, strict=False)))
    for general in Branch.objects.filter(kind="general"):
        _enter(general, sample.until, 16, 3, people.get(general.pk, []))
    for place, branch in enumerate(sample.branches):
        months = ENDS.get(place, 9 + place % 20)
        if months is not None:
            _enter(branch, sample.until, months, 3, people.get(branch.pk, []))
    _elect(sample, sample.branches[0], people)
    if len(sample.branches) > 1:
        _vacate(sample.branches[1], sample.until - timedelta(days=70))
    if len(sample.branches) > 4:
        _delay(sample.branches[4])


def _officers(sample: Sample) -> dict[int, list[tuple[str, Member]]]:
    """The committee of each branch, as its posts say."""
    known = {member.account_id: member for member in sample.members.values() if member.account_id}
    found: dict[int, list[tuple[str, Member]]] = {}
    for post in Post.objects.filter(role__in=COMMITTEE_ROLES).order_by("id"):
        if post.account_id in known:
            found.setdefault(post.branch_id, []).append((post.role, known[post.account_id]))
    return found


def _enter(branch: Branch, until: date, months: int, years: int, people: list[tuple[str, Member]]) -> Term:
    """The present term, which ends so many months from now (and some days, so that not all end on one)."""
    elected = add_months(until, months - 12 * years) + timedelta(days=branch.pk % 9)
    term = Term(branch=branch, number=2, elected_on=max(elected, FOUNDED), start_on=max(elected, FOUNDED), years=years)
    settle_days(term)
    term.save()
    Seat.objects.bulk_create([Seat(term=term, office=office, member=member, start_on=term.start_on, start_reason=SeatStart.ENTERED)
                              for office, member in people])
    return term


def _elect(sample: Sample, branch: Branch, people: dict) -> None:
    """The first branch has held its election in a congress of this year, and it was approved."""
    meeting = next((row for row in branch.meetings.held().of_kind("congress").filter(held_on__lt=sample.until - timedelta(days=20))
                    .order_by("-held_on") if 5 * row.voters_present >= 4 * row.voters_expected), None)
    officers = people.get(branch.pk, [])
    if meeting is None or len(officers) < 3:
        return
    Meeting.objects.filter(pk=meeting.pk).update(title=TITLE, topics=TITLE)
    meeting.title, clerk = TITLE, sample.accounts["dangban"]
    votes = meeting.voters_present
    names = [Named(member.pk, office, votes - 1 - place % 2) for place, (office, member) in enumerate(officers)]
    taken = {member.pk for _, member in officers}
    other = next(row.member_id for row in sample.spans[branch.pk] if row.kind == "full" and row.stop_on is None
                 and row.start_on <= meeting.held_on and row.member_id not in taken)
    names.append(Named(other, Office.COMMISSIONER, votes * len(officers) - sum(each.votes for each in names)))
    sheet = Sheet(kind="renewal", method="differential", places=len(officers), issued=votes, returned=votes, spoilt=0,
                  candidates=tuple(names), meeting=meeting, number=3, years=3)
    election = record_election(actor=clerk, branch=branch, sheet=sheet, today=sample.until)
    approve_election(actor=clerk, election=election, day=meeting.held_on + timedelta(days=9), document=f"岚水党〔{meeting.held_on.year}〕14号",
                     today=sample.until)


def _vacate(branch: Branch, day: date) -> None:
    """Somebody has left his office, and nobody is elected yet."""
    seat = Seat.objects.filter(term__branch=branch, office=Office.ORGANISATION, stop_on=None).first()
    if seat:
        seat.stop_on, seat.stop_reason, seat.document = day, SeatStop.MOVED, f"岚水党〔{day.year}〕20号"
        seat.save()
        Seat.objects.create(term=seat.term, office=seat.office, start_on=day, start_reason=SeatStart.VACANT)


def _delay(branch: Branch) -> None:
    term = branch.terms.open().get()
    term.extended_until, term.extension_document = add_months(term.term_end, 9), f"岚直党〔{term.term_end.year}〕31号"
    term.extension_reason = "机构改革期间人员调整较多"
    settle_days(term)
    term.save()
