"""The filter of the list of reports."""
from __future__ import annotations

import django_filters

from branches.choosing import BranchFilter
from branches.models import Branch
from partywork.lists import SiteFilterSet
from partywork.periods import today
from reports.models import Report
from reports.reading import recent_halves


def _branches(request):
    return Branch.objects.filter(request.user.reach("reports.view")) if request else Branch.objects.none()


class ReportFilter(SiteFilterSet):
    branch = BranchFilter(queryset=_branches, label="党组织", empty_label="全部")
    period_code = django_filters.ChoiceFilter(
        choices=lambda: [(each.code, each.label) for each in recent_halves(today())], label="期间", empty_label="全部")

    class Meta:
        model = Report
        fields = ["branch", "period_code"]
