"""The board: everybody on the way, by stage, the nearest limit first. Windows are reckoned as the page is made: settings and
holidays may have changed since a step was entered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import django_filters
from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST, require_safe

from branches.choosing import BranchFilter
from branches.models import Branch
from members.development.course import Course, Measure
from members.development.extra import LABELS, REPEATED, REPORTED, rule_of, title_of
from members.development.models import Path, State, Submission
from members.development.shape import Stage
from members.development.views import STANDING, may_open, unknown_years
from members.development.windows import Window
from members.rules import cn
from partywork.exports import export_rows
from partywork.lists import Column, SiteFilterSet, kept_fields, page_of
from partywork.periods import today

A_COLUMN = 8  # so many cards of a stage stand on the board; the rest is in the stage's own list
A_PAGE = 25


class BoardFilter(SiteFilterSet):
    """Nothing asked for: everybody who is still on the way."""

    words = django_filters.CharFilter(label="姓名或拼音")
    branch = BranchFilter(
        label="支部", queryset=lambda request: Branch.objects.filter(request.user.reach("development.view")).leaves(),
        empty_label="全部支部",
    )  # fmt: skip
    stage = django_filters.ChoiceFilter(label="阶段", choices=[(each.value, each.label) for each in Stage], empty_label="全部阶段")
    state = django_filters.ChoiceFilter(label="状态", choices=State.choices, empty_label="进行中")

    @cached_property
    def form(self) -> forms.Form:
        form = super().form
        if form.fields["branch"].only:
            form.fields["branch"].widget = forms.HiddenInput()
        return form

    def filter_queryset(self, rows):
        asked = self.form.cleaned_data
        rows = rows.filter(state=asked["state"] or State.OPEN)
        if asked["words"]:
            rows = rows.search(asked["words"])
        if asked["branch"]:
            rows = rows.filter(Q(member=None, branch=asked["branch"]) | Q(member__latest__branch=asked["branch"]))
        return rows.filter(stage=asked["stage"]) if asked["stage"] else rows


@dataclass
class Card:
    """One person on the board: what comes next and until when."""

    path: Path
    step: str = ""
    text: str = ""
    due: date | None = None
    overdue: bool = False
    early: bool = False
    standing: str = ""
    rule: str = ""

    @property
    def order(self) -> tuple:
        return (not self.overdue, self.early, self.due or date.max, self.path.pinyin, self.path.pk)


def card_of(path: Path, measure: Measure) -> Card:
    """No query for a path that came `with_course`."""
    course = Course.of(path)
    card = Card(path, standing=STANDING.get(course.standing, ""))
    if path.state != State.OPEN:
        last = course.records[-1] if course.records else None
        card.text = f"{LABELS[last.key]}，{cn(last.done_on)}" if last else ""
        return card
    return _open_card(card, course, measure)


def _open_card(card: Card, course: Course, measure: Measure) -> Card:
    """What is late comes before what waits above, and that before what may come next."""
    windows = course.next_windows(measure)
    late = next((each for each in windows if each.latest and each.latest < measure.today), None)
    waiting = next((each.key for each in course.submissions if each.state == "waiting"), "") or course.undecided
    if waiting and not late:
        card.step, card.rule = title_of(waiting), rule_of(waiting)
        card.text = f"待上级党委{REPORTED[waiting]}" if course.waiting(waiting) else f"待报送{REPORTED[waiting]}"
        window = next((each for each in windows if each.step.key == waiting), None)
        card.due = window and window.latest
        return card
    chosen = late or next((each for each in windows if each.step.key not in REPEATED), None) or next(iter(windows), None)
    return _dated(card, chosen, measure.today) if chosen else card


def _dated(card: Card, window: Window, day: date) -> Card:
    starts = window.blocked_before or window.earliest
    card.step, card.due, card.early = title_of(window.step.key), window.latest, bool(starts and starts > day)
    card.overdue, card.rule = bool(window.latest and window.latest < day), window.step.rule_id
    card.text = f"{cn(starts)}起可以办理" if card.early else "可以办理"
    return card


def cards_of(paths: Iterable[Path], measure: Measure) -> list[Card]:
    """Everybody of paths that came `with_course`, the overdue first."""
    return sorted((card_of(path, measure) for path in paths), key=lambda card: card.order)


def asked_cards(request: HttpRequest, measure: Measure, data) -> tuple[BoardFilter, list[Card]]:
    found = BoardFilter(data, queryset=Path.objects.visible_to(request.user), request=request)
    return found, cards_of(found.qs.with_course(), measure)


@require_safe
def development(request: HttpRequest) -> HttpResponse:
    request.user.require("development.view")
    measure = Measure.of(today())
    found, cards = asked_cards(request, measure, request.GET)
    asked = found.form.cleaned_data if found.is_valid() else {}
    listed = bool(asked.get("stage") or asked.get("words") or asked.get("state") or request.GET.get("view") == "list")
    whole = {"filter_form": found.form, "cards": cards, "filtered": any(asked.values()), "kept": kept_fields(found.form),
             "overdue": sum(card.overdue for card in cards), "unknown_years": unknown_years(measure), "today": measure.today,
             "can_add": may_open(request.user), "waiting": waiting_of(request), "total": len(cards),
             "single": found.form.fields["branch"].widget.is_hidden, "listed": listed}  # fmt: skip
    shown = {"page_obj": page_of(cards, request.GET.get("page"), A_PAGE)} if listed else {"columns": columns_of(cards)}
    return render(request, "development/board.html", whole | shown)


def waiting_of(request: HttpRequest) -> int:
    return Submission.objects.visible_to(request.user).waiting().count()


def columns_of(cards: list[Card]) -> list[dict]:
    """The five stages with their first cards."""
    by_stage = {stage: [card for card in cards if card.path.stage == stage.value] for stage in Stage}
    return [{"stage": stage, "label": stage.label, "cards": same[:A_COLUMN], "count": len(same), "more": max(0, len(same) - A_COLUMN),
             "overdue": sum(card.overdue for card in same)} for stage, same in by_stage.items()]  # fmt: skip


BOARD_COLUMNS = [
    Column("name", "姓名", "path.name", 12), Column("branch", "支部", lambda card: card.path.place.short_name, 22),
    Column("standing", "身份", "standing", 14), Column("stage", "阶段", lambda card: card.path.get_stage_display(), 26),
    Column("state", "状态", lambda card: card.path.get_state_display(), 10), Column("step", "下一步", "step", 30),
    Column("text", "情况", "text", 26), Column("due", "最迟日期", "due", 14),
    Column("overdue", "超期", lambda card: "是" if card.overdue else "", 8),
]  # fmt: skip


@require_POST
def development_export(request: HttpRequest) -> HttpResponse:
    """The board with its filter, whole."""
    request.user.require("development.view")
    measure = Measure.of(today())
    found, cards = asked_cards(request, measure, request.POST)
    return export_rows(actor=request.user, name=f"发展党员进度（{cn(measure.today)}）", columns=BOARD_COLUMNS, rows=cards, asked=found.form)


