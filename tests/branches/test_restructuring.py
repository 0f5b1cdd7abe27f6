"""The life of an organisation: another name, another place in the tree, merged; each dated, in the timeline, and taken back."""

from datetime import date

import pytest
from django.urls import reverse

from branches import restructuring, services
from branches.accounts.models import Account, Post
from branches.models import Branch, BranchEvent
from branches.verification import tree_is_whole
from members import changes
from members.models import Member, Membership
from members.restructuring import merge_branches, regroup_branch
from partywork.errors import NotAllowed, RuleViolation
from partywork.journal.models import Entry
from tests.factories import make_branch, make_group, make_meeting, make_member, make_transfer
from tests.members.test_services import course

TODAY, DAY = date(2026, 6, 30), date(2026, 6, 1)
WHY = {"reason": "机关党委批复", "today": TODAY}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def rename(world, branch, short_name, day=DAY, by="staff"):
    return restructuring.rename_branch(
        actor=world[by], branch=fresh(branch), name=f"中共云溪县林业局{short_name}", short_name=short_name, day=day, **WHY
    )


def move(world, branch, parent, day=DAY, by="staff"):
    return restructuring.move_branch(actor=world[by], branch=fresh(branch), parent=fresh(parent), day=day, **WHY)


def merge(world, into, *sources, day=DAY, by="staff"):
    return merge_branches(actor=world[by], into=fresh(into), sources=[fresh(source) for source in sources], day=day, **WHY)


def undo(world, event, by="staff"):
    restructuring.undo_event(actor=world[by], event=event, reason="登记错了")


def titles(client, branch) -> list[tuple]:
    return [(step.when, step.title, step.text) for step in client.get(reverse("branch", args=[branch.pk])).context["steps"]]


# --- names -------------------------------------------------------------------------------------------------------------


def test_a_past_roster_calls_the_branch_as_it_was_called(world, client_of):
    rename(world, world.b, "综合支部")
    rename(world, world.b, "综合二支部", day=date(2026, 6, 15))
    staff = client_of("staff")

    def called(day) -> set[str]:
        page = staff.get(reverse("members"), {"branch": world.b.pk, "day": day})
        return {row.branch.short_name for row in page.context["page_obj"]}

    days = ("2026-05-31", "2026-06-01", "2026-06-14", "2026-06-15", "2026-06-30")
    assert [called(day) for day in days] == [{"二支部"}, {"综合支部"}, {"综合支部"}, {"综合二支部"}, {"综合二支部"}]
    assert titles(staff, world.b)[:2] == [
        (date(2026, 6, 15), "更名", "曾用名：中共云溪县林业局综合支部（综合支部）；机关党委批复"),
        (DAY, "更名", "曾用名：中共云溪县林业局二支部（二支部）；机关党委批复"),
    ]


def test_a_meeting_is_told_under_the_name_of_its_day(world, client_of):
    rename(world, world.b, "综合支部")
    before, after = make_meeting(world.b, held_on=date(2026, 5, 31)), make_meeting(world.b, held_on=DAY)
    staff = client_of("staff")
    called = [staff.get(reverse("meeting", args=[each.pk])).context["meeting"].branch.short_name for each in (before, after)]
    assert called == ["二支部", "综合支部"]


def test_a_name_is_taken_back_only_from_the_end(world):
    first, second = rename(world, world.b, "综合支部"), rename(world, world.b, "综合二支部", day=date(2026, 6, 15))
    with pytest.raises(RuleViolation, match="请先撤销后一次更名"):
        undo(world, first)
    undo(world, second)
    undo(world, first)
    assert (fresh(world.b).short_name, BranchEvent.objects.count()) == ("二支部", 0)
    assert Entry.objects.filter(action="org.undo").count() == 2


@pytest.mark.parametrize(("day", "says"), [
    (date(2026, 7, 1), "不能晚于今天"), (date(2019, 12, 31), "不能早于这一天"),
    (DAY, "日期应在它之后"), (date(2026, 5, 31), "日期应在它之后"),
])  # fmt: skip
def test_days_of_a_name(world, day, says):
    rename(world, world.b, "综合支部")
    with pytest.raises(RuleViolation, match=says):
        rename(world, world.b, "综合二支部", day=day)


# --- place in the tree ----------------------------------------------------------------------------------------------------


def test_a_move_takes_along_everything_below_and_rights_follow(world):
    make_branch(world.office, short_name="新支部", code="ZB20")
    general = world["general"]  # secretary of 机关总支
    assert general.can("members.view", world.members["neighbour"])
    event = move(world, world.b, world.field)
    assert Branch.objects.get_parent(fresh(world.b)).pk == world.field.pk
    assert list(tree_is_whole(None)) == []
    account = Account.objects.get(pk=general.pk)
    neighbour = Member.objects.select_related("latest__branch").get(pk=world.members["neighbour"].pk)
    assert not account.can("members.view", neighbour)
    assert not Member.objects.visible_to(account).filter(pk=neighbour.pk).exists()
    undo(world, event)
    assert Branch.objects.get_parent(fresh(world.b)).pk == world.office.pk
    assert list(tree_is_whole(None)) == []


def test_where_nothing_may_stand(world):
    for branch, parent, says in (
        (world.b, world.office, "现在就隶属"), (world.b, world.a, "党支部之下不能再设"),
        (world.office, world.field, "党总支只能设在"),
        (world.root, world.office, "根组织"),
    ):  # fmt: skip
        with pytest.raises(RuleViolation, match=says):
            move(world, branch, parent)
    with pytest.raises(RuleViolation, match="生效日期不能晚于今天"):
        move(world, world.b, world.field, day=date(2026, 7, 1))


# --- merging ---------------------------------------------------------------------------------------------------------------


def test_several_into_one(world, client_of):
    make_member(world.farm, "林一")
    make_member(world.farm, "林二", kind="probationary", joined_on=date(2026, 1, 5), start_on=date(2026, 1, 5))
    group = make_group(world.farm, name="林场小组")
    before = {member.pk: course(member) for member in Member.objects.all()}
    merge(world, world.a, world.farm, world.b)
    for source in (world.farm, world.b):
        assert fresh(source).dissolved_on == DAY
        assert not Membership.objects.active_on(DAY).filter(branch=source).exists()
    here = set(Membership.objects.active_on(DAY).filter(branch=world.a).values_list("member__name", flat=True))
    assert {"林一", "林二", "钱进", "李平"} <= here
    assert fresh(group).dissolved_on == DAY
    assert Post.objects.get(account=world["neighbour"]).stop_on == DAY
    assert Membership.objects.get(member__name="林二", stop_on=None).kind == "probationary"
    told = titles(client_of("staff"), world.a)
    assert {each[1:] for each in told[:2]} == {("合并", "二支部并入；机关党委批复"), ("合并", "林场支部并入；机关党委批复")}
    for event in BranchEvent.objects.all():
        undo(world, event)
    assert {member.pk: course(member) for member in Member.objects.all()} == before
    assert (fresh(world.b).dissolved_on, fresh(group).dissolved_on) == (None, None)
    assert Post.objects.get(account=world["neighbour"]).stop_on is None


def test_a_merger_is_not_taken_back_over_what_came_later(world):
    (event,) = merge(world, world.a, world.b)
    member = Member.objects.get(name="钱进")
    changes.regroup_member(actor=world["staff"], member=member, group=world.group1, day=date(2026, 6, 20), today=TODAY)
    with pytest.raises(RuleViolation, match="钱进以后又有变动"):
        undo(world, event)
    assert fresh(world.b).dissolved_on == DAY


def test_what_stands_in_the_way_of_a_merger(world):
    late = make_member(world.b, "新来", start_on=DAY)
    with pytest.raises(RuleViolation, match="新来在2026年6月1日有变动"):
        merge(world, world.a, world.b)
    merge_day = date(2026, 6, 2)
    make_meeting(world.b, held_on=merge_day)
    with pytest.raises(RuleViolation, match="还登记有1次会议"):
        merge(world, world.a, world.b, day=merge_day)
    letter = make_transfer(late)
    with pytest.raises(RuleViolation, match="还有1份组织关系介绍信"):
        merge(world, world.a, world.b, day=date(2026, 6, 3))
    letter.delete()
    merge(world, world.a, world.b, day=date(2026, 6, 3))
    for sources in ((), (world.a,), (world.office,)):
        with pytest.raises(RuleViolation):
            merge(world, world.a, *sources)


def test_dissolved_and_taken_back(world):
    empty = make_branch(world.office, short_name="空支部")
    services.dissolve_branch(actor=world["staff"], branch=empty, day=DAY, reason="批复")
    undo(world, BranchEvent.objects.get(branch=empty, kind="dissolved"))
    assert fresh(empty).dissolved_on is None


# --- groups ------------------------------------------------------------------------------------------------------------------


def adjust(world, places, day=DAY, by="secretary"):
    return regroup_branch(actor=world[by], branch=world.a, places=places, day=day, **WHY)


def test_all_members_among_the_groups_at_one_act(world):
    members = world.members
    before = {name: course(members[name]) for name in ("member", "colleague", "group_leader", "secretary")}
    places = {members["member"].pk: world.group2.pk, members["colleague"].pk: None, members["group_leader"].pk: world.group1.pk,
              members["secretary"].pk: world.group2.pk}  # fmt: skip
    event = adjust(world, places)
    now = {name: (fresh(members[name]).latest.group_id, fresh(members[name]).latest.is_group_leader) for name in before}
    assert now == {"member": (world.group2.pk, False), "colleague": (None, False), "group_leader": (world.group1.pk, False),
                   "secretary": (world.group2.pk, False)}  # fmt: skip
    assert course(members["secretary"]) == before["secretary"]  # who stays is left alone
    assert sorted(event.details["members"]) == sorted(members[name].pk for name in ("member", "colleague", "group_leader"))
    undo(world, event, by="secretary")
    assert {name: course(members[name]) for name in before} == before


def test_nothing_changed_a_foreign_member_and_a_second_act_of_the_day(world):
    with pytest.raises(RuleViolation, match="没有人的党小组有变化"):
        adjust(world, {world.members["member"].pk: world.group1.pk, world.members["neighbour"].pk: world.group1.pk})
    adjust(world, {world.members["member"].pk: world.group2.pk})
    with pytest.raises(RuleViolation, match="日期应在它之后"):
        adjust(world, {world.members["member"].pk: world.group1.pk})


def test_a_group_gets_another_name(world, client_of):
    facts = {"actor": world["secretary"], "group": world.group1, "day": DAY, "today": TODAY}
    event = restructuring.rename_group(name="先锋党小组", **facts)
    assert "先锋党小组，曾用名：第一党小组" in [text for *_, text in titles(client_of("secretary"), world.a)]
    with pytest.raises(RuleViolation, match="已有“第二党小组”"):
        restructuring.rename_group(name="第二党小组", **facts)
    undo(world, event, by="secretary")
    assert fresh(world.group1).name == "第一党小组"


# --- rights --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["secretary", "general", "leader", "inspector"])
def test_only_the_staff_changes_the_tree(world, who):
    event = rename(world, world.b, "综合支部")
    acts = (
        lambda: rename(world, world.a, "新名", by=who), lambda: move(world, world.a, world.field, by=who),
        lambda: merge(world, world.a, world.b, by=who), lambda: undo(world, event, by=who),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_groups_are_the_branchs_own_matter(world):
    for who, allowed in (("neighbour", False), ("general", False), ("leader", False), ("staff", True)):
        try:
            adjust(world, {world.members["member"].pk: world.group2.pk}, by=who)
        except NotAllowed:
            assert not allowed
        else:
            assert allowed
