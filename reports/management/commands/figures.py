"""manage.py figures [--branch CODE] --period 2026H1 [--json]: every figure with its value, definition and number of rows."""
from __future__ import annotations

import json

from django.core.management.base import BaseCommand

from reports.making import figures_for, scope_of
from reports.management.scope import add_scope, find_branch, find_period
from reports.values import Computed, computed, value_text


class Command(BaseCommand):
    help = "列出全部指标：代码、名称、数值、单位、口径和来源记录数。"

    def add_arguments(self, parser) -> None:
        add_scope(parser)
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args, **options) -> None:
        branch, period = find_branch(options["branch"]), find_period(options["period"])
        found = computed(figures_for(branch), scope_of(branch), period)
        if options["json"]:
            answer = {"branch": branch.code, "branch_name": branch.name, "period": period.code, "period_label": period.label,
                      "figures": [as_json(each) for each in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"{branch.name}　{period.label}　共 {len(found)} 项指标")
        for each in found:
            unit = "" if each.figure.unit == "%" or isinstance(each.value, list) else each.figure.unit
            self.stdout.write(f"{each.figure.key}\t{each.figure.label}\t{value_text(each.value, each.figure.unit)}{unit}"
                              f"\t来源 {len(each.ids)} 条\t{each.figure.definition}")


def as_json(one: Computed) -> dict:
    """One figure for machines; `rows` is the number of source rows."""
    figure = one.figure
    return {"key": figure.key, "label": figure.label, "value": one.value, "unit": figure.unit,
            "definition": figure.definition, "rows": len(one.ids)}
