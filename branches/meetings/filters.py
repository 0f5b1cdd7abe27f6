"""The filter of the meetings list."""
from __future__ import annotations

from contextlib import suppress
from datetime import date

import django_filters
from django.db.models import Q, QuerySet

from branches.choosing import BranchFilter
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, State
from branches.models import Branch
from partywork.lists import Order, SiteFilterSet
from partywork.periods import Period, Span, today

ORDERING = {"recent": Order("日期从近到远", ("-held_on", "-id")), "early": Order("日期从远到近", ("held_on", "id"))}
RECENT = ((Span.MONTH, 12), (Span.QUARTER, 8), (Span.HALF, 4), (Span.YEAR, 3))


def recent_periods(day: date, asked: str = "") -> list[tuple[str, str]]:
    """Periods to choose from, latest first; one that a link asked for is among them, however old."""
    found: dict[str, str] = {}
    for span, count in RECENT:
        period = Period.at(span, day)
        for _ in range(count):
            found[period.code] = period.label
            period = period.previous
    with suppress(ValueError):
        found.setdefault(asked, Period.parse(asked).label)
    return list(found.items())


class MeetingFilter(SiteFilterSet):
    branch = BranchFilter(
        label="党组织", queryset=lambda request: chosen_from(request), empty_label="全部", method="filter_branch"
    )
    kind = django_filters.ChoiceFilter(label="类型", choices=Kind.choices, empty_label="全部", method="filter_kind")
    period = django_filters.ChoiceFilter(label="期间", empty_label="全部", method="filter_period")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[(State.HELD, "已召开"), (State.VOIDED, "已作废")], empty_label="全部"
    )
    words = django_filters.CharFilter(label="主题或议题", method="filter_words")

    class Meta:
        model = Meeting
        fields: list[str] = []

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        asked = data.get("period", "")[:7] if data else ""
        self.filters["period"].extra["choices"] = recent_periods(today(), asked)
        if sees_one_branch(self.request.user):
            del self.filters["branch"]

    def filter_branch(self, rows: QuerySet, name: str, branch: Branch) -> QuerySet:
        """The organisation with everything below it."""
        return rows.filter(branch__path__startswith=branch.path)

    def filter_kind(self, rows: QuerySet, name: str, kind: str) -> QuerySet:
        return rows.of_kind(kind)

    def filter_period(self, rows: QuerySet, name: str, code: str) -> QuerySet:
        return rows.in_period(Period.parse(code))

    def filter_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.filter(Q(title__icontains=words) | Q(topics__icontains=words))


def sees_one_branch(account) -> bool:
    """Whether this person's meetings are all of one branch: its name need not stand in every row. No query."""
    seen = {post.branch for post in account.current_posts if account.can("meetings.view", post.branch)}
    return len(seen) == 1 and all(branch.is_leaf_kind for branch in seen)


def chosen_from(request) -> QuerySet[Branch]:
    return Branch.objects.filter(request.user.reach("meetings.view"))
