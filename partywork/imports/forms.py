"""The upload, the correction of the columns, and the filter above a preview."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError

from partywork.forms import SiteForm, TokenForm
from partywork.imports.models import ACTIONS, ImportBatch
from partywork.imports.registry import Importer
from partywork.lists import SiteFilterSet

LEFT_OUT = "不导入"


class UploadForm(SiteForm, TokenForm):
    """The file, and what the importer asks for besides."""

    file = forms.FileField(
        label="Excel 文件", widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text="只收 .xlsx。列名可以和模板不同，下一步会列出每一列怎么对应，可以改。上传后先逐行核对，确认以前不写入任何记录。",
    )  # fmt: skip

    def __init__(self, *args: Any, importer: Importer, account: Any, today: date, **kwargs: Any) -> None:
        self.asked = importer.fields(account, today)
        self.base_fields = {**self.asked, **type(self).base_fields}
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict:
        values = super().clean()
        for name, value in list(values.items()):
            if isinstance(value, date) and value > self.today:
                self.add_error(name, f"{self.fields[name].label}不能晚于今天。")
        return values

    def options(self) -> dict[str, str]:
        """The plain answers, as the import keeps them."""
        plain = {name: self.cleaned_data[name] for name in self.asked if not hasattr(self.cleaned_data[name], "pk")}
        return {name: value.isoformat() if isinstance(value, date) else str(value or "") for name, value in plain.items()}


class ColumnsForm(SiteForm):
    """For every column of the sheet: which known one it is, if any."""

    def __init__(self, *args: Any, importer: Importer, columns: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guessed = {place: name for name, place in columns["places"].items()}
        choices = [("", LEFT_OUT), *((each.name, each.label) for each in importer.columns)]
        self.places = [place for place, words in enumerate(columns["headings"]) if words or place in guessed]
        for place in self.places:
            words = columns["headings"][place] or f"第{place + 1}列"
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=words, choices=choices, required=False, initial=guessed.get(place, ""),
                error_messages={"invalid_choice": f"{words}：没有这一项，请重新选择。"},
            )  # fmt: skip

        self.helper.layout = Layout(Div(*self.fields, css_class="fields-2"))

    def clean(self) -> dict:
        values = super().clean()
        chosen = [name for name in values.values() if name]
        if len(chosen) != len(set(chosen)):
            raise ValidationError("有两列指定成了同一项，请只保留一列。")
        if not chosen:
            raise ValidationError("请至少指定一列。")
        return values

    def chosen(self) -> dict[str, int]:
        return {name: place for place in self.places if (name := self.cleaned_data[f"c{place}"])}


class RowFilter(SiteFilterSet):
    """Rows of a preview by what becomes of them and by the column in which something is wrong."""

    action = django_filters.ChoiceFilter(label="处理", choices=ACTIONS, empty_label="全部行")
    fault = django_filters.ChoiceFilter(label="有问题的列", field_name="fault_in", method="with_fault", empty_label="不限")
    words = django_filters.CharFilter(label="姓名或名称", field_name="title", lookup_expr="icontains")
    moved = django_filters.BooleanFilter(label="只看有变化的", widget=forms.CheckboxInput, method="only_moved")

    def __init__(self, data: Any, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        faults = batch.counts.get("faults", {})
        if not batch.counts.get("moved"):
            del self.filters["moved"]
        self.filters["fault"].extra["choices"] = [(label or "整行", f"{label or '整行'}（{count}行）") for label, count in faults.items()]

    def with_fault(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(fault_in__contains=f"|{'' if value == '整行' else value}|")

    def only_moved(self, rows: Any, name: str, value: bool | None) -> Any:
        return rows.filter(moved=True) if value else rows
