"""An installation of either engine with people in it, for proofs that need a server, a crowd or a grave."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import environ
from django.db import transaction

from branches.accounts.models import Account, Post
from members.models import Member
from tests.blank import copy_blank
from tests.cast import World, draw_world
from tests.factories import make_member
from tests.partywork import engines
from tests.partywork.jobs.place import database_url, sql
from tests.partywork.keeping.place import Place, sqlite_place
from tests.stage import sign_in

ROOM = 20  # people of the branch whose meetings are written


@dataclass(frozen=True)
class Ground(Place):
    """A place with its people; `url` names its database where that is not a file."""

    url: str = ""
    world: World | None = None
    sessions: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return super().environment() | {"DATABASE_URL": self.url}


@contextmanager
def ground(engine: str, folder: Path, template: str = "") -> Iterator[Ground]:
    """A copy of the suite's blank file, or a database made from `template`; nobody is in it yet."""
    if engine == "sqlite":
        place = sqlite_place(folder)
        copy_blank(place.database.facts["NAME"])
        yield Ground("sqlite", folder, place.database)
        return
    name = f"partywork_{uuid.uuid4().hex[:12]}"
    sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield ground_at(folder, database_url(name))
    finally:
        sql(f"DROP DATABASE {name} WITH (FORCE)")


def ground_at(folder: Path, url: str) -> Ground:
    """On a PostgreSQL database that is already there, by the product's own options."""
    (folder / "files").mkdir(parents=True)
    facts = engines.defaults(**environ.Env.db_url_config(url))
    return Ground("postgresql", folder, engines.Database(facts), url=url)


def settle(place: Ground, writers: int) -> Ground:
    """The drawn world, 20 expected people in branch A, and `writers` secretaries of it, each signed in."""
    with place.in_use(), transaction.atomic():
        world = draw_world()
        expected = Member.objects.filter(latest__branch=world.a).count()
        for number in range(ROOM - expected):
            make_member(world.a, f"党员{number}")
        people = make_people([f"writer{number}" for number in range(writers)], world.a)
        return signed_in(place, world, people)


def signed_in(place: Ground, world: World, people: list[Account]) -> Ground:
    return replace(place, world=world, sessions={account.username: sign_in(account) for account in people})


def make_people(names: list[str], branch, role: str = "secretary") -> list[Account]:
    """Accounts with a post, without the costly hashing of a password that nobody types."""
    people = Account.objects.bulk_create([
        Account(username=name, display_name=name, must_change_password=False, password="!") for name in names])
    Post.objects.bulk_create([Post(account=each, branch=branch, role=role, start_on=branch.founded_on) for each in people])
    return people
