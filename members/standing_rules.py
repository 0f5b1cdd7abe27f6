"""What the regulations say about members who are away, out of touch, under correction or observation, and for how long.

党员教育管理工作条例 (2019), 不合格党员组织处置办法 (2024) and the opinion on floating members, in our own words.
A function named `why_not_…` answers with the Chinese sentence that refuses, or "" when nothing speaks against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from members.rules import cn
from partywork.periods import add_months
from partywork.rules import Answer, Param, in_force, rule

EDUCATION_RULES = date(2019, 5, 6)  # 党员教育管理工作条例
DISPOSAL_RULES = date(2024, 5, 21)  # 不合格党员组织处置办法
DISCIPLINE_RULES = date(2018, 10, 1)  # 纪律处分条例
DUES_RULES = date(2008, 4, 1)
ELECTION_RULES = date(2020, 7, 13)  # 基层组织选举工作条例
GROUP, VOTING = "流动、失联和组织处置", "会议与表决"
NEAR_DAYS = 30  # our own line: so long before a clock runs out it is shown among the open items
ON = Param("day", "今天或拟办理日期", "date")
KINDS = (("full", "正式党员"), ("probationary", "预备党员"))
BARS = (("none", "没有"), ("probation", "留党察看"), ("suspended", "被留置、逮捕等，中止党员权利"))


@rule(
    "VOTE-11", title="有表决权的党员", article="基层组织选举工作条例第五条；党章，条号待核实", trust="V", valid_from=ELECTION_RULES,
    group=VOTING, params=(Param("kind", "人员类别", "choice", KINDS), Param("bar", "处分或措施", "choice", BARS, default="none")),
    says="应到会有表决权人数只算正式党员。预备党员没有表决权；受留党察看处分的、被留置或逮捕等中止党员权利的正式党员，在这期间也不计入。",
)  # fmt: skip
def who_votes(kind: str, bar: str) -> Answer:
    votes = kind == "full" and bar == "none"
    why = "预备党员没有表决权" if kind != "full" else f"{dict(BARS)[bar]}期间没有表决权"
    return Answer(votes, "有表决权，计入应到会有表决权人数。" if votes else f"{why}，不计入应到会有表决权人数。")


@rule(
    "FLT-1", title="流动党员", article="党员教育管理工作条例第三十二条；流动党员管理的意见（期限据问答材料）", trust="S",
    valid_from=EDUCATION_RULES, group=GROUP, figures={"months": 6},
    params=(Param("away_from", "外出或不能参加组织生活的开始日期", "date"), ON),
    says="因工作、学习、居住等原因，连续6个月以上不能参加所在支部活动，又没有转移正式组织关系的，是流动党员；"
    "流出、流入都应登记，正式组织关系只在一个支部。",
)  # fmt: skip
def floating(away_from: date, day: date, months: int) -> Answer:
    full = add_months(away_from, months)
    holds = day >= full
    says = f"自{cn(away_from)}起，到{cn(full)}满{months}个月，"
    return Answer(holds, says + ("属于流动党员，应当登记。" if holds else "还不属于流动党员。"), {"from": full.isoformat()})


@rule(
    "FLT-2", title="出国（境）党员的联系和停止党籍", article="党员教育管理工作条例第二十四条、第三十四条", trust="V",
    valid_from=EDUCATION_RULES, group=GROUP, figures={"contact_months": 6, "years": 5},
    params=(Param("abroad_from", "出国（境）日期", "date"), Param("contact_on", "最近一次联系日期", "date"), ON),
    says="党组织同出国（境）学习研究的党员每半年至少联系一次；学习研究超过5年没有返回的，或在国（境）外定居的，停止党籍。",
)  # fmt: skip
def abroad(abroad_from: date, contact_on: date, day: date, contact_months: int, years: int) -> Answer:
    due, stop = add_months(contact_on, contact_months), add_months(abroad_from, 12 * years)
    values = {"contact_due": due.isoformat(), "stop_from": stop.isoformat()}
    if day > stop:
        return Answer(False, f"到{cn(stop)}已满{years}年，仍未返回的应按程序停止党籍。", values)
    return Answer(day <= due, f"应在{cn(due)}以前再联系一次。" + ("" if day <= due else "现已超过。"), values)


@rule(
    "LOST-1", title="失去联系党员的停止党籍和除名", article="党员教育管理工作条例第二十四条；预备党员部分据二手资料", trust="V",
    valid_from=EDUCATION_RULES, group=GROUP, figures={"months": 6, "years": 2},
    params=(Param("lost_from", "失去联系的日期", "date"),
            Param("stopped_on", "停止党籍的日期（没有停止的可不填）", "date", default=""), ON),
    says="与党组织失去联系6个月以上、千方百计查找仍没有下落的，停止党籍；停止党籍2年后仍联系不上的，按自行脱党除名。"
    "预备党员失去联系的，取消预备党员资格。",
)  # fmt: skip
def lost(lost_from: date, stopped_on: date | str, day: date, months: int, years: int) -> Answer:
    if not stopped_on:
        due = add_months(lost_from, months)
        says = f"失去联系到{cn(due)}满{months}个月，" + ("可以按程序停止党籍。" if day >= due else "现在还不能停止党籍。")
        return Answer(day >= due, says, {"stop_from": due.isoformat()})
    due = add_months(stopped_on, 12 * years)
    says = f"停止党籍到{cn(due)}满{years}年，" + ("仍联系不上的，按自行脱党除名。" if day >= due else "现在还不能除名。")
    return Answer(day >= due, says, {"remove_from": due.isoformat()})


@rule(
    "DSP-1", title="限期改正、劝退和除名",
    article="党员教育管理工作条例第三十条、第三十一条；不合格党员组织处置办法第三条至第六条", trust="V",
    valid_from=EDUCATION_RULES, group=GROUP, figures={"months": 12},
    params=(Param("start_on", "限期改正开始日期", "date"), Param("until", "期限至", "date")),
    says="限期改正不超过1年；期满仍无转变的劝其退党，劝而不退的除名。没有正当理由连续6个月不参加组织生活，或不交党费，或不做党所分配的工作，按自行脱党除名。",
)  # fmt: skip
def correction(start_on: date, until: date, months: int) -> Answer:
    last = add_months(start_on, months)
    holds = start_on < until <= last
    says = f"限期改正最长到{cn(last)}，" + ("期限合适。" if holds else "请核对期限。")
    return Answer(holds, says, {"last": last.isoformat()})


@rule(
    "DSP-2", title="组织处置和纪律处分不重复", article="不合格党员组织处置办法第四条", trust="V", valid_from=DISPOSAL_RULES, group=GROUP,
    params=(Param("punished", "这件事已按党纪处分", "bool", default=False),),
    says="已按党纪给予处分的问题，不再就同一问题作组织处置。",
)  # fmt: skip
def no_second_treatment(punished: bool) -> Answer:
    return Answer(not punished, "已按党纪处分，不再作组织处置。" if punished else "可以按规定作组织处置。")


@rule(
    "DSP-3", title="留党察看的期限", article="纪律处分条例，条号待核实", trust="M", valid_from=DISCIPLINE_RULES, group=GROUP,
    figures={"months": 24}, params=(Param("start_on", "处分生效日期", "date"), Param("until", "期限至", "date")),
    says="留党察看最长不超过2年，期间没有表决权、选举权和被选举权；预备党员不适用。",
)  # fmt: skip
def observation(start_on: date, until: date, months: int) -> Answer:
    last = add_months(start_on, months)
    holds = start_on < until <= last
    return Answer(holds, f"留党察看最长到{cn(last)}，" + ("期限合适。" if holds else "请核对期限。"), {"last": last.isoformat()})


@dataclass(frozen=True)
class Clock:
    """What has to be done about a standing until which day, and which rule says so."""

    due: date
    says: str
    rule: str

    def is_over(self, today: date) -> bool:
        return today > self.due


def clock_of(status: str, start_on: date, *, kind: str = "full", until: date | None = None, is_abroad: bool = False,
             contact_on: date | None = None) -> Clock | None:
    """The next thing due for an open standing; None where nothing runs."""
    match status:
        case "lost":
            what = "停止党籍" if kind == "full" else "取消预备党员资格"
            return Clock(add_months(start_on, 6), f"失去联系满6个月仍查找不到的，按程序{what}", "LOST-1")
        case "stopped":
            return Clock(add_months(start_on, 24), "停止党籍满2年仍联系不上的，按自行脱党除名", "LOST-1")
        case "correcting" if until:
            return Clock(until, "限期改正期满，讨论是否已经改正", "DSP-1")
        case "probation" if until:
            return Clock(until, "留党察看期满，讨论恢复党员权利或作其他处理", "DSP-3")
        case "floating" if is_abroad:
            return Clock(add_months(contact_on or start_on, 6), "同出国（境）党员每半年至少联系一次", "FLT-2")
    return None


def why_not_stand(status: str, kind: str, start_on: date, until: date | None, joined_on: date, today: date) -> tuple[str, str]:
    """(field, sentence) of the first thing that speaks against such a standing; ("", "") when nothing does."""
    if start_on > today:
        return "start_on", "日期不能晚于今天。"
    if start_on < joined_on:
        return "start_on", f"日期不能早于加入党组织日期（{cn(joined_on)}）。"
    if status == "probation" and kind != "full":
        return "status", "预备党员不适用留党察看，违纪严重的应取消预备党员资格。"
    limit = {"correcting": "DSP-1", "probation": "DSP-3"}.get(status)
    if limit is None:
        return "", ""
    if until is None:
        return "until", "请填写期限至哪一天。"
    version = in_force(limit, today)
    answer = version.answer(start_on=start_on, until=until)
    return ("", "") if answer.holds else ("until", f"{answer.says}（{limit}）")


def why_not_end(start_on: date, stop_on: date, today: date) -> str:
    if stop_on > today:
        return "结束日期不能晚于今天。"
    return "" if stop_on > start_on else f"结束日期应在开始日期{cn(start_on)}之后。"


def why_not_stop(kind: str, lost_from: date | None, is_abroad: bool, day: date) -> str:
    """Whether the membership may be stopped on a day: out of touch for six months, or abroad (LOST-1, FLT-2)."""
    if kind != "full":
        return "预备党员没有停止党籍一说，失去联系的应取消预备党员资格。"
    if is_abroad:
        return ""
    if lost_from is None:
        return "请先登记“失去联系”（或出国、出境）情况，满6个月后再停止党籍。"
    due = add_months(lost_from, 6)
    return "" if day >= due else f"失去联系到{cn(due)}满6个月，停止党籍不能早于这一天（LOST-1）。"


def why_not_lapse(stopped_on: date, day: date) -> str:
    """Whether somebody whose membership was stopped may be removed on a day (LOST-1)."""
    due = add_months(stopped_on, 24)
    return "" if day >= due else f"停止党籍到{cn(due)}满2年，除名不能早于这一天（LOST-1）。"
