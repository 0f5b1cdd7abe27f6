"""Dues in the book of rules: DUE-1 to DUE-22. Local practice is a setting; what is computed is computed by `rules.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from members.dues import rules
from partywork.periods import add_months
from partywork.rules import Answer, Param, rule

GROUP = "党费"
FROM = rules.FIRST_DAY
TEXT = "党费规定"
BASE = Param("base", "计算基数（元）", "decimal")
YES_NO = "bool"
ITEMS = (*rules.PAY_ITEMS, *rules.TAKEN_OFF)
TAKEN_OFF = {code for code, *_ in rules.TAKEN_OFF}
ROUNDING_UNITS = (("none", "不取整（保留到分）"), ("0.1", "取到角"), ("1", "取到元"))
ROUNDING_WAYS = (("half_up", "四舍五入"), ("up", "见分（角）进位"))
FIRST_MONTHS = (("whole", "当月按整月"), ("half", "15日以后通过的按半月"), ("next", "自次月起"))
RHYTHMS = (("month", "按月"), ("quarter", "按季度"), ("half", "按半年"), ("year", "按年"))
ADJUSTMENTS = (("year", "年内不变，自下一年1月起"), ("month", "自下月起"))
PURPOSES = (
    ("training", "培训党员"),
    ("education", "订阅或购买用于开展党员教育的报刊、资料、音像制品和设备"),
    ("commending", "表彰先进基层党组织、优秀共产党员和优秀党务工作者"),
    ("helping", "补助生活困难的党员、遭受严重自然灾害的党员"),
    ("repairing", "修缮因灾受损的基层党员教育设施"),
)
WAYS = (("self", "本人交纳"), ("proxy", "委托亲属或其他党员代为送交"), ("organisation", "由组织垫付"), ("deducted", "从工资中统一扣缴"))
BANKS = (("icbc", "工商银行"), ("abc", "农业银行"), ("boc", "中国银行"), ("ccb", "建设银行"), ("bocom", "交通银行"),
         ("psbc", "邮政储蓄银行"), ("other", "其他银行"))  # fmt: skip


def due(number: int, title: str, says: str, article: str, trust: str, *, since: date = FROM, **more) -> Callable:
    return rule(f"DUE-{number}", title=title, says=says, article=article, trust=trust, valid_from=since, group=GROUP, **more)


def _bands(figures: tuple) -> dict[str, int]:
    """The bands as the book shows them: upto_1, permille_1 …; the last has no bound."""
    bounds = {f"upto_{place}": bound for place, (bound, _) in enumerate(figures, 1) if bound}
    return bounds | {f"permille_{place}": rate for place, (_, rate) in enumerate(figures, 1)}


def _told(base: Decimal, bands: tuple, what: str = "计算基数") -> Answer:
    permille, amount = rules.permille_of(base, bands), rules.by_bands(base, bands)
    percent = f"{Decimal(permille) / 10:f}".rstrip("0").rstrip(".") if permille % 10 else str(permille // 10)
    return Answer(None, f"{what}{rules.to_fen(base)}元，按{percent}%交纳，每月{amount}元。",
                  {"base": rules.to_fen(base), "permille": permille, "due": amount})  # fmt: skip


def _salary(value: Decimal, what: str, **figures: int) -> Answer:
    bands = tuple((figures.get(f"upto_{place}"), figures[f"permille_{place}"]) for place in range(1, 5))
    return _told(value, bands, what)


@due(1, "按月领取工资的党员", "每月按税后基本稳定的经常性工资收入的一定比例交纳：3000元以下（含）0.5%，3000元以上至5000元（含）1%，"
     "5000元以上至10000元（含）1.5%，10000元以上2%；比例适用于全部基数。", f"{TEXT}第一条、第二条", "V",
     figures=_bands(rules.SALARY_BANDS), params=(BASE,))  # fmt: skip
def salaried(base: Decimal, upto_1: int, upto_2: int, upto_3: int, permille_1: int, permille_2: int, permille_3: int,
             permille_4: int) -> Answer:  # fmt: skip
    return _salary(base, "计算基数", **{key: value for key, value in locals().items() if key != "base"})


@due(2, "实行年薪制的党员", "按当月实际领取的薪酬和第一条规定的比例交纳。", f"{TEXT}第三条", "V",
     figures=_bands(rules.SALARY_BANDS), params=(Param("received", "当月实际领取的薪酬（元）", "decimal"),))  # fmt: skip
def annual(received: Decimal, upto_1: int, upto_2: int, upto_3: int, permille_1: int, permille_2: int, permille_3: int,
           permille_4: int) -> Answer:  # fmt: skip
    return _salary(received, "当月实际领取薪酬", **{key: value for key, value in locals().items() if key != "received"})


@due(3, "不按月取得收入的个体经营者等", "按上季度月平均纯收入和第一条规定的比例交纳。", f"{TEXT}第四条", "V",
     figures=_bands(rules.SALARY_BANDS), params=(Param("quarter", "上季度纯收入合计（元）", "decimal"),))  # fmt: skip
def self_employed(quarter: Decimal, upto_1: int, upto_2: int, upto_3: int, permille_1: int, permille_2: int, permille_3: int,
                  permille_4: int) -> Answer:  # fmt: skip
    figures = {key: value for key, value in locals().items() if key != "quarter"}
    return _salary(rules.quarter_mean(quarter), "上季度月平均纯收入", **figures)


@due(4, "离退休党员", "按实际领取的离退休费或养老金交纳：5000元以下（含）0.5%，5000元以上1%。", f"{TEXT}第五条", "V",
     figures=_bands(rules.PENSION_BANDS), params=(BASE,))  # fmt: skip
def retired(base: Decimal, upto_1: int, permille_1: int, permille_2: int) -> Answer:
    return _told(base, ((upto_1, permille_1), (None, permille_2)), "离退休费（养老金）")


@due(5, "农民党员", "每月交纳0.2元至1元，标准由本地确定。", f"{TEXT}第五条", "L", figures={"jiao": 5},
     settings=(Param("jiao", "每月交纳（角）", "int", low=2, high=10),),
     params=(Param("amount", "每月交纳（元）", "decimal", default=Decimal("0")),))  # fmt: skip
def farmers(amount: Decimal, jiao: int) -> Answer:
    low, high = rules.FARMER
    standard = rules.to_fen(Decimal(jiao) / 10)
    values = {"due": standard, "low": low, "high": high}
    if not amount:
        return Answer(None, f"本地标准为每月{standard}元。", values)
    return Answer(low <= amount <= high, f"每月{amount}元，规定范围为{low}元至{high}元；本地标准为{standard}元。", values)


@due(6, "学生党员和没有经济收入的党员", "学生、下岗失业、依靠抚恤或救济生活、领取当地最低生活保障金的党员，每月交纳0.2元。",
     f"{TEXT}第六条", "V", figures={"jiao": 2})  # fmt: skip
def without_income(jiao: int) -> Answer:
    amount = rules.to_fen(Decimal(jiao) / 10)
    return Answer(None, f"每月{amount}元。", {"due": amount})


@due(7, "交纳数额的核定和收缴时间", "每年年初核定党员当年的月交纳数额，年内一般不变；支部每月在相对固定的日期收缴，当月收齐为按期。",
     "中央和国家机关党费工作规定第二条", "S", figures={"adjust": "year", "collect_day": 10, "grace": 0},
     settings=(Param("adjust", "收入变动后调整", "choice", choices=ADJUSTMENTS),
               Param("collect_day", "每月收缴日", "int", low=1, high=28),
               Param("grace", "月底后仍算按期的天数", "int", low=0, high=31)),
     params=(Param("changed_on", "收入变动日期", "date"),))  # fmt: skip
def fixed_for_the_year(changed_on: date, adjust: str, collect_day: int, grace: int) -> Answer:
    month = rules.applies_from(changed_on, adjust)
    return Answer(None, f"自{month.year}年{month.month}月起按新的基数核定；每月{collect_day}日收缴。", {"month": month.isoformat()})


@due(8, "预备党员从何时交纳", "预备党员从支部大会通过其为预备党员之日起交纳党费；当月收缴已结束的，在下月一并补交。", f"{TEXT}第八条", "V",
     figures={"first_month": "whole"}, settings=(Param("first_month", "通过当月", "choice", choices=FIRST_MONTHS),),
     params=(Param("admitted_on", "支部大会通过的日期", "date"),
             Param("collect_day", "每月收缴日（见DUE-7）", low=1, high=28, default=10)))  # fmt: skip
def probationary(admitted_on: date, collect_day: int, first_month: str) -> Answer:
    month = rules.month_of(admitted_on)
    stretch = rules.Stretch(admitted_on, None, "admitted")
    found = rules.owed(stretch, month, first_month=first_month, collect_day=collect_day, grace=0)
    if found is None:
        month = add_months(month, 1)
        found = rules.owed(stretch, month, first_month=first_month, collect_day=collect_day, grace=0)
    half = "按半月" if found.share < 1 else "按整月"
    return Answer(None, f"自{month.year}年{month.month}月起，首月{half}交纳，{rules.cn(found.due_on)}前交纳为按期。",
                  {"month": month.isoformat(), "share": found.share, "due_on": found.due_on.isoformat()})  # fmt: skip


@due(9, "补交期限", "党员应每月向正式组织关系所在的支部交纳；遇特殊情况经支部同意，可按季度交纳或委托亲属、其他党员代为送交、补交；"
    "补交一般不超过6个月。",
     f"{TEXT}第十二条", "V", figures={"months": rules.BACK_MONTHS},
     params=(Param("owed", "欠交的月份（当月任一天）", "date"), Param("paid_on", "补交日期", "date")))  # fmt: skip
def back_payment(owed: date, paid_on: date, months: int) -> Answer:
    late = rules.months_between(owed, paid_on)
    why = rules.why_not_back(rules.month_of(owed), paid_on, months)
    return Answer(not why, why or f"过了{max(late, 0)}个月，在{months}个月以内，可以补交。", {"months": late, "most": months})


@due(10, "预交期限", "预交党费不超过6个月。", "较早的工作说明", "S", figures={"months": rules.AHEAD_MONTHS},
     params=(Param("month", "预交的月份（当月任一天）", "date"), Param("paid_on", "交纳日期", "date")))  # fmt: skip
def prepayment(month: date, paid_on: date, months: int) -> Answer:
    early = rules.months_between(paid_on, month)
    why = rules.why_not_ahead(rules.month_of(month), paid_on, months)
    return Answer(not why, why or f"提前{max(early, 0)}个月，在{months}个月以内，可以预交。", {"months": early, "most": months})


@due(11, "困难党员减交、免交", "交纳党费确有困难的党员，经支部研究、报上级党委批准，可以少交或免交；"
    "有的单位规定离退休党员由支部决定。", f"{TEXT}第七条", "V",
     figures={"retired_by_branch": False},
     settings=(Param("retired_by_branch", "离退休党员由支部直接决定", YES_NO),),
     params=(Param("is_retired", "离退休党员", YES_NO), Param("approved", "已经上级党委批准", YES_NO)))  # fmt: skip
def hardship(is_retired: bool, approved: bool, retired_by_branch: bool) -> Answer:
    category = "retired" if is_retired else "salaried"
    why = rules.why_not_reduction(Decimal(0), category, "已批准" if approved else "", retired_by_branch)
    return Answer(not why, why or "可以按批准的数额少交或免交，免交的不计入收缴率。")


@due(12, "自觉交纳", "党费由党员本人自觉交纳；组织不得垫付，不得从工资中统一扣缴，不得要求党员交纳规定以外的各种名目的“特殊党费”。",
     f"{TEXT}第十四条", "V", params=(Param("way", "交纳办法", "choice", choices=WAYS),))  # fmt: skip
def by_oneself(way: str) -> Answer:
    allowed = way in ("self", "proxy")
    label = dict(WAYS)[way]
    return Answer(allowed, f"{label}：{'符合规定。' if allowed else '不允许。'}")


@due(13, "自愿多交", "党员自愿一次多交1000元以上的，全部上缴中央，并附该党员的基本情况。", "中央和国家机关党费工作规定第三条", "V",
     figures={"least": int(rules.TO_CENTRE)}, params=(Param("amount", "一次多交（元）", "decimal"),))  # fmt: skip
def voluntary_extra(amount: Decimal, least: int) -> Answer:
    whole = amount >= least
    says = f"达到{least}元，全部上缴中央，附党员基本情况。" if whole else f"不足{least}元，并入本支部党费按比例上缴。"
    return Answer(None, says, {"to_centre": whole})


@due(14, "连续不交党费", "没有正当理由，连续6个月不交纳党费的，按自行脱党处理，依程序除名；此前应批评教育、限期改正（本系统满3个月提醒）。",
     "教管条例第二十九条、第三十一条", "V", since=date(2019, 5, 6), figures={"warn": rules.WARN_MONTHS, "leave": rules.LEAVE_MONTHS},
     params=(Param("months", "连续未交的月数", low=0, high=600),))  # fmt: skip
def unpaid(months: int, warn: int, leave: int) -> Answer:
    warning = rules.warning_of(months)
    if warning is None:
        return Answer(True, f"连续{months}个月未交，未满{warn}个月，请提醒补交。", {"level": ""})
    return Answer(False, f"{warning.says}（{warning.article}）", {"level": warning.level, "leave": leave})


@due(15, "党费的使用", "党费必须用于党的活动，主要用于：培训党员，党员教育的报刊资料和设备，表彰先进，补助困难和受灾党员，"
    "修缮受损的教育设施。",
     f"{TEXT}关于使用的规定", "S", params=(Param("purpose", "用途", "choice", choices=(*PURPOSES, ("other", "其他"))),))  # fmt: skip
def purpose_of_use(purpose: str) -> Answer:
    listed = purpose in dict(PURPOSES)
    return Answer(listed, "属于规定的使用项目，须集体讨论决定。" if listed else "不在规定的使用项目之内。")


@due(16, "公布收缴情况", "支部每年至少公布一次党费收缴情况；基层党委向党员大会或党代表大会报告。", f"{TEXT}关于管理的规定", "L",
     figures={"times": 1}, settings=(Param("times", "每年公布次数", "int", low=1, high=12),),
     params=(Param("published", "本年已公布次数", low=0, high=99),))  # fmt: skip
def publicity(published: int, times: int) -> Answer:
    return Answer(published >= times, f"本年已公布{published}次，要求不少于{times}次。", {"needed": times})


@due(17, "党费账户", "党费以党委或组织部门名义单独开户，只能存入工、农、中、建、交通、邮政储蓄银行；利息是党费收入；会计、出纳分设；"
    "人员变动办理交接。",
     f"{TEXT}关于管理的规定", "V",
     params=(Param("bank", "开户银行", "choice", choices=BANKS), Param("same_person", "会计和出纳是同一人", YES_NO)))  # fmt: skip
def account(bank: str, same_person: bool) -> Answer:
    wrong = ["党费只能存入规定的六家银行"] * (bank == "other") + ["会计、出纳应由不同的人担任"] * same_person
    return Answer(not wrong, f"{'，'.join(wrong) or '开户银行和人员分工符合规定'}。")


@due(18, "上缴比例", "党费按规定比例逐级上缴，比例和时间由上级党组织确定。", "本地做法", "L",
     figures={"branch": 100, "committee": 20, "every": "quarter"},
     settings=(Param("branch", "支部（总支）上缴比例（%）", "int", low=0, high=100),
               Param("committee", "机关党委上缴比例（%）", "int", low=0, high=100),
               Param("every", "上缴时间", "choice", choices=RHYTHMS)),
     params=(Param("collected", "收到的党费（元）", "decimal"),
             Param("level", "上缴单位", "choice", choices=(("branch", "支部（总支）"), ("committee", "机关党委")))))  # fmt: skip
def upward(collected: Decimal, level: str, branch: int, committee: int, every: str) -> Answer:
    share = branch if level == "branch" else committee
    up = rules.handed_up(collected, share)
    return Answer(None, f"按{share}%上缴{up}元，留存{rules.to_fen(collected) - up}元。",
                  {"share": share, "up": up, "kept": rules.to_fen(collected) - up})  # fmt: skip


@due(19, "月交纳额的取整", "中央没有统一规定，由本单位确定：不取整、取到角或取到元，四舍五入或进位。先按分四舍五入，"
    "再取整。", "本地做法", "L",
     figures={"unit": "none", "way": "half_up"},
     settings=(Param("unit", "取整", "choice", choices=ROUNDING_UNITS), Param("way", "办法", "choice", choices=ROUNDING_WAYS)),
     params=(Param("amount", "取整前的月交纳额（元）", "decimal"),))  # fmt: skip
def rounding(amount: Decimal, unit: str, way: str) -> Answer:
    result = rules.rounded(amount, unit, way)
    words = dict(ROUNDING_UNITS)[unit] + ("" if unit == "none" else f"，{dict(ROUNDING_WAYS)[way]}")
    return Answer(None, f"{words}：每月{result}元。", {"due": result})


@due(20, "党费台账", "台账逐人登记：姓名、计算基数、执行标准、月应缴、各月实缴、全年应缴、全年实缴、备注；党费证逐次登记，"
    "收据存查。", "公开的台账式样", "S")
def ledger_columns() -> Answer:
    return Answer(None, "台账可在“党费”页面导出，党费证和收据可在个人党费页面打印。")


@due(21, "计算基数的构成", "基数是税后基本稳定的经常性收入；个人所得税、社会保险、住房公积金、年金的个人部分不列入；"
     "住房、交通、通讯、加班、取暖降温、物业等补贴不列入。各地做法不同，可逐项设置。", "共产党员网问答", "L", figures=rules.FORMULA,
     settings=tuple(Param(f"counts_{code}", f"{label}{'扣除' if code in TAKEN_OFF else '列入'}", YES_NO) for code, label, _ in ITEMS),
     params=tuple(Param(code, f"{label}（元）", "decimal", default=Decimal(0)) for code, label, _ in ITEMS))  # fmt: skip
def formula(
    position: Decimal, grade: Decimal, allowance: Decimal, performance: Decimal, bonus: Decimal, housing: Decimal,
    traffic: Decimal, communication: Decimal, overtime: Decimal, seasonal: Decimal, property: Decimal, tax: Decimal,
    insurance: Decimal, fund: Decimal, annuity: Decimal, counts_position: bool, counts_grade: bool, counts_allowance: bool,
    counts_performance: bool, counts_bonus: bool, counts_housing: bool, counts_traffic: bool, counts_communication: bool,
    counts_overtime: bool, counts_seasonal: bool, counts_property: bool, counts_tax: bool, counts_insurance: bool,
    counts_fund: bool, counts_annuity: bool,
) -> Answer:  # fmt: skip
    given = dict(locals())
    base = rules.base_of(given, given)
    return Answer(None, f"计算基数为{base}元。", {"base": base})


@due(22, "收缴率和按期率", "按人数：本期足额交纳的人数除以应交人数；按金额：已交除以应交；按期率：在期限内交纳的金额除以应交金额。"
    "免交的不计入分子和分母。",
     "本系统约定", "D",
     params=(Param("members", "应交人数", low=0, high=10**8), Param("cleared", "足额交纳人数", low=0, high=10**8),
             Param("owed", "应交金额（元）", "decimal"), Param("paid", "已交金额（元）", "decimal"),
             Param("in_time", "其中按期交纳（元）", "decimal")))  # fmt: skip
def collection_rates(members: int, cleared: int, owed: Decimal, paid: Decimal, in_time: Decimal) -> Answer:
    if cleared > members or paid > owed or in_time > paid:
        return Answer(False, "交纳数不能大于应交数，请核对。")
    values = {"by_people": rules.rate(cleared, members), "by_amount": rules.rate(paid, owed), "in_time": rules.rate(in_time, owed)}
    told = "，".join(f"{label}{'—' if values[key] is None else f'{values[key]}%'}" for key, label in (
        ("by_people", "按人数收缴率"), ("by_amount", "按金额收缴率"), ("in_time", "按期率")))  # fmt: skip
    return Answer(None, f"{told}。", values)
