"""信息完整度: which of the sixteen official items (党员基本信息采集表) a file lacks, of one person and as conditions on the roster.

Name, sex, birth, kind, branch, the two Party dates, standing, floating and lost contact follow from the record: they cannot be missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from members.models import Member, Profile

WHOLE = 16
PHONE = "联系电话"
FILE = "member__profile__"


def empty(column: str) -> Q:
    """Not written, or no file at all."""
    return Q(**{f"{FILE}{column}": ""}) | Q(**{f"{FILE}{column}__isnull": True})


@dataclass(frozen=True)
class Item:
    """One official item that can be missing: of a person's file, and as the condition that finds memberships."""

    code: str
    label: str
    known: Callable[[Member, Profile], bool]
    missing: Q


def of_file(name: str, column: str = "") -> Item:
    label = str(Profile._meta.get_field(name).verbose_name)
    return Item(name, label, lambda member, profile: bool(getattr(profile, name)), empty(column or name))


ITEMS = (
    of_file("nationality"), of_file("id_number", "id_index"), of_file("education"), of_file("work"),
    Item("phone", PHONE, lambda member, profile: bool(member.phone or profile.landline), Q(member__phone="") & empty("landline")),
    of_file("home_address"),
)  # fmt: skip


def missing_items(member: Member, profile: Profile) -> list[str]:
    return [item.label for item in ITEMS if not item.known(member, profile)]


def completeness(missing: list[str]) -> str:
    return f"{WHOLE - len(missing)}/{WHOLE}"


def lacking(rows: QuerySet, code: str = "") -> QuerySet:
    """The memberships whose person's file lacks an item, or any."""
    wanted = Q()
    for item in ITEMS:
        if code in ("", item.code):
            wanted |= item.missing
    return rows.filter(wanted)


def gap_counts(rows: QuerySet) -> dict[str, int]:
    """{"all": members, "any": those whose file lacks something, "education": …} in one query."""
    anything = Q()
    for item in ITEMS:
        anything |= item.missing
    asked = {item.code: Count("pk", filter=item.missing) for item in ITEMS}
    return rows.order_by().aggregate(all=Count("pk"), any=Count("pk", filter=anything), **asked)
