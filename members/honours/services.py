"""The acts on honours. Nobody reviews, publishes or decides his own nomination, and nobody writes down his own award."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from branches.accounts.models import Account
from branches.holiday_services import work_calendar
from branches.meetings.models import Meeting
from branches.meetings.models import State as MeetingState
from branches.models import Branch
from branches.rule_settings import own_figures
from branches.services import cn_date, the_bureau
from members.honours.models import STORY, Award, Category, Example, Nomination, Quota, Round, State, Title
from members.models import Member
from partywork.errors import RuleViolation
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.rules import in_force
from partywork.versions import claim_version

register_actions({
    "title.create": "新建表彰名目", "title.edit": "修改表彰名目", "round.create": "新建表彰批次", "round.edit": "修改表彰批次",
    "round.quotas": "分配表彰名额", "round.publish": "公示拟表彰对象", "round.decide": "决定表彰",
    "nomination.create": "推荐表彰对象", "nomination.edit": "修改表彰推荐", "nomination.review": "审查表彰推荐",
    "nomination.refuse": "表彰推荐未通过", "nomination.withdraw": "撤回表彰推荐",
    "award.give": "登记表彰", "award.void": "作废表彰", "example.create": "登记典型", "example.edit": "修改典型",
    "example.choose": "选入报告的典型",
})  # fmt: skip
TITLE_FIELDS = ("name", "category", "level", "for_branch", "in_use")
ROUND_FIELDS = ("name", "year", "notice", "notice_on", "nominate_by")
AWARD_FIELDS = ("title", "branch", "member", "awarded_on", "given_by", "document")
EXAMPLE_FIELDS = ("branch", "name", "line", "on")
OWN = "本人是被推荐人，请由其他工作人员办理。"
# Which states an act on a nomination starts from; every other one is refused.
FROM = {
    "edit": (State.RECOMMENDED,), "review": (State.RECOMMENDED,), "withdraw": (State.RECOMMENDED, State.REVIEWED),
    "refuse": (State.RECOMMENDED, State.REVIEWED, State.PUBLICITY),
}  # fmt: skip


# --- titles and rounds ------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_title(*, actor: Account, form_token=None, **facts) -> Title:
    actor.require("honours.decide")
    title = Title(form_token=form_token, **facts)
    _check_title(title)
    title.save(force_insert=True)
    write_entry(actor=actor, action="title.create", target=title, changes=changes_between({}, snapshot(title, TITLE_FIELDS)))
    return title


@transaction.atomic
def edit_title(*, actor: Account, title: Title, version: int, **facts) -> Title:
    actor.require("honours.decide", title)
    title = Title.objects.select_for_update().get(pk=title.pk)
    before = snapshot(title, TITLE_FIELDS)
    claim_version(title, version)
    if title.awards.exists() and (facts["category"], facts["for_branch"]) != (title.category, title.for_branch):
        raise RuleViolation("这个名目已有表彰记录，不能改归类和授予对象。请停用它，另建新的名目。", field="category")
    for name in TITLE_FIELDS:
        setattr(title, name, facts[name])
    _check_title(title)
    title.save(update_fields=[*TITLE_FIELDS])
    write_entry(actor=actor, action="title.edit", target=title, changes=changes_between(before, snapshot(title, TITLE_FIELDS)))
    return title


def _check_title(title: Title) -> None:
    if title.category != Category.OTHER and title.for_branch is not (title.category == Category.BRANCH):
        raise RuleViolation("优秀共产党员、优秀党务工作者授予个人，先进基层党组织授予党组织，请核对。", field="for_branch")
    if Title.objects.filter(name=title.name, level=title.level).exclude(pk=title.pk).exists():
        raise RuleViolation("这一级别已有同名的名目。", field="name")


@transaction.atomic
def create_round(*, actor: Account, form_token=None, **facts) -> Round:
    actor.require("honours.decide")
    row = Round(form_token=form_token, **facts)
    _check_dates(row)
    row.save(force_insert=True)
    write_entry(actor=actor, action="round.create", target=row, changes=changes_between({}, snapshot(row, ROUND_FIELDS)))
    return row


@transaction.atomic
def edit_round(*, actor: Account, row: Round, version: int, **facts) -> Round:
    row, before = _open_round(actor, row, version)
    for name in ROUND_FIELDS:
        setattr(row, name, facts[name])
    _check_dates(row)
    row.save(update_fields=[*ROUND_FIELDS])
    write_entry(actor=actor, action="round.edit", target=row, changes=changes_between(before, snapshot(row, ROUND_FIELDS)))
    return row


def _check_dates(row: Round) -> None:
    if row.nominate_by < row.notice_on:
        raise RuleViolation("推荐截止日期不能早于通知日期。", field="nominate_by")


def _open_round(actor: Account, row: Round, version: int) -> tuple[Round, dict]:
    """The round locked and claimed; one that is decided stays as it is."""
    actor.require("honours.decide", row)
    row = Round.objects.select_for_update().get(pk=row.pk)
    before = snapshot(row, ROUND_FIELDS)
    claim_version(row, version)
    if row.decided_on:
        raise RuleViolation(f"这一批次已于{cn_date(row.decided_on)}决定，不能再改。")
    return row, before


@transaction.atomic
def set_quotas(*, actor: Account, row: Round, version: int, places: Mapping[tuple[int, int], int]) -> Round:
    """{(organisation, title): how many}; what is not named has none. Never fewer than are recommended already."""
    row, _ = _open_round(actor, row, version)
    if row.publicity_start:
        raise RuleViolation("这一批次已经公示，不能再改名额。")
    kept = {(quota.branch_id, quota.title_id): quota for quota in row.quotas.all()}
    used = _used(row)
    for place, number in used.items():
        if places.get(place, 0) < number:
            raise RuleViolation(f"{_place_words(place)}已推荐{number}名，名额不能更少。请先撤回推荐。")
    for place, quota in kept.items():
        if not places.get(place):
            quota.delete()
    for (branch, title), number in places.items():
        if number:
            Quota.objects.update_or_create(round=row, branch_id=branch, title_id=title, defaults={"places": number})
    write_entry(actor=actor, action="round.quotas", target=row,
                changes={"名额合计": [sum(each.places for each in kept.values()), sum(places.values())]})  # fmt: skip
    return row


def _used(row: Round) -> dict[tuple[int, int], int]:
    used: dict[tuple[int, int], int] = {}
    for place in row.nominations.live().values_list("branch", "title"):
        used[place] = used.get(place, 0) + 1
    return used


def _place_words(place: tuple[int, int]) -> str:
    return f"{Branch.objects.get(pk=place[0]).short_name}的{Title.objects.get(pk=place[1])}"


# --- nominations ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def nominate(
    *, actor: Account, quota: Quota, member: Member | None, meeting: Meeting, story: str, today: date, form_token=None
) -> Nomination:
    """A branch recommends, by its own recorded meeting, within its number."""
    actor.require("honours.edit", quota)
    row = Round.objects.select_for_update().get(pk=quota.round_id)
    if row.publicity_start:
        raise RuleViolation("这一批次已经公示，不能再推荐。")
    if row.nominations.live().filter(branch=quota.branch, title=quota.title).count() >= quota.places:
        raise RuleViolation(f"{quota.title}的{quota.places}个名额已经用完。需要换人的，请先撤回原来的推荐。")
    _check_nominee(quota, member)
    _check_meeting(quota.branch, meeting, row, today)
    made = Nomination.objects.create(round=row, title=quota.title, branch=quota.branch, member=member, meeting=meeting,
                                     story=_checked_story(story), created_by=actor, form_token=form_token)  # fmt: skip
    write_entry(actor=actor, action="nomination.create", target=made, changes={"会议": [None, str(meeting)]})
    return made


def _check_nominee(quota: Quota, member: Member | None) -> None:
    if quota.title.for_branch:
        if member:
            raise RuleViolation("这个名目授予党组织，不填姓名。", field="member")
    elif member is None:
        raise RuleViolation("请选择推荐对象。", field="member")
    elif member.latest is None or member.latest.stop_on or not member.latest.branch.path.startswith(quota.branch.path):
        raise RuleViolation(f"{member.name}不在{quota.branch.short_name}的名册上。", field="member")
    same = {"member": member} if member else {"member": None, "branch": quota.branch}
    taken = quota.round.nominations.live().filter(title=quota.title, **same)
    if taken.exists():
        raise RuleViolation("本批次已推荐同一对象。", field=None if quota.title.for_branch else "member")


def _check_meeting(branch: Branch, meeting: Meeting, row: Round, today: date) -> None:
    if meeting.branch_id != branch.pk or meeting.state != MeetingState.HELD:
        raise RuleViolation("只能选择本组织已召开的会议。", field="meeting")
    if not row.notice_on <= meeting.held_on <= today:
        raise RuleViolation(f"推荐会议应在通知日期{cn_date(row.notice_on)}以后召开。", field="meeting")


def _checked_story(story: str) -> str:
    if not story.strip() or len(story) > STORY:
        raise RuleViolation(f"主要事迹最多{STORY}个字，现在有{len(story)}个。", field="story")
    return story


@transaction.atomic
def edit_nomination(*, actor: Account, nomination: Nomination, version: int, meeting: Meeting, story: str, today: date) -> Nomination:
    nomination = _taken(actor, "honours.edit", nomination, "edit")
    claim_version(nomination, version)
    _check_meeting(nomination.branch, meeting, nomination.round, today)
    nomination.meeting, nomination.story = meeting, _checked_story(story)
    nomination.save(update_fields=["meeting", "story"])
    write_entry(actor=actor, action="nomination.edit", target=nomination, changes={"会议": [None, str(meeting)]})
    return nomination


@transaction.atomic
def review_nomination(*, actor: Account, nomination: Nomination, opinions: str) -> Nomination:
    """The office has examined it and heard discipline inspection and personnel."""
    nomination = _taken(actor, "honours.decide", nomination, "review")
    _refuse_own(actor, nomination)
    nomination.state, nomination.opinions, nomination.reviewed_by = State.REVIEWED, opinions, actor
    return _moved(actor, nomination, "nomination.review", ["opinions", "reviewed_by"], opinions)


@transaction.atomic
def refuse_nomination(*, actor: Account, nomination: Nomination, reason: str) -> Nomination:
    nomination = _taken(actor, "honours.decide", nomination, "refuse")
    nomination.state, nomination.reason = State.REFUSED, reason
    return _moved(actor, nomination, "nomination.refuse", ["reason"], reason)


@transaction.atomic
def withdraw_nomination(*, actor: Account, nomination: Nomination, reason: str) -> Nomination:
    nomination = _taken(actor, "honours.edit", nomination, "withdraw")
    nomination.state, nomination.reason = State.WITHDRAWN, reason
    return _moved(actor, nomination, "nomination.withdraw", ["reason"], reason)


def _taken(actor: Account, right: str, nomination: Nomination, act: str) -> Nomination:
    """The nomination as it is now, its round locked, if the act may start from its state."""
    actor.require(right, nomination)
    Round.objects.select_for_update().get(pk=nomination.round_id)
    row = Nomination.objects.select_related("branch", "round", "member", "title").get(pk=nomination.pk)
    if row.state not in FROM[act]:
        raise RuleViolation(f"这项推荐{row.get_state_display()}，不能再办理。请查看最新情况。")
    return row


def _moved(actor: Account, nomination: Nomination, action: str, fields: list[str], reason: str) -> Nomination:
    nomination.version += 1
    nomination.save(update_fields=["state", "version", *fields])
    write_entry(actor=actor, action=action, target=nomination, reason=reason,
                changes={"state": [None, nomination.state]})  # fmt: skip
    return nomination


def _refuse_own(actor: Account, *nominations: Nomination) -> None:
    if any(each.member and each.member.account_id == actor.pk for each in nominations):
        raise RuleViolation(OWN)


# --- publicity and decision -------------------------------------------------------------------------------------------------


@transaction.atomic
def publish_round(*, actor: Account, row: Round, version: int, publicity_start: date, publicity_end: date) -> Round:
    """Everyone whose examination is done is published for as many working days as the setting asks."""
    row, _ = _open_round(actor, row, version)
    if row.publicity_start:
        raise RuleViolation("这一批次已经公示。")
    if left := row.nominations.filter(state=State.RECOMMENDED).count():
        raise RuleViolation(f"还有{left}项推荐没有审查，请先逐项审查。")
    chosen = list(row.nominations.filter(state=State.REVIEWED).select_related("member"))
    if not chosen:
        raise RuleViolation("没有审查通过的推荐，不能公示。")
    _refuse_own(actor, *chosen)
    rule = in_force("HON-1", publicity_start)
    own = own_figures(("HON-1",), publicity_start).get("HON-1")
    answer = rule and rule.answer(own, work_calendar(), start=publicity_start, end=publicity_end)
    if publicity_start < row.notice_on or (answer and not answer.holds):
        told = answer.says if answer and not answer.holds else "公示不能早于通知日期。"
        raise RuleViolation(told, field="publicity_end", rule="HON-1")
    row.publicity_start, row.publicity_end = publicity_start, publicity_end
    row.save(update_fields=["publicity_start", "publicity_end"])
    _move_all(chosen, State.PUBLICITY)
    write_entry(actor=actor, action="round.publish", target=row, changes=_names(chosen))
    return row


@transaction.atomic
def decide_round(*, actor: Account, row: Round, version: int, decided_on: date, document: str, today: date) -> Round:
    """The committee has decided: everyone still published is honoured. Twice is refused."""
    row, _ = _open_round(actor, row, version)
    if row.publicity_end is None:
        raise RuleViolation("这一批次还没有公示，不能决定。")
    if not row.publicity_end < decided_on <= today:
        raise RuleViolation(f"公示到{cn_date(row.publicity_end)}结束，决定日期应在这以后、不晚于今天。", field="decided_on", rule="HON-1")
    chosen = list(row.nominations.filter(state=State.PUBLICITY).select_related("member", "branch", "title"))
    _refuse_own(actor, *chosen)
    row.decided_on, row.document = decided_on, document
    row.save(update_fields=["decided_on", "document"])
    _move_all(chosen, State.DECIDED)
    bureau = the_bureau()
    for each in chosen:
        Award.objects.create(title=each.title, branch=each.branch, member=each.member, awarded_on=decided_on, document=document,
                             given_by=bureau.organ_name if bureau else "机关党委", nomination=each, created_by=actor)  # fmt: skip
    write_entry(actor=actor, action="round.decide", target=row, changes=_names(chosen) | {"document": ["", document]})
    return row


def _move_all(nominations: list[Nomination], state: str) -> None:
    for each in nominations:
        each.state = state
        each.version += 1
        each.save(update_fields=["state", "version"])


def _names(nominations: list[Nomination]) -> dict:
    return {"对象": [None, "、".join(str(each) for each in nominations)]}


# --- awards and examples ----------------------------------------------------------------------------------------------------


@transaction.atomic
def give_award(
    *, actor: Account, title: Title, branch: Branch, member: Member | None, awarded_on: date, given_by: str, document: str,
    today: date, form_token=None,
) -> Award:  # fmt: skip
    """An honour from above, or one given before the system was there."""
    actor.require("honours.edit", branch)
    if awarded_on > today:
        raise RuleViolation("表彰日期不能晚于今天。", field="awarded_on")
    if title.for_branch is not (member is None):
        raise RuleViolation("这个名目授予党组织，不填姓名。" if title.for_branch else "请填写受表彰人的姓名。", field="name")
    if member and member.account_id == actor.pk:
        raise RuleViolation("本人受到的表彰请由其他人登记。", field="name")
    award = Award(title=title, branch=branch, member=member, awarded_on=awarded_on, given_by=given_by, document=document,
                  created_by=actor, form_token=form_token)  # fmt: skip
    same = {"member": member} if member else {"member": None, "branch": branch}
    if Award.objects.standing().filter(title=title, awarded_on=awarded_on, **same).exists():
        raise RuleViolation("这一天的这项表彰已经登记。", field="awarded_on")
    award.save(force_insert=True)
    write_entry(actor=actor, action="award.give", target=award, changes=changes_between({}, snapshot(award, AWARD_FIELDS)))
    return award


@transaction.atomic
def void_award(*, actor: Account, award: Award, reason: str) -> Award:
    actor.require("honours.decide", award)
    award = Award.objects.select_for_update(of=("self",)).select_related("title", "branch", "member").get(pk=award.pk)
    if award.voided:
        raise RuleViolation("这项表彰已经作废。")
    award.voided, award.void_reason = True, reason
    award.save(update_fields=["voided", "void_reason"])
    write_entry(actor=actor, action="award.void", target=award, reason=reason)
    return award


@transaction.atomic
def add_example(*, actor: Account, branch: Branch, name: str, line: str, on: date, today: date, form_token=None) -> Example:
    actor.require("honours.edit", branch)
    _check_example_day(on, today)
    example = Example.objects.create(branch=branch, name=name, line=line, on=on, created_by=actor, form_token=form_token)
    write_entry(actor=actor, action="example.create", target=example, changes=changes_between({}, snapshot(example, EXAMPLE_FIELDS)))
    return example


@transaction.atomic
def edit_example(*, actor: Account, example: Example, version: int, name: str, line: str, on: date, today: date) -> Example:
    """The wording; what the office has chosen already it chooses anew."""
    actor.require("honours.edit", example)
    example = Example.objects.select_for_update(of=("self",)).select_related("branch").get(pk=example.pk)
    before = snapshot(example, EXAMPLE_FIELDS)
    claim_version(example, version)
    _check_example_day(on, today)
    example.chosen = example.chosen and (name, line) == (example.name, example.line)
    example.name, example.line, example.on = name, line, on
    example.save(update_fields=["name", "line", "on", "chosen"])
    write_entry(actor=actor, action="example.edit", target=example, changes=changes_between(before, snapshot(example, EXAMPLE_FIELDS)))
    return example


@transaction.atomic
def choose_example(*, actor: Account, example: Example, chosen: bool) -> Example:
    actor.require("honours.decide", example)
    example = Example.objects.select_for_update(of=("self",)).select_related("branch").get(pk=example.pk)
    if example.chosen != chosen:
        example.chosen = chosen
        example.save(update_fields=["chosen"])
        write_entry(actor=actor, action="example.choose", target=example, changes={"chosen": [not chosen, chosen]})
    return example


def _check_example_day(on: date, today: date) -> None:
    if on > today:
        raise RuleViolation("日期不能晚于今天。", field="on")
