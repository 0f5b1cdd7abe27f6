"""What the regulations say about a person's standing and its dates: pure functions of plain values.

A function named `why_not_…` answers with the Chinese sentence that refuses, or "" when nothing speaks against it.
"""

from __future__ import annotations

from datetime import date

from partywork.periods import add_months

ADULT_YEARS = 18
PROBATION_MONTHS = 12


def whole_years(since: date, day: date) -> int:
    """Years completed on a day; one begun on 29 February completes on 28 February of a common year."""
    years = day.year - since.year
    return years if add_months(since, 12 * years) <= day else years - 1


def party_age(begins: date | None, day: date) -> int | None:
    """党龄 in whole years: counted from the day of becoming a full member (or the corrected day); None before that."""
    return whole_years(begins, day) if begins and begins <= day else None


def age(born_on: date, day: date) -> int:
    return whole_years(born_on, day)


def probation_ends(joined_on: date) -> date:
    """The day on which the year of probation is over and from which the member can be a full one."""
    return add_months(joined_on, PROBATION_MONTHS)


def cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def why_not_life(born_on: date, joined_on: date, full_on: date | None, today: date) -> tuple[str, str]:
    """(field, sentence) of the first thing wrong with the dates of a life; ("", "") when they fit."""
    if born_on >= today:
        return "born_on", "出生日期应早于今天。"
    if joined_on > today:
        return "joined_on", "加入党组织日期不能晚于今天。"
    if add_months(born_on, 12 * ADULT_YEARS) > joined_on:
        return "joined_on", "加入党组织时应年满18周岁，请核对出生日期和加入党组织日期。"
    if full_on and full_on > today:
        return "full_on", "转正日期不能晚于今天。"
    return ("full_on", why) if full_on and (why := why_not_full(joined_on, full_on)) else ("", "")


def why_not_count_from(begins: date | None, joined_on: date, full_on: date | None, today: date) -> str:
    """Whether 党龄 may be counted from a corrected day."""
    if begins is None:
        return ""
    if full_on is None:
        return "预备党员没有党龄，党龄起算日期请留空。"
    return "" if joined_on <= begins <= today else "党龄起算日期应在加入党组织之后、今天以前。"


def why_not_full(joined_on: date, day: date) -> str:
    """Whether the probation of one year lies between joining and turning full."""
    ends = probation_ends(joined_on)
    return "" if day >= ends else f"预备期为一年，到{cn(ends)}期满，转正日期不能早于这一天。"


def why_not_arrive(
    reason: str, joined_on: date, full_on: date | None, day: date, today: date
) -> tuple[str, str]:
    """(field, sentence) against beginning the first membership on a day."""
    if day > today:
        return "start_on", "日期不能晚于今天。"
    if day < joined_on:
        return "start_on", f"日期不能早于加入党组织日期（{cn(joined_on)}）。"
    if full_on and full_on > day:
        return "full_on", "转正在进入本支部之后的，请先把转正日期留空，按预备党员登记，再办理“预备党员转正”。"
    if reason == "admitted" and (full_on or joined_on != day):
        return "start_on", "本支部发展入党的，日期应与加入党组织日期是同一天，转正日期留空。"
    return "", ""


def why_not_on(day: date, today: date, began: date) -> str:
    """Whether a change of a membership that began on `began` may take effect on a day."""
    if day > today:
        return "日期不能晚于今天。"
    if day < began:
        return f"现有记录自{cn(began)}起，变动日期不能早于这一天。此前的情况有误，请先更正记录。"
    return ""


def why_not_twice(day: date, what: str) -> str:
    """Two things on one day that cannot be told apart afterwards."""
    return f"{cn(day)}已登记“{what}”，同一天不能再办理这项变动。请改用次日；前一项登记有误的，请先撤销它。"


def why_not_in(name: str, founded_on: date, dissolved_on: date | None, day: date, today: date) -> str:
    """Whether an organisation or group can take somebody in from a day on, until further notice."""
    if day < founded_on:
        return f"{name}于{cn(founded_on)}成立，日期不能早于这一天。"
    if dissolved_on and dissolved_on <= max(day, today):
        return f"{name}已于{cn(dissolved_on)}撤销，不能再编入党员。"
    return ""


def why_not_leave(reason: str, kind: str) -> str:
    """Whether this way of leaving is open to a member of this kind."""
    if reason == "cancelled" and kind != "probationary":
        return "取消预备党员资格只适用于预备党员。"
    if reason == "expelled" and kind == "probationary":
        return "预备党员不适用开除党籍，应选择“取消预备党员资格”。"
    return ""
