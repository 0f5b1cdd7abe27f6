"""Addresses that several pages of duties share: the filtered list, the pre-filled form, the rule."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from branches.meetings.duties import Duty, Status
from partywork.periods import Period


def list_url(branch_id: int, kind: str, period: Period) -> str:
    """The list of meetings of one kind in one time."""
    return f"{reverse('meetings')}?{urlencode({'branch': branch_id, 'kind': kind, 'period': period.code})}"


def form_url(branch_id: int, kind: str, day: date, group_id: int | None = None) -> str:
    """The meeting form, opened for what is missing."""
    asked = {"branch": branch_id, "kind": kind, "date": day.isoformat()} | (
        {"group": group_id} if group_id else {}
    )
    return f"{reverse('meeting_new')}?{urlencode(asked)}"


def day_for(period: Period, today: date) -> date:
    """The day that the form starts with: today, or the last day of a time that is over."""
    return min(today, period.last_day)


def mend_url(duty: Duty, today: date) -> str:
    """The form that mends a duty; a time that has not begun has none."""
    if duty.status is Status.DONE or today < duty.period.start:
        return ""
    return form_url(duty.branch.pk, duty.kind, day_for(duty.period, today), duty.group and duty.group.pk)


def duties_url(branch_id: int, period: Period, **more: str) -> str:
    return f"{reverse('duties')}?{urlencode({'branch': branch_id, 'period': period.code} | more)}"


def rule_url(rule_id: str) -> str:
    return reverse("rule", args=[rule_id])
