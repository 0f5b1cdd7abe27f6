"""The organisation's own practice of dues on a day, as the book of rules has it. One query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from branches.rule_settings import entries_on
from members.dues import rules


@dataclass(frozen=True)
class Practice:
    farmer_jiao: int
    adjust: str
    collect_day: int
    grace: int
    first_month: str
    retired_by_branch: bool
    share_of_branch: int
    share_of_committee: int
    unit: str
    way: str
    formula: Mapping[str, bool]

    def base(self, category: str, items: Mapping[str, Decimal]) -> Decimal | None:
        """What a member's dues are reckoned from; None where the amount is fixed."""
        match category:
            case "salaried":
                return rules.base_of(items, self.formula)
            case "self_employed":
                return rules.quarter_mean(items.get("quarter", Decimal(0)))
            case "annual" | "retired":
                return rules.to_fen(items.get("received", Decimal(0)))
        return None

    def monthly(self, category: str, base: Decimal | None) -> Decimal:
        return rules.monthly_dues(category, base, farmer_jiao=self.farmer_jiao, unit=self.unit, way=self.way)

    def part(self, whole: Decimal, share: Decimal) -> Decimal:
        """Half a month's dues, by the same rounding."""
        return whole if share == 1 else rules.rounded(whole * share, self.unit, self.way)

    def share_for(self, kind: str) -> int:
        """Percent that an organisation of this kind hands up."""
        return self.share_of_committee if kind == "committee" else self.share_of_branch


def practice_on(day: date) -> Practice:
    figures = {entry.rule.id: entry.figures for entry in entries_on(max(day, rules.FIRST_DAY)) if entry.rule.id.startswith("DUE-")}
    yearly, upward, rounding = figures["DUE-7"], figures["DUE-18"], figures["DUE-19"]
    return Practice(
        farmer_jiao=figures["DUE-5"]["jiao"], adjust=yearly["adjust"], collect_day=yearly["collect_day"], grace=yearly["grace"],
        first_month=figures["DUE-8"]["first_month"], retired_by_branch=figures["DUE-11"]["retired_by_branch"],
        share_of_branch=upward["branch"], share_of_committee=upward["committee"], unit=rounding["unit"], way=rounding["way"],
        formula=figures["DUE-21"],
    )  # fmt: skip
