"""Terms of office, who held which office in them, and the elections. Written by `branches.terms.services` only.

A seat is one stretch of one office: held by somebody, or vacant (`member` is None) from the day on which its clock runs.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.accounts.models import Account
from branches.meetings.models import Meeting
from branches.models import Branch
from branches.terms.querysets import ElectionQuerySet, SeatQuerySet, TermQuerySet
from members.models import Member


class Office(models.TextChoices):
    """The first five are posts of accounts too (branches.accounts.permissions.Role), under the same codes."""

    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    COMMISSIONER = "commissioner", "委员"


LEADING = (Office.SECRETARY, Office.DEPUTY)  # whose election is approved from above; the others are reported for record


class Years(models.IntegerChoices):
    THREE = 3, "3年"
    FIVE = 5, "5年"


class Term(models.Model):
    """One term of one organisation's committee. `due_on` is the day on which the next one falls due: the term's end, put off
    by an approved delay, or brought forward by an early election."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="terms", verbose_name="党组织")
    number = models.PositiveSmallIntegerField("届次", help_text="第几届，只填数字。")
    elected_on = models.DateField("选举日期")
    start_on = models.DateField("届期起始", help_text="一般就是选举日期。")
    years = models.PositiveSmallIntegerField("任期", choices=Years.choices, default=Years.THREE)
    term_end = models.DateField("任期届满", editable=False)
    extended_until = models.DateField("批准延期至", null=True, blank=True)
    extension_document = models.CharField("批复文号", max_length=100, blank=True)
    extension_reason = models.CharField("延期原因", max_length=200, blank=True)
    due_on = models.DateField("应换届日期", editable=False)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "届次"
        ordering = ["-start_on", "-id"]
        indexes = [models.Index(fields=["ended_on", "due_on"], name="term_by_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch"], condition=Q(ended_on=None), name="one_open_term", violation_error_message="该党组织已登记现任届次。"
            ),
            models.UniqueConstraint(
                fields=["branch", "number"], name="term_number_once", violation_error_message="这一届已经登记。"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gt=F("start_on")),
                name="term_ends_after_it_begins",
                violation_error_message="结束日期应在届期起始之后。",
            ),
            models.CheckConstraint(
                condition=Q(extended_until=None, extension_document="") | Q(extended_until__gt=F("term_end")) & ~Q(extension_document=""),
                name="delay_with_approval",
                violation_error_message="延期须有批复文号，日期在任期届满之后。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}第{self.number}届"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    def figure_words(self) -> str:
        return self.branch.short_name


class Method(models.TextChoices):
    DIFFERENTIAL = "differential", "差额选举"
    EQUAL = "equal", "等额选举"


class ElectionKind(models.TextChoices):
    RENEWAL = "renewal", "换届选举"
    FIRST = "first", "首届选举"
    BY = "by", "补选"


class ElectionState(models.TextChoices):
    HELD = "held", "待批复"
    APPROVED = "approved", "已批复"
    INVALID = "invalid", "选举无效"
    VOIDED = "voided", "已作废"


class Election(models.Model):
    """One count of votes. Electors and those present come from the recorded congress; only organisations that record no
    congress of their own (党总支、机关党委) have them typed. `passing` is the number of votes that it took that day."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="elections", verbose_name="党组织")
    term = models.ForeignKey(Term, models.PROTECT, null=True, related_name="elections", verbose_name="届次")
    kind = models.CharField("类别", max_length=8, choices=ElectionKind.choices)
    state = models.CharField("状态", max_length=8, choices=ElectionState.choices, default=ElectionState.HELD)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, blank=True, related_name="elections", verbose_name="党员大会")
    held_on = models.DateField("选举日期")
    expected = models.PositiveIntegerField("应到会有选举权", null=True, blank=True)
    present = models.PositiveIntegerField("实到会有选举权", null=True, blank=True)
    method = models.CharField("方式", max_length=12, choices=Method.choices, default=Method.DIFFERENTIAL)
    places = models.PositiveSmallIntegerField("应选名额")
    issued = models.PositiveIntegerField("发出选票")
    returned = models.PositiveIntegerField("收回选票")
    spoilt = models.PositiveIntegerField("其中作废", default=0)
    passing = models.PositiveIntegerField("当选票数", default=0, editable=False)
    approved_on = models.DateField("批复日期", null=True, blank=True)
    approval_document = models.CharField("批复文号", max_length=100, blank=True)
    approved_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="登记批复")
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = ElectionQuerySet.as_manager()

    class Meta:
        verbose_name = "选举"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, expected=None, present=None)
                | Q(meeting=None, expected__isnull=False, present__lte=F("expected")),
                name="electors_from_one_source",
                violation_error_message="应到、实到取自党员大会的记录；没有记录的才填写，实到不能多于应到。",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_on__isnull=False) & ~Q(approval_document=""),
                name="approval_has_a_document",
                violation_error_message="批复须有日期和文号。",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | ~Q(void_reason=""),
                name="voided_election_has_a_reason",
                violation_error_message="作废须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.get_kind_display()}（{self.held_on:%Y-%m-%d}）"

    @property
    def rights_branch(self) -> Branch:
        return self.branch

    @property
    def electors(self) -> tuple[int, int]:
        """(should have come, came), of those who may elect."""
        if self.meeting:
            return self.meeting.voters_expected, self.meeting.voters_present
        return self.expected or 0, self.present or 0


class Candidate(models.Model):
    """One name on the ballot, with the office meant for him and what came of it."""

    election = models.ForeignKey(Election, models.PROTECT, related_name="candidates", verbose_name="选举")
    order = models.PositiveSmallIntegerField(default=0)
    member = models.ForeignKey(Member, models.PROTECT, related_name="candidacies", verbose_name="候选人")
    office = models.CharField("拟任职务", max_length=12, choices=Office.choices, default=Office.COMMISSIONER)
    votes = models.PositiveIntegerField("赞成票")
    elected = models.BooleanField("当选", default=False)
    tied = models.BooleanField("票数相等", default=False)

    class Meta:
        verbose_name = "候选人"
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["election", "member"], name="candidate_once")]

    def __str__(self) -> str:
        return self.member.name


class SeatStart(models.TextChoices):
    ELECTED = "elected", "选举产生"
    APPOINTED = "appointed", "上级任命"
    CHANGED = "changed", "调整分工"
    VACANT = "vacant", "空缺"
    ENTERED = "entered", "补登现任"


class SeatStop(models.TextChoices):
    TERM = "term", "届满换届"
    MOVED = "moved", "调离"
    RESIGNED = "resigned", "辞职"
    REMOVED = "removed", "免职"
    DIED = "died", "去世"
    CHANGED = "changed", "调整分工"
    FILLED = "filled", "已补上"
    DROPPED = "dropped", "不再设"


class Seat(models.Model):
    """One stretch of one office within a term: [start_on, stop_on). Without a member the office is vacant."""

    term = models.ForeignKey(Term, models.PROTECT, related_name="seats", verbose_name="届次")
    office = models.CharField("职务", max_length=12, choices=Office.choices)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name="姓名")
    election = models.ForeignKey(Election, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name="选举")
    start_on = models.DateField("起")
    stop_on = models.DateField("止", null=True, blank=True)
    start_reason = models.CharField("起因", max_length=10, choices=SeatStart.choices)
    stop_reason = models.CharField("止因", max_length=10, choices=SeatStop.choices, blank=True)
    document = models.CharField("任免文号", max_length=100, blank=True)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = "委员职务"
        ordering = ["start_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "member"],
                condition=Q(stop_on=None),
                name="one_office_a_person",
                violation_error_message="他在本届已有职务。",
            ),
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(stop_on=None, office="secretary"),
                name="one_secretary_a_term",
                violation_error_message="本届已有书记，或书记的空缺还没有补上。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None, stop_reason="") | Q(stop_on__gte=F("start_on")) & ~Q(stop_reason=""),
                name="seat_end_has_a_reason",
                violation_error_message="离任日期不能早于任职日期，并须有原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_office_display()} {self.member.name if self.member else '空缺'}"

    @property
    def rights_branch(self) -> Branch:
        return self.term.branch
