"""The whole storm on one engine: bad requests undone, the accepted ones sent again and kept, then a look at what they left."""
from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.test import override_settings

from branches.meetings.models import Meeting
from partywork.jobs.models import Job
from partywork.jobs.running import run_job
from partywork.journal.services import write_entry
from tests.cast import draw_world
from tests.chaos import aftermath
from tests.chaos import bad_requests as bad
from tests.chaos.bad_requests import Ask, bad_fields, pairs_of, posted
from tests.chaos.barrage import Barrage, Log, calm
from tests.chaos.conftest import LONG
from tests.chaos.ground import Ground
from tests.chaos.storm_plan import DEAR, plan
from tests.chaos.ways_in import Way, ways_in
from tests.payloads import SUBMISSIONS
from tests.stage import set_stage

DOOR = "partywork.middleware.door.ValuesAtTheDoor"
VERSION = re.compile(rb'name="version" value="(\d+)"')
EVERY = 1 if LONG else 3  # of the accepted requests, how many are sent again to stay
REPORTS = 1


@dataclass
class Storm:
    """What came of it."""

    sent: Log
    kept: Log
    shut: list[str] = field(default_factory=list)
    poisoned: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    reports: list[tuple[str, str]] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    without_door: Log = field(default_factory=Log)
    control: list[str] = field(default_factory=list)


def weather(place: Ground) -> Storm:
    with place.in_use():
        with transaction.atomic():
            stage = set_stage(draw_world())
            write_entry(actor=None, action="access.refuse")  # the journal's first entry is unlike all others
        ways, before = ways_in(stage), aftermath.bad_rows()
        with calm() as unlogged:
            barrage = Barrage(stage)
            sent = barrage.run(plan(ways))
            storm = Storm(sent, keep(barrage, ways, sent.accepted[::EVERY]), unlogged=unlogged)
            storm.reports = made_reports(barrage, ways)
            aftermath.welcome_back(stage)
            storm.shut, storm.rows = aftermath.shut_pages(barrage, ways), aftermath.counts()
            storm.poisoned = {key: said for key, said in aftermath.bad_rows().items() if key not in before}
            storm.without_door = unguarded(barrage, ways)
            storm.control = poison(barrage, ways)
    return storm


def made_reports(barrage: Barrage, ways: list[Way]) -> list[tuple[str, str]]:
    """What became of jobs that are asked for now, of what the storm has left."""
    for way in [way for way in ways if way.name in SUBMISSIONS and SUBMISSIONS[way.name].creates == "jobs.Job"]:
        barrage.send(renewed(barrage, posted(way, ("valid",), way.data), -3), keep=True)
    return [done(job) for job in Job.objects.filter(state="queued").order_by("-created_at")[:REPORTS]]


def done(job: Job) -> tuple[str, str]:
    run_job(job.pk)
    job.refresh_from_db()
    return job.state, job.error


# --- what is kept ---------------------------------------------------------------------------------------------------------


def keep(barrage: Barrage, ways: list[Way], accepted: list[Ask]) -> Log:
    """First the acts that can be repeated, then those after which there is nothing left to act on."""
    last = {way.name for way in ways if way.method == "POST" and not can_be_repeated(barrage, way)}
    log = Log()
    for number, ask in enumerate(sorted(accepted, key=lambda ask: ask.what[0] in last)):
        log.note(ask, barrage.send(renewed(barrage, ask, number), keep=True))
    return log


def can_be_repeated(barrage: Barrage, way: Way) -> bool:
    with transaction.atomic():
        codes = {barrage.send(renewed(barrage, posted(way, ("valid",), way.data), number), keep=True).code for number in (-2, -1)}
        transaction.set_rollback(True)
    return len(codes) == 1


def renewed(barrage: Barrage, ask: Ask, number: int) -> Ask:
    """The same request as if made from a page opened now: a token of its own, the version that is stored."""
    data, tried = dict(ask.data), ask.what[2]
    if "form_token" in data and tried != "form_token":
        data["form_token"] = str(uuid.UUID(int=2**96 + number))
    if "version" in data and tried != "version":
        page = barrage.send(replace(ask, method="GET", body=b"", kind="")).body
        data["version"] = found[1].decode() if (found := VERSION.search(page)) else data["version"]
    kind, body = bad.encode(pairs_of(data))
    return replace(ask, kind=kind, body=body)


# --- the guards taken away --------------------------------------------------------------------------------------------------


def unguarded(barrage: Barrage, ways: list[Way]) -> Log:
    """What no field can mean, with nobody at the door: NULs as they are, and lone surrogates by an odd charset."""
    posts = [way for way in ways if way.method == "POST" and way.name not in DEAR][::4]
    asks = [ask for way in posts for ask in bad_fields(way, 0) if ask.what[3] in bad.UNSPEAKABLE[:2]]
    asks += [escaped(way, name) for way in posts for name in way.fields]
    with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != DOOR]):
        return Barrage(barrage.stage, WSGIHandler()).run(asks)


def escaped(way: Way, name: str) -> Ask:
    """A form in a charset of Python's own, in which ASCII letters spell a lone surrogate."""
    data = bad.changed(way.data, name, "\\ud800")
    body = b"".join(map(bad.part, pairs_of(data))) + b"--xXx--\r\n"
    return replace(posted(way, (name, "escaped"), data), body=body, kind=f"{bad.PARTS}; charset=unicode_escape")


def poison(barrage: Barrage, ways: list[Way]) -> list[str]:
    """A row that no form would make: which pages do not open then, and what its model says."""
    shown = [way for way in ways if way.name == "meeting_edit"]
    with transaction.atomic():
        Meeting.objects.update(draft=[1], body="x", state="draft", created_by=barrage.stage.world["staff"], held_on=None)
        found = [ask.path for ask in aftermath.pages_of_rows(barrage.stage, shown) if barrage.send(ask).status >= 500]
        found += [said for _, said in aftermath.refused(Meeting.objects.all())]
        transaction.set_rollback(True)
    return found


