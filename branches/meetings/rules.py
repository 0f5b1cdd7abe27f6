"""What the regulations ask of meetings: how often, who must be there, what a vote needs. Pure functions only.

Frequencies: 支部工作条例（试行）第11至17条, 党员教育管理工作条例第16至18条. Votes: 支部条例第11条,
发展党员工作细则（2026）第19、20、31、32条. Texts are our own words; figures sit in the declarations.
"""

from __future__ import annotations

from datetime import date

from partywork.rules import Answer, Param, rule

BRANCH_RULES = date(2018, 10, 28)  # 支部工作条例（试行）
EDUCATION_RULES = date(2019, 5, 6)  # 党员教育管理工作条例
ADMISSION_2014 = date(2014, 5, 28)  # 发展党员工作细则 2014
ADMISSION_2026 = date(2026, 5, 11)  # 发展党员工作细则 2026, in force from its issue
LIFE_RULES = date(2016, 12, 23)  # 民主生活会若干规定
CENTRE_RULES = date(2017, 1, 30)  # 中心组学习规则
PARTY_GROUP_RULES = date(2019, 4, 6)  # 党组工作条例
ELECTION_RULES = date(2020, 7, 13)  # 基层组织选举工作条例
OFTEN, VOTING, ELECTION = "组织生活频次", "会议与表决", "选举"

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


_S = Param("expected", "应到会有表决权的正式党员", low=1, high=9999)
_P = Param("present", "实到会有表决权的正式党员", low=0, high=9999)
_Y = Param("yes", "赞成票", low=0, high=9999, default=0)
_W = Param("written_yes", "会前书面赞成", low=0, high=9999, default=0)


def half_or_more(expected: int, present: int) -> bool:
    """半数以上: half counts (支部条例第11条)."""
    return expected > 0 and 2 * present >= expected


def more_than_half(whole: int, part: int) -> bool:
    """超过半数: exactly half does not count (发展细则第19条)."""
    return whole > 0 and 2 * part > whole


TOO_MANY = Answer(False, "实到人数不能多于应到人数，请核对。")


def _vote(valid: bool, needed: int, passed: bool, passing: int) -> Answer:
    says = f"到会至少{needed}人方为有效，" + (
        "现到会人数有效；" if valid else "现到会人数不足，会议不能作出决定；"
    )
    says += f"赞成至少{passing}票方能通过，" + ("已通过。" if valid and passed else "未通过。")
    return Answer(
        valid and passed,
        says,
        {"valid": valid, "passed": valid and passed, "needed": needed, "passing": passing},
    )


@rule(
    "VOTE-1",
    title="党员大会一般决定",
    article="支部工作条例（试行）第十一条",
    trust="V",
    valid_from=BRANCH_RULES,
    group=VOTING,
    says="有表决权的到会人数达到应到会有表决权人数的一半即可开会（半数以上，含半数）；赞成人数超过应到会有表决权人数的一半为通过，"
    "以应到而不是实到为分母。",
    params=(_S, _P, _Y),
)
def ordinary_decision(expected: int, present: int, yes: int) -> Answer:
    if present > expected:
        return TOO_MANY
    return _vote(
        half_or_more(expected, present), (expected + 1) // 2, more_than_half(expected, yes), expected // 2 + 1
    )


def _membership_decision(expected: int, present: int, yes: int, written_yes: int) -> Answer:
    if present > expected:
        return TOO_MANY
    return _vote(
        more_than_half(expected, present),
        expected // 2 + 1,
        more_than_half(expected, yes + written_yes),
        expected // 2 + 1,
    )


_ADMIT = (
    "有表决权的到会人数须超过应到会有表决权人数的一半；赞成人数（含会前正式提出的书面赞成意见）超过应到会有表决权人数的一半方能通过；"
    "采取无记名投票，逐个表决。"
)
for _id, _title, _old, _new in (
    (
        "VOTE-2",
        "接收预备党员",
        "发展党员工作细则（2014），条号待核实",
        "发展党员工作细则（2026）第十九条、第二十条",
    ),
    (
        "VOTE-3",
        "预备党员转正、延长预备期或取消资格",
        "发展党员工作细则（2014），条号待核实",
        "发展党员工作细则（2026）第三十一条、第三十二条",
    ),
):
    rule(
        _id,
        title=_title,
        says=_ADMIT,
        article=_old,
        trust="M",
        valid_from=ADMISSION_2014,
        valid_to=ADMISSION_2026,
        params=(_S, _P, _Y, _W),
        group=VOTING,
    )(_membership_decision)
    rule(
        _id,
        title=_title,
        says=_ADMIT,
        article=_new,
        trust="V",
        valid_from=ADMISSION_2026,
        params=(_S, _P, _Y, _W),
        group=VOTING,
    )(_membership_decision)


def _attendance(expected: int, present: int, holds: bool, needed: int, whom: str) -> Answer:
    if present > expected:
        return TOO_MANY
    says = f"{whom}应到{expected}人，实到{present}人，至少到会{needed}人，" + (
        "符合规定。" if holds else "到会人数不足。"
    )
    return Answer(holds, says, {"needed": needed})


@rule(
    "VOTE-4",
    title="支委会的到会人数",
    says="支部委员会会议须有半数以上委员到会（含半数）方可举行。",
    article="支部工作条例（试行）第十二条",
    trust="V",
    valid_from=BRANCH_RULES,
    group=VOTING,
    params=(Param("expected", "委员人数", low=1, high=99), Param("present", "到会委员", low=0, high=99)),
)
def committee_quorum(expected: int, present: int) -> Answer:
    return _attendance(expected, present, half_or_more(expected, present), (expected + 1) // 2, "委员")


@rule(
    "VOTE-8",
    title="民主生活会的到会人数",
    says="民主生活会到会人数须达到应到会人数的三分之二（含三分之二）。",
    article="县以上党和国家机关党员领导干部民主生活会若干规定，条号待核实",
    trust="S",
    valid_from=LIFE_RULES,
    group=VOTING,
    params=(Param("expected", "应到会人数", low=1, high=99), Param("present", "实到会人数", low=0, high=99)),
)
def democratic_life_quorum(expected: int, present: int) -> Answer:
    return _attendance(expected, present, 3 * present >= 2 * expected, -(-2 * expected // 3), "班子成员")


@rule(
    "VOTE-9",
    title="党组会议的决定",
    says="党组会议的决定以赞成人数超过应到会成员的一半为通过；未到会成员的书面意见不计入票数。",
    article="党组工作条例第二十七条",
    trust="V",
    valid_from=PARTY_GROUP_RULES,
    group=VOTING,
    params=(Param("expected", "应到会成员", low=1, high=99), Param("yes", "赞成票", low=0, high=99)),
)
def party_group_decision(expected: int, yes: int) -> Answer:
    passing = expected // 2 + 1
    holds = more_than_half(expected, yes)
    return Answer(
        holds,
        f"赞成至少{passing}票方能通过，现有{yes}票，{'已通过' if holds else '未通过'}。",
        {"passing": passing},
    )


@rule(
    "VOTE-5",
    title="委员、书记的选举",
    article="基层组织选举工作条例，条号待核实；当选票数的分母各地掌握不一",
    trust="S",
    valid_from=ELECTION_RULES,
    group=ELECTION,
    figures={"base": "present"},
    says="有选举权的到会人数达到应到会人数的五分之四方可选举，采取无记名投票；赞成票超过半数当选。半数以实到还是应到会有选举权人数为准，"
    "各地掌握不一，由本单位设置，未设置时按实到计算。",
    params=(
        Param("expected", "应到会有选举权人数", low=1, high=9999),
        Param("present", "实到会有选举权人数", low=0, high=9999),
        _Y,
    ),
    settings=(
        Param(
            "base",
            "当选票数的分母",
            "choice",
            choices=(("present", "实到会有选举权人数"), ("expected", "应到会有选举权人数")),
        ),
    ),
)
def election(expected: int, present: int, yes: int, base: str) -> Answer:
    if present > expected:
        return TOO_MANY
    needed, valid = -(-4 * expected // 5), 5 * present >= 4 * expected
    whole = present if base == "present" else expected
    elected = valid and more_than_half(whole, yes)
    says = f"到会至少{needed}人方可选举，" + ("现到会人数有效；" if valid else "现到会人数不足，不能选举；")
    says += f"得赞成票至少{whole // 2 + 1}票当选，" + ("已当选。" if elected else "未当选。")
    if elected and not more_than_half(expected, yes):
        says += "注意：赞成票没有超过应到会人数的一半，请先向上级党组织核实当地掌握的标准。"
    return Answer(
        elected, says, {"valid": valid, "passed": elected, "needed": needed, "passing": whole // 2 + 1}
    )


@rule(
    "VOTE-6",
    title="选举的计票",
    says="收回的选票不多于发出的选票，选举有效，多于发出的重新选举；一张选票所选人数不多于应选名额为有效票，多于的作废。",
    article="基层组织选举工作条例，条号待核实",
    trust="S",
    valid_from=ELECTION_RULES,
    group=ELECTION,
    params=(
        Param("issued", "发出选票", low=1, high=9999),
        Param("returned", "收回选票", low=0, high=9999),
        Param("places", "应选名额", low=1, high=99),
        Param("chosen", "一张选票所选人数", low=0, high=999),
    ),
)
def election_count(issued: int, returned: int, places: int, chosen: int) -> Answer:
    valid, ballot = returned <= issued, chosen <= places
    says = f"发出{issued}张、收回{returned}张，" + (
        "选举有效；" if valid else "收回多于发出，选举无效，应当重新选举；"
    )
    says += f"所选{chosen}人、应选{places}人，" + ("该票有效。" if ballot else "该票无效。")
    return Answer(valid and ballot, says, {"valid": valid, "ballot_valid": ballot})


@rule(
    "VOTE-7",
    title="选举的差额",
    says="委员候选人的差额不少于应选人数的百分之二十，不足一人的按一人计算。",
    article="基层组织选举工作条例，条号待核实；进位办法据问答材料",
    trust="S",
    valid_from=ELECTION_RULES,
    group=ELECTION,
    figures={"percent": 20},
    params=(
        Param("places", "应选人数", low=1, high=99),
        Param("candidates", "候选人数（0表示只计算）", low=0, high=999, default=0),
    ),
)
def election_candidates(places: int, candidates: int, percent: int) -> Answer:
    needed = places - (-places * percent // 100)
    says = f"应选{places}人，候选人至少{needed}人。"
    if not candidates:
        return Answer(None, says, {"needed": needed})
    holds = candidates >= needed
    return Answer(
        holds, f"{says}现有{candidates}人，{'符合要求' if holds else '差额不足'}。", {"needed": needed}
    )


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
