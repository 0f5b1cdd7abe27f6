"""A year's limits by month: which step of whom is due when, probations that end, checks and reports. Made to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from branches.choosing import BranchChoice
from branches.models import Branch
from members.development.course import Course, Measure
from members.development.exits import probation_of
from members.development.extra import title_of
from members.development.models import Path
from partywork.lists import FilterForm
from partywork.periods import Period, Span, today


@dataclass(frozen=True)
class Date:
    """One line of the calendar."""

    day: date
    path: Path
    what: str
    kind: str  # due: the last day of a step; opens: the first day; ends: probation is over
    overdue: bool = False


def dates_of(path: Path, measure: Measure) -> list[Date]:
    """The days of one path that are still to come, or were missed; no query."""
    course = Course.of(path)
    found = []
    for window in course.next_windows(measure):
        starts, title = window.blocked_before or window.earliest, title_of(window.step.key)
        if window.latest:
            found.append(Date(window.latest, path, f"{title}：最迟", "due", window.latest < measure.today))
        if starts and starts > measure.today:
            found.append(Date(starts, path, f"{title}：起可以办理", "opens"))
    if "approval" in course.dates and "full_meeting" not in course.dates and not course.exits.over:
        found.append(Date(probation_of(course.dates["admission"], course.exits).full_from, path, "预备期满", "ends"))
    return found


class CalendarForm(FilterForm):
    branch = BranchChoice(label="支部", required=False, empty_label="全部支部")
    year = forms.TypedChoiceField(label="年度", coerce=int, required=False)


@require_safe
def development_calendar(request: HttpRequest) -> HttpResponse:
    request.user.require("development.view")
    measure = Measure.of(today())
    form = calendar_form(request, measure.today)
    right = form.is_valid()
    year = (right and form.cleaned_data["year"]) or measure.today.year
    branch = form.cleaned_data["branch"] if right else None
    rows = Path.objects.visible_to(request.user).open().with_course() if right else Path.objects.none()
    found = [each for path in rows if branch is None or path.place == branch for each in dates_of(path, measure)]
    return render(request, "development/calendar.html", {
        "form": form, "year": year, "months": months_of(year, found), "today": measure.today, "branch": branch,
        "late": sorted((each for each in found if each.overdue and each.day.year < year), key=lambda each: each.day),
        "unknown": year not in measure.calendar.years, "count": sum(each.day.year == year for each in found),
    })  # fmt: skip


def calendar_form(request: HttpRequest, day: date) -> CalendarForm:
    data = request.GET.copy()
    data.setdefault("year", str(day.year))
    form = CalendarForm(data)
    form.fields["branch"].queryset = Branch.objects.filter(request.user.reach("development.view")).leaves()
    form.fields["year"].choices = [(str(year), f"{year}年") for year in range(day.year - 1, day.year + 3)]
    if form.fields["branch"].only:
        form.fields["branch"].widget = forms.HiddenInput()
    return form


def months_of(year: int, found: list[Date]) -> list[dict]:
    """Twelve months with their days in order."""
    months = Period.at(Span.YEAR, date(year, 1, 1)).split(Span.MONTH)
    return [{"period": month, "dates": sorted((each for each in found if each.day in month), key=lambda each: (each.day, each.path.pinyin))}
            for month in months]  # fmt: skip
