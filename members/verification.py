"""What of the people `manage.py verify` looks through."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery

from members.models import Member, Membership, Profile, Standing, Status
from members.querysets import ID_PURPOSE
from partywork.fields import SealBroken, blind_indexes
from partywork.keeping.checks import Asked, verifies


@verifies("党籍去向")
def latest_is_the_last(asked: Asked) -> Iterator[str]:
    """`Member.latest` points to the membership that began last; everyone has one."""
    last = Membership.objects.filter(member=OuterRef("pk")).order_by("-start_on", "-pk").values("pk")[:1]
    rows = Member.objects.annotate(real_latest=Subquery(last))
    wrong = rows.filter(Q(latest_id=None) | Q(real_latest=None) | ~Q(latest_id=F("real_latest")))
    for pk, kept, real in wrong.order_by("pk").values_list("pk", "latest_id", "real_latest"):
        yield f"党员{pk}：当前党籍登记为记录 {kept or '空'}，应为 {real or '空（没有党籍记录）'}。"


@verifies("党籍时段")
def memberships_do_not_overlap(asked: Asked) -> Iterator[str]:
    """A person belongs to one branch at a time."""
    before = None
    rows = Membership.objects.order_by("member_id", "start_on", "pk").values_list("member_id", "start_on", "stop_on")
    for row in rows.iterator(2000):
        if before and before[0] == row[0] and (before[2] is None or before[2] > row[1]):
            yield f"党员{row[0]}：{row[1]:%Y-%m-%d}开始的党籍与前一段重叠。"
        before = row


@verifies("身份证号索引")
def id_numbers_can_be_found(asked: Asked) -> Iterator[str]:
    """The keyed hash beside every ID number is that number's. What does not open another check tells."""
    for profile in Profile.objects.order_by("pk").only("uid", "member_id", "id_number", "id_index").iterator(2000):
        try:
            number = profile.id_number
        except SealBroken:
            continue
        fitting = blind_indexes(number, ID_PURPOSE) if number else [""]
        if profile.id_index not in fitting:
            yield f"党员{profile.member_id}：按身份证号查找用的索引与登记的号码不符，重新保存登记表即可。"


@verifies("流动、失联和处置情况")
def standings_do_not_overlap(asked: Asked) -> Iterator[str]:
    """Of one status a person has one stretch at a time."""
    before = None
    rows = Standing.objects.order_by("member_id", "status", "start_on", "pk").values_list("member_id", "status", "start_on", "stop_on")
    for row in rows.iterator(2000):
        if before and before[:2] == row[:2] and (before[3] is None or before[3] > row[2]):
            yield f"党员{row[0]}：{row[2]:%Y-%m-%d}开始的“{Status(row[1]).label}”与前一段重叠。"
        before = row
