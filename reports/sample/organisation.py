"""The fictional organisation: tree, groups, people, accounts and posts, with the moves of two years."""
from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from branches.accounts.models import Account, Post
from branches.accounts.permissions import Role
from branches.models import Branch, Bureau, PartyGroup
from members.models import Member, Membership
from members.pinyin import spell
from partywork.periods import add_months
from reports.sample import names

PASSWORD = "lanchuan-2026"
FOUNDED = date(2019, 3, 1)
PARTY = date(1921, 7, 1)
OFFICERS = (Role.SECRETARY, Role.ORGANISATION, Role.PUBLICITY, Role.DISCIPLINE, Role.DEPUTY)


@dataclass
class Sample:
    """What has been made so far; the meetings are built on it."""

    random: Random
    start: date
    until: date
    root: Branch | None = None
    branches: list[Branch] = field(default_factory=list)
    groups: dict[int, list[PartyGroup]] = field(default_factory=lambda: defaultdict(list))
    spans: dict[int, list[Membership]] = field(default_factory=lambda: defaultdict(list))
    posts: list[Post] = field(default_factory=list)
    leaders: list[Member] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)


def build_tree(sample: Sample, plan: list[tuple[str | None, str]]) -> None:
    """The root, the general branches that the plan names, and the branches."""
    Bureau.objects.create(**names.BUREAU, is_sample=True)
    sample.root = Branch.objects.add_root(_facts("机关党委", "DW", "committee"))
    parents = {None: sample.root}
    for general, short in plan:
        if general not in parents:
            sample.root.refresh_from_db()
            parents[general] = Branch.objects.add_child(sample.root, _facts(general, f"ZZ{len(parents):02d}", "general"))
        parent = parents[general]
        parent.refresh_from_db()
        code = f"ZB{len(sample.branches) + 1:02d}"
        sample.branches.append(Branch.objects.add_child(parent, _facts(short, code, "branch")))


def _facts(short: str, code: str, kind: str) -> dict:
    full = {"committee": "机关委员会", "general": f"{short}支部委员会".replace("总支支部", "总支部")}.get(kind, f"{short}委员会")
    return {"name": f"中共{names.BUREAU['name']}{full}", "short_name": short, "code": code, "kind": kind, "founded_on": FOUNDED}


def build_people(sample: Sample, sizes: list[int]) -> None:
    """Members with memberships for each branch, groups where a branch has more than ten."""
    rows = [(branch, _person(sample.random, branch)) for branch, size in zip(sample.branches, sizes, strict=True) for _ in range(size)]
    _give_phones([member for _, member in rows])
    Member.objects.bulk_create([member for _, member in rows], batch_size=500)
    _build_groups(sample, sizes)
    memberships = []
    for branch, member in rows:
        sample.members[member.pk] = member
        memberships += _life(sample, branch, member)
    Membership.objects.bulk_create(memberships, batch_size=1000)
    for membership in memberships:
        sample.spans[membership.branch_id].append(membership)
        sample.members[membership.member_id].latest = membership
    Member.objects.bulk_update([member for _, member in rows], ["latest"], batch_size=400)


def _person(random: Random, branch: Branch) -> Member:
    name, sex = names.person(random)
    old = "离退休" in branch.short_name
    born = date(random.randint(1938, 1962) if old else random.randint(1966, 2000), random.randint(1, 12), random.randint(1, 28))
    joined = date(born.year + random.randint(20, 26), random.randint(1, 12), random.randint(1, 28))
    pinyin, initials = spell(name)
    return Member(name=name, sex=sex, born_on=born, joined_on=joined, full_on=add_months(joined, 12), pinyin=pinyin, initials=initials)


def _give_phones(people: list[Member]) -> None:
    """Of a prefix that no operator has; a few are missing."""
    random = Random(f"phones-{len(people)}")
    for number, member in enumerate(people):
        member.phone = "" if random.random() < .04 else f"1540{number % 10_000:04d}{random.randint(100, 999)}"


def _build_groups(sample: Sample, sizes: list[int]) -> None:
    made = [PartyGroup(branch=branch, name=f"第{numeral}党小组", founded_on=FOUNDED)
            for branch, size in zip(sample.branches, sizes, strict=True) if size >= 12
            for numeral in ("一二三" if size >= 24 else "一二")]
    for group in PartyGroup.objects.bulk_create(made):
        sample.groups[group.branch_id].append(group)


def _life(sample: Sample, branch: Branch, member: Member) -> list[Membership]:
    """The memberships of one person: mostly one open row, sometimes a move, an admission or a departure."""
    random, groups = sample.random, sample.groups[branch.pk]
    group = random.choice(groups) if groups else None
    first = max(FOUNDED, add_months(member.joined_on, 12))
    kind, chance = "full", random.random()
    if chance < 0.03 and "离退休" not in branch.short_name:
        return _admitted(sample, branch, member, group)
    if chance < 0.055:
        first, reason = _day(sample, 30), "transfer_in"
    else:
        reason = "first"
    row = Membership(member=member, branch=branch, group=group, kind=kind, start_on=first, start_reason=reason)
    if chance > 0.975:
        return _ended(row, _day(sample, 200), "transfer_out")
    if 0.055 <= chance < 0.085 and len(groups) > 1:
        return _followed(row, _day(sample, 90), group=random.choice([each for each in groups if each != group]), reason="regrouped")
    return [row]


def _day(sample: Sample, after: int) -> date:
    """A day of the span, at least so many days after its start."""
    last = max(after + 1, (sample.until - sample.start).days - 1)
    return sample.start + timedelta(days=sample.random.randint(after, last))


def _ended(row: Membership, day: date, reason: str) -> list[Membership]:
    row.stop_on, row.stop_reason = max(day, row.start_on + timedelta(days=30)), reason
    return [row]


def _followed(row: Membership, day: date, *, group: PartyGroup | None, reason: str, kind: str = "full") -> list[Membership]:
    row.stop_on, row.stop_reason = max(day, row.start_on + timedelta(days=30)), "changed"
    return [row, Membership(member=row.member, branch=row.branch, group=group, kind=kind, start_on=row.stop_on, start_reason=reason)]


def _admitted(sample: Sample, branch: Branch, member: Member, group: PartyGroup | None) -> list[Membership]:
    """Someone who joined within the span; he turns full a year later when the span reaches so far."""
    joined = _day(sample, 20)
    member.born_on = date(joined.year - sample.random.randint(24, 33), member.born_on.month, member.born_on.day)
    member.joined_on, full = joined, add_months(joined, 12)
    member.full_on = full if full <= sample.until else None
    Member.objects.filter(pk=member.pk).update(born_on=member.born_on, joined_on=joined, full_on=member.full_on)
    row = Membership(member=member, branch=branch, group=group, kind="probationary", start_on=joined, start_reason="admitted")
    return _followed(row, full, group=group, reason="turned_full") if member.full_on else [row]


def build_accounts(sample: Sample) -> None:
    """The bureau's accounts, a committee for every branch, a group leader for every group."""
    secret = make_password(PASSWORD)
    people = [("admin", "陈工", Role.KEEPER), ("audit", "褚安", Role.AUDITOR), ("dangban", "郑洁", Role.STAFF),
              ("ducha", "王博", Role.INSPECTOR)]
    posts = [(username, title, sample.root, role, None) for username, title, role in people]
    posts += _leaders(sample) + [row for branch in sample.branches for row in _officers(sample, branch)]
    accounts = [Account(username=username, display_name=title, password=secret, must_change_password=False, is_sample=True)
                for username, title, *_ in posts]
    Account.objects.bulk_create(accounts, batch_size=500)
    sample.accounts = {account.username: account for account in accounts}
    sample.posts = Post.objects.bulk_create(
        [Post(account=sample.accounts[username], branch=branch, role=role, start_on=FOUNDED) for username, _, branch, role, _ in posts],
        batch_size=500)
    linked = [(member, sample.accounts[username]) for username, *_, member in posts if member]
    for member, account in linked:
        member.account = account
    Member.objects.bulk_update([member for member, _ in linked], ["account"], batch_size=400)
    _appoint_group_leaders(sample)


def _steady(sample: Sample, branch: Branch) -> list[Member]:
    """Full members of the branch who were there all the time."""
    return [sample.members[row.member_id] for row in sample.spans[branch.pk]
            if row.start_on <= sample.start and row.stop_on is None and row.kind == "full"]


def _leaders(sample: Sample) -> list[tuple]:
    """Four leaders of the bureau, who belong to branches as ordinary members."""
    rows = []
    for number, branch in enumerate(sample.branches[:4], 1):
        member = _steady(sample, branch)[-1]
        sample.leaders.append(member)
        rows.append((f"lingdao{number}", member.name, sample.root, Role.LEADER, member))
    return rows


def _officers(sample: Sample, branch: Branch) -> list[tuple]:
    people = [member for member in _steady(sample, branch) if member not in sample.leaders]
    size = 5 if len(people) > 20 else 3 if len(people) >= 7 else 1
    order = (OFFICERS[0], OFFICERS[1], OFFICERS[3]) if size == 3 else OFFICERS[:size]
    code = branch.code.lower()
    suffix = {Role.SECRETARY: "", Role.ORGANISATION: "-zuzhi", Role.PUBLICITY: "-xuanchuan", Role.DISCIPLINE: "-jijian", Role.DEPUTY: "-fushuji"}
    rows = [(code + suffix[role], member.name, branch, role, member) for role, member in zip(order, people, strict=False)]
    if len(people) > size:
        rows.append((f"{code}-dangyuan", people[size].name, branch, Role.MEMBER, people[size]))
    return rows


def _appoint_group_leaders(sample: Sample) -> None:
    for groups in sample.groups.values():
        for group in groups:
            row = next((row for row in sample.spans[group.branch_id] if row.group_id == group.pk and row.stop_on is None
                        and row.start_on <= sample.start), None)
            if row:
                row.is_group_leader = True
                row.save(update_fields=["is_group_leader"])
