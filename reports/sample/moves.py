"""Letters of transfer in every state, a member away and one out of touch. Those that came or went in the two years have their
letters too; written by the services where something is still open."""
from __future__ import annotations

from datetime import timedelta

from branches.models import Branch, BranchEvent, BranchKind, EventKind
from members.models import Member, Status
from members.standings import open_standing
from members.transfers.models import Cause, Direction, State, Transfer
from members.transfers.rules import due_day
from members.transfers.services import close_transfer, send_member, take_in_letter
from partywork.periods import add_months
from reports.sample.organisation import FOUNDED, Sample

ELSEWHERE = ("中共青禾县直属机关工作委员会", "中共柳河市水利局机关委员会", "中共云川区城关街道工作委员会", "中共松原县农业农村局机关委员会")
DONE_AT_MOST = 40  # letters of the two years; a large sample needs no more


def build_moves(sample: Sample) -> None:
    _history(sample)
    _finished(sample)
    _open(sample)
    _standings(sample)


def _history(sample: Sample) -> None:
    """One branch has had another name; one was merged into the first before anything was recorded of it."""
    renamed, into = sample.branches[1], sample.branches[0]
    old, day = renamed.short_name.replace("支部", "科支部"), add_months(sample.until, -5)
    BranchEvent.objects.create(
        branch=renamed, kind=EventKind.RENAMED, day=day, old_name=renamed.name.replace(renamed.short_name, old), old_short_name=old,
        reason="机关党委批复，随内设机构更名",
    )  # fmt: skip
    parent = Branch.objects.get_parent(into, update=True)
    day = sample.start + timedelta(days=14)
    merged = Branch.objects.add_child(
        parent, {"name": into.name.replace(into.short_name, "后勤服务支部"), "short_name": "后勤服务支部", "code": "ZB00", "kind": BranchKind.BRANCH,
                 "founded_on": FOUNDED, "dissolved_on": day},
    )  # fmt: skip
    BranchEvent.objects.create(
        branch=merged, kind=EventKind.MERGED, day=day, to_branch=into, reason="机关党委批复，机构合并",
        details={"members": [], "groups": [], "posts": []},
    )  # fmt: skip


def _number(sample: Sample, place: int) -> str:
    return f"岚水党介〔{sample.until.year}〕{place}号"


def _finished(sample: Sample) -> None:
    """A letter for every transfer that the rosters tell."""
    rows = [row for branch in sample.branches for row in sample.spans[branch.pk]]
    letters = []
    for place, row in enumerate(rows):
        gone = row.stop_reason == "transfer_out"
        day = row.stop_on if gone else row.start_on
        if (not gone and row.start_reason != "transfer_in") or not sample.start <= day <= sample.until:
            continue
        number = _number(sample, 500 + place) if gone else f"外介{500 + place}号"
        letters.append(_letter(sample, row, Direction.OUT if gone else Direction.IN, number, day, ELSEWHERE[place % len(ELSEWHERE)]))
    Transfer.objects.bulk_create(letters[:DONE_AT_MOST])


def _letter(sample: Sample, row, direction: str, number: str, day, elsewhere: str) -> Transfer:
    issued = day - timedelta(days=12)
    receipt = day + timedelta(days=9)
    receipt = receipt if receipt <= sample.until else None
    return Transfer(
        direction=direction, state=State.ACCEPTED, branch=row.branch, member=row.member, other_side=elsewhere, number=number,
        start_on=issued, valid_until=issued + timedelta(days=30), dues_to=issued.replace(day=1), stop_on=day, receipt_on=receipt,
        due_on=due_day(State.ACCEPTED, None, day, receipt, asks_receipt=True), created_by=sample.accounts["dangban"],
    )  # fmt: skip


def _plain_members(sample: Sample, branch) -> list[Member]:
    """Full members without a post, who have been there all the time, the last first."""
    rows = [row for row in sample.spans[branch.pk] if row.stop_on is None and row.kind == "full" and row.start_on <= sample.start]
    people = [sample.members[row.member_id] for row in rows if not row.is_group_leader]
    return [Member.objects.select_related("latest__branch").get(pk=person.pk) for person in people[::-1] if person.account_id is None][:4]


def _open(sample: Sample) -> None:
    """Of the first branch: on the way, past its day, to be written, returned; one coming in, one between branches."""
    until, (first, second) = sample.until, sample.branches[:2]
    people = _plain_members(sample, first)
    for place, (person, days) in enumerate(zip(people[:2], (6, 45), strict=False), 1):
        _send(sample, person, place, until - timedelta(days=days))
    for person in people[2:3]:
        row = _send(sample, person, 3, until - timedelta(days=60))
        reason = "介绍信抬头有误，请更正后重新开具"
        close_transfer(actor=None, transfer=row, state=State.RETURNED, day=until - timedelta(days=50), reason=reason, today=until)
        send_member(actor=None, member=person, today=until, other_side=ELSEWHERE[2], cause=Cause.WORK)
    for person in _plain_members(sample, second)[:1]:
        _send(sample, person, 4, until - timedelta(days=4), to_branch=first, other_side="", cause=Cause.ADJUSTED)
    take_in_letter(
        actor=None, branch=first, today=until, name="邵远来", sex="m", born_on=until.replace(year=1990, month=3, day=5),
        joined_on=until.replace(year=2014, month=6, day=20), full_on=until.replace(year=2015, month=6, day=20), other_side=ELSEWHERE[0],
        other_unit="青禾县水利局机关党支部", number="青直工介36号", start_on=until - timedelta(days=8), dues_to=until.replace(day=1), cause=Cause.WORK,
    )  # fmt: skip


def _send(sample: Sample, person: Member, place: int, issued, **facts) -> Transfer:
    facts = {"other_side": ELSEWHERE[place % len(ELSEWHERE)], "cause": Cause.WORK} | facts
    number = _number(sample, place)
    return send_member(
        actor=None, member=person, today=sample.until, number=number, start_on=issued, dues_to=issued.replace(day=1), distance="far", **facts
    )


def _standings(sample: Sample) -> None:
    """One abroad who should be asked after soon, one out of touch for almost six months."""
    for branch, status, months, facts in (
        (sample.branches[1], Status.FLOATING, 10, {"place": "某国某大学访学", "is_abroad": True, "contact": "支部组织委员"}),
        (sample.branches[-1], Status.LOST, 6, {"reason": "原址拆迁，电话停机，亲友处均无消息"}),
    ):
        people = _plain_members(sample, branch)[1:2]
        for person in people:
            start = add_months(sample.until, -months) + timedelta(days=10)
            last = {"contact_on": add_months(sample.until, -6) + timedelta(days=15)} if status == Status.FLOATING else {}
            open_standing(actor=None, member=person, status=status, start_on=start, today=sample.until, **facts, **last)
