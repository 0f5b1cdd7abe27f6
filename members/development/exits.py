"""Ways off the straight path: extension, cancellation, moves, late reports. Pure functions of plain values.

发展党员工作细则（2026）第十二、二十四、三十一、三十三、三十五条; re-discussion is local practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from members.rules import PROBATION_MONTHS, cn, whole_years
from partywork.periods import add_months

SHORTEST, LONGEST = 6, 12  # months of an extension
PUT_OFF = 6  # months for which a branch that took a probationary member over may put the discussion off
REDISCUSS, REDO = 3, 6  # months from the congress to its report


@dataclass(frozen=True)
class Judgement:
    """What stands against an act (`blocks`: it is refused) and what should be told with it (`warnings`)."""

    blocks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.blocks

    @property
    def says(self) -> str:
        return "".join((*self.blocks, *self.warnings))


@dataclass(frozen=True)
class Exits:
    """What happened beside the steps. `extended_on` is the congress that extended, for `extension_months` (the step
    full_meeting and its approval are those that decide in the end);
    `moved_in_on` the day on which a probationary member came from elsewhere; `stopped_on` the day on which the path ended
    before admission, `cancelled_on` the congress that cancelled the probationary membership."""

    extended_on: date | None = None
    extension_months: int = 0
    moved_in_on: date | None = None
    stopped_on: date | None = None
    cancelled_on: date | None = None

    def known_by(self, day: date) -> Exits:
        """As things stood on a day: an extension decided on that day or later was not yet there."""
        if self.extended_on and day <= self.extended_on:
            return replace(self, extended_on=None, extension_months=0)
        return self

    @property
    def over(self) -> bool:
        return bool(self.stopped_on or self.cancelled_on)


NO_EXITS = Exits()


@dataclass(frozen=True)
class Probation:
    """First and last day of probation, and the day from which the Party age counts (the day after the last)."""

    first: date
    last: date
    full_from: date


def probation_of(admitted_on: date, exits: Exits = NO_EXITS) -> Probation:
    """A year from the congress on, and the extension that begins when the year is over; months clipped to their end."""
    full_from = add_months(add_months(admitted_on, PROBATION_MONTHS), exits.extension_months)
    return Probation(admitted_on, full_from - timedelta(1), full_from)


def party_age_from(admitted_on: date, exits: Exits = NO_EXITS) -> date:
    """The day from which the Party age counts, however late congress and committee decide."""
    return probation_of(admitted_on, exits).full_from


def party_age_on(admitted_on: date, day: date, exits: Exits = NO_EXITS) -> int | None:
    """Whole years of Party age on a day; None before it begins."""
    since = party_age_from(admitted_on, exits)
    return whole_years(since, day) if since <= day else None


def judge_extension(admitted_on: date, decided_on: date, months: int, extended_before: bool = False) -> Judgement:
    """Whether a congress of that day may extend probation by so many months: once, 6 to 12 months, not before its end."""
    ends = probation_of(admitted_on).full_from
    blocks = []
    if extended_before:
        blocks.append("预备期只能延长一次，已经延长过，应讨论转正或者取消预备党员资格。")
    if not SHORTEST <= months <= LONGEST:
        blocks.append(f"延长预备期不能少于{SHORTEST}个月，不能超过{LONGEST}个月，现为{months}个月。")
    if decided_on < ends:
        blocks.append(f"预备期到{cn(ends)}期满，支部大会不能在期满以前讨论延长。")
    return Judgement(tuple(blocks))


def put_off_until(admitted_on: date, exits: Exits) -> date | None:
    """The last day to which the branch that took the person over during probation may put the discussion off; None when
    nobody came from elsewhere, or came after probation was over."""
    ends = probation_of(admitted_on, exits).full_from
    if not exits.moved_in_on or not admitted_on <= exits.moved_in_on < ends:
        return None
    return add_months(ends, PUT_OFF)


def judge_report(decided_on: date, reported_on: date, rediscuss_months: int = REDISCUSS, redo_months: int = REDO) -> Judgement:
    """Whether a resolution of admission reported on that day is still good (local practice; 0 months = not asked for)."""
    if reported_on < decided_on:
        return Judgement((f"上报日期不能早于支部大会日期（{cn(decided_on)}）。",))
    if redo_months and reported_on > add_months(decided_on, redo_months):
        return Judgement((), (f"上报时距支部大会已超过{redo_months}个月，按本单位的做法应重新履行接收手续。",))
    if rediscuss_months and reported_on > add_months(decided_on, rediscuss_months):
        return Judgement((), (f"上报时距支部大会已超过{rediscuss_months}个月，按本单位的做法应由支部大会重新讨论。",))
    return Judgement()


def carried_over(dates: Mapping[str, date], moved_on: date) -> dict[str, date]:
    """The dates with which the receiving organisation goes on: a person who moves on the way keeps his time and steps
    (第十二条). Steps dated after the move belong to the new organisation's own record and are left out."""
    return {key: day for key, day in dates.items() if day <= moved_on}
