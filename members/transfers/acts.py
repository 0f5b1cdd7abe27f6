"""What the page of a letter offers: for each step its words, its form, its service, when it fits and whose right it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from branches.accounts.models import Account
from branches.models import Branch
from members.transfers import forms, services
from members.transfers.models import State, Transfer


@dataclass(frozen=True)
class Act:
    code: str
    label: str
    submit: str
    form: type[forms.StepForm]
    service: Callable
    states: tuple[str, ...]
    by: Callable[[Transfer], tuple[Branch, ...]]
    hint: str = ""
    dated: bool = True
    primary: bool = False

    def fits(self, row: Transfer, account: Account) -> bool:
        return row.state in self.states and any(account.can("transfers.edit", branch) for branch in self.by(row))

    def do(self, *, actor: Account, transfer: Transfer, today: date, values: dict) -> None:
        facts = values | ({"today": today} if self.dated else {})
        self.service(actor=actor, transfer=transfer, **facts)


def _keeper(row: Transfer) -> tuple[Branch, ...]:
    return (row.branch,)


def _receiver(row: Transfer) -> tuple[Branch, ...]:
    return (row.receiver or row.branch,)


def _either(row: Transfer) -> tuple[Branch, ...]:
    return *_keeper(row), *_receiver(row)


OPEN = (State.DRAFTED, State.ON_THE_WAY)
ACTS = (
    Act("issue", "开具介绍信", "开具介绍信", forms.IssueForm, services.issue_letter, (State.DRAFTED,), _keeper,
        "编号在本单位不重复；开具后可以打印存根、介绍信和回执三联。", primary=True),
    Act("accept", "登记接收", "登记接收", forms.AcceptForm, services.accept_transfer, (State.ON_THE_WAY,), _receiver,
        "登记以前，党员仍由转出的党组织管理，在原支部名册。", primary=True),
    Act("receipt", "登记回执", "登记回执", forms.ReceiptForm, services.note_receipt, (State.ACCEPTED,), _keeper,
        "接收后1个月内应当寄回回执（TRF-3）。", primary=True),
    Act("edit", "更正", "保存更正", forms.EditLetterForm, services.edit_letter, OPEN, _keeper, "只更正登记错了的内容。"),
    Act("close", "退回或撤销", "办结", forms.CloseForm, services.close_transfer, OPEN, _either,
        "党员没有移动，仍在原支部名册。介绍信编号不再使用。"),
    Act("undo", "撤销接收", "撤销接收", forms.UndoForm, services.undo_acceptance, (State.ACCEPTED,), _receiver, dated=False),
)  # fmt: skip


def acts_for(row: Transfer, account: Account) -> list[Act]:
    """What can be done now with this letter by this account."""
    waits_for_receipt = row.due_on is not None
    return [act for act in ACTS if act.fits(row, account) and (act.code != "receipt" or waits_for_receipt)]
