"""What is asked of a round of honours: publicity, share, story. Local practice throughout, so its figures can be set."""

from __future__ import annotations

from datetime import date

from partywork.rules import Answer, Param, rule
from partywork.workdays import WorkCalendar, working_days

GROUP = "表彰"
FROM = date(2019, 5, 6)
LOCAL = "各地表彰通知的通行做法，本单位另有规定的从其规定"


@rule(
    "HON-1",
    title="表彰的公示",
    article=LOCAL,
    trust="L",
    valid_from=FROM,
    group=GROUP,
    figures={"days": 5},
    params=(Param("start", "公示开始", "date"), Param("end", "公示结束", "date")),
    settings=(Param("days", "公示不少于几个工作日", low=1, high=15),),
    says="拟表彰对象在决定前应当公示，一般不少于5个工作日，首尾两天都计算；公示没有结束不作决定。",
    with_calendar=True,
)
def publicity(start: date, end: date, days: int, calendar: WorkCalendar) -> Answer:
    if end < start:
        return Answer(False, "公示结束日期不能早于开始日期。", {"days": 0})
    counted = working_days(start, end, calendar)
    holds = counted.value >= days
    says = f"公示{counted.value}个工作日，" + ("符合要求。" if holds else f"不足{days}个工作日，请把结束日期往后移。")
    return Answer(holds, says + counted.warning, {"days": counted.value, "warning": counted.warning})


@rule(
    "HON-2",
    title="优秀共产党员的比例",
    article=LOCAL,
    trust="L",
    valid_from=FROM,
    group=GROUP,
    figures={"most": 4},
    params=(Param("members", "党员总数", low=0, high=99999), Param("chosen", "表彰人数", low=0, high=9999)),
    settings=(Param("most", "不超过党员总数的百分之几", low=1, high=20),),
    says="优秀共产党员的表彰名额一般占党员总数的1%至4%，具体比例由本单位设置。",
)
def share(members: int, chosen: int, most: int) -> Answer:
    top = members * most // 100
    holds = 100 * chosen <= members * most
    told = "在比例之内" if holds else f"超过{most}%"
    return Answer(holds, f"党员{members}人，按{most}%最多{top}名，现为{chosen}名，{told}。", {"most": top})


def warnings_of(kind: str, left: bool, grades: tuple[str, ...]) -> list[str]:
    """What to look into before somebody is recommended; none of it forbids. `grades` are those of the appraisals on record,
    the latest first."""
    found = []
    if left:
        found.append("已不在名册上，请核对。")
    elif kind != "full":
        found.append("是预备党员，表彰对象一般应是正式党员。")
    if not grades:
        found.append("近两年没有民主评议等次的记录，请核实考核和评议结果。")
    elif grades[0] in ("basic", "unqualified"):
        found.append("最近一次民主评议等次在合格以下，一般不作为表彰对象。")
    elif "excellent" not in grades:
        found.append("近两年民主评议没有评为优秀，请核实是否符合通知的条件。")
    return found
