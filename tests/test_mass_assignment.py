"""R7: a form takes what it shows and nothing else. Every form is posted with and without every column of the tables that
it writes to; the database must come out the same, to the last value."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import models as fields
from django.forms import modelform_factory

from branches.accounts.models import Account
from partywork.forms import SiteModelForm, VersionForm
from tests.digest import APPS, count_on, difference, models, settled, snapshot
from tests.payloads import SUBMISSIONS, form_on_page, fresh, payload, usual
from tests.stage import Stage, address
from tests.variants import VARIANTS, variant

pytestmark = pytest.mark.django_db
POISON, POISON_ID, POISON_DAY = "毒株", "dddddddd-dddd-4ddd-8ddd-dddddddddddd", date(2001, 2, 3)
FORMS = [*SUBMISSIONS, *VARIANTS]


@pytest.fixture(scope="module")
def base(stage):
    return snapshot()


def sent(stage: Stage, name: str) -> tuple[str, str, dict[str, Any], tuple[str, ...]]:
    """Who sends it, where to, the valid answer, and which further names the page itself may send."""
    if name in VARIANTS:
        return *variant(stage, name), ()
    letter, said = usual(name), SUBMISSIONS[name]
    shown = tuple(form_on_page(stage, name, letter).kinds) if said.page else ()
    return said.sender(letter), address(stage, name, letter), payload(stage, name, letter), said.fields + shown


def change(stage: Stage, base, who: str, path: str, data: dict[str, Any]):
    count_on()
    answer = stage.ask(who, "POST", path, fresh(data), look=snapshot)
    assert answer.status in (200, 302), answer.status
    return answer.status, difference(base, answer.after)


def values_for(field: fields.Field) -> Any:
    """A value that this column would take, and that stands nowhere else."""
    if field.is_relation:
        return field.remote_field.model._base_manager.order_by("pk").values_list("pk", flat=True).last()
    if field.choices:
        return field.choices[-1][0]
    kinds = {fields.BooleanField: "on", fields.DateTimeField: f"{POISON_DAY} 04:05", fields.DateField: str(POISON_DAY),
             fields.TimeField: "04:05", fields.UUIDField: POISON_ID, fields.JSONField: f'{{"{POISON}": 1}}', fields.IntegerField: 7}
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), POISON)


def rounds(found: dict, data: dict[str, Any], shown: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every column of every written table that the form does not show; a name of two tables is tried with both values."""
    tried: dict[str, list[Any]] = {}
    for model in models():
        if model._meta.label not in found:
            continue
        for field in model._meta.concrete_fields:
            for name in {field.name, field.attname, f"{model._meta.model_name}.{field.name}"} - set(data) - set(shown):
                value = values_for(field)
                if value not in (None, *tried.setdefault(name, [])):
                    tried[name].append(value)
    most = max(map(len, tried.values()), default=0)
    return [{name: values[min(number, len(values) - 1)] for name, values in tried.items() if values} for number in range(most)]


def taken(stage: Stage, base, name: str, as_shown: tuple | None = None) -> list[str]:
    """What the form took although its page does not show it."""
    who, path, data, shown = as_shown or sent(stage, name)
    status, found = change(stage, base, who, path, data)
    assert found, f"{name} writes nothing: it proves nothing"
    assert settled(change(stage, base, who, path, data)[1]) == settled(found), "two plain runs differ: name what is random"
    faults = []
    for extra in rounds(found, data, shown):
        poisoned, result = change(stage, base, who, path, data | extra)
        if poisoned != status or settled(result) != settled(found):
            faults.append(f"{name}: {sorted(extra)} changed the outcome")
        if any(mark in repr(result) for mark in (POISON, POISON_ID, repr(POISON_DAY))):
            faults.append(f"{name}: a value that was not asked for was kept")
    return faults


READ_ONLY = {"meeting_attendance": "draws a list, writes nothing", "login": "writes the journal only", "logout": "the same"}


@pytest.mark.parametrize("name", [name for name in FORMS if name not in READ_ONLY])
def test_a_form_takes_only_what_it_shows(stage, base, name):
    assert taken(stage, base, name) == []


def test_the_digest_covers_every_table_of_ours():
    assert {model._meta.app_label for model in models()} == set(APPS)


def test_a_form_of_all_columns_is_caught(stage, base, monkeypatch):
    """The negative control: the form that one must not write."""
    honest = sent(stage, "account_edit")
    careless = modelform_factory(Account, form=type("Careless", (SiteModelForm, VersionForm), {}), fields="__all__")
    for name in ("username", "password", "last_login"):
        careless.base_fields[name].required = False
    monkeypatch.setattr("branches.accounts.desk.AccountForm", careless)
    monkeypatch.setattr("branches.accounts.desk.services.edit_account", lambda *, actor, account, **values: account.save())
    first, second = taken(stage, base, "account_edit", honest)
    assert "'must_change_password'" in first
    assert first.endswith("changed the outcome")
    assert second == "account_edit: a value that was not asked for was kept"
