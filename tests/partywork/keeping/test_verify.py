"""`manage.py verify` finds every damage, and nothing on a sound installation."""

from __future__ import annotations

import json
import os
import random
from itertools import cycle, islice

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError

from partywork.journal.models import Entry
from partywork.keeping import history
from partywork.keeping.checks import Asked, all_checks, verifies
from partywork.keeping.verify_database import database_is_fit
from partywork.keeping.verifying import verify
from tests.partywork.keeping.damages import DAMAGES

# CI's longer part sets KEEPING_DAMAGES=200: every kind several times, each time at another spot.
MANY = int(os.environ.get("KEEPING_DAMAGES", "30"))


def chosen() -> list[tuple[str, int]]:
    names = random.Random(28).sample(list(DAMAGES), len(DAMAGES))
    return [(name, number) for number, name in enumerate(islice(cycle(names), MANY))]


def problems(place, **asked) -> list[str]:
    with place.in_use():
        return [problem for each in verify(**{"grace": 0} | asked)["checks"] for problem in each["problems"]]


def test_a_sound_installation_has_no_fault(place):
    assert problems(place) == []


@pytest.mark.parametrize(("name", "seed"), chosen())
def test_every_damage_is_found(place, name, seed):
    with place.in_use():
        DAMAGES[name](place.files, random.Random(seed))
    found = problems(place)
    assert found
    assert all(any("一" <= sign <= "鿿" for sign in problem) for problem in found)


@pytest.mark.parametrize("name", ["a_file_gone", "a_counter", "a_journal_column", "a_bit_of_a_seal", "a_reference"])
def test_without_its_check_a_damage_goes_unseen(place, name, monkeypatch):
    """The negative control: it is the named check that finds it."""
    guard = {"a_file_gone": ("附件文件",), "a_counter": ("会议人数", "数据库文件"), "a_journal_column": ("操作日志", "报告文件"),
             "a_bit_of_a_seal": ("加密内容",), "a_reference": ("引用", "会议人数", "附件归属", "党籍去向", "党籍时段")}[name]
    kept = {check: act for check, act in all_checks().items() if check not in guard}
    monkeypatch.setattr("partywork.keeping.checks._checks", kept)
    with place.in_use():
        DAMAGES[name](place.files, random.Random(3))
    assert problems(place) == []


def test_the_command_tells_in_words_and_as_json(place, capsys):
    with place.in_use():
        call_command("verify")
        told = capsys.readouterr().out
        call_command("verify", "--json")
        answer = json.loads(capsys.readouterr().out)
        head = Entry.objects.order_by("seq").last()
    assert told.endswith(f"操作日志链头：{head.seq}:{head.hash}\n全部通过。\n")
    assert (answer["ok"], answer["problems"], answer["notes"]) == (True, 0, [])
    assert {each["name"] for each in answer["checks"]} == set(all_checks())


def test_faults_end_the_command_with_1(place, capsys):
    with place.in_use():
        DAMAGES["a_file_gone"](place.files, random.Random(1))
        with pytest.raises(SystemExit) as ended:
            call_command("verify")
    assert ended.value.code == 1
    assert "共发现 1 处问题。" in capsys.readouterr().out


def test_a_young_file_without_a_row_is_only_mentioned(place):
    path = place.files / "ab" / ("c" * 32)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    with place.in_use():
        told = verify(grace=3600)
    assert (told["ok"], told["notes"]) == (True, ["有 1 个新文件还没有对应的记录，可能正在上传，或上传中断后留下。"])
    assert len(problems(place, grace=0)) == 1


def test_a_head_on_paper_finds_a_database_put_back(place):
    with place.in_use():
        last = Entry.objects.order_by("seq").last()
        assert verify(0, (last.seq, last.hash[:12]))["ok"]
        assert not verify(0, (last.seq + 5, "a" * 12))["ok"]
        assert not verify(0, (last.seq, "f" * 12))["ok"]


@pytest.mark.parametrize("words", [("--head", "12"), ("--head", "x:y"), ("--grace", "viel")])
def test_nonsense_is_refused(place, words):
    with place.in_use(), pytest.raises(CommandError, match="应为"):
        call_command("verify", *words)


def test_the_history_remembers_the_last_of_each(place):
    with place.in_use():
        assert history.last("verify") is None
        verify(0)
        DAMAGES["a_counter"](place.files, random.Random(1))
        verify(0)
        assert [each["ok"] for each in history.read()] == [True, False]
        assert history.last("verify")["problems"] > 0
        history.history_file().write_text('{"act": "ver')
        assert history.last("verify") is None


def test_who_asked_and_which_checks_failed_is_remembered(place):
    with place.in_use():
        DAMAGES["a_counter"](place.files, random.Random(1))
        verify(0, by="陈工")
        told = history.last("verify")
    assert (told["by"], list(told["failed"]), sum(told["failed"].values())) == ("陈工", ["会议人数"], told["problems"])


def test_the_database_of_a_production_is_looked_at_as_well(database, settings):
    settings.PRODUCTION = True
    get_user_model().objects.create(username="demo", display_name="样例", is_sample=True)
    found = ["数据库里有演示账号，它们的密码是公开的。生产环境请使用新的空数据库。"]
    assert list(database_is_fit(Asked())) == (found if database.vendor == "postgresql" else [])
    settings.PRODUCTION = False
    assert list(database_is_fit(Asked())) == []


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        verifies("附件文件")(lambda asked: [])


def test_a_check_that_breaks_off_is_a_fault(place, monkeypatch):
    def broken(asked):
        yield "第一处。"
        raise RuntimeError("gone")

    monkeypatch.setattr("partywork.keeping.checks._checks", {"坏的": broken})
    assert problems(place) == ["第一处。", "没有查完：RuntimeError：gone"]


def test_asked_keeps_its_own_notes():
    Asked().notes.append("甲")
    assert Asked().notes == []
