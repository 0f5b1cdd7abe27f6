"""Fills the database of its environment and tells what to ask for: `sample SIZE ENTRIES` or `roster MEMBERS`. Prints JSON."""
from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Any

import django

SHEET, WRITERS, A_BRANCH = 40, 8, 50
PHONE = "13800138000"


def seed_sample(size: str, entries: int) -> dict[str, Any]:
    from django.core.management import call_command

    from partywork.periods import today
    from reports.sample.loader import load_sample

    call_command("migrate", verbosity=0)
    load_sample(size=size, until=today())
    give_phones()
    fill_journal(entries)
    writers = sheets(today() - timedelta(days=3))
    update_statistics()
    return facts() | {"writers": writers, "meeting": writers[0]["meeting"]}


def seed_roster(total: int) -> dict[str, Any]:
    """More branches and members, until so many are on the roster."""
    from members.models import Membership

    missing = total - Membership.objects.filter(stop_on=None).count()
    add_people(missing, add_branches(ceil(missing / A_BRANCH)))
    update_statistics()
    return facts()


def update_statistics() -> None:
    """Statistics as a database has them after its first night."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def give_phones() -> None:
    from django.db import connection

    from members.models import Member
    from partywork.fields import seal

    rows = [(seal(PHONE, f"members_member.phone.{uid}"), pk) for pk, uid in Member.objects.values_list("pk", "uid")]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE members_member SET phone = %s WHERE id = %s", rows)


def fill_journal(count: int) -> None:
    """A true chain of so many entries more; one at a time would take minutes."""
    from django.utils import timezone

    from branches.accounts.models import Account
    from partywork.journal.chain import entry_hash, head_seal
    from partywork.journal.models import Entry, Head

    actor, head, begun = Account.objects.get(username="dangban"), Head.objects.get(pk=1), timezone.now() - timedelta(days=500)
    entries, last = [], head.hash
    for seq in range(head.seq + 1, head.seq + 1 + count):
        entry = Entry(seq=seq, at=begun + timedelta(minutes=10 * seq), actor_id=actor.pk, actor_name=actor.display_name, ip="10.0.0.8",
                      action="meeting.correct", target_type="meetings.meeting", target_id=str(seq % 900), target_label="学习会",
                      reason="笔误", changes={"title": ["旧", "新"], "place": ["三楼", "二楼"]}, prev_hash=last)
        entry.hash = last = entry_hash(entry)
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=1000)
    head.seq, head.hash = head.seq + count, last
    head.seal = head_seal(head)
    head.save()


def sheets(day: date) -> list[dict[str, Any]]:
    """For each writer a branch of forty, a held meeting of all of them, and its secretary's session."""
    from branches.accounts.models import Account
    from branches.models import Branch

    found = []
    for branch in Branch.objects.leaves().order_by("code")[:WRITERS]:
        secretary = Account.objects.get(username=branch.code.lower())
        found.append({"session": session_of(secretary), "meeting": hold(branch, secretary, fit_roster(branch, day), day)})
    return found


def fit_roster(branch, day: date) -> list:
    """The members of that day, made to be forty."""
    from members.models import Membership
    from tests.factories import make_member

    here = Membership.objects.filter(branch=branch).active_on(day)
    spare = here.filter(member__account=None, stop_on=None, start_on__lt=day - timedelta(days=60)).order_by("-pk")
    too_many = list(spare.values_list("pk", flat=True)[: max(0, here.count() - SHEET)])
    Membership.objects.filter(pk__in=too_many).update(stop_on=day - timedelta(days=30), stop_reason="transfer_out")
    for _ in range(SHEET - here.count()):
        make_member(branch)
    return [row.member for row in here.select_related("member__latest")]


def hold(branch, account, members: list, day: date) -> int:
    from branches.meetings.kinds import Kind
    from tests.factories import make_meeting

    rows = [(member, "present" if number % 10 else "leave") for number, member in enumerate(members)]
    minutes = "会议按程序进行，大家作了发言。" * 40
    return make_meeting(branch, Kind.STUDY, attendance=rows, created_by=account, held_on=day, recorded_on=day, place="三楼会议室",
                        title="学习支部工作条例", topics="集中学习\n交流发言\n布置下一步工作", minutes=minutes).pk


def add_branches(count: int) -> list:
    """Under the root, by plain bulk_create: the tree's paths are computed as treebeard does."""
    from branches.models import Branch

    root = Branch.objects.get_first_root_node()
    rows = [Branch(path=Branch._get_path(root.path, 2, root.numchild + number), depth=2, numchild=0, kind="branch", code=f"KZ{number:04d}",
                   name=f"中共测试单位第{number}支部委员会", short_name=f"测试第{number}支部", founded_on=date(2019, 3, 1))
            for number in range(1, count + 1)]
    Branch.objects.bulk_create(rows, batch_size=500)
    Branch.objects.filter(pk=root.pk).update(numchild=root.numchild + count)
    return rows


def add_people(count: int, branches: list) -> None:
    from django.db.models import OuterRef, Subquery

    from members.models import Member, Membership
    from members.pinyin import spell
    from reports.sample.names import person

    random, members = Random(7), []
    for _ in range(count):
        name, sex = person(random)
        pinyin, initials = spell(name)
        joined = date(random.randint(1985, 2018), random.randint(1, 12), random.randint(1, 28))
        members.append(Member(name=name, sex=sex, pinyin=pinyin, initials=initials, born_on=date(joined.year - 24, 5, 4),
                              joined_on=joined, full_on=joined.replace(year=joined.year + 1), phone=PHONE))
    Member.objects.bulk_create(members, batch_size=1000)
    Membership.objects.bulk_create(
        (Membership(member=member, branch=branches[number // A_BRANCH], kind="full", start_on=date(2019, 3, 1), start_reason="first")
         for number, member in enumerate(members)), batch_size=1000)
    own = Membership.objects.filter(member=OuterRef("pk")).values("pk")[:1]
    Member.objects.filter(latest=None).update(latest=Subquery(own))


def facts() -> dict[str, Any]:
    """Who is signed in, and which rows the pages are asked for."""
    from branches.accounts.models import Account
    from branches.meetings.models import Meeting
    from branches.models import Branch
    from members.models import Member, Membership
    from partywork.periods import Period, Span, today
    from reports.models import Report

    staff = Account.objects.get(username="dangban")
    branch, period = Branch.objects.get(code="ZB01"), Period.at(Span.HALF, today()).previous.code
    report, _ = Report.objects.get_or_create(branch=Branch.objects.get_first_root_node(), period_code=period, created_by=staff)
    people = {"staff": "dangban", "secretary": "zb01", "auditor": "audit", "keeper": "admin"}
    member = Membership.objects.filter(branch=branch, stop_on=None, start_reason="first").order_by("pk").first().member_id
    return {
        "sessions": {who: session_of(Account.objects.get(username=name)) for who, name in people.items()},
        "branch": branch.pk, "root": report.branch_id, "member": member, "report": report.pk, "period": period,
        "branches": Branch.objects.leaves().count(), "members": Member.objects.present().count(), "meetings": Meeting.objects.count(),
    }


def session_of(account) -> str:
    """The key of a session that has begun just now, as the login page leaves it."""
    from django.test import Client

    client = Client()
    client.force_login(account, backend="branches.accounts.backends.AccountBackend")
    session = client.session
    session["began"] = session["seen"] = time.time()
    session.save()
    return session.session_key


if __name__ == "__main__":
    django.setup()
    what, *words = sys.argv[1:]
    told = seed_sample(words[0], int(words[1])) if what == "sample" else seed_roster(int(words[0]))
    sys.stdout.write(json.dumps(told))
