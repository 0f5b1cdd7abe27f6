"""The progress page and the piece of it that polls itself; /healthz."""
from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partywork import health
from partywork.jobs import running
from partywork.jobs.models import Job, WorkerBeat
from partywork.jobs.services import claim_job, queue_job
from partywork.version import VERSION

HTMX = {"HX-Request": "true"}


@pytest.fixture
def secretary(world):
    client = Client()
    client.force_login(world["secretary"], backend="branches.accounts.backends.AccountBackend")
    client.account = world["secretary"]
    return client


def make_job(account, kind="test.make"):
    return queue_job(actor=account, kind=kind, args={})


def test_while_it_runs_the_piece_polls_itself(secretary):
    job = make_job(secretary.account)
    running.Progress(claim_job(job.pk))(40, "正在计算指标")
    address = reverse("job", args=[job.pk])
    page, piece = secretary.get(address), secretary.get(address, headers=HTMX)
    assert page.status_code == piece.status_code == 200
    for text in (page.content.decode(), piece.content.decode()):
        assert f'hx-get="{address}" hx-trigger="every 1s"' in text
        assert "正在计算指标" in text and "40%" in text and "测试任务" in text
    assert "<html" in page.content.decode() and "<html" not in piece.content.decode()


def test_when_it_is_done_the_polling_stops_and_the_result_is_linked(secretary):
    job = make_job(secretary.account)
    running.run_job(job.pk)
    text = secretary.get(reverse("job", args=[job.pk]), headers=HTMX).content.decode()
    assert f'<form method="post" action="/made/{job.pk}/"' in text
    assert "打开结果</button>" in text
    assert "hx-get" not in text


def test_a_failure_gives_its_reason_and_stops_polling(secretary):
    job = make_job(secretary.account, kind="test.refuse")
    running.run_job(job.pk)
    text = secretary.get(reverse("job", args=[job.pk]), headers=HTMX).content.decode()
    assert "这个期间还没有任何会议。" in text
    assert "hx-get" not in text


def test_another_person_s_job_is_as_missing_as_none(secretary, make_account):
    foreign = make_job(make_account())
    answers = [secretary.get(reverse("job", args=[key])) for key in (foreign.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_looking_changes_nothing(secretary):
    job = make_job(secretary.account)
    before = Job.objects.filter(pk=job.pk).values().get()
    secretary.get(reverse("job", args=[job.pk]))
    assert secretary.post(reverse("job", args=[job.pk])).status_code == 405
    assert Job.objects.filter(pk=job.pk).values().get() == before


# --- /healthz -------------------------------------------------------------------------------------------------------


def test_health_without_login(client, account):
    make_job(account)
    WorkerBeat.objects.create(name="celery@one", seen_at=timezone.now() - timedelta(seconds=31))
    away = client.get("/healthz")
    WorkerBeat.objects.create(name="celery@two", seen_at=timezone.now())
    assert away.json() == {"status": "ok", "database": "ok", "worker": "away", "queue": 1, "version": VERSION}
    assert client.get("/healthz").json() == away.json() | {"worker": "ok"}
    assert client.post("/healthz").status_code == 405


def test_health_with_the_database_away(client, db, monkeypatch):
    def away():
        raise OperationalError("secret host name")

    monkeypatch.setattr(health, "_worker_facts", away)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "down", "database": "away", "version": VERSION})
