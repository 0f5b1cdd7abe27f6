"""Local requirements: what this bureau asks for beside the regulation's papers, such as 双推双评三全程."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from members.development import items
from members.development.extra import title_of
from members.development.models import LocalItem
from members.development.steps import SET_2026
from partywork.answers import answer_form, posted
from partywork.forms import DateField, SiteForm, TokenForm
from partywork.periods import today
from partywork.tokens import make_once


class ItemForm(SiteForm, TokenForm):
    key = forms.ChoiceField(label="步骤", choices=[("", "请选择"), *((step.key, title_of(step.key)) for step in SET_2026.steps)])
    name = forms.CharField(label="材料或事项", max_length=60)
    scheme = forms.CharField(label="所属做法", max_length=30, required=False, help_text="例如：双推双评三全程。")
    start_on = DateField(label="从哪一天起")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start_on"].initial = today()


@require_http_methods(["GET", "HEAD", "POST"])
def local_items(request: HttpRequest) -> HttpResponse:
    """Shown to whoever sees paths; set by whoever sets local practice."""
    request.user.require("development.view" if request.method != "POST" else items.BUREAU)
    form = ItemForm(posted(request))

    def act(values: dict) -> HttpResponse:
        made, fresh = make_once(LocalItem, values["form_token"], request.user, lambda: items.add_item(actor=request.user, **values))
        if fresh:
            messages.success(request, f"已增加“{made.name}”，登记{title_of(made.key)}时会列出。")
        return redirect("local_items")

    rows = list(LocalItem.objects.all())
    for row in rows:
        row.title = title_of(row.key)
    rows.sort(key=lambda row: (row.stop_on is not None, [step.key for step in SET_2026.steps].index(row.key), row.pk))
    return answer_form(request, form, "development/items.html", act, rows=rows, may=request.user.can(items.BUREAU))


@require_POST
def local_item_end(request: HttpRequest, pk: int) -> HttpResponse:
    request.user.require(items.BUREAU)
    item = get_object_or_404(LocalItem, pk=pk)
    items.end_item(actor=request.user, item=item, day=today())
    messages.success(request, f"“{item.name}”已停用。")
    return redirect("local_items")
