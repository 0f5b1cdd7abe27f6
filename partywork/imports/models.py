"""Imports of sheets: the file, what its rows were found to be, and what was made of them. Written by `services` only."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from partywork.fields import EncryptedText
from partywork.files.models import Attachment
from partywork.imports.querysets import BatchQuerySet
from partywork.imports.registry import Action, find_importer
from partywork.jobs.models import Job

ACTIONS = [(each.value, each.label) for each in Action]


class State(models.TextChoices):
    NEW = "new", "待核对"
    MAPPING = "mapping", "待指定列"
    READY = "ready", "待确认"
    REFUSED = "refused", "不能导入"
    DONE = "done", "已导入"
    UNDONE = "undone", "已撤回"


class ImportBatch(models.Model):
    """One uploaded sheet on its way in. `outcome` says which rows of the database were made or changed: undoing needs it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=20, editable=False)
    branch = models.ForeignKey("branches.Branch", models.PROTECT, related_name="+", verbose_name="范围")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+", verbose_name="文件")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人")
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.NEW)
    options = models.JSONField("选项", default=dict)
    columns = models.JSONField("列的对应", default=dict)
    told = models.CharField("说明", max_length=500, blank=True)
    digest = models.CharField("核对值", max_length=64, blank=True, editable=False)
    counts = models.JSONField("行数", default=dict)
    outcome = EncryptedText("结果", blank=True, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+", verbose_name="后台任务")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_at = models.DateTimeField("导入时间", null=True)
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="导入人")
    undone_at = models.DateTimeField("撤回时间", null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="撤回人")
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = "批量导入"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_newest_first")]

    def __str__(self) -> str:
        return f"{self.label}：{self.attachment.original_name}"

    @property
    def label(self) -> str:
        importer = find_importer(self.kind)
        return f"导入{importer.label}" if importer else self._meta.verbose_name

    @property
    def rights_branch(self) -> Any:
        return self.branch

    @property
    def to_write(self) -> int:
        return self.counts.get(Action.CREATE, 0) + self.counts.get(Action.CHANGE, 0)

    @property
    def to_refuse(self) -> int:
        return self.counts.get(Action.REFUSED, 0)


class ImportRow(models.Model):
    """One row of the sheet and what becomes of it. `cells` is what stood in the file, sealed; what pages show is masked."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name="导入")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField("行号")
    action = models.CharField("处理", max_length=8, choices=ACTIONS)
    title = models.CharField("名称", max_length=100, blank=True)
    place = models.CharField("所在", max_length=100, blank=True)
    changes = models.JSONField("变更", default=list)
    faults = models.JSONField("问题", default=list)
    # |出生日期|联系电话|: the filter asks for one of them
    fault_in = models.CharField("有问题的列", max_length=500, blank=True, editable=False)
    sign = models.CharField("核对值", max_length=32, editable=False)
    moved = models.BooleanField("与上次预览不同", default=False)
    cells = EncryptedText("单元格", editable=False)

    class Meta:
        verbose_name = "导入的行"
        ordering = ["batch_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_once", violation_error_message="这一行已经核对过。")
        ]
        indexes = [models.Index(fields=["batch", "action", "number"], name="import_rows_by_action")]

    def __str__(self) -> str:
        return f"第{self.number}行"
