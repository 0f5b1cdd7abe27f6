"""The roster as a sheet that can be imported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, widest_reach
from branches.choosing import BranchChoice
from branches.models import Branch
from members import import_plan, import_write
from members.import_columns import COLUMNS
from partywork.forms import DateField
from partywork.imports.registry import Importer, register_importer
from partywork.periods import today


def offered(account: Account, day: date):
    """For officers their own branch; for the committee's staff every organisation below."""
    rows = Branch.objects.filter(account.reach("members.edit")).active_on(day)
    return rows if widest_reach(account, "members.edit") >= Reach.BELOW else rows.leaves()


def fields(account: Account, day: date) -> dict[str, forms.Field]:
    branch = BranchChoice(
        queryset=offered(account, day), label="导入到", empty_label=None,
        help_text="选党支部的，整个表都导入这个支部；选党委或党总支的，按表中“所在党支部”一列分到各支部。",
    )  # fmt: skip
    branch.initial = branch.first and branch.first.pk
    start = DateField(
        label="建档日期", initial=day, help_text="表中没有写“进入本支部日期”的，从这一天起列入名册。要补以前的会议和统计，请选较早的日期。"
    )
    return {"branch": branch, "start_on": start}


def scope(account: Account, values: Mapping[str, Any]) -> Branch:
    return values["branch"]


def why_nowhere(account: Account) -> str:
    return "" if offered(account, today()).exists() else "您所在的党组织不直接管理党员，党员由各支部或机关党委导入。"


ROSTER = register_importer(Importer(
    kind="members", label="党员名册", action="members.edit", columns=COLUMNS, plan=import_plan.plan, commit=import_write.commit,
    undo=import_write.undo, scope=scope, fields=fields, why_nowhere=why_nowhere, address=lambda pk: reverse("member", args=[pk]),
    home="members", home_label="党员名册", unit="人",
))  # fmt: skip
