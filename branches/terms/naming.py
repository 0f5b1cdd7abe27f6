"""Lists of people as somebody types or pastes them: 姓名、职务、得票, one line each, found on the roster of a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from branches.meetings.expected import NAME, called, people_of, roster_below, unclear_name
from branches.models import Branch
from branches.terms.models import Office

SPLIT = re.compile(r"[\s,，、;；:：]+")
VOTES = re.compile(r"(\d{1,5})票?", re.ASCII)
OFFICES = {label: code for code, label in Office.choices} | {"纪律检查委员": Office.DISCIPLINE, "支部书记": Office.SECRETARY}
MOST = 40
NOBODY = "请填写姓名，一行一人。"


@dataclass(frozen=True)
class Named:
    """One line: who, for which office, with how many votes (None where none are told)."""

    member_id: int
    office: str
    votes: int | None


def read_people(branch: Branch, day: date, text: str, *, votes: bool) -> tuple[list[Named], list[str]]:
    """The people of the lines, and a Chinese sentence for each line that is not clear. One query."""
    lines = [line for line in text.splitlines() if line.strip()][:MOST]
    told = [_parts(line) for line in lines]
    wanted = {name: NAME.fullmatch(name) for name, _, _ in told}
    plain = {match[1] for match in wanted.values() if match}
    known = tuple(each for each in people_of(roster_below(branch, day).filter(member__name__in=plain)) if each.votes)
    found, faults = [], []
    for number, (name, office, count) in enumerate(told, 1):
        same = called(known, name, wanted[name])
        if fault := _fault(name, same, office, count, votes):
            faults.append(f"第{number}行：{fault}")
        else:
            found.append(Named(same[0].member_id, office or Office.COMMISSIONER, count if votes else None))
    return found, faults + _twice(found) + ([] if lines else [NOBODY])


def _parts(line: str) -> tuple[str, str, int | None]:
    """(name, code of the office or "", votes or None) of one line, in whatever order they stand."""
    name, office, votes = "", "", None
    for part in filter(None, SPLIT.split(line.strip())):
        if part in OFFICES:
            office = OFFICES[part]
        elif match := VOTES.fullmatch(part):
            votes = int(match[1])
        else:
            name = f"{name}{part}"
    return name, office, votes


def _fault(name: str, same: list, office: str, count: int | None, votes: bool) -> str:
    if not name:
        return "没有姓名。"
    if len(same) != 1:
        told = unclear_name(name, same)
        return told.replace("名册上没有", "当天名册的正式党员里没有") if not same else told
    return "没有得票数，例如“李平 18 书记”。" if votes and count is None else ""


def _twice(found: list[Named]) -> list[str]:
    people = [each.member_id for each in found]
    offices = [each.office for each in found if each.votes is None]
    faults = ["同一个人写了两次，请核对。"] if len(set(people)) < len(people) else []
    return faults + (["书记只能有一名，请核对。"] if offices.count(Office.SECRETARY) > 1 else [])
