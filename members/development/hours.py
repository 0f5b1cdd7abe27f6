"""How much training somebody has: the sum of the classes that he passed by a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from members.development.exits import Judgement
from members.development.models import Path
from members.development.people import judge_training


def taken_by(path: Path, day: date) -> tuple[Decimal, Decimal]:
    """(days, hours) of passed classes that ended by then; one query."""
    rows = path.trainings.filter(passed=True, training__stop_on__lte=day)
    sums = rows.aggregate(all_days=Sum("days"), all_hours=Sum("hours"))
    return sums["all_days"] or Decimal(0), sums["all_hours"] or Decimal(0)


def judge_hours(path: Path, day: date, exceptional: bool) -> Judgement:
    return judge_training(*taken_by(path, day), exceptional=exceptional)
