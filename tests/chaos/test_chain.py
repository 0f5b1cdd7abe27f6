"""R32: whatever is done to the journal is found and the first bad entry named; parallel writers make one chain; an act that the
journal does not tell of does not happen; and the database itself refuses to change or remove an entry."""
from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from partywork.journal import services, triggers
from partywork.journal.heads import heads_by_day, read_written
from partywork.journal.models import Entry, Head
from partywork.journal.services import verify_chain, write_entry
from tests.cast import draw_world
from tests.chaos import tampering
from tests.chaos.conftest import LONG, Tell
from tests.chaos.ground import ground
from tests.chaos.tampering import WAYS, Chain, tried
from tests.digest import count_on, difference, snapshot
from tests.partywork.engines import ENGINES, Database, fresh
from tests.partywork.jobs.conftest import migrated_services  # noqa: F401
from tests.partywork.trial import Note
from tests.payloads import SUBMISSIONS, payload, usual
from tests.stage import Answer, Stage, address, set_stage
from tests.variants import VARIANTS, variant

pytestmark = pytest.mark.django_db
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
TAMPERINGS = 1000
LENGTH, DAYS = 40, 8  # entries of the chain, over so many days
WRITERS, ACTS = 50, {"sqlite": 4, "postgresql": 40 if LONG else 12}


@pytest.fixture(params=ENGINES)
def database(request, tmp_path, django_db_blocker) -> Iterator[Database]:
    with django_db_blocker.unblock(), fresh(request.param, tmp_path) as made, made.in_use():
        yield made


@contextmanager
def on_day(day: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: day)
        yield


@pytest.fixture
def chain(database) -> Iterator[Chain]:
    """Eight days' work. Every evening but today's the auditor copied the newest line of 每日链头."""
    actor = get_user_model().objects.create(username="wang", display_name="王书记")
    start, heads, paper = timezone.now() - timedelta(days=DAYS - 1), {}, {}
    for number in range(LENGTH):
        with on_day(start + timedelta(days=number * DAYS // LENGTH, seconds=number)):
            with transaction.atomic():
                note = Note.objects.create(title=f"第{number}件")
                changes = {"title": ["旧", f"新{number}"], "n": [None, number]}
                who, why = (actor if number % 3 else None), "补记" * (number % 2)
                write_entry(actor=who, action="trial.do", target=note, reason=why, changes=changes)
            heads[number + 1] = Head.objects.values("seq", "hash", "seal").get()
            written = read_written(heads_by_day(31)[0].written)
            paper |= {written[0]: written[1]} if number * DAYS // LENGTH < DAYS - 1 and last_of_day(number) else {}
    entries = list(Entry.objects.order_by("seq"))
    assert (verify_chain(paper), len(paper), max(paper) < LENGTH) == (None, DAYS - 1, True)
    with triggers.lifted(connection):
        yield Chain(entries, heads, paper)


def last_of_day(number: int) -> bool:
    return (number + 1) * DAYS // LENGTH > number * DAYS // LENGTH


# --- tampering ---------------------------------------------------------------------------------------------------------------


def tampered(chain: Chain, count: int, judge: Callable[[], Any], names: tuple[str, ...] = tuple(WAYS)) -> dict[str, list[tuple]]:
    """So many tamperings in turn, by way: which entry was the first bad one, and which was named."""
    dice, found = random.Random(32), {name: [] for name in names}
    while (number := sum(map(len, found.values()))) < count:
        name = names[number % len(names)]
        if outcome := tried(chain, name, dice, judge):
            found[name].append(outcome)
    return found


def right(outcomes: dict[str, list[tuple]]) -> int:
    return sum(expected == said for each in outcomes.values() for expected, said in each)


def test_every_tampering_is_found_and_its_first_entry_named(database, chain, tell: Tell):
    outcomes = tampered(chain, TAMPERINGS, lambda: verify_chain(chain.paper))
    wrong = [(name, *outcome) for name, each in outcomes.items() for outcome in each if outcome[0] != outcome[1]]
    assert wrong == []
    assert verify_chain(chain.paper) is None  # nothing of it remains
    blind = tampered(chain, 10 * len(WAYS), unsealed(chain))
    without_paper = tampered(chain, 20, verify_chain, ("截尾并换回当时的链头",))
    assert right(blind) < 10 * len(WAYS) * 0.7
    assert right(without_paper) == 0
    tell("R32", NAMES[database.vendor], f"{TAMPERINGS:,} 次随机篡改（{len(WAYS)} 种）：找到 {right(outcomes):,}，都指对第一条；"
         f"对照（不核对校验值）{10 * len(WAYS)} 次只找到 {right(blind)}，（没有抄下的链头）换回旧链头 20 次找到 0")


def unsealed(chain: Chain) -> Callable[[], Any]:
    """The same walk without a look at the seals."""

    def judge() -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(services, "entry_hash", lambda entry: entry.hash)
            patch.setattr(services, "head_seal", lambda head: head.seal)
            return verify_chain(chain.paper)

    return judge


def test_every_way_is_tried_by_itself(database, chain):
    """So that no way hides behind the others: each of them is found, ten times of ten."""
    outcomes = tampered(chain, 10 * len(WAYS), lambda: verify_chain(chain.paper))
    assert {name: len(each) for name, each in outcomes.items()} == dict.fromkeys(WAYS, 10)
    assert right(outcomes) == 10 * len(WAYS)


def test_the_columns_that_are_tried_are_all(chain):
    """Dice that fall on every column but the number itself."""
    dice, seen = random.Random(1), set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tampering, "other_value", lambda field, old, dice: seen.add(field.name) or old)
        for _ in range(400):
            tampering.any_column(chain, dice)
    assert seen == {field.name for field in Entry._meta.concrete_fields} - {"seq"}


# --- fifty writers --------------------------------------------------------------------------------------------------------------


def act(number: int, times: int) -> None:
    for turn in range(times):
        with transaction.atomic():
            Note.objects.filter(title="").exists()  # services look before they write
            note = Note.objects.create(title=f"写手{number}第{turn}件")
            write_entry(actor=None, action="trial.do", target=note)


def test_fifty_writers_make_one_chain(database, tell: Tell):
    times, begun = ACTS[database.vendor], time.monotonic()
    outcomes = database.at_once(WRITERS, lambda number: act(number, times))
    seconds, done = time.monotonic() - begun, WRITERS * times
    assert [outcome for outcome in outcomes if outcome is not None] == []
    assert (Entry.objects.count(), Note.objects.count(), verify_chain()) == (done, done, None)
    assert max(Counter(Entry.objects.values_list("prev_hash", flat=True)).values()) == 1  # no two follow the same one
    collided = without_lock(database)
    assert collided > 0
    tell("R32", NAMES[database.vendor], f"{WRITERS} 个写手同时写 {done:,} 次：分叉 0，每秒 {done / seconds:,.0f} 次；"
         f"对照（不锁链头）{collided} 个写手撞上")


def without_lock(database: Database) -> int:
    if database.vendor == "sqlite":
        database.facts["OPTIONS"] |= {"transaction_mode": "DEFERRED"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "lock_head", lambda: Head.objects.get_or_create(pk=1)[0])
        outcomes = database.at_once(WRITERS, lambda number: act(number, 2))
    return sum(isinstance(outcome, DatabaseError) for outcome in outcomes)


# --- no act without its entry -----------------------------------------------------------------------------------------------------

REFUSE = {
    "sqlite": ["CREATE TRIGGER journal_full BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'journal full'); END"],
    "postgresql": [
        "CREATE FUNCTION journal_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'journal full'; END $$",
        "CREATE TRIGGER journal_full BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_full()"],
}
ALLOW = {
    "sqlite": ["DROP TRIGGER journal_full"],
    "postgresql": ["DROP TRIGGER journal_full ON journal_entry", "DROP FUNCTION journal_full()"],
}
COUNTS = {"accounts.Tries"}  # how often a password was tried is counted before anything else is known


@contextmanager
def full_journal() -> Iterator[None]:
    """The database takes no further entry."""
    run(REFUSE[connection.vendor])
    try:
        yield
    finally:
        run(ALLOW[connection.vendor])


def run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def sent(stage: Stage, name: str) -> tuple[str, str, dict]:
    if name in VARIANTS:
        return variant(stage, name)
    letter = usual(name)
    return SUBMISSIONS[name].sender(letter), address(stage, name, letter), payload(stage, name, letter)


def acts_of(stage: Stage) -> dict[str, tuple[str, str, dict]]:
    """Every form of the site that really writes an entry when it is sent."""
    found = {}
    for name in (*SUBMISSIONS, *VARIANTS):
        who, path, data = sent(stage, name)
        if "journal_entry" in stage.ask(who, "POST", path, data).written:
            found[name] = sent(stage, name)
    return found


def says_done(answer: Answer) -> bool:
    """Led on as after a success, or a file handed out; a form shown again or a page with a fault is none."""
    return answer.status == 302 or "Content-Disposition" in answer.response


def left_behind(stage: Stage, acts: dict[str, tuple]) -> list[str]:
    """Acts that left something in the database, or said that they were done, although the journal could not take their entry."""
    faults, before = [], snapshot()
    for name, (who, path, data) in acts.items():
        count_on()
        answer = stage.ask(who, "POST", path, data, look=snapshot)
        changed = set(difference(before, answer.after)) - COUNTS
        if changed or says_done(answer):
            faults.append(f"{name}: {answer.status} {sorted(changed)}")
    return faults


@pytest.mark.parametrize("engine", ENGINES)
def test_an_act_that_the_journal_cannot_tell_of_is_rolled_back(engine, request, tmp_path, tell: Tell):
    template = "" if engine == "sqlite" else request.getfixturevalue("migrated_services")
    with ground(engine, tmp_path / "place", template) as place, place.in_use():
        stage = set_stage(draw_world())
        acts = acts_of(stage)
        assert len(acts) > 30
        with full_journal():
            assert left_behind(stage, acts) == []
            control = left_behind_carelessly(stage, acts)
    assert len(control) > 20
    tell("R32", NAMES[engine], f"日志写不进：{len(acts)} 种操作全部撤回，留下的改动 0；对照（写不进也照办）{len(control)} 种留下改动")


def left_behind_carelessly(stage: Stage, acts: dict[str, tuple]) -> list[str]:
    """An entry that cannot be written is let go: a service's own change stays."""
    honest = services.write_entry

    def careless(**facts: Any) -> Entry:
        try:
            with transaction.atomic():
                return honest(**facts)
        except DatabaseError:
            return Entry(seq=0, at=timezone.now())

    with pytest.MonkeyPatch.context() as patch:
        for module in modules_that_write():
            patch.setattr(module, "write_entry", careless)
        return left_behind(stage, acts)


def modules_that_write() -> list[Any]:
    import sys

    ours = re.compile(r"(partywork|branches|members|reports)\.")
    return [module for name, module in list(sys.modules.items()) if ours.match(name) and hasattr(module, "write_entry")]


# --- the database itself -----------------------------------------------------------------------------------------------------------


def statements() -> list[str]:
    """Every column changed, rows removed, and what else replaces or empties."""
    columns = [field.column for field in Entry._meta.concrete_fields]
    listed = ", ".join(columns)
    texts = [f"UPDATE journal_entry SET {column} = {column} WHERE seq = 3" for column in columns]
    texts += ["DELETE FROM journal_entry WHERE seq = 3", "DELETE FROM journal_entry", "DELETE FROM journal_entry WHERE seq > 5"]
    if connection.vendor == "sqlite":
        return [*texts, f"INSERT OR REPLACE INTO journal_entry ({listed}) SELECT {listed} FROM journal_entry WHERE seq = 3",
                "UPDATE OR REPLACE journal_entry SET seq = 4 WHERE seq = 3"]
    return [*texts, "TRUNCATE journal_entry", f"INSERT INTO journal_entry ({listed}) SELECT {listed} FROM journal_entry WHERE seq = 3"
            " ON CONFLICT (seq) DO UPDATE SET reason = 'x'"]


def through_the_models() -> list[Callable[[], Any]]:
    entry = Entry.objects.get(seq=3)
    return [lambda: Entry.objects.filter(seq=3).update(reason="x"), lambda: Entry.objects.filter(seq=3).delete(),
            lambda: Entry.objects.get(seq=3).delete(), lambda: entry.save(), lambda: Entry.objects.bulk_update([entry], ["reason"]),
            lambda: Entry.objects.update_or_create(seq=3, defaults={"reason": "x"})]


def went_through() -> tuple[int, int]:
    """How many ways to change an entry the database let pass, and how many it refused by its own rule."""
    passed, refused = 0, 0
    for change in [*((lambda text=text: run([text])) for text in statements()), *through_the_models()]:
        try:
            with transaction.atomic():
                change()
                passed += 1
                transaction.set_rollback(True)
        except DatabaseError as error:
            refused += triggers.MESSAGE in str(error)
    return passed, refused


def test_the_database_refuses_to_change_an_entry(database, tell: Tell):
    for number in range(8):
        act(number, 1)
    before = list(Entry.objects.order_by("seq").values())
    tries = len(statements()) + len(through_the_models())
    assert (went_through(), list(Entry.objects.order_by("seq").values())) == ((0, tries), before)
    with triggers.lifted(connection):
        assert went_through() == (tries, 0)
    tell("R32", NAMES[database.vendor], f"{tries} 种改、删、换、清空的写法：数据库放过 0；对照（去掉触发器）放过 {tries}")
