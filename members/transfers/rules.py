"""What the regulations and practice say about letters of transfer: pure functions of plain values.

党员教育管理工作条例 (2019), art. 25, and the usual form of the letter, in our own words.
"""

from __future__ import annotations

from datetime import date, timedelta

from members.rules import cn
from members.standing_rules import EDUCATION_RULES
from partywork.periods import add_months
from partywork.rules import Answer, Param, rule

GROUP = "组织关系转接"
NEAR_DAYS = 7  # our own line: so long before its day an open item is shown at home
DISTANCES = (("near", "本县（市、区）内"), ("far", "县外本省内"), ("province", "外省"))


@rule(
    "TRF-1", title="应当转移组织关系的情形", article="党员教育管理工作条例第二十五条", trust="V", valid_from=EDUCATION_RULES, group=GROUP,
    figures={"months": 6},
    params=(Param("changed", "工作单位或居住地变动", "bool", default=False),
            Param("months_away", "在一处固定地点外出的月数", low=0, high=999, default=0)),
    says="工作单位、居住地变动的，或者外出6个月以上并且地点固定的，应当转移正式组织关系。",
)  # fmt: skip
def must_transfer(changed: bool, months_away: int, months: int) -> Answer:
    must = changed or months_away >= months
    return Answer(None, "应当转移组织关系。" if must else "不需要转移组织关系。", {"must": must})


@rule(
    "TRF-2", title="谁可以直接转接", article="党员教育管理工作条例第二十五条", trust="V", valid_from=EDUCATION_RULES, group=GROUP,
    params=(Param("accepted", "接收方已经接收", "bool", default=False),),
    says="有审批预备党员权限的基层党委之间可以在全国范围内直接相互转移；接收以前由转出的党组织继续负责管理，接收方没有正当理由不得拒收。",
)  # fmt: skip
def who_is_responsible(accepted: bool) -> Answer:
    return Answer(None, "由接收的党组织管理。" if accepted else "由转出的党组织继续管理，党员仍在原支部名册。", {"sender": not accepted})


@rule(
    "TRF-3", title="介绍信的有效期和回执", article="介绍信通行格式；有效期各地掌握不一", trust="L", valid_from=EDUCATION_RULES, group=GROUP,
    figures={"near_days": 10, "far_days": 30, "most_months": 3, "province_months": 6},
    params=(Param("issued_on", "开出日期", "date"), Param("distance", "对方所在地", "choice", DISTANCES)),
    settings=(Param("near_days", "本县有效期（天）", low=1, high=90), Param("far_days", "县外有效期（天）", low=1, high=90)),
    says="介绍信分存根、介绍信、回执三联，编号、加盖骑缝章，写明党费交至年月；有效期本县一般10天，县外一般30天，最长不超过3个月（外省6个月）；"
    "接收后1个月内寄回回执，存根保存10年；超过有效期的由支部说明情况、申请补办。",
)  # fmt: skip
def letter(issued_on: date, distance: str, near_days: int, far_days: int, most_months: int, province_months: int) -> Answer:
    days = near_days if distance == "near" else far_days
    last = add_months(issued_on, province_months if distance == "province" else most_months)
    usual = min(issued_on + timedelta(days=days), last)
    values = {"usual": usual.isoformat(), "last": last.isoformat()}
    return Answer(None, f"有效期一般到{cn(usual)}，最长到{cn(last)}。", values)


@rule(
    "TRF-4", title="转入、转出怎样计数", article="本系统约定", trust="D", valid_from=EDUCATION_RULES, group=GROUP,
    params=(Param("accepted", "接收方已经接收", "bool", default=False),),
    says="转入按本单位接收的日期计，转出按对方接收的日期计；还在途中的单独列出，不计入转入、转出。",
)  # fmt: skip
def counts_when(accepted: bool) -> Answer:
    return Answer(None, "计入转入或转出。" if accepted else "计入转接中。", {"counts": accepted})


def receipt_due(accepted_on: date) -> date:
    """The last day on which the receipt should be back."""
    return add_months(accepted_on, 1)


def due_day(state: str, valid_until: date | None, accepted_on: date | None, receipt_on: date | None, *, asks_receipt: bool) -> date | None:
    """What an open letter waits for: its acceptance until the validity ends, then the receipt; None when nothing."""
    if state == "on_the_way":
        return valid_until
    waits = state == "accepted" and asks_receipt and receipt_on is None
    return receipt_due(accepted_on) if waits else None


def why_not_issue(issued_on: date, valid_until: date, last: date, today: date) -> tuple[str, str]:
    """(field, sentence) against a letter of these days; `last` is the latest end of its validity."""
    if issued_on > today:
        return "start_on", "开出日期不能晚于今天。"
    if valid_until < issued_on:
        return "valid_until", "有效期不能早于开出日期。"
    if valid_until > last:
        return "valid_until", f"有效期最长到{cn(last)}（TRF-3）。"
    return "", ""


def why_not_accept(issued_on: date, valid_until: date, day: date, today: date, note: str) -> tuple[str, str]:
    """(field, sentence) against accepting on a day; after the validity it needs an explanation."""
    if day > today:
        return "day", "接收日期不能晚于今天。"
    if day < issued_on:
        return "day", f"介绍信{cn(issued_on)}开出，接收日期不能早于这一天。"
    if day > valid_until and not note.strip():
        return "note", f"介绍信有效期到{cn(valid_until)}，超过有效期接收的，请在说明里写明情况和补办经过（TRF-3）。"
    return "", ""


def why_not_receipt(accepted_on: date, day: date, today: date) -> str:
    if day > today:
        return "回执日期不能晚于今天。"
    return "" if day >= accepted_on else f"{cn(accepted_on)}接收，回执日期不能早于这一天。"


def why_not_close(issued_on: date | None, day: date, today: date) -> str:
    """Against ending a letter without acceptance on a day."""
    if day > today:
        return "日期不能晚于今天。"
    return f"介绍信{cn(issued_on)}开出，日期不能早于这一天。" if issued_on and day < issued_on else ""


def why_not_dues(dues_to: date | None, issued_on: date) -> str:
    """The month to which dues are paid: known, and not more than a year ahead."""
    if dues_to is None:
        return "请填写党费交至哪一年哪一月。"
    return "" if dues_to <= add_months(issued_on, 12) else "党费交至的年月太晚了，请核对。"
