"""Attachments: the row knows the name people gave, the disk knows a random one."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models


class Kind(models.TextChoices):
    IMAGE = "image", "图片"
    DOCUMENT = "document", "文档"


class Attachment(models.Model):
    """One stored file. Made by `services.store_upload`; shown by a view of the app that owns it, which
    checks who asks and then calls `services.respond`.
    """

    uuid = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    original_name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField("存放名", max_length=80, unique=True, editable=False)
    sha256 = models.CharField("校验值", max_length=64, editable=False)
    size = models.PositiveBigIntegerField("大小", editable=False)
    content_type = models.CharField("类型", max_length=100, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.original_name

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.stored_name

    @property
    def is_image(self) -> bool:
        return self.kind == Kind.IMAGE
