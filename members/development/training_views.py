"""Training classes: the list, one class with its sheet of participants and hours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from branches.models import Branch
from members.development import training as acts
from members.development.models import Path, Trainee, TrainingClass
from members.forms import two_columns
from partywork.answers import answer_form, posted
from partywork.errors import RuleViolation, StaleVersion
from partywork.forms import SiteForm, SiteModelForm, TokenForm, VersionForm
from partywork.lists import list_page
from partywork.periods import today
from partywork.tokens import make_once

PASSED = (("", "未定"), ("yes", "合格"), ("no", "不合格"))


class ClassForm(SiteModelForm):
    class Meta:
        model = TrainingClass
        fields = ["title", "organiser", "place", "start_on", "stop_on", "days", "hours"]
        help_texts = {"days": "一般不少于3天，或者24学时。", "organiser": "基层党委或者县级党委组织部门。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            two_columns("培训班", "title", "organiser", "start_on", "stop_on", "days", "hours", "place"),
            *(name for name in ("form_token", "version") if name in self.fields),
        )

    def facts(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewClassForm(ClassForm, TokenForm):
    pass


class EditClassForm(ClassForm, VersionForm):
    pass


@require_safe
def trainings(request: HttpRequest) -> HttpResponse:
    request.user.require("development.view")
    mine = Q(trainees__path__in=Path.objects.visible_to(request.user))
    rows = TrainingClass.objects.visible_to(request.user).annotate(
        taking=Count("trainees", filter=mine, distinct=True),
        passing=Count("trainees", filter=mine & Q(trainees__passed=True), distinct=True),
    )
    context = list_page(request, rows.order_by("-start_on", "-id"))
    return render(request, "development/trainings.html", context | {"can_add": bool(homes_of(request))})


def homes_of(request: HttpRequest) -> list[Branch]:
    """The committees for which this account may hold a class."""
    return list(Branch.objects.filter(request.user.reach("development.approve"), kind="committee").order_by("path")[:1])


def training_of(request: HttpRequest, pk: int) -> TrainingClass:
    return get_object_or_404(TrainingClass.objects.visible_to(request.user).select_related("branch"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def training_new(request: HttpRequest) -> HttpResponse:
    request.user.require("development.approve")
    form = NewClassForm(posted(request))

    def act(values: dict) -> HttpResponse:
        home = homes_of(request)
        if not home:
            raise RuleViolation("培训班由基层党委举办，请由机关党委登记。")
        made, _ = make_once(TrainingClass, values["form_token"], request.user, lambda: acts.open_class(
            actor=request.user, branch=home[0], form_token=values["form_token"], **form.facts()))  # fmt: skip
        messages.success(request, "已登记培训班，请选择参训人员。")
        return redirect("training", made.pk)

    return answer_form(request, form, "development/training_form.html", act, heading="登记培训班")


@require_http_methods(["GET", "HEAD", "POST"])
def training_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = training_of(request, pk)
    request.user.require("development.approve", found)
    form = EditClassForm(posted(request), instance=training_of(request, pk))

    def act(values: dict) -> HttpResponse:
        acts.edit_class(actor=request.user, training=found, version=values["version"], **form.facts())
        messages.success(request, "培训班信息已保存。")
        return redirect("training", pk)

    return answer_form(request, form, "development/training_form.html", act, heading=f"修改{found}", training=found)


# --- one class ----------------------------------------------------------------------------------------------------------


class TakeForm(SiteForm):
    """Who of the candidates goes to the class."""

    paths = forms.ModelMultipleChoiceField(Path.objects.none(), label="可参训的发展对象", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paths"].queryset = rows
        self.fields["paths"].label_from_instance = lambda row: f"{row.name}（{row.branch.short_name}）"
        self.fields["paths"].error_messages["required"] = "请勾选参训人员。"


class HoursForm(SiteForm, VersionForm):
    """The sheet of a class: days, hours and result of everyone."""

    def __init__(self, *args: Any, training: TrainingClass, trainees: list[Trainee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trainees = trainees
        self.fields["version"].initial = training.version
        for row in trainees:
            whole = {"days": training.days, "hours": training.hours}
            for name, label in (("days", "天数"), ("hours", "学时")):
                value = getattr(row, name)
                self.fields[f"{name}-{row.pk}"] = forms.DecimalField(
                    label=f"{row.path.name}的{label}", min_value=0, max_digits=5, decimal_places=1, required=False,
                    initial=whole[name] if value is None else value)  # fmt: skip
            self.fields[f"passed-{row.pk}"] = forms.ChoiceField(
                label=f"{row.path.name}的结果", choices=PASSED, required=False,
                initial={True: "yes", False: "no"}.get(row.passed, ""))  # fmt: skip
        for name, field in self.fields.items():
            self.prepare_field(name, field)
            chosen = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select form-select-sm" if chosen else "form-control form-control-sm"

    def lines(self) -> list[dict]:
        shorts = (("days", "天数"), ("hours", "学时"), ("passed", "结果"))
        return [{"row": row, "fields": [{"short": short, "bound": self[f"{name}-{row.pk}"]} for name, short in shorts]}
                for row in self.trainees]  # fmt: skip

    def sheet(self) -> dict[int, tuple[Decimal | None, Decimal | None, bool | None]]:
        values = self.cleaned_data
        said = {"yes": True, "no": False}
        return {row.pk: (values[f"days-{row.pk}"], values[f"hours-{row.pk}"], said.get(values[f"passed-{row.pk}"]))
                for row in self.trainees}  # fmt: skip


def show_class(request: HttpRequest, found: TrainingClass, hours: HoursForm | None = None, status: int = 200) -> HttpResponse:
    may = request.user.can("development.approve", found)
    rows = trainees_of(request, found)
    candidates = acts.candidates_for(request.user, found) if may else Path.objects.none()
    take = TakeForm(rows=candidates)
    over = found.stop_on <= today()
    return render(request, "development/training.html", {
        "training": found, "rows": rows, "may": may, "over": over, "take": take if may else None,
        "choices": list(take.fields["paths"].choices) if may else [],
        "hours": (hours or HoursForm(training=found, trainees=rows)) if may and over and rows else None,
    }, status=status)  # fmt: skip


def trainees_of(request: HttpRequest, found: TrainingClass) -> list[Trainee]:
    rows = found.trainees.visible_to(request.user).select_related("path", "branch")
    return list(rows.order_by("branch__path", "path__pinyin", "pk"))


@require_safe
def training(request: HttpRequest, pk: int) -> HttpResponse:
    return show_class(request, training_of(request, pk))


@require_POST
def training_take(request: HttpRequest, pk: int) -> HttpResponse:
    found = training_of(request, pk)
    request.user.require("development.approve", found)
    form = TakeForm(request.POST, rows=acts.candidates_for(request.user, found, listed=True))
    if not form.is_valid():
        messages.error(request, "请勾选参训人员，名单可能已有变化。")
        return redirect("training", pk)
    made = acts.take_trainees(actor=request.user, training=found, paths=list(form.cleaned_data["paths"]))
    messages.success(request, f"已列入{len(made)}名参训人员。")
    return redirect("training", pk)


@require_POST
def training_hours(request: HttpRequest, pk: int) -> HttpResponse:
    found = training_of(request, pk)
    request.user.require("development.approve", found)
    form = HoursForm(request.POST, training=found, trainees=trainees_of(request, found))
    status = 200
    if form.is_valid():
        try:
            told = acts.record_hours(actor=request.user, training=found, sheet=form.sheet(), version=form.cleaned_data["version"],
                                     today=today())  # fmt: skip
        except RuleViolation as why:
            form.add_error(None, why.message)
            status = 409 if isinstance(why, StaleVersion) else 200
        else:
            messages.success(request, "培训学时已登记，合格的已记入本人第11步。")
            for sentence in told:
                messages.warning(request, sentence)
            return redirect("training", pk)
    return show_class(request, training_of(request, pk), hours=form, status=status)
