"""Small models of no installed app, to try the ground floor's fields and mixins on."""

from __future__ import annotations

import uuid

from django.db import models

from partywork.fields import BlindIndex, EncryptedText
from partywork.tokens import TokenStamped
from partywork.versions import Versioned


class Person(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField("姓名", max_length=20)
    phone = EncryptedText("手机号", blank=True, default="")
    phone_index = BlindIndex("手机号索引", of="phone", purpose="phone")
    note = EncryptedText("备注", null=True)

    class Meta:
        app_label = "trial"

    def __str__(self):
        return self.name


class Note(TokenStamped, Versioned):
    title = models.CharField("标题", max_length=20)
    held_on = models.DateField("日期", null=True, blank=True)
    created_by = models.IntegerField(null=True)

    class Meta:
        app_label = "trial"

    def __str__(self):
        return self.title


TRIAL_MODELS = [Person, Note]
