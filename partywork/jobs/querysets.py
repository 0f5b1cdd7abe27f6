"""Which jobs: whose they are, and which ones nobody works on."""
from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

LEASE = timedelta(seconds=25)  # how long a silent runner keeps its job; with the 30 s sweep, back within a minute
MAX_TRIES = 3


class JobQuerySet(QuerySet):
    def visible_to(self, account) -> JobQuerySet:
        """Everybody sees his own jobs and nobody else's: a result may hold what only he may read."""
        return self.filter(owner=account)

    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=("queued", "running"))

    def overdue_on(self, now: datetime) -> JobQuerySet:
        """Running, but the lease is over, or so far ahead that a clock must have been turned back."""
        return self.filter(Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE), state="running")

    def claimable_on(self, now: datetime) -> JobQuerySet:
        overdue = Q(state="running") & (Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE))
        return self.filter(Q(state="queued") | overdue, tries__lt=MAX_TRIES)

    def held_by(self, claim) -> JobQuerySet:
        """The job, if this claim on it still counts: every write of a runner goes through here."""
        return self.filter(pk=claim.job_id, claim=claim.key, state="running")
