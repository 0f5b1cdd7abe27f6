"""Which members and memberships: by right, by organisation, by day, by state."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Replace

from branches.querysets import active_on
from partywork.fields import blind_indexes

WITHOUT_VOTE = ("probation", "suspended")  # standings under which a full member has no vote (rule VOTE-11)
ID_PURPOSE = "members.id_number"  # what the keyed hash is made for: the same number elsewhere hashes differently


def joined_pinyin(prefix: str = "") -> Replace:
    """The pinyin without the space that stands after the surname."""
    return Replace(F(f"{prefix}pinyin"), Value(" "), Value(""))


def named(words: str, spelled: str, prefix: str = "") -> Q:
    """The condition that a person is called so; `spelled` is the alias of `joined_pinyin`."""
    words = words.strip()
    if not words.isascii():
        return Q(**{f"{prefix}name__icontains": words})
    latin = words.lower().replace(" ", "")
    begins = Q(**{f"{spelled}__startswith": latin}) | Q(**{f"{prefix}initials__startswith": latin})
    return begins | Q(**{f"{prefix}name__icontains": words})


class MemberQuerySet(QuerySet):
    def visible_to(self, account) -> MemberQuerySet:
        """Members whose present (or last) branch is within reach, and one's own record."""
        return self.filter(account.reach("members.view", "latest__branch__", own=Q(account_id=account.pk)))

    def present(self) -> MemberQuerySet:
        """Not left."""
        return self.filter(latest__stop_on=None)

    def search(self, words: str) -> MemberQuerySet:
        """Part of the name, or the beginning of its pinyin or of the initials."""
        return self.alias(spelled=joined_pinyin()).filter(named(words, spelled="spelled"))


class ProfileQuerySet(QuerySet):
    def visible_to(self, account) -> ProfileQuerySet:
        return self.filter(account.reach("members.view", "member__latest__branch__", own=Q(member__account_id=account.pk)))

    def of_id_number(self, number: str) -> ProfileQuerySet:
        """Whose ID number is exactly this; the number itself is never compared, only its keyed hash."""
        return self.filter(id_index__in=blind_indexes(number, ID_PURPOSE))


class RequestQuerySet(QuerySet):
    def visible_to(self, account) -> RequestQuerySet:
        return self.filter(account.reach("members.view", "member__latest__branch__", own=Q(member__account_id=account.pk)))

    def open(self) -> RequestQuerySet:
        return self.filter(state="open")


class MembershipQuerySet(QuerySet):
    def visible_to(self, account) -> MembershipQuerySet:
        return self.filter(account.reach("members.view", "branch__", own=Q(member__account_id=account.pk)))

    def active_on(self, day: date) -> MembershipQuerySet:
        """The roster of a day."""
        return self.filter(active_on(day, start="start_on", stop="stop_on"))

    def within(self, branch) -> MembershipQuerySet:
        """Of an organisation and everything below it; of one with nothing below, its key finds the same rows by their index."""
        if branch.is_leaf_kind:
            return self.filter(branch=branch)
        return self.filter(branch__path__startswith=branch.path)

    def in_order(self) -> MembershipQuerySet:
        """With person, branch and group, in the order of the roster."""
        return self.select_related("member", "branch", "group").order_by("member__pinyin", "member_id")

    def search(self, words: str) -> MembershipQuerySet:
        """Of people whose name, pinyin or initials fit."""
        return self.alias(spelled=joined_pinyin("member__")).filter(named(words, "spelled", "member__"))

    def last_of_leavers(self, day: date) -> MembershipQuerySet:
        """The last membership of everyone who had left by a day."""
        return self.filter(stop_on__lte=day, pk=F("member__latest"))

    def probationary(self) -> MembershipQuerySet:
        return self.filter(kind="probationary")

    def standing(self, status: str, day: date) -> MembershipQuerySet:
        """Of people of whom something holds on a day."""
        return self.filter(Exists(standings_of("member").in_force(status, on=day)))

    def with_bars(self, day: date) -> MembershipQuerySet:
        """Each with `bar`: the standing that leaves him without a vote on that day, or None."""
        barring = standings_of("member").in_force(*WITHOUT_VOTE, on=day).values("status")[:1]
        return self.annotate(bar=Subquery(barring))

    def with_names_of(self, day: date) -> MembershipQuerySet:
        """Each with `then_called`: the short name that its branch had on that day, or None where it still has it."""
        later = apps.get_model("branches", "BranchEvent").objects.filter(branch=OuterRef("branch"), kind="renamed", day__gt=day)
        return self.annotate(then_called=Subquery(later.order_by("day", "pk").values("old_short_name")[:1]))

    def voting_on(self, day: date) -> MembershipQuerySet:
        """Who counts among those with a vote on a day (VOTE-11): full members on the roster, none without his rights."""
        barred = Exists(standings_of("member").in_force(*WITHOUT_VOTE, on=day))
        return self.active_on(day).filter(~barred, kind="full")


class StandingQuerySet(QuerySet):
    def visible_to(self, account) -> StandingQuerySet:
        return self.filter(account.reach("members.view", "member__latest__branch__", own=Q(member__account_id=account.pk)))

    def in_force(self, *statuses: str, on: date) -> StandingQuerySet:
        """Of these statuses (or all) on a day."""
        rows = self.filter(active_on(on, start="start_on", stop="stop_on"))
        return rows.filter(status__in=statuses) if statuses else rows

    def still(self) -> StandingQuerySet:
        """Without an end."""
        return self.filter(stop_on=None)


def standings_of(column: str) -> StandingQuerySet:
    """The standings of the person in a column of the outer query."""
    return apps.get_model("members", "Standing").objects.order_by("start_on", "pk").filter(member=OuterRef(column))
