"""The acts on the calendar of holidays, and the calendar that comes of it.

A year that was entered stands before the program's own; once it is removed, the program's own holds again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from branches.holidays import (
    BUILT_IN,
    FIRST_YEAR,
    LAST_YEAR,
    Arrangement,
    built_in,
    calendar_of,
    read_lines,
)
from branches.models import HolidayYear
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.versions import claim_version
from partywork.workdays import WorkCalendar

register_actions(
    {
        "calendar.create": "录入节假日安排",
        "calendar.edit": "更正节假日安排",
        "calendar.remove": "撤销节假日安排",
    }
)
FIELDS = ("source", "lines")
NOTHING = dict.fromkeys(FIELDS)


@dataclass(frozen=True)
class KnownYear:
    """One year of the calendar: what was entered, or (`row` is None) what the program brings along."""

    arrangement: Arrangement
    source: str
    row: HolidayYear | None


@transaction.atomic
def enter_year(*, actor, year: int, source: str, lines: str, form_token=None) -> HolidayYear:
    """The holidays of a year, as pasted; the program's own of that year then no longer count."""
    actor.require("calendar.edit")
    row = HolidayYear(year=year, source=source, lines=lines, form_token=form_token)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleViolation(f"年份应在{FIRST_YEAR}年到{LAST_YEAR}年之间。", field="year")
    if HolidayYear.objects.filter(year=year).exists():
        raise RuleViolation(f"{year}年已经录入，请在列表里更正。", field="year")
    _settle(row)
    row.save(force_insert=True)
    _note(actor, "calendar.create", row, NOTHING)
    return row


@transaction.atomic
def edit_year(*, actor, row: HolidayYear, version: int, source: str, lines: str) -> HolidayYear:
    actor.require("calendar.edit")
    row = HolidayYear.objects.select_for_update().get(pk=row.pk)
    before = snapshot(row, FIELDS)
    claim_version(row, version)
    row.source, row.lines = source, lines
    _settle(row)
    row.save(update_fields=[*FIELDS])
    _note(actor, "calendar.edit", row, before)
    return row


@transaction.atomic
def remove_year(*, actor, row: HolidayYear, version: int, reason: str) -> None:
    """Take an entered year back; the journal keeps what stood in it."""
    actor.require("calendar.edit")
    row = HolidayYear.objects.select_for_update().get(pk=row.pk)
    claim_version(row, version)
    before = snapshot(row, FIELDS)
    write_entry(
        actor=actor,
        action="calendar.remove",
        target=row,
        reason=reason,
        changes=changes_between(before, NOTHING),
    )
    row.delete()


def known_years() -> list[KnownYear]:
    """Every year of the calendar, newest first; one query."""
    found = {
        year: KnownYear(built_in(year), source, None) for year, (source, _) in BUILT_IN.items()
    } | {row.year: KnownYear(read_lines(row.lines, row.year)[0], row.source, row) for row in HolidayYear.objects.all()}
    return [found[year] for year in sorted(found, reverse=True)]


def work_calendar() -> WorkCalendar:
    """The calendar by which working days are counted; one query."""
    return calendar_of(each.arrangement for each in known_years())


def _settle(row: HolidayYear) -> None:
    """The lines in the form in which they are kept. Refuses what cannot be read and what another year says otherwise."""
    arrangement, faults = read_lines(row.lines, row.year)
    if faults:
        raise RuleViolation("；".join(faults), field="lines")
    _refuse_contrary(arrangement)
    row.lines = arrangement.text


def _refuse_contrary(arrangement: Arrangement) -> None:
    """The first days of a year may be told by two arrangements: they have to agree."""
    others = [each.arrangement for each in known_years() if each.arrangement.year != arrangement.year]
    for works in (True, False):
        for other in others:
            if both := arrangement.days(works) & other.days(not works):
                word = "上班" if works else "放假"
                raise RuleViolation(
                    f"{min(both)}在这里是{word}，在{other.year}年的安排里不是，请先核对。", field="lines"
                )


def _note(actor, action: str, row: HolidayYear, before: dict) -> None:
    write_entry(actor=actor, action=action, target=row, changes=changes_between(before, snapshot(row, FIELDS)))
