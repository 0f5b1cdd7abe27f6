"""People and where they belonged when. Written by `members.services` only; nothing is overwritten that was true."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members import codes
from members.querysets import (
    ID_PURPOSE,
    MemberQuerySet,
    MembershipQuerySet,
    ProfileQuerySet,
    RequestQuerySet,
    StandingQuerySet,
)
from partywork.fields import BlindIndex, EncryptedText


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
    RESTORED = "restored", "恢复党籍"


class StopReason(models.TextChoices):
    CHANGED = "changed", "转入下一段"
    TRANSFER_OUT = "transfer_out", "组织关系转出"
    DIED = "died", "去世"
    REMOVED = "removed", "除名"
    EXPELLED = "expelled", "开除党籍"
    CANCELLED = "cancelled", "取消预备党员资格"
    STOPPED = "stopped", "停止党籍"


class Ground(models.TextChoices):
    """Why somebody is removed (除名): the six cases of 教育管理工作条例, art. 31, in our words."""

    CONVICTION = "conviction", "理想信念缺失、政治立场动摇，丧失党员条件"
    RELIGION = "religion", "信仰宗教，教育后没有转变，劝退不退"
    QUITTING = "quitting", "提出退党，教育后仍坚持"
    THREAT = "threat", "以退党相要挟，教育不改，劝退不退"
    UNCORRECTED = "uncorrected", "限期改正期满仍无转变，劝退不退"
    DROPPED_OUT = "dropped_out", "连续6个月不参加组织生活、不交党费或不做工作，按自行脱党"


class Status(models.TextChoices):
    """What holds of a person for a time beside where he belongs."""

    FLOATING = "floating", "流动党员"
    LOST = "lost", "失去联系"
    CORRECTING = "correcting", "限期改正"
    PROBATION = "probation", "留党察看"
    SUSPENDED = "suspended", "中止党员权利"
    STOPPED = "stopped", "停止党籍"


class Outcome(models.TextChoices):
    OVER = "over", "结束"
    LEFT = "left", "离开时结束"
    RESTORED = "restored", "恢复党籍"
    REMOVED = "removed", "按自行脱党除名"


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
    party_age_from = models.DateField(
        "党龄起算日期（校正）", null=True, blank=True, help_text="只有党龄中断过或经批准补计的才填，一般留空，按转正日期计算。"
    )
    phone = EncryptedText("联系电话", blank=True)
    account = models.OneToOneField(
        Account, models.PROTECT, null=True, blank=True, related_name="member", verbose_name="账号"
    )
    latest = models.OneToOneField("Membership", models.PROTECT, null=True, editable=False, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    change_token = models.UUIDField(null=True, editable=False)  # of the form that made the last dated change

    objects = MemberQuerySet.as_manager()
    PRIVATE_FIELDS = (
        "born_on",
    )  # the journal says that it changed, not what it is (the number is encrypted anyway)
    JOURNAL_ALSO = ("members.Membership", "members.Profile", "members.Standing", "members.CorrectionRequest")

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
    def party_age_begins(self) -> date | None:
        """The day from which 党龄 counts; None for a probationary member."""
        return (self.party_age_from or self.full_on) if self.full_on else None

    @property
    def rights_branch(self) -> Branch | None:
        return self.latest.branch if self.latest else None

    @property
    def rights_owner_id(self) -> int | None:
        return self.account_id

    def figure_words(self) -> str:
        return self.name


class Profile(models.Model):
    """What the personal file holds beside the member's own row (党员基本信息采集表 and the columns of a 花名册). Facts that the
    records tell by themselves (支部, 人员类别, 党内职务, 党龄) are not here. Written by `members.personal` only."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="profile", verbose_name="党员")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    id_number = EncryptedText("公民身份号码", blank=True)
    id_index = BlindIndex(of="id_number", purpose=ID_PURPOSE)
    nationality = models.CharField("民族", max_length=2, choices=codes.NATIONALITIES, blank=True)
    education = models.CharField("学历", max_length=24, choices=codes.Education.choices, blank=True)
    degree = models.CharField("学位", max_length=12, choices=codes.Degree.choices, blank=True)
    school = models.CharField("毕业院校及专业", max_length=100, blank=True)
    work = models.CharField("工作岗位", max_length=24, choices=codes.Work.choices, blank=True)
    position = models.CharField("行政职务", max_length=60, blank=True)
    skill_title = models.CharField("专业技术职务", max_length=60, blank=True)
    worked_from = models.DateField("参加工作日期", null=True, blank=True)
    landline = EncryptedText("固定电话", blank=True)
    home_address = EncryptedText("家庭住址", blank=True)
    residence = EncryptedText("现居住地", blank=True)
    native_place = models.CharField("籍贯", max_length=60, blank=True)
    household = models.CharField("户籍所在地派出所", max_length=100, blank=True)
    archive_unit = models.CharField("人事档案所在单位", max_length=100, blank=True)
    marriage = models.CharField("婚姻状况", max_length=12, choices=codes.Marriage.choices, blank=True)
    stratum = models.CharField("新社会阶层类型", max_length=1, choices=codes.Stratum.choices, blank=True)
    front_line = models.CharField("一线情况", max_length=60, blank=True)
    is_migrant_worker = models.BooleanField("农民工", default=False)
    is_taiwanese = models.BooleanField("台湾省籍", default=False)
    joined_as = models.CharField("入党类型", max_length=12, choices=codes.JoinedAs.choices, blank=True)
    joined_at = models.CharField("入党时所在支部", max_length=100, blank=True)
    applied_on = models.DateField("申请入党日期", null=True, blank=True)
    activist_on = models.DateField("确定积极分子日期", null=True, blank=True)
    candidate_on = models.DateField("确定发展对象日期", null=True, blank=True)

    objects = ProfileQuerySet.as_manager()
    PRIVATE_FIELDS = ("marriage", "household")

    class Meta:
        verbose_name = "党员信息"
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"],
                condition=~Q(id_index=""),
                name="one_file_an_id_number",
                violation_error_message="这个身份证号已登记在另一名党员名下。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.name}的信息"

    @property
    def rights_branch(self) -> Branch | None:
        return self.member.rights_branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id


class AskState(models.TextChoices):
    OPEN = "open", "待处理"
    DONE = "done", "已更正"
    DECLINED = "declined", "不作更正"


class CorrectionRequest(models.Model):
    """What a member asks to have corrected in his own record, and what became of it. Written by `members.requests` only.
    People write numbers and addresses into it: so it is sealed, and read by whoever keeps the record and by himself."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="requests", verbose_name="党员")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = EncryptedText("要更正的内容")
    asked_on = models.DateField("提出日期")
    state = models.CharField("状态", max_length=8, choices=AskState.choices, default=AskState.OPEN)
    answer = EncryptedText("答复", blank=True)
    closed_on = models.DateField("处理日期", null=True, blank=True)
    closed_by = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="处理人")
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = RequestQuerySet.as_manager()
    SHOWN_FIELDS = ("text", "answer")  # sealed at rest, but pages show them whole to those who may read them

    class Meta:
        verbose_name = "更正请求"
        ordering = ["-asked_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None) | ~Q(state="open") & Q(closed_on__isnull=False),
                name="request_closed_with_its_day",
                violation_error_message="处理了的请求须有处理日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.name}的更正请求"

    @property
    def rights_branch(self) -> Branch | None:
        return self.member.rights_branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id


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
    ground = models.CharField("除名情形", max_length=12, choices=Ground.choices, blank=True)
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


class Standing(models.Model):
    """One stretch [start_on, stop_on) in which something holds of a person beside where he belongs: away from his branch,
    out of touch, under correction or observation, without rights, or with his membership stopped. Written by
    `members.standings` only; of one status no two stretches overlap."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="standings", verbose_name="党员")
    status = models.CharField("情形", max_length=12, choices=Status.choices)
    start_on = models.DateField("起")
    stop_on = models.DateField("止", null=True, blank=True)
    until = models.DateField("期限至", null=True, blank=True)
    place = models.CharField("流入地", max_length=100, blank=True)
    is_abroad = models.BooleanField("在国（境）外", default=False)
    contact = models.CharField("联系人", max_length=60, blank=True)
    contact_on = models.DateField("最近联系日期", null=True, blank=True)
    reason = models.CharField("原因和依据", max_length=200, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=Outcome.choices, blank=True)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = "流动、失联和处置情况"
        ordering = ["start_on", "id"]
        indexes = [models.Index(fields=["status", "start_on"], name="standing_by_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "status"],
                condition=Q(stop_on=None),
                name="one_open_standing",
                violation_error_message="该党员已登记这一情形，尚未结束。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None) | Q(stop_on__gt=F("start_on")),
                name="standing_ends_after_it_begins",
                violation_error_message="结束日期应在开始日期之后。",
            ),
            models.CheckConstraint(
                condition=Q(stop_on=None, outcome="") | Q(stop_on__isnull=False) & ~Q(outcome=""),
                name="standing_end_has_an_outcome",
                violation_error_message="结束须有结果。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.name} {self.get_status_display()}"

    @property
    def rights_branch(self) -> Branch | None:
        return self.member.rights_branch

    @property
    def rights_owner_id(self) -> int | None:
        return self.member.account_id
