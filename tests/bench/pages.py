"""What is measured, beside which floor, and the goals of performance.md section 6."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.bench.client import Measured

HEAVIEST_KB = 150


@dataclass(frozen=True)
class Page:
    """One page of ours. `floor` is a floor's name; limits are None where there is no goal."""

    name: str
    path: str
    who: str = "staff"
    floor: str = "list"
    times_floor: float | None = None
    times_admin: float | None = None
    queries: int | None = None
    raw_kb: float | None = HEAVIEST_KB
    gzip_kb: float | None = None
    admin: str = "admin"

    def url(self, facts: dict[str, Any]) -> str:
        return self.path.format(**facts)


FLOORS = {
    "empty": "/empty/", "signed in": "/signed-in/", "sign-in": "/sign-in/", "list": "/list/", "search": "/list/?q=王",
    "member": "/member/{member}/", "meetings": "/meetings/", "meeting": "/meeting/{meeting}/", "export": "/export/",
    "admin": "/admin/members/membership/", "admin search": "/admin/members/membership/?q=王",
}
PAGES = (
    Page("sign-in", "/login/", "", "sign-in", times_floor=3, queries=2),
    Page("member list", "/members/", times_floor=4, times_admin=1, queries=8, raw_kb=60, gzip_kb=8),
    Page("member list, a branch's", "/members/", "secretary", times_floor=4, times_admin=1, queries=8, raw_kb=60, gzip_kb=8),
    Page("member list, filtered", "/members/?branch={branch}&state=full", times_floor=4, times_admin=1, queries=8, raw_kb=60, gzip_kb=8),
    Page("member list, search", "/members/?words=王", floor="search", times_floor=2, times_admin=1, queries=8, raw_kb=60, gzip_kb=8,
         admin="admin search"),
    Page("structure of members", "/members/structure/", queries=8),
    Page("whose file lacks what", "/members/gaps/", queries=8),
    Page("member", "/members/{member}/", floor="member", times_floor=5, queries=12),
    Page("meeting, 40 people", "/meetings/{meeting}/", "secretary", "meeting", times_floor=5, queries=8, raw_kb=70, gzip_kb=8),
    Page("meeting form, 40 people", "/meetings/{meeting}/edit/", "secretary", "meeting", times_floor=5, queries=8, raw_kb=70, gzip_kb=8),
    Page("new meeting", "/meetings/new/?branch={branch}&kind=study", "secretary", "meeting", queries=12),
    Page("meetings", "/meetings/", floor="meetings", times_floor=5, queries=8),
    Page("meetings, a branch's", "/meetings/", "secretary", "meetings", times_floor=5, queries=8),
    Page("meetings, filtered", "/meetings/?branch={branch}&kind=theme_day&period={period}", floor="meetings", times_floor=5, queries=8),
    Page("meetings, search", "/meetings/?words=水", floor="meetings", times_floor=5, queries=8),
    Page("home, committee", "/", queries=14),
    Page("home, branch", "/", "secretary", queries=14),
    Page("duties", "/duties/", queries=12),
    Page("duties, a branch's", "/duties/", "secretary", queries=12),
    Page("matrix, half-year", "/matrix/?period={period}", queries=12),
    Page("organisations", "/org/", queries=12),
    Page("rules", "/rules/", queries=8),
    Page("accounts", "/accounts/", "keeper", queries=8),
    Page("figures", "/figures/?branch={root}&period={period}"),
    Page("figures, a branch's", "/figures/?branch={branch}&period={period}", "secretary"),
    Page("rows behind a figure", "/figures/meetings.theme_day/?branch={root}&period={period}", queries=12),
    Page("reports", "/reports/", queries=8),
    Page("report", "/reports/{report}/"),
    Page("journal, 50 of 50,000", "/journal/", "auditor", times_floor=6, queries=8),
)
GROWING = (PAGES[1], PAGES[4])
EXPORT = Page("export, 5,000 rows", "/members/export/", floor="export", times_floor=1.5, queries=6 + 3, raw_kb=None)  # 3: the journal


def verdict(page: Page, found: Measured, floors: dict[str, Measured]) -> dict[str, Any]:
    """Ratios, and which goals are missed and by how much."""
    floor, admin = found.p50 / floors[page.floor].p50, found.p50 / floors[page.admin].p50
    checks = [("×floor", floor, page.times_floor), ("×admin", admin, page.times_admin), ("queries", found.queries, page.queries),
              ("repeated", found.repeated, 2), ("KB", found.raw_kb, page.raw_kb), ("KB gz", found.gzip_kb, page.gzip_kb)]
    missed = [f"{name} {value:.3g} > {limit:g}" for name, value, limit in checks if limit is not None and value > limit]
    if found.status != 200:
        missed.append(f"HTTP {found.status}")
    return {"floor": page.floor, "times_floor": round(floor, 2), "times_admin": round(admin, 2),
            "times_floor_cpu": round(found.cpu / (floors[page.floor].cpu or 0.01), 2),
            "times_admin_cpu": round(found.cpu / (floors[page.admin].cpu or 0.01), 2), "goal": goal(page), "missed": missed}


def goal(page: Page) -> str:
    limits = ((page.times_floor, "×f"), (page.times_admin, "×a"), (page.queries, "q"), (page.gzip_kb, "KB gz"))
    return " ".join(f"≤{limit:g}{unit}" for limit, unit in limits if limit is not None)
