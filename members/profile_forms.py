"""The form of the personal file. What is sealed is never put into the page: an empty field leaves it as it is."""

from __future__ import annotations

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError

from members.forms import clean_phone, two_columns
from members.id_numbers import tidy_id_number, why_not_id_number
from members.models import Profile
from members.personal import SEALED, masked
from partywork.forms import SiteForm, SiteModelForm, VersionForm
from partywork.periods import today

NOTHING = "无"
PLAIN = [
    "nationality", "education", "degree", "school", "work", "position", "skill_title", "worked_from", "native_place",
    "household", "archive_unit", "marriage", "stratum", "front_line", "is_migrant_worker", "is_taiwanese", "joined_as",
    "joined_at", "applied_on", "activist_on", "candidate_on",
]  # fmt: skip


class ProfileForm(SiteModelForm, VersionForm):
    """`new_…` fields stand for the sealed ones."""

    new_id_number = forms.CharField(label="公民身份号码", max_length=40, required=False)
    new_landline = forms.CharField(label="固定电话", max_length=30, required=False)
    new_home_address = forms.CharField(label="家庭住址", max_length=200, required=False)
    new_residence = forms.CharField(label="现居住地", max_length=200, required=False)

    class Meta:
        model = Profile
        fields = PLAIN

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.member.version
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "未登记"), *(choice for choice in field.choices if choice[0])]
        for name in SEALED:
            self.fields[f"new_{name}"].help_text = self.kept(name)
        self.helper.layout = Layout(
            two_columns("身份", "new_id_number", "nationality", "native_place", "marriage", "household", "new_home_address",
                        "new_residence", "new_landline"),
            two_columns("学历和岗位", "education", "degree", "school", "work", "position", "skill_title", "worked_from",
                        "archive_unit"),
            two_columns("入党情况", "joined_as", "joined_at", "applied_on", "activist_on", "candidate_on"),
            two_columns("其他", "stratum", "front_line", "is_migrant_worker", "is_taiwanese"),
            "version",
        )  # fmt: skip

    def kept(self, name: str) -> str:
        now = masked(name, getattr(self.instance, name))
        return f"现为 {now}，不改请留空，要删除请填“{NOTHING}”。" if now else "保存后页面上只显示首尾几位。"

    def clean_new_id_number(self) -> str:
        number, person = tidy_id_number(self.cleaned_data["new_id_number"]), self.instance.member
        if number and number != NOTHING and (why := why_not_id_number(number, person.born_on, person.sex, today())):
            raise ValidationError(why)
        return number

    def clean_new_landline(self) -> str:
        text = self.cleaned_data["new_landline"]
        return text if text == NOTHING else clean_phone(text)

    def facts(self) -> dict:
        """What the service takes: the plain facts, and of the sealed ones those that were typed."""
        facts = {name: self.cleaned_data[name] for name in PLAIN}
        for name in SEALED:
            if typed := self.cleaned_data[f"new_{name}"]:
                facts[name] = "" if typed == NOTHING else typed
        return facts


class FindForm(SiteForm):
    """By the whole ID number, sent in the body: a number in an address would stay in histories and logs."""

    number = forms.CharField(label="身份证号", max_length=40)

    def clean_number(self) -> str:
        number = tidy_id_number(self.cleaned_data["number"])
        if why := why_not_id_number(number):
            raise ValidationError(why)
        return number
