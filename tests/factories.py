"""Plain makers of rows with sensible defaults: `make_branch`, `make_account`, `make_member`, `make_meeting` …

They write rows directly; tests of services call the services.
"""
from __future__ import annotations

import itertools
from datetime import date

from branches.accounts.models import Account, Post
from branches.meetings.kinds import Body, Kind
from branches.meetings.models import Attendance, Meeting, MeetingKind
from branches.models import Branch, Bureau, PartyGroup
from branches.terms.models import Seat, Term
from branches.terms.services import settle_days
from members.models import Member, Membership, Standing
from members.transfers.models import Transfer
from members.transfers.rules import due_day

FOUNDED = date(2020, 1, 1)
PASSWORD = "yunxi-linye-2026"
_count = itertools.count(1)


def make_bureau(**facts) -> Bureau:
    facts.setdefault("name", "云溪县林业局")
    facts.setdefault("party_group_name", "中共云溪县林业局党组")
    facts.setdefault("organ_name", "中共云溪县林业局机关委员会")
    return Bureau.objects.create(**facts)


def make_branch(parent: Branch | None = None, **facts) -> Branch:
    number = next(_count)
    facts.setdefault("kind", "branch" if parent else "committee")
    facts.setdefault("short_name", f"第{number}党支部" if parent else "机关党委")
    facts.setdefault("name", f"中共云溪县林业局{facts['short_name']}")
    facts.setdefault("code", f"Z{number:04d}")
    facts.setdefault("founded_on", FOUNDED)
    if parent is None:
        return Branch.objects.add_root(facts)
    parent.refresh_from_db()
    return Branch.objects.add_child(parent, facts)


def make_group(branch: Branch, **facts) -> PartyGroup:
    facts.setdefault("name", f"第{next(_count)}党小组")
    facts.setdefault("founded_on", branch.founded_on)
    return PartyGroup.objects.create(branch=branch, **facts)


def make_account(username: str = "", **facts) -> Account:
    username = username or f"user{next(_count)}"
    facts.setdefault("display_name", username)
    facts.setdefault("must_change_password", False)
    account = Account(username=username, **facts)
    account.set_password(PASSWORD)
    account.save()
    return account


def make_post(account: Account, branch: Branch, role: str, **facts) -> Post:
    facts.setdefault("start_on", FOUNDED)
    return Post.objects.create(account=account, branch=branch, role=role, **facts)


def make_member(branch: Branch, name: str = "", **facts) -> Member:
    """A member with one open membership; `kind`, `group`, `start_on`, `start_reason`, `is_group_leader` go to it."""
    number = next(_count)
    name = name or f"党员{number}"
    spell = facts.pop("initials", f"dy{number}")
    own = {key: facts.pop(key) for key in ("kind", "group", "start_on", "stop_on", "start_reason", "stop_reason", "is_group_leader")
           if key in facts}
    own = {"kind": "full", "start_on": branch.founded_on, "start_reason": "first"} | own
    facts.setdefault("sex", "m")
    facts.setdefault("born_on", date(1985, 5, 4))
    facts.setdefault("joined_on", date(2010, 6, 1))
    facts.setdefault("full_on", date(2011, 6, 1) if own["kind"] == "full" else None)
    member = Member.objects.create(name=name, pinyin=spell, initials=spell, **facts)
    member.latest = Membership.objects.create(member=member, branch=branch, **own)
    member.save(update_fields=["latest"])
    return member


def make_meeting(branch: Branch, *kinds: str, attendance: list | None = None, **facts) -> Meeting:
    """A held meeting; `attendance` is a list of (member, state) or of members (present)."""
    kinds = kinds or (Kind.STUDY,)
    facts.setdefault("created_by", Account.objects.order_by("pk").first() or make_account())
    facts.setdefault("held_on", date(2026, 3, 10))
    facts.setdefault("recorded_on", facts["held_on"])
    facts.setdefault("state", "held")
    facts.setdefault("title", f"会议{next(_count)}")
    facts.setdefault("body", Body.WHOLE)
    rows = [row if isinstance(row, tuple) else (row, "present") for row in attendance or []]
    votes = {member.pk: member.latest.kind == "full" for member, _ in rows}
    facts.setdefault("expected_count", len(rows))
    facts.setdefault("present_count", sum(state == "present" for _, state in rows))
    facts.setdefault("voters_expected", sum(votes.values()))
    facts.setdefault("voters_present", sum(votes[member.pk] for member, state in rows if state == "present"))
    meeting = Meeting.objects.create(branch=branch, **facts)
    MeetingKind.objects.bulk_create(MeetingKind(meeting=meeting, kind=kind) for kind in kinds)
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, member=member, state=state, reason="" if state == "present" else "公务外出",
                   votes=votes[member.pk])
        for member, state in rows)
    return meeting


def make_term(branch: Branch, **facts) -> Term:
    """A term; `people` maps offices to members (None: vacant since the election)."""
    people = facts.pop("people", {})
    facts.setdefault("number", next(_count) % 900 + 1)
    facts.setdefault("elected_on", date(2024, 6, 3))
    facts.setdefault("start_on", facts["elected_on"])
    facts.setdefault("years", 3)
    term = Term(branch=branch, **facts)
    settle_days(term)
    term.save()
    for office, member in people.items():
        make_seat(term, office, member)
    return term


def make_seat(term: Term, office: str, member: Member | None = None, **facts) -> Seat:
    facts.setdefault("start_on", term.start_on)
    facts.setdefault("start_reason", "entered" if member else "vacant")
    return Seat.objects.create(term=term, office=office, member=member, **facts)


def make_standing(member: Member, status: str, **facts) -> Standing:
    """Open since 1 January 2026 unless said otherwise."""
    facts.setdefault("start_on", date(2026, 1, 1))
    facts.setdefault("outcome", "over" if facts.get("stop_on") else "")
    return Standing.objects.create(member=member, status=status, **facts)


def make_transfer(member: Member | None = None, **facts) -> Transfer:
    """A letter on the way since 10 March 2026: of a member of ours, or (without one) for somebody from outside."""
    number = next(_count)
    facts.setdefault("direction", "out" if member else "in")
    facts.setdefault("state", "on_the_way")
    facts.setdefault("number", f"云林党介{number}号")
    facts.setdefault("start_on", date(2026, 3, 10))
    facts.setdefault("valid_until", date(2026, 4, 9))
    facts.setdefault("dues_to", date(2026, 3, 1))
    if member:
        facts.setdefault("branch", member.latest.branch)
    else:
        person = {"name": f"来人{number}", "sex": "f", "born_on": date(1990, 1, 1), "joined_on": date(2012, 6, 1)}
        facts = person | {"full_on": date(2013, 6, 1)} | facts
    if facts["direction"] != "within":
        facts.setdefault("other_side", "中共青禾县农业农村局机关委员会")
    receipt = facts["direction"] != "within"
    due = due_day(facts["state"], facts["valid_until"], facts.get("stop_on"), facts.get("receipt_on"), asks_receipt=receipt)
    return Transfer.objects.create(member=member, due_on=due, **facts)
