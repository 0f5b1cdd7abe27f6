"""节假日: which days are off and which weekend days are worked, year by year. Everybody signed in may look it up."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.holiday_forms import ArrangementForm, EditYearForm, NewYearForm, RemoveYearForm
from branches.holiday_services import KnownYear, edit_year, enter_year, known_years, remove_year
from branches.holidays import BUILT_IN, Arrangement, built_in
from branches.models import HolidayYear
from partywork.answers import answer_form, made_before, posted
from partywork.converters import YearConverter
from partywork.periods import today

TOLD_IN = 11  # the month in which next year's arrangement is usually published


@require_safe
def holidays(request: HttpRequest) -> HttpResponse:
    years = known_years()
    return render(
        request,
        "holidays/list.html",
        {
            "years": [{"known": each, "rows": rows_of(each.arrangement)} for each in years],
            "wanting": wanting_years(years, today()),
            "can_edit": request.user.can("calendar.edit"),
        },
    )


def wanting_years(years: list[KnownYear], day: date) -> list[int]:
    """The years that should be known by now."""
    known = {each.arrangement.year for each in years}
    due = [day.year, day.year + 1] if day.month >= TOLD_IN else [day.year]
    return [year for year in due if year not in known]


def rows_of(arrangement: Arrangement) -> list[dict[str, Any]]:
    """One row for each holiday: its days off and the days worked in exchange."""
    return [row_of(name, [each for each in arrangement.stretches if each.name == name]) for name in arrangement.names]


def row_of(name: str, stretches: list) -> dict[str, Any]:
    off = [each for each in stretches if not each.works]
    count = sum(len(each.days) for each in off)
    return {
        "name": name or "其他调休",
        "off": "、".join(each.words for each in off) + (f"，共{count}天" if count > 1 else ""),
        "worked": "、".join(each.words for each in stretches if each.works),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def holiday_new(request: HttpRequest) -> HttpResponse:
    request.user.require("calendar.edit")
    form = NewYearForm(posted(request), initial=initial_of(request.GET.get("year", "")))

    def save(values: dict) -> HttpResponse:
        row = enter_year(actor=request.user, **values)
        messages.success(request, f"{row.year}年的节假日安排已录入，涉及工作日的期限按它推算。")
        return redirect("holidays")

    def again() -> HttpResponse | None:
        return made_before(request, HolidayYear, lambda row: redirect("holidays"))

    return answer_year(request, form, save, again=again, title="录入节假日安排")


def initial_of(typed: str) -> dict[str, Any]:
    """The form for a year named in the address; a year that the program brings along is there to be corrected."""
    if not re.fullmatch(YearConverter.regex, typed):
        return {}
    year = int(typed)
    if year not in BUILT_IN:
        return {"year": year}
    return {"year": year, "source": BUILT_IN[year][0], "lines": built_in(year).text}


@require_http_methods(["GET", "HEAD", "POST"])
def holiday_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(HolidayYear, pk=pk)
    request.user.require("calendar.edit")

    def save(values: dict) -> HttpResponse:
        edit_year(actor=request.user, row=row, **values)
        messages.success(request, f"{row.year}年的节假日安排已更正。")
        return redirect("holidays")

    form = EditYearForm(posted(request), instance=row)
    return answer_year(request, form, save, title=f"更正{row}", removable=pk)


def answer_year(request: HttpRequest, form: ArrangementForm, save, **context: Any) -> HttpResponse:
    """The first sending shows what was read; the second, of the same text, saves it."""

    def act(values: dict) -> HttpResponse:
        seen = values.pop("seen")
        if seen == form.mark:
            return save(values)
        form.show_again()
        shown = {"form": form, "preview": rows_of(form.arrangement), "arrangement": form.arrangement}
        return render(request, "holidays/form.html", context | shown)

    return answer_form(request, form, "holidays/form.html", act, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(HolidayYear, pk=pk)
    request.user.require("calendar.edit")

    def act(values: dict) -> HttpResponse:
        year = row.year
        remove_year(actor=request.user, row=row, **values)
        messages.success(request, f"{year}年录入的节假日安排已撤销，原来的内容留在操作日志里。")
        return redirect("holidays")

    after = "撤销后恢复使用系统自带的安排。" if row.year in BUILT_IN else "撤销后这一年只按双休日推算。"
    return answer_form(
        request, RemoveYearForm(posted(request), row=row), "holidays/remove.html", act, row=row, after=after
    )
