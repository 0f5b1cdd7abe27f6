"""R13, R16 for imports: whatever is uploaded gets a clear Chinese refusal or is imported whole; never fewer rows, never a fault of ours."""
from __future__ import annotations

import re

import pytest

from members.models import Member
from partywork.errors import RuleViolation
from partywork.files.models import Attachment
from partywork.imports import services
from partywork.imports.models import State
from partywork.imports.registry import importer_of
from tests.cast import the_world
from tests.partywork.imports.sheets import actions_of, confirmed, run, upload
from tests.partywork.imports.strange import bad_files, odd_files

pytestmark = pytest.mark.django_db
BAD, ODD = bad_files(), odd_files()


@pytest.fixture
def world():
    return the_world()


def given(world, name: str, data: bytes):
    return services.upload_sheet(actor=world["secretary"], importer=importer_of("members"), upload=upload(data, str(name)),
           branch=world.a,
                                 options={"start_on": "2025-01-01"})


def answer_to(world, name: str, data: bytes) -> str:
    """Why it is refused, at the upload or when it is read; "" if it would be imported."""
    try:
        batch = run(given(world, name, data))
    except RuleViolation as refusal:
        assert not Attachment.objects.exists()
        return refusal.message
    assert batch.job.state == "done", batch.job.error
    return batch.told if batch.state == State.REFUSED else ""


def test_there_are_enough_of_them():
    assert (len(BAD) >= 50, len(ODD) >= 10) == (True, True)


@pytest.mark.parametrize("label", BAD)
def test_what_means_harm_is_refused_in_chinese(world, label):
    before = Member.objects.count()
    said = answer_to(world, *BAD[label])
    assert re.search("[\u4e00-\u9fff].*。$", said), said
    assert not re.search(r"Error|Traceback|None|0x", said)
    assert Member.objects.count() == before


@pytest.mark.parametrize("label", ODD)
def test_what_is_only_odd_is_imported_whole(world, label):
    batch = run(given(world, "名册.xlsx", ODD[label]))
    assert (batch.state, batch.told) == (State.READY, "")
    assert list(actions_of(batch).values()) == ["create", "create"], [row.faults for row in batch.rows.all()]
    assert confirmed(batch, world["secretary"]).state == State.DONE
    assert Member.objects.filter(name__in=("林一", "林二")).count() == 2
    again = run(given(world, "名册.xlsx", ODD[label]))
    assert list(actions_of(again).values()) == ["same", "same"]
