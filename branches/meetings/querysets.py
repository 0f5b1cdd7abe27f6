"""Which meetings: by right, by organisation, by time, by kind and state."""
from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from partywork.periods import Period


class MeetingQuerySet(QuerySet):
    def visible_to(self, account) -> MeetingQuerySet:
        return self.filter(account.reach("meetings.view", "branch__"))

    def within(self, scope) -> MeetingQuerySet:
        """Meetings of one of these organisations (a queryset of branches)."""
        return self.filter(branch__in=scope)

    def held(self) -> MeetingQuerySet:
        """Held: neither draft nor voided."""
        return self.filter(state="held")

    def drafts(self) -> MeetingQuerySet:
        return self.filter(state="draft")

    def in_period(self, period: Period) -> MeetingQuerySet:
        return self.filter(held_on__gte=period.start, held_on__lt=period.stop)

    def held_until(self, day: date) -> MeetingQuerySet:
        return self.filter(held_on__lte=day)

    def of_kind(self, *kinds: str) -> MeetingQuerySet:
        """Meetings that are of (at least) one of these kinds, each once."""
        if len(kinds) == 1:
            return self.filter(kinds__kind=kinds[0])  # a meeting has a kind at most once: no doubles
        return self.filter(pk__in=self.model.objects.filter(kinds__kind__in=kinds).values("pk"))


class AttendanceQuerySet(QuerySet):
    def visible_to(self, account) -> AttendanceQuerySet:
        return self.filter(account.reach("meetings.view", "meeting__branch__"))

    def within(self, scope) -> AttendanceQuerySet:
        return self.filter(meeting__branch__in=scope)

    def held(self) -> AttendanceQuerySet:
        return self.filter(meeting__state="held")

    def in_period(self, period: Period) -> AttendanceQuerySet:
        return self.filter(meeting__held_on__gte=period.start, meeting__held_on__lt=period.stop)

    def present(self) -> AttendanceQuerySet:
        return self.filter(state="present")
