"""Which accounts and posts: by right and by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
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


class SessionQuerySet(QuerySet):
    def visible_to(self, account) -> SessionQuerySet:
        """One's own logins, also of somebody without any post, and those that the account may end."""
        return self.filter(Q(account=account) | account.reach("sessions.end"), account__isnull=False)

    def open_at(self, now: datetime) -> SessionQuerySet:
        """Those with which somebody could still do something (see middleware.expired)."""
        return self.filter(
            account__isnull=False,
            expire_date__gt=now,
            seen_at__gt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES),
            began_at__gt=now - timedelta(hours=settings.SESSION_HOURS),
        )
