"""Source rows of a figure as a reader sees them: one line a row, whatever its table, with a link where he may open it."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from branches.accounts.models import Account, Post
from branches.meetings.models import Attendance, Meeting
from branches.models import Branch, BranchEvent, PartyGroup
from branches.terms.models import Term
from members.development.models import Path, StepRecord, ThoughtReport, Trainee
from members.dues.models import DueLine, Payment, Remittance
from members.honours.models import Award, Example
from members.models import Member, Membership
from members.transfers.models import Transfer
from partywork.periods import Period


@dataclass(frozen=True)
class SourceRow:
    """One line: when, what, more about it, whose, and where it opens."""

    when: date | None
    words: str
    more: str
    branch: str
    url: str = ""


@dataclass(frozen=True)
class Teller:
    """How the rows of one table are shown: what to fetch with them, their order, and the record a line opens."""

    related: tuple[str, ...]
    prefetch: tuple[str, ...]
    order: tuple[str, ...]
    tell: Callable[[Any], SourceRow]
    target: tuple[str, type[Model], Callable[[Any], int]]


def _meeting(row: Meeting) -> SourceRow:
    people = f"应到{row.expected_count}人，实到{row.present_count}人" if row.expected_count else "未登记出勤"
    return SourceRow(row.held_on, str(row), f"{'、'.join(row.kind_labels)}；{people}", row.branch.short_name)


def _attendance(row: Attendance) -> SourceRow:
    state = row.get_grade_display() or row.get_state_display()
    return SourceRow(row.meeting.held_on, row.member.name, f"{state}；{row.meeting}", row.meeting.branch.short_name)


def _membership(row: Membership) -> SourceRow:
    ended = f"；{cn_date(row.stop_on)}{row.get_stop_reason_display()}" if row.stop_on else ""
    return SourceRow(row.start_on, row.member.name, f"{row.get_kind_display()}；{row.get_start_reason_display()}{ended}",
                     row.branch.short_name)


def _branch(row: Branch) -> SourceRow:
    ended = f"；{cn_date(row.dissolved_on)}撤销" if row.dissolved_on else ""
    return SourceRow(row.founded_on, row.name, f"{row.get_kind_display()}{ended}", row.short_name)


def _group(row: PartyGroup) -> SourceRow:
    ended = f"{cn_date(row.dissolved_on)}撤销" if row.dissolved_on else "党小组"
    return SourceRow(row.founded_on, row.name, ended, row.branch.short_name)


def _event(row: BranchEvent) -> SourceRow:
    to = f"；{row.to_branch.short_name}" if row.to_branch else ""
    return SourceRow(row.day, row.branch.name, f"{row.get_kind_display()}{to}；{row.reason}", row.branch.short_name)


def _post(row: Post) -> SourceRow:
    return SourceRow(row.start_on, row.account.display_name, row.get_role_display(), row.branch.short_name)


def _due(row: DueLine) -> SourceRow:
    state = "免交" if row.exempt else f"应缴{row.due}元，已缴{row.paid}元，其中按期{row.in_time}元"
    return SourceRow(row.month, row.member.name, f"{row.month.year}年{row.month.month}月；{state}", row.branch.short_name)


def _payment(row: Payment) -> SourceRow:
    return SourceRow(row.paid_on, row.member.name, f"{row.get_kind_display()}{row.amount}元", row.branch.short_name)


def _remittance(row: Remittance) -> SourceRow:
    return SourceRow(row.sent_on, f"上缴{row.amount}元", f"合计{row.basis}元，留存{row.kept}元；凭证号{row.voucher}", row.branch.short_name)


def _term(row: Term) -> SourceRow:
    ended = f"；{cn_date(row.ended_on)}换届" if row.ended_on else ""
    return SourceRow(row.due_on, f"{row.branch.short_name}第{row.number}届", f"{cn_date(row.elected_on)}选举{ended}", row.branch.short_name)


def _award(row: Award) -> SourceRow:
    return SourceRow(row.awarded_on, row.who, f"{row.title}；{row.given_by}，{row.document}", row.branch.short_name)


def _example(row: Example) -> SourceRow:
    return SourceRow(row.on, row.name, row.line, row.branch.short_name)


def _step(row: StepRecord) -> SourceRow:
    return SourceRow(row.done_on, row.path.name, row.get_key_display(), row.branch.short_name)


def _thought(row: ThoughtReport) -> SourceRow:
    return SourceRow(row.handed_on, row.path.name, row.title, row.branch.short_name)


def _trainee(row: Trainee) -> SourceRow:
    return SourceRow(row.training.start_on, row.path.name, row.training.title, row.branch.short_name)


def _transfer(row: Transfer) -> SourceRow:
    words = f"{row.get_direction_display()}；{row.sender_words} 转往 {row.receiver_words}；{row.get_state_display()}"
    return SourceRow(row.start_on, row.person, words, row.branch.short_name)


def cn_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


OF_PATH = ("path", Path, lambda row: row.path_id)
TELLERS: dict[type[Model], Teller] = {
    Meeting: Teller(("branch",), ("kinds",), ("-held_on", "-pk"), _meeting, ("meeting", Meeting, lambda row: row.pk)),
    Attendance: Teller(("member", "meeting__branch"), (), ("-meeting__held_on", "member__pinyin", "pk"), _attendance,
                       ("meeting", Meeting, lambda row: row.meeting_id)),
    Membership: Teller(("member", "branch"), (), ("branch__path", "member__pinyin", "pk"), _membership,
                       ("member", Member, lambda row: row.member_id)),
    Transfer: Teller(("member", "branch", "to_branch"), (), ("branch__path", "-start_on", "pk"), _transfer,
                     ("transfer", Transfer, lambda row: row.pk)),
    Branch: Teller((), (), ("path",), _branch, ("branch", Branch, lambda row: row.pk)),
    BranchEvent: Teller(("branch", "to_branch"), (), ("day", "pk"), _event, ("branch", Branch, lambda row: row.branch_id)),
    PartyGroup: Teller(("branch",), (), ("branch__path", "pk"), _group, ("branch", Branch, lambda row: row.branch_id)),
    DueLine: Teller(("member", "branch"), (), ("month", "branch__path", "member__pinyin", "pk"), _due,
                    ("member", Member, lambda row: row.member_id)),
    Payment: Teller(("member", "branch"), (), ("-paid_on", "member__pinyin", "pk"), _payment,
                    ("dues_receipt", Payment, lambda row: row.pk)),
    Remittance: Teller(("branch",), (), ("-sent_on", "pk"), _remittance, ("branch", Branch, lambda row: row.branch_id)),
    Term: Teller(("branch",), (), ("branch__path", "number", "pk"), _term, ("term", Term, lambda row: row.pk)),
    Award: Teller(("branch", "title", "member"), (), ("branch__path", "-awarded_on", "pk"), _award,
                  ("branch", Branch, lambda row: row.branch_id)),
    Example: Teller(("branch",), (), ("branch__path", "-on", "pk"), _example, ("branch", Branch, lambda row: row.branch_id)),
    StepRecord: Teller(("path", "branch"), (), ("branch__path", "path__pinyin", "pk"), _step, OF_PATH),
    ThoughtReport: Teller(("path", "branch"), (), ("-handed_on", "pk"), _thought, OF_PATH),
    Trainee: Teller(("path", "branch", "training"), (), ("branch__path", "path__pinyin", "pk"), _trainee, OF_PATH),
    Post: Teller(("account", "branch"), (), ("branch__path", "pk"), _post, ("branch", Branch, lambda row: row.branch_id)),
}


def ready(rows: QuerySet) -> QuerySet:
    """The rows with what their lines need, in a stable order."""
    teller = TELLERS[rows.model]
    return rows.select_related(None).select_related(*teller.related).prefetch_related(*teller.prefetch).order_by(*teller.order)


def told(rows: Sequence[Model], reader: Account, during: Period | None) -> list[SourceRow]:
    """The lines of one page; one query finds which records the reader may open."""
    if not rows:
        return []
    teller = TELLERS[type(rows[0])]
    name, model, target = teller.target
    open_to = set(model._default_manager.visible_to(reader).filter(pk__in=[target(row) for row in rows])
                  .values_list("pk", flat=True))
    urls = [reverse(name, args=[target(row)]) if target(row) in open_to else "" for row in rows]
    return [replace(line, url=url) for line, url in zip(plainly(rows, during), urls, strict=True)]


def plainly(rows: Iterable[Model], during: Period | None) -> Iterator[SourceRow]:
    """The lines without links, for a file. `during` is the period of a flow: what counts by its end shows that day."""
    for row in rows:
        line, ended = TELLERS[type(row)].tell(row), getattr(row, "stop_on", None)
        counts_by_end = during and ended and ended in during and line.when not in during
        yield replace(line, when=ended) if counts_by_end else line
