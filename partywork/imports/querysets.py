"""Which imports: those of a kind that the account may do, for organisations within its reach."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from partywork.imports.registry import all_importers


class BatchQuerySet(QuerySet):
    def visible_to(self, account) -> BatchQuerySet:
        """Whoever may import a kind of sheet into an organisation also sees what others imported there."""
        seen = Q(pk__in=())
        for importer in all_importers():
            seen |= Q(kind=importer.kind) & account.reach(importer.action, "branch__")
        return self.filter(seen)
