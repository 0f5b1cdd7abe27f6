"""What leaves the system as a file: workbooks, attachments, reports. It is asked for by POST, because a GET never writes and
every file that leaves stands in the journal: who took what; of rows also which and how many. There is no other door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest

from partywork.files.models import Attachment
from partywork.files.services import respond
from partywork.journal.services import register_actions, write_entry
from partywork.lists import Column, Order, asked_rows
from partywork.spreadsheets import XLSX, file_stem, write_file
from partywork.versions import flat_choices

register_actions({"list.export": "导出表格", "file.download": "下载文件"})


def export_list(
    request: HttpRequest,
    name: str,
    queryset: QuerySet,
    *,
    columns: Sequence[Column],
    filterset: Callable[..., django_filters.FilterSet] | None = None,
    ordering: dict[str, Order] | None = None,
) -> FileResponse:
    """The export of a list page: the same queryset, filter and order, whole. The view has asked for the right."""
    found, rows = asked_rows(request, queryset, filterset, ordering)
    return export_rows(
        actor=request.user, name=name, columns=columns, rows=rows.iterator(2000), asked=found and found.form
    )


def export_rows(
    *, actor: Any, name: str, columns: Sequence[Column], rows: Iterable[Any], asked: forms.Form | None = None
) -> FileResponse:
    """The workbook `name`.xlsx, once its entry is in the journal. A filter form (`asked`) that is wrong, or names what
    is out of reach, finds nothing (404): an export never falls back to more, or to none, than was asked for."""
    if asked is not None and not asked.is_valid():
        raise Http404
    file, count = write_file(name, columns, rows)
    try:
        note_export(actor=actor, name=name, count=count, chosen=chosen_words(asked) if asked else "")
    except BaseException:
        file.close()
        raise
    return FileResponse(file, as_attachment=True, filename=f"{file_stem(name)}.xlsx", content_type=XLSX)


@transaction.atomic
def note_export(*, actor: Any, name: str, count: int, chosen: str) -> None:
    """In a transaction of its own: while a long workbook is being written nobody else waits."""
    write_entry(actor=actor, action="list.export", label=f"{name}，{count} 行", reason=chosen, changes={"行数": [None, count]})


def hand_out(*, actor: Any, attachment: Attachment, of: str) -> FileResponse:
    """A stored file as a download, once its entry is in the journal; the view has asked for the right. `of` names its owner.
    What is in a file nobody has read: each may hold names, so all of them are noted."""
    response = respond(attachment)
    try:
        with transaction.atomic():
            write_entry(actor=actor, action="file.download", target=attachment, label=f"{of}：{attachment}")
    except BaseException:
        response.file_to_stream.close()  # closing the response would end the request, and its database connection
        raise
    return response


def chosen_words(form: forms.Form) -> str:
    """What a valid filter form was asked for, in its own words: 支部：一支部；类别：正式党员."""
    asked = ((field.label, shown(field, form.cleaned_data.get(name))) for name, field in form.fields.items())
    return "；".join(f"{label}：{words}" for label, words in asked if words)


def shown(field: forms.Field, value: Any) -> str:
    """A chosen value as its choice is called."""
    if value in (None, "", False):
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return field.label_from_instance(value).strip()
    choices = dict(flat_choices(field))
    return "是" if value is True else str(choices.get(value) or getattr(value, "label", value)).strip()
