"""Which terms, seats and elections: by right, by organisation, by day."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from branches.models import Branch
from branches.querysets import active_on


class TermQuerySet(QuerySet):
    def visible_to(self, account) -> TermQuerySet:
        return self.filter(account.reach("org.view", "branch__"))

    def open(self) -> TermQuerySet:
        """Of which no successor is elected; each organisation has one at most."""
        return self.filter(ended_on=None)

    def below(self, branch: Branch) -> TermQuerySet:
        """Of the organisation itself and of those below it that are in being."""
        return self.filter(branch__path__startswith=branch.path)

    def overdue_on(self, day: date) -> TermQuerySet:
        return self.filter(due_on__lt=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))


class SeatQuerySet(QuerySet):
    def visible_to(self, account) -> SeatQuerySet:
        return self.filter(account.reach("org.view", "term__branch__"))

    def active_on(self, day: date) -> SeatQuerySet:
        return self.filter(active_on(day, start="start_on", stop="stop_on"))

    def open(self) -> SeatQuerySet:
        return self.filter(stop_on=None)

    def vacant(self) -> SeatQuerySet:
        return self.filter(stop_on=None, member=None)


class ElectionQuerySet(QuerySet):
    def visible_to(self, account) -> ElectionQuerySet:
        return self.filter(account.reach("org.view", "branch__"))


def with_terms(branches: QuerySet[Branch], terms: QuerySet, seats: QuerySet) -> QuerySet[Branch]:
    """Organisations with the last day of their term and how many of its offices are held and vacant: for lists, their
    filters and orders."""
    mine = terms.filter(branch=OuterRef("pk"), ended_on=None)
    offices = seats.filter(term__branch=OuterRef("pk"), term__ended_on=None, stop_on=None).order_by().values("term__branch")
    held, vacant = Count("pk", filter=Q(member__isnull=False)), Count("pk", filter=Q(member=None))
    return branches.annotate(
        term_due=Subquery(mine.values("due_on")[:1]),
        seated=Subquery(offices.annotate(number=held).values("number")),
        vacant=Subquery(offices.annotate(number=vacant).values("number")),
    )
