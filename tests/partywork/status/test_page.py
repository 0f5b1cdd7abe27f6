"""The keeper's page as it is drawn: from the real history, tables and disk; who may do what on it; what it costs."""
from __future__ import annotations

import json
import socket
import time
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partywork.jobs.models import Job, WorkerBeat
from partywork.jobs.running import run_job
from partywork.journal.models import Entry
from partywork.journal.services import write_entry
from partywork.keeping import history
from partywork.keeping.checks import all_checks
from partywork.status import deployment, facts, services
from partywork.status.lines import State
from tests.partywork.test_checks import right  # noqa: F401  a fixture
from tests.stage import SECRETS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_place(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def lines_of(client) -> dict:
    page = client.get(reverse("system"))
    assert page.status_code == 200
    return {line.label: line for section in page.context["sections"] for line in section.lines}


def test_every_matter_has_its_line(client_of):
    assert list(lines_of(client_of("keeper"))) == [
        "后台进程", "任务队列", "消息队列", "最近备份", "备份检查", "数据核对", "操作日志链", "磁盘空间", "数据库", "附件",
        "版本", "时钟", "安全设置", "正在使用"]


def test_the_lines_are_of_this_very_place(world, client_of):
    client = client_of("keeper")
    client.get(reverse("system"))  # the session begins
    before = lines_of(client)
    WorkerBeat.objects.create(name="celery@here", seen_at=timezone.now(), since=timezone.now())
    Job.objects.create(kind="report", owner=world["staff"])
    Job.objects.create(kind="report", owner=world["staff"], state="failed", error="“保密项目”没有会议。", finished_at=timezone.now(),
                       reference="7KQ3M2PX")
    history.note("backup", ok=True, size=3, files=1, missing=[], checked=True, file=str(facts.settings.DATA_DIR / "a.backup"))
    history.note("verify", ok=True, problems=0, failed={}, head={"seq": 0, "hash": ""}, by="陈工")
    after = lines_of(client)
    changed = {label for label in after if before[label] != after[label]}
    assert changed == {"后台进程", "任务队列", "最近备份", "备份检查", "数据核对", "操作日志链"}
    assert {after[label].state for label in changed - {"任务队列"}} == {State.FINE}
    assert after["任务队列"].text.startswith("排队1项，进行中0项；近7天未完成1项。")
    page = client.get(reverse("system")).content.decode()
    assert "7KQ3M2PX" in page
    assert "保密项目" not in page  # what a job was about is not the keeper's business


def test_state_is_told_in_words_and_a_picture(client_of):
    page = client_of("keeper").get(reverse("system")).content.decode()
    for state in State:
        line = f'<span class="tag tag-{state} tag-icon"><svg'
        assert (line in page) == (f"</svg>{state.label}</span>" in page)
    assert "正常" in page and "注意" in page and "异常" in page


def test_the_auditor_reads_and_the_keeper_acts(client_of):
    for who, may in (("keeper", True), ("auditor", False)):
        page = client_of(who).get(reverse("system"))
        assert (reverse("system_verify") in page.content.decode()) == may
    assert client_of("auditor").post(reverse("system_verify")).status_code == 403
    assert not Job.objects.exists()


# --- checking now ------------------------------------------------------------------------------------------------------


def press(client, token="") -> str:
    answer = client.post(reverse("system_verify"), {"form_token": token or str(uuid.uuid4())})
    assert answer.status_code == 302
    return answer.url


def test_the_button_queues_one_job_that_checks_everything(world, client_of):
    client = client_of("keeper")
    first = press(client)
    assert press(client) == first  # one is going on
    job = Job.objects.get()
    assert (first, job.owner, Entry.objects.filter(action="job.ask").count()) == (reverse("job", args=[job.pk]), world["keeper"], 1)
    seen = []
    write_entry(actor=None, action="org.edit")
    run_job(job.pk)
    services.do_verify(job, lambda percent, note: seen.append((percent, note)))
    job.refresh_from_db()
    assert (job.state, job.result["page"]) == ("done", reverse("system"))
    assert (seen[0][0], "正在核对：附件文件" in {note for _, note in seen}) == (0, True)
    assert len(seen) == len(all_checks())
    assert [percent for percent, _ in seen] == sorted(percent for percent, _ in seen)
    assert history.last("verify")["by"] == "陈工"
    assert f'href="{reverse("system")}">查看结果</a>' in client.get(first).content.decode()
    line = lines_of(client)["操作日志链"]
    assert (line.state, "由陈工核对，完好。" in line.text) == (State.FINE, True)
    assert press(client) != first


def test_what_it_finds_is_told_by_check_and_count_only(world, client_of, monkeypatch):
    monkeypatch.setattr("partywork.keeping.checks._checks", {"引用": lambda asked: iter([SECRETS["a"], "再一处"])})
    monkeypatch.setattr("partywork.keeping.checks.GROUND", ())
    client = client_of("keeper")
    press(client)
    run_job(Job.objects.get().pk)
    page = client.get(reverse("system"))
    line = next(line for section in page.context["sections"] for line in section.lines if line.label == "数据核对")
    assert (line.state, line.more) == (State.WRONG, ["引用：2处"])
    assert SECRETS["a"] not in page.content.decode() + json.dumps(history.read(), ensure_ascii=False)


def test_who_lost_the_right_meanwhile_has_nothing_checked(world, client_of):
    press(client_of("keeper"))
    world["keeper"].posts.update(stop_on="2021-01-01")
    run_job(Job.objects.get().pk)
    assert (Job.objects.get().state, history.last("verify")) == ("failed", None)


# --- alerts --------------------------------------------------------------------------------------------------------------


def test_what_cannot_wait_stands_on_the_keepers_first_page(world, client_of, settings):
    client = client_of("keeper")
    first = client.get(client.get("/").url).content.decode()
    assert "系统有1项异常，请尽快处理：" in first and "后台进程：没有在运行。" in first
    WorkerBeat.objects.create(name="celery@here", seen_at=timezone.now())
    assert "role=\"alert\"" not in client.get(reverse("accounts")).content.decode()
    settings.PRODUCTION = True
    history.note("verify", ok=False, problems=1, failed={"操作日志": 1}, head={})
    assert [line.label for line in facts.alerts()] == ["最近备份", "数据核对"]
    assert "系统有2项异常" in client.get(reverse("accounts")).content.decode()
    assert "项异常" not in client_of("auditor").get(reverse("journal")).content.decode()


def test_an_alert_costs_one_question(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        facts.alerts()


# --- the pieces ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["refuses", "says nothing", "has no name"])
def test_a_broker_that_is_away_costs_a_second_at_most(settings, place):
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        port = silent.getsockname()[1]
        if place == "refuses":
            silent.close()
        settings.REDIS_URL = f"redis://{'no-such-host.invalid' if place == 'has no name' else '127.0.0.1'}:{port}/0"
        start = time.monotonic()
        assert not facts.broker_answers()
        assert time.monotonic() - start < 2 * facts.BROKER_SECONDS


def test_the_folder_of_the_laptop_answers(settings):
    assert facts.broker_answers()
    settings.QUEUE_DIR = settings.DATA_DIR / "missing"
    assert not facts.broker_answers()


def test_only_sessions_with_a_recent_sign_of_life_count(client_of):
    client = client_of("keeper")
    client.get(reverse("system"))
    client_of("keeper").get(reverse("system"))
    assert lines_of(client)["正在使用"].text == "近30分钟有1人、2处登录在使用。"
    assert facts.people(timezone.now() + timedelta(minutes=31)).text == "近30分钟有0人、0处登录在使用。"


def test_a_proper_production_has_no_remark_and_a_wrong_knob_is_named(right):  # noqa: F811
    right.SESSION_COOKIE_SECURE = right.CSRF_COOKIE_SECURE = right.SECURE_SSL_REDIRECT = True
    right.SECURE_HSTS_SECONDS, right.SECURE_HSTS_INCLUDE_SUBDOMAINS, right.SECURE_HSTS_PRELOAD = 1, True, True
    assert deployment.settings_problems() == []
    right.ALLOWED_HOSTS, right.SECURE_SSL_REDIRECT = ["*"], False
    assert deployment.settings_problems() == ["ALLOWED_HOSTS 没有设置，或含有 *。", "框架自带的检查也有提示：security.W008。"]


def test_the_settings_are_looked_at_without_a_question_to_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        deployment.settings_problems()


def test_an_unreadable_history_is_an_empty_one():
    path = history.history_file()
    path.parent.mkdir()
    path.write_bytes(b'\xff\n[]\n{"act": "verify"}\n{"act": "verify", "at": "2026"}\n')
    assert history.read() == []
    path.write_text('3\n{"act": "verify", "at": "2026-11-24T01:00:00"}\n{"act": "verify", "at": "2026-11-24T01:00:00+00:00", "ok": true}\n')
    assert [each["ok"] for each in history.read()] == [True]
