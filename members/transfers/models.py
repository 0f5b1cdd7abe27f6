"""Letters of transfer (组织关系介绍信): between this bureau and others, and between its own branches."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Branch
from members.models import Member, Sex
from members.transfers.querysets import TransferQuerySet
from members.transfers.rules import DISTANCES


class Direction(models.TextChoices):
    OUT = "out", "转出"
    IN = "in", "转入"
    WITHIN = "within", "支部间转接"


class State(models.TextChoices):
    DRAFTED = "drafted", "待开介绍信"
    ON_THE_WAY = "on_the_way", "转接中"
    ACCEPTED = "accepted", "已接收"
    RETURNED = "returned", "已退回"
    CANCELLED = "cancelled", "已撤销"


class Cause(models.TextChoices):
    WORK = "work", "工作调动"
    STUDY = "study", "升学、毕业"
    RESIDENCE = "residence", "居住地变动"
    RETIRED = "retired", "离退休"
    AWAY = "away", "外出6个月以上"
    ADJUSTED = "adjusted", "单位或支部调整"
    OTHER = "other", "其他"


ENDED = (State.ACCEPTED, State.RETURNED, State.CANCELLED)


class Transfer(models.Model):
    """One letter. [start_on, stop_on) is the time on the way, `state` how it ended; a letter moves nobody until it is
    accepted, and then the membership changes on `stop_on`. `branch` keeps the letter: it sends, or of one from outside
    receives. Written by `members.transfers.services` only; `due_on`, what it waits for, is recounted by verify."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    direction = models.CharField("方向", max_length=8, choices=Direction.choices)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFTED)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="transfers", verbose_name="支部")
    to_branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="transfers_to", verbose_name="转往支部"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="transfers", verbose_name="党员"
    )
    other_side = models.CharField("对方党组织", max_length=100, blank=True)
    other_unit = models.CharField("对方单位或支部", max_length=100, blank=True)
    number = models.CharField("介绍信编号", max_length=40, blank=True)
    start_on = models.DateField("开出日期", null=True, blank=True)
    distance = models.CharField("对方所在地", max_length=8, choices=DISTANCES, default="far")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    dues_to = models.DateField("党费交至", null=True, blank=True)
    cause = models.CharField("转接原因", max_length=12, choices=Cause.choices, default=Cause.WORK)
    stop_on = models.DateField("办结日期", null=True, blank=True)
    receipt_on = models.DateField("回执日期", null=True, blank=True)
    due_on = models.DateField("期限", null=True, editable=False)
    note = models.CharField("说明", max_length=200, blank=True)
    is_late = models.BooleanField("补录", default=False)
    # The person of a letter from outside, typed once, until he is accepted and has a record of his own.
    name = models.CharField("姓名", max_length=30, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex.choices, blank=True)
    born_on = models.DateField("出生日期", null=True, blank=True)
    joined_on = models.DateField("加入党组织日期", null=True, blank=True)
    full_on = models.DateField("转为正式党员日期", null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = TransferQuerySet.as_manager()
    PRIVATE_FIELDS = ("born_on",)

    class Meta:
        verbose_name = "组织关系介绍信"
        ordering = ["-start_on", "-id"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="transfer_by_due"),
            models.Index(fields=["branch", "state"], name="transfer_by_branch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(direction="in") & ~Q(number=""),
                name="letter_number_once",
                violation_error_message="这个介绍信编号已经用过。",
            ),
            models.UniqueConstraint(
                fields=["other_side", "number"],
                condition=Q(direction="in") & ~Q(number=""),
                name="letter_from_outside_once",
                violation_error_message="这个党组织的这份介绍信已经登记过。",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=("drafted", "on_the_way")),
                name="one_letter_at_a_time",
                violation_error_message="该党员有一份介绍信还没有办结。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None) | Q(start_on=None) | Q(stop_on__gte=F("start_on")),
                name="letter_ends_after_it_begins",
                violation_error_message="办结日期不能早于开出日期。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None, state__in=("drafted", "on_the_way"))
                | Q(stop_on__isnull=False, state__in=("accepted", "returned", "cancelled")),
                name="letter_end_has_a_state",
                violation_error_message="办结须有日期。",
            ),
            models.CheckConstraint(
                condition=Q(direction="within", to_branch__isnull=False) | ~Q(direction="within") & Q(to_branch=None),
                name="letter_within_has_two_sides",
                violation_error_message="支部间转接须选择转往的支部。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}的组织关系介绍信" + (f"（{self.number}）" if self.number else "")

    @property
    def person(self) -> str:
        return self.member.name if self.member_id else self.name

    @property
    def kind_label(self) -> str:
        if self.member_id:
            return self.member.latest.get_kind_display()
        return "正式党员" if self.full_on else "预备党员"

    @property
    def receiver(self) -> Branch | None:
        """Our branch that accepts; None where the other side does."""
        return self.to_branch if self.direction == Direction.WITHIN else self.branch if self.direction == Direction.IN else None

    @property
    def sender_words(self) -> str:
        return self.other_side if self.direction == Direction.IN else self.branch.short_name

    @property
    def receiver_words(self) -> str:
        return self.receiver.short_name if self.receiver else self.other_side

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    def is_overdue(self, day: date) -> bool:
        return self.due_on is not None and self.due_on < day

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        return self.person
