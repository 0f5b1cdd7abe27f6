"""Forms of the holiday calendar. What is saved is what was previewed: the form carries the preview's fingerprint."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.holidays import FIRST_YEAR, LAST_YEAR, Arrangement, fingerprint, read_lines
from branches.models import HolidayYear
from partywork.forms import SiteForm, SiteModelForm, TokenForm, VersionForm

HINT = (
    "一行一项，例如“2027-02-05 至 2027-02-11 春节”“2027-02-14 上班”；"
    "也可以把国务院办公厅通知里的各条（“一、元旦：1月1日……”）直接粘贴进来。"
)


class ArrangementForm(SiteModelForm):
    """The lines are read as soon as the year is known; every fault is told with the number of its line."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    arrangement: Arrangement | None = None

    class Meta:
        model = HolidayYear
        fields = ["source", "lines"]
        help_texts = {"source": "例如：国务院办公厅2026年11月4日通知。", "lines": HINT}
        widgets = {"lines": forms.Textarea(attrs={"rows": 12})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        year = cleaned.get("year") or self.instance.year
        if year and cleaned.get("lines"):
            self.arrangement, faults = read_lines(cleaned["lines"], year)
            for fault in faults:
                self.add_error("lines", fault)
        return cleaned

    @property
    def mark(self) -> str:
        """The fingerprint of what a valid form would save."""
        return fingerprint(self.arrangement, self.cleaned_data["source"])

    def show_again(self) -> None:
        """Turn the sent form into the one that confirms its preview."""
        self.data = self.data.copy()
        self.data["seen"] = self.mark


class NewYearForm(ArrangementForm, TokenForm):
    year = forms.IntegerField(label="年份", min_value=FIRST_YEAR, max_value=LAST_YEAR)

    class Meta(ArrangementForm.Meta):
        fields = ["year", *ArrangementForm.Meta.fields]


class EditYearForm(ArrangementForm, VersionForm):
    pass


class RemoveYearForm(SiteForm, VersionForm):
    reason = forms.CharField(label="原因", max_length=200, help_text="例如：录错了年份。")

    def __init__(self, *args: Any, row: HolidayYear, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = row.version
