"""People and where they belonged when. Written by `members.services` only; nothing is overwritten that was true."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members.querysets import MemberQuerySet, MembershipQuerySet
from partywork.fields import EncryptedText


class Sex(models.TextChoices):
    MALE = "m", "男"
    FEMALE = "f", "女"


class Kind(models.TextChoices):
    FULL = "full", "正式党员"
    PROBATIONARY = "probationary", "预备党员"


class StartReason(models.TextChoices):
    FIRST = "first", "建档登记"
    ADMITTED = "admitted", "发展入党"
    TRANSFER_IN = "transfer_in", "组织关系转入"
    MOVED = "moved", "支部间调整"
    REGROUPED = "regrouped", "调整党小组"
    LEADER = "leader", "党小组组长变动"
    TURNED_FULL = "turned_full", "预备党员转正"


class StopReason(models.TextChoices):
    CHANGED = "changed", "转入下一段"
    TRANSFER_OUT = "transfer_out", "组织关系转出"
    DIED = "died", "去世"
    REMOVED = "removed", "除名"
    EXPELLED = "expelled", "开除党籍"
    CANCELLED = "cancelled", "取消预备党员资格"


class Member(models.Model):
    """A person who is or was a Party member here. `latest` is the present or, for one who left, the last membership;
    it is written by the service that writes memberships and recounted by the tests."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=30)
    pinyin = models.CharField("拼音", max_length=120, editable=False)
    initials = models.CharField("拼音首字母", max_length=30, editable=False, db_index=True)
    sex = models.CharField("性别", max_length=1, choices=Sex.choices)
    born_on = models.DateField("出生日期")
    joined_on = models.DateField("加入党组织日期", help_text="支部大会通过其为预备党员的日期。")
    full_on = models.DateField("转为正式党员日期", null=True, blank=True)
    phone = EncryptedText("联系电话", blank=True)
    account = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, related_name="member", verbose_name="账号"
    )
    latest = models.OneToOneField("Membership", models.PROTECT, null=True, editable=False, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = MemberQuerySet.as_manager()
    PRIVATE_FIELDS = (
        "born_on",
    )  # the journal says that it changed, not what it is (the number is encrypted anyway)
    JOURNAL_ALSO = ("members.Membership",)

    class Meta:
        verbose_name = "党员"
        ordering = ["pinyin", "id"]
        indexes = [models.Index(fields=["pinyin", "id"], name="member_list_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(full_on=None) | Q(full_on__gt=F("joined_on")),
                name="full_after_joining",
                violation_error_message="转正日期应在入党日期之后。",
            ),
            models.CheckConstraint(
                condition=Q(joined_on__gt=F("born_on")),
                name="joined_after_birth",
                violation_error_message="入党日期应在出生日期之后。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rights_branch(self) -> Branch | None:
        return self.latest.branch if self.latest else None

    @property
    def rights_owner_id(self) -> int | None:
        return self.account_id

    def figure_words(self) -> str:
        return self.name


class Membership(models.Model):
    """One stretch of belonging: branch, group, 正式 or 预备, and whether group leader; [start_on, stop_on).
    Any change ends the row and begins the next."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships", verbose_name="党员")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="memberships", verbose_name="支部")
    group = models.ForeignKey(
        PartyGroup, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name="党小组"
    )
    kind = models.CharField("人员类别", max_length=12, choices=Kind.choices)
    is_group_leader = models.BooleanField("党小组组长", default=False)
    start_on = models.DateField("起")
    stop_on = models.DateField("止", null=True, blank=True)
    start_reason = models.CharField("起因", max_length=12, choices=StartReason.choices)
    stop_reason = models.CharField("止因", max_length=12, choices=StopReason.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "党籍所在"
        ordering = ["start_on", "id"]
        indexes = [
            models.Index(fields=["branch", "start_on"], name="membership_by_branch"),
            models.Index(fields=["start_reason", "start_on"], name="membership_by_start"),
            models.Index(fields=["stop_reason", "stop_on"], name="membership_by_stop"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(stop_on=None),
                name="one_open_membership",
                violation_error_message="该党员已有一段未结束的党籍。",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(stop_on=None, is_group_leader=True),
                name="one_leader_a_group",
                violation_error_message="该党小组已有组长。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None) | Q(stop_on__gt=F("start_on")),
                name="membership_ends_after_it_begins",
                violation_error_message="结束日期应在开始日期之后。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None, stop_reason="") | Q(stop_on__isnull=False) & ~Q(stop_reason=""),
                name="membership_end_has_a_reason",
                violation_error_message="结束须有原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.name} {self.branch.short_name}"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id

    def figure_words(self) -> str:
        return self.member.name
