"""Forms of the reports: which organisation and period, options of an export, a template."""
from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from branches.choosing import BranchChoice
from branches.models import Branch
from partywork.forms import SiteForm, TokenForm
from partywork.lists import FilterForm
from partywork.periods import Period
from reports.making import Options
from reports.models import ReportTemplate
from reports.reading import recent_halves, usual_half

BRANCH_MISSING = "没有这个党组织，或不在您的查看范围内。"


class PeriodField(forms.ChoiceField):
    """A choice of half-years that also takes any other period somebody names in the address."""

    def valid_value(self, value: str) -> bool:
        return True

    def clean(self, value: str) -> Period:
        try:
            return Period.parse(super().clean(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


def _period_choices(today: date, *more: str) -> list[tuple[str, str]]:
    halves = {period.code: period.label for period in recent_halves(today)}
    for code in more:
        try:
            halves.setdefault(code, Period.parse(code).label)
        except ValueError:
            continue
    return list(halves.items())


class ScopeForm(FilterForm):
    """For whom and for when: the figures page and the rows behind a number."""

    branch = BranchChoice(label="党组织", empty_label=None)
    period = PeriodField(label="期间")

    def __init__(self, data: Any, *, reader, today: date) -> None:
        given = {"branch": data.get("branch", ""), "period": data.get("period") or usual_half(today).code}
        super().__init__(given)
        branch = self.fields["branch"]
        branch.queryset = Branch.objects.filter(reader.reach("reports.view"))
        branch.error_messages |= {"invalid_choice": BRANCH_MISSING}
        if not given["branch"] and (first := branch.first):
            given["branch"] = str(first.pk)
        self.fields["period"].choices = _period_choices(today, given["period"])

    @property
    def organisations(self) -> list[Branch]:
        """Everything within this reader's reach."""
        return self.fields["branch"].all_rows


class OpenReportForm(SiteForm):
    """A new report, or the one there is."""

    branch = BranchChoice(label="党组织", empty_label=None)
    period = PeriodField(label="期间", help_text="同一党组织同一期间只有一份报告，已建立的会直接打开。")

    def __init__(self, *args: Any, writer, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"period": usual_half(today).code})
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.filter(writer.reach("reports.edit"))
        self.fields["period"].choices = _period_choices(today)


class MakeForm(TokenForm, SiteForm):
    """The options of one export."""

    draft = forms.BooleanField(label="草稿：保留空缺的部分，标【待补】", required=False)
    appendix = forms.BooleanField(label="附数据来源表（每个指标的数值和口径）", required=False)
    template = forms.ModelChoiceField(ReportTemplate.objects.none(), label="模板", required=False, empty_label="内置模板（公文格式）")
    dated = forms.DateField(label="成文日期", required=False, help_text="写在署名下面；不填则没有署名和日期。")

    def __init__(self, *args: Any, writer, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"dated": today})
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = ReportTemplate.objects.usable()

    def options(self) -> Options:
        chosen = self.cleaned_data
        return Options(chosen["draft"], chosen["appendix"], chosen["template"] and chosen["template"].pk,
                       chosen["dated"].isoformat() if chosen["dated"] else "")


class TemplateForm(TokenForm, SiteForm):
    """A bureau's own Word template."""

    name = forms.CharField(label="名称", max_length=60, help_text="例如：县直机关工委报送格式。")
    file = forms.FileField(label="模板文件", help_text="Word 文档（.docx），不超过 20 MB。")


class PassageForm(SiteForm):
    """One hand-written passage."""

    section = forms.CharField(max_length=40)
    text = forms.CharField(label="文字", max_length=20_000, required=False, widget=forms.Textarea)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


class PointForm(SiteForm):
    """One judged point; the wording decides between taken over and reworded."""

    code = forms.CharField(max_length=80)
    text = forms.CharField(label="文字", max_length=1000, required=False, widget=forms.Textarea)
    state = forms.ChoiceField(label="处理", choices=[("accepted", "采用"), ("dropped", "不采用")])
