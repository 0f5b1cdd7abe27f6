"""The form and the sheet beside it: what is typed, what it means, and what stays as typed."""
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from branches.meetings.defaults import as_typed, kept_fields, opening_fields
from branches.meetings.desk import Desk
from branches.meetings.gathering import Kept, Mark, Vote
from branches.meetings.kinds import Kind
from tests.branches.meetings.posting import TODAY, typed
from tests.factories import make_meeting


def query(fields) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(MultiValueDict({name: list(map(str, value)) if isinstance(value, list) else [str(value)]
                                for name, value in fields.items()}))  # fmt: skip
    return data


def judge(world, *kinds, members=None, branch=None, **fields):
    branch = branch or world.a
    desk = Desk(branch, query(typed(branch, *kinds, members=members, **fields)), TODAY, judged=True)
    return desk, desk.judge()


def test_a_full_form_is_a_gathering(world, roster):
    member = world.members["member"]
    desk, told = judge(
        world, Kind.CONGRESS, Kind.THEME_DAY, members=roster, absent=[(member, "leave", " 病假 ")], theme_form="study",
        begins_at="１４：３０", ends_at="16:00", place=" 会议室 ", host=world.members["secretary"].pk, minutes="记录\r\n二",
        held_on="2026年6月3日", work_report="on",
        **{"res-TOTAL_FORMS": "2", "res-0-matter": "ordinary", "res-0-text": "通过", "res-0-yes": "5", "res-1-matter": "ordinary"},
    )  # fmt: skip
    assert desk.form.errors == {}
    assert told.kinds == {"congress", "theme_day"}
    assert (f"{told.begins_at:%H:%M}", told.place, told.host, told.minutes) == ("14:30", "会议室", world.members["secretary"], "记录\n二")
    assert told.attendance[member.pk] == Mark("leave", "病假")
    assert told.resolutions == (Vote("通过", "ordinary", 5),)
    assert (told.work_report, told.held_on.isoformat()) == (True, "2026-06-03")


def test_all_faults_come_at_once_each_beside_its_field(world, roster):
    desk, told = judge(
        world, Kind.THEME_DAY, Kind.LECTURE, members=roster, held_on="2027-02-29", title="长" * 10_000, place="会\x01场",
        begins_at="下午", absent=[(world.members["member"], "leave", "")],
    )  # fmt: skip
    assert told is None
    errors = {name: list(said) for name, said in desk.form.errors.items()}
    assert errors == {
        "held_on": ["日期不对：2027年2月没有29日。"],
        "title": ["主题最多 100 个字，现在有 10000 个，请缩短。"],
        "place": ["地点的“会”后面有控制字符，请删去后重新输入这几个字。"],
        "begins_at": ["开始时间看不明白，请按 14:30 的样子填写。"],
        "theme_form": ["主题党日请选择形式。"],
        "lecturer": ["党课请选择主讲人，或填写外请主讲人。"],
        "__all__": ["请填写李平请假的原因。"],
    }
    assert desk.form.beside["attendance"] == ["请填写李平请假的原因。"]


def test_a_sheet_of_another_day_is_shown_anew_before_it_counts(world, roster):
    newcomer = world.members["probationer"]
    desk, told = judge(world, members=[one for one in roster if one != newcomer] + [world.members["neighbour"]])
    assert told is None
    said = "按当天名册和会议类型，应到名单有变化：增加 沈新（1人），减少 1 人。名单已更新，请核对后再提交。"
    assert desk.form.beside["attendance"] == [said]
    assert [row.person.name for row in desk.sheet.rows if row.new] == ["沈新"]


def test_a_member_of_another_branch_cannot_be_slipped_in(world, roster):
    desk, told = judge(world, members=[*roster, world.members["neighbour"]], host=world.members["neighbour"].pk)
    assert told is None
    assert list(desk.form.errors) == ["host", "__all__"]
    assert world.members["neighbour"].pk not in desk.sheet.marks


def test_another_branchs_group_is_no_choice(world, roster):
    desk, told = judge(world, Kind.GROUP, branch=world.b, members=[world.members["neighbour"]], group=world.group1.pk)
    assert told is None
    assert list(desk.form.errors["group"]) == ["党小组里没有这一项，请重新选择。"]


def test_unreadable_votes_are_told_beside_them(world, roster):
    desk, told = judge(world, members=roster, **{"res-TOTAL_FORMS": "1", "res-0-text": "通过", "res-0-yes": "很多"})
    assert told is None
    assert [form.errors for form in desk.resolutions.forms] == [{"yes": ["赞成应填写整数。"]}]


def test_chosen_people_count_only_when_ticked_or_excused(world, roster):
    first, second, third, *_ = roster
    raw = typed(world.a, Kind.TALK, members=roster)
    raw |= {"present": [first.pk], f"state-{second.pk}": "leave", f"reason-{second.pk}": "病假", f"state-{third.pk}": ""}
    desk = Desk(world.a, query(raw), TODAY, judged=True)
    assert desk.judge().attendance == {first.pk: Mark(), second.pk: Mark("leave", "病假")}
    assert desk.sheet.tally == {"expected": 2, "present": 1, "voters": 2, "voters_present": 1}


def test_the_quorum_counts_those_with_a_vote(world, roster):
    away = [(member, "leave", "病假") for member in roster[:4]]
    raw = query(typed(world.a, Kind.CONGRESS, members=roster, absent=away))
    sheet = Desk(world.a, raw, TODAY).sheet
    assert sheet.tally == {"expected": 7, "present": 3, "voters": 6, "voters_present": 2}
    assert (sheet.demand.rule, sheet.demand.need, sheet.holds) == ("VOTE-1", 3, False)
    assert sheet.demand.no == "未达到半数，不符合规定，至少应到 3 人"


def test_a_new_form_repeats_last_time(world, roster):
    secretary, member = world.members["secretary"], world.members["member"]
    make_meeting(world.a, Kind.CONGRESS, place="礼堂", host=secretary, begins_at="14:30", held_on=TODAY)
    make_meeting(world.a, Kind.THEME_DAY, place="林场", host=member, held_on=TODAY.replace(day=1))
    asked = QueryDict(f"kind={Kind.THEME_DAY}&kind=nonsense&date=2026-06-12&title=主题党日")
    desk = Desk(world.a, as_typed(opening_fields(world.a, asked, TODAY)), TODAY)
    shown = {name: desk.form[name].value() for name in ("kinds", "held_on", "title", "place", "host")}
    assert shown == {"kinds": ["theme_day"], "held_on": "2026-06-12", "title": "主题党日", "place": "林场", "host": str(member.pk)}
    assert opening_fields(world.a, QueryDict(), TODAY)["place"] == ["礼堂"]
    assert [row.present for row in desk.sheet.rows] == [True] * 7


def test_a_kept_meeting_comes_back_as_it_was(world, roster):
    member = world.members["member"]
    _, told = judge(world, Kind.CONGRESS, members=roster, absent=[(member, "absent", "未请假")], place="礼堂",
                       **{"res-TOTAL_FORMS": "1", "res-0-text": "通过", "res-0-yes": "0"})  # fmt: skip
    from branches.meetings.services import hold_meeting

    meeting = hold_meeting(actor=world["secretary"], branch=world.a, gathering=told, today=TODAY)
    again = Desk(world.a, as_typed(kept_fields(Kept.of(meeting))), TODAY, judged=True)
    again.judge()
    assert again.form.gathering(again.sheet, again.votes) == told


def test_a_draft_shows_wrong_values_as_they_were_typed(world, roster):
    raw = query(typed(world.a, members=roster, held_on="2027-02-29", title="长" * 300, begins_at="下午",
                      **{"res-TOTAL_FORMS": "1", "res-0-text": "通过", "res-0-yes": "很多"}))  # fmt: skip
    desk = Desk(world.a, raw, TODAY)
    shown = {name: desk.form[name].value() for name in ("held_on", "title", "begins_at")}
    assert shown == {"held_on": "2027-02-29", "title": "长" * 300, "begins_at": "下午"}
    assert desk.resolutions.forms[0]["yes"].value() == "很多"
    assert not desk.form.is_bound
