"""The roster's export with chosen columns: masked numbers, whole ones for whoever keeps the record, and the journal of it."""
from __future__ import annotations

import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from members.personal import save_profile
from partywork.journal.models import Entry
from tests.cast import the_world
from tests.partywork.imports.sheets import id_number

pytestmark = pytest.mark.django_db
NUMBER = id_number(7, date(1985, 5, 4))


@pytest.fixture
def world():
    found = the_world()
    for name, number in (("member", NUMBER), ("neighbour", id_number(8, date(1985, 5, 4)))):
        person = found.members[name]
        save_profile(actor=None, member=person, today=date(2026, 11, 1), id_number=number, education="university",
               home_address="云溪县林业路1号")
    found.members["member"].phone = "13900001111"
    found.members["member"].save(update_fields=["phone"])
    return found


def lines(client, who, **asked) -> list[dict]:
    client.force_login(who, backend="branches.accounts.backends.AccountBackend")
    answer = client.post(reverse("members_export"), asked)
    assert answer.status_code == 200, answer.status_code
    head, *rows = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def one(rows: list[dict], name: str) -> dict:
    return next(row for row in rows if row["姓名"] == name)


def test_the_chosen_columns_in_their_order(world, client):
    rows = lines(client, world["secretary"], columns=["id_number", "name", "education", "home_address", "phone"])
    assert one(rows, "李平") == {"公民身份号码": f"110105********{NUMBER[-4:]}", "姓名": "李平", "学历": "大学", "家庭住址": "云溪县……",
                               "联系电话": "139****1111"}
    assert not Entry.objects.filter(action="members.reveal").exists()


def test_whole_numbers_when_asked_for_and_told_in_the_journal(world, client):
    rows = lines(client, world["secretary"], columns=["name", "id_number", "phone"], whole="1")
    assert one(rows, "李平") == {"姓名": "李平", "公民身份号码": NUMBER, "联系电话": "13900001111"}
    (entry,) = Entry.objects.filter(action="members.reveal")
    assert "导出名册" in entry.target_label
    assert NUMBER not in str(list(Entry.objects.values()))
    assert "含完整号码" in Entry.objects.get(action="list.export").target_label


def test_whoever_only_sees_a_record_gets_it_masked(world, client):
    """The general branch's secretary sees the branches below and keeps none of them."""
    rows = lines(client, world["general"], columns=["name", "id_number"], whole="1")
    assert "*" in one(rows, "李平")["公民身份号码"]
    client.force_login(world["inspector"], backend="branches.accounts.backends.AccountBackend")
    assert client.post(reverse("members_export"), {"columns": ["name"], "whole": "1"}).status_code == 403


@pytest.mark.parametrize("asked", [{"columns": ["account"]}, {"columns": ["name", "password"]}])
def test_a_column_that_is_not_offered_exports_nothing(world, client, asked):
    client.force_login(world["secretary"], backend="branches.accounts.backends.AccountBackend")
    assert client.post(reverse("members_export"), asked).status_code == 404
    assert not Entry.objects.filter(action="list.export").exists()
