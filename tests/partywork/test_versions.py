"""Two people editing one record: one wins, the other is told and loses nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from partywork.errors import StaleVersion
from partywork.forms import SiteModelForm, VersionForm
from partywork.versions import claim_version, conflict_context
from tests.partywork.trial import Note


class NoteForm(VersionForm, SiteModelForm):
    class Meta:
        model = Note
        fields = ["title", "held_on"]


@pytest.fixture
def note(database):
    return Note.objects.create(title="甲", held_on=date(2026, 6, 3))


def save(pk, expected, title):
    with transaction.atomic():
        note = Note.objects.get(pk=pk)
        claim_version(note, expected)
        note.title = title
        note.save(update_fields=["title"])


def test_a_save_takes_the_next_version(note):
    save(note.pk, 1, "乙")
    note.refresh_from_db()
    assert (note.title, note.version) == ("乙", 2)


def test_a_stale_save_is_refused_with_the_current_row_and_writes_nothing(note):
    save(note.pk, 1, "乙")
    with pytest.raises(StaleVersion) as refused:
        save(note.pk, 1, "丙")
    assert refused.value.current.title == "乙"
    assert Note.objects.get().title == "乙"


def test_a_record_that_is_gone_is_stale_too(note):
    Note.objects.all().delete()
    with pytest.raises(StaleVersion) as refused:
        claim_version(note, 1)
    assert refused.value.current is None


def test_of_eight_saves_at_once_one_wins(database, note):
    outcomes = database.at_once(8, lambda number: save(note.pk, 1, f"第{number}人"))
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [StaleVersion] * 7
    assert Note.objects.get().version == 2


def test_without_the_claim_all_eight_go_through_and_seven_are_lost(database, note, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("tests.partywork.test_versions.claim_version", lambda note, expected: None)
    assert database.at_once(8, lambda number: save(note.pk, 1, f"第{number}人")) == [None] * 8
    assert Note.objects.get().version == 1


def test_the_form_carries_the_version_it_was_made_from(note):
    assert 'name="version" value="1"' in str(NoteForm(instance=note))
    form = NoteForm({"title": "乙", "held_on": "", "version": ""}, instance=note)
    assert form.is_valid()
    assert form.cleaned_data["version"] == 0


def test_the_conflict_page_shows_both_and_the_form_can_be_sent_again(note):
    save(note.pk, 1, "他们的")
    form = NoteForm({"title": "我的", "held_on": "2026年6月3日", "version": "1"}, instance=Note.objects.get())
    assert form.is_valid()
    context = conflict_context(form, Note.objects.get())
    rows = [(row.label, row.theirs, row.yours, row.same) for row in context["rows"]]
    assert rows == [("标题", "他们的", "我的", False), ("日期", "2026-06-03", "2026-06-03", True)]
    shown = str(context["form"])
    assert 'value="我的"' in shown
    assert 'name="version" value="2"' in shown
