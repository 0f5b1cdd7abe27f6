"""Figures of posts: who answers for Party work (figures.md part 2)."""

from __future__ import annotations

from django.db.models import QuerySet

from branches.accounts.models import Post
from branches.accounts.permissions import Role
from partywork.figures import Level, Listing, Nature, figure
from partywork.periods import Period


@figure(
    "org.leaders",
    label="分管党建工作领导",
    unit="人",
    part=2,
    nature=Nature.STOCK,
    level=Level.COMMITTEE,
    how=Listing(),
)
def leaders(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天在任的领导名单：任职日期不晚于当天、尚未免职的“领导”职务，列姓名；当天免职的不列。"""
    return _holding(Role.LEADER, scope, period)


@figure(
    "org.staff",
    label="党务工作人员",
    unit="人",
    part=2,
    nature=Nature.STOCK,
    level=Level.COMMITTEE,
    how=Listing(),
)
def staff(scope: QuerySet, period: Period) -> QuerySet:
    """本期最后一天在任的党务工作人员名单：任职日期不晚于当天、尚未免职的“党委工作人员”职务，列姓名；当天免职的不列。"""
    return _holding(Role.STAFF, scope, period)


def _holding(role: Role, scope: QuerySet, period: Period) -> QuerySet:
    posts = Post.objects.filter(role=role, branch__in=scope).active_on(period.last_day)
    return posts.select_related("account", "branch").order_by("start_on", "id")
