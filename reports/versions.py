"""A made version beside the present: what stood in it then, and what the records say now."""
from __future__ import annotations

from dataclasses import dataclass

from reports.models import FrozenFigure, ReportVersion
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
