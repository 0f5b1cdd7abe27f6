"""Writers at work on a ground while its server, or what is under it, is killed, stopped or filled up."""
from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.management import call_command
from django.test import override_settings

from members.models import Member
from partywork.files.leftovers import clear_leftovers
from partywork.keeping.snapshot import snapshot
from tests.chaos import ledger
from tests.chaos.browsers import Browser, Reply
from tests.chaos.ground import ROOM, Ground, settle
from tests.chaos.serving import Servers
from tests.chaos.writers import Writer

WRITERS = 4
KEPT = "builtin-"  # the built-in template, which each process writes once
A_LIFE = (5, 40)  # acknowledged writes before a kill
MINES = (1, 200)  # writing statements before a server blows itself up


def until_seen(times: int, attempt: Callable[[], Any]) -> tuple[int, Any]:
    """A negative control: at which attempt the fault shows, and the fault."""
    for number in range(1, times + 1):
        if found := attempt():
            return number, found
    raise AssertionError(f"in {times} attempts nothing was seen")


@dataclass
class Siege:
    """Writers at work on a ground whose server is killed again and again."""

    place: Ground
    servers: Servers
    writers: list[Writer]
    dice: random.Random = field(default_factory=lambda: random.Random(17))
    blown: int = 0  # servers that died at a write of their own

    @property
    def answered(self) -> int:
        return sum(writer.answered for writer in self.writers)

    @property
    def under_way(self) -> int:
        return sum(len(writer.acts) for writer in self.writers) - self.answered

    def live(self, acts: int, seconds: float = 120) -> bool:
        """Until so many more are acknowledged, or the server is dead."""
        end, until = time.monotonic() + seconds, self.answered + acts
        while self.answered < until and self.servers.alive() and time.monotonic() < end:
            time.sleep(0.004)
        return time.monotonic() < end

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Nobody sends anything new."""
        for writer in self.writers:
            writer.gate.clear()
        yield
        for writer in self.writers:
            writer.gate.set()

    def refusals(self) -> list[Reply]:
        return [reply for writer in self.writers for reply in list(writer.refusals)]

    def faults(self) -> list[str]:
        return [fault for writer in self.writers for fault in writer.faults]

    def kill_a_server(self, mined: bool, seconds: float = 120, **tampering: bool) -> bool:
        """It carries a mine that goes off at a write, or is killed at any moment. False when it stood still."""
        mine = {"die_at_write": self.dice.randint(*MINES)} if mined else {}
        self.servers.start(**mine, **tampering)
        lived = self.live(self.dice.randint(*A_LIFE), seconds)
        time.sleep(self.dice.random() * 0.03)
        self.blown += not self.servers.alive()
        self.servers.kill()
        return lived

    def compared(self) -> ledger.Found:
        with self.place.in_use(), snapshot():  # PostgreSQL may still be ending what a killed server had asked of it
            return ledger.compare(self.writers, ROOM)

    def verify(self) -> None:
        """Nothing wrong at once; what broken uploads left on disk goes with the product's own cleaning."""
        place = self.place
        with place.in_use(), override_settings(FILE_UPLOAD_TEMP_DIR=place.folder / "tmp", QUEUE_DIR=place.folder / "queue"):
            call_command("verify", json=True)
            clear_leftovers(older_than=0)
            call_command("verify", json=True, grace=0)
        left = [path for path in (place.folder / "tmp").iterdir() if not path.name.startswith(KEPT)]
        assert left == [], left

    def end(self, acts: int = 0) -> ledger.Found:
        """On a sound server everybody finishes what he began; then it is counted."""
        self.servers.start()
        self.live(max(1, acts - self.answered))
        for writer in self.writers:
            writer.leaving.set()
        for writer in self.writers:
            writer.join(60)
        self.servers.kill()
        assert (self.faults(), self.under_way) == ([], 0)
        return self.compared()


@contextmanager
def besieged(place: Ground, **environment: str) -> Iterator[Siege]:
    """`environment` is the servers'."""
    place = settle(place, WRITERS)
    with place.in_use():
        people = list(Member.objects.filter(latest__branch=place.world.a).values_list("pk", flat=True))
    with Servers(place, **environment) as servers:
        names = [f"writer{number}" for number in range(WRITERS)]
        browsers = {name: Browser(servers.port, place.sessions[name]) for name in names}
        siege = Siege(place, servers, [Writer(name, browsers[name], place.world.a.pk, people) for name in names])
        for writer in siege.writers:
            writer.start()
        yield siege
        for writer in siege.writers:
            writer.drop()
    for writer in siege.writers:
        writer.join(10)
