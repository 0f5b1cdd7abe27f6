"""Whatever leaves the system as a file is in the journal: who took it, which rows, how many; or nothing leaves."""
from __future__ import annotations

import io
from urllib.parse import unquote

import openpyxl
import pytest
from django import forms
from django.db import DatabaseError, transaction
from django.http import FileResponse, Http404

from branches.models import Branch
from partywork import exports
from partywork.exports import chosen_words, export_rows, hand_out
from partywork.files.services import store_upload
from partywork.journal.models import Entry
from partywork.lists import Column, FilterForm
from tests.stage import picture

COLUMN = [Column("value", "内容", width=30)]


class Asked(FilterForm):
    words = forms.CharField(label="姓名", required=False)
    branch = forms.ModelChoiceField(Branch.objects.all(), label="支部", required=False)
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), ("full", "正式党员")], required=False)
    gaps = forms.BooleanField(label="只看有缺的", required=False)
    day = forms.DateField(label="日期", required=False)


def export(world, **asked):
    rows = ({"value": text} for text in ("甲", "乙"))
    return export_rows(actor=world["staff"], name="党员名册/2026", columns=COLUMN, rows=rows, asked=Asked(asked))


def read(answer: FileResponse) -> bytes:
    """Its body; a server closes the file, here nobody else does."""
    body = b"".join(answer.streaming_content)
    answer.file_to_stream.close()
    return body


def entries() -> list[tuple]:
    return list(Entry.objects.values_list("action", "actor_name", "target_label", "reason", "changes"))


def test_the_workbook_and_its_entry(world):
    answer = export(world, branch=world.a.pk, kind="full")
    book = openpyxl.load_workbook(io.BytesIO(read(answer)))
    assert unquote(answer["Content-Disposition"]) == "attachment; filename*=utf-8''党员名册_2026.xlsx"
    assert [cell.value for cell in book.active["A"]] == ["内容", "甲", "乙"]
    assert entries() == [("list.export", "郑洁", "党员名册/2026，2 行", "支部：一支部；类别：正式党员", {"行数": [None, 2]})]


def test_a_filter_in_words(world):
    form = Asked({"words": "李", "gaps": "on", "day": "2026-06-03"})
    assert form.is_valid()
    assert chosen_words(form) == "姓名：李；只看有缺的：是；日期：2026-06-03"


def test_a_number_that_was_searched_for_is_not_kept(world):
    read(export(world, words="13812345678"))
    assert "13812345678" not in str(entries())


@pytest.mark.parametrize("asked", [{"branch": 999_999_999}, {"kind": "x"}, {"day": "昨天"}])
def test_a_wrong_filter_finds_nothing(world, asked):
    with pytest.raises(Http404):
        export(world, **asked)
    assert entries() == []


def test_without_the_journal_nothing_leaves(world, monkeypatch):
    def broken(**facts):
        raise DatabaseError("full")

    monkeypatch.setattr(exports, "write_entry", broken)
    with pytest.raises(DatabaseError):
        export(world)


def test_a_file_and_its_entry(world):
    with transaction.atomic():
        kept = store_upload(actor=world["staff"], upload=picture("签到.png"), allowed="any")
    answer = hand_out(actor=world["leader"], attachment=kept, of="一季度党员大会")
    assert read(answer)[:4] == b"\x89PNG"
    assert answer["Content-Disposition"].startswith("attachment")
    assert entries() == [("file.download", "冯远", "一季度党员大会：签到.png", "", {})]
