"""制度依据: every rule with its article, versions and calculator, and the organisation's own figures."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from branches.models import RuleSetting
from branches.rule_forms import CalculatorForm, RuleSettingForm
from branches.rule_settings import Entry, apply_entry, entries_on, entry_on, figure_words, set_rule_figures
from partywork.answers import answer_form, made_before, posted
from partywork.periods import today
from partywork.rules import TRUST, versions

FIRST = ("组织生活频次", "会议与表决", "选举", "组织设置", "学时与培训")
MARKS = {"V": "ok", "S": "info", "L": "warn", "M": "warn", "D": "muted"}


def place_of(group: str) -> int:
    """Where a group stands on the page; groups that later features add come last."""
    return FIRST.index(group) if group in FIRST else len(FIRST)


@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule in force, by group; open to everybody who is signed in."""
    entries = [
        {"entry": entry, "mark": MARKS[entry.rule.trust], "older": len(versions(entry.rule.id)) - 1}
        for entry in entries_on(today())
    ]
    entries.sort(key=lambda row: place_of(row["entry"].rule.group))
    groups = [(name, list(same)) for name, same in groupby(entries, key=lambda row: row["entry"].rule.group)]
    return render(
        request,
        "rules/list.html",
        {"groups": groups, "total": len(entries), "marks": [(TRUST[trust], MARKS[trust]) for trust in TRUST]},
    )


@require_safe
def rule_page(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule: its versions, its calculator and, where it is local practice, what was set when."""
    entry = shown_entry(rule_id, today())
    return render(
        request,
        "rules/detail.html",
        {
            "entry": entry,
            "rule": entry.rule,
            "mark": MARKS[entry.rule.trust],
            "versions": [
                {
                    "rule": each,
                    "now": each is entry.rule,
                    "last_day": each.valid_to and each.valid_to - timedelta(days=1),
                }
                for each in reversed(versions(rule_id))
            ],
            "settings": settings_of(entry),
            "may_set": request.user.can("bureau.edit") and bool(entry.rule.settings),
        }
        | calculation(request, entry),
    )


def shown_entry(rule_id: str, day: date) -> Entry:
    """The rule as it stands on a day; one that is no longer (or not yet) in force shows its last version."""
    known = versions(rule_id)
    if not known:
        raise Http404
    return entry_on(rule_id, day) or Entry(known[-1], None)


def settings_of(entry: Entry) -> list[dict]:
    if not entry.rule.settings:
        return []
    rows = RuleSetting.objects.filter(rule_id=entry.rule.id).select_related("set_by")
    return [
        {
            "row": row,
            "words": figure_words(entry.rule, entry.rule.figures | row.figures),
            "now": entry.setting is not None and row.pk == entry.setting.pk,
        }
        for row in rows
    ]


def calculation(request: HttpRequest, entry: Entry) -> dict:
    """The calculator's form and, once values were given, the answer by the version of the chosen day."""
    if not any(param.name in request.GET for param in entry.rule.params):
        return {"form": CalculatorForm(params=entry.rule.params)}
    form = CalculatorForm(request.GET, params=entry.rule.params)
    if not form.is_valid():
        return {"form": form}
    used = entry_on(entry.rule.id, form.cleaned_data["on"] or today())
    if used is None:
        form.add_error("on", "这条规则在这一天还没有施行。")
        return {"form": form}
    return {"form": form, "answer": apply_entry(used, form.values), "used": used}


@require_http_methods(["GET", "HEAD", "POST"])
def rule_setting(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Set the organisation's own figures for a rule of local practice."""
    request.user.require("bureau.edit")
    entry = shown_entry(rule_id, today())
    if not entry.rule.settings:
        raise Http404
    form = RuleSettingForm(posted(request), params=entry.rule.settings, figures=entry.figures)

    def act(values: dict) -> HttpResponse:
        set_rule_figures(
            actor=request.user,
            rule_id=rule_id,
            figures=form.values,
            valid_from=values["valid_from"],
            reason=values["reason"],
            form_token=values["form_token"],
        )
        messages.success(request, "已设置。以前的取值仍保留在“本单位的设置”里。")
        return redirect("rule", rule_id)

    def again() -> HttpResponse | None:
        return made_before(request, RuleSetting, lambda setting: redirect("rule", rule_id))

    return answer_form(request, form, "rules/setting.html", act, again=again, entry=entry, rule=entry.rule)
