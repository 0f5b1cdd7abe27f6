"""What an entry holds, and what it never holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from partywork.journal.models import Entry
from partywork.journal.services import (
    ChangeLine,
    change_lines,
    changed_part,
    changes_between,
    describe,
    entries_for,
    register_actions,
    snapshot,
    verify_chain,
    write_entry,
)
from partywork.journal.values import NOT_RECORDED, plain
from partywork.middleware import facts
from tests.partywork.trial import Note, Person


def write(**given):
    with transaction.atomic():
        return write_entry(**{"actor": None, "action": "trial.do"} | given)


def test_an_entry_says_who_when_where_what_and_why(database, actor):
    note = Note.objects.create(title="三月党员大会")
    token = facts.current.set(facts.Facts(ip="10.1.2.3"))
    try:
        entry = write(
            actor=actor, action="meetings.hold", target=note, reason="补记", changes={"title": ["", "三月"]}
        )
    finally:
        facts.current.reset(token)
    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.actor_id, kept.actor_name, kept.ip) == (actor.pk, "王书记", "10.1.2.3")
    assert (kept.target_type, kept.target_id, kept.target_label) == (
        "trial.note",
        str(note.pk),
        "三月党员大会",
    )
    assert (kept.reason, kept.changes, kept.result) == ("补记", {"title": ["", "三月"]}, "done")
    assert abs((datetime.now(UTC) - kept.at).total_seconds()) < 60


def test_the_system_has_a_name_too(database):
    assert (write().actor_name, write().target_type) == ("系统", "")


def test_entries_of_one_row_newest_first(database):
    note, other = Note.objects.create(title="甲"), Note.objects.create(title="乙")
    first, _, last = write(target=note), write(target=other), write(target=note)
    assert list(entries_for(note)) == [last, first]


def test_protected_values_are_never_written(database):
    person = Person(name="张三", phone="13812345678")
    changes = {
        "phone": ["13812345678", "13900001111"],
        "name": ["张", "张三"],
        "id_number": ["", "11010119900307123X"],
    }
    entry = write(
        target=person,
        changes=changes,
        reason="电话 13812345678 写错",
        label="身份证 11010119900307123X",
        action="a.b",
    )
    assert entry.changes == {"phone": NOT_RECORDED, "name": ["张", "张三"], "id_number": NOT_RECORDED}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM journal_entry")
        whole = str(cursor.fetchall())
    assert all(canary not in whole for canary in ("13812345678", "13900001111", "11010119900307123X"))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 6, 3), "2026-06-03"),
        (Decimal("12.50"), "12.50"),
        (0.1, "0.1"),
        (True, True),
        (None, None),
        ("a\x00b\ud800", "a�b?"),
        ({"a": {1}}, {"a": [1]}),
        ("长" * 3000, "长" * 1999 + "…"),
    ],
)
def test_values_are_kept_plain(value, kept):
    assert plain(value) == kept


def test_what_comes_back_from_the_database_still_fits_its_seal(database):
    numbers = {"a": [0.1, 1e300], "b": [Decimal("1.10"), 10**20]}
    odd = numbers | {"c": [[1, "二"], {"键": None}], "d": ["\x00", "\ud800", "e\u2028"]}
    write(changes=odd, reason="换行\n和\t制表", label="😀" * 300)
    assert verify_chain() is None


def test_changes_between_two_snapshots():
    note = Note(title="甲", held_on=date(2026, 1, 1))
    before = snapshot(note, ["title", "held_on"])
    note.title = "乙"
    assert changes_between(before, snapshot(note, ["title", "held_on"])) == {"title": ["甲", "乙"]}
    assert changes_between({}, {"title": "甲"}) == {"title": [None, "甲"]}
    assert changes_between({"a": 1}, {"a": 1}) == {}


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("", "新写的", ["", "新写的"]),
        ("前" * 50 + "旧" + "后" * 50, "前" * 50 + "新的" + "后" * 50, ["前" * 10 + "旧" + "后" * 10, "前" * 10 + "新的" + "后" * 10]),
        ("前" * 50, "前" * 50 + "续", ["前" * 10, "前" * 10 + "续"]),
        ("一样" * 9, "一样" * 10, ["一样" * 5, "一样" * 6]),
    ],
)
def test_of_long_texts_only_what_changed_is_kept(old, new, kept):
    assert changed_part(old, new) == kept


def test_actions_have_chinese_names():
    register_actions({"trial.named": "试一试"})
    register_actions({"trial.named": "试一试"})
    assert describe(Entry(action="trial.named")) == "试一试"
    assert describe(Entry(action="trial.unknown")) == "其他操作（trial.unknown）"
    with pytest.raises(ValueError):
        register_actions({"trial.named": "别的"})


def test_changes_in_peoples_words():
    entry = Entry(
        target_type="journal.entry",
        changes={
            "result": ["done", "failed"],
            "reason": ["", "补"],
            "flag": [True, None],
            "phone": NOT_RECORDED,
        },
    )
    assert change_lines(entry) == [
        ChangeLine("原因", "（空）", "补"),  # in the order of the model's fields, whatever the order they were kept in
        ChangeLine("结果", "成功", "失败"),
        ChangeLine("flag", "是", "（空）"),
        ChangeLine("phone", "", NOT_RECORDED, hidden=True),
    ]
