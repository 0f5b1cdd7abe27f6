"""Who signs in, and which posts he holds from when to when. Written by `branches.accounts.services` only."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from branches.accounts import permissions
from branches.accounts.devices import device_of
from branches.accounts.permissions import Role
from branches.accounts.querysets import AccountManager, PostQuerySet, SessionQuerySet
from branches.models import Branch
from partywork.periods import today


class Account(AbstractBaseUser):
    """A login. It is not a member; a member may be linked to it (`Member.account`). Rights come from posts alone."""

    username = models.CharField(
        "登录名", max_length=30, unique=True, error_messages={"unique": "这个登录名已被使用。"}
    )
    display_name = models.CharField("姓名", max_length=30)
    is_active = models.BooleanField("可以登录", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    is_sample = models.BooleanField("样例账号", default=False, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = AccountManager()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def current_posts(self) -> list[Post]:
        """Today's posts with their organisations; one query a request."""
        if not self.is_active:
            return []
        return list(self.posts.active_on(today()).select_related("branch").order_by("branch__path", "id"))

    def can(self, action: str, row=None) -> bool:
        return permissions.can(self, action, row)

    def require(self, action: str, row=None) -> None:
        permissions.require(self, action, row)

    def reach(self, action: str, prefix: str = "", own: Q | None = None) -> Q:
        """The condition on rows that this account may reach with an action (see permissions.reach_q)."""
        return permissions.reach_q(self, action, prefix, own)

    @property
    def rights_branch(self) -> None:
        return None


class Post(models.Model):
    """One post held by one account in one organisation, from `start_on` until the day before `stop_on`."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="posts", verbose_name="账号")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="posts", verbose_name="党组织")
    role = models.CharField("职务", max_length=12, choices=Role.choices)
    start_on = models.DateField("任职日期")
    stop_on = models.DateField("免职日期", null=True, blank=True, help_text="自这一天起不再担任。")
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["-start_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stop_on=None) | Q(stop_on__gte=F("start_on")),
                name="post_ends_after_it_begins",
                violation_error_message="免职日期不能早于任职日期。",
            ),
            models.UniqueConstraint(
                fields=["account", "branch", "role"],
                condition=Q(stop_on=None),
                name="one_open_post",
                violation_error_message="该账号已在任这一职务。",
            ),
        ]
        indexes = [models.Index(fields=["branch", "role", "start_on"], name="post_by_branch_role")]

    def __str__(self) -> str:
        name, role = self.branch.short_name, self.get_role_display()
        return name + (role.removeprefix("党委") if name.endswith("党委") else role)

    @property
    def rights_branch(self) -> None:
        return None

    def figure_words(self) -> str:
        return self.account.display_name


class Session(AbstractBaseSession):
    """A browser's session; of somebody signed in also whose it is, since when and from where. Written by sessions.py."""

    number = models.UUIDField("编号", primary_key=True, editable=False)  # pages may show it: the key opens the door
    session_key = models.CharField("会话标识", max_length=40, unique=True)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="sessions", verbose_name="账号"
    )
    began_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近操作")
    ip = models.CharField("来源地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=300, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "登录"
        ordering = ["-seen_at", "number"]

    def __str__(self) -> str:
        return f"{self.account or '未登录者'}：{self.device}"

    @property
    def device(self) -> str:
        return device_of(self.agent)

    @property
    def rights_branch(self) -> None:
        return None

    @property
    def rights_owner_id(self) -> int | None:
        return self.account_id

    @classmethod
    def get_session_store_class(cls) -> type:
        from branches.accounts.sessions import SessionStore

        return SessionStore


class Tries(models.Model):
    """How often a secret was tried under one limit (see throttle.py); neither name nor address can be read from it."""

    key = models.CharField("标记", max_length=64, primary_key=True)
    whose = models.CharField("登录名标记", max_length=64, blank=True, db_index=True)
    count = models.PositiveIntegerField("次数")
    at = models.DateTimeField("计时起点", db_index=True)

    class Meta:
        verbose_name = "密码尝试"

    def __str__(self) -> str:
        return f"{self.count}次"
