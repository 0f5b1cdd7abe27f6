"""What pages show of people who are away, out of touch or under correction: lines of a person's page, open items at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from branches.models import Branch
from members.models import Member, Outcome, Standing, Status
from members.standing_rules import NEAR_DAYS, Clock, clock_of
from partywork import rules
from partywork.slots import adds_to

TODO_SHOWN = 8


@dataclass(frozen=True)
class StandingLine:
    """One stretch as the person's page shows it; `clock` runs while it is open."""

    row: Standing
    clock: Clock | None
    is_over: bool

    @property
    def may_change(self) -> bool:
        return self.row.status != Status.STOPPED and self.row.outcome in ("", Outcome.OVER)


def standing_lines(member: Member, today: date) -> list[StandingLine]:
    """Open ones first, then the latest. No query: the rows are prefetched."""
    lines = [_line(row, member.latest.kind, today) for row in member.standings.all()]
    return sorted(lines, key=lambda line: (line.row.stop_on is not None, -line.row.start_on.toordinal()))


def _line(row: Standing, kind: str, today: date) -> StandingLine:
    clock = None if row.stop_on else clock_for(row, kind)
    return StandingLine(row, clock, bool(clock and clock.is_over(today)))


def clock_for(row: Standing, kind: str) -> Clock | None:
    return clock_of(
        row.status, row.start_on, kind=kind, until=row.until, is_abroad=row.is_abroad, contact_on=row.contact_on
    )


@adds_to("home.todo")
def standings_due(branch: Branch, reader, today: date) -> Iterator[dict]:
    """Clocks that have run out or soon will, the earliest first; one query, for those who keep the records."""
    if not reader.can("members.edit", branch):
        return
    rows = Standing.objects.still().filter(member__latest__branch__path__startswith=branch.path).exclude(status=Status.SUSPENDED)
    rows = rows.select_related("member__latest__branch")
    due = [(clock, row) for row in rows if (clock := clock_for(row, row.member.latest.kind))]
    near = sorted((pair for pair in due if pair[0].due <= today + timedelta(days=NEAR_DAYS)), key=lambda pair: (pair[0].due, pair[1].pk))
    yield from (_todo(clock, row, branch, today) for clock, row in near[:TODO_SHOWN])


def _todo(clock: Clock, row: Standing, branch: Branch, today: date) -> dict:
    known = rules.in_force(clock.rule, today)
    whose = "" if branch.is_leaf_kind else f"{row.member.latest.branch}："
    return {
        "title": f"{whose}{row.member.name}（{row.get_status_display()}）",
        "text": clock.says,
        "due": clock.due,
        "overdue": clock.is_over(today),
        "rule": f"{clock.rule} {known.title}" if known else clock.rule,
        "rule_url": reverse("rule", args=[clock.rule]),
        "url": reverse("member", args=[row.member_id]),
        "label": "查看办理",
    }
