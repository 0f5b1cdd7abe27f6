"""Filters of the lists of awards and of examples."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from branches.choosing import BranchFilter
from branches.models import Branch
from members.honours.models import Award, Category, Example, Level
from partywork.lists import Order, SiteFilterSet

ORDERING = {"recent": Order("日期从近到远", ("-awarded_on", "-id")), "tree": Order("按组织顺序", ("branch__path", "-awarded_on", "-id"))}
EXAMPLES = {"recent": Order("日期从近到远", ("-on", "-id"))}


def seen_branches(request) -> QuerySet[Branch]:
    return Branch.objects.filter(request.user.reach("honours.view"))


class OfBranchFilter(SiteFilterSet):
    branch = BranchFilter(label="党组织", queryset=seen_branches, empty_label="全部", method="filter_branch")

    def filter_branch(self, rows: QuerySet, name: str, branch: Branch) -> QuerySet:
        """The organisation with everything below it."""
        return rows.filter(branch__path__startswith=branch.path)


class AwardFilter(OfBranchFilter):
    category = django_filters.ChoiceFilter(label="类别", choices=Category.choices, field_name="title__category", empty_label="全部")
    level = django_filters.ChoiceFilter(label="级别", choices=Level.choices, field_name="title__level", empty_label="全部")
    year = django_filters.NumberFilter(label="年度", field_name="awarded_on__year", min_value=1949, max_value=2099)
    words = django_filters.CharFilter(label="姓名或授予单位", method="filter_words")

    class Meta:
        model = Award
        fields: list[str] = []

    def filter_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.search(words)


class ExampleFilter(OfBranchFilter):
    chosen = django_filters.ChoiceFilter(label="选入报告", choices=[("1", "已选入"), ("0", "没有选入")], empty_label="全部",
                                         method="filter_chosen")  # fmt: skip

    class Meta:
        model = Example
        fields: list[str] = []

    def filter_chosen(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(chosen=value == "1")
