"""How often a secret may be guessed at. A try is counted before the password is looked at, by conditional statements
alone, so that forty at once are judged no oftener than forty one after the other.

Every door that takes a secret goes through `AccountBackend.authenticate`, which asks here. Three counts hold at once: one
name at one address; one name a day, from wherever; one address a day, whatever the names. The owner's own address has a
day's count of its own, so that nobody elsewhere can lock him out of his office.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from branches.accounts.models import Account, Tries
from partywork.errors import TooMany
from partywork.journal.models import Entry

DAY = timedelta(days=1)
KNOWN_FOR = timedelta(days=90)  # an address from which somebody signed in is his for that long
NETWORK = 64  # bits of an IPv6 address that tell one customer from the next
HERE = "密码连续输错次数太多，为保护账号，这个登录名在这台电脑上暂停登录。"
TODAY = "今天密码输错次数太多，为保护账号，这个登录名暂停登录。"
ADDRESS = "今天从这台电脑或这个网络输错密码的次数太多，暂停登录。"


@dataclass(frozen=True)
class Limit:
    """`most` tries in `span`; a lock lasts from the last try (`from_last`), a day's count from the first."""

    key: str
    whose: str
    most: int
    span: timedelta
    message: str
    from_last: bool = False

    def took(self, now: datetime) -> bool:
        """One try more is counted, or there is none left. Of all who ask at one moment only `most` hear yes."""
        rows, first = Tries.objects.filter(key=self.key), {"whose": self.whose, "at": now, "count": 1}
        more = {"count": F("count") + 1} | ({"at": now} if self.from_last else {})
        for _ in range(3):  # another may make, begin anew or forget the row between two of these
            if rows.filter(at__gt=now - self.span, count__lt=self.most).update(**more):
                return True
            if rows.filter(at__lte=now - self.span).update(at=now, count=1):
                return True
            if Tries.objects.get_or_create(key=self.key, defaults=first)[1]:
                return True
        return False

    def fault(self, now: datetime) -> TooMany | None:
        """What to answer when nothing is left."""
        row = Tries.objects.filter(key=self.key, count__gte=self.most, at__gt=now - self.span).first()
        minutes = math.ceil((row.at + self.span - now) / timedelta(minutes=1)) if row else 0
        return TooMany(self.message, minutes=max(1, minutes)) if row else None


def limits(name: str, address: str, account: Account | None) -> list[Limit]:
    """Under which counts a try of this name from this address falls; the account is the one of that name, if any."""
    place, whose = network_of(address), key_of("name", name)
    origin = place if is_known(account, address) else ""
    lock = timedelta(hours=settings.LOGIN_LOCK_HOURS)
    return [
        Limit(key_of("here", name, place), whose, settings.LOGIN_TRIES, lock, HERE, from_last=True),
        Limit(key_of("day", name, origin), whose, settings.LOGIN_TRIES_A_DAY, DAY, TODAY),
        Limit(key_of("address", place), "", settings.ADDRESS_TRIES_A_DAY, DAY, ADDRESS),
    ]


def key_of(*parts: str) -> str:
    """People type passwords into the wrong field: what was typed is not kept."""
    return salted_hmac("partywork.tries", "\n".join(parts), algorithm="sha256").hexdigest()


def network_of(address: str) -> str:
    """An IPv6 customer owns a whole network of addresses; it counts as one."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, NETWORK), strict=False).network_address)


def is_known(account: Account | None, address: str) -> bool:
    """Whether the owner himself has signed in from here lately."""
    done = Entry.objects.filter(actor_id=account.pk if account else 0, action="login.done", ip=address)
    return done.filter(at__gte=timezone.now() - KNOWN_FOR).exists()


def take(asked: list[Limit]) -> None:
    """Count one try under every limit, or raise TooMany and count none."""
    now = timezone.now()
    with transaction.atomic():
        for limit in asked:
            if not limit.took(now):
                raise limit.fault(now) or TooMany(limit.message, minutes=1)


def give_back(asked: list[Limit]) -> None:
    """The password was right: the wrong tries before it are forgotten here, and the day's counts lose this one."""
    here, *days = asked
    with transaction.atomic():
        Tries.objects.filter(key=here.key).delete()
        for limit in days:
            Tries.objects.filter(key=limit.key, count__gt=0).update(count=F("count") - 1)


def raise_if_spent(asked: list[Limit]) -> None:
    """Whoever has used the last try is told at once, not with the next."""
    now = timezone.now()
    for limit in asked:
        if fault := limit.fault(now):
            raise fault


def forget_name(name: str) -> None:
    """The keeper gives a new password: whoever knows that one may try it at once."""
    Tries.objects.filter(whose=key_of("name", name)).delete()


def forget_old() -> None:
    """Counts that are over; those that somebody is counting just now are left to the next time."""
    with transaction.atomic():
        over = Tries.objects.filter(at__lt=timezone.now() - DAY).select_for_update(skip_locked=True)
        Tries.objects.filter(pk__in=over.values("pk")).delete()
