"""What of terms `manage.py verify` looks through: the derived days, and elections against the recorded congresses."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from branches.terms.models import Election, ElectionState, Term
from branches.terms.services import settle_days
from partywork.keeping.checks import Asked, verifies


@verifies("届次日期")
def term_days(asked: Asked) -> Iterator[str]:
    """Every term ends when its election, years, delay and successor say."""
    for term in Term.objects.select_related("branch"):
        again = copy(term)
        settle_days(again)
        if (again.term_end, again.due_on) != (term.term_end, term.due_on):
            yield f"{term}：届满日期与选举日期、任期和延期批复推算的不同。"


@verifies("选举的会议")
def election_days(asked: Asked) -> Iterator[str]:
    """An election took place in a congress that still stands, on its day."""
    for election in Election.objects.exclude(state=ElectionState.VOIDED).exclude(meeting=None).select_related("branch", "meeting"):
        if election.meeting.state != "held" or election.meeting.held_on != election.held_on:
            yield f"{election}：所在的党员大会已作废或改了日期。"
