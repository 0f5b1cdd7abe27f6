"""The frame of every page: what this person may open, who he is, whose system this is. Two queries at most."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, Role, widest_reach
from branches.services import the_bureau
from partywork.version import VERSION

PRODUCT = "党务工作台"
OFFICERS = (Role.SECRETARY, Role.DEPUTY, Role.ORGANISATION, Role.PUBLICITY, Role.DISCIPLINE)


@dataclass(frozen=True)
class Item:
    """One entry of the menu; `action` is the right that opens it, None for everybody."""

    label: str
    name: str
    icon: str
    action: str | None = None
    at_least: Reach = Reach.BRANCH


SECTIONS: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item("首页", "home", "house"),
            Item("待办", "duties", "list-todo", "meetings.view"),
            Item("会议", "meetings", "calendar-days", "meetings.view"),
            Item("党员", "members", "users", "members.view"),
            Item("组织关系转接", "transfers", "send", "transfers.view"),
            Item("我的档案", "members", "id-card", "members.view", Reach.OWN),
            Item("党费", "dues", "wallet", "dues.view"),
            Item("我的党费", "dues", "wallet", "dues.view", Reach.OWN),
            Item("发展党员", "development", "user-plus", "development.view"),
            Item("组织", "org", "network", "org.view"),
            Item("届次", "terms", "calendar-clock", "org.view"),
            Item("表彰", "awards", "award", "honours.view"),
        ),
    ),
    (
        "统计与报告",
        (
            Item("报告", "reports", "file-text", "reports.view"),
            Item("指标", "figures", "chart-column", "reports.view"),
            Item("一览表", "matrix", "table-2", "meetings.view"),
            Item("党员结构", "structure", "chart-pie", "members.view"),
        ),
    ),
    (
        "管理",
        (
            Item("单位设置", "bureau", "building-2", "bureau.edit"),
            Item("报告模板", "templates", "file-type", "reports.templates"),
            Item("账号", "accounts", "user-cog", "accounts.manage"),
            Item("待任免", "appointments", "user-check", "accounts.manage"),
            Item("节假日", "holidays", "calendar-off", "calendar.edit"),
            Item("操作日志", "journal", "scroll-text", "journal.view"),
            Item("系统状态", "system", "activity", "system.view"),
        ),
    ),
    (
        "查阅",
        (
            Item("制度依据", "rules", "book-open"),
            Item("权限一览", "permissions", "shield-check"),
        ),
    ),
)


def page_frame(request: HttpRequest) -> dict:
    """Context processor: `nav`, `me`, `site` (see templates/base.html)."""
    account = getattr(request, "user", None)
    known = account is not None and account.is_authenticated
    shown = known and not account.must_change_password
    return {
        "nav": menu_of(account, request.path) if shown else [],
        "me": who(account) if known else {},
        "site": site_of(request),
    }


def menu_of(account: Account, path: str) -> list[dict]:
    """The sections in which the account may open something; the entry nearest to the page is marked."""
    sections = [
        {"label": label, "items": [entry(item, account) for item in items if may_open(account, item)]}
        for label, items in SECTIONS
    ]
    if begins_elsewhere(account):
        sections[0]["items"] = sections[0]["items"][1:]
    sections = [section for section in sections if section["items"]]
    entries = [each for section in sections for each in section["items"]]
    here = max((each["url"] for each in entries if covers(each["url"], path)), key=len, default=None)
    for each in entries:
        each["active"] = each["url"] == here
    return sections


def covers(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def may_open(account: Account, item: Item) -> bool:
    if item.action is None:
        return True
    reach = widest_reach(account, item.action)
    if item.at_least is Reach.OWN:
        return reach is Reach.OWN
    return reach >= item.at_least


def entry(item: Item, account: Account) -> dict:
    label = home_label(account) if item.name == "home" else item.label
    return {"label": label, "url": reverse(item.name), "icon": item.icon}


def home_label(account: Account) -> str:
    """What the home page is to this person."""
    roles = {post.role for post in account.current_posts}
    if roles & {Role.STAFF, Role.INSPECTOR, Role.LEADER}:
        return "工作台"
    return "我的支部" if roles & set(OFFICERS) else "首页"


def begins_elsewhere(account: Account) -> bool:
    """Whoever has but one desk starts on it: a second entry to the same page would only puzzle him."""
    roles = {post.role for post in account.current_posts}
    return len(roles) == 1 and roles <= {Role.MEMBER, Role.KEEPER, Role.AUDITOR}


def who(account: Account) -> dict:
    return {
        "name": account.display_name,
        "posts": "、".join(str(post) for post in account.current_posts),
        "is_authenticated": True,
    }


def site_of(request: HttpRequest) -> dict:
    """The bureau's names, asked once a request."""
    if not hasattr(request, "_site_of_page"):
        bureau = the_bureau()
        request._site_of_page = {
            "product": PRODUCT,
            "organ": bureau.organ_name if bureau else "",
            "version": VERSION,
            "bureau": bureau.name if bureau else "",
            "is_sample": bool(bureau and bureau.is_sample),
        }
    return request._site_of_page
