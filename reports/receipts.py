"""Where a meeting counts in the half-year report: one line a section, each figure's rows a click away."""
from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from branches.meetings.models import Meeting, State
from partywork.figures import Figure, figures_holding
from partywork.periods import Period, Span
from partywork.receipts import Line, provides
from reports.definitions.half_year import HALF_YEAR
from reports.pieces import numeral


@provides(Meeting)
def report_sections(meeting: Meeting) -> Iterable[Line]:
    """One line for each section of the half-year report that counts this meeting."""
    if meeting.state != State.HELD:
        return []
    period = Period.at(Span.HALF, meeting.held_on)
    held = figures_holding(meeting, period, {"kinds__kind": meeting.kind_codes})
    return [_line(meeting, period, place, figures) for place, figures in _by_section(held).items()]


def _by_section(figures: list[Figure]) -> dict[tuple[str, int, str], list[Figure]]:
    kept: dict[tuple[str, int, str], list[Figure]] = {}
    for figure in figures:
        if place := HALF_YEAR.place_of(figure.key, single=False):
            part, number, section = place
            kept.setdefault((part.code, number, section.lead), []).append(figure)
    return kept


def _line(meeting: Meeting, period: Period, place: tuple[str, int, str], figures: list[Figure]) -> Line:
    part, number, lead = place
    names = "、".join(figure.label for figure in figures)
    url = reverse("figures") + f"?branch={meeting.branch_id}&period={period.code}#section-{part}-{number}"
    return Line("半年报告", f"{period.label}报告第{numeral(int(part))}部分（{numeral(number)}）{lead}：{names}", url)
