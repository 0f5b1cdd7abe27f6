"""The habits of every form: Chinese sentences that name the field, tolerant dates, nothing invisible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.forms.utils import pretty_name
from django.utils.functional import cached_property

from partywork.periods import DATE_YEARS
from partywork.selects import written_at_once
from partywork.tokens import TokenForm
from partywork.versions import VersionForm

__all__ = ["DateField", "FormHabits", "SiteForm", "SiteModelForm", "TokenForm", "VersionForm", "read_date"]

FIRST_YEAR, LAST_YEAR = DATE_YEARS[0], DATE_YEARS[-1]
LARGEST_NUMBER = 10**15
DATE = re.compile(
    r"(\d{4})\s*(?:[-/.年])\s*(\d{1,2})\s*(?:[-/.月])\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})", re.ASCII
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ONE_LINE = re.compile("[\t\n\r\u2028\u2029]")
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200c\u2060-\u2064\ufeff]|(?<![\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d"
)
NOT_TYPED = (forms.GenericIPAddressField, forms.UUIDField, forms.JSONField)
CHOOSING = (forms.ChoiceField, forms.ModelChoiceField)


def ascii_digits(value: Any) -> Any:
    """Full-width digits, points, dashes and colons as an input method leaves them: １２．５ is 12.5."""
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value


def read_date(value: Any, label: str = "日期") -> date | None:
    """A date out of 2026-06-03, 2026/6/3, 2026.6.3, 2026年6月3日 or 20260603, within 1900-2099."""
    if value in (None, "") or isinstance(value, date):
        return getattr(value, "date", lambda: value)() if value else None
    text = ascii_digits(str(value))
    match = DATE.fullmatch(text)
    if not match:
        raise ValidationError(f"{label}看不明白，请按 2026-06-03 的样子填写。", code="invalid")
    year, month, day = (int(part) for part in match.groups() if part)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"{label}应在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间。", code="invalid")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValidationError(f"{label}不对：{year}年{month}月没有{day}日。", code="invalid") from None


class DateField(forms.DateField):
    """Takes the ways people write dates; shows the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        return read_date(value, str(self.label or "日期"))


def tidy_text(value: str, many_lines: bool) -> str:
    """What pasting from Word and chat programs leaves behind, taken out where it means nothing."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if many_lines:
        text = re.sub("[\x0b\x0c\u2028\u2029]", "\n", text)
        text = INVISIBLE.sub("", text)
    return text.strip()


def refuse_hidden(text: str, label: str, many_lines: bool) -> None:
    """Characters nobody sees, or that make text look like another text, are refused with their place."""
    checks = [(CONTROL, "控制字符"), (BIDI, "改变文字方向的字符"), (INVISIBLE, "看不见的字符")]
    if not many_lines:
        checks.append((ONE_LINE, "换行或制表符"))
    for pattern, what in checks:
        if found := pattern.search(text):
            near = CONTROL.sub("", text[max(0, found.start() - 4) : found.start()])
            place = f"“{near}”后面" if near else "开头"
            raise ValidationError(f"{label}的{place}有{what}，请删去后重新输入这几个字。", code="hidden")


class FormHabits:
    """Mixed into every form of the site, before forms.Form or forms.ModelForm."""

    use_required_attribute = False  # the browser's own bubbles are not ours; the server answers in Chinese

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in list(self.fields.items()):
            if type(field) is forms.DateField:
                self.fields[name] = field = our_date_field(field)
            if field.label is None:
                field.label = pretty_name(name)
            self.prepare_field(name, field)

    def prepare_field(self, name: str, field: forms.Field) -> None:
        label = str(field.label or name)
        field.widget = written_at_once(field.widget)
        field.error_messages |= unless_given(field, messages_for(field, label))
        field.widget.attrs.pop("maxlength", None)  # browsers cut a pasted text there without a word
        field.validators = [reworded(validator, label) for validator in field.validators]
        if is_plain_text(field):
            field.to_python = text_reader(field, label)
        elif isinstance(field, (forms.IntegerField, forms.TimeField, forms.DateTimeField)):
            field.to_python = digits_reader(field)
            bound_number(field, label)

    @cached_property
    def helper(self) -> FormHelper:
        """Fields only: the page writes <form novalidate>, the CSRF token and the buttons."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = helper.render_hidden_fields = True
        return helper


class SiteForm(FormHabits, forms.Form):
    """A plain form."""


class SiteModelForm(FormHabits, forms.ModelForm):
    """A form of one row."""


def our_date_field(field: forms.DateField) -> DateField:
    """Model forms make Django's own; ours takes its place with the same words."""
    return DateField(
        required=field.required, label=field.label, initial=field.initial, help_text=field.help_text,
        disabled=field.disabled, validators=field.validators,
    )  # fmt: skip


def is_plain_text(field: forms.Field) -> bool:
    """Text that a person types: not passwords, whose characters are nobody's business, nor addresses."""
    typed = isinstance(field, forms.CharField) and not isinstance(field, NOT_TYPED)
    return typed and not isinstance(field.widget, forms.PasswordInput)


def text_reader(field: forms.CharField, label: str) -> Callable[[Any], Any]:
    original, many_lines = field.to_python, isinstance(field.widget, forms.Textarea)

    def read(value: Any) -> Any:
        if isinstance(value, str):
            value = tidy_text(value, many_lines)
            refuse_hidden(value, label, many_lines)
        return original(value)

    return read


def digits_reader(field: forms.Field) -> Callable[[Any], Any]:
    original = field.to_python
    return lambda value: original(ascii_digits(value))


def bound_number(field: forms.Field, label: str) -> None:
    """A number without a limit of its own still has to fit both databases and Excel."""
    if isinstance(field, forms.IntegerField) and field.max_value is None:
        field.validators.append(MaxValueValidator(LARGEST_NUMBER, f"{label}太大了。"))
        field.validators.append(MinValueValidator(-LARGEST_NUMBER, f"{label}太小了。"))


def messages_for(field: forms.Field, label: str) -> dict[str, str]:
    """Sentences that name the field and say what to do."""
    choosing = isinstance(field, CHOOSING)
    verb = "上传" if isinstance(field, forms.FileField) else "选择" if choosing else "填写"
    said = {"required": f"请{verb}{label}。"}
    if choosing:
        said["invalid_choice"] = f"{label}里没有这一项，请重新选择。"
        said["invalid_list"] = said["invalid_pk_value"] = said["invalid_choice"]
    elif isinstance(field, forms.BooleanField):
        said["required"] = f"请勾选“{label}”。"
    elif isinstance(field, forms.IntegerField):
        said["invalid"] = f"{label}应填写{'整数' if is_whole(field) else '数字'}。"
    elif isinstance(field, forms.TimeField):
        said["invalid"] = f"{label}看不明白，请按 14:30 的样子填写。"
    elif isinstance(field, forms.FileField):
        said |= {
            "empty": f"{label}是空文件，请重新选择。",
            "missing": said["required"],
            "invalid": said["required"],
        }
        said["contradiction"] = f"{label}：不能既上传新文件又要求清除。"
    return said


def is_whole(field: forms.Field) -> bool:
    return not isinstance(field, (forms.FloatField, forms.DecimalField))


def unless_given(field: forms.Field, said: dict[str, str]) -> dict[str, str]:
    """Without the messages that the form's author wrote for this field."""
    defaults: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        defaults |= getattr(kind, "default_error_messages", {})
    return {code: text for code, text in said.items() if field.error_messages.get(code) == defaults.get(code)}


LIMITS = {
    MaxLengthValidator: "最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请缩短。",
    MinLengthValidator: "至少 %(limit_value)d 个字，现在只有 %(show_value)d 个。",
    MaxValueValidator: "不能大于 %(limit_value)s。",
    MinValueValidator: "不能小于 %(limit_value)s。",
}


def reworded(validator: Any, label: str) -> Any:
    """A limit in a Chinese sentence with the field's name, on a copy: validators are shared between forms."""
    if type(validator) not in LIMITS or validator.message != type(validator).message:
        return validator
    ours = copy(validator)
    ours.message = label.replace("%", "%%") + LIMITS[type(validator)]
    return ours
