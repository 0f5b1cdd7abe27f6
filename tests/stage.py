"""The stage: the drawn world with one real object behind every URL, for the person's own branch and for its sister.

`ADDRESSES` gives, for each URL name, the arguments for the own object (branch A's), the sister's (branch B's) and a
missing one; `POSTS` the valid form of each URL that takes one. A URL without its row makes the standing tests fail.
"""
from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, MeetingFile
from partywork.files.services import store_upload
from partywork.jobs.models import Job
from reports.models import Report, ReportTemplate, ReportVersion
from tests.cast import CAST, World
from tests.factories import make_meeting

MISSING = 999_999_999
PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00"
       b"\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")
TODAY = date.today


@dataclass
class Stage:
    """The world, its objects by name ("meeting.a", "report.b" …) and a signed-in browser for each person."""

    world: World
    objects: dict[str, Any] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)


def picture(name: str = "现场.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="image/png")


def set_stage(world: World) -> Stage:
    stage = Stage(world)
    with transaction.atomic():
        for letter, branch, who in (("a", world.a, "secretary"), ("b", world.b, "neighbour")):
            _place(stage, letter, branch, world[who])
    for name in CAST:
        stage.browsers[name] = Client(raise_request_exception=False)
        if world[name] is not None:
            stage.browsers[name].force_login(world[name], backend="branches.accounts.backends.AccountBackend")
    return stage


def _place(stage: Stage, letter: str, branch, account) -> None:
    members = [row.member for row in branch.memberships.select_related("member__latest")]
    meeting = make_meeting(branch, Kind.STUDY, attendance=members, created_by=account, title=f"会议{letter}")
    draft = Meeting.objects.create(branch=branch, created_by=account, form_token=uuid.uuid4(), draft={"title": [f"草稿{letter}"]})
    kept = MeetingFile.objects.create(meeting=meeting, attachment=store_upload(actor=account, upload=picture(), allowed="any"))
    report = Report.objects.create(branch=branch, period_code="2026H1", created_by=account)
    made = store_upload(actor=account, upload=picture(), allowed="any")
    version = ReportVersion.objects.create(report=report, number=1, made_by=account, as_of=meeting.created_at, attachment=made)
    template = ReportTemplate.objects.create(
        name=f"模板{letter}", attachment=store_upload(actor=account, upload=picture(), allowed="any"), uploaded_by=account)
    job = Job.objects.create(kind="reports.make", owner=account, args={})
    stage.objects |= {f"meeting.{letter}": meeting, f"draft.{letter}": draft, f"file.{letter}": kept, f"report.{letter}": report,
                      f"version.{letter}": version, f"template.{letter}": template, f"job.{letter}": job}


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every URL pattern of the site."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each)
        else:
            yield each


def names() -> list[str]:
    return [route.name or str(route.pattern) for route in routes()]


def parameters(name: str) -> list[str]:
    route = next(route for route in routes() if route.name == name)
    return list(route.pattern.converters)


Which = Callable[[Stage, str], dict[str, Any]]


def _pk(kind: str) -> Which:
    return lambda stage, letter: {"pk": stage.objects[f"{kind}.{letter}"].pk if letter else MISSING}


def _of_world(attribute: dict[str, str]) -> Which:
    return lambda stage, letter: {"pk": getattr(stage.world, attribute[letter]).pk if letter else MISSING}


def _member(stage: Stage, letter: str) -> dict[str, Any]:
    return {"pk": stage.world.members["member" if letter == "a" else "neighbour"].pk if letter else MISSING}


def _group(stage: Stage, letter: str) -> dict[str, Any]:
    if not letter:
        return {"pk": MISSING}
    return {"pk": stage.world.group1.pk if letter == "a" else stage.world.b.groups.first().pk}


def _account(stage: Stage, letter: str) -> dict[str, Any]:
    return {"pk": stage.world["member" if letter == "a" else "neighbour"].pk if letter else MISSING}


def _post(stage: Stage, letter: str) -> dict[str, Any]:
    account = stage.world["member" if letter == "a" else "neighbour"]
    return {"pk": account.posts.first().pk if letter else MISSING}


def _job(stage: Stage, letter: str) -> dict[str, Any]:
    return {"job_id": stage.objects[f"job.{letter}"].pk if letter else uuid.UUID(int=1)}


OBJECTS: dict[str, Which] = {
    "branch": _of_world({"a": "a", "b": "b"}), "branch_edit": _of_world({"a": "a", "b": "b"}),
    "branch_dissolve": _of_world({"a": "a", "b": "b"}), "group_new": _of_world({"a": "a", "b": "b"}),
    "group_edit": _group, "group_dissolve": _group,
    "account": _account, "account_edit": _account, "account_reset": _account, "post_new": _account, "post_end": _post,
    "member": _member, "member_edit": _member, "member_move": _member, "member_phone": _member,
    "meeting": _pk("meeting"), "meeting_edit": _pk("meeting"), "meeting_void": _pk("meeting"),
    "meeting_file": _pk("file"), "meeting_file_remove": _pk("file"),
    "job": _job,
}


def address(stage: Stage, name: str, letter: str = "a") -> str:
    """The path of a URL for the own ("a"), the sister's ("b") or a missing ("") object."""
    return reverse(name, kwargs=OBJECTS[name](stage, letter) if name in OBJECTS else {})


def queries(name: str, stage: Stage, letter: str) -> str:
    """The query string of a URL that names its object there."""
    return QUERIES[name](stage, letter) if name in QUERIES else ""


QUERIES: dict[str, Callable[[Stage, str], str]] = {}
