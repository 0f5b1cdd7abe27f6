"""What a form page answers when two people do the same at one moment."""
import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse

from branches.models import Branch
from partywork import answers
from partywork.errors import RuleViolation
from tests.factories import make_branch

pytestmark = pytest.mark.django_db


def make_with(code, *, seen):
    """An act that has looked before the other wrote: it trips over the unique column, and sees the row the next time."""
    looked = []

    def act(values):
        with transaction.atomic():
            if looked and seen:
                raise RuleViolation("这个编号已被使用。", field="code")
            looked.append(code)
            make_branch(code=code)
        return HttpResponse("做成了")

    return act


def test_the_second_of_two_hears_the_rule_beside_the_field():
    make_branch(code="ZB-9")
    with pytest.raises(RuleViolation) as refusal:
        answers.act_again(make_with("ZB-9", seen=True), {})
    assert (refusal.value.field, refusal.value.message) == ("code", "这个编号已被使用。")
    assert Branch.objects.filter(code="ZB-9").count() == 1


def test_what_no_rule_explains_is_still_a_sentence_and_leaves_nothing():
    make_branch(code="ZB-9")
    with pytest.raises(RuleViolation, match="刚才另有人保存了相同的内容") as refusal:
        answers.act_again(make_with("ZB-9", seen=False), {})
    assert isinstance(refusal.value.__cause__, IntegrityError)
    assert Branch.objects.filter(code="ZB-9").count() == 1


def test_an_act_that_goes_through_is_done_once():
    assert answers.act_again(make_with("ZB-9", seen=False), {}).content.decode() == "做成了"
    assert Branch.objects.filter(code="ZB-9").count() == 1
