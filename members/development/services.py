"""Opening a path and keeping its facts; what every act of this app shares. The steps are written in `recording`, decisions of
the upper committee in `approvals`, ways off the chain in `leaving`. Dates are whole days; `today` is told."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from branches.accounts.models import Account
from branches.models import Branch, PartyGroup
from members.development.course import Course
from members.development.models import Path, StepRecord
from members.development.people import adult_on
from members.id_numbers import tidy_id_number, why_not_id_number
from members.models import Kind, Member, Profile
from members.pinyin import spell
from members.querysets import ID_PURPOSE
from members.rules import cn
from members.services import check_place
from partywork.errors import RuleViolation
from partywork.fields import blind_index
from partywork.journal.services import changes_between, register_actions, snapshot, write_entry
from partywork.versions import claim_version

register_actions({
    "development.open": "登记入党申请人", "development.edit": "修改申请人信息", "development.step": "登记发展步骤",
    "development.correct": "更正发展步骤", "development.void": "作废发展步骤", "development.submit": "报送上级党委",
    "development.withdraw": "撤回报送", "development.approve": "上级党委通过", "development.return": "上级党委退回",
    "development.helpers": "更换联系人、介绍人", "development.report": "登记思想汇报", "development.report_void": "作废思想汇报",
    "development.stop": "终止培养", "development.resume": "恢复培养", "development.move": "接续到其他支部",
    "development.class": "登记培训班", "development.class_edit": "修改培训班", "development.trainees": "确定参训人员",
    "development.hours": "登记培训学时", "development.file_add": "添加发展材料", "development.file_remove": "移除发展材料",
    "development.item": "设置本地要求", "development.item_end": "停用本地要求",
})  # fmt: skip
PERSONAL = ("name", "sex", "born_on", "id_number", "group", "came_from", "moved_in_on", "leaving_on", "note")


@transaction.atomic
def open_path(
    *,
    actor: Account | None,
    name: str,
    sex: str,
    born_on: date,
    branch: Branch,
    group: PartyGroup | None,
    applied_on: date,
    today: date,
    id_number: str = "",
    came_from: str = "",
    moved_in_on: date | None = None,
    leaving_on: date | None = None,
    note: str = "",
    form_token: UUID | None = None,
) -> Path:
    """A person and his application (step 1). Who came from elsewhere brings his earlier steps along (第12条)."""
    require(actor, "development.edit", branch)
    path = Path(name=name, sex=sex, born_on=born_on, branch=branch, group=group, id_number=id_number, came_from=came_from,
                moved_in_on=moved_in_on, leaving_on=leaving_on, note=note, created_by=actor, form_token=form_token)  # fmt: skip
    check_place(branch, group, max(applied_on, branch.founded_on), today)
    _settle(path, today)
    _check_application(path, applied_on, today)
    _save(path)
    StepRecord.objects.create(path=path, branch=branch, key="application", done_on=applied_on, recorded_on=today, created_by=actor,
                              carried=bool(moved_in_on and applied_on < moved_in_on))  # fmt: skip
    refresh(path)
    _tell(actor, "development.open", path, changes_between({}, snapshot(path, PERSONAL)) | {"key": [None, "application"]})
    return path


@transaction.atomic
def adopt_member(
    *, actor: Account | None, member: Member, applied_on: date, approved_on: date, today: date, form_token: UUID | None = None
) -> Path:
    """The path of somebody who is a probationary member already (entered with the roster, or transferred in): what was done
    before is known from his file, and 转正 goes on here."""
    latest = member.latest
    require(actor, "development.edit", latest.branch)
    if latest.stop_on or latest.kind != Kind.PROBATIONARY:
        raise RuleViolation("只有在册的预备党员可以接续培养档案。", field="member")
    if Path.objects.filter(member=member).exists():
        raise RuleViolation(f"{member.name}已有发展档案。", field="member")
    if not applied_on < member.joined_on <= approved_on <= today:
        raise RuleViolation(
            f"入党申请应早于支部大会通过的日期（{cn(member.joined_on)}），上级党委审批不早于它。", field="approved_on")  # fmt: skip
    path = Path(name=member.name, sex=member.sex, born_on=member.born_on, branch=latest.branch, group=latest.group, member=member,
                created_by=actor, form_token=form_token)  # fmt: skip
    _settle(path, today)
    _save(path)
    days = {"application": applied_on, "admission": member.joined_on, "approval": approved_on, "placement": approved_on}
    for key, day in days.items():
        StepRecord.objects.create(path=path, branch=latest.branch, key=key, done_on=day, recorded_on=today, created_by=actor,
                                  carried=True)  # fmt: skip
    refresh(path)
    _tell(actor, "development.open", path, {key: [None, day.isoformat()] for key, day in days.items()})
    return path


@transaction.atomic
def edit_path(*, actor: Account | None, path: Path, version: int, today: date, **facts: Any) -> Path:
    """Change any of PERSONAL; the day of birth must still fit the application."""
    require(actor, "development.edit", path)
    claim_version(path, version)
    if path.member_id:
        raise RuleViolation("已列入党员名册，本人信息请在党员档案中修改。")
    before = snapshot(path, PERSONAL)
    for name in facts.keys() & set(PERSONAL):
        setattr(path, name, facts[name])
    if path.group and path.group.branch_id != path.branch_id:
        raise RuleViolation("所选党小组不属于这个支部。", field="group")
    _settle(path, today)
    _check_application(path, Course.of(path).dates["application"], today)
    _save(path)
    _tell(actor, "development.edit", path, changes_between(before, snapshot(path, PERSONAL)))
    return path


# --- shared by all acts of this app -------------------------------------------------------------------------------------


def require(actor: Account | None, action: str, row: Any) -> None:
    """No actor: the system itself (sample data, imports by command)."""
    if actor is not None:
        actor.require(action, row)


def lock(path: Path) -> Path:
    """The path as it is now, held until commit: two acts on one path go one after the other."""
    Path.objects.select_for_update().get(pk=path.pk)
    return Path.objects.select_related("branch", "group", "member__latest__branch").get(pk=path.pk)


def lock_open(path: Path) -> Path:
    found = lock(path)
    if found.state != "open":
        raise RuleViolation(f"{found.name}的发展档案{found.get_state_display()}，不能再办理。")
    return found


def refresh(path: Path) -> Course:
    """State and stage as the records have them, and a new version: open forms of this path are stale now."""
    course = Course.of(path)
    path.state, path.stage = course.state, course.stage
    path.version += 1
    path.save(update_fields=["state", "stage", "version"])
    return course


def note_step(actor: Account | None, action: str, record: StepRecord, *, reason: str = "", **more: Any) -> None:
    """The journal tells a step under the person's path."""
    changes = {"key": [None, record.get_key_display()], "done_on": [None, record.done_on.isoformat()]} | more
    write_entry(actor=actor, action=action, target=record.path, reason=reason, changes=changes)


def need_reason(text: str, act: str = "") -> str:
    reason = " ".join(text.split())
    if not reason:
        raise RuleViolation(f"请写明{act}原因。", field="reason")
    return reason


def _tell(actor: Account | None, action: str, path: Path, changes: dict) -> None:
    write_entry(actor=actor, action=action, target=path, changes=changes)


def _settle(path: Path, today: date) -> None:
    """Name, number and their indexes as they are kept."""
    path.pinyin, path.initials = spell(path.name)
    path.id_number = tidy_id_number(path.id_number)
    if path.id_number and (why := why_not_id_number(path.id_number, path.born_on, path.sex, today)):
        raise RuleViolation(why, field="id_number")
    path.id_index = blind_index(path.id_number, ID_PURPOSE)
    if bool(path.came_from) != bool(path.moved_in_on):
        raise RuleViolation("从外单位转来的，请同时填写原单位和转入日期。", field="moved_in_on" if path.came_from else "came_from")
    if path.moved_in_on and path.moved_in_on > today:
        raise RuleViolation("转入日期不能晚于今天。", field="moved_in_on")


def _check_application(path: Path, applied_on: date, today: date) -> None:
    if applied_on > today:
        raise RuleViolation("递交申请的日期不能晚于今天。", field="applied_on")
    if applied_on < adult_on(path.born_on):
        said = f"年满18周岁（{cn(adult_on(path.born_on))}）才可以申请入党，请核对出生日期和申请日期。"
        raise RuleViolation(said, field="applied_on", rule="DEV-1")


def _save(path: Path) -> None:
    """A number that is on the roster, or on another open path, is refused."""
    if path.id_number:
        if Profile.objects.of_id_number(path.id_number).exclude(member=path.member_id).exists():
            raise RuleViolation("这个身份证号已登记在党员名册中，请核对。", field="id_number")
        if Path.objects.open().of_id_number(path.id_number).exclude(pk=path.pk).exists():
            raise RuleViolation("这个身份证号已有一份正在进行的发展档案，请核对。", field="id_number")
    try:
        with transaction.atomic():
            path.save()
    except IntegrityError as error:
        if path.form_token and Path.objects.filter(form_token=path.form_token).exists():
            raise  # the same form twice: its page leads to what the first made
        raise RuleViolation("这个身份证号刚刚登记在另一份发展档案中，请核对。", field="id_number") from error
