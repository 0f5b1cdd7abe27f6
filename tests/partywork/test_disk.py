"""A disk without space is known as such, whoever says so, and told in Chinese."""

from __future__ import annotations

import errno

import pytest
from django.db import OperationalError

from partywork.disk import is_full, reason
from tests.partywork import engines


def test_sqlite_says_that_it_is_full(tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), engines.sqlite(tmp_path) as database, database.in_use() as connection:
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE trial (text)")
        cursor.execute("PRAGMA max_page_count = 4")
        with pytest.raises(OperationalError) as refused:
            cursor.execute("INSERT INTO trial VALUES (zeroblob(100000))")
        assert is_full(refused.value)
        with pytest.raises(OperationalError) as wrong:
            cursor.execute("SELECT nothing FROM nowhere")
        assert not is_full(wrong.value)


@pytest.mark.parametrize(("number", "words", "full"), [
    (errno.ENOSPC, "磁盘空间不足", True), (errno.EDQUOT, "磁盘空间不足", True), (errno.EACCES, "没有权限", False),
    (errno.EIO, "磁盘读写出错", False),
])
def test_the_system_says_so(number, words, full):
    error = OSError(number, "in English")
    assert (reason(error), is_full(error)) == (words, full)


def test_it_is_seen_through_what_was_raised_from_it():
    full = OSError(errno.ENOSPC, "No space left on device")
    raised = ValueError("not written")
    raised.__cause__ = full
    assert is_full(raised)
    assert not is_full(ValueError("not written"))
    assert not is_full(None)
