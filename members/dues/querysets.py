"""Which lines, payments, batches: by right, by organisation, by month or day, by state."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet

from branches.querysets import active_on


class OfMemberQuerySet(QuerySet):
    """Rows of one person in one organisation: by the post there, and one's own."""

    def visible_to(self, account) -> OfMemberQuerySet:
        return self.filter(account.reach("dues.view", "branch__", own=Q(member__account_id=account.pk)))


class DueLineQuerySet(OfMemberQuerySet):
    def unsettled(self) -> DueLineQuerySet:
        """Owed and not fully paid; said as the partial index says it."""
        return self.filter(paid__lt=F("due"))

    def owed(self) -> DueLineQuerySet:
        """Exempted lines count on neither side."""
        return self.filter(exempt=False)

    def overdue_on(self, day: date) -> DueLineQuerySet:
        return self.unsettled().filter(due_on__lt=day)


class OfBranchQuerySet(QuerySet):
    def visible_to(self, account) -> OfBranchQuerySet:
        return self.filter(account.reach("dues.view", "branch__"))


class DatedQuerySet(QuerySet):
    """Standards and reductions: pay is seen by those alone who keep the books."""

    def visible_to(self, account) -> DatedQuerySet:
        return self.filter(account.reach("dues.edit", "member__latest__branch__"))

    def active_on(self, day: date) -> DatedQuerySet:
        return self.filter(active_on(day, start="start_on", stop="stop_on"))
