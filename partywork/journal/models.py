"""The audit journal: who did what, when, from where, to what. Written by services only, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Result(models.TextChoices):
    DONE = "done", "成功"
    REFUSED = "refused", "被拒绝"
    FAILED = "failed", "失败"


class Entry(models.Model):
    """One act. `services.write_entry` is the only door; the database itself refuses UPDATE and DELETE.

    Each row carries an HMAC over its own content and the row before it, so a changed, removed, inserted or
    moved row breaks the chain. A migration that alters this table on SQLite rebuilds it and loses the triggers:
    call `triggers.refuse_changes` again after it.
    """

    seq = models.PositiveBigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    actor_name = models.CharField("操作人姓名", max_length=100)
    ip = models.CharField("来源地址", max_length=45, blank=True)
    action = models.CharField("操作", max_length=60)
    target_type = models.CharField("对象类型", max_length=60, blank=True)
    target_id = models.CharField("对象编号", max_length=64, blank=True)
    target_label = models.CharField("对象", max_length=200, blank=True)
    reason = models.CharField("原因", max_length=500, blank=True)
    changes = models.JSONField("变更内容", default=dict)
    result = models.CharField("结果", max_length=10, choices=Result, default=Result.DONE)
    prev_hash = models.CharField("上一条校验值", max_length=64)
    hash = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-seq"], name="journal_by_target"),
            models.Index(fields=["actor", "-seq"], name="journal_by_actor"),
            models.Index(fields=["action", "-seq"], name="journal_by_action"),
            models.Index(fields=["at"], name="journal_by_time"),
        ]

    def __str__(self) -> str:
        return f"第{self.seq}条 {self.actor_name} {self.action}"


class Head(models.Model):
    """The end of the chain: one row, locked while an entry is added, so that the chain cannot fork.

    `seal` is an HMAC of its own: who cuts the tail off the table cannot make a head that fits.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField("最后序号", default=0)
    hash = models.CharField("最后校验值", max_length=64, blank=True)
    seal = models.CharField("封印", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "日志链头"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journal_one_head")]

    def __str__(self) -> str:
        return f"链头：第{self.seq}条"
