"""The personal file beside a member's row, and the ID number that must agree with the person."""

from __future__ import annotations

from datetime import date

from members.id_numbers import why_not_id_number
from members.models import Member, Profile


def profile_of(member: Member) -> Profile:
    """The file, or an empty one that is not saved yet."""
    return Profile.objects.filter(member=member).first() or Profile(member=member)


def why_not_identity(profile: Profile, person: Member, today: date) -> str:
    """Whether the number fits the person's birth and sex; "" when it does or there is none."""
    return why_not_id_number(profile.id_number, person.born_on, person.sex, today) if profile.id_number else ""
