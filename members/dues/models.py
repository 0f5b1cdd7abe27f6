"""Dues: what a member's month is reckoned from, what is owed, what was paid, where it went. Written by the services only.

A month is its first day. What was paid is never changed: a mistake is reversed by a row of its own.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Branch
from members.dues import book
from members.dues.querysets import DatedQuerySet, DueLineQuerySet, OfBranchQuerySet, OfMemberQuerySet
from members.models import Member
from partywork.fields import EncryptedText
from partywork.files.models import Attachment


class Category(models.TextChoices):
    SALARIED = "salaried", "按月领取工资"
    ANNUAL = "annual", "年薪制"
    SELF_EMPLOYED = "self_employed", "个体经营等（按上季度平均）"
    RETIRED = "retired", "离退休"
    FARMER = "farmer", "农民"
    NONE = "none", "学生、下岗失业、低保等"


class Way(models.TextChoices):
    CASH = "cash", "现金"
    BANK = "bank", "银行转账"
    APP = "app", "移动支付"


class PaymentKind(models.TextChoices):
    DUE = "due", "交纳党费"
    EXTRA = "extra", "自愿多交"
    REFUND = "refund", "退回（冲销）"


class Purpose(models.TextChoices):
    TRAINING = book.PURPOSES[0]
    EDUCATION = book.PURPOSES[1]
    COMMENDING = book.PURPOSES[2]
    HELPING = book.PURPOSES[3]
    REPAIRING = book.PURPOSES[4]


def money(label: str, **more) -> models.DecimalField:
    return models.DecimalField(label, max_digits=10, decimal_places=2, **more)


def author(label: str = "登记人") -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label)


class DuesStandard(models.Model):
    """A member's class and pay items, from a month on until the next: [start_on, stop_on)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_standards", verbose_name="党员")
    category = models.CharField("类别", max_length=14, choices=Category.choices)
    items = EncryptedText("收入项目", blank=True)
    start_on = models.DateField("自")
    stop_on = models.DateField("至", null=True, blank=True)
    reason = models.CharField("依据", max_length=200, blank=True)
    set_by = author()
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "党费核定"
        ordering = ["start_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "start_on"], name="one_standard_a_month",
                                    violation_error_message="这个月已核定过，请更正原来的核定。"),
            models.UniqueConstraint(fields=["member"], condition=Q(stop_on=None), name="one_open_standard",
                                    violation_error_message="已有一项没有结束的核定。"),
            models.CheckConstraint(condition=Q(stop_on=None) | Q(stop_on__gt=F("start_on")), name="standard_ends_after_it_begins",
                                   violation_error_message="结束应在开始之后。"),
            models.CheckConstraint(condition=Q(start_on__day=1), name="standard_begins_with_a_month",
                                   violation_error_message="核定应自某月1日起。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name} {self.start_on:%Y-%m}起"

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The pay items as entered, opened."""
        return {code: Decimal(value) for code, value in json.loads(self.items or "{}").items()}

    @property
    def rights_branch(self) -> Branch | None:
        return self.member.rights_branch


class Reduction(models.Model):
    """Less, or nothing (amount 0), by a decision for hardship: [start_on, stop_on)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_reductions", verbose_name="党员")
    amount = money("减免后每月交纳")
    start_on = models.DateField("自")
    stop_on = models.DateField("至（不含）")
    decision = models.CharField("支部决定", max_length=100)
    decided_on = models.DateField("决定日期")
    approved_by = models.CharField("批准机关和文号", max_length=100, blank=True)
    reason = models.CharField("困难情况", max_length=200)
    set_by = author()
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = DatedQuerySet.as_manager()
    PRIVATE_FIELDS = ("reason",)

    class Meta:
        verbose_name = "党费减免"
        ordering = ["start_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="reduced_dues_not_below_zero",
                                   violation_error_message="减免后的数额不能小于0。"),
            models.CheckConstraint(condition=Q(stop_on__gt=F("start_on")), name="reduction_ends_after_it_begins",
                                   violation_error_message="结束应在开始之后。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name} {self.start_on:%Y-%m}起减免"

    @property
    def rights_branch(self) -> Branch | None:
        return self.member.rights_branch


class DueLine(models.Model):
    """What one member owes for one month, to the branch of that month's roster. `paid`, `in_time` and `settled` follow the
    payments; `manage.py verify` recounts them."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="due_lines", verbose_name="党员")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="due_lines", verbose_name="支部")
    month = models.DateField("月份")
    category = models.CharField("类别", max_length=14, choices=Category.choices)
    base = EncryptedText("计算基数", blank=True)
    due = money("应缴")
    due_on = models.DateField("按期截止")
    exempt = models.BooleanField("免交", default=False)
    paid = money("已缴", default=0)
    in_time = money("其中按期", default=0)
    settled = models.BooleanField("已足额", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = DueLineQuerySet.as_manager()

    class Meta:
        verbose_name = "应缴党费"
        ordering = ["month", "id"]
        indexes = [
            models.Index(fields=["branch", "month"], name="due_by_branch"),
            models.Index(fields=["member", "month"], condition=Q(paid__lt=F("due")), name="due_in_arrears"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["member", "month"], name="one_line_a_month",
                                    violation_error_message="该党员这个月的应缴已生成。"),
            models.CheckConstraint(condition=Q(month__day=1), name="due_for_a_month", violation_error_message="月份应为1日。"),
            models.CheckConstraint(condition=Q(due__gte=0, paid__gte=0, paid__lte=F("due")), name="paid_within_due",
                                   violation_error_message="已缴应在0到应缴之间。"),
            models.CheckConstraint(condition=Q(in_time__gte=0, in_time__lte=F("paid")), name="in_time_within_paid",
                                   violation_error_message="按期交纳应在0到已缴之间。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name} {self.month:%Y-%m}"

    @property
    def open(self) -> Decimal:
        """What is still owed."""
        return self.due - self.paid

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id

    def figure_words(self) -> str:
        return self.member.name


class Remittance(models.Model):
    """One batch handed up: everything in hand up to its day is its `basis`; `amount` goes up, the rest is kept.
    `centre` is the part of the amount that goes to the Centre whole. `carried` is the next level's batch it went on in."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="remittances", verbose_name="上缴单位")
    to_branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, related_name="remittances_in", verbose_name="接收单位")
    period_code = models.CharField("期间", max_length=6)
    basis = money("党费合计")
    share = models.PositiveSmallIntegerField("上缴比例（%）")
    centre = money("其中全部上缴中央", default=0)
    amount = money("上缴金额")
    sent_on = models.DateField("上缴日期")
    voucher = models.CharField("凭证号", max_length=40)
    attachment = models.ForeignKey(Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="凭证")
    received_on = models.DateField("收到日期", null=True, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
                                    verbose_name="确认人")  # fmt: skip
    carried = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carries", verbose_name="转缴批次")
    created_by = author()
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfBranchQuerySet.as_manager()

    class Meta:
        verbose_name = "党费上缴"
        ordering = ["-sent_on", "-id"]
        indexes = [models.Index(fields=["branch", "-sent_on", "-id"], name="remittance_by_branch")]
        constraints = [
            models.CheckConstraint(condition=Q(basis__gt=0, amount__gte=0, amount__lte=F("basis")), name="remitted_within_basis",
                                   violation_error_message="上缴金额应在0到党费合计之间。"),
            models.CheckConstraint(condition=Q(centre__gte=0, centre__lte=F("amount")), name="centre_within_amount",
                                   violation_error_message="上缴中央的部分应在上缴金额之内。"),
            models.CheckConstraint(condition=Q(share__lte=100), name="share_within_hundred",
                                   violation_error_message="比例应在0到100之间。"),
            models.CheckConstraint(condition=Q(received_on=None) | Q(received_on__gte=F("sent_on")), name="received_after_sent",
                                   violation_error_message="收到日期不能早于上缴日期。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.branch.short_name} {self.period_code}党费上缴"

    @property
    def kept(self) -> Decimal:
        return self.basis - self.amount

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        return f"{self.sent_on} {self.branch.short_name}上缴{self.amount}元"


class Payment(models.Model):
    """Money taken in for one line, or as a voluntary extra (no line). A refund is a row with a negative amount that reverses
    another. `act` binds what was paid in one go: one receipt."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="dues_payments", verbose_name="党员")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="dues_payments", verbose_name="支部")
    line = models.ForeignKey(DueLine, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="应缴")
    kind = models.CharField("种类", max_length=6, choices=PaymentKind.choices)
    amount = money("金额")
    paid_on = models.DateField("交纳日期")
    in_time = models.BooleanField("按期", default=False)
    way = models.CharField("方式", max_length=4, choices=Way.choices)
    paid_by = models.CharField("代交人", max_length=30, blank=True)
    collector = models.CharField("收款人", max_length=30)
    reason = models.CharField("说明", max_length=200, blank=True)
    to_centre = models.BooleanField("全部上缴中央", default=False)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name="冲销")
    remittance = models.ForeignKey(Remittance, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="上缴批次")
    act = models.UUIDField(default=uuid.uuid4, editable=False)
    created_by = author()
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "党费交纳"
        ordering = ["-paid_on", "-id"]
        indexes = [
            models.Index(fields=["branch", "paid_on"], name="payment_by_branch"),
            models.Index(fields=["member", "-paid_on", "-id"], name="payment_by_member"),
            models.Index(fields=["act"], name="payment_by_act"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="refund", amount__lt=0, reverses__isnull=False)
                | Q(kind__in=("due", "extra"), amount__gt=0, reverses=None),
                name="refund_is_a_reversal", violation_error_message="退回应为负数并指明所冲销的一笔。"),
            models.CheckConstraint(condition=~Q(kind="due") | Q(line__isnull=False), name="dues_have_a_line",
                                   violation_error_message="交纳党费应有对应的月份。"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name} {self.paid_on} {self.get_kind_display()}"

    @property
    def number(self) -> str:
        """The receipt's number."""
        return f"{self.paid_on:%Y%m}-{self.pk:06d}"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id

    def figure_words(self) -> str:
        return self.member.name


class Use(models.Model):
    """Kept dues that were spent, for one of the five purposes, by a decision."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="dues_uses", verbose_name="使用单位")
    purpose = models.CharField("用途", max_length=10, choices=Purpose.choices)
    amount = money("金额")
    used_on = models.DateField("使用日期")
    decision = models.CharField("集体决定", max_length=100, help_text="例如：2026年3月5日支委会研究。")
    voucher = models.CharField("凭证号", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = author()
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfBranchQuerySet.as_manager()

    class Meta:
        verbose_name = "党费使用"
        ordering = ["-used_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="use_above_zero", violation_error_message="使用金额应大于0。"),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name} {self.used_on} {self.get_purpose_display()}"

    @property
    def rights_branch(self) -> Branch:
        return self.branch
