"""Honours: titles as data, rounds with numbers for branches, nominations on their way, awards, chosen examples.
Written by `members.honours.services` only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.accounts.models import Account
from branches.meetings.models import Meeting
from branches.models import Branch
from members.honours.querysets import (
    LIVE,
    AwardQuerySet,
    BureauWideQuerySet,
    NominationQuerySet,
    OfBranchQuerySet,
)
from members.models import Member

STORY = 1500


class Category(models.TextChoices):
    """Under which heading the report counts a title."""

    MEMBER = "member", "优秀共产党员"
    WORKER = "worker", "优秀党务工作者"
    BRANCH = "branch", "先进基层党组织"
    OTHER = "other", "其他表彰"


class Level(models.TextChoices):
    BUREAU = "bureau", "本单位"
    COUNTY = "county", "县（区）级"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    NATION = "nation", "全国"


class Title(models.Model):
    """One kind of honour, at one level, for a person or for an organisation."""

    name = models.CharField("名目", max_length=40, help_text="例如：优秀共产党员、先进党支部。")
    category = models.CharField("归入", max_length=8, choices=Category.choices, help_text="报告里归入哪一类统计。")
    level = models.CharField("级别", max_length=8, choices=Level.choices, default=Level.BUREAU)
    for_branch = models.BooleanField("授予党组织", default=False, help_text="授予党支部、党总支的勾选；授予个人的不选。")
    in_use = models.BooleanField("使用中", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = BureauWideQuerySet.as_manager()

    class Meta:
        verbose_name = "表彰名目"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "level"], name="title_once_a_level", violation_error_message="这一级别已有同名的名目。"
            ),
            models.CheckConstraint(
                condition=Q(category="other")
                | Q(category="branch", for_branch=True)
                | Q(category__in=("member", "worker"), for_branch=False),
                name="title_for_person_or_branch",
                violation_error_message="优秀共产党员、优秀党务工作者授予个人，先进基层党组织授予党组织，请核对。",
            ),
        ]

    def __str__(self) -> str:
        return self.name if self.level == Level.BUREAU else f"{self.get_level_display()}{self.name}"

    @property
    def rights_branch(self) -> None:
        return None


class Round(models.Model):
    """One round: 通知 → 推荐 → 审查 → 公示 → 决定. Where it stands follows from its dates."""

    name = models.CharField("批次", max_length=40, help_text="例如：2026年七一表彰。")
    year = models.PositiveSmallIntegerField("年度")
    notice = models.CharField("通知文号", max_length=100)
    notice_on = models.DateField("通知日期")
    nominate_by = models.DateField("推荐截止")
    publicity_start = models.DateField("公示开始", null=True, blank=True)
    publicity_end = models.DateField("公示结束", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    document = models.CharField("表彰文号", max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = BureauWideQuerySet.as_manager()

    class Meta:
        verbose_name = "表彰批次"
        ordering = ["-notice_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(nominate_by__gte=F("notice_on")),
                name="nominations_after_the_notice",
                violation_error_message="推荐截止日期不能早于通知日期。",
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None, document="") | Q(decided_on__gt=F("publicity_end")) & ~Q(document=""),
                name="decided_after_publicity",
                violation_error_message="公示结束以后才能决定，并须有文号。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rights_branch(self) -> None:
        return None

    @property
    def stage(self) -> str:
        """推荐, 公示 or 已决定."""
        return "已决定" if self.decided_on else "公示" if self.publicity_start else "推荐和审查"


class Quota(models.Model):
    """How many of one title an organisation may recommend in a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="quotas", verbose_name="批次")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name="党组织")
    title = models.ForeignKey(Title, models.PROTECT, related_name="+", verbose_name="名目")
    places = models.PositiveSmallIntegerField("名额")

    objects = OfBranchQuerySet.as_manager()

    class Meta:
        verbose_name = "表彰名额"
        ordering = ["branch__path", "title_id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "branch", "title"], name="quota_once"),
            models.CheckConstraint(condition=Q(places__gte=1), name="quota_of_one_at_least"),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.title} {self.places}名"

    @property
    def rights_branch(self) -> Branch:
        return self.branch


class State(models.TextChoices):
    RECOMMENDED = "recommended", "已推荐"
    REVIEWED = "reviewed", "审查通过"
    PUBLICITY = "publicity", "公示中"
    DECIDED = "decided", "已表彰"
    REFUSED = "refused", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


class Nomination(models.Model):
    """One recommendation of a branch, decided in its recorded meeting. Without a member the branch itself is meant."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="nominations", verbose_name="批次")
    title = models.ForeignKey(Title, models.PROTECT, related_name="+", verbose_name="名目")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="nominations", verbose_name="推荐党组织")
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="nominations", verbose_name="推荐对象")
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="nominations", verbose_name="推荐会议")
    story = models.TextField("主要事迹", max_length=STORY)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECOMMENDED)
    opinions = models.CharField("审查意见", max_length=300, blank=True)
    reviewed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="审查人")
    reason = models.CharField("未通过或撤回原因", max_length=200, blank=True)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = "表彰推荐"
        ordering = ["branch__path", "title_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "title", "member"],
                condition=Q(state__in=LIVE, member__isnull=False),
                name="person_nominated_once",
                violation_error_message="本批次已推荐同一对象。",
            ),
            models.UniqueConstraint(
                fields=["round", "title", "branch"],
                condition=Q(state__in=LIVE, member=None),
                name="branch_nominated_once",
                violation_error_message="本批次已推荐同一对象。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("refused", "withdrawn")) | ~Q(reason=""),
                name="refusal_has_a_reason",
                violation_error_message="未通过或撤回须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}（{self.title}）"

    @property
    def who(self) -> str:
        return self.member.name if self.member else self.branch.short_name

    @property
    def rights_branch(self) -> Branch:
        return self.branch


class Award(models.Model):
    """One honour that was given: by a round of ours, or from above. `branch` is where the person belonged on that day."""

    title = models.ForeignKey(Title, models.PROTECT, related_name="awards", verbose_name="名目")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="awards", verbose_name="党组织")
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="awards", verbose_name="受表彰人")
    awarded_on = models.DateField("表彰日期")
    given_by = models.CharField("授予单位", max_length=60)
    document = models.CharField("文号", max_length=100)
    nomination = models.OneToOneField(Nomination, models.PROTECT, null=True, related_name="award", verbose_name="推荐")
    voided = models.BooleanField("已作废", default=False, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = "表彰"
        ordering = ["-awarded_on", "-id"]
        indexes = [models.Index(fields=["-awarded_on", "-id"], name="award_list_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "member", "awarded_on"],
                condition=Q(voided=False, member__isnull=False),
                name="person_awarded_once_a_day",
                violation_error_message="这一天的这项表彰已经登记。",
            ),
            models.UniqueConstraint(
                fields=["title", "branch", "awarded_on"],
                condition=Q(voided=False, member=None),
                name="branch_awarded_once_a_day",
                violation_error_message="这一天的这项表彰已经登记。",
            ),
            models.CheckConstraint(condition=Q(voided=False) | ~Q(void_reason=""), name="voided_award_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.title}"

    @property
    def who(self) -> str:
        return self.member.name if self.member else self.branch.short_name

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        named = self.member.name if self.member else self.branch.short_name
        if self.title.category == Category.OTHER:
            return f"{named}获“{self.title}”"
        return named if self.title.level == Level.BUREAU else f"{named}（{self.title.get_level_display()}）"


class Example(models.Model):
    """A chosen example (典型) with its line for the report: branches put it forward, the office chooses."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="examples", verbose_name="党组织")
    name = models.CharField("典型", max_length=30, help_text="人名、支部名或做法的名称。")
    line = models.CharField("一句话", max_length=120, help_text="写进报告的一句话，不用写名称和句号。")
    on = models.DateField("日期", help_text="事情发生或选树的日期，报告按它归入期间。")
    chosen = models.BooleanField("选入报告", default=False, editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfBranchQuerySet.as_manager()

    class Meta:
        verbose_name = "典型"
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        place = "" if self.name == self.branch.short_name else f"{self.branch.short_name}"
        return f"{place}{self.name}，{self.line}"
