"""The filters above the ledger of transfers. Nothing asked for: everything in reach, unfinished first."""

from __future__ import annotations

from datetime import date

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property

from branches.choosing import BranchFilter
from branches.models import Branch
from members.transfers.models import Direction, State
from partywork.lists import SiteFilterSet
from partywork.periods import Period, Span

STATES = (("overdue", "已超期"), ("receipt", "待回执"), *State.choices)
HALVES = 4


def half_years(day: date) -> list[tuple[str, str]]:
    period, found = Period.at(Span.HALF, day), []
    for _ in range(HALVES):
        found.append((period.code, period.label))
        period = period.previous
    return found


class TransferFilter(SiteFilterSet):
    words = django_filters.CharFilter(label="姓名或编号", method="filter_words")
    branch = BranchFilter(
        label="党组织", queryset=lambda request: Branch.objects.filter(request.user.reach("transfers.view")), empty_label="全部",
        method="filter_branch",
    )  # fmt: skip
    direction = django_filters.ChoiceFilter(label="方向", choices=Direction.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部", method="filter_state")
    period = django_filters.ChoiceFilter(label="办结期间", empty_label="全部", method="filter_period")

    def __init__(self, data, *args, today: date, **kwargs) -> None:
        super().__init__(data, *args, **kwargs)
        self.today = today
        self.filters["period"].extra["choices"] = half_years(today)

    @cached_property
    def form(self) -> forms.Form:
        """Whoever sees one organisation has nothing to choose."""
        form = super().form
        if form.fields["branch"].only:
            form.fields["branch"].widget = forms.HiddenInput()
        return form

    def filter_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.search(words)

    def filter_branch(self, rows: QuerySet, name: str, branch: Branch) -> QuerySet:
        return rows.within(branch)

    def filter_state(self, rows: QuerySet, name: str, state: str) -> QuerySet:
        if state == "overdue":
            return rows.overdue_on(self.today)
        if state == "receipt":
            return rows.filter(state=State.ACCEPTED, due_on__isnull=False)
        return rows.filter(state=state)

    def filter_period(self, rows: QuerySet, name: str, code: str) -> QuerySet:
        period = Period.parse(code)
        return rows.filter(stop_on__gte=period.start, stop_on__lt=period.stop)
