"""Accounts with their first posts as a sheet that can be imported. First passwords are handed out once, by a download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.urls import reverse

from branches.accounts import services
from branches.accounts.models import Account, Post
from branches.accounts.passwords import random_password
from branches.accounts.permissions import Role
from branches.models import Branch
from partywork.errors import RuleViolation
from partywork.imports.cells import day_of, one_of, plain_choice, read_rows, require_values, text_of
from partywork.imports.registry import (
    Action,
    Column,
    Context,
    Importer,
    Outcome,
    Planned,
    Rows,
    register_importer,
)
from partywork.imports.undoing import refuse_dependents
from partywork.journal.services import register_actions, write_entries

register_actions({"account.unimport": "撤回导入的账号"})
ROLES = {"支部书记": "secretary", "党支部书记": "secretary", "支部副书记": "deputy", "机关党委工作人员": "staff", "普通党员": "member",
       "支部组织委员": "organisation",
         "支部宣传委员": "publicity", "支部纪检委员": "discipline"}  # fmt: skip
COLUMNS = (
    Column("username", "登录名", ("账号", "用户名", "登录账号"), True, lambda text: text.strip().lower(),
           help="字母开头，3到30个小写字母、数字、点、横线或下划线。", example="linxiaoyu", width=18),
    Column("display_name", "姓名", ("名字", "使用人", "人员姓名"), True, text_of(30), example="林小雨", width=12),
    Column("role", "职务", ("任职", "担任职务", "岗位职务"), False, one_of(Role.choices, ROLES), tuple(Role.labels),
           help="不填的只建账号，不任命。", example="书记"),
    Column("branch", "任职党组织", ("党组织", "所在党组织", "党支部", "所在党支部", "支部"), False, text_of(100),
           help="写全称、简称或编号。", example="一支部", width=24),
    Column("start_on", "任职日期", ("任职时间", "任命日期"), False, day_of, help="不填的从今天起。", example="2026-01-01"),
)  # fmt: skip
KNOWN = {column.name: column for column in COLUMNS}


def plan(context: Context, rows: Rows) -> list[Planned]:
    planned = read_rows(COLUMNS, rows)
    places, accounts = see_places(), see_accounts(planned)
    seen: dict[str, int] = {}
    for row in planned:
        require_values(row, [column for column in COLUMNS if column.required])
        judge_name(row, seen)
        settle_post(row, places, context.today)
        row.title, row.target = row.values.get("display_name") or "", accounts.get(row.values.get("username"))
        judge_known(row) if row.target else judge_new(row)
    return planned


def see_places() -> dict[str, list[Branch]]:
    places: dict[str, list[Branch]] = {}
    for branch in Branch.objects.filter(dissolved_on=None):
        for name in {plain_choice(branch.code), plain_choice(branch.name), plain_choice(branch.short_name)}:
            places.setdefault(name, []).append(branch)
    return places


def see_accounts(planned: Sequence[Planned]) -> dict[str, Account]:
    names = [row.values["username"] for row in planned if row.values.get("username")]
    return {account.username: account for account in Account.objects.filter(username__in=names).prefetch_related("posts")}


def judge_name(row: Planned, seen: dict[str, int]) -> None:
    name = row.values.get("username")
    if not name:
        return
    if not services.USERNAME.fullmatch(name):
        row.refuse(KNOWN["username"].label, "登录名应以字母开头，由3到30个小写字母、数字、点、横线或下划线组成。")
    if seen.setdefault(name, row.number) != row.number:
        row.refuse(KNOWN["username"].label, f"与第 {seen[name]} 行的登录名相同。")


def settle_post(row: Planned, places: Mapping[str, list[Branch]], today: date) -> None:
    """Role, organisation and day: all or none."""
    values, said = row.values, row.values.get("branch") or ""
    found = places.get(plain_choice(said), []) if said else []
    values["branch"] = branch = found[0] if len(found) == 1 else None
    if said and not found:
        row.refuse(KNOWN["branch"].label, f"没有“{said[:30]}”这个党组织，或已经撤销。")
    elif len(found) > 1:
        row.refuse(KNOWN["branch"].label, f"“{said[:30]}”不止一个，请写编号。")
    if bool(values.get("role")) != bool(said):
        row.refuse(KNOWN["branch" if values.get("role") else "role"].label, "职务和任职党组织要么都填，要么都不填。")
    if branch and values.get("role"):
        judge_post(row, branch, today)
    row.place = str(Post(branch=branch, role=values["role"])) if branch and values.get("role") else ""


def judge_post(row: Planned, branch: Branch, today: date) -> None:
    day = row.values["start_on"] = row.values.get("start_on") or today
    if day > today:
        row.refuse(KNOWN["start_on"].label, "任职日期不能晚于今天。")
    elif not branch.is_active_on(day):
        row.refuse(KNOWN["start_on"].label, f"{branch.short_name}在这一天还没有成立或已经撤销。")
    try:
        services.check_place_of_post(row.values["role"], branch)
    except RuleViolation as refusal:
        row.refuse(KNOWN["branch"].label, refusal.message)


def judge_new(row: Planned) -> None:
    row.action = Action.CREATE
    row.facts = {"username": row.values.get("username"), "display_name": row.values.get("display_name"), **post_facts(row)}


def post_facts(row: Planned) -> dict[str, Any]:
    branch = row.values.get("branch")
    return {"role": row.values.get("role") or "", "branch": branch and branch.pk, "start_on": row.values.get("start_on")}


def judge_known(row: Planned) -> None:
    account, values = row.target, row.values
    if account.display_name != values.get("display_name"):
        row.refuse(KNOWN["username"].label, f"登录名已被{account.display_name}使用，请换一个。")
    if row.faults:
        return
    posts = [post for post in account.posts.all() if post.stop_on is None]
    held = any((post.role, post.branch_id) == (values.get("role"), values["branch"] and values["branch"].pk) for post in posts)
    row.action = Action.CHANGE if values.get("role") and not held else Action.SAME
    if row.action == Action.CHANGE:
        row.facts = post_facts(row)
        row.changes.append(("任职", "", row.place))


def prepare(planned: Sequence[Planned]) -> dict[int, tuple[str, str]]:
    """A password and its hash for each new account: made before the transaction, since hashing is slow on purpose."""
    passwords = {row.number: random_password() for row in planned if row.action == Action.CREATE}
    return {number: (password, make_password(password)) for number, password in passwords.items()}


def commit(context: Context, planned: list[Planned]) -> Outcome:
    outcome: Outcome = {}
    for row in planned:
        if row.action == Action.CREATE:
            password, hashed = context.prepared[row.number]
            account = services.create_prepared_account(actor=context.actor, hashed=hashed, **with_branch(row))
            outcome[row.number] = {"pk": account.pk, "name": account.username, "secret": password}
        else:
            post = services.add_post(actor=context.actor, account=row.target, **with_branch(row))
            outcome[row.number] = {"pk": row.target.pk, "before": {}, "post": post.pk}
    return outcome


def with_branch(row: Planned) -> dict[str, Any]:
    return row.facts | {"branch": row.values.get("branch")}


def undo(context: Context, outcome: Outcome, titles: Mapping[int, str]) -> None:
    made = [told["pk"] for told in outcome.values() if "before" not in told]
    posts = [told["post"] for told in outcome.values() if "post" in told]
    keys = [told["pk"] for told in outcome.values()]
    accounts = {account.pk: account for account in Account.objects.select_for_update().filter(pk__in=keys)}
    later = [titles.get(number, "") for number, told in outcome.items() if "before" not in told
             and (told["pk"] not in accounts or accounts[told["pk"]].version != 1 or accounts[told["pk"]].last_login)]  # fmt: skip
    if later:
        raise RuleViolation(f"{'、'.join(later[:5])}{'等' if len(later) > 5 else ''}已经登录过或账号被修改过，不能整体撤回。请逐个停用。")
    refuse_posts(made, posts)
    refuse_dependents(Account, made, own=(Post,))
    write_entries(actor=context.actor, action="account.unimport", acts=[(account, {}) for account in accounts.values()])
    services.remove_imported(accounts=made, posts=posts)


def refuse_posts(made: Sequence[int], posts: Sequence[int]) -> None:
    """Posts given or ended after the import."""
    first = {}
    for post in Post.objects.filter(account__in=made).select_related("account"):
        if first.setdefault(post.account_id, post) is not post or post.stop_on:
            raise RuleViolation(f"导入之后{post.account}的任职有变动，不能整体撤回。")
    if ended := Post.objects.filter(pk__in=posts).exclude(stop_on=None).select_related("account").first():
        raise RuleViolation(f"导入之后{ended.account}的任职有变动，不能整体撤回。")


def scope(account: Any, values: Mapping[str, Any]) -> Branch:
    return Branch.objects.filter(depth=1).first()


ACCOUNTS = register_importer(Importer(
    kind="accounts", label="账号", action="accounts.manage", columns=COLUMNS, plan=plan, commit=commit, undo=undo, scope=scope,
    prepare=prepare, address=lambda pk: reverse("account", args=[pk]), home="accounts", home_label="账号", unit="个", secret="初始密码",  # noqa: S106  (a heading)
))  # fmt: skip
