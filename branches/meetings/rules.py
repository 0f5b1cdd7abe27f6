"""How often the regulations ask for which meeting. Pure functions only; votes stand in vote_rules, hours in training_rules.

支部工作条例（试行）第11至17条, 党员教育管理工作条例第16至18条. Texts are our own words; figures sit in the declarations.
"""

from __future__ import annotations

from datetime import date

from partywork.rules import Answer, Param, rule

BRANCH_RULES = date(2018, 10, 28)  # 支部工作条例（试行）
EDUCATION_RULES = date(2019, 5, 6)  # 党员教育管理工作条例
LIFE_RULES = date(2016, 12, 23)  # 民主生活会若干规定
CENTRE_RULES = date(2017, 1, 30)  # 中心组学习规则
OFTEN = "组织生活频次"

PER = {"month": "月", "quarter": "季度", "half": "半年", "year": "年"}
_HELD = (Param("held", "已召开次数", low=0, high=999),)
_OFTEN_SET = (
    Param("per", "周期", "choice", choices=tuple((code, f"每{word}") for code, word in PER.items())),
    Param("times", "次数", low=1, high=31),
)


def _often(held: int, times: int, per: str) -> Answer:
    missing = max(0, times - held)
    says = f"每{PER[per]}至少{times}次，已召开{held}次，" + (
        f"还缺{missing}次。" if missing else "已达到要求。"
    )
    return Answer(not missing, says, {"missing": missing})


def _frequency(
    rule_id: str,
    title: str,
    times: int,
    per: str,
    article: str,
    trust: str,
    valid_from: date,
    says: str,
    settings: tuple[Param, ...] = (),
) -> None:
    rule(
        rule_id,
        title=title,
        says=says,
        article=article,
        trust=trust,
        valid_from=valid_from,
        figures={"times": times, "per": per},
        params=_HELD,
        group=OFTEN,
        settings=settings,
    )(_often)


_frequency(
    "MTG-1",
    "党员大会的频次",
    1,
    "quarter",
    "支部工作条例（试行）第十一条",
    "V",
    BRANCH_RULES,
    "支部党员大会一般每季度召开1次。",
)
_frequency(
    "MTG-2",
    "支委会的频次",
    1,
    "month",
    "支部工作条例（试行）第十二条",
    "V",
    BRANCH_RULES,
    "设支部委员会的支部，支委会一般每月召开1次，需要时可以随时召开。",
)
_frequency(
    "MTG-3",
    "党小组会的频次",
    1,
    "month",
    "支部工作条例（试行）第十三条",
    "V",
    BRANCH_RULES,
    "党小组会一般每月召开1次。",
)
_frequency(
    "MTG-4",
    "党课的频次",
    2,
    "half",
    "支部工作条例（试行）第十六条；次数为本地做法",
    "L",
    BRANCH_RULES,
    "党课应当经常开展，条例没有规定次数；各地有的按每季度1次、有的按每半年1次掌握，由本单位设置。党委（党组）书记每年至少讲1次党课。",
    _OFTEN_SET,
)
_frequency(
    "MTG-5",
    "主题党日的频次",
    1,
    "month",
    "党员教育管理工作条例第十六条",
    "V",
    EDUCATION_RULES,
    "主题党日每月开展1次，日期相对固定；以支部为单位，上级组织的活动不能代替。",
)
_frequency(
    "MTG-6",
    "组织生活会的频次",
    1,
    "year",
    "支部工作条例（试行）第十七条；党员教育管理工作条例第十七条",
    "V",
    BRANCH_RULES,
    "支部每年至少召开1次组织生活会，可以党员大会、支委会或者党小组会的形式召开；条例写明一般在第四季度，近年按上级通知多在次年第一季度。",
)
_frequency(
    "MTG-7",
    "民主评议党员的频次",
    1,
    "year",
    "党员教育管理工作条例第十八条",
    "V",
    EDUCATION_RULES,
    "支部一般每年开展1次民主评议党员，依次个人自评、党员互评、民主测评，由支委会或者党员大会提出评定意见；可以同组织生活会一并进行。",
)
_frequency(
    "MTG-9",
    "谈心谈话的频次",
    1,
    "year",
    "支部工作条例（试行），条号待核实",
    "S",
    BRANCH_RULES,
    "支部委员之间、支部委员和党员之间、党员和党员之间，每年谈心谈话一般不少于1次。",
)
_frequency(
    "MTG-10",
    "民主生活会的频次",
    1,
    "year",
    "县以上党和国家机关党员领导干部民主生活会若干规定，条号待核实",
    "S",
    LIFE_RULES,
    "领导班子民主生活会每年召开1次，一般在第四季度；提前或者推迟须经上级党组织同意。",
)
_frequency(
    "MTG-11",
    "中心组学习研讨的频次",
    1,
    "quarter",
    "党委（党组）理论学习中心组学习规则；次数待核实，有的单位每月1次",
    "M",
    CENTRE_RULES,
    "理论学习中心组集体学习研讨每季度不少于1次，次数可由本单位设置。",
    _OFTEN_SET,
)


@rule(
    "MTG-8",
    title="民主评议优秀等次的比例",
    says="评为优秀的党员一般不超过党员总数的三分之一；预备党员参加评议但不评定等次。",
    article="民主评议党员的通行要求",
    trust="S",
    valid_from=EDUCATION_RULES,
    group=OFTEN,
    params=(Param("members", "党员总数", low=1, high=9999), Param("excellent", "优秀人数", low=0, high=9999)),
)
def excellent_share(members: int, excellent: int) -> Answer:
    most = members // 3
    return Answer(excellent <= most, f"优秀等次不超过{most}人，现为{excellent}人。", {"most": most})


@rule(
    "MTG-12",
    title="双重组织生活",
    says="党员领导干部以普通党员身份参加所在支部的组织生活，并参加领导班子民主生活会。",
    article="党员教育管理工作条例第十六条",
    trust="V",
    valid_from=EDUCATION_RULES,
    group=OFTEN,
    params=(
        Param("own_branch", "已参加所在支部组织生活", "bool"),
        Param("democratic_life", "已参加民主生活会", "bool"),
    ),
)
def double_life(own_branch: bool, democratic_life: bool) -> Answer:
    wanting = [
        name for name, done in (("所在支部组织生活", own_branch), ("民主生活会", democratic_life)) if not done
    ]
    return Answer(not wanting, f"尚未参加{'、'.join(wanting)}。" if wanting else "两项都已参加，符合要求。")


@rule(
    "LATE-1",
    title="补录的标注",
    says="会议可以在召开以后补录；录入日期晚于召开日期的，如实标注迟录天数，不影响计入召开当期。",
    article="本系统约定",
    trust="D",
    valid_from=date(2018, 1, 1),
    group="登记约定",
    params=(Param("held_on", "召开日期", kind="date"), Param("recorded_on", "登记日期", kind="date")),
)
def entry_delay(held_on: date, recorded_on: date) -> Answer:
    days = (recorded_on - held_on).days
    return Answer(
        days >= 0,
        f"补录，迟{days}天。" if days > 0 else "当日登记。" if days == 0 else "召开日期不能晚于登记日期。",
        {"days": days},
    )
