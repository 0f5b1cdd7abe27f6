"""What the records say is missing, proposed for the parts 存在问题 and 打算. The writer judges each; nothing goes in by itself."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from django.db.models import Q

from branches.meetings.duties import Duty, missing
from branches.meetings.kinds import Kind
from branches.models import Branch, PartyGroup
from branches.terms.models import Term
from members.development.board import cards_of
from members.development.course import Measure, extended_months
from members.development.exits import Exits, probation_of
from members.development.local import settings_on
from members.development.models import Path
from members.development.querysets import in_branches
from members.dues.models import DueLine
from members.models import Member, Membership
from partywork.figures import find_figure
from partywork.periods import Period
from reports.values import number_text, shares_of

LOWEST_RATE = Decimal(80)  # percent; our own line, no rule sets one
NAMED = 8  # so many are named one by one; more are counted


@dataclass(frozen=True)
class Proposal:
    """One point that the records suggest: for which part, under which code, in which words."""

    part: str
    code: str
    text: str
    rule_id: str = ""


def proposals(branch: Branch, scope: Iterable[Branch], period: Period, today: date) -> list[Proposal]:
    """Everything to judge; a constant number of queries."""
    scope = list(scope)
    late, terms = missing(scope, period, today), terms_of(scope, period)
    return [*missed_meetings(late, single=branch.is_leaf_kind),
            *low_attendance(scope, period, single=branch.is_leaf_kind), *overdue_terms(terms, period, single=branch.is_leaf_kind),
            *late_steps(branch, today), *late_dues(branch, period, today), *make_good(late),
            *ending_terms(terms, period, single=branch.is_leaf_kind), *ending_probations(branch, period)]


def missed_meetings(late: list[Duty], *, single: bool) -> list[Proposal]:
    """One point a kind of meeting: who missed it and when."""
    return [Proposal("5", f"missed.{kind}", _missed_text(same, single), same[0].rule_id)
            for kind, same in _by_kind(late).items()]


def _by_kind(late: list[Duty]) -> dict[str, list[Duty]]:
    kept: dict[str, list[Duty]] = defaultdict(list)
    for duty in late:
        kept[duty.kind.value].append(duty)
    return kept


def _missed_text(late: list[Duty], single: bool) -> str:
    short = f"未按规定次数{_verb(late[0].kind)}{late[0].kind.label}"
    if single:
        return f"{_times(late)}{short}"
    who = [(branch.short_name, list(same)) for branch, same in groupby(late, key=lambda duty: duty.branch)]
    told = "，".join(f"{name}{_times(same)}" for name, same in who[:NAMED])
    if len(who) == 1:
        return f"{told}{short}"
    more = f"等{len(who)}个党组织" if len(who) > NAMED else ""
    if len(times := {_times(same) for _, same in who}) == 1 and late[0].group is None:
        return f"{times.pop()}{short}的有{'、'.join(name for name, _ in who[:NAMED])}{more}"
    return f"部分党组织{short}：{told}{more}"


def _verb(kind: Kind) -> str:
    """Meetings are held; lectures, theme days and appraisals are carried out."""
    return "召开" if kind.label.endswith("会") else "开展"


def _times(late: list[Duty]) -> str:
    """3月、5月; a group's name goes before its months."""
    by_group: dict[PartyGroup | None, list[Period]] = defaultdict(list)
    for duty in late:
        by_group[duty.group].append(duty.period)
    return "、".join(f"{group.name if group else ''}{_spans(times)}" for group, times in by_group.items())


def _spans(periods: list[Period]) -> str:
    """3月至6月 where three or more follow each other, otherwise each by itself."""
    unbroken = all(each.next == following for each, following in pairwise(periods))
    if unbroken and len(periods) > 2:
        return f"{short_label(periods[0])}至{short_label(periods[-1])}"
    return "、".join(short_label(each) for each in periods)


def short_label(period: Period) -> str:
    """The period without its year: 3月, 第一季度, 上半年; a whole year keeps it."""
    return period.label.removeprefix(f"{period.start.year}年") or f"{period.start.year}年度"


def low_attendance(scope: list[Branch], period: Period, *, single: bool) -> list[Proposal]:
    """Organisations whose meetings were attended by less than the set share."""
    rates = shares_of(find_figure("attendance.rate"), Branch.objects.filter(pk__in=[each.pk for each in scope]), period)
    low = [(each.short_name, rate) for each in scope if (rate := rates.get(each.pk)) is not None and rate < LOWEST_RATE]
    if not low:
        return []
    if single:
        return [Proposal("5", "attendance", f"各类会议到会率为{number_text(low[0][1])}%，低于{LOWEST_RATE}%")]
    told = "，".join(f"{name}{number_text(rate)}%" for name, rate in low[:NAMED])
    more = f"等{len(low)}个党组织" if len(low) > NAMED else ""
    return [Proposal("5", "attendance", f"会议到会率低于{LOWEST_RATE}%：{told}{more}")]


def late_dues(branch: Branch, period: Period, today: date) -> list[Proposal]:
    """Dues of the period's months that were not paid by their last day in time; one query."""
    lines = DueLine.objects.filter(branch__path__startswith=branch.path, month__gte=period.start, month__lt=period.stop)
    rows = lines.overdue_on(today).order_by("branch__path").values_list("branch__short_name", "member", "due", "paid")
    people, owed, where = {row[1] for row in rows}, sum(row[2] - row[3] for row in rows), list(dict.fromkeys(row[0] for row in rows))
    if not people:
        return []
    told = "" if branch.is_leaf_kind else f"，涉及{'、'.join(where[:NAMED])}{f'等{len(where)}个支部' if len(where) > NAMED else ''}"
    return [Proposal("5", "dues.late", f"有{len(people)}名党员未按期交齐党费，合计{owed}元{told}", "DUE-7")]


def make_good(late: list[Duty]) -> list[Proposal]:
    """What follows from the missed meetings for the time to come."""
    short = {duty.kind.value for duty in late}
    kinds = [kind.label for kind in Kind if kind.value in short]
    return [Proposal("6", "next.meetings", f"按规定次数组织{'、'.join(kinds)}，逐月对照检查")] if kinds else []


def late_steps(branch: Branch, today: date) -> list[Proposal]:
    """Whose steps of joining are past their limit today."""
    rows = Path.objects.open().filter(in_branches(branch)).with_course()
    late = [card for card in cards_of(rows, Measure(today, settings_on(today))) if card.overdue]
    if not late:
        return []
    told = "、".join(f"{card.path.name}（{card.step.split(' ', 1)[1]}）" for card in late[:NAMED])
    more = f"等{len(late)}人" if len(late) > NAMED else ""
    return [Proposal("5", "development.late", f"发展党员有步骤超过时限：{told}{more}", late[0].rule)]


def ending_probations(branch: Branch, period: Period) -> list[Proposal]:
    """Probationary members whose probation, extension included, ends in the period to come."""
    coming = period.next
    rows = (Membership.objects.filter(branch__path__startswith=branch.path).active_on(period.last_day).probationary()
            .select_related("member").order_by("member__joined_on", "member__pinyin", "member_id"))
    longer = extended_months(branch)
    names = [row.member.name for row in rows if _ends(row.member, longer.get(row.member_id, 0)) in coming]
    if not names:
        return []
    told = "、".join(names[:NAMED]) + (f"等{len(names)}名" if len(names) > NAMED else "")
    return [Proposal("6", "next.probation", f"做好预备期满党员的转正工作，{coming.label}预备期满的有{told}")]


def terms_of(scope: list[Branch], period: Period) -> list[Term]:
    """The terms of the scope that are over at the end of the period or end in the one to come; one query."""
    rows = Term.objects.filter(branch__in=[each.pk for each in scope], due_on__lt=period.next.stop)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=period.last_day))
    return list(rows.select_related("branch").order_by("due_on", "branch__path"))


def overdue_terms(terms: list[Term], period: Period, *, single: bool) -> list[Proposal]:
    """Organisations whose term was over at the end of the period without an election."""
    names = [term.branch.short_name for term in terms if term.due_on < period.last_day]
    told = "任期届满，还没有换届" if single else f"任期届满还没有换届：{_some(names)}"
    return [Proposal("5", "terms.overdue", told, "ORG-8")] if names else []


def ending_terms(terms: list[Term], period: Period, *, single: bool) -> list[Proposal]:
    """Organisations whose next election falls due in the period to come, or is overdue already."""
    names = [term.branch.short_name for term in terms if term.ended_on is None]
    coming = period.next.label
    told = f"做好换届工作，任期到{coming}末届满" if single else f"做好换届工作，到{coming}末任期届满的有{_some(names)}"
    return [Proposal("6", "next.terms", told, "ORG-8")] if names else []


def _some(names: list[str]) -> str:
    return "、".join(names[:NAMED]) + (f"等{len(names)}个" if len(names) > NAMED else "")


def _ends(member: Member, longer: int) -> date:
    return probation_of(member.joined_on, Exits(extension_months=longer)).full_from
