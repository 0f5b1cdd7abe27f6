"""What the page 办理变动 offers: for each act its words, its form, its service, and when it makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from branches.accounts.models import Account
from branches.accounts.permissions import Reach, widest_reach
from members import changes, corrections, forms, services, standings
from members.models import Kind, Member, Status, StopReason


@dataclass(frozen=True)
class Act:
    code: str
    label: str
    submit: str
    form: type[forms.ChangeForm]
    service: Callable
    fits: Callable[[Member, Account], bool]
    hint: str = ""
    dated: bool = True  # whether the service is told what day it is

    @transaction.atomic
    def do(self, *, actor: Account, member: Member, today, values: dict, token: UUID | None = None) -> None:
        """The act, and which form it came from: the same form sent again is led to the member's page."""
        facts = values | ({"today": today} if self.dated else {})
        self.service(actor=actor, member=member, **facts)
        services.note_form(member, token)


def _here(member: Member, account: Account) -> bool:
    return member.latest.stop_on is None


def _leads(member: Member, account: Account) -> bool:
    return _here(member, account) and member.latest.is_group_leader


def _may_lead(member: Member, account: Account) -> bool:
    return _here(member, account) and member.latest.group_id is not None and not member.latest.is_group_leader


def _may_move(member: Member, account: Account) -> bool:
    return _here(member, account) and widest_reach(account, "members.edit") >= Reach.BELOW


def _on_probation(member: Member, account: Account) -> bool:
    return _here(member, account) and member.latest.kind == Kind.PROBATIONARY


def _transferred_out(member: Member, account: Account) -> bool:
    return member.latest.stop_reason == StopReason.TRANSFER_OUT


def _stopped(member: Member, account: Account) -> bool:
    return any(row.status == Status.STOPPED and row.stop_on is None for row in member.standings.all())


def _can_undo(member: Member, account: Account) -> bool:
    return member.latest.stop_on is not None or len(member.memberships.all()) > 1


ACTS = [
    Act("regroup", "调整党小组", "调整党小组", forms.RegroupForm, changes.regroup_member, _here),
    Act(
        "leader",
        "任组长",
        "确定为组长",
        forms.ChangeForm,
        changes.appoint_group_leader,
        _may_lead,
        "确定为现在所在党小组的组长，原组长自同一天起不再担任。",
    ),
    Act(
        "unleader",
        "免组长",
        "免去组长",
        forms.ChangeForm,
        changes.dismiss_group_leader,
        _leads,
        "只免去组长，仍在原党小组。要换人的，直接在新组长页面办理“任组长”。",
    ),
    Act(
        "move",
        "支部间调整",
        "调整到该支部",
        forms.MoveForm,
        changes.move_member,
        _may_move,
        "在本单位支部之间调整；转到外单位的，请在“组织关系转接”中办理。",
    ),
    Act("full", "预备党员转正", "登记转正", forms.TurnFullForm, changes.turn_full, _on_probation),
    Act(
        "leave",
        "离开",
        "登记离开",
        forms.LeaveForm,
        changes.leave_member,
        _here,
        "去世、除名、开除党籍、取消预备党员资格、停止党籍的在这里登记，此人和此前的全部记录仍可查到。组织关系转出的，请在“组织关系转接”中开具介绍信。",
    ),
    Act(
        "return",
        "重新转入",
        "登记转入",
        forms.ReturnForm,
        changes.return_member,
        _transferred_out,
        "接着原来的档案继续记录，不必重新登记。",
    ),
    Act(
        "restore",
        "恢复党籍",
        "登记恢复党籍",
        forms.ReturnForm,
        standings.restore_member,
        _stopped,
        "停止党籍的党员，经组织批准恢复党籍的，从批准之日起重新列入名册。",
    ),
    Act(
        "lapse",
        "按自行脱党除名",
        "登记除名",
        forms.ChangeForm,
        standings.lapse_member,
        _stopped,
        "停止党籍满2年仍联系不上的，按自行脱党除名（LOST-1）。",
    ),
    Act(
        "correct",
        "更正记录",
        "保存更正",
        forms.CorrectForm,
        corrections.correct_membership,
        lambda member, account: True,
        "只更正最近一段记录里登记错了的内容；情况真的变了，请用前面的各项变动。",
    ),
    Act(
        "undo",
        "撤销变动",
        "撤销最近一次变动",
        forms.UndoForm,
        corrections.undo_change,
        _can_undo,
        "最近一次变动登记错了，撤销后恢复到变动之前。",
        dated=False,
    ),
    Act(
        "link",
        "关联账号",
        "关联账号",
        forms.LinkForm,
        services.link_account,
        lambda member, account: member.account is None,
        "关联后，本人登录可以查看自己的档案；任支部委员的，开会时按账号的任职列入应到。",
        dated=False,
    ),
    Act(
        "unlink",
        "解除账号",
        "解除关联",
        forms.UnlinkForm,
        services.unlink_account,
        lambda member, account: member.account is not None,
        "解除后，本人登录不再看到这份档案。",
        dated=False,
    ),
]


def acts_for(member: Member, account: Account) -> list[Act]:
    """What can be done now with this member by this account."""
    return [act for act in ACTS if act.fits(member, account)]
