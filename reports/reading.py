"""What the pages show: figures with their comparisons, and the report with everything that stands beside its text."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.models import Branch, Bureau
from partywork.figures import Figure
from partywork.periods import Period, Span, add_months
from reports.definitions.half_year import DEFINITIONS
from reports.definitions.parts import Definition, Section
from reports.document import GAP, Document, Written, WrittenPart
from reports.making import Words, facts_for, figures_for, proposed, scope_of, title_of, write
from reports.models import Passage, Report, ReportVersion, ShortfallDecision
from reports.pieces import numeral
from reports.shortfalls import Proposal
from reports.values import shares_of, value_text, values_of

UNKNOWN = object()


@dataclass(frozen=True)
class FigureLine:
    """One figure as a table shows it: now, the same half of last year, the half before, and in the last version."""

    figure: Figure
    value: Any
    year_before: Any
    previous: Any
    frozen: Any = UNKNOWN
    part: str = ""

    @property
    def key(self) -> str:
        return self.figure.key

    @property
    def label(self) -> str:
        return self.figure.label

    @property
    def unit(self) -> str:
        return self.figure.unit

    @property
    def definition(self) -> str:
        return self.figure.definition

    @property
    def text(self) -> str:
        return value_text(self.value, self.unit)

    @property
    def year_before_text(self) -> str:
        return value_text(self.year_before, self.unit)

    @property
    def previous_text(self) -> str:
        return value_text(self.previous, self.unit)

    @property
    def shown_unit(self) -> str:
        """The unit beside the number; the percent sign stands in the number, and a list has none."""
        return "" if self.unit == "%" or isinstance(self.value, list) or self.value is None else self.unit

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def changed(self) -> bool:
        return self.frozen is not UNKNOWN and self.frozen != self.value

    @property
    def frozen_text(self) -> str:
        return value_text(self.frozen, self.unit)


def figure_lines(branch: Branch, period: Period, frozen: dict[str, Any] | None = None,
                 only: list[Figure] | None = None, compare: bool = True) -> dict[str, FigureLine]:
    """Every figure of the catalogue for this organisation (or only some), by key; comparing costs three times as much."""
    figures, kept = figures_for(branch) if only is None else only, frozen or {}
    periods = (period, period.year_before, period.previous) if compare else (period,)
    values = values_of(figures, scope_of(branch), dict.fromkeys(periods))
    return {each.key: FigureLine(each, values[each.key, period.code], values.get((each.key, period.year_before.code)),
                                 values.get((each.key, period.previous.code)), kept.get(each.key, UNKNOWN))
            for each in figures}


def frozen_values(version: ReportVersion | None) -> dict[str, Any]:
    return dict(version.figures.values_list("key", "value")) if version else {}


@dataclass(frozen=True)
class FigureGroup:
    """The figures of one section, for the figures page."""

    anchor: str
    heading: str
    lines: list[FigureLine]


def figure_groups(branch: Branch, period: Period, definition: Definition) -> list[FigureGroup]:
    """The whole catalogue by the report's sections; what no section names comes last."""
    lines, groups = figure_lines(branch, period), []
    for part, sections in definition.sections_for(branch.is_leaf_kind):
        for place, section in enumerate(sections, 1):
            if own := [lines.pop(key) for key in section.figures if key in lines]:
                heading = f"第{numeral(int(part.code))}部分（{numeral(place)}）{section.lead}"
                groups.append(FigureGroup(f"section-{part.code}-{place}", heading, own))
    return groups + ([FigureGroup("section-more", "其他指标", list(lines.values()))] if lines else [])


def section_lines(branch: Branch, period: Period, section: Section) -> list[FigureLine]:
    """The figures of one section with their comparisons."""
    own = [each for each in figures_for(branch) if each.key in section.figures]
    lines = figure_lines(branch, period, only=own)
    return [lines[key] for key in section.figures if key in lines]


@dataclass(frozen=True)
class Share:
    """One organisation's part of a figure."""

    branch: Branch
    value: Any
    text: str


def shares(figure: Figure, branch: Branch, period: Period, among: list[Branch]) -> list[Share]:
    """What each of these organisations contributes to the branch's figure, those with nothing included; [] for one branch."""
    values = {} if branch.is_leaf_kind else shares_of(figure, scope_of(branch), period)
    if not values:
        return []
    below = [each for each in among if each.path.startswith(branch.path)
             and (each.pk in values or (each.is_leaf_kind and each.is_active_in(period)))]
    return [_share(figure, each, values.get(each.pk)) for each in below]


def _share(figure: Figure, branch: Branch, value: Any) -> Share:
    value = 0 if value is None and figure.unit != "%" else value
    return Share(branch, value, value_text(value, figure.unit))


# --- the report's page ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """One proposed point with what the writer made of it."""

    proposal: Proposal
    decision: ShortfallDecision | None

    @property
    def text(self) -> str:
        return self.decision.text if self.decision and self.decision.text else self.proposal.text

    @property
    def outdated(self) -> bool:
        """Taken over word for word, but the records say something else since."""
        return bool(self.decision) and self.decision.state == "accepted" and self.decision.text != self.proposal.text


@dataclass(frozen=True)
class SectionView:
    """One section with the figures beside it, its hand-written passage, and what was last written there before."""

    written: Written
    lines: list[FigureLine]
    passage: Passage | None
    earlier: Passage | None

    @property
    def code(self) -> str:
        return self.written.code

    @property
    def anchor(self) -> str:
        return f"s-{self.code.replace('.', '-')}"

    @property
    def asks(self) -> str:
        return self.written.asks

    @property
    def version(self) -> int:
        return self.passage.version if self.passage else 0


@dataclass(frozen=True)
class PartView:
    written: WrittenPart
    sections: list[SectionView]
    judged: list[Judged]


@dataclass(frozen=True)
class ReportView:
    """All that the report's page needs."""

    report: Report
    title: str
    document: Document
    export: Document
    parts: list[PartView]
    opening_passage: Passage | None
    opening_earlier: Passage | None
    lines: dict[str, FigureLine]
    latest: ReportVersion | None
    changed: list[FigureLine]
    undecided: int
    gaps_typed: list[str]

    @property
    def opening_version(self) -> int:
        return self.opening_passage.version if self.opening_passage else 0


def view_report(report: Report, today: date) -> ReportView:
    """The living document: everything as the records stand now, gaps marked."""
    definition, bureau = DEFINITIONS[report.definition], Bureau.objects.first()
    branch, period = report.branch, report.period
    passages, earlier = {row.section: row for row in report.passages.select_related("changed_by")}, earlier_passages(report)
    decisions = {row.code: row for row in report.decisions.select_related("changed_by")}
    latest = report.versions.select_related("made_by").first()
    lines = figure_lines(branch, period, frozen_values(latest), compare=False)
    facts = facts_for(branch, period, {key: line.value for key, line in lines.items()}, bureau, today)
    found = proposed(branch, period, today)
    words = Words({code: row.text for code, row in passages.items()},
                  {code: (row.state, row.text) for code, row in decisions.items()})
    document = write(definition, facts, words, found, draft=True, undecided=False)
    judged = [Judged(each, decisions.get(each.code)) for each in found]
    return ReportView(
        report, title_of(branch, period, bureau, definition), document, write(definition, facts, words, found, draft=False),
        [_part_view(part, lines, passages, earlier, judged) for part in document.parts], passages.get("opening"),
        earlier.get("opening"), lines, latest,
        [line for line in lines.values() if line.changed], sum(each.decision is None for each in judged),
        [code for code, row in passages.items() if GAP in row.text])


def _part_view(part: WrittenPart, lines: dict[str, FigureLine], passages: dict[str, Passage], earlier: dict[str, Passage],
               judged: list[Judged]) -> PartView:
    sections = [SectionView(each, [lines[key] for key in each.section.figures if key in lines], passages.get(each.code),
                            earlier.get(each.code)) for each in part.sections]
    return PartView(part, sections, [each for each in judged if each.proposal.part == part.code])


def earlier_passages(report: Report) -> dict[str, Passage]:
    """{section: what was last written for it} in the organisation's earlier reports."""
    rows = (Passage.objects.filter(report__branch=report.branch_id, report__definition=report.definition,
                                   report__period_code__lt=report.period_code)
            .exclude(text="").select_related("report").order_by("report__period_code"))
    return {row.section: row for row in rows}


def with_earlier(report: Report, section: str, text: str) -> str:
    """The text with the earlier passage of this section after it."""
    found = earlier_passages(report).get(section)
    return "\n".join(filter(None, [text.rstrip(), found.text if found else ""]))


def recent_halves(today: date, count: int = 6) -> list[Period]:
    """The present half-year, the one to come, and those before."""
    newest = Period.at(Span.HALF, today).next
    halves = [newest]
    while len(halves) < count:
        halves.append(halves[-1].previous)
    return halves


def usual_half(today: date) -> Period:
    """The half that people mean: the present one, and in its first two months still the one before."""
    return Period.at(Span.HALF, add_months(today, -2))
