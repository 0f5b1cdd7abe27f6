"""Which accounts and posts: by right and by day."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q, QuerySet

from branches.querysets import active_on


class AccountQuerySet(QuerySet):
    def visible_to(self, account) -> AccountQuerySet:
        """The accounts that this account manages."""
        return self.filter(account.reach("accounts.manage", "posts__branch__")).distinct()

    def search(self, words: str) -> AccountQuerySet:
        """Part of the login name or of the person's name."""
        return self.filter(Q(username__icontains=words.strip()) | Q(display_name__icontains=words.strip()))


class AccountManager(BaseUserManager.from_queryset(AccountQuerySet)):
    use_in_migrations = True

    def get_by_natural_key(self, username: str):
        """Login names do not depend on case."""
        return self.get(username=username.lower())


class PostQuerySet(QuerySet):
    def visible_to(self, account) -> PostQuerySet:
        """The posts that this account manages."""
        return self.filter(account.reach("accounts.manage", "branch__"))

    def active_on(self, day: date) -> PostQuerySet:
        return self.filter(active_on(day, start="start_on", stop="stop_on"))
