"""The acts on the organisation: every bound from both sides, and nothing written when a rule refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches import services
from branches.models import Branch, Bureau, PartyGroup
from partywork.errors import NotAllowed, RuleViolation, StaleVersion
from partywork.journal.models import Entry
from partywork.periods import today
from tests.factories import make_branch, make_group, make_meeting, make_member

DAY = date(2024, 5, 6)


def refusal(act, **facts) -> tuple[str, str | None]:
    with pytest.raises(RuleViolation) as caught:
        act(**facts)
    return caught.value.message, caught.value.field


def new_branch(world, **facts) -> Branch:
    return services.create_branch(
        **(
            {
                "actor": world["staff"],
                "parent": world.root,
                "name": "中共云溪县林业局新支部",
                "short_name": "新支部",
                "code": "ZB90",
                "kind": "branch",
                "founded_on": DAY,
            }
            | facts
        )
    )


def edit(world, branch, **facts) -> Branch:
    return services.edit_branch(actor=world["staff"], branch=branch, version=branch.version, **facts)


def test_a_new_branch_stands_in_the_tree_and_in_the_journal(world):
    branch = new_branch(world, parent=world.office)
    assert (Branch.objects.get_parent(branch), branch.depth, branch.kind, branch.version) == (
        world.office,
        3,
        "branch",
        1,
    )
    assert Branch.objects.within(world.office).filter(pk=branch.pk).exists()
    entry = Entry.objects.get(action="org.create")
    assert (entry.actor, entry.target_label, entry.changes["code"]) == (
        world["staff"],
        "新支部",
        [None, "ZB90"],
    )


def test_a_branch_may_be_founded_today_and_on_its_parents_first_day(world):
    assert new_branch(world, founded_on=today()).founded_on == today()
    assert (
        new_branch(world, code="ZB91", founded_on=world.root.founded_on).founded_on == world.root.founded_on
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"founded_on": date(2019, 12, 31)}, "founded_on"),
        ({"kind": "committee"}, "kind"),
        ({"code": "zb01"}, "code"),
    ],
)
def test_a_branch_is_refused(world, facts, field):
    before = Branch.objects.count()
    assert refusal(new_branch, world=world, **facts)[1] == field
    assert (Branch.objects.count(), Entry.objects.count()) == (before, 0)


def test_a_branch_cannot_be_founded_tomorrow(world):
    assert refusal(new_branch, world=world, founded_on=today() + timedelta(days=1)) == (
        "成立日期不能晚于今天。",
        "founded_on",
    )


def test_nothing_stands_under_a_branch_and_no_general_branch_under_another(world):
    assert refusal(new_branch, world=world, parent=world.a)[1] == "parent"
    assert refusal(new_branch, world=world, parent=world.office, kind="general")[1] == "kind"


def test_nothing_is_founded_under_an_organisation_that_is_gone(world):
    Branch.objects.filter(pk=world.field.pk).update(dissolved_on=DAY)
    assert refusal(new_branch, world=world, parent=world.field, founded_on=DAY)[1] == "founded_on"
    assert new_branch(world, parent=world.field, founded_on=DAY - timedelta(days=1)).pk


def test_only_the_committees_staff_founds(world):
    with pytest.raises(NotAllowed):
        new_branch(world, actor=world["secretary"])


def test_there_is_one_root(world):
    facts = {"name": "另一机关党委", "short_name": "另一", "code": "X", "founded_on": DAY}
    assert refusal(services.found_committee, **facts)[0] == "系统中已有机关党委，只能有一个。"


def test_an_empty_system_gets_its_root(db):
    root = services.found_committee(
        name="中共云溪县林业局机关委员会", short_name="机关党委", code="DW", founded_on=DAY
    )
    assert (root.depth, root.kind, Entry.objects.get().actor_name) == (1, "committee", "系统")


def test_editing_changes_what_is_given_and_counts_the_version(world):
    branch = edit(world, world.nursery, short_name="苗圃支部", note="更名")
    branch.refresh_from_db()
    assert (branch.short_name, branch.note, branch.code, branch.version) == ("苗圃支部", "更名", "ZB04", 2)
    assert Entry.objects.get(action="org.edit").changes == {
        "short_name": ["种苗站支部", "苗圃支部"],
        "note": ["", "更名"],
    }


def test_a_stale_edit_changes_nothing(world):
    edit(world, world.nursery, note="先保存的")
    world.nursery.version = 1
    with pytest.raises(StaleVersion):
        edit(world, world.nursery, note="后保存的")
    assert Branch.objects.get(pk=world.nursery.pk).note == "先保存的"


def test_the_founding_day_cannot_pass_what_is_on_record(world):
    make_member(world.nursery, start_on=DAY)
    assert edit(world, world.nursery, founded_on=DAY).founded_on == DAY
    world.nursery.refresh_from_db()
    assert refusal(edit, world=world, branch=world.nursery, founded_on=DAY + timedelta(days=1)) == (
        "已有党员在2024年5月6日编入，成立日期不能晚于这一天。",
        "founded_on",
    )
    assert refusal(edit, world=world, branch=world.root, founded_on=date(2020, 1, 2))[1] == "founded_on"


def test_the_founding_day_cannot_reach_the_day_it_was_dissolved(world):
    assert edit(world, world.gone, founded_on=date(2025, 6, 30)).founded_on == date(2025, 6, 30)
    world.gone.refresh_from_db()
    assert refusal(edit, world=world, branch=world.gone, founded_on=date(2025, 7, 1))[1] == "founded_on"


@pytest.mark.parametrize(
    ("name", "kind"), [("root", "branch"), ("office", "branch"), ("a", "general"), ("farm", "general")]
)
def test_a_kind_that_does_not_fit_is_refused(world, name, kind):
    assert refusal(edit, world=world, branch=getattr(world, name), kind=kind)[1] == "kind"


def test_a_branch_may_become_a_joint_branch(world):
    assert edit(world, world.a, kind="joint").kind == "joint"


def dissolve(world, branch, day=DAY) -> Branch:
    return services.dissolve_branch(actor=world["staff"], branch=branch, day=day, reason="机关党委批复")


def test_an_empty_branch_is_dissolved_from_a_day_on(world):
    branch = dissolve(world, world.nursery)
    assert (branch.is_active_on(DAY - timedelta(days=1)), branch.is_active_on(DAY)) == (True, False)
    assert Entry.objects.get(action="org.dissolve").reason == "机关党委批复"


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2019, 1, 1)])
def test_a_branch_does_not_end_before_it_began(world, day):
    assert refusal(dissolve, world=world, branch=world.nursery, day=day)[1] == "day"


def test_a_branch_may_end_today_but_not_tomorrow_nor_twice(world):
    assert refusal(dissolve, world=world, branch=world.nursery, day=today() + timedelta(days=1))[1] == "day"
    assert dissolve(world, world.nursery, today()).dissolved_on == today()
    assert "已于" in refusal(dissolve, world=world, branch=world.nursery)[0]


def test_what_hangs_on_a_branch_keeps_it(world):
    assert refusal(dissolve, world=world, branch=world.root)[0] == "机关党委是根组织，不能撤销。"
    assert (
        refusal(dissolve, world=world, branch=world.office)[0] == "它之下还有2个党组织。请先撤销下级党组织。"
    )
    assert refusal(dissolve, world=world, branch=world.a)[0] == "它还有2个党小组。请先撤销党小组。"
    assert (
        refusal(dissolve, world=world, branch=world.b)[0] == "它还有1名党员。请先把党员调整到其他支部或转出。"
    )


def test_members_must_have_left_by_that_very_day(world):
    make_member(world.nursery, start_on=date(2021, 1, 1), stop_on=DAY, stop_reason="transfer_out")
    assert refusal(dissolve, world=world, branch=world.nursery, day=DAY - timedelta(days=1))[1] == "day"
    assert dissolve(world, world.nursery).dissolved_on == DAY


def test_a_meeting_on_that_day_keeps_the_branch_and_a_voided_one_does_not(world):
    make_meeting(world.nursery, held_on=DAY)
    make_meeting(world.nursery, held_on=DAY + timedelta(days=3), state="voided", void_reason="重复登记")
    assert refusal(dissolve, world=world, branch=world.nursery)[1] == "day"
    assert dissolve(world, world.nursery, DAY + timedelta(days=1)).dissolved_on == DAY + timedelta(days=1)


def new_group(world, **facts) -> PartyGroup:
    return services.create_group(
        **({"actor": world["secretary"], "branch": world.a, "name": "第三党小组", "founded_on": DAY} | facts)
    )


def test_a_secretary_sets_up_a_group(world):
    group = new_group(world, founded_on=world.a.founded_on)
    assert (group.branch, group.name, Entry.objects.get().action) == (world.a, "第三党小组", "group.create")


def test_a_group_is_refused(world):
    assert refusal(new_group, world=world, name="第一党小组")[1] == "name"
    assert refusal(new_group, world=world, founded_on=date(2019, 12, 31))[1] == "founded_on"
    assert refusal(new_group, world=world, founded_on=today() + timedelta(days=1))[1] == "founded_on"
    assert "不能设党小组" in refusal(new_group, world=world, actor=world["staff"], branch=world.office)[0]
    assert (
        refusal(new_group, world=world, actor=world["staff"], branch=world.gone, founded_on=date(2025, 7, 1))[
            1
        ]
        == "founded_on"
    )
    with pytest.raises(NotAllowed):
        new_group(world, actor=world["neighbour"])


def test_a_name_is_free_again_when_its_group_is_gone(world):
    make_group(world.b, name="第一党小组", dissolved_on=DAY)
    assert new_group(world, actor=world["neighbour"], branch=world.b, name="第一党小组").pk


def edit_group(world, group, **facts) -> PartyGroup:
    return services.edit_group(
        **(
            {
                "actor": world["secretary"],
                "group": group,
                "version": group.version,
                "name": group.name,
                "founded_on": group.founded_on,
            }
            | facts
        )
    )


def test_a_group_is_renamed_but_not_to_its_sisters_name(world):
    assert edit_group(world, world.group1, name="机关一组").name == "机关一组"
    assert refusal(edit_group, world=world, group=world.group2, name="机关一组")[1] == "name"


def test_a_groups_founding_day_cannot_pass_its_members(world):
    assert (
        refusal(edit_group, world=world, group=world.group1, founded_on=date(2020, 1, 2))[1] == "founded_on"
    )


def test_a_group_ends_when_its_members_have_gone(world):
    act = {"actor": world["secretary"], "group": world.group1, "day": today()}
    assert refusal(services.dissolve_group, **act)[0].startswith("本小组还有3名党员")
    empty = make_group(world.a)
    assert services.dissolve_group(**act | {"group": empty}).dissolved_on == today()
    assert (
        refusal(
            services.dissolve_group,
            **act | {"group": make_group(world.a), "day": today() + timedelta(days=1)},
        )[1]
        == "day"
    )


def test_the_bureaus_names(world):
    services.set_bureau(
        actor=world["staff"], name="云溪县林业和草原局", organ_name="中共云溪县林业和草原局机关委员会"
    )
    assert list(Bureau.objects.values_list("name", "party_group_name")) == [("云溪县林业和草原局", "")]
    with pytest.raises(NotAllowed):
        services.set_bureau(actor=world["leader"], name="甲", organ_name="乙")


def test_counts_by_organisation_on_a_day(world):
    make_branch(world.root)
    every = Branch.objects.all()
    assert every.group_counts(today()) == {world.a.pk: 2}
    assert every.member_counts(date(2020, 1, 1)) == {world.a.pk: 6, world.b.pk: 1, world.retired.pk: 1}
    assert every.member_counts(today()) == {world.a.pk: 7, world.b.pk: 1, world.retired.pk: 1}
    assert every.within(world.office).kinds_of_members(today()) == {"full": 7, "probationary": 1}
    assert every.within(world.office).secretaries(today()) == {
        world.office.pk: "孙立",
        world.a.pk: "赵敏、蒋停",
        world.b.pk: "钱进",
    }
