"""One-time form tokens: the same form sent twice makes one thing, and both answers lead to it.

The creating form carries a hidden random `form_token`; the thing made keeps it in a unique column. Whoever
comes second, a moment or an hour later, is led to what the first made.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db import IntegrityError, models, transaction

Row = TypeVar("Row", bound=models.Model)


class TokenStamped(models.Model):
    """Mixed into every model that a form creates."""

    form_token = models.UUIDField("表单编号", unique=True, null=True, editable=False)

    class Meta:
        abstract = True


class TokenForm(forms.Form):
    """Mixed into every creating form, plain or ModelForm: a fresh token when shown, the posted one after.

    A token that is missing or not a UUID is replaced by a new one: a typed text is worth more than the guard.
    """

    form_token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_token"].initial = uuid.uuid4

    def clean_form_token(self) -> uuid.UUID:
        try:
            return uuid.UUID(self.cleaned_data["form_token"])
        except ValueError:
            return uuid.uuid4()


def already_made(
    model: type[Row], token: uuid.UUID | str | None, owner: Any, by: str | None = "created_by"
) -> Row | None:
    """What this person's earlier POST of the same form made, if anything.

    `by` is the maker's column. Where the model has none the token alone decides: only its form knows it.
    """
    token = as_uuid(token)
    if token is None:
        return None
    known = by and any(field.name == by for field in model._meta.fields)
    return model._base_manager.filter(form_token=token, **({by: owner} if known else {})).first()


def as_uuid(token: uuid.UUID | str | None) -> uuid.UUID | None:
    try:
        return token if isinstance(token, uuid.UUID) else uuid.UUID(token or "")
    except ValueError:
        return None


def make_once(
    model: type[Row],
    token: uuid.UUID | str | None,
    owner: Any,
    make: Callable[[], Row],
    by: str | None = "created_by",
) -> tuple[Row, bool]:
    """The row for this token and whether it was made just now.

    Two at the same moment: the unique column lets one through, the other's act is rolled back whole (journal
    entry included) and it gets the first's row.
    """
    if row := already_made(model, token, owner, by):
        return row, False
    try:
        with transaction.atomic():
            return make(), True
    except IntegrityError:
        row = already_made(model, token, owner, by)
        if row is None:
            raise
        return row, False
