"""R36: of forty tries at once at a door that takes a secret at most five are judged, whatever the door and whoever helps.

Judged is what is counted where a password is held against an account, in four processes with ten threads each; an answer
that says no may come from a password that was looked at all the same.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from branches.accounts import throttle
from tests.chaos.browsers import Reply
from tests.chaos.conftest import Tell
from tests.chaos.doors import TRIES, Door, Servers, find_doors, set_doors
from tests.chaos.ground import Ground, ground
from tests.factories import PASSWORD
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.stage import Stage

pytestmark = pytest.mark.django_db  # so that there is a migrated database to copy
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
FEW = ("nobody", "secretary", "keeper")
ADDRESS_LIMIT = 30  # less than the laptop's, so that forty tries show it
WAIT = re.compile(r"请等待 <strong>(\d+ 小时 )?\d+ 分钟</strong>")


@pytest.fixture(params=ENGINES)
def place(request, tmp_path, django_db_blocker) -> Iterator[Ground]:
    template = "" if request.param == "sqlite" else request.getfixturevalue("migrated_services")
    with django_db_blocker.unblock(), ground(request.param, tmp_path / "place", template) as made, made.in_use():
        yield made


@contextmanager
def served(place: Ground, folder: Path, change: Callable[[], None] = lambda: None) -> Iterator[Servers]:
    def begin() -> None:
        settings.ADDRESS_TRIES_A_DAY = ADDRESS_LIMIT
        change()

    with Servers(place.database, folder / "server.log", begin) as servers:
        yield servers


def told_to_wait(replies: list[Reply]) -> int:
    """How many were told so, each with the minutes."""
    locked = [reply for reply in replies if reply.status == 429]
    assert all(WAIT.search(reply.text) and int(reply.headers["Retry-After"]) >= 60 for reply in locked)
    return len(locked)


def forty(servers: Servers, stage: Stage, door: Door, origin: str, **more) -> tuple[list[Reply], int]:
    """Forty wrong guesses of one person at one door."""
    session = stage.sessions.get(door.who, "")
    given = {"username": "secretary"} if "username" in door.values else {}
    return servers.at_once(lambda number: servers.post(number, origin, door, f"wrong-{number}", session, **given | more))


def test_forty_tries_at_every_door(place, tmp_path, tell: Tell):
    stage = set_doors(place.database)
    doors = find_doors(stage, FEW if place.engine == "postgresql" else (*FEW, "member", "staff", "auditor"))
    assert {("/login/", False), ("/password/", False), ("/password/", True)} <= {(d.path, d.who == "newcomer") for d in doors}
    most = 0
    with served(place, tmp_path) as servers:
        for number, door in enumerate(doors, 1):
            replies, judged = forty(servers, stage, door, f"127.0.1.{number}")
            assert 1 <= judged <= settings.LOGIN_TRIES, (door, judged)
            assert Counter(reply.status for reply in replies).keys() <= {200, 429}
            assert told_to_wait(replies) > TRIES - judged  # the last one judged hears at once that it was the last
            most = max(most, judged)
        gained, elsewhere = forged_header(servers, stage, doors), bystanders(servers, doors)
        name, address = days(servers, doors)
    tell("R36", NAMES[place.engine], f"{len(doors)} 道门、每道 40 次同时猜（4 进程×10 线程）：每道最多判 {most} 次，"
         f"其余 429 并说明等几分钟；伪造来源地址多得 {gained} 次；旁人被锁 {elsewhere} 个；40 个地址猜一个名判 {name} 次/日，"
         f"一个地址猜 40 个名判 {address} 次/日")


def login_of(doors: list[Door]) -> Door:
    return next(door for door in doors if door.path == "/login/")


def forged_header(servers: Servers, stage: Stage, doors: list[Door]) -> int:
    """Every try says that it comes from somewhere else: tries gained by that."""
    door = login_of(doors)
    replies, judged = servers.at_once(lambda number: servers.post(
        number, "127.0.4.1", door, "wrong", username="general", X_Forwarded_For=f"10.9.8.{number}", Forwarded=f"for=10.9.8.{number}",
        X_Real_IP=f"10.9.8.{number}"))
    assert judged <= settings.LOGIN_TRIES
    assert told_to_wait(replies) > TRIES - judged
    return judged - min(judged, settings.LOGIN_TRIES)


def bystanders(servers: Servers, doors: list[Door]) -> int:
    """The victim at his own desk, and his colleagues at the address of the attacker: how many of them are locked."""
    door = login_of(doors)
    assert servers.post(0, "127.0.5.1", door, PASSWORD, username="staff").status == 302
    servers.at_once(lambda number: servers.post(number, "127.0.5.2", door, "wrong", username="staff"))
    codes = [servers.post(number, origin, door, PASSWORD, username=name).status
             for number, (origin, name) in enumerate([("127.0.5.1", "staff"), ("127.0.5.2", "leader"), ("127.0.5.2", "inspector")])]
    assert codes == [302, 302, 302]
    assert servers.post(0, "127.0.5.2", door, PASSWORD, username="staff").status == 429
    return sum(code != 302 for code in codes)


def days(servers: Servers, doors: list[Door]) -> tuple[int, int]:
    """Forty addresses against one name; forty names from one address. The owner gets in at his own desk all the same."""
    door = login_of(doors)
    assert servers.post(0, "127.0.6.1", door, PASSWORD, username="neighbour").status == 302
    replies, by_name = servers.at_once(lambda number: servers.post(number, f"127.0.7.{number + 1}", door, "wrong", username="neighbour"))
    assert by_name <= settings.LOGIN_TRIES_A_DAY
    assert told_to_wait(replies) > TRIES - by_name
    assert servers.post(0, "127.0.6.1", door, PASSWORD, username="neighbour").status == 302
    assert servers.post(0, "127.0.7.99", door, PASSWORD, username="neighbour").status == 429
    replies, by_address = servers.at_once(lambda number: servers.post(number, "127.0.8.1", door, "wrong", username=f"nobody{number}"))
    assert by_address <= ADDRESS_LIMIT
    assert told_to_wait(replies) > TRIES - by_address
    return by_name, by_address


# --- the controls ---------------------------------------------------------------------------------------------------------


def limiter_off() -> None:
    throttle.take = throttle.raise_if_spent = lambda asked: None


def counted_afterwards() -> None:
    """As a limiter does that looks first and writes a failure down later."""
    count, told = throttle.take, throttle.raise_if_spent

    def afterwards(asked: list[throttle.Limit]) -> None:
        count(asked)
        told(asked)

    throttle.take, throttle.raise_if_spent = told, afterwards


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_without_the_limiter_and_with_one_that_counts_too_late_more_are_judged(place, tmp_path, tell: Tell):
    stage = set_doors(place.database)
    door = login_of(find_doors(stage, ("nobody",)))
    found = {}
    for number, change in enumerate((limiter_off, counted_afterwards), 1):
        with served(place, tmp_path, change) as servers:
            found[change.__name__] = forty(servers, stage, door, f"127.0.9.{number}")[1]
    assert found["limiter_off"] == TRIES
    assert found["counted_afterwards"] > settings.LOGIN_TRIES
    tell("R36", "对照", f"不限次数：判 {found['limiter_off']} 次；先判后记的限次办法：判 {found['counted_afterwards']} 次")
