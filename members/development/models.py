"""One person's way into the Party. Written by the services of this app only; a step is corrected or voided, never deleted."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.accounts.models import Account
from branches.meetings.models import Meeting, Resolution
from branches.models import Branch, PartyGroup
from members.development.extra import KEY_CHOICES, REPEATED
from members.development.querysets import (
    ClassQuerySet,
    HelperQuerySet,
    OfPathQuerySet,
    PathQuerySet,
    SubmissionQuerySet,
)
from members.development.shape import Stage
from members.models import Member, Sex
from partywork.fields import EncryptedText
from partywork.files.models import Attachment


class State(models.TextChoices):
    OPEN = "open", "进行中"
    DONE = "done", "已完成"
    ENDED = "ended", "已终止"


class Path(models.Model):
    """One person from the application to the archive. Until he is admitted his facts stand here; then `member` is he.
    `state` and `stage` follow from the records; the services write them with each record and `manage.py verify` recounts."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=30)
    pinyin = models.CharField("拼音", max_length=120, editable=False)
    initials = models.CharField("拼音首字母", max_length=30, editable=False)
    sex = models.CharField("性别", max_length=1, choices=Sex.choices)
    born_on = models.DateField("出生日期")
    id_number = EncryptedText("公民身份号码", blank=True)
    id_index = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="paths", verbose_name="支部")
    group = models.ForeignKey(PartyGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="党小组")
    member = models.OneToOneField(Member, models.PROTECT, null=True, blank=True, related_name="path", verbose_name="党员")
    came_from = models.CharField("从何处转来", max_length=100, blank=True)
    moved_in_on = models.DateField("转入日期", null=True, blank=True)
    leaving_on = models.DateField("预计离开本单位日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.OPEN, editable=False)
    stage = models.CharField("阶段", max_length=12, choices=[(each.value, each.label) for each in Stage], blank=True, editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = PathQuerySet.as_manager()
    PRIVATE_FIELDS = ("born_on",)
    JOURNAL_ALSO = ("development.StepRecord", "development.Submission")

    class Meta:
        verbose_name = "发展党员"
        ordering = ["pinyin", "id"]
        indexes = [
            models.Index(fields=["branch", "state"], name="path_by_branch"),
            models.Index(fields=["state", "pinyin", "id"], name="path_list_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=~Q(id_index="") & Q(state="open"), name="one_open_path_an_id_number",
                violation_error_message="这个身份证号已有一份正在进行的发展档案。",
            ),
            models.CheckConstraint(
                condition=Q(came_from="") | Q(moved_in_on__isnull=False), name="moved_in_has_a_day",
                violation_error_message="从外单位转来的，请填写转入日期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def rights_branch(self) -> Branch:
        return self.member.latest.branch if self.member_id else self.branch

    @property
    def place(self) -> Branch:
        """Where he is now: the branch that goes on with the path."""
        return self.rights_branch


class StepRecord(models.Model):
    """One step (or exit) of a path as it was done. Votes are those of `resolution`, never copied. `branch` is that of the day,
    so that a past figure stays where it was. `carried`: from the file of an earlier organisation or time, not checked here."""

    path = models.ForeignKey(Path, models.PROTECT, related_name="records", verbose_name="发展对象")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name="支部")
    key = models.CharField("步骤", max_length=24, choices=KEY_CHOICES)
    done_on = models.DateField("日期")
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会议")
    resolution = models.ForeignKey(Resolution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="决议")
    body = models.ForeignKey(Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批党组织")
    document_no = models.CharField("文号", max_length=60, blank=True)
    publicity_from = models.DateField("公示开始日期", null=True, blank=True)
    publicity_to = models.DateField("公示结束日期", null=True, blank=True)
    months = models.PositiveSmallIntegerField("延长月数", null=True, blank=True)
    exceptional = models.BooleanField("个别特殊情况", default=False)
    carried = models.BooleanField("凭档案补录", default=False)
    documents = models.JSONField("已有材料", default=list, blank=True)
    note = models.TextField("情况", max_length=2000, blank=True)
    recorded_on = models.DateField("登记日期", editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfPathQuerySet.as_manager()

    class Meta:
        verbose_name = "发展步骤"
        ordering = ["done_on", "id"]
        indexes = [models.Index(fields=["key", "done_on"], name="step_by_day"),
                   models.Index(fields=["branch", "key"], name="step_by_branch")]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["path", "key"], condition=Q(voided_at=None) & ~Q(key__in=[*REPEATED, "moved"]), name="step_once_a_path",
                violation_error_message="这一步已经登记。",
            ),
            models.UniqueConstraint(
                fields=["resolution"], condition=Q(voided_at=None), name="resolution_decides_one_step",
                violation_error_message="这项决议已用于另一人，应逐个表决。",
            ),
            models.CheckConstraint(
                condition=Q(publicity_to=None) | Q(publicity_to__gte=F("publicity_from")), name="publicity_ends_after_it_begins",
                violation_error_message="公示结束日期早于开始日期。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.path.name} {self.get_key_display()}"

    @property
    def rights_branch(self) -> Branch:
        return self.path.rights_branch

    def figure_words(self) -> str:
        return self.path.name


class StepFile(models.Model):
    """A scanned paper of a step. Taking one off keeps the attachment."""

    record = models.ForeignKey(StepRecord, models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField("移除时间", null=True, editable=False)

    class Meta:
        verbose_name = "发展材料"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.attachment.original_name


class SubmissionState(models.TextChoices):
    WAITING = "waiting", "待审批"
    APPROVED = "approved", "已通过"
    RETURNED = "returned", "已退回"


class Submission(models.Model):
    """What a branch reported to the upper committee for its decision; approving it makes the step's record."""

    path = models.ForeignKey(Path, models.PROTECT, related_name="submissions", verbose_name="发展对象")
    key = models.CharField("事项", max_length=24, choices=KEY_CHOICES)
    reported_on = models.DateField("上报日期")
    publicity_from = models.DateField("公示开始日期", null=True, blank=True)
    publicity_to = models.DateField("公示结束日期", null=True, blank=True)
    note = models.TextField("说明", max_length=1000, blank=True)
    state = models.CharField("状态", max_length=8, choices=SubmissionState.choices, default=SubmissionState.WAITING)
    decided_on = models.DateField("办理日期", null=True, blank=True)
    reason = models.CharField("意见", max_length=200, blank=True)
    record = models.OneToOneField(StepRecord, models.PROTECT, null=True, related_name="submission")
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="报送人")
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "报批事项"
        ordering = ["reported_on", "id"]
        indexes = [models.Index(fields=["state", "reported_on", "id"], name="submission_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["path", "key"], condition=Q(state="waiting"), name="one_waiting_submission",
                violation_error_message="这一事项已经报送，正在等上级党委办理。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.path.name} {self.get_key_display()}"

    @property
    def rights_branch(self) -> Branch:
        return self.path.rights_branch


class HelperRole(models.TextChoices):
    CONTACT = "contact", "培养联系人"
    INTRODUCER = "introducer", "入党介绍人"


class Helper(models.Model):
    """A contact or introducer, [start_on, stop_on); whoever cannot go on is replaced."""

    path = models.ForeignKey(Path, models.PROTECT, related_name="helpers", verbose_name="发展对象")
    member = models.ForeignKey(Member, models.PROTECT, related_name="helps", verbose_name="党员")
    role = models.CharField("身份", max_length=10, choices=HelperRole.choices)
    discipline = models.CharField("处分情况", max_length=10, blank=True)
    start_on = models.DateField("起")
    stop_on = models.DateField("止", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)

    objects = HelperQuerySet.as_manager()

    class Meta:
        verbose_name = "联系人和介绍人"
        ordering = ["start_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["path", "member", "role"], condition=Q(stop_on=None, voided_at=None), name="helper_once",
                violation_error_message="这名党员已经在其中。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member.name}（{self.get_role_display()}）"

    @property
    def rights_branch(self) -> Branch:
        return self.path.rights_branch


class ThoughtReport(models.Model):
    """A thought report that a person handed in."""

    path = models.ForeignKey(Path, models.PROTECT, related_name="reports", verbose_name="发展对象")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name="支部")
    handed_on = models.DateField("递交日期")
    title = models.CharField("主要内容", max_length=100)
    opinion = models.CharField("联系人意见", max_length=200, blank=True)
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+", verbose_name="附件")
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfPathQuerySet.as_manager()

    class Meta:
        verbose_name = "思想汇报"
        ordering = ["-handed_on", "-id"]
        indexes = [models.Index(fields=["branch", "handed_on"], name="thought_report_by_day")]

    def __str__(self) -> str:
        return f"{self.path.name} {self.title}"

    @property
    def rights_branch(self) -> Branch:
        return self.path.rights_branch

    def figure_words(self) -> str:
        return self.path.name


class TrainingClass(models.Model):
    """A class for candidates, held by a committee or above."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="training_classes", verbose_name="主办党组织")
    title = models.CharField("培训班名称", max_length=60)
    organiser = models.CharField("举办单位", max_length=60)
    place = models.CharField("地点", max_length=60, blank=True)
    start_on = models.DateField("开始日期")
    stop_on = models.DateField("结束日期")
    days = models.DecimalField("天数", max_digits=4, decimal_places=1)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = ClassQuerySet.as_manager()

    class Meta:
        verbose_name = "发展对象培训班"
        ordering = ["-start_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stop_on__gte=F("start_on")), name="class_ends_after_it_begins",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=0) & Q(hours__gte=0), name="class_takes_time",
                violation_error_message="天数和学时不能是负数。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def rights_branch(self) -> Branch:
        return self.branch


class Trainee(models.Model):
    """One person in a class and how much of it he took; `branch` is his own at the time."""

    training = models.ForeignKey(TrainingClass, models.PROTECT, related_name="trainees", verbose_name="培训班")
    path = models.ForeignKey(Path, models.PROTECT, related_name="trainings", verbose_name="发展对象")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name="支部")
    days = models.DecimalField("参加天数", max_digits=4, decimal_places=1, null=True, blank=True)
    hours = models.DecimalField("参加学时", max_digits=5, decimal_places=1, null=True, blank=True)
    passed = models.BooleanField("合格", null=True, blank=True)

    objects = OfPathQuerySet.as_manager()

    class Meta:
        verbose_name = "参训人员"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["training", "path"], name="trainee_once",
                                               violation_error_message="已在参训名单里。")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.path.name} {self.training.title}"

    @property
    def rights_branch(self) -> Branch:
        return self.path.rights_branch

    def figure_words(self) -> str:
        return self.path.name


class LocalItem(models.Model):
    """A paper or check of local practice beside those of the regulation, e.g. of 双推双评三全程; [start_on, stop_on)."""

    key = models.CharField("步骤", max_length=24, choices=KEY_CHOICES[:25])
    name = models.CharField("材料或事项", max_length=60)
    scheme = models.CharField("所属做法", max_length=30, blank=True)
    start_on = models.DateField("起")
    stop_on = models.DateField("止", null=True, blank=True)
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记人")
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "本地要求"
        ordering = ["key", "id"]
        constraints = [models.UniqueConstraint(fields=["key", "name"], condition=Q(stop_on=None), name="local_item_once",
                                               violation_error_message="这一步已有同名的要求。")]  # fmt: skip

    def __str__(self) -> str:
        return self.name
