"""交接单: what a branch's new secretary needs on one page: who is who, what is open, what comes, what was held last.
Nothing is kept: it is drawn from the records of the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from branches.accounts.models import Account
from branches.meetings.duties import Duty, Facts, Status, demands, duties_from
from branches.meetings.links import mend_url
from branches.meetings.overview import SHOWN, drafts_of, meetings_in, report_state, todo_item, unfinished
from branches.models import Branch, PartyGroup
from branches.views import officers_of
from members.models import Kind, Membership
from members.rules import probation_ends
from partywork.periods import Period, Span, add_months
from partywork.slots import Step, added_to

AHEAD_MONTHS = 3  # whole ones, beside what is left of this


@dataclass
class People:
    """The roster of the day, out of one query."""

    full: int = 0
    probationary: list[dict] = field(default_factory=list)
    groups: list[dict] = field(default_factory=list)
    ungrouped: int = 0

    @property
    def whole(self) -> int:
        return self.full + len(self.probationary)


@dataclass(frozen=True)
class Month:
    """What falls due in one month, in the order of days."""

    first: date
    items: list[Step]


def handover_of(branch: Branch, reader: Account, today: date) -> dict:
    """Everything that the page tells."""
    until = add_months(today.replace(day=1), 1 + AHEAD_MONTHS)
    may_log = reader.can("meetings.edit", branch)
    spans = demands(Period(Period.at(Span.HALF, today).start, until, Span.YEAR))
    facts = Facts.behind([branch], spans)
    duties = duties_from(facts, [branch], spans, today)
    people = people_of(branch, facts.groups[branch.pk], today)
    late = [duty for duty in unfinished(duties, today) if duty.status is Status.OVERDUE]
    steps = [*duty_steps(duties, today, until, may_log), *probation_steps(people, today, until)]
    return {
        "officers": officers_of(branch, today),
        "people": people,
        "todo": [todo_item(duty, today, may_log) for duty in late] + added_to("home.todo", branch, reader, today),
        "drafts": drafts_of(branch),
        "report": report_state(branch, today),
        "months": by_month([*steps, *added_to("handover.ahead", branch, reader, today, until)]),
        "last": until - timedelta(days=1),
        "recent": list(meetings_in(branch.meetings.held())[:SHOWN].prefetch_related("kinds")),
        "panels": added_to("handover.panels", branch, reader, today),
    }


def people_of(branch: Branch, groups: list[PartyGroup], day: date) -> People:
    rows = list(Membership.objects.filter(branch=branch).active_on(day).in_order())
    waiting = [row.member for row in rows if row.kind == Kind.PROBATIONARY]
    return People(
        full=len(rows) - len(waiting),
        probationary=[{"member": member, "ends": probation_ends(member.joined_on)} for member in waiting],
        groups=[group_line(group, rows) for group in groups if group.is_active_on(day)],
        ungrouped=sum(row.group_id is None for row in rows),
    )


def group_line(group: PartyGroup, rows: list[Membership]) -> dict:
    mine = [row for row in rows if row.group_id == group.pk]
    return {"group": group, "members": len(mine), "leaders": "、".join(row.member.name for row in mine if row.is_group_leader)}


def duty_steps(duties: list[Duty], today: date, until: date, may_log: bool) -> list[Step]:
    """The meetings that fall due from today on and are not held yet."""
    coming = [duty for duty in duties if duty.status in (Status.OPEN, Status.SOON) and today <= duty.due_on < until]
    return [duty_step(duty, today, may_log) for duty in coming]


def duty_step(duty: Duty, today: date, may_log: bool) -> Step:
    text = f"还差{duty.missing}次" if duty.required > 1 else ""
    return Step(duty.due_on, duty.label, text, "todo", mend_url(duty, today) if may_log else "")


def probation_steps(people: People, today: date, until: date) -> list[Step]:
    """Probations that end; one over already stands in the list of people, in red."""
    return [Step(each["ends"], f"{each['member'].name}预备期满", "由本人书面提出转正申请，期满后及时开支部大会讨论", "todo")
            for each in people.probationary if today <= each["ends"] < until]  # fmt: skip


def by_month(steps: list[Step]) -> list[Month]:
    months: dict[date, list[Step]] = {}
    for step in sorted(steps, key=lambda step: (step.when, step.title)):
        months.setdefault(step.when.replace(day=1), []).append(step)
    return [Month(first, items) for first, items in months.items()]
