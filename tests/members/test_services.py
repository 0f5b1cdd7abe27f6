from datetime import date

import pytest

from members import personal, services
from members.models import Member, Membership
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from tests.factories import make_account, make_group, make_member

TODAY = date(2026, 6, 30)
FACTS = {
    "name": "曾小红",
    "sex": "f",
    "born_on": date(1990, 3, 1),
    "joined_on": date(2012, 6, 1),
    "full_on": date(2013, 6, 1),
    "phone": "13812345678",
}


def create(world, **changes):
    facts = FACTS | {"branch": world.a, "group": None, "start_on": date(2026, 3, 1)} | changes
    return services.create_member(actor=world["secretary"], today=TODAY, **facts)


def course(member) -> list[tuple]:
    """The whole course of a member's memberships."""
    columns = (
        "branch__code",
        "group__name",
        "kind",
        "is_group_leader",
        "start_on",
        "start_reason",
        "stop_on",
    )
    return list(member.memberships.values_list(*columns, "stop_reason"))


def test_a_new_member_has_one_open_membership(world):
    member = create(world, group=world.group1, reason="transfer_in", note="县农业农村局转来")
    assert course(member) == [
        ("ZB01", "第一党小组", "full", False, date(2026, 3, 1), "transfer_in", None, ""),
    ]
    assert (member.pinyin, member.initials, member.version) == ("zeng xiaohong", "zxh", 1)
    assert Member.objects.get(pk=member.pk).latest == member.memberships.get()
    assert Member.objects.get(pk=member.pk).phone == "13812345678"


def test_without_a_day_of_turning_full_he_is_on_probation(world):
    joined = date(2026, 3, 1)
    member = create(world, full_on=None, joined_on=joined, reason="admitted")
    assert member.latest.kind == "probationary"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_on": date(2026, 7, 1)}, "start_on"),
        ({"start_on": date(2012, 5, 31)}, "start_on"),
        ({"start_on": date(2013, 5, 31)}, "full_on"),
        ({"full_on": date(2013, 5, 31)}, "full_on"),
        ({"born_on": date(2000, 1, 1)}, "joined_on"),
        ({"reason": "admitted"}, "start_on"),
    ],
)
def test_wrong_dates_are_refused_at_their_field(world, changes, field):
    with pytest.raises(RuleViolation) as caught:
        create(world, **changes)
    assert (caught.value.field, Member.objects.filter(name="曾小红").count()) == (field, 0)


def test_a_day_before_the_branch_existed_is_refused(world):
    with pytest.raises(RuleViolation, match="于2020年1月1日成立") as caught:
        create(world, start_on=date(2019, 12, 31))
    assert caught.value.field == "branch"


def test_members_belong_to_branches_only(world):
    with pytest.raises(RuleViolation, match="不能直接编入党委或党总支"):
        services.create_member(
            actor=world["staff"], today=TODAY, branch=world.office, group=None, start_on=TODAY, **FACTS
        )


def test_a_dissolved_branch_takes_nobody(world):
    with pytest.raises(RuleViolation, match="已于2025年7月1日撤销"):
        services.create_member(
            actor=world["staff"],
            today=TODAY,
            branch=world.gone,
            group=None,
            start_on=date(2025, 6, 1),
            **FACTS,
        )


def test_a_group_of_another_branch_is_refused(world):
    with pytest.raises(RuleViolation) as caught:
        create(world, group=make_group(world.b))
    assert caught.value.field == "group"


@pytest.mark.parametrize("name", ["neighbour", "member", "inspector", "keeper", "general", "former"])
def test_only_those_who_keep_the_roster_of_that_branch_register(world, name):
    with pytest.raises(NotAllowed):
        services.create_member(
            actor=world[name], today=TODAY, branch=world.a, group=None, start_on=date(2026, 3, 1), **FACTS
        )


def edit(world, member, **facts):
    return services.edit_member(actor=world["secretary"], member=member, today=TODAY, **facts)


def test_editing_changes_facts_and_counts_the_version(world):
    member = create(world)
    edit(world, member, name="单红", phone="13900001111", version=1)
    fresh = Member.objects.get(pk=member.pk)
    assert (fresh.name, fresh.pinyin, fresh.initials, fresh.version) == ("单红", "shan hong", "sh", 2)
    assert fresh.phone == "13900001111"


def test_the_second_editor_is_told(world):
    member = create(world)
    edit(world, member, name="单红", version=1)
    with pytest.raises(StaleVersion):
        edit(world, Member.objects.get(pk=member.pk), name="曾红", version=1)
    assert Member.objects.get(pk=member.pk).name == "单红"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"joined_on": date(2026, 3, 2), "full_on": None}, "start_on"),
        ({"full_on": date(2026, 3, 2)}, "full_on"),
        ({"full_on": date(2026, 7, 1)}, "full_on"),
        ({"born_on": date(1994, 6, 2)}, "joined_on"),
    ],
)
def test_facts_must_fit_the_memberships(world, facts, field):
    member = create(world)
    with pytest.raises(RuleViolation) as caught:
        edit(world, member, **facts)
    assert caught.value.field == field


def test_one_registered_under_the_wrong_kind_is_put_right(world):
    member = create(world, full_on=None)
    assert member.latest.kind == "probationary"
    edit(world, member, full_on=date(2013, 6, 1))
    assert [row.kind for row in member.memberships.all()] == ["full"]
    assert member.latest.kind == "full"


def test_a_registered_turning_is_not_edited_away(world):
    member = make_member(world.a, kind="full", joined_on=date(2025, 1, 5), full_on=date(2026, 1, 5))
    Membership.objects.filter(pk=member.latest_id).update(
        start_reason="turned_full", start_on=date(2026, 1, 5)
    )
    with pytest.raises(RuleViolation, match="已登记2026年1月5日转正"):
        edit(world, member, full_on=date(2026, 1, 6))


def test_numbers_are_never_written_into_the_journal(world):
    member = create(world)
    edit(world, member, phone="13900001111", name="曾小红")
    personal.reveal(actor=world["secretary"], member=member, name="phone")
    kept = list(Entry.objects.order_by("seq").values_list("action", "actor_name"))
    assert kept == [("members.create", "赵敏"), ("members.edit", "赵敏"), ("members.reveal", "赵敏")]
    text = str(list(Entry.objects.values()))
    assert "13812345678" not in text
    assert "13900001111" not in text


def test_only_those_who_keep_the_record_see_a_number(world):
    member = create(world)
    for name in ("inspector", "leader", "neighbour", "member", "general"):
        with pytest.raises(NotAllowed):
            personal.reveal(actor=world[name], member=member, name="phone")


def test_linking_an_account_needs_the_same_name(world):
    member = create(world)
    make_account("zengxh", display_name="曾小红")
    services.link_account(actor=world["secretary"], member=member, username=" ZengXH ")
    assert Member.objects.get(pk=member.pk).account.username == "zengxh"
    services.unlink_account(actor=world["secretary"], member=member)
    assert Member.objects.get(pk=member.pk).account is None


@pytest.mark.parametrize(
    ("username", "says"),
    [("nobody-here", "没有这个登录名"), ("disabled", "已停用"), ("colleague", "姓名与该党员不一致")],
)
def test_accounts_that_cannot_be_linked(world, username, says):
    with pytest.raises(RuleViolation, match=says):
        services.link_account(actor=world["secretary"], member=create(world), username=username)


def test_an_account_has_one_member(world):
    twin = make_member(world.a, "周彤")
    with pytest.raises(RuleViolation, match="已关联另一名党员"):
        services.link_account(actor=world["secretary"], member=twin, username="colleague")
