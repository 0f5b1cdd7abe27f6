"""Figures of honours by title with their names, and the chosen examples (figures.md part 4)."""

from __future__ import annotations

from members.honours.models import Award, Category, Example
from partywork.figures import Demanded, Ground, Listing, Q, during, figure
from partywork.periods import Period

AWARDS, EXAMPLES = Ground(Award, always=Q(voided=False)), Ground(Example, always=Q(chosen=True))
NAMES = Listing(order=("branch__path", "member__pinyin", "pk"), related=("title", "member", "branch"))


@figure("honours.members", of=AWARDS, label="受表彰的优秀共产党员", unit="人次", part=4)
def members(period: Period) -> Demanded:
    """本期内受到优秀共产党员类表彰的人次，各级都计，按表彰日期计；作废的不计。"""
    return _given(Category.MEMBER, period)


@figure("honours.member_names", of=AWARDS, label="优秀共产党员名单", unit="人次", part=4, how=NAMES)
def member_names(period: Period) -> Demanded:
    """本期内受到优秀共产党员类表彰的姓名，上级表彰的注明级别，按支部、姓名排列。"""
    return _given(Category.MEMBER, period)


@figure("honours.workers", of=AWARDS, label="受表彰的优秀党务工作者", unit="人次", part=4)
def workers(period: Period) -> Demanded:
    """本期内受到优秀党务工作者类表彰的人次，各级都计，按表彰日期计；作废的不计。"""
    return _given(Category.WORKER, period)


@figure("honours.worker_names", of=AWARDS, label="优秀党务工作者名单", unit="人次", part=4, how=NAMES)
def worker_names(period: Period) -> Demanded:
    """本期内受到优秀党务工作者类表彰的姓名，上级表彰的注明级别，按支部、姓名排列。"""
    return _given(Category.WORKER, period)


@figure("honours.branches", of=AWARDS, label="受表彰的先进基层党组织", unit="个次", part=4)
def branches(period: Period) -> Demanded:
    """本期内受到先进基层党组织类表彰的个次，各级都计，按表彰日期计；作废的不计。"""
    return _given(Category.BRANCH, period)


@figure("honours.branch_names", of=AWARDS, label="先进基层党组织名单", unit="个次", part=4, how=NAMES)
def branch_names(period: Period) -> Demanded:
    """本期内受到先进基层党组织类表彰的党组织名称，上级表彰的注明级别，按组织顺序排列。"""
    return _given(Category.BRANCH, period)


@figure("honours.others", of=AWARDS, label="其他表彰", unit="项", part=4)
def others(period: Period) -> Demanded:
    """本期内其他名目的表彰项数，个人和党组织都计，按表彰日期计；作废的不计。"""
    return _given(Category.OTHER, period)


@figure("honours.other_names", of=AWARDS, label="其他表彰名单", unit="项", part=4, how=NAMES)
def other_names(period: Period) -> Demanded:
    """本期内其他表彰的对象和名目，按组织、姓名排列。"""
    return _given(Category.OTHER, period)


@figure("honours.examples", of=EXAMPLES, label="典型", unit="个", part=4,
        how=Listing(order=("branch__path", "on", "pk"), related=("branch",)))  # fmt: skip
def examples(period: Period) -> Demanded:
    """本期内选入报告的典型，按登记的日期归入期间，每个附一句话；没有选入的不列。"""
    return (during("on", period),)


def _given(category: str, period: Period) -> Demanded:
    return during("awarded_on", period), Q(title__category=category)
