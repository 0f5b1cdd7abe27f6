"""Background jobs. The row is the truth, the message only a wake-up. Written by `partywork.jobs.services` only."""
from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from partywork.jobs.querysets import MAX_TRIES, JobQuerySet
from partywork.jobs.registry import find_kind


class State(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


SILENT_AFTER = timedelta(seconds=30)  # a worker says every ten seconds that it lives
OPEN = Q(state__in=(State.QUEUED, State.RUNNING))


class Job(models.Model):
    """One request for background work, from the click to the result. `args` and `result` hold ids and codes only."""

    id = models.UUIDField("编号", primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="提交人")
    args = models.JSONField("参数", default=dict, blank=True)
    request_token = models.UUIDField("提交标记", null=True, blank=True, editable=False)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    note = models.CharField("进展", max_length=100, blank=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    claim = models.UUIDField("承办标记", null=True, blank=True, editable=False)
    runner = models.CharField("承办进程", max_length=200, blank=True)
    lease_until = models.DateTimeField("承办到期", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近动静", null=True, blank=True)
    sent_at = models.DateTimeField("最近通知", default=timezone.now)
    created_at = models.DateTimeField("提交时间", default=timezone.now)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    error = models.CharField("未完成原因", max_length=500, blank=True)
    reference = models.CharField("错误编号", max_length=12, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "request_token"], name="job_request_once",
                                    violation_error_message="这次提交已经收到。"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_known",
                                   violation_error_message="没有这种状态。"),
            models.CheckConstraint(condition=Q(progress__range=(0, 100)), name="job_progress_0_100",
                                   violation_error_message="进度应为 0 到 100。"),
            models.CheckConstraint(condition=Q(tries__range=(0, MAX_TRIES)), name="job_tries_bounded",
                                   violation_error_message="最多尝试 3 次。"),
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, claim__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.RUNNING) & Q(claim=None, lease_until=None)),
                name="job_claimed_while_running", violation_error_message="只有进行中的任务有承办进程。"),
            models.CheckConstraint(condition=(OPEN & Q(finished_at=None)) | (~OPEN & Q(finished_at__isnull=False)),
                                   name="job_finished_has_time", violation_error_message="结束的任务必须有结束时间。"),
            models.CheckConstraint(
                condition=(Q(state=State.FAILED) & ~Q(error="")) | (~Q(state=State.FAILED) & Q(error="")),
                name="job_failure_has_reason", violation_error_message="未完成的任务必须写明原因。"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="job_newest_first"),
            models.Index(fields=["state", "sent_at"], condition=OPEN, name="job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_state_display()}）"

    @property
    def label(self) -> str:
        """What it makes, in Chinese; a kind that a newer version queued has no label here."""
        kind = find_kind(self.kind)
        return kind.label if kind else self._meta.verbose_name

    @property
    def is_open(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)

    @property
    def text(self) -> str:
        """The sentence shown beside the bar."""
        if self.state == State.FAILED:
            return f"{self.error}（编号 {self.reference}）" if self.reference else self.error
        return self.note or self.get_state_display()


class WorkerBeat(models.Model):
    """One row per worker process, touched every ten seconds while it lives; /healthz and the keeper's page read it."""

    name = models.CharField("进程", max_length=200, primary_key=True)
    since = models.DateTimeField("启动时间", null=True, blank=True)
    seen_at = models.DateTimeField("最近动静")

    class Meta:
        verbose_name = "后台进程"

    def __str__(self) -> str:
        return self.name
