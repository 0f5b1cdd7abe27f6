"""R38: a session ends after half an hour without its person and after twelve hours in any case; its id is new whenever it
rises; signing out, a new password and the keeper end it on the server; cookies and the Back button give nothing away."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from branches.accounts import middleware, services, views
from branches.accounts.models import Account, Session
from branches.accounts.querysets import SessionQuerySet
from partywork.middleware import door
from partywork.periods import today
from tests.access_table import EXPECTED
from tests.blank import copy_blank
from tests.cast import World, draw_world
from tests.chaos.conftest import LONG, Tell
from tests.chaos.doors import Servers
from tests.chaos.ground import ground
from tests.factories import PASSWORD
from tests.forms_on_pages import tree_of
from tests.partywork.jobs.place import ROOT
from tests.payloads import SUBMISSIONS, payload, usual
from tests.stage import Answer, Stage, address, sign_in
from tests.test_headers import GOOD

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600
IDLE, MOST = settings.SESSION_IDLE_MINUTES * MINUTE, settings.SESSION_HOURS * HOUR
NEW = "芒种前后的十二棵樟树"
MANY = 20 if LONG else 8  # sessions of one person


@contextmanager
def clock(seconds: float) -> Iterator[None]:
    """So many seconds later, for whoever asks the time."""
    moment, now = time.time, timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: moment() + seconds)
        patch.setattr(timezone, "now", lambda: now() + timedelta(seconds=seconds))
        yield


def open_pages(who: str) -> list[str]:
    """The pages that the access table says this person may open."""
    return sorted({name for (name, method, letter), row in EXPECTED.items()
                   if method == "GET" and row[who] == "200" and row["nobody"] == "login"})


def page(stage: Stage, name: str) -> str:
    letter = next(letter for (each, method, letter), row in EXPECTED.items() if each == name and method == "GET" and letter in "-ab")
    return address(stage, name, letter)


def is_out(answer: Answer) -> bool:
    """Sent to sign in, a script told so, and nothing written."""
    return not answer.changed and (answer.code == "login" or answer.status == 401)


# --- how long ----------------------------------------------------------------------------------------------------------------


def test_an_idle_session_opens_nothing(stage, tell: Tell):
    asked = [(who, page(stage, name)) for who in ("secretary", "staff", "keeper", "auditor", "member") for name in open_pages(who)]
    with clock(IDLE - 5):
        assert [path for who, path in asked[:40] if is_out(stage.ask(who, "GET", path))] == []
    forms = [name for name in SUBMISSIONS if name not in ("login", "logout")]
    sent = [(name, SUBMISSIONS[name].sender(usual(name)), payload(stage, name, usual(name))) for name in forms]
    with clock(IDLE + 5):
        alive = [path for who, path in asked if not is_out(stage.ask(who, "GET", path))]
        alive += [name for name, who, data in sent if not is_out(stage.ask(who, "POST", address(stage, name, usual(name)), data))]
    assert alive == []
    with clock(IDLE + 5), pytest.MonkeyPatch.context() as patch:
        patch.setattr(middleware, "expired", lambda session, now: False)
        control = [path for who, path in asked[:20] if not is_out(stage.ask(who, "GET", path))]
    assert len(control) == 20
    tell("R38", "空闲与时长", f"空闲30分钟后 {len(asked)} 个页面、{len(sent)} 种提交：打开 0，写入 0；对照（不查时限）20 页全打开")


def visits(session: str, stage: Stage, every: float, until: float, path: str, **headers: str) -> float:
    """Somebody, or something, asks for a page every so often; the age at which he was refused first."""
    age = 0.0
    while age < until:
        age += every
        with clock(age), transaction.atomic():
            if is_out(stage.ask("visitor", "GET", path, keep=True, **headers)):
                return age
    return age


@pytest.fixture
def visitor(stage) -> Iterator[str]:
    """Another login of the secretary, undone afterwards."""
    with transaction.atomic():
        stage.sessions["visitor"] = sign_in(stage.world["secretary"])
        yield stage.sessions["visitor"]
        transaction.set_rollback(True)


def test_twelve_hours_are_the_most(stage, visitor, tell: Tell):
    ended = visits(visitor, stage, 10 * MINUTE, MOST + HOUR, "/permissions/")
    assert MOST <= ended <= MOST + 10 * MINUTE
    tell("R38", "空闲与时长", f"每10分钟操作一次的人：{MOST // HOUR} 小时后退出")


def test_without_the_absolute_limit_a_busy_session_lives_on(stage, visitor, monkeypatch):
    monkeypatch.setattr(settings, "SESSION_HOURS", 10_000)
    assert visits(visitor, stage, 25 * MINUTE, MOST + HOUR, "/permissions/") > MOST + HOUR


def self_asking(stage: Stage) -> set[str]:
    """Addresses that some page asks for by itself, again and again."""
    found = set()
    for name in open_pages("secretary"):
        for element in tree_of(stage.ask("secretary", "GET", page(stage, name)).body).xpath("//*[@hx-trigger]"):
            if re.search(r"\bevery\b|\bload delay", element.get("hx-trigger")):
                found.add(element.get("hx-get"))
    return found


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(stage, visitor, tell: Tell):
    polled = self_asking(stage)
    assert reverse("job", args=[stage.objects["job.a"].pk]) in polled
    headers = {"HTTP_HX_REQUEST": "true"}
    ended = {}
    for path in polled:
        with transaction.atomic():
            ended[path] = visits(visitor, stage, 2 * MINUTE, HOUR, path, **headers)
            transaction.set_rollback(True)
    assert all(IDLE <= age <= IDLE + 2 * MINUTE for age in ended.values()), ended
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(middleware, "by_htmx", lambda request: False)
        control = visits(visitor, stage, 2 * MINUTE, HOUR, next(iter(polled)), **headers)
    assert control >= HOUR
    names = "、".join(sorted({resolve(path.partition("?")[0]).url_name for path in polled}))
    tell("R38", "自动刷新", f"页面自己反复请求的 {len(polled)} 个地址（{names}）：照样在空闲30分钟后退出；对照（算作操作）1 小时后还在")


# --- new ids, and ends ---------------------------------------------------------------------------------------------------------


def enter(name: str = "secretary", password: str = PASSWORD) -> Client:
    client = Client()
    assert client.post("/login/", {"username": name, "password": password}).status_code == 302
    return client


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def lives(key: str) -> bool:
    """Whether somebody who kept this id could still use it."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    return thief.get(reverse("permissions")).status_code == 200


def change_password(client: Client) -> None:
    form = {"old_password": PASSWORD, "new_password": NEW, "again": NEW}
    assert client.post(reverse("password_change"), form).status_code == 302


def give_post(world, client: Client) -> None:
    services.add_post(actor=world["keeper"], account=world["secretary"], branch=world.b, role="deputy", start_on=today())
    assert client.get(reverse("permissions")).status_code == 200


def leave_and_come_back(client: Client) -> None:
    client.post(reverse("logout"))
    assert client.post("/login/", {"username": "secretary", "password": PASSWORD}).status_code == 302


RISES: dict[str, Callable[[Any, Client], None]] = {
    "登录": lambda world, client: leave_and_come_back(client),
    "改密码": lambda world, client: change_password(client),
    "得新职务": give_post,
}


def kept_ids(world) -> dict[str, bool]:
    """By each rise: whether the old id was kept, or still opens something."""
    found = {}
    for rise, act in RISES.items():
        with transaction.atomic():
            client = enter()
            before = key_of(client)
            act(world, client)
            found[rise] = key_of(client) == before or lives(before)
            transaction.set_rollback(True)
    return found


@contextmanager
def nothing_ends() -> Iterator[pytest.MonkeyPatch]:
    """The guard taken away: no session is taken out of the table, and a password leaves no mark in one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionQuerySet, "delete", lambda self: (0, {}))
        patch.setattr("branches.accounts.sessions.SessionStore.delete", lambda self, key=None: None)
        patch.setattr(views, "end_login", lambda request: None)
        patch.setattr(Account, "get_session_auth_hash", lambda self: "always")
        yield patch


@pytest.fixture
def world(stage) -> Iterator[World]:
    """The stage's people; whatever a test does to them is undone."""
    with transaction.atomic():
        yield stage.world
        transaction.set_rollback(True)


def test_the_id_is_new_after_every_rise(world, tell: Tell):
    assert kept_ids(world) == dict.fromkeys(RISES, False)
    with nothing_ends() as patch:
        patch.setattr("django.contrib.sessions.backends.base.SessionBase.cycle_key", lambda self: None)
        control = kept_ids(world)
    assert all(control.values()), control
    tell("R38", "换号", f"登录、改密码、得新职务：旧会话号可用 0 次；对照（不换号）{sum(control.values())} 次")


def kept_after_logout(world) -> int:
    keys = []
    for name in ("secretary", "staff", "keeper", "auditor", "member"):
        client = enter(name)
        keys.append(key_of(client))
        client.post(reverse("logout"))
    return sum(map(lives, keys))


def ended_by_others(world, act: Callable[[list[Client]], None]) -> int:
    """How many of twenty logins of one person live on after the act."""
    with transaction.atomic():
        clients = [enter() for _ in range(MANY)]
        act(clients)
        alive = sum(client.get(reverse("permissions")).status_code == 200 for client in clients)
        transaction.set_rollback(True)
    return alive


def keepers_button(world, path: str = "") -> Callable[[list[Client]], None]:
    """As the keeper's page shows it: every 结束登录 one by one, or all of a person at once."""

    def press(clients: list[Client]) -> None:
        client, person = enter("keeper"), reverse("account", args=[world["secretary"].pk])
        buttons = [form.get("action") for form in tree_of(client.get(person).content).forms if "/sessions/" in form.get("action", "")]
        for action in [path] if path else [each for each in buttons if not each.startswith("/accounts/")]:
            assert client.post(action).status_code == 302

    return press


def test_what_ends_a_session_ends_it_on_the_server(world, tell: Tell):
    everything = reverse("account_sessions_end", args=[world["secretary"].pk])
    acts = {"改密码": lambda clients: change_password(clients[0]), "本人结束其他": lambda clients: clients[0].post(reverse("sessions_end")),
            "管理员逐个结束": keepers_button(world), "管理员全部结束": keepers_button(world, everything)}
    assert kept_after_logout(world) == 0
    left = {name: ended_by_others(world, act) for name, act in acts.items()}
    assert left == {"改密码": 1, "本人结束其他": 1, "管理员逐个结束": 0, "管理员全部结束": 0}  # 1: the one in hand
    with nothing_ends():
        assert kept_after_logout(world) == 5
        control = {name: ended_by_others(world, act) for name, act in acts.items()}
    assert control == dict.fromkeys(acts, MANY)
    tell("R38", "结束登录", f"退出、改密码、本人或管理员结束：{MANY} 处登录除手上这处外活着 0；"
         f"对照（只清浏览器、不删会话）全部 {MANY} 处活着")


def test_the_list_shows_own_logins_only_and_never_an_id(world, tell: Tell):
    mine, other = [enter() for _ in range(3)], enter("neighbour")
    Session.objects.exclude(session_key__in=[key_of(client) for client in (*mine, other)]).delete()
    body = mine[0].get(reverse("sessions")).content.decode()
    assert body.count("本次登录") == 1
    assert body.count("/end/") == 3  # two others, and all others at once
    assert not any(key_of(client) in body for client in (*mine, other))
    number = Session.objects.get(session_key=key_of(other)).pk
    assert mine[0].post(reverse("session_end", args=[number])).status_code == 404
    tell("R38", "我的登录", "列出本人 3 处，能逐个或一起结束；页面里会话号 0 个；结束别人的登录 404")


# --- cookies and the Back button ------------------------------------------------------------------------------------------------


def cookie_faults(cookies: list[dict[str, Any]]) -> list[str]:
    """What a cookie lacks; the two that open a door also carry the prefix that binds them to this host."""
    faults = []
    for cookie in cookies:
        right = {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}
        gone = cookie["max-age"] == 0
        faults += [f"{cookie['name']}: {name}" for name, value in right.items() if cookie[name] != value and not gone]
        if cookie["name"] != "messages" and not cookie["name"].startswith("__Host-"):
            faults.append(f"{cookie['name']}: no prefix")
    return faults


def cookies_in(profile: str, folder: Path) -> list[dict[str, Any]]:
    database = copy_blank(folder / f"{profile}.sqlite3")
    env = os.environ | GOOD | {"PROFILE": profile, "DATA_DIR": str(folder / profile), "DATABASE_URL": "", "REDIS_URL": ""}
    done = subprocess.run([sys.executable, "-m", "tests.chaos.production_cookies", str(database), "visitor", PASSWORD], cwd=ROOT,
                          env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_cookies_in_production(tmp_path, django_db_setup, tell: Tell):
    cookies = cookies_in("production", tmp_path)
    assert {cookie["name"] for cookie in cookies} >= {"__Host-session", "__Host-csrf", "messages"}
    assert cookie_faults(cookies) == []
    control = cookie_faults(cookies_in("laptop", tmp_path))
    assert {"session: secure", "session: no prefix"} <= set(control)
    tell("R38", "Cookie", f"生产环境 {len(cookies)} 次设置：缺 Secure、HttpOnly、SameSite=Lax 或 __Host- 的 0 次；"
         f"对照（单机设置）缺 {len(control)} 项")


def test_back_after_signing_out_shows_nothing(tmp_path, tell: Tell):
    shown = {}
    with ground("sqlite", tmp_path / "place") as place, place.in_use():
        name = draw_world().members["colleague"].name
        for careful in (True, False):
            change = (lambda: None) if careful else (lambda: setattr(door, "add_never_cache_headers", lambda response: None))
            with Servers(place.database, tmp_path / "log", change) as servers:
                shown[careful] = look_back(servers.ports[0], "/members/", name)
    assert shown[True]["before"]
    assert shown[True]["after"] == [False, False]
    assert any(shown[False]["after"])
    tell("R38", "后退按钮", "Chromium 退出后按两次后退：看到内容 0 次；对照（允许浏览器存页）看得到")


def look_back(port: int, path: str, word: str) -> dict[str, Any]:
    words = [f"http://127.0.0.1:{port}", "secretary", PASSWORD, path, word]
    done = subprocess.run([sys.executable, "-m", "tests.chaos.back_button", *words], cwd=ROOT, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
