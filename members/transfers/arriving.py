"""Whom a letter from outside brings: somebody who was here before goes on in his old record, anybody else gets one."""

from __future__ import annotations

from datetime import date

from branches.accounts.models import Account
from branches.models import PartyGroup
from members import rules, services
from members.models import Member, StartReason, StopReason
from members.services import refuse
from members.transfers.models import Transfer
from partywork.errors import RuleViolation


def former_record(row: Transfer) -> Member | None:
    """The record of the same person (name, sex, birth) who was transferred out earlier; somebody still here is refused."""
    same = Member.objects.filter(name=row.name, sex=row.sex, born_on=row.born_on).select_related("latest__branch")
    here = next((member for member in same if member.latest.stop_on is None), None)
    if here is not None:
        raise RuleViolation(f"名册上已有同名、同性别、同出生日期的党员{here.name}，请核对是否已经登记。")
    return next((member for member in same if member.latest.stop_reason == StopReason.TRANSFER_OUT), None)


def register_arrival(actor: Account | None, row: Transfer, day: date, group: PartyGroup | None, today: date, words: str) -> Member:
    """A new record, by the services of members; the right to accept was asked by the letter's own service."""
    refuse(*_as_day(rules.why_not_arrive(StartReason.TRANSFER_IN, row.joined_on, row.full_on, day, today)))
    facts = {name: getattr(row, name) for name in ("name", "sex", "born_on", "joined_on", "full_on", "branch")}
    return services.enter_member(actor, facts, group, day, today, StartReason.TRANSFER_IN, words)


def _as_day(fault: tuple[str, str]) -> tuple[str, str]:
    """On the page of acceptance the day of arrival is called `day`."""
    field, sentence = fault
    return ("day" if field == "start_on" else field), sentence
