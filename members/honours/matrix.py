"""A round as a table: organisations by titles, each cell with its number and who is recommended; no query of its own but one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from branches.accounts.models import Account
from branches.models import Branch
from branches.rule_settings import own_figures
from members.honours.models import Category, Nomination, Quota, Round, Title
from members.honours.querysets import LIVE
from members.models import Membership
from partywork.rules import in_force


@dataclass
class Cell:
    """One organisation's number of one title, and its nominees."""

    title: Title
    quota: Quota | None = None
    nominees: list[Nomination] = field(default_factory=list)
    may_add: bool = False


@dataclass(frozen=True)
class Row:
    branch: Branch
    cells: list[Cell]


def rows_of(quotas: list[Quota], nominations: list[Nomination], titles: list[Title], reader: Account, row: Round) -> list[Row]:
    """In the order of the tree; only what the reader may see is among `quotas` and `nominations`."""
    branches = {each.branch_id: each.branch for each in [*quotas, *nominations]}
    cells = {pk: {title.pk: Cell(title) for title in titles} for pk in branches}
    for quota in quotas:
        cells[quota.branch_id][quota.title_id].quota = quota
    for each in nominations:
        if each.state in LIVE:
            cells[each.branch_id][each.title_id].nominees.append(each)
    for pk, branch in branches.items():
        may = row.publicity_start is None and reader.can("honours.edit", branch)
        for cell in cells[pk].values():
            cell.may_add = may and cell.quota is not None and len(cell.nominees) < cell.quota.places
    return [Row(branch, list(cells[pk].values())) for pk, branch in sorted(branches.items(), key=lambda pair: pair[1].path)]


def cells_of(quotas: list[Quota], nominations: list[Nomination]) -> dict[str, int]:
    """The round in four numbers."""
    live = [each.state for each in nominations if each.state in LIVE]
    return {"places": sum(each.places for each in quotas), "nominated": len(live), "unreviewed": live.count("recommended"),
            "decided": live.count("decided")}  # fmt: skip


def remarks_of(row: Round, nominations: list[Nomination]) -> list[str]:
    """What the office should look at: the share of outstanding members (HON-2)."""
    chosen = sum(each.state in LIVE and each.title.category == Category.MEMBER for each in nominations)
    rule = in_force("HON-2", row.notice_on)
    if not chosen or rule is None:
        return []
    answer = rule.answer(own_figures(("HON-2",), row.notice_on).get("HON-2"), members=members_on(row.notice_on), chosen=chosen)
    return [] if answer.holds else [f"推荐的优秀共产党员：{answer.says}"]


def members_on(day: date) -> int:
    return Membership.objects.active_on(day).count()
