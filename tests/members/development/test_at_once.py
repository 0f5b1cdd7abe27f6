"""The same step by several people at one moment: one enters it, the others are told. On both engines."""

from __future__ import annotations

import pytest
from django.apps import apps

from members.development.models import Path, StepRecord
from members.development.recording import Facts, record_step
from partywork.errors import RuleViolation
from tests.development_stage import make_path
from tests.factories import make_branch
from tests.members.development.making import TODAY, day
from tests.partywork.engines import ENGINES, fresh


@pytest.fixture(params=ENGINES)
def database(request, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), fresh(request.param, tmp_path) as made, made.in_use() as connection:
        with connection.schema_editor() as editor:
            for model in tables():
                editor.create_model(model)
        yield made


def tables() -> list[type]:
    """What a path leads to and is not in a fresh database."""
    names = ("branches", "members", "meetings", "development")
    return [model for name in names for model in apps.get_app_config(name).get_models()]


def test_one_of_four_enters_the_step(database):
    make_path(make_branch(make_branch(None)), "林向前")

    def take(number: int):
        return record_step(actor=None, path=Path.objects.get(), key="talk", facts=Facts(day=day("2024-03-20")), today=TODAY)

    answers = database.at_once(4, take)
    assert StepRecord.objects.filter(key="talk").count() == 1
    refused = [each for each in answers if isinstance(each, RuleViolation)]
    assert len(refused) == 3, answers
    assert all("已登记在2024年3月20日" in each.message for each in refused)
