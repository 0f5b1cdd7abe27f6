"""Which titles, rounds, nominations, awards and examples: by right, by state, by time."""

from __future__ import annotations

from django.db.models import Q, QuerySet

LIVE = ("recommended", "reviewed", "publicity", "decided")


class BureauWideQuerySet(QuerySet):
    """Titles and rounds belong to the whole bureau: whoever sees honours sees them."""

    def visible_to(self, account) -> BureauWideQuerySet:
        return self if account.can("honours.view") else self.none()


class OfBranchQuerySet(QuerySet):
    """Rows that belong to one organisation."""

    def visible_to(self, account) -> OfBranchQuerySet:
        return self.filter(account.reach("honours.view", "branch__"))


class NominationQuerySet(OfBranchQuerySet):
    def live(self) -> NominationQuerySet:
        """Neither refused nor withdrawn."""
        return self.filter(state__in=LIVE)


class AwardQuerySet(OfBranchQuerySet):
    def standing(self) -> AwardQuerySet:
        """Not voided."""
        return self.filter(voided=False)

    def search(self, words: str) -> AwardQuerySet:
        return self.filter(Q(member__name__icontains=words) | Q(branch__short_name__icontains=words) | Q(given_by__icontains=words))
