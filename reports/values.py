"""Values of figures: computing many at once, making them storable, and writing them as people read them."""
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from partywork.figures import Cleared, Distinct, Figure, Listing, Ratio, Total, percent
from partywork.periods import Period
from partywork.tallies import tally

KEPT_IDS = 5000
LEADING_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2}) ")


@dataclass(frozen=True)
class Computed:
    """One figure as it stands: its value in storable form and the rows it was made from."""

    figure: Figure
    value: Any
    ids: list[Any]
    model: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.model}:{','.join(map(str, self.ids))}".encode()).hexdigest()


def computed(figures: Iterable[Figure], scope: QuerySet, period: Period) -> list[Computed]:
    """Value and source rows of each, counted by one statement."""
    figures = list(figures)
    found = tally(figures, scope, [period], keys=True)
    return [Computed(each, plain(found[each.key, period.code].value), found[each.key, period.code].keys,
                     each.ground.model._meta.label_lower) for each in figures]


def plain(value: Any) -> Any:
    """The same value in JSON's types."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent >= 0 else float(value)
    return value


def values_of(figures: Iterable[Figure], scope: QuerySet, periods: Iterable[Period]) -> dict[tuple[str, str], Any]:
    """{(key, period code): value} of many figures for some periods."""
    return {place: plain(each.value) for place, each in tally(figures, scope, periods).items()}


def shares_of(figure: Figure, scope: QuerySet, period: Period) -> dict[int, Any]:
    """{branch id: the figure's value in that organisation alone}; one query. Organisations without rows are left out."""
    rows = figure.rows(scope, period)
    branch = branch_path(rows.model)
    if branch is None or isinstance(figure.how, Listing):
        return {}
    if isinstance(figure.how, Cleared):
        return cleared_shares(figure.how, rows, branch)
    grouped = rows.order_by().annotate(share_branch=F(branch)).values("share_branch")
    match figure.how:
        case Total(column=column):
            grouped = grouped.annotate(share_number=Sum(column), share_base=Count("pk"))
        case Distinct(column=column):
            grouped = grouped.annotate(share_number=Count(column, distinct=True), share_base=Count("pk"))
        case Ratio(part=part, whole=whole):
            grouped = grouped.annotate(share_number=Sum(part), share_base=Sum(whole))
        case _:
            grouped = grouped.annotate(share_number=Count("pk"), share_base=Count("pk"))
    return {branch: _share(figure, number, base)
            for branch, number, base in grouped.values_list("share_branch", "share_number", "share_base")}


def cleared_shares(how: Cleared, rows: QuerySet, branch: str) -> dict[int, Any]:
    told: dict[int, list] = {}
    for pk, *pair in rows.order_by().values_list(branch, *how.columns).distinct():
        told.setdefault(pk, []).append(pair)
    return {pk: plain(how.share(pairs)) for pk, pairs in told.items()}


def _share(figure: Figure, number: Any, base: Any) -> Any:
    return plain(percent(number or 0, base or 0)) if isinstance(figure.how, Ratio) else plain(number or 0)


def branch_path(model: type) -> str | None:
    """How a source row leads to its organisation's id: the first relation of these that the model has."""
    names = {field.name for field in model._meta.get_fields()}
    if model._meta.label_lower == "branches.branch":
        return "pk"
    for name, path in (("branch", "branch_id"), ("meeting", "meeting__branch_id"), ("latest", "latest__branch_id")):
        if name in names:
            return path
    return None


def number_text(value: Any) -> str:
    """A number without needless zeros: 12, 97.5, 100."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def value_text(value: Any, unit: str) -> str:
    """A whole value in words, for tables: 12, 97.5%, 优秀3、合格5, or a dash when there is no base."""
    if value is None:
        return "—"
    if isinstance(value, list):
        return "；".join(_entry_text(each) for each in value) or "无"
    return number_text(value) + ("%" if unit == "%" else "")


def _entry_text(entry: Any) -> str:
    """优秀3; a word as it stands, with a date before it in Chinese."""
    if isinstance(entry, dict):
        return f"{entry['label']}{entry['count']}"
    return LEADING_DATE.sub(lambda found: f"{found[1]}年{int(found[2])}月{int(found[3])}日", str(entry))


def is_empty(value: Any) -> bool:
    """Whether a sentence about this value would have nothing to say."""
    return not value
