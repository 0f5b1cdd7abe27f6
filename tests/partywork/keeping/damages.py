"""Ways in which an installation can come to harm, each at a random spot. All of them must be found."""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.db.models import Model

from branches.meetings.models import Attendance, Meeting, MeetingFile
from branches.models import Branch, HolidayYear
from members.models import Member, Membership
from partywork.files.models import Attachment
from partywork.journal import triggers
from partywork.journal.models import Entry, Head
from reports.models import FrozenFigure, ReportVersion

Dice = random.Random
Damage = Callable[[Path, Dice], None]
DAMAGES: dict[str, Damage] = {}


def damage(act: Damage) -> Damage:
    DAMAGES[act.__name__] = act
    return act


@contextmanager
def unguarded():
    """What a hand with full rights over the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA ignore_check_constraints=ON")
    yield


def one(model: type[Model], dice: Dice, **facts):
    return dice.choice(list(model._base_manager.filter(**facts).order_by("pk")))


def change(model: type[Model], pk, **facts) -> None:
    """Past every model, service and guard."""
    with unguarded(), connection.cursor() as cursor:
        columns = ", ".join(f'"{name}" = %s' for name in facts)
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{model._meta.pk.column}" = %s',
                       [*facts.values(), pk])
        assert cursor.rowcount == 1


def remove(model: type[Model], pk) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = %s', [pk])
        assert cursor.rowcount == 1


def a_file(files: Path, dice: Dice) -> Path:
    return files / one(Attachment, dice).stored_name


def flipped(text: str, dice: Dice) -> str:
    at = dice.randrange(len(text))
    return text[:at] + dice.choice([each for each in "0123456789abcdef" if each != text[at]]) + text[at + 1:]


# --- files --------------------------------------------------------------------------------------------------------


@damage
def a_bit_of_a_file(files, dice):
    path = a_file(files, dice)
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


@damage
def a_file_cut(files, dice):
    path = a_file(files, dice)
    os.truncate(path, dice.randrange(path.stat().st_size))


@damage
def a_file_grown(files, dice):
    with a_file(files, dice).open("ab") as file:
        file.write(b"\x00" * dice.randint(1, 50))


@damage
def a_file_gone(files, dice):
    a_file(files, dice).unlink()


@damage
def two_files_exchanged(files, dice):
    first, second = (files / row.stored_name for row in dice.sample(list(Attachment.objects.all()), 2))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


@damage
def a_file_renamed(files, dice):
    path = a_file(files, dice)
    path.rename(path.with_name(dice.randbytes(16).hex()))


@damage
def a_file_replaced_by_a_link(files, dice):
    path = a_file(files, dice)
    elsewhere = files.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@damage
def a_stray_file(files, dice):
    path = files / dice.choice(["notes.txt", "ab/notes.txt", "incoming/x", ".hidden", f"ab/{dice.randbytes(16).hex()}"])
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")


@damage
def a_checksum(files, dice):
    row = one(Attachment, dice)
    change(Attachment, row.pk, sha256=flipped(row.sha256, dice))


@damage
def a_size(files, dice):
    row = one(Attachment, dice)
    change(Attachment, row.pk, size=row.size + dice.choice([-1, 1, 1000]))


@damage
def a_stored_name(files, dice):
    change(Attachment, one(Attachment, dice).pk, stored_name=dice.choice(["ab/" + "c" * 32, "../partywork.sqlite3"]))


@damage
def an_attachment_row(files, dice):
    remove(Attachment, one(Attachment, dice).pk)


@damage
def the_owner_of_a_file(files, dice):
    remove(MeetingFile, one(MeetingFile, dice).pk)


# --- meetings and people ------------------------------------------------------------------------------------------------


@damage
def a_counter(files, dice):
    row, name = one(Meeting, dice), dice.choice(["expected_count", "present_count", "voters_expected", "voters_present"])
    change(Meeting, row.pk, **{name: getattr(row, name) + dice.choice([1, 2, 40])})


@damage
def an_attendance_row_gone(files, dice):
    remove(Attendance, one(Attendance, dice).pk)


@damage
def an_attendance_state(files, dice):
    row = one(Attendance, dice)
    change(Attendance, row.pk, **({"state": "leave", "reason": "病假"} if row.state == "present" else
                                  {"state": "present", "reason": ""}))


@damage
def a_vote_right(files, dice):
    row = one(Attendance, dice)
    change(Attendance, row.pk, votes=not row.votes)


@damage
def an_attendance_row_more(files, dice):
    meeting = one(Meeting, dice)
    here = meeting.attendance.values_list("member_id", flat=True)
    Attendance.objects.create(meeting=meeting, member=dice.choice(list(Member.objects.exclude(pk__in=here))))


@damage
def a_latest_of_nobody(files, dice):
    change(Member, one(Member, dice).pk, latest_id=None)


@damage
def a_membership_gone(files, dice):
    remove(Membership, one(Membership, dice).pk)


@damage
def a_membership_of_another(files, dice):
    first, second = dice.sample(list(Membership.objects.all()), 2)
    change(Membership, first.pk, member_id=second.member_id, stop_on="2099-01-01", stop_reason="changed")


@damage
def memberships_that_overlap(files, dice):
    row = one(Membership, dice)
    Membership.objects.create(member=row.member, branch=row.branch, kind=row.kind, start_reason="first",
                              start_on=row.start_on - timedelta(days=90), stop_on=row.start_on + timedelta(days=1),
                              stop_reason="changed")


@damage
def the_tree(files, dice):
    row = one(Branch, dice, depth=3)
    change(Branch, row.pk, **dice.choice([{"path": row.path + "0009"}, {"depth": row.depth + 1},
                                          {"numchild": row.numchild + 1}]))


# --- encrypted values -----------------------------------------------------------------------------------------------------


def token_of(member: Member) -> str:
    return member.__dict__["phone"].token


@damage
def a_bit_of_a_seal(files, dice):
    row = one(Member, dice)
    token = token_of(row)
    at = dice.randrange(9, len(token) - 4)
    change(Member, row.pk, phone=token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:])


@damage
def a_seal_of_another_row(files, dice):
    first, second = dice.sample(list(Member.objects.all()), 2)
    change(Member, first.pk, phone=token_of(second))


@damage
def a_seal_of_an_unknown_key(files, dice):
    row = one(Member, dice)
    change(Member, row.pk, phone=flipped(token_of(row)[:8], dice) + token_of(row)[8:])


@damage
def a_number_in_clear(files, dice):
    change(Member, one(Member, dice).pk, phone="13900009999")


# --- reports --------------------------------------------------------------------------------------------------------


@damage
def the_rows_of_a_frozen_figure(files, dice):
    row = one(FrozenFigure, dice)
    change(FrozenFigure, row.pk, row_ids=str([*row.row_ids, 999]) if not row.row_ids or dice.random() < 0.5 else
           str(row.row_ids[:-1]))


@damage
def the_digest_of_a_frozen_figure(files, dice):
    row = one(FrozenFigure, dice)
    change(FrozenFigure, row.pk, digest=flipped(row.digest, dice))


@damage
def the_count_of_a_frozen_figure(files, dice):
    row = one(FrozenFigure, dice)
    change(FrozenFigure, row.pk, row_count=row.row_count + 1)


@damage
def a_report_and_its_file_forged_together(files, dice):
    """The row fits the file: only the journal knows better."""
    import hashlib

    row = one(ReportVersion, dice).attachment
    content = row.path.read_bytes() + b"x"
    row.path.write_bytes(content)
    change(Attachment, row.pk, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


@damage
def all_figures_of_a_version(files, dice):
    for row in one(ReportVersion, dice).figures.all():
        remove(FrozenFigure, row.pk)


# --- the journal ------------------------------------------------------------------------------------------------------


@damage
def a_journal_column(files, dice):
    with triggers.lifted(connection):
        name = dice.choice(["actor_name", "ip", "action", "target_type", "target_id", "target_label", "reason", "hash"])
        change(Entry, one(Entry, dice).pk, **{name: uuid.UUID(int=dice.getrandbits(128)).hex})


@damage
def a_journal_time(files, dice):
    with triggers.lifted(connection):
        change(Entry, one(Entry, dice).pk, at="2020-01-01 00:00:00")


@damage
def a_journal_entry_gone(files, dice):
    with triggers.lifted(connection):
        remove(Entry, one(Entry, dice).pk)


@damage
def the_head(files, dice):
    head = Head.objects.get()
    change(Head, 1, **dice.choice([{"seq": head.seq - 1}, {"hash": flipped(head.hash, dice)},
                                   {"seal": flipped(head.seal, dice)}]))


@damage
def the_head_gone(files, dice):
    remove(Head, 1)


@damage
def the_guard_of_the_journal(files, dice):
    connection.cursor().execute(f"DROP TRIGGER journal_no_{dice.choice(['update', 'delete'])}")


@damage
def a_line_of_the_holidays(files, dice):
    lines = dice.choice(["2030-02-30 春节", "春节", "2030-01-01  元旦", ""])
    HolidayYear.objects.create(year=2030, source="通知", lines=lines)


# --- the database -----------------------------------------------------------------------------------------------------


@damage
def a_reference(files, dice):
    model, name = dice.choice([(Attendance, "member_id"), (Meeting, "branch_id"), (Meeting, "created_by_id"),
                               (MeetingFile, "attachment_id"), (Membership, "branch_id"), (ReportVersion, "report_id")])
    change(model, one(model, dice).pk, **{name: 999_999})


@damage
def a_check(files, dice):
    change(Meeting, one(Meeting, dice).pk, state="voided", void_reason="")


@damage
def an_unknown_choice(files, dice):
    model, name = dice.choice([(Meeting, "body"), (Membership, "kind"), (Branch, "kind"), (Attendance, "state")])
    change(model, one(model, dice).pk, **{name: "zzz"})


@damage
def a_value_of_another_type(files, dice):
    model, name, value = dice.choice([(Meeting, "held_on", "abc"), (Member, "born_on", "31.12.1980"),
                                      (Attachment, "uploaded_at", "gestern"), (FrozenFigure, "value", "{")])
    change(model, one(model, dice).pk, **{name: value})


@damage
def an_index_or_constraint(files, dice):
    name = dice.choice(["meeting_list_order", "one_open_membership", "journal_by_target", "group_name_in_branch"])
    connection.cursor().execute(f'DROP INDEX "{name}"')


@damage
def a_table(files, dice):
    with unguarded():
        connection.cursor().execute(f'DROP TABLE "{dice.choice(["accounts_tries", "reports_passage", "branches_rulesetting"])}"')


@damage
def a_page_of_the_database(files, dice):
    """A page in use, zeroed."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA page_size")
    size = cursor.fetchone()[0]
    cursor.execute("SELECT rootpage FROM sqlite_master WHERE name IN ('members_member', 'meetings_attendance', 'meetings_meeting')")
    page = dice.choice([root for (root,) in cursor.fetchall()])
    name = connection.settings_dict["NAME"]
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with Path(name).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x00" * size)
