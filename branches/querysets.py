"""Which organisations: by right, by place in the tree, by day."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from partywork.periods import Period


def active_on(day: date, prefix: str = "", start: str = "founded_on", stop: str = "dissolved_on") -> Q:
    """The condition that a dated row is in force on a day (start included, stop excluded)."""
    return Q(**{f"{prefix}{start}__lte": day}) & (
        Q(**{f"{prefix}{stop}": None}) | Q(**{f"{prefix}{stop}__gt": day})
    )


class BranchQuerySet(MP_NodeQuerySet):
    def visible_to(self, account) -> BranchQuerySet:
        """The organisations whose page this account may open (the account asks the permissions table)."""
        return self.filter(account.reach("org.view"))

    def editable_by(self, account) -> BranchQuerySet:
        """The organisations that this account may change, or found others under."""
        return self.filter(account.reach("org.edit"))

    def appointable_by(self, account) -> BranchQuerySet:
        """The organisations in which this account may enter posts."""
        return self.filter(account.reach("accounts.manage"))

    def active_on(self, day: date) -> BranchQuerySet:
        return self.filter(active_on(day))

    def active_in(self, period: Period) -> BranchQuerySet:
        """In being on at least one day of the period."""
        return self.filter(
            Q(dissolved_on=None) | Q(dissolved_on__gt=period.start), founded_on__lt=period.stop
        )

    def leaves(self) -> BranchQuerySet:
        """Branches to which members belong directly (支部, 联合支部, 临时支部)."""
        return self.filter(kind__in=("branch", "joint", "temporary"))

    def within(self, branch) -> BranchQuerySet:
        """The organisation itself and everything below it."""
        return self.filter(path__startswith=branch.path)

    def above(self, branch) -> BranchQuerySet:
        """The organisations over this one, from the root down."""
        ends = range(branch.steplen, len(branch.path), branch.steplen)
        return self.filter(path__in=[branch.path[:end] for end in ends])

    def member_counts(self, day: date) -> dict[int, int]:
        """{organisation: members on its roster of that day}; those without members are missing."""
        return self._counts(active_on(day, "memberships__", "start_on", "stop_on"), "memberships")

    def group_counts(self, day: date) -> dict[int, int]:
        """{organisation: Party groups in being on that day}; those without are missing."""
        return self._counts(active_on(day, "groups__"), "groups")

    def secretaries(self, day: date) -> dict[int, str]:
        """{organisation: its secretary's name on that day}; vacant ones are missing."""
        held = active_on(day, "posts__", "start_on", "stop_on") & Q(posts__role="secretary")
        names: dict[int, list[str]] = {}
        for pk, name in (
            self.filter(held)
            .order_by("posts__start_on", "posts__id")
            .values_list("pk", "posts__account__display_name")
        ):
            names.setdefault(pk, []).append(name)
        return {pk: "、".join(several) for pk, several in names.items()}

    def kinds_of_members(self, day: date) -> dict[str, int]:
        """{正式 or 预备: members} over all of these organisations on that day."""
        on_roster = self.order_by().filter(active_on(day, "memberships__", "start_on", "stop_on"))
        return dict(on_roster.values_list("memberships__kind").annotate(related_count=Count("memberships")))

    def _counts(self, condition: Q, relation: str) -> dict[int, int]:
        rows = self.order_by().filter(condition).values_list("pk")
        return dict(rows.annotate(related_count=Count(relation)))


class BranchManager(MP_NodeManager.from_queryset(BranchQuerySet)):
    def get_queryset(self) -> BranchQuerySet:
        return BranchQuerySet(self.model, using=self._db).order_by("path")


class GroupQuerySet(QuerySet):
    def visible_to(self, account) -> GroupQuerySet:
        return self.filter(account.reach("org.view", "branch__"))

    def active_on(self, day: date) -> GroupQuerySet:
        return self.filter(active_on(day))


class EventQuerySet(QuerySet):
    def visible_to(self, account) -> EventQuerySet:
        return self.filter(account.reach("org.view", "branch__"))

    def touching(self, branch) -> EventQuerySet:
        """Of the organisation itself, or by which another went into it."""
        return self.filter(Q(branch=branch) | Q(kind="merged", to_branch=branch))

    def names_on(self, day: date) -> dict[int, str]:
        """{organisation: what it was called for short on that day} for those that have been renamed since."""
        later = self.filter(kind="renamed", day__gt=day).order_by("-day", "-id")
        return dict(later.values_list("branch", "old_short_name"))


class SettingQuerySet(QuerySet):
    def in_force(self, rule_id: str, day: date):
        """The figures set for a rule on a day, or None."""
        return self.filter(rule_id=rule_id, valid_from__lte=day).order_by("-valid_from", "-id").first()
