"""Which reports: by right."""
from __future__ import annotations

from django.db.models import QuerySet


class ReportQuerySet(QuerySet):
    def visible_to(self, account) -> ReportQuerySet:
        return self.filter(account.reach("reports.view", "branch__"))


class VersionQuerySet(QuerySet):
    def visible_to(self, account) -> VersionQuerySet:
        return self.filter(account.reach("reports.view", "report__branch__"))


class TemplateQuerySet(QuerySet):
    def visible_to(self, account) -> TemplateQuerySet:
        """Whoever may make a report may choose any template."""
        return self if account.can("reports.edit") or account.can("reports.templates") else self.none()

    def usable(self) -> TemplateQuerySet:
        return self.filter(retired_at=None)
