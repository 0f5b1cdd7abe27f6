"""The personal file as a page shows it: plain facts, sealed ones masked, and one whole value for whoever just asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest

from members.gaps import completeness, missing_items
from members.models import Member, Profile
from members.personal import FACTS, SEALED, SHOWN, masked
from members.rules import cn

SHOWN_SECONDS = 120  # how long a value stays readable after somebody asked for it


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    name: str = ""  # of a sealed one that can be shown in full
    whole: bool = False


@dataclass(frozen=True)
class FilePage:
    phone: Fact
    facts: list[Fact]
    missing: list[str]

    @property
    def complete(self) -> str:
        return completeness(self.missing)

    @property
    def shown(self) -> bool:
        """Whether a whole value stands on the page: no cache may keep it."""
        return any(fact.whole for fact in (self.phone, *self.facts))


def file_of(request: HttpRequest, member: Member) -> FilePage:
    profile = getattr(member, "profile", None) or Profile(member=member)  # fetched with the member
    asked = asked_for(request, member)
    facts = [fact_of(profile, name, asked) for name in FACTS if getattr(profile, name) not in ("", None, False)]
    return FilePage(sealed("phone", member.phone, asked), facts, missing_items(member, profile))


def fact_of(profile: Profile, name: str, asked: str) -> Fact:
    if name in SEALED:
        return sealed(name, getattr(profile, name), asked)
    field = Profile._meta.get_field(name)
    return Fact(str(field.verbose_name), words(profile, field))


def words(profile: Profile, field: models.Field) -> str:
    value: Any = getattr(profile, field.name)
    if isinstance(field, models.DateField):
        return cn(value)
    if isinstance(field, models.BooleanField):
        return "是" if value else "否"
    return getattr(profile, f"get_{field.name}_display")() if field.choices else value


def sealed(name: str, value: str, asked: str) -> Fact:
    whole = bool(value) and name == asked
    return Fact(SHOWN[name], value if whole else masked(name, value), name, whole)


def remember(request: HttpRequest, member: Member, name: str) -> None:
    request.session["revealed"] = (member.pk, name, time.time())


def asked_for(request: HttpRequest, member: Member) -> str:
    """Which sealed fact of this person was asked for a moment ago, by somebody who still may."""
    pk, name, at = request.session.get("revealed", (0, "", 0))
    fresh = pk == member.pk and 0 <= time.time() - at < SHOWN_SECONDS
    return name if fresh and request.user.can("members.reveal", member) else ""
