"""The organisation: the tree of Party organisations, their groups, and what the bureau sets for itself."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from treebeard.mp_tree import MP_Node

from branches.querysets import BranchManager, EventQuerySet, GroupQuerySet, SettingQuerySet


class BranchKind(models.TextChoices):
    COMMITTEE = "committee", "机关党委"
    GENERAL = "general", "党总支"
    BRANCH = "branch", "党支部"
    JOINT = "joint", "联合党支部"
    TEMPORARY = "temporary", "临时党支部"


LEAF_KINDS = (BranchKind.BRANCH, BranchKind.JOINT, BranchKind.TEMPORARY)


class Branch(MP_Node):
    """A Party organisation in the tree. The root is the bureau's committee, which also books the Party group's
    (党组) meetings. Written by `branches.services` only; it is dissolved by date, never deleted."""

    name = models.CharField("全称", max_length=100)
    short_name = models.CharField("简称", max_length=30)
    code = models.CharField(
        "编号", max_length=20, unique=True, error_messages={"unique": "这个编号已被使用。"}
    )
    kind = models.CharField("类别", max_length=12, choices=BranchKind.choices, default=BranchKind.BRANCH)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True, help_text="自这一天起不再存在。")
    note = models.CharField("备注", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = BranchManager()
    node_order_by: list[str] = []

    class Meta:
        verbose_name = "党组织"
        constraints = [
            models.CheckConstraint(
                condition=Q(dissolved_on=None) | Q(dissolved_on__gt=F("founded_on")),
                name="branch_ends_after_it_begins",
                violation_error_message="撤销日期应在成立日期之后。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def rights_branch(self) -> Branch:
        return self

    @property
    def is_leaf_kind(self) -> bool:
        """Whether members belong to it directly."""
        return self.kind in LEAF_KINDS

    def is_active_on(self, day) -> bool:
        return self.founded_on <= day and (self.dissolved_on is None or day < self.dissolved_on)

    def is_active_in(self, period) -> bool:
        """In being on at least one day of the period."""
        return self.founded_on < period.stop and (self.dissolved_on is None or self.dissolved_on > period.start)

    def figure_words(self) -> str:
        return self.short_name


class PartyGroup(models.Model):
    """A 党小组 of one branch, with its dates."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="groups", verbose_name="所属支部")
    name = models.CharField("名称", max_length=30)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = "党小组"
        ordering = ["branch_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(dissolved_on=None),
                name="group_name_in_branch",
                violation_error_message="本支部已有同名的党小组。",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on=None) | Q(dissolved_on__gt=F("founded_on")),
                name="group_ends_after_it_begins",
                violation_error_message="撤销日期应在成立日期之后。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.name}"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def is_active_on(self, day) -> bool:
        return self.founded_on <= day and (self.dissolved_on is None or day < self.dissolved_on)


class EventKind(models.TextChoices):
    RENAMED = "renamed", "更名"
    MOVED = "moved", "隶属关系调整"
    MERGED = "merged", "合并"
    DISSOLVED = "dissolved", "撤销"
    GROUP_RENAMED = "group_renamed", "党小组更名"
    REGROUPED = "regrouped", "调整党小组"


class BranchEvent(models.Model):
    """A dated change in the life of an organisation, beside its founding and dissolving days: what it was called or stood
    under before, into which it went. Written by `branches.restructuring`, `branches.services` and
    `members.restructuring` only; `details` holds what an undo needs."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="events", verbose_name="党组织")
    kind = models.CharField("事项", max_length=16, choices=EventKind.choices)
    day = models.DateField("生效日期")
    old_name = models.CharField("原全称", max_length=100, blank=True)
    old_short_name = models.CharField("原简称", max_length=30, blank=True)
    from_branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原上级")
    to_branch = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, related_name="events_to", verbose_name="去向")
    group = models.ForeignKey(PartyGroup, models.PROTECT, null=True, blank=True, related_name="events", verbose_name="党小组")
    reason = models.CharField("依据或原因", max_length=200)
    details = models.JSONField(default=dict, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "党组织变动"
        ordering = ["day", "id"]
        indexes = [models.Index(fields=["kind", "day"], name="event_by_kind")]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.get_kind_display()}"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        return self.branch.short_name


class RuleSetting(models.Model):
    """The organisation's own figures for a rule of local practice, from a day on; a change is a new row."""

    rule_id = models.CharField("规则", max_length=20)
    figures = models.JSONField("取值")
    valid_from = models.DateField("自")
    reason = models.CharField("依据", max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设置人"
    )
    set_at = models.DateTimeField("设置时间", auto_now_add=True)
    form_token = models.UUIDField(null=True, unique=True, default=uuid.uuid4, editable=False)

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = "本地设置"
        ordering = ["rule_id", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_id", "valid_from"],
                name="one_setting_a_day",
                violation_error_message="这条规则在这一天已有设置。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.valid_from}"


class HolidayYear(models.Model):
    """The holidays and make-up days of one year as entered (`branches.holidays` reads the lines). A year without a row
    is the program's own, or unknown."""

    year = models.PositiveSmallIntegerField(
        "年份",
        unique=True,
        error_messages={"unique": "这一年已经录入，请在列表里更正。"},
    )
    source = models.CharField("依据", max_length=100)
    lines = models.TextField("安排", max_length=4000)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "节假日安排"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2099),
                name="holiday_year_of_this_century",
                violation_error_message="年份应在2000年到2099年之间。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}年节假日安排"


class Bureau(models.Model):
    """The one row that says whose system this is (names on pages and in the report)."""

    name = models.CharField("单位名称", max_length=60, help_text="例如：云溪县林业局")
    party_group_name = models.CharField(
        "党组名称", max_length=60, blank=True, help_text="例如：中共云溪县林业局党组"
    )
    organ_name = models.CharField("报告署名", max_length=60, help_text="例如：中共云溪县林业局机关委员会")
    addressee = models.CharField("报告主送", max_length=60, blank=True, help_text="例如：县直机关工委")
    is_sample = models.BooleanField("样例数据", default=False, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = "单位"

    def __str__(self) -> str:
        return self.name
