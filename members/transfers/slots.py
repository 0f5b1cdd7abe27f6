"""What letters add to the pages of lower storeys: a person's course, an organisation's page, the open items at home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from branches.models import Branch
from members.models import Member
from members.rules import cn
from members.transfers.models import Direction, State, Transfer
from partywork import rules
from partywork.slots import Panel, Step, adds_to

TODO_SHOWN = 8


def letters_of(member: Member) -> list[Transfer]:
    """A person's letters, asked once a page."""
    if not hasattr(member, "_letters"):
        member._letters = list(member.transfers.select_related("branch", "to_branch"))
    return member._letters


@adds_to("member.steps")
def steps_of_letters(member: Member, reader) -> Iterator[Step]:
    """The letter, and how it ended unless a membership tells that."""
    for row in letters_of(member):
        url = reverse("transfer", args=[row.pk]) if may_open(row, reader) else ""
        words = f"{row.sender_words} 转往 {row.receiver_words}"
        if row.start_on and row.direction != Direction.IN:
            yield Step(row.start_on, "开出组织关系介绍信", f"{row.number}，{words}", url=url)
        if row.state in (State.RETURNED, State.CANCELLED):
            yield Step(row.stop_on, f"介绍信{row.get_state_display()}", row.note, url=url)


def may_open(row: Transfer, reader) -> bool:
    return any(reader.can("transfers.view", branch) for branch in (row.branch, row.to_branch) if branch)


@adds_to("member.panels")
def letter_of_member(member: Member, reader) -> Iterator[Panel]:
    """The open letter, or the way to one."""
    now = next((row for row in letters_of(member) if row.is_open), None)
    may = member.latest.stop_on is None and reader.can("transfers.edit", member.latest.branch)
    if (now and may_open(now, reader)) or (may and not now):
        yield Panel("transfers/_of_member.html", {"transfer": now, "member": member}, aside=True)


@adds_to("branch.panels")
def letters_of_branch(branch: Branch, reader, day: date) -> Iterator[Panel]:
    if not reader.can("transfers.view", branch):
        return
    on_the_way = Q(state=State.ON_THE_WAY)
    counts = Transfer.objects.within(branch).aggregate(
        leaving=Count("pk", filter=on_the_way & Q(direction=Direction.OUT)),
        arriving=Count("pk", filter=on_the_way & Q(direction=Direction.IN)),
        within=Count("pk", filter=on_the_way & Q(direction=Direction.WITHIN)),
        overdue=Count("pk", filter=Q(due_on__lt=day)),
    )
    yield Panel("transfers/_of_branch.html", counts | {"branch": branch}, aside=True)


@adds_to("home.todo")
def letters_to_see_to(branch: Branch, reader, today: date) -> Iterator[dict]:
    """Letters to write, to accept, or whose day is near or past; one query."""
    if not reader.can("transfers.edit", branch):
        return
    rows = Transfer.objects.within(branch).pressing_on(today).select_related("member__latest", "branch", "to_branch")
    pressing = list(rows.unfinished_first()[: TODO_SHOWN + 1])
    yield from (todo_of(row, branch, today) for row in pressing[:TODO_SHOWN])
    if len(pressing) > TODO_SHOWN:
        yield {"title": "还有其他转接要办", "text": f"这里只列最急的{TODO_SHOWN}项，其余在转接台账。",
               "url": f"{reverse('transfers')}?branch={branch.pk}", "label": "查看台账"}  # fmt: skip


def todo_of(row: Transfer, branch: Branch, today: date) -> dict:
    known = rules.in_force("TRF-3", today)
    whose = "" if branch.is_leaf_kind else f"{row.branch.short_name}："
    return {
        "title": f"{whose}{row.person}组织关系{row.get_direction_display()}",
        "text": wanting(row, today),
        "due": row.due_on,
        "overdue": row.is_overdue(today),
        "rule": f"TRF-3 {known.title}" if known else "TRF-3",
        "rule_url": reverse("rule", args=["TRF-3"]),
        "url": reverse("transfer", args=[row.pk]),
        "label": "查看办理",
    }


def wanting(row: Transfer, today: date) -> str:
    """What the letter waits for, in words."""
    if row.state == State.DRAFTED:
        return "还没有开具介绍信"
    if row.state == State.ACCEPTED:
        what = "回执还没有寄给对方" if row.direction == Direction.IN else "对方回执还没有收到"
        return f"{cn(row.stop_on)}已接收，{what}，应在{cn(row.due_on)}以前"
    who = f"等待{row.receiver.short_name}接收" if row.receiver else "对方还没有接收"
    if row.is_overdue(today):
        return f"介绍信{cn(row.valid_until)}已过有效期，{who}；请查明情况，需要的由支部说明情况后补办"
    return f"{who}，介绍信有效期到{cn(row.valid_until)}"
