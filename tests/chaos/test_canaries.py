"""R5 (and the clear text of R34, R35): whatever a person asks for, he reads no protected value that the permissions table
does not give him, and of what it gives him no number in clear unless he asked for it; and nothing that is stored – database,
log, queue, files, backup – holds one in clear.

Columns, pages, links, forms and files are found, not listed.
"""
from __future__ import annotations

import io
import itertools
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from branches.accounts.models import Account, Session
from members.models import Member, Profile
from members.personal import SHOWN as LABELS
from members.querysets import MemberQuerySet, MembershipQuerySet
from partywork.fields import encrypted_fields
from partywork.jobs.models import Job
from partywork.jobs.running import run_job
from partywork.journal.models import Entry
from partywork.keeping.backing import make_backup
from partywork.keeping.contents import events
from partywork.logs import JsonLines
from reports.making import Options
from reports.models import ReportVersion
from reports.services import request_report
from tests.access_table import EXPECTED
from tests.cast import CAST, draw_world
from tests.chaos.canaries import Canary, Judge, plant, protected_fields, protected_models, texts_in
from tests.chaos.conftest import LONG, Tell
from tests.chaos.crawling import addresses, crawl
from tests.chaos.ground import Ground, ground
from tests.factories import PASSWORD
from tests.partywork.trial import Person
from tests.payloads import SUBMISSIONS, fresh, payload, usual
from tests.stage import Answer, Stage, address, set_stage

pytestmark = pytest.mark.django_db  # so that there is a migrated database to copy
ALIKE = 6 if LONG else 1  # links of one URL with the same query names that one person follows
SHOWN = "members.reveal"  # the journal's word for a value that somebody asked to see; its reason names the field
NEW_PHONES = ("18899990001", "18899990002")
NEW_ADDRESS = "云溪县金丝雀巷七弄八号"
IN_A_RECORD = "18899990003"  # typed where no number belongs: the record keeps its text, the journal does not keep the number
TYPED_SECRETS = ("Kanarienvogel-7781-alt", "Kanarienvogel-7782-neu")


@dataclass
class Scene:
    """An installation in use, with its canaries and what each person may read of them."""

    place: Ground
    stage: Stage
    canaries: list[Canary]
    judge: Judge
    log: io.StringIO
    faults: list[str] = field(default_factory=list)
    asked: int = 0

    def ask(self, who: str, method: str, path: str, data: dict | None = None, **more: Any) -> Answer:
        self.asked += 1
        answer = self.stage.ask(who, method, path, data, **more)
        heads = "\n".join([*(f"{name}: {value}" for name, value in answer.response.items()), answer.response.cookies.output()])
        for text in (heads, *texts_in(answer.body)):
            self.faults += self.judge.faults(who, f"{method} {path} {answer.status}", text)
        return answer


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("canaries")
    with ground("sqlite", folder / "place") as place, logged() as log:
        with django_db_blocker.unblock(), place.in_use():
            stage = set_stage(draw_world())
            real_report(stage)
            canaries = plant()
            people = {who: stage.world[who] and Account.objects.get(pk=stage.world[who].pk) for who in CAST}
            scene = Scene(place, stage, canaries, Judge(canaries, people), log)
        yield scene


@pytest.fixture
def scene(db, made) -> Iterator[Scene]:
    """In use after the test's own transaction has begun on the suite's database: here everything is really committed."""
    with made.place.in_use():
        yield made


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What the product's own handlers write, by its own settings."""
    kept = io.StringIO()
    ours = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, JsonLines)]
    assert ours
    before = [(handler, handler.setStream(kept)) for handler in ours]
    try:
        yield kept
    finally:
        for handler, stream in before:
            handler.setStream(stream)


def real_report(stage: Stage) -> None:
    """A report of branch A as a worker makes it, in place of the stage's picture."""
    secretary = stage.world["secretary"]
    job = request_report(actor=secretary, report=stage.objects["report.a"], options=Options(appendix=True))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    stage.objects["version.a"] = ReportVersion.objects.filter(report=stage.objects["report.a"]).latest("pk")
    stage.objects["job.a"] = job


# --- what people see -----------------------------------------------------------------------------------------------------------------


def send(scene: Scene, who: str, name: str, /, **changed: Any) -> None:
    """A form, and the page to which it leads; nothing of it remains."""
    with transaction.atomic():
        data = fresh(payload(scene.stage, name, usual(name))) | changed
        answer = scene.ask(who, "POST", address(scene.stage, name, usual(name)), data, keep=True)
        if answer.status == 302 and answer.leads_to.startswith("/"):
            with asked_for(scene, who):
                scene.ask(who, "GET", answer.leads_to)
        transaction.set_rollback(True)


@contextmanager
def asked_for(scene: Scene, who: str) -> Iterator[None]:
    """What this person has asked to be shown, by the journal, he may read in clear."""
    entries = Entry.objects.filter(action=SHOWN, actor_name=scene.judge.name_of(who), target_type="members.member")
    told = set(entries.values_list("target_id", "reason"))
    asked = {(who, str(canary)) for canary in scene.canaries if (whose(canary), str(canary.field.verbose_name)) in told}
    scene.judge.asked |= asked
    try:
        yield
    finally:
        scene.judge.asked -= asked


def whose(canary: Canary) -> str:
    """The id of the person whose value it is; "" for a value of nobody's file."""
    if canary.model is Member:
        return str(canary.pk)
    return str(Profile.objects.get(pk=canary.pk).member_id) if canary.model is Profile else ""


def ask_for_everything(scene: Scene) -> int:
    """Each sealed fact of the personal file, shown to everybody who asks for it as far as he may; how many were shown."""
    before = scene.judge.seen_clear
    for name, who, letter in itertools.product(LABELS, CAST, "ab"):
        with transaction.atomic():
            answer = scene.ask(who, "POST", f"{address(scene.stage, 'member', letter)}reveal/{name}/", {}, keep=True)
            if answer.status == 302 and answer.leads_to.startswith("/members/"):
                with asked_for(scene, who):
                    scene.ask(who, "GET", answer.leads_to)
            transaction.set_rollback(True)
    return scene.judge.seen_clear - before


def send_every_form(scene: Scene) -> None:
    """As valid; with an old version, so that the page shows both; with everything typed left out. By all whom the table lets."""
    for name in SUBMISSIONS:
        let_in = [who for who in CAST if EXPECTED[name, "POST", usual(name)][who] not in ("404", "405", "login")]
        for who in let_in:
            send(scene, who, name)
        data = payload(scene.stage, name, usual(name))
        typed = {key: "" for key, value in data.items() if isinstance(value, str) and key not in ("version", "form_token", "act")}
        send(scene, SUBMISSIONS[name].sender(usual(name)), name, **typed)
        if "version" in data:
            send(scene, SUBMISSIONS[name].sender(usual(name)), name, version="0")


def break_down(scene: Scene) -> None:
    """Every protected value in an exception of a page, in a refused address and in a page that the database cannot serve."""
    value = [next(iter(canary.clear)) for canary in scene.canaries]
    told = "; ".join(f"{canary.field.name}={each!r}" for canary, each in zip(scene.canaries, value, strict=True))
    for fault in (ValueError(told), OperationalError(told), KeyError(told)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("members.views.facts_of", broken(fault))
            answer = scene.ask("secretary", "GET", address(scene.stage, "member", "a"))
            assert answer.status >= 500
    for who in ("nobody", "secretary"):
        for method, path in (("GET", "/members/?page=%ff"), ("GET", "/nowhere/"), ("DELETE", "/members/"), ("GET", "/accounts/")):
            assert scene.ask(who, method, path).status in (302, 400, 403, 404, 405)


def broken(fault: Exception) -> Callable:
    def act(*args: Any) -> Any:
        raise fault

    return act


def test_nobody_reads_what_the_table_does_not_give_him(scene, tell: Tell):
    starts = addresses(scene.stage)
    for who in CAST:
        crawl(partial(scene.ask, who, "GET"), starts, ALIKE)
    send_every_form(scene)
    shown = ask_for_everything(scene)
    break_down(scene)
    assert scene.faults == []
    judge = scene.judge
    assert shown >= 2 * 3 * len(LABELS)  # of both: himself, his secretary, staff
    assert judge.seen_masked > 50 and judge.seen_clear > 10  # whoever may read did: masked numbers, birthdays
    assert {canary.model for canary in scene.canaries} == set(protected_models())
    control = unmasked(scene), out_of_reach(scene)
    assert all(control)
    columns = sorted({f"{canary.model._meta.label}.{canary.field.name}" for canary in scene.canaries})
    tell("R5", "看得到的", f"{len(scene.canaries)} 个金丝雀（{'、'.join(columns)}），{len(CAST)} 个人 {scene.asked:,} 次请求"
         f"（页面、导出、Word、错误页）：越权看到 0，未点就见明文 0；对照（一处不遮）{control[0]} 处，（名册不分支部）{control[1]} 处")


def unmasked(scene: Scene) -> int:
    """The control: one page and one export that forget to mask."""
    with pytest.MonkeyPatch.context() as patch, aside(scene) as faults:
        patch.setattr("members.views.masked_phone", lambda member: member.phone)
        patch.setattr("members.exports.masked_phone", lambda member: member.phone)
        scene.ask("secretary", "GET", "/members/")
        send(scene, "secretary", "members_export")
        assert {fault.split()[1] for fault in faults} == {"GET", "POST"}
        assert all(" unmasked " in fault for fault in faults)
    return len(faults)


def out_of_reach(scene: Scene) -> int:
    """The control: lists that forget whose they are."""
    with pytest.MonkeyPatch.context() as patch, aside(scene) as faults:
        for queryset in (MemberQuerySet, MembershipQuerySet):
            patch.setattr(queryset, "visible_to", lambda self, account: self.all())
        scene.ask("secretary", "GET", address(scene.stage, "member", "b"))
        scene.ask("member", "GET", address(scene.stage, "member", "b"))
    assert any("secretary" in fault and "foreign members.Member.born_on" in fault for fault in faults)
    assert any("member" in fault and "foreign, masked members.Member.phone" in fault for fault in faults)
    return len(faults)


@contextmanager
def aside(scene: Scene) -> Iterator[list[str]]:
    """Faults of a control are not the product's."""
    kept, scene.faults = scene.faults, []
    try:
        yield scene.faults
    finally:
        scene.faults = kept


def test_a_number_is_shown_to_whoever_asks_and_only_to_him(scene, tell: Tell):
    """By the button, for two minutes, to those whom the table lets; in the journal."""
    name, row = "member_reveal", EXPECTED["member_reveal", "POST", "a"]
    member = scene.stage.objects["member.a"]
    shown = next(canary for canary in scene.canaries if (whose(canary), canary.field.name) == (str(member.pk), "phone"))
    page, number = address(scene.stage, "member", "a"), next(iter(shown.clear))
    seen = {}
    for who in CAST:
        with transaction.atomic(), aside(scene):
            answer = scene.ask(who, "POST", address(scene.stage, name, "a"), {}, keep=True)
            told = Entry.objects.filter(action=SHOWN).count()
            looks = {each: number in scene.ask(each, "GET", page).text_or_none for each in (who, "staff", "leader")}
            transaction.set_rollback(True)
        seen[who] = looks.pop(who)
        assert (answer.code, told, any(looks.values()) and who not in looks) == (row[who], int(row[who] == "302+"), False)
    assert {who for who, saw in seen.items() if saw} == {who for who in CAST if row[who] == "302+"}
    tell("R5", "点了才显示", f"{len(CAST)} 个人点“显示号码”：{sum(seen.values())} 个有权的看到并记入日志，其余 0")


# --- what is kept ----------------------------------------------------------------------------------------------------------------------


def live(scene: Scene) -> None:
    """A day's work, kept: numbers changed, typed into new records, searched for, exported, shown; passwords tried and changed."""
    stage, member = scene.stage, scene.stage.objects["member.a"]
    known = [next(iter(canary.clear)) for canary in scene.canaries if canary.encrypted][:3]
    keep(scene, "secretary", "member_reveal", "a")
    keep(scene, "secretary", "member_edit", "a", new_phone=NEW_PHONES[0])
    now = Member.objects.get(pk=member.pk).version
    keep(scene, "secretary", "member_profile", "a", new_home_address=NEW_ADDRESS, version=str(now))
    keep(scene, "member", "member_ask", "a", text=f"换了手机 {IN_A_RECORD}，搬到{NEW_ADDRESS}")
    keep(scene, "secretary", "member_new", "a", phone=NEW_PHONES[1])
    for number in known:
        scene.ask("secretary", "GET", f"/members/?words={number}", keep=True)
        keep(scene, "secretary", "members_export", "-", words=number)
    keep(scene, "secretary", "meeting_void", "a", reason=f"他的电话 {IN_A_RECORD} 写错")
    for secret in TYPED_SECRETS:
        scene.ask("nobody", "POST", "/login/", {"username": "member", "password": secret}, keep=True)
        scene.ask("nobody", "POST", "/login/", {"username": secret, "password": "x"}, keep=True)
        form = {"old_password": secret, "new_password": TYPED_SECRETS[1], "again": TYPED_SECRETS[1]}
        scene.ask("colleague", "POST", "/password/", form, keep=True)
    form = {"old_password": PASSWORD, "new_password": TYPED_SECRETS[1], "again": TYPED_SECRETS[1]}
    assert scene.ask("colleague", "POST", "/password/", form, keep=True).status == 302
    assert Member.objects.get(pk=member.pk).phone == NEW_PHONES[0]
    assert Profile.objects.get(member=member.pk).home_address == NEW_ADDRESS
    assert member.requests.latest("pk").text.endswith(NEW_ADDRESS)
    request_report(actor=stage.world["neighbour"], report=stage.objects["report.b"], options=Options())  # waits in the queue


def keep(scene: Scene, who: str, name: str, letter: str, /, **typed: str) -> None:
    answer = scene.ask(who, "POST", address(scene.stage, name, letter), payload(scene.stage, name, letter) | typed, keep=True)
    assert answer.status in (200, 302), (name, answer.status)


def secrets_of(scene: Scene) -> dict[str, str]:
    """What must stand nowhere: encrypted columns' values, and every password that was typed."""
    kept = {form: str(canary) for canary in scene.canaries if canary.encrypted for form in canary.clear}
    typed = dict.fromkeys((*NEW_PHONES, NEW_ADDRESS), "a typed number or address")
    return kept | typed | dict.fromkeys((*TYPED_SECRETS, PASSWORD), "a typed password")


def stored(scene: Scene, backup: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that is on disk, by its place; what is packed is unpacked."""
    for root in (scene.place.folder, Path(settings.QUEUE_DIR), Path(settings.FILE_UPLOAD_TEMP_DIR), backup.parent):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                yield str(path.relative_to(root.parent)), path.read_bytes()
    yield "log", scene.log.getvalue().encode()
    for session in Session.objects.all():
        yield "session", json.dumps(session.get_decoded(), ensure_ascii=False).encode()
    for model in (Entry, Job):
        for row in model._base_manager.values():
            yield model._meta.verbose_name, str(row).encode()
    with backup.open("rb") as file:
        for _, content in events(file):
            yield "backup, opened", content if isinstance(content, bytes) else repr(content).encode()


def found_in(stored: Iterable[tuple[str, bytes]], secrets: dict[str, str]) -> list[str]:
    wanted = re.compile("|".join(map(re.escape, secrets)))
    return [f"{where}: {secrets[form]}" for where, content in stored for text in texts_in(content)
            for form in set(wanted.findall(text))]


def test_nothing_stored_holds_one_in_clear(scene, tmp_path, tell: Tell):
    live(scene)
    break_down(scene)
    backup = make_backup(tmp_path / "day.backup").path
    places = list(stored(scene, backup))
    secrets = secrets_of(scene)
    kinds = {where.split("/")[-1].split(".")[-1] for where, _ in places}
    assert kinds >= {"sqlite3", "sqlite3-wal", "msg", "backup", "log", "session"}
    assert found_in(places, secrets) == []
    in_log = [str(canary) for canary in scene.canaries if any(form in scene.log.getvalue() for form in canary.clear)]
    in_journal = journal_texts(scene)
    assert (in_log, in_journal) == ([], [])
    control = stored_in_clear(scene, tmp_path), written_in_clear(scene)
    assert all(control)
    size = sum(len(content) for _, content in places) // 1024
    tell("R5", "存下来的", f"{len(secrets)} 个号码和密码，查 {len(places)} 处 {size:,} KB"
         f"（库与 WAL、附件、队列、会话、任务、日志、备份内外）：明文 0；生日在日志和操作日志里 0；"
         f"对照（一格存成明文）{control[0]} 处，（日志不隐去）{control[1]} 处")


def journal_texts(scene: Scene) -> list[str]:
    """Protected values, encrypted or not, and the number in the free text, in entries and jobs."""
    kept = "\n".join(str(row) for model in (Entry, Job) for row in model._base_manager.values())
    assert "写错" in kept
    return [IN_A_RECORD] * (IN_A_RECORD in kept) + [
        str(canary) for canary in scene.canaries if any(form in kept for form in canary.clear)]


def stored_in_clear(scene: Scene, folder: Path) -> int:
    """The control: a copy of the database with one cell of each encrypted column as it was typed."""
    copy = folder / "copy" / "partywork.sqlite3"
    copy.parent.mkdir()
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(scene.place.database.facts["NAME"], copy)
    first = {(canary.model, canary.field.column): canary for canary in scene.canaries if canary.encrypted}
    import sqlite3

    with sqlite3.connect(copy) as database:
        for (model, column), canary in first.items():
            database.execute(f"UPDATE {model._meta.db_table} SET {column} = ? WHERE {model._meta.pk.column} = ?",
                             (next(iter(canary.clear)), canary.pk))
    database.close()
    found = found_in([("copy", copy.read_bytes())], secrets_of(scene))
    assert len(found) >= len(first)
    return len(found)


def written_in_clear(scene: Scene) -> int:
    """The control: the log without its filter."""
    plain = io.StringIO()
    handler = logging.StreamHandler(plain)
    handler.setFormatter(JsonLines())
    logging.getLogger("partywork.errors").addHandler(handler)
    try:
        with pytest.MonkeyPatch.context() as patch, aside(scene):
            patch.setattr("partywork.logs.HidePrivate.filter", lambda self, record: True)
            break_down(scene)
    finally:
        logging.getLogger("partywork.errors").removeHandler(handler)
    return len(found_in([("log", plain.getvalue().encode())], secrets_of(scene)))


def test_a_new_protected_column_is_found_by_itself():
    """A model of no app: its encrypted fields, and those that bear a protected name."""
    assert {each.name for each in protected_fields(Person)} == {"phone", "note"}
    assert {each.name for each in protected_fields(Member)} >= {"phone", "born_on"}
    assert {model for model in protected_models() if encrypted_fields(model)} >= {Member}
