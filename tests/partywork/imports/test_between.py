"""Between preview and confirmation, and after: a changed world, a doubled click, a killed worker, what hangs on an import."""
from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.meetings.kinds import Kind
from members.changes import leave_member
from members.models import Member, Profile
from members.services import create_member, edit_member
from partywork.errors import NotAllowed, RuleViolation
from partywork.imports import services
from partywork.imports.models import ImportBatch, ImportRow, State
from partywork.jobs.models import Job
from partywork.jobs.running import run_job
from partywork.periods import today
from tests.cast import the_world
from tests.factories import make_meeting
from tests.partywork.imports.sheets import actions_of, confirmed, person, sent, undone, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return the_world()


@pytest.fixture
def secretary(world):
    return world["secretary"]


def register(world, number: int) -> Member:
    row = person(number)
    born = date.fromisoformat(row["出生日期"])
    return create_member(actor=world["secretary"], name=row["姓名"], sex="m", born_on=born,
           joined_on=date.fromisoformat(row["加入党组织日期"]),
                         full_on=date.fromisoformat(row["转正日期"]), branch=world.a, group=None, start_on=date(2025, 1, 1),
                                today=today())


def test_a_changed_world_is_previewed_anew_and_nothing_is_written(world, secretary):
    batch = sent(secretary, world.a, workbook([person(1), person(2), person(3)]))
    register(world, 2)
    before = Member.objects.count()
    again = confirmed(batch, secretary)
    assert (again.state, Member.objects.count()) == (State.READY, before)
    assert "第3行的处理与预览不同" in again.told
    assert actions_of(again) == {2: "create", 3: "change", 4: "create"}
    assert list(again.rows.filter(moved=True).values_list("number", flat=True)) == [3]
    done = confirmed(again, secretary)
    assert (done.state, Member.objects.count()) == (State.DONE, before + 2)


def test_only_the_preview_that_was_seen_is_confirmed(world, secretary):
    batch = sent(secretary, world.a, workbook([person(1)]))
    with pytest.raises(RuleViolation, match="预览已经更新"):
        services.confirm(actor=secretary, batch=batch, digest="0" * 64)


def test_a_double_click_is_one_job_and_a_second_run_changes_nothing(world, secretary):
    batch = sent(secretary, world.a, workbook([person(1)]))
    services.confirm(actor=secretary, batch=batch, digest=batch.digest)
    services.confirm(actor=secretary, batch=batch, digest=batch.digest)
    assert Job.objects.filter(kind=services.COMMIT).count() == 1
    run_job(Job.objects.get(kind=services.COMMIT).pk)
    run_job(Job.objects.get(kind=services.COMMIT).pk)
    assert Member.objects.filter(name="林一").count() == 1
    batch.refresh_from_db()
    with pytest.raises(RuleViolation, match="已经处理过"):
        services.confirm(actor=secretary, batch=batch, digest=batch.digest)


def test_whoever_lost_the_post_does_not_commit(world, secretary):
    batch = sent(secretary, world.a, workbook([person(1)]))
    batch = services.confirm(actor=secretary, batch=batch, digest=batch.digest)
    secretary.posts.update(stop_on=today())
    run_job(batch.job_id)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.state, batch.job.state, Member.objects.filter(name="林一").count()) == (State.READY, "failed", 0)


def test_the_neighbour_may_not(world):
    batch = sent(world["secretary"], world.a, workbook([person(1)]))
    for act in (lambda: services.confirm(actor=world["neighbour"], batch=batch, digest=batch.digest),
                lambda: services.ask_undo(actor=world["neighbour"], batch=batch),
                lambda: services.set_columns(actor=world["neighbour"], batch=batch, places={})):
        with pytest.raises(NotAllowed):
            act()


def test_a_failure_half_way_leaves_nothing(world, secretary, monkeypatch):
    """Whatever breaks after the first table is written: members, files, memberships and the journal are as before."""
    batch = sent(secretary, world.a, workbook([person(1), person(2)]))
    before = Member.objects.count(), Profile.objects.count()

    def broken(**given):
        raise OSError("disk")

    monkeypatch.setattr("members.import_write.write_entries", broken)
    batch = confirmed(batch, secretary)
    assert (batch.state, batch.job.state) == (State.READY, "failed")
    assert (Member.objects.count(), Profile.objects.count()) == before


# --- taking back ------------------------------------------------------------------------------------------------------------


def edit(world, made):
    edit_member(actor=world["secretary"], member=made, today=today(), phone="13900009999")


def attend(world, made):
    make_meeting(world.a, Kind.STUDY, attendance=[made], created_by=world["secretary"])


def leave(world, made):
    leave_member(actor=world["secretary"], member=made, day=today(), today=today(), reason="transfer_out")


@pytest.mark.parametrize(("act", "said"), [(edit, "修改过林一"), (attend, "1 条“"), (leave, "修改过林一")])
def test_what_came_to_depend_on_it_is_named(world, secretary, act, said):
    batch = confirmed(sent(secretary, world.a, workbook([person(1), person(2)])), secretary)
    act(world, Member.objects.get(name="林一"))
    refused = undone(batch, secretary)
    assert (refused.state, refused.job.state) == (State.DONE, "failed")
    assert said in refused.job.error, refused.job.error
    assert Member.objects.filter(name__in=("林一", "林二")).count() == 2


def test_only_what_was_imported_is_taken_back(world, secretary):
    with pytest.raises(RuleViolation, match="只有已导入的"):
        services.ask_undo(actor=secretary, batch=sent(secretary, world.a, workbook([person(1)])))


# --- how much it asks ----------------------------------------------------------------------------------------------------------


def asked(world, secretary, first: int, total: int) -> int:
    """Statements of the commit for so many rows, savepoints left out."""
    batch = sent(secretary, world.a, workbook([person(number) for number in range(first, first + total)]))
    batch = services.confirm(actor=secretary, batch=batch, digest=batch.digest)
    with CaptureQueriesContext(connection) as caught:
        run_job(batch.job_id)
    batch.refresh_from_db()
    assert batch.state == State.DONE
    return sum("SAVEPOINT" not in query["sql"] for query in caught)


def test_statements_grow_by_the_hundreds_of_rows_not_by_the_row(world, secretary):
    """SQLite takes some seventy people in a statement, PostgreSQL all of a thousand."""
    few, more, many = asked(world, secretary, 1, 3), asked(world, secretary, 10, 20), asked(world, secretary, 40, 300)
    assert few == more
    if connection.vendor == "postgresql":
        assert many == few
    assert many - few <= 300 / 8


# --- rows and files ----------------------------------------------------------------------------------------------------------


def test_personal_data_of_a_sheet_is_sealed(world, secretary):
    batch = sent(secretary, world.a, workbook([person(1), person(2, 联系电话="1380000")]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM imports_importrow")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT * FROM imports_importbatch")
        stored += str(cursor.fetchall())
    assert person(1)["身份证号"] not in stored
    assert person(1)["联系电话"] not in stored
    assert ImportRow.objects.filter(batch=batch).count() == 2


def test_columns_can_be_corrected_and_missing_ones_named(world, secretary):
    rows = [{"称呼": "林一", "序号": 1, **{name: value for name, value in person(1).items() if name != "姓名"}}]
    batch = sent(secretary, world.a, workbook(rows))
    assert (batch.state, batch.counts) == (State.MAPPING, {})
    assert "没有找到必填的列：姓名" in batch.told
    services.set_columns(actor=secretary, batch=batch, places=batch.columns["places"] | {"name": 0})
    batch.refresh_from_db()
    run_job(batch.job_id)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert (batch.state, actions_of(batch)) == (State.READY, {2: "create"})
