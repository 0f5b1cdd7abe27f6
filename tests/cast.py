"""The drawn world that all tests share, and its people by name.

    机关党委 (root)
    ├── 机关总支 (general)
    │   ├── 一支部  (A: secretary 赵敏; members, two groups)
    │   └── 二支部  (B: the sister branch; secretary 钱进)
    ├── 基层总支 (general)
    │   ├── 林场支部
    │   └── 种苗站支部
    ├── 离退休支部
    └── 撤销支部 (dissolved 2025-07-01)

Today is whatever day the tests run; everything drawn here is in force since 2020 unless its name says otherwise.
"""
from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection

from branches.accounts.models import Account, Post
from branches.models import Branch, Bureau, PartyGroup
from members.models import Member, Membership
from partywork.periods import today
from tests.factories import make_account, make_branch, make_bureau, make_group, make_member, make_post


@dataclass
class World:
    """The organisation and everyone in it."""

    root: Branch
    office: Branch       # 机关总支
    field: Branch        # 基层总支
    a: Branch            # 一支部
    b: Branch            # 二支部, its sister
    farm: Branch
    nursery: Branch
    retired: Branch
    gone: Branch         # dissolved
    group1: PartyGroup
    group2: PartyGroup
    people: dict[str, Account | None] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Account:
        return self.people[name]


TABLES = (Bureau, Branch, PartyGroup, Account, Post, Member, Membership)
# Everyone that the access table has a column for, in its order. `nobody` is not signed in.
CAST = ("nobody", "member", "colleague", "group_leader", "secretary", "neighbour", "general", "staff", "inspector", "leader",
        "keeper", "auditor", "former", "disabled")


_kept: list[bytes] = []


def the_world() -> World:
    """The drawn world. On SQLite its rows are drawn once a process and laid down again, whole, for each test: a quarter of the
    time. PostgreSQL's sequences do not go back with a test's transaction, so there it is drawn anew."""
    if connection.vendor != "sqlite":
        return draw_world()
    if not _kept:
        drawn = draw_world()
        _kept.append(pickle.dumps((drawn, [list(model._base_manager.all()) for model in TABLES])))
        return drawn
    world, tables = pickle.loads(_kept[0])
    for model, rows in zip(TABLES, tables, strict=True):
        model._base_manager.bulk_create(rows)
    made = {row.pk: row.created_at for row in tables[TABLES.index(Account)]}  # the database's own time of making
    for account in filter(None, world.people.values()):
        account.created_at = made[account.pk]
    return world


def draw_world() -> World:
    make_bureau()
    root = make_branch(None, short_name="机关党委", code="DW")
    office = make_branch(root, kind="general", short_name="机关总支", code="JG")
    fields = make_branch(root, kind="general", short_name="基层总支", code="JC")
    a = make_branch(office, short_name="一支部", code="ZB01")
    b = make_branch(office, short_name="二支部", code="ZB02")
    farm = make_branch(fields, short_name="林场支部", code="ZB03")
    nursery = make_branch(fields, short_name="种苗站支部", code="ZB04")
    retired = make_branch(root, short_name="离退休支部", code="ZB05")
    gone = make_branch(root, short_name="撤销支部", code="ZB06", dissolved_on=date(2025, 7, 1))
    world = World(root, office, fields, a, b, farm, nursery, retired, gone, make_group(a, name="第一党小组"),
                  make_group(a, name="第二党小组"))
    _draw_people(world)
    return world


def _draw_people(world: World) -> None:
    yesterday = today() - timedelta(days=1)
    posts = {
        "member": ("李平", world.a, "member"), "colleague": ("周彤", world.a, "member"),
        "group_leader": ("吴芳", world.a, "member"), "secretary": ("赵敏", world.a, "secretary"),
        "neighbour": ("钱进", world.b, "secretary"), "general": ("孙立", world.office, "secretary"),
        "staff": ("郑洁", world.root, "staff"), "inspector": ("王博", world.root, "inspector"),
        "leader": ("冯远", world.root, "leader"), "keeper": ("陈工", world.root, "keeper"),
        "auditor": ("褚安", world.root, "auditor"), "former": ("卫东", world.a, "secretary"),
        "disabled": ("蒋停", world.a, "secretary"),
    }
    world.people["nobody"] = None
    for name, (display, branch, role) in posts.items():
        account = make_account(name, display_name=display, is_active=name != "disabled")
        make_post(account, branch, role, stop_on=yesterday if name == "former" else None)
        world.people[name] = account
    _draw_members(world)


def _draw_members(world: World) -> None:
    drawn = (("member", world.a, world.group1), ("colleague", world.a, world.group1), ("group_leader", world.a, world.group2),
             ("secretary", world.a, world.group2), ("former", world.a, world.group2), ("neighbour", world.b, None),
             ("leader", world.a, None), ("staff", world.retired, None))
    for name, branch, group in drawn:
        account = world.people[name]
        world.members[name] = make_member(branch, account.display_name, group=group, account=account,
                                          is_group_leader=name == "group_leader")
    world.members["probationer"] = make_member(world.a, "沈新", kind="probationary", group=world.group1,
                                               joined_on=date(2026, 1, 15), start_on=date(2026, 1, 15), start_reason="admitted")
