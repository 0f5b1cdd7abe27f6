"""Which letters of transfer: by right, by place, by what they wait for."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from members.querysets import joined_pinyin, named
from members.transfers.rules import NEAR_DAYS

ON_THE_WAY, DRAFTED = "on_the_way", "drafted"


class TransferQuerySet(QuerySet):
    def visible_to(self, account) -> TransferQuerySet:
        """Whoever sees one of the two sides sees the letter between them."""
        return self.filter(account.reach("transfers.view", "branch__") | account.reach("transfers.view", "to_branch__"))

    def within(self, branch) -> TransferQuerySet:
        """With this organisation, or one below it, on either side."""
        return self.filter(Q(branch__path__startswith=branch.path) | Q(to_branch__path__startswith=branch.path))

    def still(self) -> TransferQuerySet:
        """Not yet ended: to be written, or on the way."""
        return self.filter(state__in=(DRAFTED, ON_THE_WAY))

    def in_transit(self) -> TransferQuerySet:
        return self.filter(state=ON_THE_WAY)

    def overdue_on(self, day: date) -> TransferQuerySet:
        """The validity has passed, or the receipt is not back in time."""
        return self.filter(due_on__lt=day)

    def pressing_on(self, day: date) -> TransferQuerySet:
        """What somebody here has to do: write the letter, accept, or look after it before its day."""
        to_accept = Q(state=ON_THE_WAY) & ~Q(direction="out")
        return self.filter(Q(state=DRAFTED) | to_accept | Q(due_on__lte=day + timedelta(days=NEAR_DAYS)))

    def search(self, words: str) -> TransferQuerySet:
        """Of people whose name, pinyin or initials fit, or by the letter's number."""
        rows = self.alias(spelled=joined_pinyin("member__"))
        return rows.filter(named(words, "spelled", "member__") | Q(name__icontains=words) | Q(number__icontains=words))

    def ranked(self) -> TransferQuerySet:
        """With `rank`: unfinished ones before the others."""
        open_ones = Q(state__in=(DRAFTED, ON_THE_WAY)) | Q(due_on__isnull=False)
        return self.annotate(rank=Case(When(open_ones, then=Value(0)), default=Value(1), output_field=IntegerField()))

    def unfinished_first(self) -> TransferQuerySet:
        return self.ranked().order_by("rank", F("due_on").asc(nulls_last=True), "-stop_on", "-id")
