"""The same form sent twice makes one thing."""

from __future__ import annotations

import uuid

import pytest
from django import forms
from django.db import IntegrityError, transaction

from partywork.forms import SiteModelForm, TokenForm
from partywork.journal.models import Entry
from partywork.journal.services import verify_chain, write_entry
from partywork.tokens import already_made, as_uuid, make_once
from tests.partywork.trial import Note

TOKEN = uuid.UUID("5b1d4c1e-8f0a-4a52-9d0c-2f6f3f3a7b11")


def maker(owner=1, token=TOKEN):
    def make():
        with transaction.atomic():
            note = Note.objects.create(title="会议", form_token=token, created_by=owner)
            write_entry(actor=None, action="trial.make", target=note)
        return note

    return make


def test_the_second_gets_the_first(database):
    first, made = make_once(Note, TOKEN, 1, maker())
    assert made
    assert make_once(Note, str(TOKEN), 1, maker()) == (first, False)
    assert (Note.objects.count(), Entry.objects.count()) == (1, 1)


def test_another_persons_token_leads_nowhere(database):
    make_once(Note, TOKEN, 1, maker())
    assert already_made(Note, TOKEN, 2) is None
    with pytest.raises(IntegrityError):
        make_once(Note, TOKEN, 2, maker(2))
    assert Note.objects.count() == 1


def test_without_a_makers_column_the_token_alone_decides(database):
    first, _ = make_once(Note, TOKEN, 1, maker())
    assert already_made(Note, TOKEN, 2, by=None) == already_made(Note, TOKEN, 2, by="no_such_column") == first


@pytest.mark.parametrize("junk", [None, "", "x", "\x00", "1" * 5000])
def test_a_bad_token_is_no_token(database, junk):
    assert (as_uuid(junk), already_made(Note, junk, 1)) == (None, None)


def test_another_broken_rule_of_the_table_is_not_swallowed(database):
    Note.objects.create(pk=5, title="占用")

    def same_number():
        return Note.objects.create(pk=5, title="另一条")

    with pytest.raises(IntegrityError):
        make_once(Note, TOKEN, 1, same_number)


def test_eight_at_the_same_moment_make_one(database):
    outcomes = database.at_once(8, lambda number: make_once(Note, TOKEN, 1, maker()))
    assert sum(made for _, made in outcomes) == 1
    assert {note.pk for note, _ in outcomes} == {Note.objects.get().pk}
    assert (Entry.objects.count(), verify_chain()) == (1, None)


def test_without_the_token_eight_make_eight(database):
    """The negative control."""
    database.at_once(8, lambda number: make_once(Note, None, 1, maker(token=None)))
    assert Note.objects.count() == 8


class NoteForm(TokenForm, SiteModelForm):
    class Meta:
        model = Note
        fields = ["title"]


def test_each_shown_form_has_its_own_token_and_keeps_it_when_it_comes_back_wrong():
    shown = [str(NoteForm()["form_token"].value()) for _ in range(2)]
    assert shown[0] != shown[1]
    assert shown[0] in str(NoteForm({"form_token": shown[0], "title": ""}))
    assert isinstance(NoteForm()["form_token"].field.widget, forms.HiddenInput)


@pytest.mark.parametrize("given", ["", "nonsense", str(TOKEN)])
def test_a_form_always_has_a_token(given):
    form = NoteForm({"form_token": given, "title": "会议"})
    assert form.is_valid()
    assert isinstance(form.cleaned_data["form_token"], uuid.UUID)
    assert (form.cleaned_data["form_token"] == TOKEN) == (given == str(TOKEN))
