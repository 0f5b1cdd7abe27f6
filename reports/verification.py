"""What of the reports `manage.py verify` proves: frozen figures and stored files are what they were when made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from partywork.figures import Rows, find_figure
from partywork.journal.models import Entry
from partywork.keeping.checks import Asked, verifies
from reports.models import FrozenFigure, ReportVersion


@verifies("冻结指标")
def frozen_figures_fit(asked: Asked) -> Iterator[str]:
    """The digest is that of the stored rows; there are as many as was said; a plain count is their number."""
    for row in FrozenFigure.objects.order_by("pk").iterator(500):
        if fault := fault_of(row):
            yield f"报告版本{row.version_id}的指标“{row.label}”（{row.key}）{fault}"


def fault_of(row: FrozenFigure) -> str:
    if row.row_ids is not None:
        text = f"{row.row_model}:{','.join(map(str, row.row_ids))}"
        if hashlib.sha256(text.encode()).hexdigest() != row.digest:
            return "来源记录与摘要不符。"
        if len(row.row_ids) != row.row_count:
            return f"来源记录数登记为 {row.row_count}，实有 {len(row.row_ids)}。"
    figure = find_figure(row.key)
    plain = figure is not None and figure.definition == row.definition and isinstance(figure.how, Rows)
    return f"数值 {row.value} 与来源记录数 {row.row_count} 不符。" if plain and row.value != row.row_count else ""


@verifies("报告文件")
def versions_are_as_journalled(asked: Asked) -> Iterator[str]:
    """The journal, which cannot be changed, holds the checksum of every report that was made."""
    entries = Entry.objects.filter(action="reports.make", target_type=ReportVersion._meta.label_lower, result="done")
    sealed = {target: changes.get("sha256", [None, ""])[1] for target, changes in entries.values_list("target_id", "changes")}
    versions = dict(ReportVersion.objects.values_list("pk", "attachment__sha256"))
    for pk, sha256 in sorted(versions.items()):
        if sealed.get(str(pk)) != sha256:
            yield f"报告版本{pk}的校验值与操作日志里的不同，或日志里没有生成它的记录。"
    for pk in sorted(set(sealed) - {str(pk) for pk in versions}):
        yield f"操作日志里生成过的报告版本{pk}不在了。"


@verifies("报告指标")
def versions_have_figures(asked: Asked) -> Iterator[str]:
    for pk in ReportVersion.objects.filter(figures=None).order_by("pk").values_list("pk", flat=True):
        yield f"报告版本{pk}没有冻结指标。"
