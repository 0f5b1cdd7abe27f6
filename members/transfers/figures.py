"""Figures of letters of transfer: who is on the way at the end (figures.md part 3). Completed ones are counted from the roster."""

from __future__ import annotations

from branches.querysets import active_on
from members.transfers.models import Direction, Transfer
from partywork.figures import Demanded, Ground, Nature, Q, figure
from partywork.periods import Period

LETTERS = Ground(Transfer)


@figure("transfers.leaving", of=LETTERS, label="转出途中", unit="人", part=3, nature=Nature.STOCK)
def leaving(period: Period) -> Demanded:
    """本期最后一天介绍信已经开出、对方还没有接收的转出人数；当天接收、退回或撤销的不计；人还在本单位名册，不计入转出。"""
    return _on_the_way(period, Direction.OUT)


@figure("transfers.arriving", of=LETTERS, label="转入途中", unit="人", part=3, nature=Nature.STOCK)
def arriving(period: Period) -> Demanded:
    """本期最后一天外单位介绍信已经开出、本单位还没有接收的转入人数；当天接收或退回的不计；尚未列入名册，不计入转入。"""
    return _on_the_way(period, Direction.IN)


def _on_the_way(period: Period, direction: str) -> Demanded:
    return active_on(period.last_day, start="start_on", stop="stop_on"), Q(direction=direction)
