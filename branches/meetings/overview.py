"""What the home pages tell: of one branch for those who keep its books, of many for those above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Max, QuerySet, prefetch_related_objects
from django.urls import reverse

from branches.accounts.models import Account
from branches.meetings.duties import Duty, Status, duties_of
from branches.meetings.links import duties_url, list_url, mend_url, rule_url
from branches.meetings.models import Meeting
from branches.models import Branch
from partywork import rules
from partywork.periods import Period, Span, add_months
from partywork.slots import added_to

SHOWN = 6  # meetings in a short list
LATE_SHOWN = 8  # overdue duties on a home page; the rest is a click away and must not hide what is due now
BRANCHES_SHOWN = 10
LATE_DAYS = 7  # a day or two is office life; our own line, no rule sets one


@dataclass(frozen=True)
class Tally:
    """How much of what one stretch of time asks was done."""

    label: str
    done: int
    whole: int
    url: str

    @property
    def value(self) -> str:
        return f"{self.done}/{self.whole}" if self.whole else ""


def todo_item(duty: Duty, today: date, may_log: bool, *, named: bool = False) -> dict:
    """One line of ui/todo.html; `named` puts the organisation before it."""
    rule = rules.in_force(duty.rule_id, duty.period.start)
    overdue = duty.status is Status.OVERDUE
    return {
        "title": (f"{duty.branch}：" if named else "") + duty.label,
        "text": wanting(duty),
        "due": duty.due_on,
        "overdue": overdue,
        "rule": f"{duty.rule_id} {rule.title}" if rule else duty.rule_id,
        "rule_url": rule_url(duty.rule_id),
        "url": mend_url(duty, today) if may_log else "",
        "label": "补登会议" if overdue else "登记会议",
    }


def wanting(duty: Duty) -> str:
    """What is still missing, in words."""
    if duty.required == 1:
        return "没有召开记录，召开过的请补登" if duty.status is Status.OVERDUE else "应召开1次"
    return f"应召开{duty.required}次，已召开{duty.done}次，还差{duty.missing}次"


def unfinished(duties: Iterable[Duty], today: date) -> list[Duty]:
    """Overdue ones of this half-year first, then what is due now, soonest first."""
    half = Period.at(Span.HALF, today)
    late = [duty for duty in duties if duty.status is Status.OVERDUE and duty.period.last_day in half]
    now = [duty for duty in duties if duty.status in (Status.OPEN, Status.SOON) and today in duty.period]
    return [*sorted(late, key=lambda duty: duty.due_on), *sorted(now, key=lambda duty: duty.due_on)]


def shown_first(todo: list[Duty]) -> list[Duty]:
    """What a home page shows of them: some overdue ones and everything that is due now."""
    late = [duty for duty in todo if duty.status is Status.OVERDUE]
    return [*late[:LATE_SHOWN], *todo[len(late) :]]


def with_added(items: list[dict], branch: Branch, reader: Account, today: date) -> list[dict]:
    """Together with the open items of the features: what is overdue first, then what is due soonest, then what has no day."""
    items = items + added_to("home.todo", branch, reader, today)
    return sorted(items, key=lambda item: (not item.get("overdue"), item.get("due") or date.max))


def tallies(duties: list[Duty], branch: Branch, today: date, spans: Iterable[Span]) -> list[Tally]:
    """Done and due of the month, quarter … in which today lies."""
    told = []
    for span, words in zip(spans, ("本月", "本季度", "本半年", "本年度"), strict=False):
        period = Period.at(span, today)
        mine = [duty for duty in duties if duty.period == period]
        told.append(
            Tally(
                f"{words}应完成",
                sum(duty.status is Status.DONE for duty in mine),
                len(mine),
                duties_url(branch.pk, period),
            )
        )
    return told


def branch_overview(branch: Branch, reader: Account, today: date, may_log: bool) -> dict:
    """One branch: what is due and overdue, drafts, recent meetings, members, report."""
    duties = duties_of([branch], Period.at(Span.YEAR, today), today)
    todo = unfinished(duties, today)
    done = [duty for duty in duties if duty.status is Status.DONE and today in duty.period]
    recent = meetings_in(branch.meetings.held())[:SHOWN]
    kinds = Branch.objects.filter(pk=branch.pk).kinds_of_members(today)
    return {
        "tallies": tallies(duties, branch, today, Span),
        "todo": with_added([todo_item(duty, today, may_log) for duty in shown_first(todo)], branch, reader, today),
        "todo_more": len(todo) - len(shown_first(todo)),
        "overdue": sum(duty.status is Status.OVERDUE for duty in todo),
        "done": [{"duty": duty, "rule_url": rule_url(duty.rule_id), "url": held_url(duty)} for duty in done],
        "recent": list(recent.prefetch_related("kinds")),
        "drafts": drafts_of(branch) if may_log else [],
        "full": kinds.get("full", 0),
        "probationary": kinds.get("probationary", 0),
        "half": Period.at(Span.HALF, today),
        "report": report_state(branch, today),
    }


def held_url(duty: Duty) -> str:
    """The meetings that fulfil a duty: the one, or the list."""
    return (
        reverse("meeting", args=duty.held)
        if duty.done == 1
        else list_url(duty.branch.pk, duty.kind, duty.period)
    )


def meetings_in(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return rows.select_related("branch").defer("minutes", "draft").order_by("-held_on", "-id")


def drafts_of(branch: Branch) -> list[Meeting]:
    rows = branch.meetings.drafts().select_related("created_by").defer("minutes", "draft")
    return list(rows.order_by("-changed_at", "-id")[:5])


def report_state(branch: Branch, today: date) -> dict:
    """The half-year report now being written: in January and July it is that of the half just ended."""
    half = Period.at(Span.HALF, today)
    period = half.previous if today < add_months(half.start, 1) else half
    rows = branch.reports.values("pk", "period_code").annotate(last_version=Max("versions__number"))
    rows = list(rows.order_by("-period_code")[:8])
    row = next((each for each in rows if each["period_code"] == period.code), None)
    made = next((each for each in rows if each["last_version"] and each is not row), None)
    return {
        "period": period,
        "pk": row["pk"] if row else None,
        "version": row["last_version"] if row else None,
        "before": made and made | {"period": Period.parse(made["period_code"])},
    }


def committee_overview(branch: Branch, reader: Account, today: date, may_log: bool) -> dict:
    """Everything below one organisation: what its branches missed, this month's progress, late entries, the report."""
    half = Period.at(Span.HALF, today)
    scope = list(Branch.objects.within(branch).active_in(half))
    duties = duties_of(scope, half, today)
    late = [duty for duty in duties if duty.status is Status.OVERDUE and duty.period.last_day in half]
    theirs = [duty for duty in late if duty.branch.is_leaf_kind]
    own = [duty for duty in unfinished(duties, today) if duty.branch == branch]
    held = Meeting.objects.within(Branch.objects.within(branch)).held().in_period(half)
    recent, entered_late = list(meetings_in(held)[:SHOWN]), list(late_entries(held)[:SHOWN])
    prefetch_related_objects([*recent, *entered_late], "kinds")
    return {
        "tallies": tallies(duties, branch, today, (Span.MONTH, Span.QUARTER)),
        "half": half,
        "overdue": len(late),
        "overdue_url": duties_url(branch.pk, half, state="overdue"),
        "branches": worst(theirs, half),
        "gaps_url": f"{reverse('matrix')}?branch={branch.pk}&gaps=on",
        "branches_late": len({duty.branch.pk for duty in theirs}),
        "branches_all": sum(each.is_leaf_kind for each in scope),
        "progress": progress([duty for duty in duties if duty.branch.is_leaf_kind], branch, today),
        "todo": with_added([todo_item(duty, today, may_log) for duty in shown_first(own)], branch, reader, today),
        "recent": recent,
        "late_entries": entered_late,
        "late_days": LATE_DAYS,
        "report": report_state(branch, today),
    }


def late_entries(held: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Meetings entered long after their day, the latest entered first."""
    return (
        meetings_in(held)
        .filter(recorded_on__gt=F("held_on") + timedelta(days=LATE_DAYS))
        .order_by("-recorded_on", "-id")
    )


def worst(late: list[Duty], period: Period) -> list[dict]:
    """The branches that missed most, with what they missed."""
    counts = Counter(duty.branch for duty in late)
    rows = []
    for branch, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].path))[:BRANCHES_SHOWN]:
        kinds = Counter(duty.kind.label for duty in late if duty.branch == branch)
        words = "、".join(f"{label}{times}" for label, times in kinds.items())
        rows.append(
            {
                "branch": branch,
                "count": count,
                "words": words,
                "url": duties_url(branch.pk, period, state="overdue"),
            }
        )
    return rows


def progress(duties: list[Duty], branch: Branch, today: date) -> list[dict]:
    """This month and quarter by kind, as rows of ui/bars.html in percent."""
    rows = []
    for span in (Span.MONTH, Span.QUARTER):
        period = Period.at(span, today)
        for kind in dict.fromkeys(duty.kind for duty in duties if duty.period == period):
            mine = [duty for duty in duties if duty.period == period and duty.kind == kind]
            done = sum(duty.status is Status.DONE for duty in mine)
            rows.append(
                {
                    "label": ("本季度" if span is Span.QUARTER else "") + kind.label,
                    "value": round(100 * done / len(mine)),
                    "text": f"{done}/{len(mine)}",
                    "url": duties_url(branch.pk, period, kind=kind),
                }
            )
    return rows
