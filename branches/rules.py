"""What the regulations ask of organisations: when one is set up, when it has a committee, how long its term is.

支部工作条例（试行） of 28 October 2018 and 机关基层组织工作条例 as revised on 29 November 2019, in our own words.
"""

from __future__ import annotations

from datetime import date

from partywork.rules import Answer, Param, in_force, rule

BRANCH_RULES = date(2018, 10, 28)
ORGAN_RULES = date(2019, 11, 29)
GROUP = "组织设置"
FULL = Param("full", "正式党员人数", low=0, high=9999)
MEMBERS = Param("members", "党员总数", low=0, high=9999)


@rule(
    "ORG-1",
    title="党支部的规模",
    article="支部工作条例（试行）第二章，条号待核实",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    says="正式党员满3人的单位应当成立党支部；一个党支部的党员一般不超过50人。",
    figures={"least": 3, "most": 50},
    params=(FULL, MEMBERS),
)
def branch_size(full: int, members: int, least: int, most: int) -> Answer:
    if full < least:
        return Answer(False, f"正式党员{full}人，不足{least}人，不单独成立党支部，可以成立联合党支部。")
    if members > most:
        return Answer(False, f"党员{members}人，超过一般规模（{most}人），宜划分为几个党支部。")
    return Answer(True, f"正式党员{full}人、党员{members}人，符合党支部的规模。")


@rule(
    "ORG-2",
    title="联合党支部",
    article="支部工作条例（试行）第二章，条号待核实",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    says="正式党员不足3人的单位，可以同邻近、相关的单位成立联合党支部，覆盖的单位一般不超过5个。",
    figures={"least": 3, "units_most": 5},
    params=(FULL, Param("units", "覆盖单位数", low=1, high=99)),
)
def joint_branch(full: int, units: int, least: int, units_most: int) -> Answer:
    if full >= least:
        return Answer(False, f"本单位正式党员{full}人，应当单独成立党支部。")
    holds = units <= units_most
    return Answer(
        holds,
        f"正式党员{full}人，可以成立联合党支部；覆盖{units}个单位，"
        + ("符合要求。" if holds else f"一般不超过{units_most}个。"),
    )


@rule(
    "ORG-4",
    title="支部委员会的设立",
    article="支部工作条例（试行），条号待核实；党和国家机关基层组织工作条例第七条",
    trust="S",
    valid_from=BRANCH_RULES,
    group=GROUP,
    params=(FULL,),
    figures={"from_full": 7, "fewest": 3, "usual": 5, "most": 7},
    says="正式党员满7人的党支部应当设立支部委员会，由3至5人组成，一般不超过7人，设书记和组织、宣传、纪检等委员，必要时设1名副书记。",
)
def committee_needed(full: int, from_full: int, fewest: int, usual: int, most: int) -> Answer:
    if full < from_full:
        return Answer(None, f"正式党员{full}人，不足{from_full}人，不设支部委员会。", {"needed": False})
    says = f"正式党员{full}人，应当设支部委员会，委员{fewest}至{usual}人，一般不超过{most}人。"
    return Answer(None, says, {"needed": True, "fewest": fewest, "most": most})


@rule(
    "ORG-5",
    title="不设支部委员会的党支部",
    article="党和国家机关基层组织工作条例第七条；发展党员工作细则（2026）第八条",
    trust="V",
    valid_from=ORGAN_RULES,
    group=GROUP,
    params=(FULL,),
    figures={"below_full": 7},
    says="正式党员不足7人的党支部设1名书记，必要时设1名副书记，不设支部委员会；应由支部委员会决定的事项，由党员大会决定。",
)
def secretary_only(full: int, below_full: int) -> Answer:
    if full >= below_full:
        return Answer(None, f"正式党员{full}人，应当设支部委员会。", {"secretary_only": False})
    return Answer(
        None, f"正式党员{full}人，设书记1名，支委会的事项由党员大会决定。", {"secretary_only": True}
    )


@rule(
    "ORG-6",
    title="机关党组织的设置和任期",
    article="党和国家机关基层组织工作条例第五条至第七条",
    trust="V",
    valid_from=ORGAN_RULES,
    group=GROUP,
    params=(MEMBERS,),
    figures={
        "committee_from": 100,
        "committee_years": 5,
        "general_from": 50,
        "general_years": 3,
        "branch_years": 3,
    },
    says="机关党员满100人设基层党委，每届一般5年；满50人不足100人设党总支，每届3年；党支部每届3年。人数较少的，经批准也可以设立。",
)
def organ_level(
    members: int,
    committee_from: int,
    committee_years: int,
    general_from: int,
    general_years: int,
    branch_years: int,
) -> Answer:
    levels = (
        (committee_from, "基层党委", committee_years),
        (general_from, "党总支", general_years),
        (0, "党支部", branch_years),
    )
    name, years = next((name, years) for least, name, years in levels if members >= least)
    return Answer(None, f"党员{members}人，设{name}，每届{years}年。", {"years": years})


def needs_committee(full: int, day: date) -> bool:
    """Whether a branch with so many full members has a 支部委员会, by the rule of that day (ORG-4)."""
    version = in_force("ORG-4", day)
    return bool(version and version.answer(full=full).values["needed"])
