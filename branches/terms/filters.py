"""The filter of the list of terms: organisations by how their term stands."""

from __future__ import annotations

from datetime import date

import django_filters
from django.db.models import F, Q, QuerySet

from branches.models import Branch, BranchKind
from branches.terms.rules import latest_due
from partywork.lists import Order, SiteFilterSet

STATES = (
    ("overdue", "已超期"), ("last", "1个月内届满"), ("again", "3个月内届满"), ("remind", "6个月内届满"), ("none", "没有登记届次"),
    ("vacant", "有空缺"),
)  # fmt: skip
ORDERING = {"due": Order("按届满日期", (F("term_due").asc(nulls_first=True), "path")), "tree": Order("按组织顺序", ("path",))}


class TermFilter(SiteFilterSet):
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部", method="filter_state")
    kind = django_filters.ChoiceFilter(label="类别", choices=BranchKind.choices, empty_label="全部")
    words = django_filters.CharFilter(label="名称或编号", method="filter_words")

    class Meta:
        model = Branch
        fields: list[str] = []

    def __init__(self, *args, today: date, reminders: dict[str, int], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.reminders = today, reminders

    def filter_state(self, rows: QuerySet, name: str, state: str) -> QuerySet:
        if state == "none":
            return rows.filter(term_due=None).exclude(kind=BranchKind.TEMPORARY)
        if state == "vacant":
            return rows.filter(vacant__gt=0)
        if state == "overdue":
            return rows.filter(term_due__lt=self.today)
        return rows.filter(term_due__gte=self.today, term_due__lte=latest_due(self.today, self.reminders[state]))

    def filter_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.filter(Q(short_name__icontains=words) | Q(name__icontains=words) | Q(code__iexact=words))
