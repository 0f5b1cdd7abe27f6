"""The one permissions table: who (post) may do what (action), and how far (reach).

`Account.can` and every `visible_to` derive from `TABLE`, so a list and an object cannot drift apart. The page
权限一览 prints it, and the tests read it cell by cell. It knows accounts and rows only by their attributes:
an account has `current_posts`; a row has `rights_branch` (a Branch or None) and perhaps `rights_owner_id`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from django.db.models import Q, TextChoices

from partywork.errors import NotAllowed


class Role(TextChoices):
    SECRETARY = "secretary", "书记"
    DEPUTY = "deputy", "副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    STAFF = "staff", "党委工作人员"
    INSPECTOR = "inspector", "督查员"
    LEADER = "leader", "领导"
    MEMBER = "member", "党员"
    KEEPER = "keeper", "系统管理员"
    AUDITOR = "auditor", "安全审计员"


class Reach(IntEnum):
    NONE = 0
    OWN = 1  # one's own record
    BRANCH = 2  # the organisation in which the post is held
    BELOW = 3  # that organisation and everything below it
    ALL = 4  # everything

    @property
    def label(self) -> str:
        return ("—", "本人", "本组织", "本组织及下级", "全部")[self]


# The committee of a branch or general branch; these also are whom a committee meeting expects.
COMMITTEE_ROLES = (Role.SECRETARY, Role.DEPUTY, Role.ORGANISATION, Role.PUBLICITY, Role.DISCIPLINE)
# Posts without any view of business records, and which one person may not combine (三员分立).
ADMINISTRATORS = (Role.KEEPER, Role.AUDITOR)

_OFFICERS_SEE = dict.fromkeys(COMMITTEE_ROLES, Reach.BELOW)
_BUREAU_SEES = {Role.STAFF: Reach.BELOW, Role.INSPECTOR: Reach.BELOW, Role.LEADER: Reach.BELOW}
_SEE = _OFFICERS_SEE | _BUREAU_SEES
_BOOKS = {Role.SECRETARY: Reach.BRANCH, Role.DEPUTY: Reach.BRANCH, Role.ORGANISATION: Reach.BRANCH}

TABLE: dict[str, tuple[str, dict[Role, Reach]]] = {
    "org.view": ("查看党组织", _SEE),
    "org.edit": ("新建、修改、撤销党组织", {Role.STAFF: Reach.BELOW}),
    "org.groups": ("设置党小组", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "members.view": ("查看党员", _SEE | {Role.MEMBER: Reach.OWN}),
    "members.edit": ("登记、修改党员", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "members.reveal": (
        "显示完整的身份证号、电话和住址",
        dict.fromkeys((*_SEE, Role.MEMBER), Reach.OWN) | _BOOKS | {Role.STAFF: Reach.BELOW},
    ),
    "members.ask": (
        "请求更正本人信息",
        dict.fromkeys((*_SEE, Role.MEMBER), Reach.OWN),
    ),
    "transfers.view": ("查看组织关系转接", _SEE),
    "transfers.edit": ("办理组织关系转接", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "meetings.view": ("查看会议", _SEE),
    "meetings.edit": (
        "登记、更正、作废会议",
        dict.fromkeys(COMMITTEE_ROLES, Reach.BRANCH) | {Role.STAFF: Reach.BELOW},
    ),
    "dues.view": ("查看党费", _SEE | {Role.MEMBER: Reach.OWN}),
    "dues.edit": ("核定、收缴党费", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "dues.remit": ("上缴、使用党费", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "terms.edit": ("登记届次、选举和任免", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "terms.approve": ("登记换届批复和延期批复", {Role.STAFF: Reach.BELOW}),
    "honours.view": ("查看表彰", _SEE),
    "honours.edit": ("推荐表彰对象、登记表彰和典型", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "honours.decide": ("组织评选、审查、公示、决定表彰", {Role.STAFF: Reach.ALL}),
    "development.view": ("查看发展党员档案", _SEE),
    "development.edit": ("登记、报送发展党员", _BOOKS | {Role.STAFF: Reach.BELOW}),
    "development.approve": ("办理发展党员审批和培训", {Role.STAFF: Reach.BELOW}),
    "reports.view": ("查看报告和指标", _SEE),
    "reports.edit": (
        "编写、生成报告",
        {Role.SECRETARY: Reach.BRANCH, Role.DEPUTY: Reach.BRANCH, Role.STAFF: Reach.BELOW},
    ),
    "reports.templates": ("管理报告模板", {Role.STAFF: Reach.ALL}),
    "bureau.edit": ("设置单位名称和本地做法", {Role.STAFF: Reach.ALL}),
    "calendar.edit": ("维护节假日安排", {Role.STAFF: Reach.ALL, Role.KEEPER: Reach.ALL}),
    "accounts.manage": ("管理账号和任职", {Role.KEEPER: Reach.ALL}),
    "sessions.end": ("查看和结束登录", dict.fromkeys(Role, Reach.OWN) | {Role.KEEPER: Reach.ALL}),
    "journal.view": ("查看操作日志", {Role.AUDITOR: Reach.ALL}),
    "system.view": ("查看系统状态和运维手册", {Role.KEEPER: Reach.ALL, Role.AUDITOR: Reach.ALL}),
    "system.verify": ("核对全部数据", {Role.KEEPER: Reach.ALL}),
}


def reach_of(action: str, role: str) -> Reach:
    return TABLE[action][1].get(Role(role), Reach.NONE)


def widest_reach(account: Any, action: str) -> Reach:
    """The widest reach that the account's posts of today give for an action."""
    return max((reach_of(action, post.role) for post in account.current_posts), default=Reach.NONE)


def reach_q(account: Any, action: str, prefix: str = "", own: Q | None = None) -> Q:
    """The condition on rows within reach; `prefix` leads to the row's Branch ("" for Branch itself, "branch__").

    `own` is the condition that the row is the account's own record; without it reach OWN finds nothing.
    """
    condition = Q(pk__in=())
    for post in account.current_posts:
        condition |= _post_q(reach_of(action, post.role), post, prefix, own)
    return condition


def _post_q(reach: Reach, post: Any, prefix: str, own: Q | None) -> Q:
    match reach:
        case Reach.ALL:
            return Q(pk__isnull=False)
        case Reach.BELOW if post.branch.numchild:
            return Q(**{f"{prefix}path__startswith": post.branch.path})
        case Reach.BELOW | Reach.BRANCH:  # with nothing below it, its key finds the same rows by their index
            return Q(**{f"{prefix}pk": post.branch_id})
        case Reach.OWN if own is not None:
            return own
    return Q(pk__in=())


def can(account: Any, action: str, row: Any = None) -> bool:
    """Whether the account may do the action on the row (or, without a row, anywhere at all)."""
    reaches = [(reach_of(action, post.role), post) for post in account.current_posts]
    if row is None:
        return any(reach > Reach.NONE for reach, _ in reaches)
    return any(_within(reach, post, account, row) for reach, post in reaches)


def _within(reach: Reach, post: Any, account: Any, row: Any) -> bool:
    branch = row.rights_branch
    match reach:
        case Reach.ALL:
            return True
        case Reach.BELOW:
            return branch is not None and branch.path.startswith(post.branch.path)
        case Reach.BRANCH:
            return branch is not None and branch.pk == post.branch_id
        case Reach.OWN:
            return getattr(row, "rights_owner_id", None) == account.pk
    return False


def require(account: Any, action: str, row: Any = None) -> None:
    """Raise NotAllowed (403), naming the posts that may, unless `can`."""
    if not can(account, action, row):
        raise NotAllowed(needed_posts(action))


def needed_posts(action: str) -> str:
    """In Chinese: which posts may do the action, for the 403 page."""
    label, row = TABLE[action]
    return f"{label}：{'、'.join(role.label for role in row)}"
