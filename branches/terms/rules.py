"""Terms of office, vacancies and what is left of ORG-1 to ORG-12, in our own words. Pure functions of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from branches.meetings.vote_rules import ELECTION, ELECTION_RULES
from branches.rules import BRANCH_RULES, GROUP, MEMBERS, ORGAN_RULES
from partywork.periods import add_months, days_in_month
from partywork.rules import Answer, Param, rule

ELECTIONS = "基层组织选举工作条例"
DAY = Param("day", "按哪一天计算", "date")


def cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True)
class Standing:
    """How a term stands on a day: running, remind (6 months), again (3), last (1), overdue; `left` days are left."""

    state: str
    left: int


def term_end(elected_on: date, years: int) -> date:
    """The last day of a term: the same day so many years later (29 February ends on the 28th)."""
    return add_months(elected_on, 12 * years)


def standing_of(due_on: date, day: date, remind: int, again: int, last: int) -> Standing:
    """A term is overdue from the day after its last; a reminder begins on the day that lies so many months before it."""
    left = (due_on - day).days
    if left < 0:
        return Standing("overdue", left)
    for state, months in (("last", last), ("again", again), ("remind", remind)):
        if months and day >= add_months(due_on, -months):
            return Standing(state, left)
    return Standing("running", left)


def latest_due(day: date, months: int) -> date:
    """The last day on which a term may end so that its reminder of so many months before has begun by `day`."""
    due = add_months(day, months)
    return due.replace(day=days_in_month(due.year, due.month)) if day.day == days_in_month(day.year, day.month) else due


def why_not_extend(end: date, until: date, delay: int) -> str:
    """Why a delay cannot be entered; "" when it can."""
    if until <= end:
        return f"延期后的日期应在任期届满日{cn(end)}之后。"
    most = add_months(end, delay)
    return "" if until <= most else f"延期一般不超过{delay}个月，最迟到{cn(most)}。"


@rule(
    "ORG-3",
    title="临时党支部",
    article="支部工作条例（试行）第二章；发展党员工作细则（2026）第二十二条",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    figures={"months_from": 6, "least": 3},
    params=(Param("months", "持续月数", low=0, high=600), Param("full", "正式党员人数", low=0, high=9999)),
    says="为执行任务临时组建的机构，可以成立临时党支部，任务完成后撤销；临时党支部一般不接收预备党员、不办理转正和处分。"
    "持续6个月以上并有正式党员3人以上的工程、工作项目，应当成立党支部。",
)
def temporary_branch(months: int, full: int, months_from: int, least: int) -> Answer:
    if months >= months_from and full >= least:
        return Answer(False, f"已持续{months}个月、正式党员{full}人，应当成立党支部。", {"lasting": True})
    return Answer(True, f"持续{months}个月、正式党员{full}人，可以是临时党支部。", {"lasting": False})


@rule(
    "ORG-7",
    title="党支部委员会的任期",
    article="支部工作条例（试行），条号待核实",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    figures={"village": 5, "other": 3},
    params=(Param("unit", "单位", "choice", choices=(("village", "村、社区"), ("other", "其他单位"))),),
    says="村和社区党支部委员会每届任期5年，其他基层单位党支部委员会一般每届任期3年。",
)
def branch_years(unit: str, village: int, other: int) -> Answer:
    years = village if unit == "village" else other
    return Answer(None, f"每届任期{years}年。", {"years": years})


@rule(
    "ORG-8",
    title="按期换届",
    article=f"支部工作条例（试行），条号待核实；{ELECTIONS}第三条",
    trust="V",
    valid_from=BRANCH_RULES,
    group=GROUP,
    figures={"remind": 6, "again": 3, "last": 1, "delay": 12},
    params=(
        Param("elected_on", "选举日期", "date"),
        Param("years", "任期（年）", low=3, high=5),
        Param("delayed", "批准延期的月数（没有延期填0）", low=0, high=99, default=0),
        DAY,
    ),
    settings=(
        Param("again", "再次提醒（届满前几个月，0为不提醒）", low=0, high=5),
        Param("last", "最后提醒（届满前几个月，0为不提醒）", low=0, high=3),
    ),
    says="任期届满应当按期换届。上级党组织一般在届满前6个月提醒；提前或延期换届须报上级批准，延期一般不超过1年。"
    "届满前3个月和1个月的再次提醒由本单位设置。",
)
def due_term(
    elected_on: date, years: int, delayed: int, day: date, remind: int, again: int, last: int, delay: int
) -> Answer:
    end = term_end(elected_on, years)
    if delayed > delay:
        return Answer(False, f"延期{delayed}个月，一般不超过{delay}个月。", {"term_end": end})
    due = add_months(end, delayed)
    standing = standing_of(due, day, remind, again, last)
    values = {"term_end": end, "due_on": due, "state": standing.state, "remind_on": add_months(due, -remind)}
    if standing.state == "overdue":
        return Answer(False, f"应于{cn(due)}前换届，已超期{-standing.left}天。", values)
    return Answer(True, f"应于{cn(due)}前换届，还有{standing.left}天；上级自{cn(values['remind_on'])}起提醒。", values)


@rule(
    "ORG-9",
    title="委员空缺的补选",
    article="支部工作条例（试行），条号待核实",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    figures={"months": 3},
    params=(
        Param("vacant_on", "空缺日期", "date"),
        Param("office", "职务", "choice", choices=(("lead", "书记、副书记"), ("member", "委员"))),
        DAY,
    ),
    settings=(Param("months", "几个月内补选", low=1, high=12),),
    says="书记、副书记和委员出现空缺应当及时补选；书记、副书记的选举结果报上级党组织批准，委员报上级备案。"
    "多久算及时，各地掌握不一，由本单位设置。",
)
def vacancy(vacant_on: date, office: str, day: date, months: int) -> Answer:
    due = add_months(vacant_on, months)
    late = (day - due).days
    report = "报上级党组织批准" if office == "lead" else "报上级党组织备案"
    told = f"已超过{late}天" if late > 0 else f"还有{-late}天"
    return Answer(late <= 0, f"自{cn(vacant_on)}空缺，应于{cn(due)}前补选，{told}；结果{report}。", {"due_on": due})


@rule(
    "ORG-10",
    title="划分党小组",
    article="支部工作条例（试行）第十三条",
    trust="V",
    valid_from=BRANCH_RULES,
    group=GROUP,
    figures={"many": 20},
    params=(MEMBERS, Param("groups", "党小组数", low=0, high=99)),
    settings=(Param("many", "党员多少人算较多", low=5, high=50),),
    says="党员人数较多或者工作地、居住地分散的党支部，应当划分党小组，组长由党支部指定或者由党小组党员推选。"
    "多少人算较多，条例没有规定，由本单位设置。",
)
def groups_needed(members: int, groups: int, many: int) -> Answer:
    if groups:
        return Answer(True, f"党员{members}人，已划分党小组{groups}个。", {"needed": False})
    needed = members >= many
    told = "应当划分党小组" if needed else "可以不划分党小组"
    return Answer(not needed, f"党员{members}人，{told}。", {"needed": needed})


@rule(
    "ORG-11",
    title="专职党务工作人员",
    article="党和国家机关基层组织工作条例第三十条",
    trust="V",
    valid_from=ORGAN_RULES,
    group=GROUP,
    figures={"low": 1, "high": 2},
    params=(Param("staff", "机关工作人员总数", low=1, high=99999), Param("party_staff", "专职党务人员", low=0, high=9999)),
    says="机关专职党务工作人员一般占机关工作人员总数的1%至2%，人数较少的单位配备专人负责。",
)
def party_staff(staff: int, party_staff: int, low: int, high: int) -> Answer:
    least, most = -(-staff * low // 100), staff * high // 100
    holds = 100 * party_staff >= staff * low
    told = "已达到" if holds else "不足"
    return Answer(holds, f"工作人员{staff}人，专职党务人员一般{least}至{max(least, most)}人，现有{party_staff}人，{told}。")


@rule(
    "ORG-12",
    title="党员代表大会",
    article=f"{ELECTIONS}第四条",
    trust="V",
    valid_from=ELECTION_RULES,
    group=GROUP,
    figures={"from_members": 500},
    params=(MEMBERS,),
    says="党员500人以上的，经上级党组织批准，可以召开党员代表大会代替党员大会进行选举。",
)
def delegates(members: int, from_members: int) -> Answer:
    may = members >= from_members
    told = "经批准可以召开党员代表大会" if may else "召开党员大会"
    return Answer(None, f"党员{members}人，{told}选举。", {"may": may})


@rule(
    "VOTE-10",
    title="选举的当选、票数相等和名额空缺",
    article=f"{ELECTIONS}，条号待核实",
    trust="S",
    valid_from=ELECTION_RULES,
    group=ELECTION,
    params=(
        Param("places", "应选名额", low=1, high=99),
        Param("ahead", "过半数并且名次确定的人数", low=0, high=99),
        Param("tied", "争最后名额而票数相等的人数（没有填0）", low=0, high=99, default=0),
    ),
    says="得票过半数的候选人多于应选名额时，以得票多的当选；得票相等不能确定的，就票数相等的人重新投票；"
    "得票过半数的少于应选名额时，对不足的名额另行选举，经多数选举人同意也可以减少名额。",
)
def places_filled(places: int, ahead: int, tied: int) -> Answer:
    elected = min(places, ahead)
    left = places - elected
    says = f"应选{places}人，当选{elected}人。"
    if left and tied:
        says += f"还有{left}个名额由票数相等的{tied}人重新投票。"
    elif left:
        says += f"不足的{left}个名额另行选举，或者经多数选举人同意减少名额。"
    return Answer(left == 0, says, {"elected": elected, "left": left, "again": bool(left and tied)})
