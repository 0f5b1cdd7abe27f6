"""The roster from Excel: what is created, changed, left, refused; written once confirmed, as previewed, and taken back whole."""
from __future__ import annotations

import pytest

from members.models import Member
from partywork.imports.models import ImportBatch, State
from partywork.journal.services import entries_for, verify_chain
from tests.cast import the_world
from tests.partywork.imports.sheets import actions_of, confirmed, faults_of, person, sent, undone, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return the_world()


def test_a_sheet_goes_in_and_out_again(world):
    secretary = world["secretary"]
    before = Member.objects.count()
    batch = sent(secretary, world.a, workbook([person(1), person(2), person(3, 姓名="")]))
    assert (batch.state, batch.told, actions_of(batch)) == (State.READY, "", {2: "create", 3: "create", 4: "refused"})
    assert faults_of(batch) == {4: [("姓名", "没有填写。")]}
    assert Member.objects.count() == before
    batch = confirmed(batch, secretary)
    assert (batch.state, batch.job.state, batch.job.error) == (State.DONE, "done", "")
    made = Member.objects.get(name="林一")
    assert Member.objects.count() == before + 2
    assert (made.latest.branch, made.phone, made.profile.id_number) == (world.a, "13800000001", person(1)["身份证号"])
    assert [entry.action for entry in entries_for(made)] == ["members.create"]
    assert verify_chain() is None
    again = sent(secretary, world.a, workbook([person(1), person(2)]))
    assert actions_of(again) == {2: "same", 3: "same"}
    batch = undone(batch, secretary)
    assert (batch.state, batch.job.error) == (State.UNDONE, "")
    assert Member.objects.count() == before
    assert verify_chain() is None


def test_known_people_are_filled_in_and_put_back(world):
    secretary = world["secretary"]
    confirmed(sent(secretary, world.a, workbook([person(1), person(2)])), secretary)
    changed = person(1, 联系电话="13911112222", 学历="本科") | {"民族": "汉"}
    batch = sent(secretary, world.a, workbook([changed, person(2, 联系电话="")]))
    assert actions_of(batch) == {2: "change", 3: "same"}
    assert batch.rows.get(number=2).changes == [
        ["民族", "", "汉族"], ["学历", "", "大学"], ["联系电话", "138****0001", "139****2222"]]
    batch = confirmed(batch, secretary)
    assert batch.job.error == ""
    made = Member.objects.get(name="林一")
    assert (made.phone, made.profile.education, made.profile.nationality, made.version) == ("13911112222", "university", "01", 2)
    assert undone(batch, secretary).state == State.UNDONE
    made = Member.objects.get(name="林一")
    assert (made.phone, made.profile.education, made.profile.id_number) == ("13800000001", "", person(1)["身份证号"])


def test_nothing_is_lost_of_the_batch(world):
    batch = sent(world["secretary"], world.a, workbook([person(1)]))
    assert ImportBatch.objects.visible_to(world["staff"]).get() == batch
    assert not ImportBatch.objects.visible_to(world["neighbour"]).exists()
