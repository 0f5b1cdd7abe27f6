"""Who may sign in: login name without regard to case, password, and an account that is not switched off.

Nothing here knows permissions: rights come from posts alone (permissions.py). This is the only place where a password is
held against an account, so whatever asks for one – signing in, changing it, signing in again – is counted (throttle.py)
and, when refused, in the journal.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from branches.accounts import services, throttle
from branches.accounts.models import Account
from partywork.errors import TooMany
from partywork.middleware.facts import current_ip


class AccountBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: object,
    ) -> Account | None:
        """The account, or None; TooMany when no try is left. An unknown name costs as much time as a wrong password."""
        if username is None or password is None:
            return None
        name = username.lower()
        account = Account.objects.filter(username=name).first()
        try:
            return judge(name, account, password, signed_in(request))
        except TooMany:
            services.note_refused_login(username=name, actor=signed_in(request), locked=True)
            raise

    def get_user(self, user_id: int) -> Account | None:
        """None for an account that has been switched off: its open sessions end with the next request."""
        account = Account.objects.filter(pk=user_id).first()
        return account if account and may_sign_in(account) else None


def judge(name: str, account: Account | None, password: str, actor: Account | None) -> Account | None:
    asked = throttle.limits(name, current_ip(), account)
    throttle.take(asked)
    if is_right(account, password) and may_sign_in(account):
        throttle.give_back(asked)
        return account
    throttle.raise_if_spent(asked)
    services.note_refused_login(username=name, actor=actor)
    return None


def is_right(account: Account | None, password: str) -> bool:
    if account is None:
        Account().set_password(password)
        return False
    return account.check_password(password)


def may_sign_in(account: Account) -> bool:
    """Switched on, and no account of the sample (its password is in the README) where real data are."""
    return account.is_active and not (settings.PRODUCTION and account.is_sample)


def signed_in(request: HttpRequest | None) -> Account | None:
    """Who asks, when he is signed in already: he is changing his password, or confirms that it is he."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
