"""Job kinds of the tests, loaded through EXTRA_JOB_MODULES. What a job made is a WorkerBeat row `made:<job>:<try>`."""
from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from partywork.errors import NotAllowed, RuleViolation
from partywork.failpoints import fail_here
from partywork.jobs.models import WorkerBeat
from partywork.jobs.registry import job_kind


@job_kind("test.make", label="测试任务")
def make(job, progress) -> None:
    """Like a report: compute, then write the product and the job's end in one transaction."""
    progress(10, "正在计算")
    time.sleep(job.args.get("seconds", 0))
    fail_here("test.computed")
    progress(60, "正在排版")
    with transaction.atomic():
        WorkerBeat.objects.create(name=f"made:{job.pk}:{job.tries}", seen_at=timezone.now())
        fail_here("test.written")
        progress.finish({"url": f"/made/{job.pk}/", "label": "打开结果"})


@job_kind("test.answer", label="测试应答")
def answer(job, progress) -> dict:
    progress(50, "一半")
    return {"got": job.args}


@job_kind("test.refuse", label="测试拒绝")
def refuse(job, progress) -> dict:
    raise RuleViolation("这个期间还没有任何会议。")


@job_kind("test.forbid", label="测试越权")
def forbid(job, progress) -> dict:
    raise NotAllowed("编写报告：书记")


@job_kind("test.break", label="测试出错")
def break_down(job, progress) -> dict:
    raise KeyError("secret detail")


@job_kind("test.die", label="测试中断")
def die(job, progress) -> dict:
    fail_here("test.die")
    return {}
