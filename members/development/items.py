"""Local requirements beside those of the regulation: optional, dated, of the whole bureau."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from members.development.models import LocalItem
from members.development.shape import RuleSet
from members.development.steps import SET_2026
from partywork.errors import RuleViolation
from partywork.journal.services import write_entry

BUREAU = "bureau.edit"  # local practice is set where the other local practice is


@transaction.atomic
def add_item(
    *, actor: Account | None, key: str, name: str, scheme: str, start_on: date, form_token: UUID | None = None
) -> LocalItem:
    if actor is not None:
        actor.require(BUREAU)
    if name in _known(SET_2026, key):
        raise RuleViolation("这一步的规定材料里已有这一项。", field="name")
    if LocalItem.objects.filter(key=key, name=name, stop_on=None).exists():
        raise RuleViolation("这一步已有同名的要求。", field="name")
    item = LocalItem.objects.create(key=key, name=name, scheme=scheme, start_on=start_on, created_by=actor, form_token=form_token)
    write_entry(actor=actor, action="development.item", target=item, changes={"name": [None, name], "key": [None, key]})
    return item


def _known(rule_set: RuleSet, key: str) -> tuple[str, ...]:
    return rule_set.step(key).documents


@transaction.atomic
def end_item(*, actor: Account | None, item: LocalItem, day: date) -> LocalItem:
    """Not asked for any more from a day on; steps entered before keep it. Twice is once."""
    if actor is not None:
        actor.require(BUREAU)
    item = LocalItem.objects.select_for_update().get(pk=item.pk)
    if item.stop_on is None:
        item.stop_on = max(day, item.start_on)
        item.save(update_fields=["stop_on"])
        write_entry(actor=actor, action="development.item_end", target=item, changes={"stop_on": [None, item.stop_on.isoformat()]})
    return item


