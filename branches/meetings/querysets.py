"""Which meetings: by right, by organisation, by time, by kind and state."""
from __future__ import annotations

from django.db.models import Aggregate, CharField, OuterRef, QuerySet, Subquery

from partywork.periods import Period


class Joined(Aggregate):
    """The different values of a group in one text, with commas between; the same on both databases."""

    function, output_field = "GROUP_CONCAT", CharField()

    def as_postgresql(self, compiler, connection, **context):
        template = "STRING_AGG(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, template=template, **context)


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

    def of_kind(self, *kinds: str) -> MeetingQuerySet:
        """Meetings that are of (at least) one of these kinds, each once."""
        if len(kinds) == 1:
            return self.filter(kinds__kind=kinds[0])  # a meeting has a kind at most once: no doubles
        return self.filter(pk__in=self.model.objects.filter(kinds__kind__in=kinds).values("pk"))

    def with_kinds(self) -> MeetingQuerySet:
        """Each with its kinds at hand for `kind_codes`, in the same statement."""
        same = self.model.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        return self.annotate(kinds_joined=Subquery(same.annotate(joined=Joined("kinds__kind")).values("joined")))


class AttendanceQuerySet(QuerySet):
    def visible_to(self, account) -> AttendanceQuerySet:
        return self.filter(account.reach("meetings.view", "meeting__branch__"))

    def held(self) -> AttendanceQuerySet:
        return self.filter(meeting__state="held")
