"""Nobody is shown what is out of his reach: neither by name, nor as a choice, nor as a link; nor in worlds a little different."""
from __future__ import annotations

import time

import pytest

from branches.models import Branch
from tests.in_sight import (
    NARROW,
    PEOPLE,
    WORLDS,
    empty_form,
    number_in_the_session,
    on_page,
    other_methods,
    with_narrow_posts,
)
from tests.payloads import SUBMISSIONS
from tests.stage import names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", PEOPLE)
def test_the_pages_of_a_person_show_what_he_may_see(stage, who):
    assert [wrong for name in names() if (wrong := on_page(stage, who, name))] == []


@pytest.mark.parametrize("world", WORLDS)
def test_in_other_worlds(stage, world):
    assert WORLDS[world](stage) == ""


def test_a_number_that_may_not_be_seen_any_more(stage):
    assert number_in_the_session(stage, time.time()) == ""


@pytest.mark.parametrize(("who", "name"), [(who, name) for who, several in NARROW.items() for name in several])
def test_where_posts_reach_less_far(stage, who, name):
    assert with_narrow_posts(stage, who, name) == ""


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_right_is_asked_for_before_the_form_is_read(stage, name):
    assert empty_form(stage, name) == ""


@pytest.mark.parametrize("name", names())
def test_an_address_takes_no_other_method(stage, name):
    assert other_methods(stage, name) == ""


# --- the negative control -------------------------------------------------------------------------------------------------


def test_a_page_that_shows_too_much_is_seen(stage, monkeypatch):
    monkeypatch.setattr(type(Branch.objects.all()), "above", lambda self, branch: Branch.objects.all())
    assert "names " in on_page(stage, "secretary", "branch")
