"""Two people editing one record: the second is told, sees both texts and loses nothing.

The record has a `version`; the form carries the one it was made from; the write claims it with
UPDATE … WHERE version = …, so even two saves at the same instant have one winner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.db import models
from django.db.models import F

from partywork.errors import StaleVersion

Row = TypeVar("Row", bound=models.Model)
TOLD = "在您填写期间，这条记录已被他人修改。您填写的内容没有保存，也没有丢失，请对照后再提交。"


class Versioned(models.Model):
    """Mixed into every model that two people may edit."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta:
        abstract = True


class VersionForm(forms.Form):
    """Mixed into every editing ModelForm: carries the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = getattr(getattr(self, "instance", None), "version", None)

    def clean_version(self) -> int:
        """A form without its version counts as made from none at all: stale, never overwriting."""
        return self.cleaned_data.get("version") or 0


def claim_version(instance: Row, expected: int) -> None:
    """Take the next version, or raise StaleVersion with `.current`, the row as it is now."""
    rows = type(instance)._base_manager.filter(pk=instance.pk, version=expected)
    if not rows.update(version=F("version") + 1):
        raise stale(instance)
    instance.version = expected + 1


def stale(instance: Row) -> StaleVersion:
    error = StaleVersion(TOLD)
    error.current = type(instance)._base_manager.filter(pk=instance.pk).first()
    return error


@dataclass(frozen=True)
class ConflictRow:
    """One field on the conflict page."""

    name: str
    label: str
    theirs: str
    yours: str

    @property
    def same(self) -> bool:
        return self.theirs == self.yours


def conflict_context(form: forms.BaseForm, current: models.Model | None) -> dict[str, Any]:
    """For templates/ui/conflict.html: what they saved, what you typed, your form with the new version."""
    rows = [conflict_row(form[name], current) for name in form.fields if not form[name].is_hidden]
    if current is not None and "version" in form.fields:
        form.data = form.data.copy()
        form.data[form.add_prefix("version")] = current.version
    return {"form": form, "current": current, "message": TOLD, "rows": rows}


def conflict_row(bound: forms.BoundField, current: models.Model | None) -> ConflictRow:
    theirs = stored_value(bound.name, current)
    yours = getattr(bound.form, "cleaned_data", {}).get(bound.name, bound.value())
    return ConflictRow(bound.name, str(bound.label), words(bound.field, theirs), words(bound.field, yours))


def stored_value(name: str, current: models.Model | None) -> Any:
    if current is None or not hasattr(current, name):
        return None
    field = next((field for field in current._meta.get_fields() if field.name == name), None)
    if field is None:
        return getattr(current, name)
    return field.value_from_object(current) if hasattr(field, "value_from_object") else None


def words(field: forms.Field, value: Any) -> str:
    """A field's value as people read it, whether it comes from the database or from what was typed."""
    if isinstance(value, (list, tuple, set)):
        return "、".join(words(field, inner) for inner in value)
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or isinstance(field, forms.BooleanField):
        return "是" if value in (True, "on", "true", "True", "1") else "否"
    if isinstance(field, forms.ModelChoiceField):
        return chosen_row(field, value)
    text = dict(flat_choices(field)).get(str(value), str(value))
    return text.replace("\r\n", "\n").strip()


def flat_choices(field: forms.Field) -> Iterator[tuple[str, str]]:
    """A choice field's pairs, groups unfolded."""
    for key, label in getattr(field, "choices", ()):
        if isinstance(label, (list, tuple)):
            yield from ((str(inner), str(text)) for inner, text in label)
        else:
            yield str(key), str(label)


def chosen_row(field: forms.ModelChoiceField, value: Any) -> str:
    """The label of a chosen row; one out of this person's reach stays unnamed."""
    try:
        key = field.to_field_name or "pk"
        row = value if isinstance(value, models.Model) else field.queryset.get(**{key: value})
    except (field.queryset.model.DoesNotExist, ValueError, TypeError):
        return "（不可选）"
    return field.label_from_instance(row)
