"""What a vote, a quorum and an election need. Pure functions only.

支部工作条例（试行）第11、12条, 发展党员工作细则（2026）第19、20、31、32条, 党组工作条例第27条, 基层组织选举工作条例.
半数以上 holds the half, 超过半数 does not. Texts are our own words.
"""

from __future__ import annotations

from datetime import date

from branches.meetings.rules import BRANCH_RULES, LIFE_RULES
from partywork.rules import Answer, Param, rule

ADMISSION_2014 = date(2014, 5, 28)  # 发展党员工作细则 2014
ADMISSION_2026 = date(2026, 5, 11)  # 发展党员工作细则 2026, in force from its issue
PARTY_GROUP_RULES = date(2019, 4, 6)  # 党组工作条例
ELECTION_RULES = date(2020, 7, 13)  # 基层组织选举工作条例
VOTING, ELECTION = "会议与表决", "选举"

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
