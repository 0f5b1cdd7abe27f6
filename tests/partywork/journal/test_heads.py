"""Heads by day for the auditor's paper, and those that the machine keeps outside the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from partywork.journal import triggers
from partywork.journal.heads import heads_by_day, read_written, still_holds
from partywork.journal.models import Entry, Head
from partywork.journal.services import write_entry
from partywork.keeping import history
from partywork.keeping.checks import Asked
from partywork.keeping.heads import kept_heads, note_head_of_day
from partywork.keeping.verify_journal import chain_holds


def write(count: int = 1) -> Entry:
    for _ in range(count):
        with transaction.atomic():
            entry = write_entry(actor=None, action="trial.do")
    return entry


@pytest.fixture
def noted(settings, tmp_path):
    """A history of this test's own."""
    settings.DATA_DIR = tmp_path / "data"
    return lambda: [act["act"] for act in history.read()]


def fault_of_chain() -> list[str]:
    return list(chain_holds(Asked(kept=kept_heads())))


def test_the_last_entry_of_each_day(database, noted):
    write(3)
    with triggers.lifted(connection):  # as if two of them had been written on earlier days
        Entry.objects.filter(seq=1).update(at=timezone.now() - timedelta(days=40))
        Entry.objects.filter(seq=2).update(at=timezone.now() - timedelta(days=2))
    today = timezone.localdate()
    assert [(head.day, head.seq) for head in heads_by_day(31)] == [(today, 3), (today - timedelta(days=2), 2)]
    newest = Entry.objects.get(seq=3)
    assert heads_by_day(31)[0].written == f"3:{newest.hash[:12]}"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1280:9f3c5a7b1e20", (1280, "9f3c5a7b1e20")),
        (" 1280：9F3C5A7B1E20 ", (1280, "9f3c5a7b1e20")),
        ("1280-9f3c5a7b", (1280, "9f3c5a7b")),
        ("1280:9f3c5a", None),
        ("9f3c5a7b1e20", None),
        ("１２８０:9f3c5a7b1e20", None),
        ("1" * 19 + ":9f3c5a7b1e20", None),
    ],
)
def test_a_head_is_read_as_it_was_copied(text, read):
    assert read_written(text) == read


def test_a_copied_head_holds_or_not(database):
    entry = write(2)
    assert still_holds(2, entry.hash[:12])
    assert not still_holds(2, entry.hash[:6])
    assert not still_holds(1, entry.hash[:12])
    assert not still_holds(3, entry.hash[:12])


def test_one_head_a_day_is_noted_once_there_is_one(database, noted):
    note_head_of_day()
    assert noted() == []
    first = write()
    note_head_of_day()
    write()
    note_head_of_day()
    assert (noted(), kept_heads()) == (["head"], {1: first.hash})


def test_a_database_put_back_does_not_agree_with_the_kept_head(database, noted):
    write(3)
    before = Head.objects.values("seq", "hash", "seal").get()
    write(4)
    note_head_of_day()
    with triggers.lifted(connection):
        Entry.objects.filter(seq__gt=3).delete()
    Head.objects.update(**before)
    faults = fault_of_chain()
    assert faults[0].startswith("日志链从第4条起对不上")
    assert "曾经记下第7条的链头，现在日志只到第3条" in faults[1]


def test_a_journal_that_began_anew_does_not_agree_either(database, noted):
    write(3)
    note_head_of_day()
    with triggers.lifted(connection):
        Entry.objects.all().delete()
    Head.objects.all().delete()
    write(5)
    assert fault_of_chain()[0].startswith("日志链从第3条起对不上")


def test_after_a_restore_only_new_heads_count(database, noted):
    write(3)
    note_head_of_day()
    history.note("restore", ok=False, reason="备份已损坏")
    assert list(kept_heads()) == [3]
    history.note("restore", ok=True)
    assert kept_heads() == {}


def test_notes_that_are_no_heads_are_left_out(database, noted):
    for head in (None, [], [1], ["1", "a"], [True, "a"], {"seq": 1}, {"seq": 0, "hash": ""}):
        history.note("backup", head=head)
    history.note("backup", head=[5, "ab" * 32])
    history.note("backup", head=[5, "cd" * 32])
    assert kept_heads() == {5: "ab" * 32}
