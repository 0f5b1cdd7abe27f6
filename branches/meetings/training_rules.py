"""How many hours a year Party members and secretaries study, and how hours are counted. Pure functions only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from branches.meetings.rules import EDUCATION_RULES
from partywork.rules import Answer, Param, rule

TRAINING = "学时与培训"
_HOURS = Param("hours", "本年度已完成学时", "decimal")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _told(hours: Decimal, least: int) -> str:
    short = max(Decimal(0), least - hours)
    return f"每年至少{least}学时，已完成{_plain(hours)}学时，" + (
        f"还差{_plain(short)}学时" if short else "已达到要求"
    )


@rule(
    "MTG-13",
    title="党员集中学习培训学时",
    says="党员每年集中学习培训不少于32学时；本系统以半年16学时作为进度参考。",
    article="党员教育管理工作条例第二十条",
    trust="V",
    valid_from=EDUCATION_RULES,
    group=TRAINING,
    figures={"least": 32, "half_year_pace": 16},
    params=(_HOURS,),
)
def member_hours(hours: Decimal, least: int, half_year_pace: int) -> Answer:
    return Answer(
        hours >= least,
        f"{_told(hours, least)}；半年进度参考为{half_year_pace}学时。",
        {"missing": max(Decimal(0), least - hours)},
    )


@rule(
    "MTG-14",
    title="党支部书记和班子成员培训",
    says="党支部书记和班子成员每年培训不少于56学时，至少参加1次集中培训。",
    article="全国党员教育培训工作规划（2019—2023年）；其后年度待核实",
    trust="S",
    valid_from=date(2019, 1, 1),
    group=TRAINING,
    figures={"least": 56, "courses_least": 1},
    params=(_HOURS, Param("courses", "已参加集中培训次数", low=0, high=99)),
)
def officer_hours(hours: Decimal, courses: int, least: int, courses_least: int) -> Answer:
    enough = courses >= courses_least
    says = f"{_told(hours, least)}；集中培训{courses}次，" + (
        "符合要求。" if enough else f"至少应参加{courses_least}次。"
    )
    return Answer(hours >= least and enough, says, {"missing": max(Decimal(0), least - hours)})


@rule(
    "MTG-15",
    title="学时的折算",
    says="脱产培训按天、专题讲座和实践活动按半天、学习会按小时折算学时；当年学时不结转下年。折算标准由本单位设置。",
    article="一个单位的做法，本单位另有规定的从其规定",
    trust="L",
    valid_from=EDUCATION_RULES,
    group=TRAINING,
    figures={"day": 8, "half_day": 4, "hour": 1},
    params=(
        Param("days", "脱产培训天数", low=0, high=366, default=0),
        Param("half_days", "半天讲座或实践次数", low=0, high=732, default=0),
        Param("meeting_hours", "学习会小时数", "decimal", default=Decimal(0)),
    ),
    settings=(
        Param("day", "脱产培训每天学时", low=1, high=24),
        Param("half_day", "半天讲座或实践每次学时", low=1, high=24),
        Param("hour", "学习会每小时学时", low=1, high=4),
    ),
)
def hours_of(days: int, half_days: int, meeting_hours: Decimal, day: int, half_day: int, hour: int) -> Answer:
    total = days * day + half_days * half_day + meeting_hours * hour
    return Answer(None, f"折合{_plain(total)}学时。", {"hours": total})


@rule(
    "MTG-16",
    title="公务员培训时间（不属党内法规）",
    trust="V",
    valid_from=date(2023, 10, 15),
    group=TRAINING,
    says="乡科级及以下（含一级主任科员以下职级）每年培训不少于12天或者90学时；县处级以上5年内累计不少于3个月或者550学时。",
    article="干部教育培训工作条例（2023年修订），条号待核实",
    figures={"days": 12, "hours_a_year": 90, "months": 3, "hours_in_five_years": 550},
    params=(
        Param("level", "职务层次", "choice", choices=(("section", "乡科级及以下"), ("county", "县处级以上"))),
        Param("time", "培训天数（县处级以上填月数）", low=0, high=999),
        Param("hours", "培训学时", "decimal"),
    ),
)
def servant_training(
    level: str, time: int, hours: Decimal, days: int, hours_a_year: int, months: int, hours_in_five_years: int
) -> Answer:
    least_time, least_hours, unit, span = (
        (days, hours_a_year, "天", "每年")
        if level == "section"
        else (months, hours_in_five_years, "个月", "5年内")
    )
    holds = time >= least_time or hours >= least_hours
    return Answer(
        holds,
        f"{span}不少于{least_time}{unit}或者{least_hours}学时，现为{time}{unit}、{_plain(hours)}学时，"
        f"{'已达到要求' if holds else '未达到要求'}。",
    )
