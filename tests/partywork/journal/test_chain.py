"""The chain: any damage is found and the first bad entry named; writers in parallel do not fork it."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from partywork.journal import triggers
from partywork.journal.models import Entry, Head
from partywork.journal.services import verify_chain, write_entry


def write(actor=None, **facts):
    with transaction.atomic():
        return write_entry(actor=actor, action="trial.do", **facts)


@pytest.fixture
def ten(database, actor):
    for number in range(10):
        write(actor, label=f"第{number}件", changes={"标题": ["旧", f"新{number}"], "n": [None, number]})
    assert verify_chain() is None
    return list(Entry.objects.order_by("seq"))


def test_entries_are_numbered_and_linked(ten):
    assert [entry.seq for entry in ten] == list(range(1, 11))
    assert [entry.prev_hash for entry in ten] == ["", *(entry.hash for entry in ten[:-1])]
    head = Head.objects.get()
    assert (head.seq, head.hash) == (10, ten[-1].hash)


def test_outside_a_transaction_nothing_is_written(database):
    with pytest.raises(TransactionManagementError):
        write_entry(actor=None, action="trial.do")
    assert not Entry.objects.exists()


def test_an_act_that_rolls_back_leaves_no_entry_and_no_gap(ten, actor):
    def fails_half_way():
        with transaction.atomic():
            write_entry(actor=actor, action="trial.do")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_half_way()
    assert write(actor).seq == 11
    assert verify_chain() is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET reason = 'x' WHERE seq = 3", "DELETE FROM journal_entry WHERE seq = 3"],
)
def test_the_database_itself_refuses_changes(ten, statement):
    assert triggers.in_place(connection)
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        connection.cursor().execute(statement)
    assert list(Entry.objects.order_by("seq")) == ten


def test_emptying_the_table_is_refused(ten, database):
    statement = "TRUNCATE journal_entry" if database.vendor == "postgresql" else "DELETE FROM journal_entry"
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        connection.cursor().execute(statement)


def test_replacing_an_entry_is_refused(ten, database):
    columns = ", ".join(field.column for field in Entry._meta.concrete_fields)
    statement = f"INSERT OR REPLACE INTO journal_entry ({columns}) SELECT {columns} FROM journal_entry WHERE seq = 3"
    if database.vendor == "postgresql":
        statement = f"INSERT INTO journal_entry ({columns}) SELECT {columns} FROM journal_entry WHERE seq = 3"
        statement += " ON CONFLICT (seq) DO UPDATE SET reason = 'x'"
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        connection.cursor().execute(statement)
    assert list(Entry.objects.order_by("seq")) == ten


def test_without_the_triggers_the_change_would_go_through(ten):
    with triggers.lifted(connection):
        assert not triggers.in_place(connection)
        assert Entry.objects.filter(seq=3).update(reason="x") == 1
    assert triggers.in_place(connection)


COLUMNS = {
    "at": "2020-01-01 00:00:00+00:00", "actor_name": "李四", "ip": "9.9.9.9", "action": "other.do",
    "target_type": "a.b", "target_id": "77", "target_label": "别的", "reason": "没有", "changes": {"n": [1, 2]},
    "result": "failed", "prev_hash": "0" * 64, "hash": "0" * 64, "actor": None,
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_any_changed_column_is_found(ten, column):
    with triggers.lifted(connection):
        Entry.objects.filter(seq=4).update(**{column: COLUMNS[column]})
    assert verify_chain() == 4


def test_the_list_of_columns_is_complete():
    assert {field.name for field in Entry._meta.fields} == {"seq", *COLUMNS}


def test_a_removed_entry_is_found(ten):
    with triggers.lifted(connection):
        Entry.objects.filter(seq=6).delete()
    assert verify_chain() == 6


def test_two_exchanged_entries_are_found(ten):
    with triggers.lifted(connection):
        for old, new in ((2, 99), (3, 2), (99, 3)):
            Entry.objects.filter(seq=old).update(seq=new)
    assert verify_chain() == 2


def test_a_cut_tail_is_found_although_the_head_was_set_back(ten):
    with triggers.lifted(connection):
        Entry.objects.filter(seq__gt=7).delete()
    assert verify_chain() == 8
    Head.objects.update(seq=7, hash=ten[6].hash)
    assert verify_chain() == 8


def test_a_database_put_back_to_an_older_state_is_found_by_the_printed_head(ten, actor):
    old = Head.objects.values().get()
    newest = write(actor)
    printed = {newest.seq: newest.hash[:12]}
    with triggers.lifted(connection):
        newest.delete()
    Head.objects.update(**old)
    assert verify_chain() is None
    assert verify_chain(printed) == 11


def test_a_chain_rebuilt_without_the_key_is_found(ten, settings):
    right, settings.AUDIT_KEY = settings.AUDIT_KEY, "w" * 40
    from partywork.journal.chain import entry_hash, head_seal

    with triggers.lifted(connection):
        previous = ""
        for entry in ten:
            entry.prev_hash, entry.reason = previous, "改过"
            entry.hash = previous = entry_hash(entry)
            entry.save()
        head = Head.objects.get()
        head.hash = previous
        head.seal = head_seal(head)
        head.save()
    assert verify_chain() is None
    settings.AUDIT_KEY = right
    assert verify_chain() == 1


def test_random_damage_is_always_found(ten):
    dice = random.Random(7)
    for _ in range(40):
        seq, column = dice.randint(1, 10), dice.choice([name for name in COLUMNS if name != "actor"])
        before = Entry.objects.filter(seq=seq).values(column).get()
        with triggers.lifted(connection):
            Entry.objects.filter(seq=seq).update(**{column: COLUMNS[column]})
        changed = Entry.objects.filter(seq=seq).values(column).get() != before
        assert verify_chain() == (seq if changed else None)
        with triggers.lifted(connection):
            Entry.objects.filter(seq=seq).update(**before)


def test_eight_writers_at_once_make_one_chain(database, actor):
    def work(number):
        for _ in range(10):
            write(actor, label=f"写手{number}")

    assert database.at_once(8, work) == [None] * 8
    assert Entry.objects.count() == 80
    assert verify_chain() is None


def test_without_the_locked_head_writers_collide(database, actor, monkeypatch):
    """The negative control: the lock is what keeps the chain from forking."""
    if database.vendor == "sqlite":
        database.facts["OPTIONS"] |= {"transaction_mode": "DEFERRED"}

    def unlocked():
        return Head.objects.get_or_create(pk=1)[0]

    write(actor)
    monkeypatch.setattr("partywork.journal.services.lock_head", unlocked)
    outcomes = database.at_once(8, lambda number: [write(actor) for _ in range(10)] and None)
    assert any(isinstance(outcome, Exception) for outcome in outcomes)


def test_the_actor_of_an_entry_cannot_be_deleted(ten, actor):
    with pytest.raises(DatabaseError):
        get_user_model().objects.filter(pk=actor.pk)._raw_delete("default")
