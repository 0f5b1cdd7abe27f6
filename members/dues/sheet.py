"""The month's collection of a branch as its page shows it and as it comes back.

Field names: `listed` (every line that was shown), `paid` (ticked), `version-<id>`, `amount-<id>`, `reason-<id>`, `by-<id>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.http import QueryDict

from branches.models import Branch
from members.dues.models import DueLine
from members.dues.payments import Taken
from members.models import Member, Membership
from partywork.errors import RuleViolation
from partywork.forms import ascii_digits, refuse_hidden, tidy_text


@dataclass(frozen=True)
class Row:
    """One line of the sheet with what was typed for it."""

    line: DueLine
    ticked: bool
    amount: str
    reason: str = ""
    paid_by: str = ""


@dataclass(frozen=True)
class Sheet:
    rows: list[Row]
    without: list[Member]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if not row.line.settled]

    @property
    def done(self) -> list[Row]:
        return [row for row in self.rows if row.line.settled]

    @property
    def totals(self) -> Mapping[str, Decimal | int]:
        lines = [row.line for row in self.rows if not row.line.exempt]
        paid = [line for line in lines if line.settled]
        return {
            "due": sum((line.due for line in lines), Decimal(0)), "paid": sum((line.paid for line in lines), Decimal(0)),
            "members": len(lines), "cleared": len(paid), "exempt": len(self.rows) - len(lines),
        }  # fmt: skip


def sheet_of(branch: Branch, month: date, typed: QueryDict | None = None) -> Sheet:
    """Two queries whatever the number of members."""
    lines = DueLine.objects.filter(branch=branch, month=month).select_related("member", "branch")
    rows = [row_of(line, typed) for line in lines.order_by("settled", "member__pinyin", "member_id")]
    roster = Membership.objects.filter(branch=branch).active_on(month).in_order()
    known = {row.line.member_id for row in rows}
    return Sheet(rows, [each.member for each in roster if each.member_id not in known])


def row_of(line: DueLine, typed: QueryDict | None) -> Row:
    if typed is None or str(line.pk) not in typed.getlist("listed"):
        return Row(line, not line.settled, str(line.open))
    pk = line.pk
    return Row(line, str(pk) in typed.getlist("paid"), typed.get(f"amount-{pk}", ""), typed.get(f"reason-{pk}", ""),
               typed.get(f"by-{pk}", ""))  # fmt: skip


def read_taken(typed: QueryDict) -> list[Taken]:
    """What was ticked; RuleViolation with a sentence for an amount that is none."""
    return [taken_of(pk, typed) for pk in dict.fromkeys(typed.getlist("paid")) if pk.isascii() and pk.isdigit() and len(pk) < 19]


def taken_of(pk: str, typed: QueryDict) -> Taken:
    version = ascii_digits(typed.get(f"version-{pk}", ""))
    return Taken(
        int(pk), int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        read_amount(typed.get(f"amount-{pk}", "")), short(typed.get(f"reason-{pk}", ""), 200, "少交的原因"),
        short(typed.get(f"by-{pk}", ""), 30, "代交人"))  # fmt: skip


def read_amount(text: str) -> Decimal:
    try:
        amount = Decimal(ascii_digits(text))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < 10_000_000 or amount != amount.quantize(Decimal("0.01")):
        raise RuleViolation(f"金额“{text[:12]}”看不明白，请填写到分的数，例如 50.00。")
    return amount.quantize(Decimal("0.01"))


def short(text: str, longest: int, what: str) -> str:
    """One line without what nobody sees, as every form field of the site takes it."""

    text = tidy_text(text, False)
    try:
        refuse_hidden(text, what, False)
    except ValidationError as fault:
        raise RuleViolation(fault.messages[0]) from None
    if len(text) > longest:
        raise RuleViolation(f"{what}最多{longest}个字，请缩短。")
    return text
