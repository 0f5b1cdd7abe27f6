"""Meetings of every kind. One real gathering is one row and may be of several kinds; it is never deleted.
Written by `branches.meetings.services` only: save_draft, hold_meeting, correct_meeting, void_meeting."""
from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.accounts.models import Account
from branches.meetings.kinds import Body, Grade, Kind, ThemeForm
from branches.meetings.querysets import AttendanceQuerySet, MeetingQuerySet
from branches.models import Branch, PartyGroup
from members.models import Member
from partywork.files.models import Attachment


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    HELD = "held", "已召开"
    VOIDED = "voided", "已作废"


class Meeting(models.Model):
    """One gathering. A draft keeps what was typed as it was typed in `draft`; the columns are filled when it is held.
    The four counters are written by the service that writes the attendance, in the same transaction."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="meetings", verbose_name="党组织")
    group = models.ForeignKey(PartyGroup, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name="党小组")
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.DRAFT)
    body = models.CharField("应到范围", max_length=10, choices=Body.choices, default=Body.WHOLE)
    held_on = models.DateField("日期", null=True, blank=True)
    begins_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    title = models.CharField("主题", max_length=100, blank=True)
    topics = models.TextField("议题", max_length=4000, blank=True, help_text="每行一条。")
    theme_form = models.CharField("主题党日形式", max_length=10, choices=ThemeForm.choices, blank=True)
    host = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主持人")
    recorder = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录人")
    lecturer = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主讲人")
    lecturer_name = models.CharField("外请主讲人", max_length=30, blank=True)
    by_leader = models.BooleanField("领导干部讲授", default=False)
    guests = models.TextField("列席人员", max_length=1000, blank=True)
    minutes = models.TextField("会议记录", max_length=50_000, blank=True)
    studied_party_work = models.BooleanField("研究党建工作", default=False)
    first_topic = models.BooleanField("第一议题学习", default=False)
    work_report = models.BooleanField("支部委员会报告工作", default=False)
    self_criticisms = models.PositiveSmallIntegerField("自我批评意见（条）", null=True, blank=True)
    mutual_criticisms = models.PositiveSmallIntegerField("相互批评意见（条）", null=True, blank=True)

    expected_count = models.PositiveIntegerField("应到", default=0, editable=False)
    present_count = models.PositiveIntegerField("实到", default=0, editable=False)
    voters_expected = models.PositiveIntegerField("应到有表决权", default=0, editable=False)
    voters_present = models.PositiveIntegerField("实到有表决权", default=0, editable=False)

    draft = models.JSONField("草稿内容", null=True, editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    changed_at = models.DateTimeField("更新时间", auto_now=True)
    recorded_on = models.DateField("登记召开日期", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "会议"
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["-held_on", "-id"], name="meeting_list_order"),
            models.Index(fields=["branch", "-held_on", "-id", "state"], name="meeting_branch_order"),
            models.Index(fields=["state", "held_on"], name="meeting_by_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="held") | Q(held_on__isnull=False), name="held_meeting_has_a_date",
                                   violation_error_message="请填写会议日期。"),
            models.CheckConstraint(condition=Q(present_count__lte=F("expected_count")) & Q(voters_present__lte=F("voters_expected"))
                                   & Q(voters_expected__lte=F("expected_count")), name="present_within_expected",
                                   violation_error_message="实到人数不能超过应到人数。"),
            models.CheckConstraint(condition=~Q(state="voided") | ~Q(void_reason=""), name="void_has_a_reason",
                                   violation_error_message="作废须写明原因。"),
        ]

    def __str__(self) -> str:
        return self.title or "未命名会议"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    @property
    def kind_codes(self) -> list[str]:
        """Codes in the order of `Kind`; asks nothing after `with_kinds` or a prefetch of `kinds`."""
        joined = self.__dict__.get("kinds_joined")
        held = {row.kind for row in self.kinds.all()} if joined is None else set(joined.split(","))
        return [code for code in Kind.values if code in held]

    @property
    def kind_labels(self) -> list[str]:
        return [Kind(code).label for code in self.kind_codes]

    @property
    def delay_days(self) -> int:
        """Days between the meeting and its entry; 0 for a draft."""
        return (self.recorded_on - self.held_on).days if self.recorded_on and self.held_on else 0

    def figure_words(self) -> str:
        return f"{self.held_on:%Y-%m-%d} {self.title}"


class MeetingKind(models.Model):
    """One of the kinds under which a meeting counts."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="kinds")
    kind = models.CharField("会议类型", max_length=16, choices=Kind.choices)

    class Meta:
        verbose_name = "会议类型"
        constraints = [models.UniqueConstraint(fields=["meeting", "kind"], name="kind_once_a_meeting")]
        indexes = [models.Index(fields=["kind", "meeting"], name="meeting_by_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Presence(models.TextChoices):
    PRESENT = "present", "到会"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"


class Attendance(models.Model):
    """One expected person of one meeting."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    member = models.ForeignKey(Member, models.PROTECT, related_name="attendance", verbose_name="党员")
    state = models.CharField("出勤", max_length=8, choices=Presence.choices, default=Presence.PRESENT)
    reason = models.CharField("原因", max_length=60, blank=True)
    votes = models.BooleanField("有表决权", default=True)
    grade = models.CharField("评议等次", max_length=12, choices=Grade.choices, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "出勤"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="person_once_a_meeting"),
            models.CheckConstraint(condition=Q(state="present") | ~Q(reason=""), name="absence_has_a_reason",
                                   violation_error_message="请假或缺席须写明原因。"),
        ]

    def __str__(self) -> str:
        return f"{self.member.name} {self.get_state_display()}"

    def figure_words(self) -> str:
        return self.member.name


class Matter(models.TextChoices):
    """What a resolution decides; it chooses the voting rule (VOTE-1 to VOTE-3)."""

    ORDINARY = "ordinary", "一般事项"
    ADMIT = "admit", "接收预备党员"
    FULL = "full", "预备党员转正"


class Resolution(models.Model):
    """One resolution with its votes; who may vote is counted from the attendance, never typed."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="resolutions")
    order = models.PositiveSmallIntegerField(default=0)
    matter = models.CharField("事项", max_length=10, choices=Matter.choices, default=Matter.ORDINARY)
    text = models.CharField("决议内容", max_length=500)
    yes = models.PositiveSmallIntegerField("赞成", null=True, blank=True)
    no = models.PositiveSmallIntegerField("反对", null=True, blank=True)
    abstain = models.PositiveSmallIntegerField("弃权", null=True, blank=True)
    written_yes = models.PositiveSmallIntegerField("书面赞成", null=True, blank=True)

    class Meta:
        verbose_name = "决议"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "order"], name="one_resolution_a_place", violation_error_message="同一会议的决议序号重复。"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class MeetingFile(models.Model):
    """A photo or file of a meeting. Taking one off keeps the row of the attachment and says when and why."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField("移除时间", null=True, editable=False)

    class Meta:
        verbose_name = "会议附件"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.attachment.original_name
