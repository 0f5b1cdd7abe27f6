"""After the storm: does every page still open, is every stored row one that its model would take, do both engines agree."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from branches.accounts.models import Account
from tests.cast import CAST
from tests.chaos.bad_requests import Ask
from tests.chaos.barrage import Answer, Barrage
from tests.chaos.ways_in import Way
from tests.digest import models as all_models
from tests.payloads import allowed
from tests.stage import PATHS, Stage, address, letters, names, object_of, sign_in

PAGE = re.compile(rb"[?&;]page=(\d+)")
DETAILS = 12  # pages of single rows, for each kind of page


def welcome_back(stage: Stage) -> None:
    """Every person signs in again: what was accepted may have ended sessions and asked for new passwords."""
    Account.objects.update(must_change_password=False)
    for who in [each for each in CAST if each != "nobody"]:
        stage.sessions[who] = sign_in(Account.objects.get(pk=stage.world[who].pk))


def shut_pages(barrage: Barrage, ways: list[Way]) -> list[str]:
    """Every list, export and page of an object, for every person: those that do not open; and those of each stored row."""
    asked = [*pages_of_all(barrage.stage), *pages_of_rows(barrage.stage, ways)]
    answers = ((ask, answer) for ask in asked for answer in leaves(barrage, ask))
    return [f"{answer.status}: {ask.who} {ask.path}?{ask.query}" for ask, answer in answers if answer.status >= 500]


def pages_of_all(stage: Stage) -> Iterator[Ask]:
    """Of objects that there are: the own one of branch A, in each of its states."""
    for name in [each for each in names() if "GET" in allowed(each)]:
        for letter in [each for each in letters(name) if each not in "bx"] or letters(name)[:1]:
            for who in CAST:
                yield get(who, address(stage, name, letter))


def pages_of_rows(stage: Stage, ways: list[Way]) -> Iterator[Ask]:
    """The pages that show one row, for rows made by now: the newest, by whoever may open the page of the first."""
    for way in [way for way in ways if way.method == "GET" and way.name in PATHS]:
        model, path = type(object_of(stage, PATHS[way.name], "a", way.name)), urlsplit(way.path).path
        first = str(object_of(stage, PATHS[way.name], letters(way.name)[0], way.name).pk)
        for row in islice(model._base_manager.order_by("-pk").values_list("pk", flat=True), DETAILS):
            yield get(way.who, path.replace(f"/{first}/", f"/{row}/"))


def get(who: str, address: str) -> Ask:
    path, _, query = address.partition("?")
    return Ask((who, address), who, "GET", path, query)


def leaves(barrage: Barrage, ask: Ask) -> Iterator[Answer]:
    """The page, and of a list each further one."""
    first = barrage.send(ask)
    yield first
    for number in range(2, max(map(int, PAGE.findall(first.body)), default=1) + 1):
        yield barrage.send(get(ask.who, f"{ask.path}?{ask.query}&page={number}"))


def bad_rows() -> dict[tuple[str, str], str]:
    """By model and key, what the model's own checks say against a stored row."""
    return {(model._meta.label, str(row.pk)): said for model in all_models() for row, said in refused(model._base_manager.all())}


def refused(rows: Iterable[models.Model]) -> Iterator[tuple[models.Model, str]]:
    """A field that is as empty as the model itself makes it is none of the faults: only forms ask for more."""
    for row in rows:
        try:
            row.full_clean(exclude=[field.name for field in row._meta.concrete_fields if is_default(field, row)])
        except ValidationError as error:
            yield row, str(error.message_dict)


def is_default(field: models.Field, row: models.Model) -> bool:
    value = getattr(row, field.attname)
    return value in field.empty_values and (field.null or (field.has_default() and field.get_default() == value))


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in all_models()}
