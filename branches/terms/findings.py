"""What ORG-1 to ORG-12 say of one organisation on a day: each finding with its rule and what to do. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.terms.rules import cn, standing_of
from partywork.rules import in_force

LEADING = ("secretary", "deputy")


@dataclass(frozen=True)
class Vacancy:
    """An office that nobody holds since a day."""

    office: str
    label: str
    since: date


@dataclass(frozen=True)
class Facts:
    """One organisation on a day. `committee` counts those who hold an office: of the term, or of the posts where no term
    is on record. `figures` are the organisation's own figures by rule."""

    kind: str
    day: date
    founded_on: date
    full: int
    members: int
    groups: int
    groups_led: int
    committee: int
    has_secretary: bool
    due_on: date | None = None
    years: int = 0
    vacancies: tuple[Vacancy, ...] = ()
    strangers: tuple[str, ...] = ()
    figures: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def is_leaf(self) -> bool:
        return self.kind in ("branch", "joint", "temporary")

    def answer(self, rule_id: str, **values: Any) -> Any:
        """What a rule of that day answers; None before it was in force."""
        rule = in_force(rule_id, self.day)
        return rule and rule.answer(dict((self.figures or {}).get(rule_id, {})), **values)

    def figure(self, rule_id: str, name: str) -> Any:
        rule = in_force(rule_id, self.day)
        return ((self.figures or {}).get(rule_id) or {}).get(name, rule.figures[name])


@dataclass(frozen=True)
class Finding:
    """One sentence, the rule it follows from, what to do, and how grave it is (bad, warn or info)."""

    rule: str
    title: str
    todo: str
    kind: str = "bad"
    due: date | None = None


def findings_of(facts: Facts) -> list[Finding]:
    """Everything the rules find, the gravest first."""
    found = [*(_of_branch(facts) if facts.is_leaf else _of_upper(facts)), *_of_term(facts), *_of_vacancies(facts)]
    return sorted(found, key=lambda each: ("bad", "warn", "info").index(each.kind))


def _of_branch(facts: Facts) -> Iterator[Finding]:
    if facts.kind == "temporary":
        yield from _temporary(facts)
    else:
        yield from _size(facts)
        yield from _level(facts)
    yield from _committee(facts)
    yield from _groups(facts)


def _temporary(facts: Facts) -> Iterator[Finding]:
    months = (facts.day.year - facts.founded_on.year) * 12 + facts.day.month - facts.founded_on.month
    months -= facts.day.day < facts.founded_on.day
    answer = facts.answer("ORG-3", months=max(months, 0), full=facts.full)
    if answer and answer.values["lasting"]:
        yield Finding("ORG-3", answer.says, "请报上级党组织成立党支部；任务已完成的，请撤销临时党支部。", "warn")


def _size(facts: Facts) -> Iterator[Finding]:
    answer = facts.answer("ORG-1", full=facts.full, members=facts.members)
    if not answer or answer.holds:
        return
    if facts.full >= facts.figure("ORG-1", "least"):
        yield Finding("ORG-1", answer.says, "请报上级党组织研究划分党支部。", "warn")
    elif facts.kind == "joint":
        yield Finding("ORG-2", f"联合后正式党员仍只有{facts.full}人。", "请与更多邻近单位联合，或并入其他党支部。", "warn")
    else:
        yield Finding("ORG-1", answer.says, "请报上级党组织改设联合党支部，或并入其他党支部。")


def _level(facts: Facts) -> Iterator[Finding]:
    answer = facts.answer("ORG-6", members=facts.members)
    if answer and facts.members >= facts.figure("ORG-6", "general_from"):
        yield Finding("ORG-6", f"党员{facts.members}人，达到设{_level_of(facts)}的人数。", "请报上级党组织研究改设。", "warn")


def _level_of(facts: Facts) -> str:
    return "基层党委" if facts.members >= facts.figure("ORG-6", "committee_from") else "党总支"


def _of_upper(facts: Facts) -> Iterator[Finding]:
    """General branches and the committee: the level that their numbers ask for, and how they may elect."""
    answer = facts.answer("ORG-6", members=facts.members)
    if answer and facts.kind == "general" and facts.members >= facts.figure("ORG-6", "committee_from"):
        yield Finding("ORG-6", f"党员{facts.members}人，达到设基层党委的人数。", "请报上级党组织研究改设。", "warn")
    elif answer and facts.members < facts.figure("ORG-6", "general_from" if facts.kind == "general" else "committee_from"):
        yield Finding("ORG-6", f"党员{facts.members}人，少于一般规模。", "人数较少的，经上级批准也可以设立，请备好批复。", "info")
    answer = facts.answer("ORG-12", members=facts.members)
    if answer and answer.values["may"]:
        yield Finding("ORG-12", answer.says, "换届前请同上级商定召开党员大会还是党员代表大会。", "info")


def _committee(facts: Facts) -> Iterator[Finding]:
    """ORG-4 and ORG-5: whether there is a committee, how large, and a secretary."""
    answer = facts.answer("ORG-4", full=facts.full)
    if not answer:
        return
    if not answer.values["needed"]:
        yield from _too_much(facts)
    elif facts.committee < answer.values["fewest"]:
        now = f"现有委员{facts.committee}人" if facts.committee else "现在没有登记支部委员"
        told = f"正式党员{facts.full}人，应当设支部委员会，{now}。"
        todo = "请召开党员大会选举支部委员会；已选出的请登记届次。"
        if facts.committee + len(facts.vacancies) >= answer.values["fewest"]:
            todo = "请及时补上空缺，达到3人以上。"
        yield Finding("ORG-4", told, todo)
    elif facts.committee > answer.values["most"]:
        yield Finding("ORG-4", f"支部委员{facts.committee}人，一般不超过{answer.values['most']}人。", "请在换届时按规定核定名额。", "warn")
    elif facts.committee > facts.figure("ORG-4", "usual"):
        usual = f"{answer.values['fewest']}至{facts.figure('ORG-4', 'usual')}人"
        yield Finding("ORG-4", f"支部委员{facts.committee}人，多于通常的{usual}。", "没有特别需要的，换届时请按通常名额核定。", "info")
    if facts.full and not facts.has_secretary and not any(each.office == "secretary" for each in facts.vacancies):
        yield Finding("ORG-5" if facts.full < 7 else "ORG-4", "没有登记书记。", "请选举或由上级任命，并登记届次和任职。")


def _too_much(facts: Facts) -> Iterator[Finding]:
    if facts.committee > 2:
        told = f"正式党员{facts.full}人，不设支部委员会，现登记委员{facts.committee}人。"
        yield Finding("ORG-5", told, "换届时设书记1名，必要时设副书记1名；支委会的事项由党员大会决定。", "warn")


def _groups(facts: Facts) -> Iterator[Finding]:
    answer = facts.answer("ORG-10", members=facts.members, groups=facts.groups)
    if answer and answer.values["needed"]:
        yield Finding("ORG-10", answer.says, "请按工作地点或人数设党小组，并确定组长。", "warn")
    elif facts.groups > facts.groups_led:
        told = f"有{facts.groups - facts.groups_led}个党小组没有组长。"
        yield Finding("ORG-10", told, "请指定或推选组长，在党员页面“办理变动”登记。", "warn")


def _of_term(facts: Facts) -> Iterator[Finding]:
    """ORG-7 and ORG-8: whether a term is on record, how long it is, how it stands."""
    if facts.kind == "temporary":
        return
    if facts.due_on is None:
        yield Finding("ORG-8", "没有登记届次和任期。", "请登记现任届次，到期前系统会按时提醒。", "warn")
        return
    usual = years_of(facts)
    if usual and facts.years != usual:
        yield Finding("ORG-6", f"登记的任期是{facts.years}年，一般每届{usual}年。", "请核对批复；登记有误的请更正。", "warn")
    remind, again, last = (facts.figure("ORG-8", name) for name in ("remind", "again", "last"))
    standing = standing_of(facts.due_on, facts.day, remind, again, last)
    if standing.state == "overdue":
        told = f"任期于{cn(facts.due_on)}届满，已超期{-standing.left}天。"
        yield Finding("ORG-8", told, "请尽快换届；确需延期的，报上级批准后登记批复。", "bad", facts.due_on)
    elif standing.state != "running":
        told = f"任期将于{cn(facts.due_on)}届满，还有{standing.left}天。"
        kind = "info" if standing.state == "remind" else "warn"
        yield Finding("ORG-8", told, "请开始准备换届：报请示、酝酿候选人、召开党员大会。", kind, facts.due_on)


def years_of(facts: Facts) -> int:
    """How long a term of such an organisation normally is."""
    names = {"committee": "committee_years", "general": "general_years"}
    return facts.figure("ORG-6", names.get(facts.kind, "branch_years")) if in_force("ORG-6", facts.day) else 0


def _of_vacancies(facts: Facts) -> Iterator[Finding]:
    for each in facts.vacancies:
        office = "lead" if each.office in LEADING else "member"
        answer = facts.answer("ORG-9", vacant_on=each.since, office=office, day=facts.day)
        if answer:
            kind = "warn" if answer.holds else "bad"
            todo = "请补选或由上级任命，登记后空缺即消。"
            yield Finding("ORG-9", f"{each.label}空缺：{answer.says}", todo, kind, answer.values["due_on"])
    for name in facts.strangers:
        yield Finding("ORG-9", f"{name}已不在本组织的名册上，仍登记任职。", "请登记其离任，空缺从离开之日起计算。", "warn")
