"""Which paths, and what hangs on them: by right, by state, by person."""

from __future__ import annotations

from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from branches.querysets import active_on
from members.querysets import ID_PURPOSE, joined_pinyin, named
from partywork.fields import blind_indexes


def in_reach(account, action: str, prefix: str = "") -> Q:
    """An applicant's path belongs to its branch; once he is a member it goes with his membership."""
    applicant = Q(**{f"{prefix}member": None}) & account.reach(action, f"{prefix}branch__")
    return applicant | account.reach(action, f"{prefix}member__latest__branch__")


class PathQuerySet(QuerySet):
    def visible_to(self, account) -> PathQuerySet:
        return self.filter(in_reach(account, "development.view"))

    def open(self) -> PathQuerySet:
        """Neither through nor ended."""
        return self.filter(state="open")

    def of_id_number(self, number: str) -> PathQuerySet:
        return self.filter(id_index__in=blind_indexes(number, ID_PURPOSE))

    def search(self, words: str) -> PathQuerySet:
        return self.alias(spelled=joined_pinyin()).filter(named(words, spelled="spelled"))

    def with_course(self) -> PathQuerySet:
        """Each with everything that its windows are reckoned from: three queries beside its own."""
        records = self.model._meta.get_field("records").related_model
        standing = records.objects.standing().select_related("resolution__meeting", "meeting").order_by("done_on", "id")
        return self.select_related("branch", "group", "member__latest__branch").prefetch_related(
            Prefetch("records", standing, to_attr="standing"), "submissions", "member__memberships"
        )


class OfPathQuerySet(QuerySet):
    """Rows that belong to a path."""

    def visible_to(self, account) -> OfPathQuerySet:
        return self.filter(in_reach(account, "development.view", "path__"))

    def standing(self) -> OfPathQuerySet:
        """Not voided."""
        return self.filter(voided_at=None)


class SubmissionQuerySet(OfPathQuerySet):
    def waiting(self) -> SubmissionQuerySet:
        return self.filter(state="waiting")

    def decidable_by(self, account) -> SubmissionQuerySet:
        return self.filter(in_reach(account, "development.approve", "path__"))


class HelperQuerySet(OfPathQuerySet):
    def active_on(self, day: date) -> HelperQuerySet:
        return self.filter(active_on(day, start="start_on", stop="stop_on"))


class ClassQuerySet(QuerySet):
    def visible_to(self, account) -> ClassQuerySet:
        """A committee trains for everybody: whoever sees any path sees which classes there are."""
        return self if account.can("development.view") else self.none()


def in_branches(branch, prefix: str = "") -> Q:
    """The condition that a path is in an organisation or below it."""
    return Q(**{f"{prefix}member": None, f"{prefix}branch__path__startswith": branch.path}) | Q(
        **{f"{prefix}member__latest__branch__path__startswith": branch.path}
    )
