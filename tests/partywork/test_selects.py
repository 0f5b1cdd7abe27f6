"""Our selects are Django's, HTML for HTML: every choice, group, mark and character that needs escaping."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django import forms
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from partywork.forms import SiteForm
from partywork.selects import Select, SelectMultiple, written_at_once

CODES = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text("a<&\"'甲", max_size=2))
PAIRS = st.lists(st.tuples(CODES, st.text("b>&\"'乙 ", max_size=3)), max_size=4)
CHOICES = st.lists(st.one_of(st.tuples(CODES, st.text("c<乙", max_size=3)), st.tuples(st.text("组<", max_size=2), PAIRS)), max_size=6)
VALUES = st.one_of(CODES, st.lists(CODES, max_size=3))
ATTRS = st.dictionaries(st.sampled_from(["id", "class", "disabled", "hidden", "data-x"]), st.sampled_from(["x", '"<', True, False, 0]))


class Shape(HTMLParser):
    """Tags with their attributes and texts, whatever stands between the lines."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.found.append(tag)

    def handle_data(self, data):
        if data.strip("\n"):
            self.found.append(data.removesuffix("\n"))


def shape(html: str) -> list:
    return Shape("\n".join(line.strip(" ") if "<opt" in line or "</" in line else line for line in html.split("\n"))).found


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple])
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(choices=CHOICES, value=VALUES, attrs=ATTRS)
def test_the_same_as_djangos(kind, choices, value, attrs):
    theirs = kind(attrs={"class": "of-widget"}, choices=choices)
    ours = written_at_once(theirs)
    assert type(ours) is not kind
    assert shape(ours.render("name<", value, attrs)) == shape(theirs.render("name<", value, attrs))


@pytest.mark.parametrize("label", [lazystr("懒<"), mark_safe("<b>粗</b>"), 12, None])
def test_labels_that_are_no_plain_texts(label):
    theirs = forms.Select(choices=[("a", label)])
    assert shape(written_at_once(theirs).render("x", "a")) == shape(theirs.render("x", "a"))


class Trial(SiteForm):
    one = forms.ChoiceField(choices=[("a", "甲"), ("b", "乙")])
    some = forms.MultipleChoiceField(choices=[("a", "甲")])
    boxes = forms.MultipleChoiceField(choices=[("a", "甲")], widget=forms.CheckboxSelectMultiple)


def test_every_form_has_them():
    fields = Trial().fields
    assert [type(field.widget) for field in fields.values()] == [Select, SelectMultiple, forms.CheckboxSelectMultiple]


def test_choices_given_later_are_shown_and_those_of_other_forms_are_not():
    form = Trial()
    form.fields["one"].choices = [("c", "丙")]
    assert "丙" in str(form["one"])
    assert "丙" not in str(Trial()["one"])
    assert "甲" in str(Trial()["one"])


def test_a_select_with_one_answer_marks_one():
    assert Select(choices=[("a", "甲"), ("a", "甲")]).render("x", "a").count(" selected") == 1
