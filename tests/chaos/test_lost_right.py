"""R6: a right that is lost is lost at once. A post ended, an account switched off, a person moved to another organisation, a
password reset by the keeper: the very next request of every open session is refused; work that is under way ends, but its file
is not for him any more."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from branches.accounts import services
from branches.accounts.backends import AccountBackend
from branches.accounts.models import Account, Post
from branches.accounts.querysets import SessionQuerySet
from members.changes import move_member
from members.models import Member
from partywork.jobs import running
from partywork.jobs.models import Job
from partywork.periods import today
from reports.making import Options
from reports.services import request_report
from tests.access_table import EXPECTED
from tests.payloads import payload
from tests.stage import Stage, address, forget, sign_in, stored_files

pytestmark = pytest.mark.django_db
OPEN = 100
LETTERS = ("-", "a")
Act = tuple[str, str, str]  # address, method, object: a line of the access table
LET_IN = ("200", "200+", "302+")
REFUSED = ("403", "404", "login")


def keeper(stage: Stage) -> Account:
    return Account.objects.get(pk=stage.world["keeper"].pk)


def his_post(stage: Stage) -> Post:
    return Post.objects.get(account=stage.world["secretary"], role="secretary")


def end_post(stage: Stage) -> None:
    services.end_post(actor=keeper(stage), post=his_post(stage), day=today())


def switch_off(stage: Stage) -> None:
    account = Account.objects.get(pk=stage.world["secretary"].pk)
    services.edit_account(actor=keeper(stage), account=account, version=account.version, display_name=account.display_name,
                          is_active=False)


def move(stage: Stage) -> None:
    """From branch A to its sister: there he may what the sister's secretary may."""
    end_post(stage)
    services.add_post(actor=keeper(stage), account=stage.world["secretary"], branch=stage.world.b, role="secretary", start_on=today())


def reset_password(stage: Stage) -> None:
    services.reset_password(actor=keeper(stage), account=Account.objects.get(pk=stage.world["secretary"].pk))


# What takes the right away, and who from then on is answered like him.
EVENTS: dict[str, tuple[Callable[[Stage], None], str]] = {
    "免职": (end_post, "former"), "停用": (switch_off, "disabled"), "调到别的支部": (move, "neighbour"),
    "重置密码": (reset_password, "nobody"),
}  # fmt: skip
OWN = {"job", "session_end"}  # what he asked for himself and where he is signed in stay his, with whatever post


def asked_of_all() -> list[Act]:
    """Every act that lets the secretary in and refuses whomever he is like after any of the events."""
    likes = [like for _, like in EVENTS.values()]
    return [key for key, row in EXPECTED.items() if key[2] in LETTERS and key[0] not in OWN and row["secretary"] in LET_IN
            and all(row[like] in REFUSED for like in likes)]


@pytest.fixture(scope="module")
def browsers(stage) -> dict[str, Act]:
    """A hundred browsers in which one person is signed in, and what each is about to ask; all are let in now."""
    acts = asked_of_all()
    stage.sessions |= {f"browser {number}": sign_in(stage.world["secretary"]) for number in range(OPEN)}
    found = {f"browser {number}": acts[number % len(acts)] for number in range(OPEN)}
    assert {act: code for browser, act in found.items() if (code := code_of(stage, browser, act)) not in LET_IN} == {}
    return found


@pytest.fixture
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def code_of(stage: Stage, browser: str, act: Act) -> str:
    name, method, letter = act
    data = payload(stage, name, letter) if method == "POST" else None
    return stage.ask(browser, method, address(stage, name, letter), data).code


def let_in_after(stage: Stage, browsers: dict[str, Act], event: str) -> dict[str, str]:
    """The browsers whose next request is not answered as it must be from now on, with the codes."""
    happens, like = EVENTS[event]
    happens(stage)
    return {browser: code for browser, act in browsers.items() if (code := code_of(stage, browser, act)) != EXPECTED[act][like]}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.usefixtures("taken_back")
def test_the_next_request_of_every_session_is_refused(stage, browsers, event, tell):
    assert (len(browsers), len(set(browsers.values())) > 30) == (OPEN, True)
    assert let_in_after(stage, browsers, event) == {}
    kinds = len(set(browsers.values()))
    tell("R6", event, f"{OPEN} 处登录的下一次操作（{kinds} 种）拒绝 {OPEN} 处；对照（登录记住账号和职务）仍放行 {OPEN} 处")


@pytest.mark.usefixtures("taken_back")
def test_whoever_moved_away_is_out_of_sight_at_once(stage, browsers, tell):
    """The other way round: the member is moved, and his former secretary loses him."""
    member = Member.objects.get(pk=stage.objects["member.a"].pk)
    acts = [("member", "GET", "a"), ("member_edit", "POST", "a"), ("member_move", "POST", "a"), ("member_reveal", "POST", "a")]
    assert {code_of(stage, "secretary", act) for act in acts} <= set(LET_IN)
    move_member(actor=Account.objects.get(pk=stage.world["staff"].pk), member=member, branch=stage.world.b, group=None, day=today(),
                today=today())
    assert [code_of(stage, browser, acts[number % len(acts)]) for number, browser in enumerate(browsers)] == ["404"] * OPEN
    tell("R6", "党员调走", f"原支部书记 {OPEN} 处登录的下一次操作都看不到此人")


# --- work under way ------------------------------------------------------------------------------------------------------


@pytest.fixture
def job(stage) -> Iterator[Job]:
    """His report is queued; files that it makes are taken away again."""
    before = stored_files()
    with transaction.atomic():
        actor = Account.objects.get(pk=stage.world["secretary"].pk)
        yield request_report(actor=actor, report=stage.objects["report.a"], options=Options(draft=True))
        transaction.set_rollback(True)
    forget(*stored_files() - before)


def downloads(stage: Stage, who: str, job: Job) -> list[Any]:
    """What he gets for the file that the job made, if it made one."""
    version = job.result.get("version")
    return [stage.ask(who, "POST", f"/reports/versions/{version}/file/", {}).code] if version else []


LOSING = [event for event in EVENTS if event != "重置密码"]


@pytest.mark.parametrize("event", LOSING)
def test_work_that_waits_is_not_begun(stage, job, event):
    EVENTS[event][0](stage)
    running.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.result) == ("failed", running.LOST, {})


@pytest.mark.parametrize("event", LOSING)
def test_work_under_way_ends_without_giving_him_the_file(stage, job, event, monkeypatch, tell):
    reached = []

    def at(place: str) -> None:
        """The place between drawing the file and keeping it, where other proofs kill the process."""
        if place == "report.rendered":
            reached.append(place)
            EVENTS[event][0](stage)

    monkeypatch.setattr("reports.services.fail_here", at)
    running.run_job(job.pk)
    job.refresh_from_db()
    assert (reached, job.state) == (["report.rendered"], "done")
    assert (downloads(stage, "staff", job), downloads(stage, "secretary", job)) == (["200+"], ["login" if event == "停用" else "404"])
    tell("R6", f"{event}，任务进行中", "任务照常做完，文件只给仍有权的人；本人取文件被拒绝；还在排队的任务不再开始并说明原因")


# --- the negative control ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.usefixtures("taken_back")
def test_rights_that_are_kept_with_the_login_are_seen(stage, browsers, event, monkeypatch):
    """A login that remembers its account and its posts, and that nobody ends: every one of the hundred goes on."""
    remembered: dict[int, Account] = {}

    def get_user(self, user_id: int) -> Account:
        return remembered.setdefault(int(user_id), Account.objects.get(pk=user_id))

    monkeypatch.setattr(AccountBackend, "get_user", get_user)
    monkeypatch.setattr(SessionQuerySet, "delete", lambda self: None)
    light = dict.fromkeys(browsers, ("meeting_void", "GET", "a"))
    assert code_of(stage, "browser 0", ("meeting_void", "GET", "a")) == "200"  # and is remembered
    assert let_in_after(stage, light, event) == dict.fromkeys(browsers, "200")
