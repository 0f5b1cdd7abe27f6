"""The key of encrypted fields is changed while people go on saving: nothing unreadable, nothing lost, no old key left."""
from __future__ import annotations

import json
import random
import secrets
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from branches.accounts.models import Account
from members.models import Member
from partywork import checks, fields
from partywork.fields import SealBroken, key_number
from partywork.journal.models import Entry
from partywork.keeping import resealing
from partywork.keeping.backing import make_backup
from partywork.keeping.errors import Refused
from partywork.keeping.restoring import check_backup, restore_backup
from tests.factories import make_member
from tests.partywork.engines import ENGINES
from tests.partywork.keeping.place import Place, empty_place

NEW, OTHER = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
PEOPLE, WRITERS, SECONDS = 300, 4, 1.5


def ring(*keys: str):
    return override_settings(FIELD_KEYS=list(keys))


def old() -> str:
    """The key under which the places of these tests were made."""
    return settings.FIELD_KEYS[-1]


@pytest.fixture(scope="module")
def crowded(origin, tmp_path_factory, django_db_blocker) -> Place:
    """Many numbers under the old key."""
    place = origin.copy_to(tmp_path_factory.mktemp("crowded") / "place")
    with django_db_blocker.unblock(), place.in_use(), transaction.atomic():
        branch = Account.objects.get(username="secretary").posts.get().branch
        for number in range(PEOPLE):
            make_member(branch, f"众人{number}", phone=f"138{number:08d}")
    return place


@pytest.fixture
def place(crowded, tmp_path, django_db_blocker) -> Iterator[Place]:
    """A copy of it, where it does not matter which engine."""
    with django_db_blocker.unblock():
        yield crowded.copy_to(tmp_path / "copy")


@pytest.fixture(params=ENGINES)
def crowd(request, crowded, tmp_path, django_db_blocker) -> Iterator[Place]:
    """The same in each engine."""
    if request.param == "sqlite":
        with django_db_blocker.unblock():
            yield crowded.copy_to(tmp_path / "crowd")
        return
    with django_db_blocker.unblock(), crowded.in_use():
        saved = make_backup(tmp_path / "crowd.backup").path
    with django_db_blocker.unblock(), empty_place(request.param, tmp_path / "crowd") as made:
        with made.in_use():
            restore_backup(saved)
        yield made


def numbers() -> dict[int, str]:
    """Everybody's number as it opens; SealBroken when one does not."""
    return {member.pk: member.phone for member in Member.objects.all()}


# --- under load ------------------------------------------------------------------------------------------------------------


class Writers:
    """Each has people of his own, so that he knows what their numbers must be in the end: he changes some, and of others
    he saves whole rows that he had read a moment before."""

    def __init__(self, place: Place) -> None:
        self.place, self.stop = place, threading.Event()
        self.told: dict[int, str] = {}
        self.faults: list[BaseException] = []
        self.saves = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with self.place.in_use():
            keys = list(Member.objects.values_list("pk", flat=True))
        threads = [threading.Thread(target=self.work, args=(keys[number::WRITERS], number)) for number in range(WRITERS)]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self.stop.set()
            for each in threads:
                each.join(30)
        assert self.faults == []

    def work(self, keys: list[int], seed: int) -> None:
        dice = random.Random(seed)
        try:
            with self.place.database.in_use():  # settings are overridden by the test's own thread only
                while not self.stop.is_set():
                    self.save(dice.choice(keys), dice)
        except BaseException as fault:
            self.faults.append(fault)

    def save(self, pk: int, dice: random.Random) -> None:
        member = Member.objects.get(pk=pk)
        if dice.random() < 0.5:
            member.phone = f"139{dice.randrange(10**8):08d}"
        member.save()
        self.told[pk] = member.phone
        self.saves += 1


def lost_in_rotation(place: Place) -> tuple[int, int, int]:
    """(unreadable, lost, still under the old key) after a change of keys under load, with the old key taken away."""
    with ring(NEW, old()):
        with place.in_use():
            expected = numbers()
        writers, waiting = Writers(place), threading.Event()
        with writers.at_work(), place.in_use():
            waiting.wait(SECONDS / 3)
            resealing.reseal_all(lambda done: waiting.wait(SECONDS / 10))
            waiting.wait(SECONDS / 3)
        assert writers.saves > 50
        expected |= writers.told
        with place.in_use():
            left = resealing.outdated()
    unreadable = lost = 0
    with ring(NEW), place.in_use():
        for member in Member.objects.all():
            try:
                lost += member.phone != expected[member.pk]
            except SealBroken:
                unreadable += 1
    return unreadable, lost, left.total()


def test_nothing_is_lost_while_four_write(crowd):
    assert lost_in_rotation(crowd) == (0, 0, 0)


def test_without_holding_the_rows_saves_are_lost(crowd, monkeypatch):
    """The negative control: rows read first and saved later, as a careless script would."""

    def careless(model, batch, names):
        rows = list(model._base_manager.filter(pk__in=batch).only("uid", *names))
        clear = [[getattr(row, name) for name in names] for row in rows]
        threading.Event().wait(SECONDS / 5)  # others go on meanwhile
        for row, values in zip(rows, clear, strict=True):
            for name, value in zip(names, values, strict=True):
                setattr(row, name, value)
            row.save(update_fields=names)
        return len(rows)

    monkeypatch.setattr(resealing, "reseal_batch", careless)
    assert lost_in_rotation(crowd)[1] > 0


def read_before_and_saved_after(place: Place) -> int:
    """How many values are under the old key again after somebody saved a row that he had read before the rotation."""
    with place.in_use(), ring(NEW, old()):
        member = Member.objects.get(name="众人7")
        resealing.reseal_all(lambda done: None)
        member.save()
        return resealing.outdated().total()


def test_a_row_read_before_brings_no_old_key_back(crowd):
    assert read_before_and_saved_after(crowd) == 0


def test_a_field_that_writes_what_it_read_would(crowd, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(fields, "renewed", lambda sealed, context: sealed)

    def reseal_all(tell):  # by hand: the product's way rests on the same mechanism
        for member in Member.objects.all():
            member.phone = str(member.phone)
            member.save()

    monkeypatch.setattr(resealing, "reseal_all", reseal_all)
    assert read_before_and_saved_after(crowd) == 1


def test_rows_that_somebody_holds_are_waited_for(crowd):
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with crowd.database.in_use(), transaction.atomic():
            Member.objects.select_for_update().get(name="众人3")
            held.set()
            free.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    threading.Timer(0.3, free.set).start()
    with crowd.in_use(), ring(NEW, old()):
        assert resealing.reseal_all(lambda done: None).total() == 0
    holder.join()


# --- the command ---------------------------------------------------------------------------------------------------------------


def reseal(place: Place, keys: str, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(place.manage("reseal", *words), env=place.environment() | {"FIELD_KEYS": keys}, capture_output=True, text=True,
                          timeout=60)


def test_killed_half_way_it_goes_on(place, capsys):
    both = [NEW, old()]
    process = subprocess.Popen(place.manage("reseal"), env=place.environment() | {"FIELD_KEYS": ",".join(both)}, stdout=subprocess.PIPE,
                               text=True)
    process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    with place.in_use(), ring(*both):
        half = resealing.outdated().total()
        with pytest.raises(SystemExit):
            call_command("reseal", "--check")
        assert f"还有{half}条要用旧密钥，旧密钥不能去掉。" in capsys.readouterr().out
    done = reseal(place, ",".join(both))
    assert (done.returncode, done.stdout.endswith("其余的密钥可以去掉（更早的备份仍需要它们）。\n")) == (0, True)
    with place.in_use(), ring(NEW):
        assert 0 < half < PEOPLE < len(numbers())
        first, second = (entry.changes for entry in Entry.objects.filter(action="keys.reseal").order_by("seq"))
        assert (first["密钥编号"], first["待换条数"][1] > second["待换条数"][1] == half) == (second["密钥编号"], True)
        call_command("reseal", "--json")  # nothing to do is nothing to note
        assert json.loads(capsys.readouterr().out)["ok"]
        assert Entry.objects.filter(action="keys.reseal").count() == 2


def test_a_key_that_is_missing_is_named_and_nothing_is_shown(place):
    answer = reseal(place, NEW)
    with place.in_use():
        token = raw("众人1")
    assert (answer.returncode, f"编号 {key_number(token)} 的密钥不在 FIELD_KEYS 里" in answer.stdout) == (1, True)
    assert token[9:30] not in answer.stdout + answer.stderr


def test_clear_text_in_the_column_is_counted_and_not_shown(place):
    with place.in_use():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_member SET phone = '13812345678' WHERE name = '众人1'")
        assert resealing.outdated() == {resealing.NO_KEY: 1}


def raw(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM members_member WHERE name = %s", [name])
        return cursor.fetchone()[0]


# --- wrong keys ----------------------------------------------------------------------------------------------------------------


def test_with_a_wrong_key_the_pages_do_not_start(place):
    with place.in_use(), ring(OTHER), pytest.raises(ImproperlyConfigured, match=r"不能启动：数据库里有用编号 [0-9a-f]{8} 的密钥加密的内容"):
        checks.meet_database()
    with place.in_use(), ring(OTHER, old()):
        checks.meet_database()
    served = subprocess.run(place.manage("serve", "--port", "0"), env=place.environment() | {"FIELD_KEYS": OTHER}, capture_output=True,
                            text=True, timeout=60)
    assert (served.returncode, "不能启动" in served.stderr, "Traceback" in served.stderr) == (1, True, False)


@pytest.mark.parametrize("keys", [[OTHER], [""]])
def test_no_page_ever_shows_a_ciphertext(place, keys):
    with place.in_use(), override_settings(FIELD_KEYS=keys):
        token = raw("众人2")
        client = Client(raise_request_exception=False)
        client.force_login(Account.objects.get(username="secretary"), backend="branches.accounts.backends.AccountBackend")
        pk = Member.objects.get(name="众人2").pk
        asked = [("get", "members"), ("get", "member"), ("get", "member_edit"), ("post", "member_reveal")]
        kwargs = {"members": {}, "member_reveal": {"pk": pk, "name": "phone"}}
        answers = [getattr(client, method)(reverse(name, kwargs=kwargs.get(name, {"pk": pk})), follow=True) for method, name in asked]
        codes = {answer.status_code for answer in answers}
        shown = b"".join(answer.getvalue() if answer.streaming else answer.content for answer in answers)
    assert codes == {500}
    assert token.encode() not in shown
    assert token[9:30].encode() not in shown


# --- the other keys ----------------------------------------------------------------------------------------------------------------


def test_backups_open_with_the_key_of_their_time(origin, tmp_path, django_db_blocker, monkeypatch):
    """BACKUP_KEY is written as 新密钥,旧密钥: the first seals, both open; with the old one gone its backups are refused."""
    with django_db_blocker.unblock(), origin.in_use():
        monkeypatch.setenv("BACKUP_KEY", OTHER)
        before = make_backup(tmp_path / "before.backup").path
        monkeypatch.setenv("BACKUP_KEY", f"{NEW},{OTHER}")
        after = make_backup(tmp_path / "after.backup").path
        assert check_backup(before).rows == check_backup(after).rows
        monkeypatch.setenv("BACKUP_KEY", NEW)
        assert check_backup(after).rows > 0
        with pytest.raises(Refused, match="备份密钥不对"):
            check_backup(before)


def test_a_backup_from_before_needs_the_key_of_its_time(origin, tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), origin.in_use():
        before = make_backup(tmp_path / "before.backup").path
        with ring(NEW, old()):
            assert check_backup(before).rows > 0
        with ring(NEW), pytest.raises(Refused, match="缺少密钥：FIELD_KEYS"):
            check_backup(before)
