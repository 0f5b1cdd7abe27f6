"""The default report's sentences, our own: each takes the facts and gives one sentence in pieces, or [] for silence."""
from __future__ import annotations

import re

from branches.meetings.kinds import ThemeForm
from reports.pieces import Facts, Number, Pieces, joined, marked, named, sentence, spread, tidy

ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2}) (.*)")
RATES = (("党员大会", "attendance.rate_congress"), ("支委会", "attendance.rate_committee"), ("党小组会", "attendance.rate_group"),
         ("党课", "attendance.rate_lecture"), ("主题党日", "attendance.rate_theme_day"))


def leadership(facts: Facts) -> Pieces:
    """The Party group's own attention to Party work."""
    return sentence(f"{facts.half}，党组会", [
        marked("研究党建工作[meetings.party_group_work]次", facts),
        marked("安排“第一议题”学习[meetings.first_topic]次", facts)])


def work_reports(facts: Facts) -> Pieces:
    who = "支部委员会" if facts.single else "各党支部委员会"
    return sentence(f"{who}向党员大会报告工作", [marked("[meetings.work_report]次", facts)])


def mobilisation(facts: Facts) -> Pieces:
    return sentence("召开动员会", [marked("[meetings.mobilisation]次", facts)])


def lessons(facts: Facts) -> Pieces:
    return sentence(f"{facts.half}，{facts.branches}召开", [
        marked("党员大会[meetings.congress]次", facts), marked("支委会[meetings.committee]次", facts),
        marked("党小组会[meetings.group]次", facts)])


def lectures(facts: Facts) -> Pieces:
    """党课, and how many of them leaders gave: none, all, the only one, or some."""
    held, by_leaders = facts["meetings.lecture"] or 0, facts["meetings.lecture_by_leader"] or 0
    tail = ""
    if by_leaders and by_leaders == held:
        tail = "，由领导干部讲授" if held == 1 else "，均由领导干部讲授"
    elif by_leaders:
        return sentence("开展党课", [marked("[meetings.lecture]次，其中领导干部讲授[meetings.lecture_by_leader]次", facts)])
    return sentence("开展党课", [marked(f"[meetings.lecture]次{tail}", facts)])


def theme_days(facts: Facts) -> Pieces:
    return sentence("开展主题党日", [marked("[meetings.theme_day]次", facts)])


def attendance(facts: Facts) -> Pieces:
    """The rate of all meetings, and of each kind where there are several kinds."""
    kinds = [clause for label, key in RATES if (clause := marked(f"{label}[{key}]", facts))]
    whole = marked("各类会议到会率为[attendance.rate]", facts)
    if not whole:
        return []
    return tidy([*whole, *(["，其中", *joined(kinds)] if len(kinds) > 1 else []), "。"])


def organisation_life(facts: Facts) -> Pieces:
    criticism = joined([marked("自我批评意见[meetings.self_criticism]条", facts),
                        marked("相互批评意见[meetings.mutual_criticism]条", facts)])
    held = marked("召开组织生活会[meetings.org_life]次", facts)
    return sentence("", [held, ["提出", *criticism] if criticism else []], by="，") if held else []


def appraisal(facts: Facts) -> Pieces:
    """民主评议, the persons graded and their grades; one grade for all is said as such."""
    held = marked("开展民主评议党员[meetings.appraisal]次", facts)
    if not held:
        return []
    grades = facts["meetings.appraised_by_grade"] or []
    told = [f"均为{grades[0]['label']}"] if len(grades) == 1 else ["其中", *spread("meetings.appraised_by_grade", facts, "人次")]
    people = marked("评定等次[meetings.appraised]人次", facts)
    return sentence("", [held, people, told if grades and people else []], by="，")


def checkups(facts: Facts) -> Pieces:
    held = marked("开展党性体检[meetings.checkup]次", facts)
    return sentence("", [held, marked("[meetings.checkup_members]名党员参加", facts)], by="，") if held else []


def talks(facts: Facts) -> Pieces:
    return sentence("开展谈心谈话", [marked("[meetings.talk]次", facts)])


def centre_group(facts: Facts) -> Pieces:
    return sentence(f"{facts.half}，党组理论学习中心组开展", [
        marked("集体学习[meetings.centre_study]次", facts), marked("专题研讨[meetings.centre_seminar]次", facts)])


def democratic_life(facts: Facts) -> Pieces:
    """Each 民主生活会 with its day and subject, as the record has them."""
    return sentence("", [_democratic_life(words) for words in facts["meetings.democratic_life"] or []], by="；")


def _democratic_life(words: str) -> Pieces:
    match = ISO_DATE.fullmatch(words)
    when, title = (f"{int(match[2])}月{int(match[3])}日", match[4]) if match else ("", words)
    told = f"召开{title}" if title.endswith("民主生活会") else f"召开民主生活会，主题为“{title}”"
    return [when, Number("meetings.democratic_life", told)] if when else [Number("meetings.democratic_life", told)]


def branch_study(facts: Facts) -> Pieces:
    return sentence(f"{facts.branches}开展", [
        marked("集中学习[meetings.study]次", facts), marked("专题研讨[meetings.seminar]次", facts)])


def theme_forms(facts: Facts) -> Pieces:
    """Theme days by form: the only form by itself, several in a row."""
    forms = [(form.label, marked(f"[theme.{form.value}]次", facts)) for form in ThemeForm]
    held = [(label, count) for label, count in forms if count]
    if len(held) == 1:
        label, count = held[0]
        return tidy([f"{facts.half}，主题党日以{label}形式开展", *count, "。"])
    return sentence(f"{facts.half}，主题党日以多种形式开展，其中", [[label, *count] for label, count in held])


def volunteers(facts: Facts) -> Pieces:
    return sentence("志愿服务类主题党日共有", [marked("[meetings.volunteer_people]人次", facts)], tail="参加。")


def organisations(facts: Facts) -> Pieces:
    """The organisations at the end of the period; the number of branches goes without saying for one of them."""
    return sentence(f"{facts.by_then}，共有", [
        marked("党总支[org.general]个", facts), marked("党支部[org.branches]个", facts), marked("党小组[org.groups]个", facts)])


def organisation_changes(facts: Facts) -> Pieces:
    return sentence("", [marked("新成立党组织[org.founded]个", facts),
                         marked("调整隶属关系[org.moved]次", facts), marked("并入其他支部[org.merged]个", facts),
                         marked("撤销党组织[org.dissolved]个", facts),
                         marked("调整党小组成员和组长[groups.adjustments]人次", facts)], by="，")


def responsible(facts: Facts) -> Pieces:
    return sentence("", [
        _who("org.leaders", "分管党建工作的领导有", facts), _who("org.staff", "党务工作人员有", facts)], by="，")


def _who(key: str, words: str, facts: Facts) -> Pieces:
    return [words, *named(key, facts)] if facts.has(key) else []


def roster(facts: Facts) -> Pieces:
    """How many members there are at the end, and of which kind; all of one kind is said as such."""
    whole = marked(f"{facts.by_then}，共有党员[members.end]名", facts)
    kinds = joined([marked("正式党员[members.end_full]名", facts), marked("预备党员[members.end_probationary]名", facts)])
    full, on_trial = facts.has("members.end_full"), facts.has("members.end_probationary")
    told = ["其中", *kinds] if full and on_trial else ["均为正式党员" if full else "均为预备党员"]
    return sentence("", [whole, told], by="，") if whole else []


def on_probation(facts: Facts) -> Pieces:
    names = named("members.probationary_names", facts)
    return sentence("处于预备期的党员有", [names] if names else [])


def comings_and_goings(facts: Facts) -> Pieces:
    moved = "从本单位其他支部调入党员[members.moved_in]人次" if facts.single else "支部间调整党员[members.moved_in]人次"
    return sentence(f"{facts.half}，", [
        marked("转入组织关系[members.transfers_in]人次", facts), marked("转出组织关系[members.transfers_out]人次", facts),
        marked(moved, facts), marked("接收预备党员[members.admitted]名", facts),
        marked("预备党员转正[members.turned_full]名", facts), marked("其他原因减少党员[members.left]名", facts)], by="，")


def dues(facts: Facts) -> Pieces:
    """What was owed and paid; the rates by amount and by people where they differ, the rate in time."""
    paid = marked("应缴党费[dues.due]元，已缴[dues.paid]元", facts) or marked("应缴党费[dues.due]元", facts)
    if facts["dues.rate"] == facts["dues.rate_people"] == 100:
        rates = [marked("按人数、按金额收缴率均为[dues.rate]", facts)]
    else:
        rates = [marked("收缴率按金额为[dues.rate]", facts), marked("按人数为[dues.rate_people]", facts)]
    rates.append(marked("按期率为[dues.rate_in_time]", facts))
    return sentence(f"{facts.half}，", [paid, *rates], by="，") if paid else []


def dues_extra(facts: Facts) -> Pieces:
    return sentence("", [marked("党员自愿多交党费[dues.extra]元", facts), marked("经批准免交党费的党员[dues.exempt]名", facts)], by="，")


def dues_sent(facts: Facts) -> Pieces:
    """What the branches handed up, and what the committee did; the days stand in the table."""
    who = "本支部上缴党费[dues.sent]元" if facts.single else "各党支部上缴党费[dues.sent]元"
    return sentence("", [marked(who, facts), marked("机关党委向上级上缴党费[dues.sent_out]元", facts)], by="，")


def joining(facts: Facts) -> Pieces:
    """Applications and who was listed: each clause falls away at 0."""
    return sentence(f"{facts.half}，", [
        marked("收到入党申请[development.applications]份", facts), marked("确定入党积极分子[development.activists]名", facts),
        marked("列为发展对象[development.candidates]名", facts)], by="，")


def training_sent(facts: Facts) -> Pieces:
    """Who was sent to training, by name."""
    names = named("development.trained_names", facts)
    count = marked("选派发展对象[development.trained]名参加集中培训", facts)
    return sentence("", [count, names], by="：") if count and names else []


def newly_joined(facts: Facts) -> Pieces:
    """Admitted, turned full, extended: the names, since the numbers stand with the roster."""
    return sentence("", [
        _who("development.admitted_names", "新接收的预备党员有", facts), _who("development.full_names", "按期转正的有", facts),
        _who("development.extended_names", "延长预备期的有", facts)], by="，")


def thought_reports(facts: Facts) -> Pieces:
    return sentence("申请入党的人和预备党员递交", [marked("思想汇报[development.thought_reports]份", facts)])


def stopped_and_restored(facts: Facts) -> Pieces:
    return sentence("", [marked("停止党籍[members.stopped]名", facts), marked("恢复党籍[members.restored]名", facts)], by="，")


def in_transit(facts: Facts) -> Pieces:
    """Letters on the way at the end: they count as neither in nor out yet."""
    return sentence(f"{facts.by_then}，组织关系正在转接的，", [
        marked("转出[transfers.leaving]名", facts), marked("转入[transfers.arriving]名", facts)])


def away(facts: Facts) -> Pieces:
    return sentence(f"{facts.by_then}，登记", [
        marked("流动党员[members.floating]名", facts), marked("失去联系的党员[members.lost]名", facts)])
