"""Making the sample: refuse where anything else lives, build in one transaction, tell what was made."""
from __future__ import annotations

from datetime import date
from random import Random

from django.db import transaction

from branches.accounts.models import Account
from branches.models import Branch, Bureau
from members.models import Member
from partywork.errors import RuleViolation
from partywork.journal.services import write_entry
from reports.sample import names
from reports.sample.development import build_paths
from reports.sample.dues import build_dues
from reports.sample.files import build_files
from reports.sample.honours import build_honours
from reports.sample.imports import build_imports
from reports.sample.meetings import build_meetings
from reports.sample.moves import build_moves
from reports.sample.organisation import PASSWORD, Sample, build_accounts, build_people, build_tree
from reports.sample.terms import build_terms

SIZES = ("small", "bureau", "large")


def is_loaded() -> bool:
    return Bureau.objects.filter(is_sample=True).exists()


def is_empty() -> bool:
    return not (Branch.objects.exists() or Account.objects.exists() or Member.objects.exists() or Bureau.objects.exists())


@transaction.atomic
def load_sample(*, size: str, until: date) -> dict:
    """Build the fictional bureau from January of the year before up to `until`; RuleViolation unless the database is empty.

    Returns the counts of what was made and the accounts to sign in with. The same size and day give the same sample.
    """
    if not is_empty():
        raise RuleViolation("数据库里已有数据，样例只能装入空数据库。请换一个空的 DATA_DIR（或 DATABASE_URL）再试。")
    sample = Sample(Random(f"partywork-{size}"), date(until.year - 1, 1, 1), until)
    plan, sizes = _plan(size, sample.random)
    build_tree(sample, plan)
    build_people(sample, sizes)
    build_accounts(sample)
    build_paths(sample)
    build_files(sample)
    held = build_meetings(sample)
    build_dues(sample, size)
    build_terms(sample)
    build_honours(sample)
    if size == "bureau":  # the other sizes are for tests and measurements, which count files
        build_imports(sample)
    build_moves(sample)
    write_entry(actor=None, action="sample.load", label=f"{len(sample.branches)}个支部、{len(sample.members)}名党员")
    return {"size": size, "until": until.isoformat(), "branches": len(sample.branches), "members": len(sample.members),
            "meetings": held, "accounts": sample_accounts(), "password": PASSWORD}


def _plan(size: str, random: Random) -> tuple[list, list[int]]:
    if size == "large":
        return names.many_branches(200), [50] * 200
    plan = list(names.BRANCHES[:3] if size == "small" else names.BRANCHES)
    sizes = [random.randint(9, 22) for _ in plan]
    sizes[0] = 20
    return plan, sizes


def sample_accounts() -> list[dict]:
    """The accounts worth telling: one for each kind of person."""
    told = {"zb01": "支部书记", "zb01-zuzhi": "组织委员", "zb01-dangyuan": "党员", "dangban": "党委工作人员", "ducha": "督查员",
            "lingdao1": "领导", "admin": "系统管理员", "audit": "安全审计员"}
    known = {row.username: row.display_name for row in Account.objects.filter(username__in=told, is_sample=True)}
    return [{"username": username, "role": role, "name": known[username]} for username, role in told.items() if username in known]
