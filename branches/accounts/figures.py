"""Figures of posts: who answers for Party work (figures.md part 2)."""

from __future__ import annotations

from branches.accounts.models import Post
from branches.accounts.permissions import Role
from branches.querysets import active_on
from partywork.figures import Demanded, Ground, Level, Listing, Nature, Q, figure
from partywork.periods import Period

POSTS = Ground(Post)
NAMES = Listing(order=("start_on", "id"), related=("account", "branch"))


@figure(
    "org.leaders",
    label="分管党建工作领导",
    unit="人",
    part=2,
    nature=Nature.STOCK,
    level=Level.COMMITTEE,
    of=POSTS,
    how=NAMES,
)
def leaders(period: Period) -> Demanded:
    """本期最后一天在任的领导名单：任职日期不晚于当天、尚未免职的“领导”职务，列姓名；当天免职的不列。"""
    return _holding(Role.LEADER, period)


@figure(
    "org.staff",
    label="党务工作人员",
    unit="人",
    part=2,
    nature=Nature.STOCK,
    level=Level.COMMITTEE,
    of=POSTS,
    how=NAMES,
)
def staff(period: Period) -> Demanded:
    """本期最后一天在任的党务工作人员名单：任职日期不晚于当天、尚未免职的“党委工作人员”职务，列姓名；当天免职的不列。"""
    return _holding(Role.STAFF, period)


def _holding(role: Role, period: Period) -> Demanded:
    return active_on(period.last_day, start="start_on", stop="stop_on"), Q(role=role)
