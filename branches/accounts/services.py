"""The acts on accounts and posts, and what signing in leaves in the journal. No password is ever written down here."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from branches.accounts import throttle
from branches.accounts.models import Account, Post, Session
from branches.accounts.passwords import random_password
from branches.accounts.permissions import ADMINISTRATORS, Role
from branches.models import Branch, BranchKind
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.periods import today
from partywork.versions import claim_version

register_actions(
    {
        "login.done": "登录",
        "login.refused": "登录被拒绝",
        "login.locked": "登录被锁定",
        "login.left": "退出登录",
        "login.end": "结束登录",
        "account.create": "新建账号",
        "account.edit": "修改账号",
        "account.reset": "重置密码",
        "account.password": "修改自己的密码",
        "account.password_refused": "核对密码未通过",
        "account.password_locked": "核对密码被锁定",
        "post.create": "任命职务",
        "post.end": "免去职务",
    }
)
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,29}", re.ASCII)
ROOT_ROLES = (*ADMINISTRATORS, Role.STAFF)  # these act for the whole bureau: settings, templates, accounts, journal
BUREAU_ROLES = (Role.INSPECTOR, Role.LEADER)
ACCOUNT_FIELDS = ("username", "display_name", "is_active")
POST_FIELDS = ("account", "branch", "role", "start_on", "stop_on")


# --- accounts ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_account(
    *,
    actor: Account,
    username: str,
    display_name: str,
    role: str = "",
    branch: Branch | None = None,
    start_on: date | None = None,
    form_token=None,
) -> tuple[Account, str]:
    """The new account and its first password, which exists nowhere else and must be changed at the first login.
    With a role, its first post as well."""
    actor.require("accounts.manage")
    account, password = _new_account(actor, username, display_name, random_password(), form_token)
    if role and branch:
        _new_post(actor, account, branch, role, start_on or today(), None)
    return account, password


@transaction.atomic
def create_prepared_account(
    *, actor: Account, username: str, display_name: str, hashed: str, role: str = "", branch: Branch | None = None,
    start_on: date | None = None,
) -> Account:
    """As `create_account`, with a first password that was hashed beforehand: for many at once."""
    actor.require("accounts.manage")
    account = _save_new(actor, username, display_name, None, lambda made: setattr(made, "password", hashed))
    if role and branch:
        _new_post(actor, account, branch, role, start_on or today(), None)
    return account


@transaction.atomic
def remove_imported(*, accounts: list[int], posts: list[int]) -> None:
    """Accounts that nobody ever used, and posts, of an import that is taken back; it has written the journal."""
    Post.objects.filter(Q(account__in=accounts) | Q(pk__in=posts)).delete()
    Account.objects.filter(pk__in=accounts).delete()


@transaction.atomic
def create_keeper(*, username: str, display_name: str, password: str, branch: Branch) -> Account:
    """A system keeper made on the server itself, for a new installation or when every keeper is locked out."""
    account, _ = _new_account(None, username, display_name, password, None)
    _new_post(None, account, branch, Role.KEEPER, today(), None)
    return account


@transaction.atomic
def edit_account(
    *, actor: Account, account: Account, version: int, display_name: str, is_active: bool
) -> Account:
    actor.require("accounts.manage")
    account = Account.objects.select_for_update().get(pk=account.pk)
    before = snapshot(account, ACCOUNT_FIELDS)
    claim_version(account, version)
    if account.is_active and not is_active:
        _check_may_switch_off(actor, account)
    account.display_name, account.is_active = display_name, is_active
    account.save(update_fields=["display_name", "is_active"])
    if not is_active:
        account.sessions.all().delete()
    write_entry(
        actor=actor,
        action="account.edit",
        target=account,
        changes=changes_between(before, snapshot(account, ACCOUNT_FIELDS)),
    )
    return account


@transaction.atomic
def reset_password(*, actor: Account, account: Account) -> tuple[Account, str]:
    """A new first password; every open session of the account is over, and so is a lock of its name."""
    actor.require("accounts.manage")
    if account.pk == actor.pk:
        raise RuleViolation("不能重置自己的密码，请用“修改密码”。")
    account = Account.objects.select_for_update().get(pk=account.pk)
    password = random_password()
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    throttle.forget_name(account.username)
    account.sessions.all().delete()
    write_entry(actor=actor, action="account.reset", target=account)
    return account, password


@transaction.atomic
def change_own_password(*, actor: Account, new_password: str) -> None:
    """The caller has proved the old one, and keeps his session by a new id; all the account's sessions are over."""
    actor.set_password(new_password)
    actor.must_change_password = False
    actor.save(update_fields=["password", "must_change_password"])
    actor.sessions.all().delete()
    write_entry(actor=actor, action="account.password", target=actor)


# --- posts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_post(
    *, actor: Account, account: Account, branch: Branch, role: str, start_on: date, form_token=None
) -> Post:
    actor.require("accounts.manage")
    account = Account.objects.select_for_update().get(pk=account.pk)
    return _new_post(actor, account, branch, role, start_on, form_token)


@transaction.atomic
def end_post(*, actor: Account, post: Post, day: date) -> Post:
    """From `day` on the post is not held any more; with today it is lost at once."""
    actor.require("accounts.manage")
    post = Post.objects.select_for_update(of=("self",)).select_related("account", "branch").get(pk=post.pk)
    if post.stop_on:
        raise RuleViolation(f"这一职务已于{_cn(post.stop_on)}免去。")
    if day < post.start_on:
        raise RuleViolation(f"免职日期不能早于任职日期{_cn(post.start_on)}。", field="day")
    if day > today():
        raise RuleViolation("免职日期不能晚于今天。", field="day")
    _check_not_last_keeper(post)
    post.stop_on = day
    post.save(update_fields=["stop_on"])
    write_entry(
        actor=actor,
        action="post.end",
        target=post,
        label=f"{post.account}：{post}",
        changes={"stop_on": [None, day.isoformat()]},
    )
    return post


def end_posts_of(actor: Account | None, branch: Branch, day: date) -> list[int]:
    """Every post in an organisation that is no more from that day on; whoever dissolves it has the right to that."""
    posts = list(branch.posts.filter(Q(stop_on=None) | Q(stop_on__gt=day)).select_related("account"))
    later = next((post for post in posts if post.start_on > day or post.stop_on), None)
    if later:
        raise RuleViolation(f"{later.account}的{later.get_role_display()}任职在{_cn(day)}以后还有变动，请先核对。", field="day")
    for post in posts:
        post.stop_on = day
        post.save(update_fields=["stop_on"])
        changes = {"stop_on": [None, day.isoformat()]}
        write_entry(actor=actor, action="post.end", target=post, label=f"{post.account}：{post}", changes=changes)
    return [post.pk for post in posts]


def reopen_posts(posts: list[int], day: date) -> None:
    """The same taken back; a post that was given anew meanwhile stays as it is."""
    for post in Post.objects.filter(pk__in=posts, stop_on=day):
        if not Post.objects.filter(account=post.account_id, branch=post.branch_id, role=post.role, stop_on=None).exists():
            post.stop_on = None
            post.save(update_fields=["stop_on"])


def check_place_of_post(role: str, branch: Branch) -> None:
    """Posts that act for the whole bureau stand at its committee; posts that see several branches, not in one of them."""
    if role in ROOT_ROLES and branch.kind != BranchKind.COMMITTEE:
        raise RuleViolation(f"{Role(role).label}只能设在机关党委。", field="branch")
    if role in BUREAU_ROLES and branch.is_leaf_kind:
        raise RuleViolation(f"{Role(role).label}不能设在党支部，请选择机关党委或党总支。", field="branch")


def check_combination(account: Account, role: str, start_on: date) -> None:
    """三员分立: keeper, auditor and business posts never meet in one account, not for a single day."""
    held = [Role(post.role) for post in account.posts.filter(Q(stop_on=None) | Q(stop_on__gt=start_on))]
    for other in held:
        if other != role and (other in ADMINISTRATORS or role in ADMINISTRATORS):
            administrator, second = (other, Role(role)) if other in ADMINISTRATORS else (Role(role), other)
            raise RuleViolation(
                f"{administrator.label}不能兼任{second.label}：系统管理、安全审计和党务工作须由不同的账号承担。"
                "请为此人另建账号，或先免去原职务。",
                field="role",
            )


# --- signing in: what the journal keeps -------------------------------------------------------------------------------


@transaction.atomic
def note_login(*, actor: Account) -> None:
    write_entry(actor=actor, action="login.done", target=actor)


@transaction.atomic
def note_logout(*, actor: Account) -> None:
    write_entry(actor=actor, action="login.left", target=actor)


@transaction.atomic
def note_refused_login(*, username: str, actor: Account | None = None, locked: bool = False) -> None:
    """What was typed is kept only when it names an account: people type passwords into the wrong field.
    `actor` is somebody who has signed in already and was asked for his password again."""
    account = Account.objects.filter(username=username.lower()).first()
    write_entry(
        actor=actor,
        action=f"{'account.password_' if actor else 'login.'}{'locked' if locked else 'refused'}",
        target=account,
        label="" if account else "（没有这个登录名）",
        result="refused",
    )


@transaction.atomic
def end_session(*, actor: Account, session: Session) -> None:
    """One's own login elsewhere or, by the keeper, anybody's: it is over with its next request."""
    if session.account_id != actor.pk:
        actor.require("sessions.end", session)
    _end(actor, session.account, [session])


@transaction.atomic
def end_sessions(*, actor: Account, account: Account, but: str = "") -> int:
    """Every open login of an account, except the one with the key `but`; how many there were."""
    if account.pk != actor.pk:
        actor.require("sessions.end", account)
    open_ones = list(account.sessions.open_at(timezone.now()).exclude(session_key=but))
    _end(actor, account, open_ones)
    return len(open_ones)


def _end(actor: Account, account: Account, sessions: list[Session]) -> None:
    Session.objects.filter(pk__in=[session.pk for session in sessions]).delete()
    for session in sessions:
        where = f"（{session.device}，{session.ip or '地址不明'}）"
        write_entry(actor=actor, action="login.end", target=account, label=f"{account}{where}")


# --- small parts ------------------------------------------------------------------------------------------------------


def _new_account(
    actor: Account | None, username: str, display_name: str, password: str, form_token
) -> tuple[Account, str]:
    return _save_new(actor, username, display_name, form_token, lambda made: made.set_password(password)), password


def _save_new(
    actor: Account | None, username: str, display_name: str, form_token, seal: Callable[[Account], None]
) -> Account:
    username = username.lower()
    if not USERNAME.fullmatch(username):
        raise RuleViolation(
            "登录名应以字母开头，由3到30个小写字母、数字、点、横线或下划线组成。", field="username"
        )
    if Account.objects.filter(username=username).exists():
        raise RuleViolation(f"登录名“{username}”已被使用，请换一个。", field="username")
    account = Account(username=username, display_name=display_name, form_token=form_token)
    seal(account)
    account.save()
    write_entry(
        actor=actor,
        action="account.create",
        target=account,
        changes=changes_between({}, snapshot(account, ACCOUNT_FIELDS)),
    )
    return account


def _new_post(
    actor: Account | None, account: Account, branch: Branch, role: str, start_on: date, form_token
) -> Post:
    if start_on > today():
        raise RuleViolation("任职日期不能晚于今天。", field="start_on")
    if not branch.is_active_on(start_on):
        raise RuleViolation(f"“{branch.short_name}”在这一天还没有成立或已经撤销。", field="start_on")
    if _held(account, role, branch, start_on).exists():
        raise RuleViolation("该账号在这一天已经担任同一职务。", field="role")
    check_place_of_post(role, branch)
    check_combination(account, role, start_on)
    post = Post.objects.create(
        account=account, branch=branch, role=role, start_on=start_on, form_token=form_token
    )
    write_entry(
        actor=actor,
        action="post.create",
        target=post,
        label=f"{account}：{post}",
        changes=changes_between({}, snapshot(post, POST_FIELDS)),
    )
    return post


def _held(account: Account, role: str, branch: Branch, day: date) -> QuerySet:
    return account.posts.filter(Q(stop_on=None) | Q(stop_on__gt=day), role=role, branch=branch)


def _check_may_switch_off(actor: Account, account: Account) -> None:
    if account.pk == actor.pk:
        raise RuleViolation("不能停用自己的账号，请由另一名系统管理员办理。", field="is_active")
    if _is_keeper(account) and not _other_keepers(account).exists():
        raise RuleViolation("这是最后一名能登录的系统管理员，不能停用。", field="is_active")


def _check_not_last_keeper(post: Post) -> None:
    if post.role == Role.KEEPER and not _other_keepers(post.account).exists():
        raise RuleViolation("这是最后一名能登录的系统管理员，不能免去。请先任命新的系统管理员。")


def _is_keeper(account: Account) -> bool:
    return account.posts.active_on(today()).filter(role=Role.KEEPER).exists()


def _other_keepers(account: Account) -> QuerySet:
    posts = Post.objects.active_on(today()).filter(role=Role.KEEPER, account__is_active=True)
    return posts.exclude(account=account)


def _cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
