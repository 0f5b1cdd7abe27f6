"""The stage: the drawn world with one real object behind every URL, for the person's own branch and for its sister.

It is set once a module, inside one transaction; every question to it is asked inside a savepoint that is rolled back,
so no answer depends on another. `ADDRESSES` gives each URL its objects, by letter: "a" is branch A's (the secretary's
own), "b" its sister's, "x" does not exist; further letters are objects in another state; "-" is a URL without object.
A URL whose object is missing here cannot be built, and makes the standing tests fail.
"""
from __future__ import annotations

import contextlib
import gc
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.http import HttpResponse, SimpleCookie
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, ClientHandler, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from branches.accounts.middleware import BEGAN, SEEN
from branches.accounts.models import Session
from branches.meetings.kinds import Kind
from branches.meetings.models import Meeting, MeetingFile
from branches.models import BranchEvent, HolidayYear
from branches.terms.models import Candidate, Election
from members.honours.models import Award, Example, Nomination, Quota, Round, Title
from members.models import CorrectionRequest, Profile
from partywork.files.services import store_upload
from partywork.imports.models import ImportBatch, ImportRow
from partywork.jobs.models import Job
from reports.models import Passage, Report, ReportTemplate, ReportVersion
from tests import development_stage as joining
from tests.cast import CAST, World, draw_world
from tests.factories import (
    make_branch,
    make_group,
    make_meeting,
    make_member,
    make_seat,
    make_standing,
    make_term,
    make_transfer,
)
from tests.members.dues.making import place_dues

MISSING = 999_999_999
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003"
                    "01010018dd8db00000000049454e44ae426082")
# What only branch A's (B's) own people and those above may ever read; it stands in every text of the branch.
SECRETS = {"a": "甲支部密语", "b": "乙支部密语"}
PHONES = {"a": "13900001111", "b": "13900002222"}
ID_NUMBERS = {"a": "411722198505041212", "b": "411722198505041239", "x": "411722198505041255"}
BACKEND = "branches.accounts.backends.AccountBackend"
READS = re.compile(r"[\s(]*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA|SET|SHOW|WITH|EXPLAIN)\b", re.I)
TABLE = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.I)
# Middleware may renew a session that somebody uses, or end one that is over: bookkeeping of the login, no record.
SAFE = ("GET", "HEAD", "OPTIONS")
SESSIONS = {"accounts_session"}
JOURNAL = {"journal_entry", "journal_head"}


@dataclass
class Answer:
    """What came back, and what was written to find it out (table names; nothing of it remains)."""

    response: HttpResponse
    body: bytes
    written: set[str]
    files: int
    path: str
    after: Any = None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def code(self) -> str:
        """As the access table writes it: `login` = sent to sign in; `+` = something was written.

        That a right was refused stands in the journal and is not counted as a change.
        """
        if self.status == 302 and self.response["Location"].startswith("/login/?next="):
            return "login" if not self.changed else "login+"
        return f"{self.status}+" if self.changed else str(self.status)

    @property
    def changed(self) -> set[str]:
        own = self.written - SESSIONS - (JOURNAL if self.status == 403 else set())
        return own | ({"files on disk"} if self.files else set())

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def text_or_none(self) -> str:
        """The text of a page; a workbook's or picture's bytes are none."""
        return self.text if self.response.get("Content-Type", "").startswith(("text/", "application/json")) else ""

    @property
    def leads_to(self) -> str:
        return urlsplit(self.response.get("Location", "")).path


@dataclass
class Stage:
    """The world, its objects by name ("meeting.a", "report.b" …) and each person's session key."""

    world: World
    objects: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    payloads: dict[tuple[str, str], Any] = field(default_factory=dict)
    handlers: dict[bool, ClientHandler] = field(default_factory=lambda: {
        strict: ClientHandler(enforce_csrf_checks=strict) for strict in (False, True)})

    def ask(self, who: str, method: str, path: str, data: dict | None = None, *, strict: bool = False, keep: bool = False,
            look: Callable[[], Any] | None = None, cookies: dict[str, str] | None = None, **headers: Any) -> Answer:
        """One request of one person, undone afterwards unless `keep`. `look` is called before it is undone.

        `strict` checks the CSRF token. HTTP headers are given as in environ (HTTP_HX_REQUEST="true").
        """
        written: set[str] = set()
        before = set() if method in SAFE else stored_files()
        with transaction.atomic(), connection.execute_wrapper(recorder(written)):
            response = self._send(who, method, path, data, strict, cookies or {}, headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            with_wrapper = set(written)
            after = look() if look else None
            transaction.set_rollback(not keep)
        made = set() if method in SAFE else stored_files() - before
        if not keep:
            forget(*made)
        return Answer(response, body, with_wrapper, len(made), path, after)

    def _send(self, who: str, method: str, path: str, data: dict | None, strict: bool, cookies: dict[str, str],
              headers: dict[str, Any]) -> HttpResponse:
        factory = RequestFactory()
        factory.cookies = SimpleCookie(cookies)
        if self.sessions.get(who):
            factory.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        body = encode_multipart(BOUNDARY, data) if data is not None else b""
        kind = MULTIPART_CONTENT if data is not None else ""
        environ = factory._base_environ(**factory.generic(method, path, body, kind, **headers).environ)
        return self.handlers[strict](environ)

    def get(self, who: str, name: str, letter: str = "-", **more: Any) -> Answer:
        return self.ask(who, "GET", address(self, name, letter), **more)


def recorder(written: set[str]) -> Callable:
    """Notes the table of every statement that is not known to be a mere reading."""

    def record(execute, sql, params, many, context):
        if not READS.match(sql):
            found = TABLE.match(sql)
            written.add(found[1] if found else sql[:40])
        return execute(sql, params, many, context)

    return record


def stored_files() -> set[Path]:
    return {Path(file.path) for folder in os.scandir(settings.MEDIA_ROOT) if folder.is_dir() for file in os.scandir(folder)}


def forget(*paths: Path) -> None:
    """A file whose row was taken back."""
    for path in paths:
        path.unlink()
        with contextlib.suppress(OSError):  # others are in the folder
            path.parent.rmdir()


def picture(name: str = "现场.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, content_type="image/png")


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker) -> Iterator[Stage]:
    """One stage for all tests of a module; nothing of it outlives the module."""
    gc.freeze()  # thousands of requests: what is there already need not be looked through each time
    # The end of a request would close a PostgreSQL connection that is inside a transaction: this one.
    request_finished.disconnect(close_old_connections)
    files = stored_files()
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage(draw_world())
        transaction.set_rollback(True)
    forget(*stored_files() - files)
    request_finished.connect(close_old_connections)
    gc.unfreeze()


def set_stage(world: World) -> Stage:
    stage = Stage(world)
    with transaction.atomic():
        for letter, branch, who in (("a", world.a, "secretary"), ("b", world.b, "neighbour")):
            _place(stage, letter, branch, world[who])
        for letter, year in (("a", 2033), ("b", 2034)):  # in both 8 January is a weekend
            stage.objects[f"holidays.{letter}"] = HolidayYear.objects.create(year=year, source="通知", lines=f"{year}-01-01 元旦")
        stage.objects["template.retired"] = ReportTemplate.objects.create(
            name="停用的模板", attachment=store_upload(actor=world["staff"], upload=picture(), allowed="any"),
            uploaded_by=world["staff"], retired_at=timezone.now())  # fmt: skip
        stage.objects["empty"] = make_branch(world.office, short_name="空支部", code="ZB09")
        world.members["ripe"] = make_member(world.a, "沈熟", kind="probationary", joined_on=date(2025, 1, 10),
                                            start_on=date(2025, 1, 10), start_reason="admitted")
    for name in CAST:
        stage.sessions[name] = sign_in(world[name]) if world[name] else ""
    for letter, who in (("a", "secretary"), ("b", "neighbour")):  # each is signed in elsewhere as well
        stage.objects[f"session.{letter}"] = Session.objects.get(session_key=sign_in(world[who]))
    return stage


def sign_in(account, **more: Any) -> str:
    """The key of a session that has begun just now, as the login page leaves it; `more` stands in it too."""
    client = Client()
    client.force_login(account, backend=BACKEND)
    session = client.session
    session[BEGAN] = session[SEEN] = time.time()
    session.update(more)
    session.save()
    return session.session_key


def _place(stage: Stage, letter: str, branch, account) -> None:
    def upload():
        return store_upload(actor=account, upload=picture(), allowed="any")

    mark = SECRETS[letter]
    members = [row.member for row in branch.memberships.select_related("member__latest")]
    meeting = make_meeting(branch, Kind.STUDY, attendance=members, created_by=account, title=f"{mark}会议", minutes=mark,
                           place=mark, topics=mark, guests=mark, form_token=uuid.uuid4())
    draft = Meeting.objects.create(branch=branch, created_by=account, form_token=uuid.uuid4(), title=f"{mark}草稿",
                                   draft={"fields": {"title": [f"{mark}草稿"], "minutes": [mark]}})
    voided = make_meeting(branch, Kind.STUDY, attendance=members, created_by=account, title=f"{mark}作废", state="voided",
                          void_reason=mark, form_token=uuid.uuid4())
    report = Report.objects.create(branch=branch, period_code="2026H1", created_by=account)
    Passage.objects.create(report=report, section="opening", text=f"{mark}文字", changed_by=account)
    if letter == "b":  # a plain member of A reads his own record, this note included
        branch.memberships.update(note=mark)
    stage.objects |= {
        f"meeting.{letter}": meeting, f"voided.{letter}": voided, f"draft.{letter}": draft, f"report.{letter}": report,
        f"group.{letter}": make_group(branch, name="机动党小组"), f"branch.{letter}": branch,
        f"file.{letter}": MeetingFile.objects.create(meeting=meeting, attachment=upload()),
        f"version.{letter}": ReportVersion.objects.create(report=report, number=1, made_by=account,
                                                          as_of=meeting.created_at, attachment=upload()),
        f"template.{letter}": ReportTemplate.objects.create(name=f"模板{letter}", attachment=upload(),
                                                            uploaded_by=stage.world["staff"]),
        f"job.{letter}": Job.objects.create(kind="report", owner=account, args={"report": report.pk}),
        f"account.{letter}": stage.world["member" if letter == "a" else "neighbour"],
        f"member.{letter}": stage.world.members["member" if letter == "a" else "neighbour"],
    }
    _place_term(stage, letter, branch, account, mark)
    _place_honours(stage, letter, branch, account, mark)
    stage.objects |= joining.place_paths(letter, branch, account, mark, picture)
    for name, state in (("batch", "ready"), ("imported", "done")):
        stage.objects[f"{name}.{letter}"] = _import(branch, account, mark, state, upload())
    member = stage.objects[f"member.{letter}"]
    member.phone = PHONES[letter]
    member.save(update_fields=["phone"])
    Profile.objects.create(member=member, id_number=ID_NUMBERS[letter], nationality="01", school=mark, home_address="云溪县河堤路9号")
    stage.objects[f"request.{letter}"] = CorrectionRequest.objects.create(member=member, text=mark, asked_on=date(2026, 3, 1))
    dues = place_dues(branch, account, member, mark, own=mark if letter == "b" else "支部")
    stage.objects |= {f"{kind}.{letter}": row for kind, row in dues.items()}
    traveller = stage.world.members["former"] if letter == "a" else make_member(branch, "转乙")
    stage.objects |= {
        f"event.{letter}": BranchEvent.objects.create(branch=branch, kind="renamed", day=date(2026, 2, 1), old_name=f"{mark}全称",
                                                      old_short_name=mark[:10], reason="批复", form_token=uuid.uuid4()),
        f"standing.{letter}": make_standing(member, "floating", place=mark, reason=mark),
        f"transfer.{letter}": make_transfer(traveller, created_by=account, note=mark, other_side=mark, form_token=uuid.uuid4()),
    }
    stage.objects[f"post.{letter}"] = stage.objects[f"account.{letter}"].posts.get()


def _place_term(stage: Stage, letter: str, branch, account, mark: str) -> None:
    """A term in office with a vacancy and a by-election that waits for its approval."""
    first = stage.objects[f"member.{letter}"]
    second = make_member(branch, f"委员{letter}")
    make_member(branch, f"候补{letter}")
    third = make_member(branch, f"分工{letter}")
    people = [row.member for row in branch.memberships.filter(stop_on=None, kind="full").select_related("member__latest")]
    congress = make_meeting(branch, Kind.CONGRESS, attendance=people, created_by=account, title=f"{mark}党员大会",
                            held_on=date(2026, 3, 12))
    term = make_term(branch, number=3, note=mark, people={"organisation": first, "commissioner": third})
    election = Election.objects.create(branch=branch, term=term, kind="by", meeting=congress, held_on=congress.held_on, places=1,
                                       issued=len(people), returned=len(people), passing=len(people) // 2 + 1, method="equal",
                                       created_by=account, note=mark)
    Candidate.objects.create(election=election, member=second, office="publicity", votes=len(people), elected=True)
    make_seat(term, "publicity", second, start_on=congress.held_on, start_reason="elected", election=election)
    stage.objects |= {f"term.{letter}": term, f"seat.{letter}": term.seats.get(office="organisation"),
                      f"officer.{letter}": term.seats.get(office="commissioner"), f"election.{letter}": election,
                      f"vacancy.{letter}": make_seat(term, "discipline", start_on=date(2026, 2, 1)), f"congress.{letter}": congress}


def _place_honours(stage: Stage, letter: str, branch, account, mark: str) -> None:
    """Three rounds: one with a nomination and a free place, one that is examined, one that is published; an award, an example."""
    first, staff = stage.objects[f"member.{letter}"], stage.world["staff"]
    spare = branch.memberships.get(member__name=f"候补{letter}").member
    title = Title.objects.create(name=f"优秀共产党员{letter}", category="member")
    stage.objects[f"title.{letter}"] = title
    for kind, state in (("round", "recommended"), ("examined", "reviewed"), ("published", "publicity")):
        row = Round.objects.create(name=f"{kind}{letter}", year=2026, notice="林党〔2026〕1号", notice_on=date(2026, 3, 1),
                                   nominate_by=date(2026, 5, 1))
        if kind == "published":
            Round.objects.filter(pk=row.pk).update(publicity_start=date(2026, 6, 1), publicity_end=date(2026, 6, 8))
        quota = Quota.objects.create(round=row, branch=branch, title=title, places=2)
        nomination = Nomination.objects.create(round=row, title=title, branch=branch, member=spare, state=state, story=mark,
                                               meeting=stage.objects[f"congress.{letter}"], created_by=account)
        stage.objects |= {f"{kind}.{letter}": row}
        if kind == "round":
            stage.objects |= {f"quota.{letter}": quota, f"nomination.{letter}": nomination}
    stage.objects[f"award.{letter}"] = Award.objects.create(title=title, branch=branch, member=first, awarded_on=date(2025, 7, 1),
                                                            given_by=mark, document="林党〔2025〕9号", created_by=staff)
    stage.objects[f"example.{letter}"] = Example.objects.create(branch=branch, name=mark, line="扎根林区", on=date(2026, 3, 1),
                                                                created_by=account)


def _import(branch, account, mark: str, state: str, attachment) -> ImportBatch:
    """A roster on its way in: one row that can be written, one that cannot."""
    columns = {"sheet": "名册", "head": 1, "headings": ["姓名", "备注"], "places": {"name": 0}, "others": []}
    batch = ImportBatch.objects.create(
        kind="members", branch=branch, owner=account, state=state, attachment=attachment, columns=columns, digest="d" * 64,
        counts={"create": 1, "change": 0, "same": 0, "refused": 1, "faults": {"性别": 1}}, form_token=uuid.uuid4())
    for number, action in ((2, "create"), (3, "refused")):
        ImportRow.objects.create(batch=batch, number=number, action=action, title=f"{mark}{number}", place=mark, sign="s",
               fault_in="|性别|",
                                 faults=[["性别", mark]] if action == "refused" else [], cells=f'{{"name": "{mark}"}}')
    return batch


# --- the URLs -----------------------------------------------------------------------------------------------------------


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every URL pattern of the site."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from routes(each)
        else:
            yield each


def names() -> list[str]:
    return [route.name or str(route.pattern) for route in routes()]


# Which object a URL leads to, by its path; a URL of several states names their letters.
PATHS: dict[str, str] = {
    "branch": "branch", "branch_edit": "branch", "branch_dissolve": "branch", "group_new": "branch",
    "branch_rename": "branch", "branch_move": "branch", "branch_merge": "branch", "groups_adjust": "branch", "event_undo": "event",
    "group_rename": "group", "group_edit": "group", "group_dissolve": "group", "holiday_edit": "holidays", "holiday_remove": "holidays",
    "account": "account", "account_edit": "account", "account_reset": "account", "account_sessions_end": "account",
    "session_end": "session", "post_new": "account", "post_end": "post",
    "member": "member", "member_edit": "member", "member_move": "member", "member_profile": "member",
    "member_reveal": "member", "member_ask": "member", "member_request": "request", "handover": "branch",
    "dues_card": "member", "dues_base": "member", "dues_reduce": "member", "dues_pay": "member", "dues_extra": "member",
    "dues_receipt": "payment", "dues_refund": "payment", "dues_receive": "remittance",
    "standing_new": "member", "standing_edit": "standing", "standing_remove": "standing",
    "transfer": "transfer", "transfer_act": "transfer", "transfer_letter": "transfer", "transfer_out": "member",
    "meeting": "meeting", "meeting_edit": "meeting", "meeting_void": "meeting", "meeting_restore": "voided",
    "meeting_file": "file", "meeting_file_remove": "file",
    "term": "term", "term_edit": "term", "term_extend": "term", "term_new": "branch", "election_new": "branch",
    "seat_end": "seat", "seat_change": "officer", "seat_fill": "vacancy",
    "election": "election", "election_approve": "election", "election_void": "election",
    "round": "round", "round_edit": "round", "round_quotas": "round", "round_publish": "examined", "round_decide": "published",
    "nomination_new": "quota", "nomination": "nomination", "nomination_edit": "nomination", "nomination_review": "nomination",
    "nomination_refuse": "nomination", "nomination_withdraw": "nomination", "award_void": "award", "title_edit": "title",
    "example_edit": "example", "example_choose": "example",
    "report": "report", "passage_save": "report", "shortfall_decide": "report", "report_make": "report",
    "report_version": "version", "report_download": "version", "template_retire": "template", "job": "job",
    "import_batch": "batch", "import_columns": "batch", "import_confirm": "batch", "import_download": "batch", "import_undo": "imported",
} | joining.PATHS
# Objects in another state, beside own, sister's and missing.
STATES: dict[str, dict[str, str]] = {
    "branch_dissolve": {"empty": "empty"}, "meeting": {"draft": "draft.a"}, "meeting_edit": {"draft": "draft.a"},
    "meeting_void": {"draft": "draft.a"},
}
# URLs whose object stands in the query string or, when posted, in the form: the letters under which each is asked.
# Lists take any organisation and show nothing of one out of reach, so "b" is there for what may leak.
QUERIES: dict[str, tuple[str, str]] = {
    "home": ("branch={branch}", "-abx"), "figure_rows": ("branch={branch}&period=2026H1", "abx"),
    "figures": ("branch={branch}&period=2026H1", "b"), "figures_export": ("", "abx"), "figure_rows_export": ("", "abx"),
    "duties": ("branch={branch}", "-b"), "matrix": ("branch={branch}", "-b"), "matrix_export": ("", "abx"),
    "meetings": ("branch={branch}", "-b"), "meetings_export": ("", "-bx"),
    "structure": ("branch={branch}", "-b"), "structure_export": ("", "abx"),
    "member_gaps": ("branch={branch}", "-b"), "member_gaps_export": ("", "abx"),
    "members": ("branch={branch}", "-b"), "members_export": ("", "-abx"), "reports": ("branch={branch}", "-b"),
    "dues": ("branch={branch}", "-b"), "dues_month": ("", "abx"), "dues_collect": ("", "abx"), "dues_arrears": ("branch={branch}", "-b"),
    "dues_arrears_export": ("", "abx"), "dues_ledger_export": ("", "abx"), "dues_bases": ("branch={branch}", "-b"),
    "dues_remittances": ("branch={branch}", "-b"), "dues_remit": ("branch={branch}", "-abx"), "dues_use": ("branch={branch}", "-abx"),
    "transfers": ("branch={branch}", "-b"), "transfers_export": ("", "-abx"), "transfer_in": ("", "abx"),
    "meeting_new": ("branch={branch}", "-abx"), "member_new": ("", "abx"), "report_new": ("", "abx"),
    "award_new": ("", "abx"), "example_new": ("", "abx"),
    "meeting_autosave": ("", "abx"), "meeting_attendance": ("", "abx"), "meeting_file_add": ("", "abx"),
} | joining.QUERIES
# What a URL needs besides its object.
FIXED: dict[str, dict[str, str]] = {
    "rule": {"rule_id": "MTG-4"}, "rule_setting": {"rule_id": "MTG-4"}, "figure_rows": {"key": "meetings.study"},
    "figure_rows_export": {"key": "meetings.study"},
    "member_reveal": {"name": "phone"},
} | joining.FIXED
ALWAYS: dict[str, str] = {"member_move": "act=regroup", "transfer_act": "act=accept"}


def letters(name: str, method: str = "GET") -> tuple[str, ...]:
    """Which objects a URL is asked for; a form whose object is chosen in it is shown without."""
    if name in PATHS:
        return ("a", "b", "x", *STATES.get(name, ()))
    query, asked = QUERIES.get(name, ("", "-"))
    return ("-",) if method == "GET" and not query else tuple(asked)


def object_of(stage: Stage, kind: str, letter: str, name: str = "") -> Any:
    return stage.objects[STATES.get(name, {}).get(letter, f"{kind}.{letter}")]


def address(stage: Stage, name: str, letter: str = "-", query: str = "") -> str:
    """The path of a URL for one of its objects, with the query that belongs to it."""
    kwargs: dict[str, Any] = dict(FIXED.get(name, {}))
    if name in PATHS:
        absent = uuid.UUID(int=1) if name in ("job", "session_end") else MISSING
        key = absent if letter == "x" else object_of(stage, PATHS[name], letter, name).pk
        kwargs["job_id" if name == "job" else "pk"] = key
    queries = [query or ALWAYS.get(name, "")]
    if name in QUERIES and letter != "-":
        queries.append(QUERIES[name][0].format(branch=branch_pk(stage, letter)))
    asked = "&".join(part for part in queries if part)
    return reverse(name, kwargs=kwargs) + (f"?{asked}" if asked else "")


def branch_pk(stage: Stage, letter: str) -> int:
    return MISSING if letter == "x" else stage.objects[f"branch.{letter}"].pk
