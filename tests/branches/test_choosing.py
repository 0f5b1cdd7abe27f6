"""An organisation is chosen from a list while it can be looked over, and typed beyond that. Both find the same ones."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from branches.choosing import FEW, BranchChoice
from branches.models import Branch
from partywork.forms import SiteForm
from tests.factories import make_branch, make_meeting, make_member

PAGES = ("members", "meetings", "duties", "matrix", "figures", "reports", "meeting_new")


class Trial(SiteForm):
    branch = BranchChoice(label="党组织", required=False)

    def __init__(self, *args, rows=None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.all() if rows is None else rows


def judged(typed) -> tuple[str | None, str]:
    """The name of what was chosen, and the sentence beside the field."""
    form = Trial({"branch": typed})
    form.is_valid()
    chosen = form.cleaned_data.get("branch")
    return chosen and chosen.short_name, "".join(form.errors.get("branch", []))


@pytest.fixture
def many(world) -> list[Branch]:
    """More branches than a list holds; two of one name."""
    parent = Branch.objects.get(pk=world.field.pk)
    rows = [Branch(path=Branch._get_path(parent.path, 3, 10 + number), depth=3, kind="branch", code=f"LC{number:03d}", numchild=0,
                   name=f"中共云溪县林业局第{number}林场支部委员会", short_name=f"第{number}林场支部", founded_on=date(2020, 1, 1))
            for number in range(1, FEW + 1)]
    rows[-1].short_name = rows[0].short_name
    return Branch.objects.bulk_create(rows)


# --- few ----------------------------------------------------------------------------------------------------------------


def test_a_few_are_a_list_each_under_those_above_it(world):
    shown = str(Trial()["branch"])
    for line in (">机关党委<", ">　机关总支<", ">　　一支部<", ">　离退休支部<"):
        assert line in shown


def test_where_those_above_are_not_offered_nothing_is_moved_in(world):
    shown = str(Trial(rows=Branch.objects.leaves())["branch"])
    assert ">一支部<" in shown
    assert ">离退休支部<" in shown


def test_of_a_list_only_what_stands_in_it_is_taken(world):
    assert judged(str(world.a.pk)) == ("一支部", "")
    assert judged("") == (None, "")
    for wrong in ("一支部", "999999", "x", "9" * 30, "²"):
        assert judged(wrong) == (None, "党组织里没有这一项，请重新选择。")


def test_shown_and_judged_by_one_query(world, django_assert_num_queries):
    with django_assert_num_queries(1):
        form = Trial({"branch": str(world.a.pk)})
        assert form.is_valid()
        assert " selected>　　一支部" in str(form["branch"])


# --- many ---------------------------------------------------------------------------------------------------------------


def test_many_are_typed(many):
    shown = str(Trial()["branch"])
    assert "<select" not in shown
    assert 'placeholder="输入名称或编号"' in shown
    assert len(shown) < 500


@pytest.mark.parametrize("typed", ["第7林场支部", "lc007", "中共云溪县林业局第7林场支部委员会", "局第7林", " 第7林场支部（LC007） "])
def test_a_name_a_code_or_a_part_that_only_one_has(many, typed):
    assert judged(typed) == ("第7林场支部", "")


def test_a_key_as_links_carry_it(many, world):
    assert judged(str(world.a.pk)) == ("一支部", "")


def test_a_whole_name_goes_before_a_part(many):
    assert judged("第10林场支部")[0] == "第10林场支部"
    assert judged("第1")[1].startswith("“第1”不止一个党组织，请写全：第1林场支部（LC001）、第10林场支部（LC010）、")


def test_of_one_name_both_are_told_and_the_code_decides(many):
    assert judged("第1林场支部")[1] == "“第1林场支部”不止一个党组织，请写全：第1林场支部（LC001）、第1林场支部（LC100）。"
    assert Trial({"branch": "第1林场支部（LC100）"}).is_valid()


@pytest.mark.parametrize("typed", ["没有这个", "999999", "9" * 30, "%", "_", "'", "长" * 3000])
def test_what_nobody_is_called(many, typed):
    assert judged(typed) == (None, f"没有名称或编号是“{typed[:20]}”的党组织，请核对。")


def test_what_was_meant_stands_in_the_field(many):
    assert 'value="第7林场支部（LC007）"' in str(Trial({"branch": "lc007"})["branch"])
    assert 'value="第7林场支部（LC007）"' in str(Trial(initial={"branch": many[6].pk})["branch"])
    assert 'value="没有"' in str(Trial({"branch": "没有"})["branch"])


def test_typed_and_shown_by_one_query(many, django_assert_num_queries):
    with django_assert_num_queries(1):
        form = Trial({"branch": "第7林场支部"})
        assert form.is_valid()
        str(form["branch"])


def test_out_of_reach_nobody_is_called_so(many, world):
    form = Trial({"branch": "一支部"}, rows=Branch.objects.filter(pk__in=[row.pk for row in many] + [world.b.pk]))
    assert form.errors["branch"] == ["没有名称或编号是“一支部”的党组织，请核对。"]


# --- on the pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_pages_take_what_is_typed_and_stay_small(many, client_of, page):
    client = client_of("staff")
    for asked in ({}, {"branch": "第7林场支部"}, {"branch": "没有这个"}, {"branch": many[6].pk}):
        answer = client.get(reverse(page), asked)
        body = answer.content.decode()
        assert answer.status_code == 200
        assert body.count("<option") < FEW
        assert ("第7林场支部（LC007）" in body) is ("7" in str(asked.get("branch")) or asked.get("branch") == many[6].pk)
        assert ("没有名称或编号是" in body) is (asked.get("branch") == "没有这个")


def test_the_lists_show_what_was_typed(many, client_of):
    make_member(many[6], "林七")
    make_member(many[7], "林八")
    make_meeting(many[6], title="七场学习", held_on=date(2026, 3, 1))
    make_meeting(many[7], title="八场学习", held_on=date(2026, 3, 1))
    client = client_of("staff")
    roster = client.get(reverse("members"), {"branch": "lc007"}).content.decode()
    meetings = client.get(reverse("meetings"), {"branch": "第7林场支部"}).content.decode()
    assert ("林七" in roster, "林八" in roster) == (True, False)
    assert ("七场学习" in meetings, "八场学习" in meetings) == (True, False)


def test_names_while_one_types(many, client_of):
    client = client_of("staff")
    names = client.get(reverse("branch_names"), {"parent": "林场支部"}).content.decode()
    assert names.count("<option") == 20
    assert '<option value="第7林场支部（LC007）">' in names
    assert client.get(reverse("branch_names"), {"branch": "没有这个"}).content == b""
    assert client.get(reverse("branch_names")).content.decode().count("<option") == 20


def test_names_are_those_within_reach(world, client_of):
    names = client_of("secretary").get(reverse("branch_names"), {"branch": "支部"}).content.decode()
    assert names == '<option value="一支部（ZB01）"></option>'


def test_a_name_is_text(world, client_of):
    make_branch(Branch.objects.get(pk=world.field.pk), short_name='<b>"粗"', code="XX")
    names = client_of("staff").get(reverse("branch_names"), {"branch": "粗"}).content.decode()
    assert names == '<option value="&lt;b&gt;&quot;粗&quot;（XX）"></option>'
