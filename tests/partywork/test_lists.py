"""List pages: nonsense in the address never breaks them and never shows more than was asked for."""

from __future__ import annotations

import django_filters
import pytest
from django.test import RequestFactory

from partywork.lists import Column, Order, SiteFilterSet, list_page
from tests.partywork.trial import Note

ORDERS = {"new": Order("最新在前", ("-id",)), "title": Order("按标题", ("title", "id"))}


class NoteFilter(SiteFilterSet):
    q = django_filters.CharFilter(label="搜索", field_name="title", lookup_expr="icontains")
    since = django_filters.DateFilter(label="起始日期", field_name="held_on", lookup_expr="gte")
    number = django_filters.NumberFilter(label="编号", field_name="id")

    class Meta:
        model = Note
        fields: list[str] = []


@pytest.fixture
def notes(database):
    return [Note.objects.create(title=f"会议{number:02d}") for number in range(30)]


def page(query="", **options):
    options = {"filterset": NoteFilter, "ordering": ORDERS} | options
    return list_page(RequestFactory().get(f"/?{query}"), Note.objects.all(), **options)


def titles(context):
    return [note.title for note in context["page_obj"]]


def test_the_first_page_in_the_first_order(notes):
    context = page()
    assert titles(context) == [f"会议{number:02d}" for number in range(29, 4, -1)]
    assert (context["total"], context["page_range"], context["sort"]) == (30, [1, 2], "new")
    assert (context["filtered"], context["orders"]) == (False, [("new", "最新在前"), ("title", "按标题")])


def test_filter_order_and_links_that_keep_them(notes):
    context = page("q=会议1&sort=title&page=1&utm=x&since=")
    assert titles(context) == [f"会议{number}" for number in range(10, 20)]
    assert context["kept"] == [("q", "会议1"), ("sort", "title")]
    assert context["filtered"]


@pytest.mark.parametrize(
    "number", ["0", "-1", "abc", "", "1.5", "9" * 5000, "²", "٢", "1&page=2", "None", "+"]
)
def test_any_page_number_gives_a_page(notes, number):
    assert len(titles(page(f"page={number}"))) in (25, 5)


def test_beyond_the_end_is_the_last_page(notes):
    assert titles(page("page=99"))[-1] == "会议00"


@pytest.mark.parametrize("sort", ["password", "-id", "title,id", "", "held_on__x"])
def test_an_unknown_order_is_the_first(notes, sort):
    assert page(f"sort={sort}")["sort"] == "new"


@pytest.mark.parametrize(
    "query", ["since=昨天", f"q={'长' * 101}", "number=abc", f"number={'9' * 400}", "since=2026-02-30"]
)
def test_a_wrong_filter_finds_nothing_and_says_why(notes, query):
    context = page(query)
    assert titles(context) == []
    name = query.partition("=")[0]
    assert context["filter_form"].errors[name]
    assert not context["rows"].exists()


@pytest.mark.parametrize(
    "query", ["number=9223372036854775808", "number=-9223372036854775809", "number=1e300"]
)
def test_numbers_no_database_can_hold_find_nothing(notes, query):
    assert titles(page(query)) == []


def test_the_sentence_beside_the_search(notes):
    assert page(f"q={'长' * 101}")["filter_form"].errors["q"] == [
        "搜索最多 100 个字，现在有 101 个，请缩短。"
    ]


@pytest.mark.parametrize(("asked", "shown"), [(10, 10), (0, 1), (10_000, 30)])
def test_the_size_of_a_page_has_bounds(notes, asked, shown):
    assert len(titles(page(per_page=asked))) == shown
    assert page(per_page=10_000)["page_obj"].paginator.per_page == 200


def test_a_list_without_filter_or_order_is_ordered_by_its_id(notes):
    context = page("page=2&x=1", filterset=None, ordering=None, columns=[Column("title", "标题")])
    assert titles(context) == [f"会议{number}" for number in range(25, 30)]
    assert (context["kept"], context["filter_form"]) == ([], None)


def test_an_export_takes_the_rows_of_this_very_page(notes):
    assert [note.title for note in page("q=会议0&sort=title")["rows"]] == [
        f"会议{number:02d}" for number in range(10)
    ]
