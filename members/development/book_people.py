"""People, papers and the other ways of the chain in the book of rules: DEV-26 to DEV-35."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from members.development.book import DAY, EXTENSION, GROUP
from members.development.exits import (
    LONGEST,
    PUT_OFF,
    REDISCUSS,
    REDO,
    SHORTEST,
    Exits,
    Judgement,
    judge_extension,
    judge_report,
    party_age_on,
    probation_of,
    put_off_until,
)
from members.development.people import (
    CONTACTS,
    DAYS,
    HOURS,
    INTRODUCERS,
    PUBLICITY_DAYS,
    PUBLICITY_RULE,
    Discipline,
    Person,
    judge_contacts,
    judge_introducers,
    judge_publicity,
    judge_training,
)
from members.development.rules import set_on
from members.development.shape import RuleSet
from members.development.steps import SET_2014, SET_2026, SETS
from members.rules import cn
from partywork.periods import add_months
from partywork.rules import Answer, Param, rule
from partywork.workdays import WorkCalendar

ADMITTED = Param("step15", "支部大会通过接收的日期", "date")


def _in_set(rule_set: RuleSet, rule_id: str, title: str, says: str, articles: tuple[int, ...], **more) -> Callable:
    """Declare one version of a rule with the dates of a rule set; articles are those of 2026."""
    return rule(
        rule_id,
        title=title,
        says=says,
        article=rule_set.article(*(articles if rule_set is SET_2026 else ())),
        trust=rule_set.trust,
        valid_from=rule_set.valid_from,
        valid_to=rule_set.valid_to,
        group=GROUP,
        **more,
    )


def _in_both(rule_id: str, title: str, says: str, articles: tuple[int, ...], **more) -> Callable:
    """Declare a rule that both texts have alike."""

    def declare(function: Callable[..., Answer]) -> Callable[..., Answer]:
        for rule_set in SETS:
            _in_set(rule_set, rule_id, title, says, articles, **more)(function)
        return function

    return declare


def _told(judged: Judgement, fine: str, **values) -> Answer:
    return Answer(judged.holds, judged.says or fine, values)


@_in_both(
    "DEV-26",
    "培养联系人的人数",
    "入党积极分子的培养联系人为1至2名正式党员。",
    (9,),
    figures={"fewest": CONTACTS[0], "most": CONTACTS[1]},
    params=(
        Param("full", "作培养联系人的正式党员人数", low=0, high=9),
        Param("others", "作培养联系人的其他人数", low=0, high=9, default=0),
    ),
)
def contacts(full: int, others: int, fewest: int, most: int) -> Answer:
    people = [Person("", True)] * full + [Person("其他人员", False)] * min(others, 1)
    return _told(judge_contacts(people), f"{full}名正式党员，符合要求。", fewest=fewest, most=most)


def _introducers(full: int, on_probation: int, lightly: int, needed: int, rule_set: RuleSet) -> Answer:
    if on_probation + lightly > full:
        return Answer(False, "受处分的人数不能多于介绍人数，请核对。")
    people = [Person(f"第{number + 1}名介绍人", True, _discipline(number, on_probation, lightly)) for number in range(full)]
    return _told(judge_introducers(people, rule_set), f"{full}名正式党员，符合要求。", needed=needed)


def _discipline(number: int, on_probation: int, lightly: int) -> Discipline:
    if number < on_probation:
        return Discipline.PROBATION
    return Discipline.LIGHT if number < on_probation + lightly else Discipline.NONE


def _introducers_2014(full: int, on_probation: int, lightly: int, needed: int) -> Answer:
    return _introducers(full, on_probation, lightly, needed, SET_2014)


def _introducers_2026(full: int, on_probation: int, lightly: int, needed: int) -> Answer:
    return _introducers(full, on_probation, lightly, needed, SET_2026)


for _set, _function, _lightly in (
    (SET_2014, _introducers_2014, ""),
    (SET_2026, _introducers_2026, "；受警告、严重警告、撤销党内职务处分在影响期内的不宜担任"),
):
    _in_set(
        _set,
        "DEV-27",
        "入党介绍人的人数和条件",
        f"入党介绍人为2名正式党员，受留党察看处分、尚未恢复党员权利的不能担任{_lightly}。",
        (14,),
        figures={"needed": INTRODUCERS},
        params=(
            Param("full", "作介绍人的正式党员人数", low=0, high=9),
            Param("on_probation", "其中受留党察看处分、尚未恢复党员权利的", low=0, high=9, default=0),
            Param("lightly", "其中受警告、严重警告、撤销党内职务处分在影响期内的", low=0, high=9, default=0),
        ),
    )(_function)


@_in_both(
    "DEV-28",
    "集中培训的时间",
    "发展对象集中培训一般不少于3天或者24学时；未经培训的，除个别特殊情况外不能发展入党。",
    (17,),
    figures={"days_least": DAYS, "hours_least": HOURS},
    params=(
        Param("days", "培训天数", "decimal", default=Decimal(0)),
        Param("hours", "培训学时", "decimal", default=Decimal(0)),
        Param("exceptional", "是否经认定为个别特殊情况", "bool", default=False),
    ),
)
def training(days: Decimal, hours: Decimal, exceptional: bool, days_least: int, hours_least: int) -> Answer:
    judged = judge_training(days, hours, exceptional)
    return _told(judged, f"不少于{days_least}天或者{hours_least}学时，符合要求。")


_WHAT = (
    ("candidate", "列为发展对象"),
    ("activist", "确定入党积极分子"),
    ("admission", "接收预备党员"),
    ("full", "转正"),
)


@_in_set(
    SET_2026,
    PUBLICITY_RULE,
    "公示的时间",
    "列为发展对象以前公示不少于5个工作日，首尾两天都算，节假日和调休按日历推算。其他环节是否公示、公示几天，条文没有规定，可由本单位设置。",
    (13,),
    figures={"candidate_days": PUBLICITY_DAYS, "activist_days": 0, "admission_days": 0, "full_days": 0},
    params=(
        Param("publicity_from", "公示开始日期", "date"),
        Param("publicity_to", "公示结束日期", "date"),
        Param("what", "公示的环节", "choice", choices=_WHAT, default="candidate"),
    ),
    settings=tuple(
        Param(f"{code}_days", f"{label}公示几个工作日（0为不要求）", low=0, high=30) for code, label in _WHAT[1:]
    ),
    with_calendar=True,
)
def publicity(
    publicity_from: date,
    publicity_to: date,
    what: str,
    candidate_days: int,
    activist_days: int,
    admission_days: int,
    full_days: int,
    calendar: WorkCalendar,
) -> Answer:
    least = {
        "candidate": candidate_days,
        "activist": activist_days,
        "admission": admission_days,
        "full": full_days,
    }[what]
    judged = judge_publicity(publicity_from, publicity_to, calendar, least)
    fine = f"公示不少于{least}个工作日，符合要求。" if least else "这个环节没有要求公示。"
    return Answer(judged.holds, "".join((*judged.blocks, *([] if judged.blocks else [fine]), *judged.warnings)))


@_in_both(
    "DEV-30",
    "延长预备期",
    "需要继续考察的，预备期可以延长一次，不少于6个月、不超过12个月；由支部大会在期满后讨论，报上级党委审批。",
    (31,),
    figures={"shortest": SHORTEST, "longest": LONGEST},
    params=(
        ADMITTED,
        Param("decided_on", "支部大会讨论延长的日期", "date"),
        Param("months", "延长几个月", low=0, high=99),
        Param("extended_before", "此前是否已延长过", "bool", default=False),
    ),
)
def extension(
    step15: date, decided_on: date, months: int, extended_before: bool, shortest: int, longest: int
) -> Answer:
    judged = judge_extension(step15, decided_on, months, extended_before)
    ends = probation_of(step15, Exits(extended_on=decided_on, extension_months=months)).full_from
    return _told(judged, f"可以延长{months}个月（{shortest}至{longest}个月），到{cn(ends)}期满。", probation_end=ends)


@_in_both(
    "DEV-31",
    "预备期中转入",
    "预备党员转入后，新支部对其情况不够了解的，转正讨论可以推迟，最长不超过6个月；通过的，仍从原预备期满之日转正。",
    (35,),
    figures={"months": PUT_OFF},
    params=(ADMITTED, Param("moved_in_on", "转入日期", "date"), EXTENSION, DAY),
)
def moved_in(step15: date, moved_in_on: date, extension_months: int, day: date | str, months: int) -> Answer:
    exits = Exits(moved_in_on=moved_in_on, extension_months=extension_months)
    ends, until = probation_of(step15, exits).full_from, put_off_until(step15, exits)
    values = {"full_from": ends, "latest": until}
    if until is None:
        return Answer(False, f"预备期自{cn(step15)}起，到{cn(ends)}期满，转入日期不在预备期内。", values)
    says = f"转正讨论最早在{cn(ends)}，最多推迟{months}个月，到{cn(until)}；通过的，转正日期仍是{cn(ends)}。"
    return Answer(ends <= day <= until if day else None, says, values)


@_in_both(
    "DEV-32",
    "预备期和党龄",
    "预备期自支部大会通过之日起1年；党龄从预备期（延长的从延长期）满转为正式党员之日算起，不因讨论、审批的早晚而变。",
    (31, 33),
    figures={},
    params=(ADMITTED, EXTENSION, DAY),
)
def party_age(step15: date, extension_months: int, day: date | str) -> Answer:
    exits = Exits(extension_months=extension_months)
    found = probation_of(step15, exits)
    says = f"预备期自{cn(found.first)}至{cn(found.last)}，党龄从{cn(found.full_from)}算起。"
    years = party_age_on(step15, day, exits) if day else None
    if day:
        says += f"到{cn(day)}党龄{years}年。" if years is not None else f"到{cn(day)}还没有党龄。"
    values = {"full_from": found.full_from, "last_day": found.last}
    return Answer(None, says, values | ({"years": years} if day else {}))


@_in_both(
    "DEV-33",
    "入党积极分子转移单位",
    "入党积极分子工作、学习单位变动的，培养教育材料随同转交，培养教育时间连续计算。",
    (12,),
    figures={"months": 12},
    params=(
        Param("step3", "第3步“推荐和确定入党积极分子”的日期", "date"),
        Param("moved_on", "转移日期", "date"),
    ),
)
def moved_activist(step3: date, moved_on: date, months: int) -> Answer:
    earliest = add_months(step3, months)
    if moved_on < step3:
        return Answer(False, "转移日期早于确定为入党积极分子的日期，请核对。", {"earliest": earliest})
    says = f"时间连续计算，仍自{cn(step3)}起满{months}个月，确定发展对象最早在{cn(earliest)}。"
    return Answer(None, says, {"earliest": earliest})


@rule(
    "DEV-34",
    title="接收决议上报过迟",
    says="支部大会通过接收以后及时上报。过迟才上报的，有的地方要求重新讨论或者重新履行手续，由本单位设置。",
    article="本地做法，本单位另有规定的从其规定",
    trust="L",
    valid_from=SET_2014.valid_from,
    group=GROUP,
    figures={"rediscuss_months": REDISCUSS, "redo_months": REDO},
    params=(ADMITTED, Param("reported_on", "上报日期", "date")),
    settings=(
        Param("rediscuss_months", "超过几个月由支部大会重新讨论（0为不要求）", low=0, high=24),
        Param("redo_months", "超过几个月重新履行接收手续（0为不要求）", low=0, high=24),
    ),
)
def late_report(step15: date, reported_on: date, rediscuss_months: int, redo_months: int) -> Answer:
    judged = judge_report(step15, reported_on, rediscuss_months, redo_months)
    return Answer(not judged.blocks and not judged.warnings, judged.says or "上报及时。")


@rule(
    "DEV-35",
    title="新旧细则的适用",
    says=f"每一步按办理当天施行的细则：{cn(SET_2026.valid_from)}起按2026年修订的细则，以前的按2014年的细则。",
    article="发展党员工作细则（2026）自印发之日起施行",
    trust="V",
    valid_from=SET_2014.valid_from,
    group=GROUP,
    params=(Param("day", "办理日期", "date"),),
)
def which_text(day: date) -> Answer:
    rule_set = set_on(day)
    earlier = day < SET_2014.valid_from
    says = f"{cn(day)}办理的按{rule_set.title}。" + ("那时这个细则还没有施行，请以当时的规定为准。" if earlier else "")
    return Answer(None, says, {"rule_set": rule_set.code})
