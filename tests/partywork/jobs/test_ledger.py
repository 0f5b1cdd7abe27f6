"""The ledger's acts one by one, on the test database."""
from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from partywork.errors import RuleViolation
from partywork.jobs import keeper, running, services
from partywork.jobs.models import Job, WorkerBeat
from partywork.jobs.querysets import LEASE
from partywork.jobs.registry import Kind
from partywork.jobs.services import ClaimLost, claim_job, extend_lease, finish_job, queue_job, sweep_jobs
from partywork.journal.models import Entry

ANOTHER_HOST = "elsewhere:1:1"


def make_job(account, kind="test.answer", **args) -> Job:
    return queue_job(actor=account, kind=kind, args=args)


def silence(job, seconds=60, runner=ANOTHER_HOST) -> None:
    """Its runner, on a host that cannot be asked, was last heard of long ago."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=seconds), runner=runner)


def state_of(job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job.pk)


# --- queueing -----------------------------------------------------------------------------------------------------


def test_the_wake_up_goes_out_on_commit_and_not_before(account, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = make_job(account)
        assert sent == []
    assert sent == [str(job.pk)]


def test_a_job_that_was_rolled_back_wakes_nobody(account, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuleViolation), transaction.atomic():
        make_job(account)
        raise RuleViolation("不行。")
    assert sent == [] and not Job.objects.exists()


def test_the_same_token_gives_the_same_job(account, make_account):
    token = uuid.uuid4()
    first = queue_job(actor=account, kind="test.answer", args={"n": 1}, request_token=token)
    again = queue_job(actor=account, kind="test.answer", args={"n": 1}, request_token=str(token))
    other = queue_job(actor=make_account(), kind="test.answer", args={"n": 1}, request_token=token)
    assert again == first and other != first
    assert Job.objects.filter(owner=account).count() == 1


def test_three_open_jobs_each_and_no_more(account, make_account):
    first, *_ = [make_job(account) for _ in range(3)]
    with pytest.raises(RuleViolation, match="您已有 3 项任务在排队或进行中"):
        make_job(account)
    make_job(make_account())  # another person is not held up
    running.run_job(first.pk)
    make_job(account)  # and a place is free again
    assert Job.objects.count() == 5


def test_an_unknown_kind_is_a_mistake_of_ours(account):
    with pytest.raises(ValueError, match=r"unknown job kind no\.such"):
        make_job(account, kind="no.such")


@pytest.mark.parametrize("broken", [
    {"progress": 101}, {"tries": 4}, {"state": "lost"}, {"state": "done"}, {"state": "running"},
    {"error": "原因"}, {"finished_at": timezone.now()}, {"lease_until": timezone.now()},
])
def test_the_database_refuses_what_cannot_be(account, broken):
    job = make_job(account)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**broken)


# --- running --------------------------------------------------------------------------------------------------------


def test_a_job_runs_once_however_often_it_is_woken(account):
    job = make_job(account, kind="test.make")
    for _ in range(3):
        running.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress, job.tries, job.claim) == ("done", 100, 1, None)
    assert job.result == {"url": f"/made/{job.pk}/", "label": "打开结果"}
    assert WorkerBeat.objects.filter(name__startswith="made:").count() == 1


def test_eager_runs_it_on_commit(account, eager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = make_job(account, n=7)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"got": {"n": 7}})


def test_a_rule_is_told_in_its_own_words(account):
    job = make_job(account, kind="test.refuse")
    running.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.reference) == ("failed", "这个期间还没有任何会议。", "")


def test_a_right_that_was_lost_meanwhile_is_refused_and_noted(account):
    job = make_job(account, kind="test.forbid")
    running.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.reference) == ("failed", running.LOST, "")
    noted = Entry.objects.values_list("action", "actor", "target_id", "reason", "result").first()
    assert noted == ("access.refuse", account.pk, str(job.pk), "需要：编写报告：书记", "refused")


def test_asking_for_a_job_is_in_the_journal(account):
    token = uuid.uuid4()
    for _ in range(2):
        job = services.queue_job(actor=account, kind="test.answer", args={}, request_token=token)
    assert list(Entry.objects.values_list("action", "actor", "target_id")) == [("job.ask", account.pk, str(job.pk))]


def test_a_fault_is_told_with_a_number_and_without_details(account, caplog):
    job = make_job(account, kind="test.break")
    running.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and len(job.reference) == 8
    assert job.text == f"{services.UNEXPECTED}（编号 {job.reference}）"
    assert job.reference in caplog.text and "secret detail" in caplog.text


def test_a_database_that_fails_for_a_moment_costs_one_try(account, monkeypatch):
    def away(job, progress):
        raise OperationalError("away")

    monkeypatch.setattr(running, "find_kind", lambda name: Kind(name, "测试应答", away))
    job = make_job(account)
    running.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.tries, job.claim) == ("queued", 1, None)


def test_a_kind_that_this_version_does_not_know_is_failed(account):
    job = make_job(account)
    Job.objects.filter(pk=job.pk).update(kind="newer.kind")
    running.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed" and "版本较旧" in job.error and job.label == "后台任务"


def test_run_now_needs_no_worker_and_tells_its_progress(account, sent, django_capture_on_commit_callbacks):
    told = []
    with django_capture_on_commit_callbacks(execute=True):
        job = running.run_now(actor=account, kind="test.answer", args={"a": 1}, tell=lambda *step: told.append(step))
    assert (job.state, job.result, told, sent) == ("done", {"got": {"a": 1}}, [(50, "一半")], [])
    with pytest.raises(RuleViolation, match="还没有任何会议"):
        running.run_now(actor=account, kind="test.refuse", args={})


# --- claims ---------------------------------------------------------------------------------------------------------


def test_only_one_claim_holds(account):
    job = make_job(account)
    assert claim_job(job.pk) and claim_job(job.pk) is None


def test_a_silent_runner_loses_its_job_and_cannot_finish_it(account):
    job = make_job(account)
    slow = claim_job(job.pk)
    silence(job)
    quick = claim_job(job.pk)
    for act in (lambda: extend_lease(slow), lambda: finish_job(slow, {}), lambda: services.fail_job(slow, "原因")):
        with pytest.raises(ClaimLost):
            act()
    finish_job(quick, {"by": "quick"})
    assert Job.objects.get(pk=job.pk).result == {"by": "quick"}


def test_what_a_runner_without_claim_wrote_rolls_back(account):
    job = make_job(account)
    slow = claim_job(job.pk)
    silence(job)
    claim_job(job.pk)
    with pytest.raises(ClaimLost), transaction.atomic():
        WorkerBeat.objects.create(name="made:late", seen_at=timezone.now())
        running.Progress(slow).finish({})
    assert not WorkerBeat.objects.exists()


def test_a_sign_of_life_moves_the_lease_and_keeps_progress_in_bounds(account):
    job = make_job(account)
    progress = running.Progress(claim_job(job.pk))
    Job.objects.update(lease_until=timezone.now())
    progress(250, "长" * 300)
    job.refresh_from_db()
    assert (job.progress, len(job.note)) == (99, 100)
    assert job.lease_until > timezone.now() + LEASE / 2


def test_the_heartbeat_keeps_a_long_silent_step(account, monkeypatch):
    job = make_job(account)
    beats = []
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(running, "extend_lease", lambda claim: beats.append(claim))
    with running.Heartbeat(claim_job(job.pk), limit=0.2) as heart:
        heart.thread.join(5)
    assert len(beats) > 1 and not heart.thread.is_alive()  # and it lets go at the limit


# --- the sweep ------------------------------------------------------------------------------------------------------


def test_the_sweep_wakes_for_what_waits_too_long(account, sent):
    old, fresh = make_job(account), make_job(account)
    Job.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(seconds=11))
    assert sweep_jobs() == 1 and sent == [str(old.pk)]
    assert sweep_jobs() == 0  # not again until it is old again
    assert sweep_jobs(resend_after=0) == 2 and sent[1:] == [str(old.pk), str(fresh.pk)]


def test_the_sweep_leaves_alone_what_is_worked_on(account, sent):
    job = make_job(account)
    claim = claim_job(job.pk)
    sweep_jobs(resend_after=0)
    extend_lease(claim)
    assert state_of(job) == "running" and sent == []


@pytest.mark.parametrize("lease", [timedelta(seconds=-1), timedelta(hours=1)], ids=["over", "clock turned back"])
def test_the_sweep_gives_back_what_is_overdue(account, sent, lease):
    job = make_job(account)
    claim_job(job.pk)
    Job.objects.update(lease_until=timezone.now() + lease, runner=ANOTHER_HOST)
    sweep_jobs(resend_after=0)
    assert state_of(job) == "queued" and sent == [str(job.pk)]


def test_a_dead_runner_on_this_host_is_known_before_its_lease_ends(account, sent):
    job = make_job(account)
    claim_job(job.pk)
    dead = services.this_runner().rpartition(":")[0] + ":1"  # this process id, but an earlier process
    Job.objects.update(runner=dead)
    sweep_jobs(resend_after=0)
    assert state_of(job) == "queued"


def test_three_tries_and_then_a_reason(account, sent):
    job = make_job(account)
    for _ in range(3):
        assert claim_job(job.pk)
        silence(job)
        sweep_jobs(resend_after=0)
    job.refresh_from_db()
    assert (job.state, job.tries, job.error) == ("failed", 3, services.GAVE_UP)
    assert job.reference and claim_job(job.pk) is None and len(sent) == 2


def test_a_broker_that_is_away_is_asked_once_a_sweep(account, monkeypatch):
    for _ in range(3):
        make_job(account)
    asked = []
    monkeypatch.setattr(services, "send_wake_up", lambda pk: asked.append(pk))
    assert sweep_jobs(resend_after=0) == 0 and len(asked) == 1


# --- who sees it ----------------------------------------------------------------------------------------------------


def test_only_the_owner_sees_a_job(account, make_account):
    job = make_job(account)
    assert list(Job.objects.visible_to(account)) == [job]
    assert not Job.objects.visible_to(make_account()).exists()


def test_a_worker_tells_since_when_it_lives(db):
    begun = timezone.now() - timedelta(hours=1)
    WorkerBeat.objects.create(name="celery@gone", seen_at=timezone.now() - timedelta(days=2))
    for since in (begun - timedelta(days=3), begun):  # started again under the same name
        keeper.touch_beat("celery@here", since)
    beat = WorkerBeat.objects.get()
    assert (beat.name, beat.since, timezone.now() - beat.seen_at < timedelta(seconds=30)) == ("celery@here", begun, True)
