"""Who may sign in: login name without regard to case, password, and an account that is not switched off.

Nothing here knows permissions: rights come from posts alone (permissions.py).
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from branches.accounts.models import Account


class AccountBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: object,
    ) -> Account | None:
        """The account, or None. An unknown name costs as much time as a wrong password."""
        if username is None or password is None:
            return None
        account = Account.objects.filter(username=username.lower()).first()
        if account is None:
            Account().set_password(password)
            return None
        return account if account.check_password(password) and may_sign_in(account) else None

    def get_user(self, user_id: int) -> Account | None:
        """None for an account that has been switched off: its open sessions end with the next request."""
        account = Account.objects.filter(pk=user_id).first()
        return account if account and may_sign_in(account) else None


def may_sign_in(account: Account) -> bool:
    """Switched on, and no account of the sample (its password is in the README) where real data are."""
    return account.is_active and not (settings.PRODUCTION and account.is_sample)
