"""R19: fifty people of one branch and its committee correct the attendance of the same month's meetings at once."""
from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from branches.meetings.models import Attendance, Meeting
from members.models import Member
from partywork.journal.models import Entry
from partywork.periods import today
from tests.cast import draw_world
from tests.chaos.browsers import Browser, Reply
from tests.chaos.conftest import LONG
from tests.chaos.ground import Ground, ground, make_people, signed_in
from tests.chaos.serving import Servers
from tests.factories import make_meeting, make_member
from tests.forms_on_pages import form_to
from tests.partywork.engines import ENGINES
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401

pytestmark = pytest.mark.django_db
PEOPLE, MEETINGS = 50, 10
ROUNDS, CONTROL_ROUNDS = (20, 2) if LONG else (5, 1)
ARRIVING, THINKING = 5, 1.5  # seconds over which they come; at most between opening the form and saving it
ROLES = (("secretary", "a"), ("deputy", "a"), ("organisation", "a"), ("publicity", "a"), ("staff", "root"))
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Change:
    """One save: a person marks his own line in a meeting's list as absent, with a reason of its own."""

    meeting: int
    member: int
    reason: str
    reply: Reply | None

    @property
    def accepted(self) -> bool:
        return self.reply is not None and self.reply.status == 302

    @property
    def fault(self) -> str:
        """A stale save is told with both versions, and what was typed is in the form below."""
        if self.accepted:
            return ""
        if self.reply is None or self.reply.status != 409:
            return f"{self.reason}: {self.reply and self.reply.status}"
        text = self.reply.text
        kept = form_to(self.reply.body, "/", f"/meetings/{self.meeting}/edit/").values[f"reason-{self.member}"]
        told = "现在的记录" in text and "您填写的" in text and kept == [self.reason]
        return "" if told else f"{self.reason}: 409 without both versions or without what was typed"


@dataclass
class Crowd:
    """The people, each with his member's id; what they saved."""

    place: Ground
    port: int
    people: dict[str, int]
    meetings: list[int]
    changes: list[Change] = field(default_factory=list)
    log: str = ""

    def meet(self, rounds: int) -> None:
        """Round by round, all at once: open the form as it stands, change one's own line, save."""
        browsers = {name: Browser(self.port, self.place.sessions[name]) for name in self.people}
        for number in range(rounds):
            threads = [threading.Thread(target=self.save, args=(browsers[name], name, number, random.Random(f"{name}{number}")))
                       for name in self.people]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        for browser in browsers.values():
            browser.close()

    def save(self, browser: Browser, name: str, number: int, dice: random.Random) -> None:
        meeting = dice.choice(self.meetings)
        member, path, reason = self.people[name], f"/meetings/{meeting}/edit/", f"{name}第{number}轮"
        time.sleep(dice.random() * ARRIVING)
        page = browser.get(path)
        if page is None or page.status != 200:
            self.changes.append(Change(meeting, member, reason, page))
            return
        shown = form_to(page.body, path, path)
        here = [each for each in shown.values["present"] if each != str(member)]
        time.sleep(dice.random() * THINKING)
        filled = shown.filled(**{"present": here, f"state-{member}": "absent", f"reason-{member}": reason, "reason": reason})
        self.changes.append(Change(meeting, member, reason, browser.post(path, filled)))

    def lost(self) -> list[str]:
        """Where the database is not the sum of what was accepted: a line, a version, the journal, a counter."""
        accepted = [change for change in self.changes if change.accepted]
        last = {(change.meeting, change.member): change.reason for change in accepted}
        times = Counter(change.meeting for change in accepted)
        with self.place.in_use():
            rows = Attendance.objects.values_list("meeting", "member", "reason")
            lines = {(pk, member): reason for pk, member, reason in rows}
            counts = {row.pk: (row.version - 1, row.expected_count - row.present_count) for row in Meeting.objects.all()}
            told = Counter(Entry.objects.filter(action="meeting.correct").values_list("reason", flat=True))
        away = Counter(meeting for meeting, _ in last)
        found = [f"line {key}" for key, reason in lines.items() if reason != last.get(key, "")]
        found += [f"counters {pk}" for pk in self.meetings if counts[pk] != (times[pk], away[pk])]
        return found + [f"journal {change.reason}" for change in accepted if told[change.reason] != 1]

    @property
    def seconds(self) -> list[float]:
        return sorted(change.reply.seconds for change in self.changes if change.reply)


def gather(place: Ground) -> tuple[Ground, dict[str, int], list[int]]:
    """Fifty members, fifty accounts that may correct, this month's meetings at which everybody was present."""
    with place.in_use(), transaction.atomic():
        world = draw_world()
        for number in range(PEOPLE - Member.objects.filter(latest__branch=world.a).count()):
            make_member(world.a, f"党员{number}")
        members = list(Member.objects.filter(latest__branch=world.a).select_related("latest").order_by("pk"))
        accounts = []
        for number in range(PEOPLE):
            role, where = ROLES[number % len(ROLES)]
            accounts += make_people([f"人{number}"], getattr(world, where), role)
        meetings = [make_meeting(world.a, attendance=members, held_on=day) for day in days()]
        people = {account.username: member.pk for account, member in zip(accounts, members, strict=True)}
        return signed_in(place, world, accounts), people, [meeting.pk for meeting in meetings]


def days() -> list[date]:
    return [today() - timedelta(days=number + 1) for number in range(MEETINGS)]


@pytest.fixture(params=ENGINES)
def crowd_on(request, tmp_path, django_db_blocker) -> Iterator[Callable]:
    """crowd_on(rounds, check, **tampering): they meet on a server, and `check` looks at what is left when they have gone."""

    def meet(rounds: int, check: Callable[[Crowd], None], **tampering: bool) -> None:
        template = request.getfixturevalue("migrated_services") if request.param == "postgresql" else ""
        with ground(request.param, tmp_path / "place", template) as empty:
            place, people, meetings = gather(empty)
            with Servers(place) as servers:
                servers.start(**tampering)
                crowd = Crowd(place, servers.port, people, meetings)
                crowd.meet(rounds)
                servers.kill()
                crowd.log = servers.log
                check(crowd)

    with django_db_blocker.unblock():
        yield meet


def test_nobodys_change_is_lost(crowd_on, tell):
    def check(crowd: Crowd) -> None:
        faults = [change.fault for change in crowd.changes if change.fault]
        assert (faults, crowd.lost()) == ([], [])
        accepted = [change for change in crowd.changes if change.accepted]
        assert len(crowd.changes) == PEOPLE * ROUNDS and PEOPLE < len(accepted) < len(crowd.changes)
        with crowd.place.in_use():
            call_command("verify", json=True)
        assert not any(word in crowd.log for word in ("locked", "deadlock", "Traceback"))
        seconds = crowd.seconds
        tell("R19", NAMES[crowd.place.engine], f"{PEOPLE} 人 {ROUNDS} 轮改 {MEETINGS} 次会议的出勤：接受 {len(accepted)}，"
             f"告知已被他人修改 {len(crowd.changes) - len(accepted)}，丢失 0，锁死 0，出错 0；"
             f"p95 {seconds[len(seconds) * 95 // 100]:.1f} 秒，最长 {seconds[-1]:.1f} 秒")

    crowd_on(ROUNDS, check)


def test_without_locks_changes_are_lost(crowd_on, tell):
    """The negative control: versions are not compared, rows not locked, SQLite's transactions begin as readers."""

    def check(crowd: Crowd) -> None:
        found = crowd.lost()
        assert found
        tell("R19", NAMES[crowd.place.engine], f"对照：去掉版本比较和行锁，{CONTROL_ROUNDS} 轮丢失 {len(found)} 处")

    crowd_on(CONTROL_ROUNDS, check, without_locks=True)
