"""The structure page: who the members of an organisation are on a day, beside another day; each number opens its people."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from branches.choosing import BranchChoice
from branches.models import Branch
from members import rules, structure
from members.exports import structure_columns
from members.models import Membership
from members.structure import Line, Table
from partywork.exports import export_rows
from partywork.forms import DateField
from partywork.lists import FilterForm, asked_of, kept_fields
from partywork.periods import today


class StructureForm(FilterForm):
    """Organisation and two days. What is left out has its default; the day to compare with may be emptied."""

    branch = BranchChoice(label="党组织", required=False, empty_label=None)
    day = DateField(label="统计日期", required=False)
    since = DateField(label="对比日期", required=False)

    def __init__(self, request: HttpRequest, day: date) -> None:
        self.today = day
        super().__init__(self.with_defaults(asked_of(request).copy(), day), auto_id="structure_%s")
        branch = self.fields["branch"]
        branch.queryset = Branch.objects.filter(request.user.reach("members.view"))
        if not self.data.get("branch") and (first := branch.first):
            self.data["branch"] = str(first.pk)
        if branch.only:
            branch.widget = forms.HiddenInput()

    @staticmethod
    def with_defaults(asked: QueryDict, day: date) -> QueryDict:
        """Compared with the end of the year before, as the yearly statistics are."""
        if "since" not in asked:
            asked["since"] = date(day.year - 1, 12, 31).isoformat() if not asked.get("day") else ""
        if not asked.get("day"):
            asked["day"] = day.isoformat()
        return asked

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day and day > self.today:
            raise forms.ValidationError("统计日期不能晚于今天。")
        return day

    def clean_since(self) -> date | None:
        since, day = self.cleaned_data["since"], self.cleaned_data.get("day")
        if since and day and since >= day:
            raise forms.ValidationError("对比日期应早于统计日期。")
        return since


def asked_structure(request: HttpRequest) -> tuple[StructureForm, dict]:
    """The form, and the tables when it is right; two queries, or one without a day to compare with."""
    request.user.require("org.view")
    form = StructureForm(request, today())
    if not form.is_valid() or form.cleaned_data["branch"] is None:
        return form, {}
    branch, day, since = (form.cleaned_data[name] for name in ("branch", "day", "since"))
    rows = Membership.objects.visible_to(request.user).within(branch)
    now = structure.counts(rows.active_on(day), day)
    before = structure.counts(rows.active_on(since), since) if since else None
    return form, {"branch": branch, "day": day, "since": since, "whole": now["all"], "whole_before": before and before["all"],
                  "tables": structure.tables(now, before)}  # fmt: skip


@require_safe
def members_structure(request: HttpRequest) -> HttpResponse:
    form, told = asked_structure(request)
    if told:
        told["sections"] = [section(table, told) for table in told["tables"]]
        told["roster_url"] = roster_url(told, told["day"])
        told["before_url"] = roster_url(told, told["since"]) if told["since"] else ""
    return render(request, "members/structure.html", told | {"form": form, "kept": kept_fields(form)})


def section(table: Table, told: dict) -> dict:
    """One table of the page: its lines with where each number leads."""
    peak = max((line.number for line in table.lines), default=0)
    rows = [{"line": line, "url": people_url(line, told, told["day"], line.number),
             "before_url": people_url(line, told, told["since"], line.before)} for line in table.lines]  # fmt: skip
    return {"label": table.dimension.label, "peak": peak, "rows": rows}


def people_url(line: Line, told: dict, day: date | None, number: int | None) -> str:
    return roster_url(told, day, band=line.code) if number and day else ""


def roster_url(told: dict, day: date, **more: str) -> str:
    return f"{reverse('members')}?{urlencode({'branch': told['branch'].pk} | more | {'day': day.isoformat()})}"


@require_POST
def structure_export(request: HttpRequest) -> HttpResponse:
    form, told = asked_structure(request)
    if not told:
        raise Http404
    lines = [(table.dimension.label, line) for table in told["tables"] for line in table.lines]
    name = f"{told['branch'].short_name}党员结构（{rules.cn(told['day'])}）"
    return export_rows(actor=request.user, name=name, columns=structure_columns(told["since"]), rows=lines, asked=form)
