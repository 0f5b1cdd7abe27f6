"""A made version beside the present: what stood in it then, and what the records say now."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reports.models import FrozenFigure, Report, ReportVersion
from reports.reading import FigureLine
from reports.values import value_text


@dataclass(frozen=True)
class ThenAndNow:
    frozen: FrozenFigure
    now: FigureLine | None

    @property
    def then_text(self) -> str:
        return value_text(self.frozen.value, self.frozen.unit)

    @property
    def changed(self) -> bool:
        return self.now is not None and self.now.changed


def figures_then_and_now(version: ReportVersion, lines: dict[str, FigureLine]) -> list[ThenAndNow]:
    """Every frozen figure in the report's order; `now` is missing where the figure is no longer counted."""
    return [ThenAndNow(row, lines.get(row.key)) for row in version.figures.defer("row_ids")]


@dataclass(frozen=True)
class VersionLine:
    """A version in the list; `changed` is the number of its figures that the records tell otherwise by now."""

    version: ReportVersion
    changed: int


def version_lines(report: Report, lines: dict[str, FigureLine]) -> list[VersionLine]:
    """The report's versions, the newest first."""
    frozen = FrozenFigure.objects.filter(version__report=report).values_list("version_id", "key", "value")
    changed = Counter(version for version, key, value in frozen if key in lines and lines[key].value != value)
    return [VersionLine(each, changed[each.pk]) for each in report.versions.select_related("made_by", "attachment")]
