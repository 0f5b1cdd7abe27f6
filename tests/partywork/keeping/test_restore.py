"""A sound backup comes back whole on either database; a damaged one, or one in the wrong place, changes nothing."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from branches.meetings.models import Meeting, MeetingFile
from members.models import Member
from partywork.files.models import Attachment
from partywork.journal import triggers
from partywork.keeping import history
from partywork.keeping.backing import make_backup
from partywork.keeping.errors import Refused
from partywork.keeping.keys import backup_keys
from partywork.keeping.restoring import check_backup, restore_backup
from partywork.keeping.verifying import verify
from tests.factories import make_meeting
from tests.partywork.engines import ENGINES
from tests.partywork.keeping import crafting
from tests.partywork.keeping.crafting import BEGIN, END, FILE, ROWS, changed, resealed, with_rows, without
from tests.partywork.keeping.place import empty_place, sqlite_place


def refusal(place, path) -> str:
    """What the restore says, after making sure that it did nothing."""
    with place.in_use(), pytest.raises(Refused) as refused:
        restore_backup(path)
    assert place.is_untouched()
    assert any("一" <= sign <= "鿿" for sign in refused.value.message)
    return refused.value.message


# --- whole ------------------------------------------------------------------------------------------------------------


def test_everything_comes_back(origin, archive, empty):
    with empty.in_use():
        found = restore_backup(archive)
        assert verify(0)["checks"] and verify(0)["ok"]
        assert triggers.in_place(connection)
    assert empty.digests() == origin.digests() == found.end["tables"]
    assert empty.contents() == origin.contents()


@pytest.mark.parametrize("engine", ENGINES)
def test_there_and_back_again(origin, archive, engine, tmp_path, django_db_blocker):
    """SQLite → this database → SQLite."""
    with django_db_blocker.unblock():
        with empty_place(engine, tmp_path / "there") as there, there.in_use():
            restore_backup(archive)
            again = make_backup(tmp_path / "again.backup").path
        assert comes_back(again, tmp_path) == (origin.digests(), origin.contents())


def comes_back(archive, folder) -> tuple:
    back = sqlite_place(folder / "back")
    with back.in_use():
        restore_backup(archive)
    return back.digests(), back.contents()


def test_work_goes_on_after_it_and_no_number_is_given_twice(place, empty, tmp_path):
    with place.in_use():
        gone = make_meeting(Meeting.objects.first().branch)
        last = gone.pk
        gone.kinds.all().delete()
        gone.delete()
        path = make_backup(tmp_path / "one.backup").path
    with empty.in_use():
        restore_backup(path)
        assert make_meeting(Meeting.objects.first().branch).pk == last + 1
        assert verify(0)["ok"]


def test_an_encrypted_number_is_read_there(archive, empty, origin):
    with origin.in_use():
        phones = {row.pk: row.phone for row in Member.objects.all()}
    with empty.in_use():
        restore_backup(archive)
        assert {row.pk: row.phone for row in Member.objects.all()} == phones


def test_neither_keys_nor_people_stand_in_it(archive, origin, settings):
    content = archive.read_bytes()
    names = ["赵敏", "13900000000", *backup_keys(), *settings.FIELD_KEYS, settings.AUDIT_KEY, settings.SECRET_KEY]
    assert [name for name in names if name.encode() in content] == []
    assert archive.stat().st_mode & 0o077 == 0


# --- damaged ------------------------------------------------------------------------------------------------------------


def test_forty_hurt_archives_are_refused(archive, empty, tmp_path):
    path, said = tmp_path / "hurt.backup", {}
    for name, content in crafting.hurt(archive.read_bytes()):
        path.write_bytes(content)
        said[name] = refusal(empty, path)
    assert len(said) == 40
    assert said["cut between records"] == said["cut0"] == "备份不完整：文件在中途断了，可能没有写完或没有传完。"
    assert said["something added"] == said["zeros added"] == "备份末尾多出了内容，可能被改动过。"
    assert said["newer format"] == "备份的格式是第2版，本系统只能恢复第1版。请用生成它的版本恢复。"
    assert said["other file"] == "这不是本系统的备份文件。"


FORGED = {
    "a file is left out": (without(FILE), "备份里的附件与登记不符：缺少 1 个文件，多出 0 个。"),
    "a table is left out": (without(ROWS), "与登记的行数或校验值不符。"),
    "no end": (lambda records: records[:-1], "备份不完整：没有结束标记。"),
    "no beginning": (without(BEGIN), "备份的内容前后不符，不能恢复。"),
    "a count": (changed(END, lambda facts: facts["tables"]["members_member"].update(rows=1)), "与登记的行数或校验值不符。"),
    "a hash": (changed(FILE, lambda facts: facts.update(sha256="0" * 64)), "与登记的校验值不符。"),
    "a name that leads out": (changed(FILE, lambda facts: facts.update(name="../x")), "备份的内容前后不符，不能恢复。"),
    "other migrations": (changed(BEGIN, lambda facts: facts["migrations"].append("members.0099_new")), "版本不符："),
    "other columns": (changed(BEGIN, lambda facts: facts["layout"]["members_member"].append("hobby")), "版本不符："),
    "other field key": (changed(BEGIN, lambda facts: facts["keys"].update(FIELD_KEYS=["00000000"])), "缺少密钥：FIELD_KEYS"),
    "other journal key": (changed(BEGIN, lambda facts: facts["keys"].update(AUDIT_KEY=["00000000"])), "缺少密钥：AUDIT_KEY"),
    "a row that refers to nobody": (with_rows("meetings_meeting", lambda row: row.__setitem__(1, 999)), None),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, (_, words) in FORGED.items() if words])
def test_contents_that_do_not_fit_are_refused(archive, bare, tmp_path, name):
    change, words = FORGED[name]
    assert words in refusal(bare, resealed(archive, tmp_path / "forged.backup", change))


def test_the_forger_himself_makes_sound_archives(archive, tmp_path):
    """The control: what is refused above is refused for the change alone."""
    assert check_backup(resealed(archive, tmp_path / "same.backup", crafting.same)).rows > 0


def test_what_the_database_refuses_is_taken_back_whole(archive, empty, tmp_path):
    path = resealed(archive, tmp_path / "forged.backup", FORGED["a row that refers to nobody"][0])
    with empty.in_use():
        with pytest.raises(Refused, match=r"已全部撤回"):
            restore_backup(path)
        assert not Member.objects.exists()
        assert not Attachment.objects.exists()
    assert empty.contents() == {}
    with empty.in_use():
        restore_backup(archive)  # and the place is still good for the sound one


def test_another_key_is_refused_and_an_old_one_still_opens(archive, bare, tmp_path, monkeypatch):
    old = backup_keys()[0]
    monkeypatch.setenv("BACKUP_KEY", "n" * 48)
    assert refusal(bare, archive).startswith("备份密钥不对：")
    monkeypatch.setenv("BACKUP_KEY", f"{'n' * 48},{old}")
    assert check_backup(archive).rows > 0


def test_production_wants_a_key_of_its_own(settings, tmp_path, monkeypatch, place):
    settings.PRODUCTION, settings.KEY_DIR = True, tmp_path / "none"
    for key, words in (("", "没有设置 BACKUP_KEY。"), ("kurz", "太短"), ("change-me-" * 5, "像是示例值")):
        monkeypatch.setenv("BACKUP_KEY", key)
        with place.in_use(), pytest.raises(Refused, match=words):
            make_backup(tmp_path / "x.backup")
    assert list(tmp_path.glob("*.backup*")) == []


# --- the wrong place --------------------------------------------------------------------------------------------------------


def test_a_database_with_rows_is_left_alone(place, archive):
    before = place.digests(), place.contents()
    with place.in_use(), pytest.raises(Refused, match="数据库里已有数据"):
        restore_backup(archive)
    assert (place.digests(), place.contents()) == before


def test_a_folder_with_files_is_left_alone(empty, archive):
    (empty.files / "x").write_bytes(b"x")
    with empty.in_use(), pytest.raises(Refused, match="已有文件"):
        restore_backup(archive)
    assert empty.contents() == {"x": b"x"}


def test_an_empty_migrated_database_is_a_good_place(empty, archive, origin):
    with empty.in_use():
        call_command("migrate", verbosity=0)
        restore_backup(archive)
    assert empty.digests() == origin.digests()


# --- the commands -----------------------------------------------------------------------------------------------------------


def test_the_commands_tell_and_remember(place, bare, tmp_path, capsys):
    with place.in_use():
        call_command("backup", str(tmp_path), "--json")
        made = json.loads(capsys.readouterr().out)
        assert (history.last("backup")["ok"], made["checked"], made["missing"]) == (True, True, [])
        assert f"-{made['head'][0]}-{made['head'][1][:12]}.backup" in made["file"]
    with bare.in_use():
        call_command("restore", made["file"], "--check")
        assert capsys.readouterr().out.startswith(f"备份完好，可以恢复：{made['rows']} 行数据，{made['files']} 个附件。")
        call_command("restore", made["file"])
        assert capsys.readouterr().out.endswith("全部通过。\n")
        assert (history.last("check")["ok"], history.last("restore")["ok"], history.last("backup")) == (True, True, None)
    assert list(tmp_path.glob("*.part")) == []


def test_refusals_are_command_errors(place, archive, tmp_path):
    (tmp_path / "there.backup").write_bytes(b"x")
    cases = [("backup", str(tmp_path / "there.backup"), "已经存在，没有覆盖"), ("backup", "/nowhere/x", "没有目录"),
             ("backup", str(place.files / "x"), "不能写在附件目录里"), ("restore", str(tmp_path / "none"), "读不到备份"),
             ("restore", str(archive), "数据库里已有数据")]
    with place.in_use():
        for command, path, words in cases:
            with pytest.raises(CommandError, match=words):
                call_command(command, path)


def test_a_database_of_another_version_is_not_saved(place, tmp_path):
    with place.in_use():
        connection.cursor().execute("DELETE FROM django_migrations WHERE app = 'journal' AND name LIKE '0002%%'")
        with pytest.raises(Refused, match="数据库结构与程序版本不符"):
            make_backup(tmp_path / "x.backup")
    assert list(tmp_path.glob("x.*")) == []


def test_a_lost_photo_is_named_and_the_rest_is_saved(place, bare, tmp_path, capsys):
    with place.in_use():
        MeetingFile.objects.first().attachment.path.unlink()
        with pytest.raises(SystemExit):
            call_command("backup", str(tmp_path / "lost.backup"))
        assert "1 个附件缺失或已损坏，没有备份" in capsys.readouterr().out
    with bare.in_use():
        with pytest.raises(SystemExit):
            call_command("restore", str(tmp_path / "lost.backup"))
        assert "文件不存在。" in capsys.readouterr().out
        assert Member.objects.exists()
