"""Reports: the living document, its hand-written passages, and its frozen versions. Written by `reports.services`."""
from __future__ import annotations

from django.db import models

from branches.accounts.models import Account
from branches.models import Branch
from partywork.files.models import Attachment
from partywork.periods import Period
from reports.querysets import ReportQuerySet, TemplateQuerySet, VersionQuerySet


class Report(models.Model):
    """The report of one organisation for one period; it is written until it is made, and then again."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="reports", verbose_name="党组织")
    definition = models.CharField("报告种类", max_length=20, default="half_year")
    period_code = models.CharField("期间", max_length=6)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="建立人")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = ReportQuerySet.as_manager()
    JOURNAL_ALSO = ("reports.ShortfallDecision", "reports.Passage")

    class Meta:
        verbose_name = "报告"
        ordering = ["-period_code", "branch__path", "id"]
        constraints = [models.UniqueConstraint(fields=["branch", "definition", "period_code"], name="one_report_a_period",
                                               violation_error_message="这一期间的报告已经建立。")]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.period.label}党建工作报告"

    @property
    def period(self) -> Period:
        return Period.parse(self.period_code)

    @property
    def rights_branch(self) -> Branch:
        return self.branch


class Passage(models.Model):
    """A hand-written passage of one section, saved as it is typed."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="passages")
    section = models.CharField("位置", max_length=40)
    text = models.TextField("文字", max_length=20_000, blank=True)
    changed_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="修改人")
    changed_at = models.DateTimeField("修改时间", auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "文字"
        constraints = [models.UniqueConstraint(fields=["report", "section"], name="one_passage_a_section")]

    def __str__(self) -> str:
        return f"{self.report} {self.section}"


class Decision(models.TextChoices):
    ACCEPTED = "accepted", "采用"
    REWORDED = "reworded", "改写"
    DROPPED = "dropped", "不采用"


class ShortfallDecision(models.Model):
    """What the writer made of one point that the records suggest; without a row it is still to be judged."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="decisions")
    code = models.CharField("问题", max_length=80)
    state = models.CharField("处理", max_length=8, choices=Decision.choices)
    text = models.CharField("文字", max_length=1000, blank=True)
    changed_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="处理人")
    changed_at = models.DateTimeField("处理时间", auto_now=True)

    class Meta:
        verbose_name = "问题处理"
        constraints = [models.UniqueConstraint(fields=["report", "code"], name="one_decision_a_point")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}：{self.text}"


class ReportTemplate(models.Model):
    """A bureau's own Word template, checked at upload; the built-in one has no row."""

    name = models.CharField("名称", max_length=60)
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "报告模板"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class ReportVersion(models.Model):
    """One made report: figures frozen, file stored with its SHA-256. Later corrections never rewrite it."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版次")
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="生成人")
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    as_of = models.DateTimeField("数据时间")
    options = models.JSONField("选项", default=dict)
    document = models.JSONField("正文", default=dict)
    template = models.ForeignKey(ReportTemplate, models.PROTECT, null=True, related_name="+", verbose_name="模板")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    job_id = models.UUIDField(unique=True, null=True, editable=False)

    # The journal tells the file's SHA-256 under the version; its label is the attachment's.
    JOURNAL_ALSO = ("files.attachment",)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = "报告版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.report} 第{self.number}版"

    @property
    def rights_branch(self) -> Branch:
        return self.report.branch


class FrozenFigure(models.Model):
    """A figure as it stood when a version was made: value, definition, and its rows or their digest."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="figures")
    key = models.CharField("指标", max_length=60)
    label = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=10)
    definition = models.TextField("口径")
    value = models.JSONField("数值", null=True)
    row_count = models.PositiveIntegerField("来源记录数")
    row_model = models.CharField("来源", max_length=60)
    row_ids = models.JSONField("来源记录", null=True)
    digest = models.CharField("来源摘要", max_length=64)

    class Meta:
        verbose_name = "冻结指标"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="figure_once_a_version")]

    def __str__(self) -> str:
        return self.label
