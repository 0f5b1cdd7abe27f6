"""How often a wrong password may be tried: by name and address, by name and day, by address and day."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.accounts import services, throttle
from branches.accounts.models import Tries
from partywork.errors import TooMany
from partywork.journal.models import Entry
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def few(settings):
    settings.LOGIN_TRIES, settings.LOGIN_TRIES_A_DAY, settings.ADDRESS_TRIES_A_DAY = 3, 6, 9


def code(username: str, address: str, password: str = "wrong") -> int:
    return Client().post("/login/", {"username": username, "password": password}, REMOTE_ADDR=address).status_code


def later(**span) -> None:
    """As if everything so far had happened that much earlier."""
    for row in Tries.objects.all():
        Tries.objects.filter(key=row.key).update(at=row.at - timedelta(**span))


def test_one_name_at_one_address(world):
    assert [code("secretary", "10.0.0.7") for _ in range(4)] == [200, 200, 429, 429]
    assert code("secretary", "10.0.0.8") == code("neighbour", "10.0.0.7") == 200


def test_a_lock_lasts_from_the_last_try(world):
    assert [code("secretary", "10.0.0.7"), code("secretary", "10.0.0.7")] == [200, 200]
    later(minutes=50)
    assert code("secretary", "10.0.0.7") == 429
    later(minutes=50)
    assert code("secretary", "10.0.0.7", PASSWORD) == 429
    later(minutes=11)
    assert code("secretary", "10.0.0.7", PASSWORD) == 302


def test_one_name_a_day_from_wherever(world):
    tried = [code("secretary", f"10.1.{number}.7") for number in range(7)]
    assert tried == [200] * 5 + [429, 429]
    assert code("secretary", "10.1.99.7", PASSWORD) == 429
    later(hours=24)
    assert code("secretary", "10.1.99.7", PASSWORD) == 302


def test_nobody_elsewhere_locks_the_owner_out_of_his_office(world):
    assert code("secretary", "10.0.0.7", PASSWORD) == 302
    for number in range(7):
        code("secretary", f"10.1.{number}.7")
    assert code("secretary", "10.0.0.7", PASSWORD) == 302
    assert code("secretary", "10.0.0.8", PASSWORD) == 429


def test_an_address_from_which_he_once_signed_in_is_his_for_three_months(world):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        moment = timezone.datetime(2026, 1, 5, 9, tzinfo=timezone.get_current_timezone())
        assert code("secretary", "10.0.0.7", PASSWORD) == 302
        assert throttle.is_known(world["secretary"], "10.0.0.7")
        moment += timedelta(days=91)
        assert not throttle.is_known(world["secretary"], "10.0.0.7")


def test_his_own_office_has_a_days_count_too(world):
    assert code("secretary", "10.0.0.7", PASSWORD) == 302
    tried = []
    for _ in range(3):
        tried += [code("secretary", "10.0.0.7") for _ in range(2)]
        later(minutes=61)
    assert tried == [200] * 5 + [429]
    assert code("secretary", "10.0.0.7", PASSWORD) == 429


def test_one_address_a_day_whatever_the_names(world):
    assert [code(f"nobody{number}", "10.0.0.7") for number in range(10)] == [200] * 8 + [429, 429]
    assert code("secretary", "10.0.0.7", PASSWORD) == 429
    assert code("secretary", "10.0.0.8", PASSWORD) == 302


def test_who_signs_in_uses_up_nothing(world):
    assert {code("secretary", "10.0.0.7", PASSWORD) for _ in range(12)} == {302}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_the_addresses_of_one_ipv6_customer_count_as_one(address, network):
    assert throttle.network_of(address) == network


def test_a_known_and_an_unknown_name_are_counted_alike(world):
    for name in ("secretary", "nobody-here"):
        assert [code(name, f"10.1.{number}.7") for number in range(7)] == [200] * 5 + [429, 429]


def test_what_was_typed_is_kept_nowhere(world):
    code("my-secret-password", "10.0.0.7", "another-secret")
    kept = str([vars(row) for row in (*Tries.objects.all(), *Entry.objects.all())])
    assert Tries.objects.count() == 3
    assert "secret" not in kept


def test_the_wait_is_said_in_minutes_and_in_hours(world):
    for number in range(7):
        code("secretary", f"10.1.{number}.7")
    answer = Client().post("/login/", {"username": "secretary", "password": "x"}, REMOTE_ADDR="10.1.99.7")
    assert "请等待 <strong>24 小时 0 分钟</strong>" in answer.content.decode()
    assert 86_300 <= int(answer["Retry-After"]) <= 86_400


def test_a_new_password_from_the_keeper_opens_a_locked_name(world):
    for _ in range(4):
        code("secretary", "10.0.0.7")
    _, password = services.reset_password(actor=world["keeper"], account=world["secretary"])
    assert code("secretary", "10.0.0.7", password) == 302


def test_a_wrong_old_password_is_in_the_journal_under_the_persons_name(world, client_of):
    client = client_of("secretary")
    form = {"old_password": "wrong", "new_password": "芒种前后的十二棵樟树", "again": "芒种前后的十二棵樟树"}
    assert [client.post(reverse("password_change"), form).status_code for _ in range(4)] == [200, 200, 429, 429]
    entries = Entry.objects.order_by("seq").values_list("action", "actor", "result")
    me = world["secretary"].pk
    assert list(entries) == [("account.password_refused", me, "refused")] * 2 + [
        ("account.password_locked", me, "refused")
    ] * 2


def test_counts_that_are_over_are_cleared_away(world):
    code("nobody-here", "10.0.0.7")
    later(hours=25)
    code("secretary", "10.0.0.9", PASSWORD)
    assert Tries.objects.filter(at__lt=timezone.now() - timedelta(hours=24)).count() == 0


def test_a_count_is_taken_back_when_another_limit_says_no(world):
    asked = throttle.limits("secretary", "10.0.0.7", world["secretary"])
    Tries.objects.create(key=asked[2].key, whose="", count=9, at=timezone.now())
    with pytest.raises(TooMany):
        throttle.take(asked)
    assert Tries.objects.count() == 1


def test_the_upgrade_takes_typed_passwords_away(db):
    """The limiter before this one kept what was typed into the password page."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE axes_accessattempt (post_data text)")
        cursor.execute("INSERT INTO axes_accessattempt VALUES ('old_password=secret')")
        MigrationRecorder(connection).record_applied("axes", "0001_initial")
        step = import_module("branches.accounts.migrations.0003_sessions_and_tries")
        step.drop_replaced(None, SimpleNamespace(execute=cursor.execute, connection=connection))
    assert "axes_accessattempt" not in connection.introspection.table_names()
    assert not MigrationRecorder.Migration.objects.filter(app="axes").exists()
