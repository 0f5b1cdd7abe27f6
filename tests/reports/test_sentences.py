"""Every sentence for 0, 1 and many: whole texts, in the report of the whole and of one branch."""
from __future__ import annotations

from datetime import date

import pytest

from partywork.periods import Period
from reports import sentences as say
from reports.making import opening_of
from reports.pieces import Facts, Number, joined, marked, numeral, sentence, text_of, tidy

H1, H2 = Period.parse("2026H1"), Period.parse("2026H2")


def told(tell, single: bool = False, period: Period = H1, **values) -> str:
    return text_of(tell(Facts({key.replace("__", "."): value for key, value in values.items()}, single, period, "机关党委")))


LESSONS = {"meetings__congress": 23, "meetings__committee": 69, "meetings__group": 125}
LECTURE = {"meetings__lecture": 5, "meetings__lecture_by_leader": 2}
GRADES = [{"code": "excellent", "label": "优秀", "count": 3}, {"code": "qualified", "label": "合格", "count": 9}]

DUES = {"dues__due": 850.0, "dues__paid": 300.5, "dues__rate": 35.4, "dues__rate_people": 20.0, "dues__rate_in_time": 17.6}

TABLE = [
    (say.dues, {"dues__due": 0, "dues__paid": 0, "dues__rate": None, "dues__rate_people": None}, ""),
    (say.dues, {"dues__due": 50.0, "dues__paid": 0, "dues__rate": 0, "dues__rate_people": 0, "dues__rate_in_time": 0},
     "上半年，应缴党费50元。"),
    (say.dues, DUES, "上半年，应缴党费850元，已缴300.5元，收缴率按金额为35.4%，按人数为20%，按期率为17.6%。"),
    (say.dues, DUES | {"dues__paid": 850.0, "dues__rate": 100.0, "dues__rate_people": 100.0},
     "上半年，应缴党费850元，已缴850元，按人数、按金额收缴率均为100%，按期率为17.6%。"),
    (say.dues_extra, {"dues__extra": 0, "dues__exempt": 0}, ""),
    (say.dues_extra, {"dues__extra": 0, "dues__exempt": 1}, "经批准免交党费的党员1名。"),
    (say.dues_extra, {"dues__extra": 1200.0, "dues__exempt": 3}, "党员自愿多交党费1200元，经批准免交党费的党员3名。"),
    (say.dues_sent, {"dues__sent": 0, "dues__sent_out": 0}, ""),
    (say.dues_sent, {"dues__sent": 305.0, "dues__sent_out": 0}, "各党支部上缴党费305元。"),
    (say.dues_sent, {"dues__sent": 305.0, "dues__sent_out": 61.0}, "各党支部上缴党费305元，机关党委向上级上缴党费61元。"),
    (say.leadership, {}, ""),
    (say.leadership, {"meetings__party_group_work": 1}, "上半年，党组会研究党建工作1次。"),
    (say.leadership, {"meetings__first_topic": 6, "meetings__party_group_work": 2},
     "上半年，党组会研究党建工作2次、安排“第一议题”学习6次。"),
    (say.responsible, {"org__leaders": [], "org__staff": []}, ""),
    (say.responsible, {"org__leaders": ["冯远"], "org__staff": []}, "分管党建工作的领导有冯远。"),
    (say.responsible, {"org__leaders": ["冯远", "张立"], "org__staff": ["郑洁"]}, "分管党建工作的领导有冯远、张立，党务工作人员有郑洁。"),
    (say.work_reports, {"meetings__work_report": 0}, ""),
    (say.work_reports, {"meetings__work_report": 1}, "各党支部委员会向党员大会报告工作1次。"),
    (say.mobilisation, {}, ""),
    (say.mobilisation, {"meetings__mobilisation": 1}, "召开动员会1次。"),
    (say.joining, {"development__activists": 0}, ""),
    (say.joining, {"development__applications": 1}, "上半年，收到入党申请1份。"),
    (say.joining, {"development__applications": 5, "development__activists": 3, "development__candidates": 2},
     "上半年，收到入党申请5份，确定入党积极分子3名，列为发展对象2名。"),
    (say.training_sent, {"development__trained": 0, "development__trained_names": []}, ""),
    (say.training_sent, {"development__trained": 1, "development__trained_names": ["林向前"]},
     "选派发展对象1名参加集中培训：林向前。"),
    (say.newly_joined, {"development__admitted_names": []}, ""),
    (say.newly_joined, {"development__admitted_names": ["林向前", "王静"], "development__full_names": ["陈默"],
                        "development__extended_names": ["周平"]},
     "新接收的预备党员有林向前、王静，按期转正的有陈默，延长预备期的有周平。"),
    (say.thought_reports, {"development__thought_reports": 0}, ""),
    (say.thought_reports, {"development__thought_reports": 12}, "申请入党的人和预备党员递交思想汇报12份。"),
    (say.organisations, {}, ""),
    (say.organisations, {"org__branches": 1}, "截至6月底，共有党支部1个。"),
    (say.organisations, {"org__general": 2, "org__branches": 12, "org__groups": 22}, "截至6月底，共有党总支2个、党支部12个、党小组22个。"),
    (say.organisation_changes, {"org__founded": 0}, ""),
    (say.organisation_changes, {"org__founded": 1}, "新成立党组织1个。"),
    (say.organisation_changes, {"org__founded": 1, "org__dissolved": 2, "groups__adjustments": 9},
     "新成立党组织1个，撤销党组织2个，调整党小组成员和组长9人次。"),
    (say.organisation_changes, {"org__moved": 1, "org__merged": 2, "org__dissolved": 2},
     "调整隶属关系1次，并入其他支部2个，撤销党组织2个。"),
    (say.lessons, {}, ""),
    (say.lessons, {"meetings__congress": 1}, "上半年，各党支部召开党员大会1次。"),
    (say.lessons, LESSONS | {"meetings__committee": 0}, "上半年，各党支部召开党员大会23次、党小组会125次。"),
    (say.lessons, LESSONS, "上半年，各党支部召开党员大会23次、支委会69次、党小组会125次。"),
    (say.lectures, {"meetings__lecture": 0, "meetings__lecture_by_leader": 0}, ""),
    (say.lectures, {"meetings__lecture": 1, "meetings__lecture_by_leader": 0}, "开展党课1次。"),
    (say.lectures, {"meetings__lecture": 1, "meetings__lecture_by_leader": 1}, "开展党课1次，由领导干部讲授。"),
    (say.lectures, {"meetings__lecture": 5, "meetings__lecture_by_leader": 5}, "开展党课5次，均由领导干部讲授。"),
    (say.lectures, LECTURE, "开展党课5次，其中领导干部讲授2次。"),
    (say.theme_days, {"meetings__theme_day": 0}, ""),
    (say.theme_days, {"meetings__theme_day": 70}, "开展主题党日70次。"),
    (say.attendance, {"attendance__rate": None}, ""),
    (say.attendance, {"attendance__rate": 91.6, "attendance__rate_congress": 91.6}, "各类会议到会率为91.6%。"),
    (say.attendance, {"attendance__rate": 91.6, "attendance__rate_congress": 100.0, "attendance__rate_group": 88.5},
     "各类会议到会率为91.6%，其中党员大会100%、党小组会88.5%。"),
    (say.organisation_life, {"meetings__self_criticism": 3}, ""),
    (say.organisation_life, {"meetings__org_life": 1}, "召开组织生活会1次。"),
    (say.organisation_life, {"meetings__org_life": 9, "meetings__mutual_criticism": 228}, "召开组织生活会9次，提出相互批评意见228条。"),
    (say.organisation_life, {"meetings__org_life": 9, "meetings__self_criticism": 148, "meetings__mutual_criticism": 228},
     "召开组织生活会9次，提出自我批评意见148条、相互批评意见228条。"),
    (say.appraisal, {"meetings__appraised_by_grade": GRADES}, ""),
    (say.appraisal, {"meetings__appraisal": 1, "meetings__appraised_by_grade": []}, "开展民主评议党员1次。"),
    (say.appraisal, {"meetings__appraisal": 1, "meetings__appraised": 9, "meetings__appraised_by_grade": GRADES[1:]},
     "开展民主评议党员1次，评定等次9人次，均为合格。"),
    (say.appraisal, {"meetings__appraisal": 2, "meetings__appraised": 12, "meetings__appraised_by_grade": GRADES},
     "开展民主评议党员2次，评定等次12人次，其中优秀3人次、合格9人次。"),
    (say.checkups, {}, ""),
    (say.checkups, {"meetings__checkup": 1}, "开展党性体检1次。"),
    (say.checkups, {"meetings__checkup": 9, "meetings__checkup_members": 122}, "开展党性体检9次，122名党员参加。"),
    (say.talks, {}, ""),
    (say.talks, {"meetings__talk": 8}, "开展谈心谈话8次。"),
    (say.centre_group, {}, ""),
    (say.centre_group, {"meetings__centre_seminar": 1}, "上半年，党组理论学习中心组开展专题研讨1次。"),
    (say.centre_group, {"meetings__centre_study": 3, "meetings__centre_seminar": 1},
     "上半年，党组理论学习中心组开展集体学习3次、专题研讨1次。"),
    (say.democratic_life, {"meetings__democratic_life": []}, ""),
    (say.democratic_life, {"meetings__democratic_life": ["2026-01-05 查摆作风问题"]}, "1月5日召开民主生活会，主题为“查摆作风问题”。"),
    (say.democratic_life, {"meetings__democratic_life": ["2026-01-05 2025年度民主生活会", "2026-03-09 查摆问题"]},
     "1月5日召开2025年度民主生活会；3月9日召开民主生活会，主题为“查摆问题”。"),
    (say.branch_study, {}, ""),
    (say.branch_study, {"meetings__study": 47, "meetings__seminar": 11}, "各党支部开展集中学习47次、专题研讨11次。"),
    (say.roster, {"members__end": 0}, ""),
    (say.roster, {"members__end": 1, "members__end_full": 1}, "截至6月底，共有党员1名，均为正式党员。"),
    (say.roster, {"members__end": 182, "members__end_full": 181, "members__end_probationary": 1},
     "截至6月底，共有党员182名，其中正式党员181名、预备党员1名。"),
    (say.on_probation, {"members__probationary_names": []}, ""),
    (say.on_probation, {"members__probationary_names": ["沈新"]}, "处于预备期的党员有沈新。"),
    (say.on_probation, {"members__probationary_names": ["沈新", "田禾"]}, "处于预备期的党员有沈新、田禾。"),
    (say.comings_and_goings, {}, ""),
    (say.comings_and_goings, {"members__transfers_in": 1}, "上半年，转入组织关系1人次。"),
    (say.comings_and_goings, {"members__transfers_in": 1, "members__transfers_out": 3, "members__moved_in": 2, "members__admitted": 4,
                              "members__turned_full": 5, "members__left": 6},
     "上半年，转入组织关系1人次，转出组织关系3人次，支部间调整党员2人次，接收预备党员4名，预备党员转正5名，其他原因减少党员6名。"),
    (say.stopped_and_restored, {}, ""),
    (say.stopped_and_restored, {"members__stopped": 1}, "停止党籍1名。"),
    (say.stopped_and_restored, {"members__stopped": 2, "members__restored": 1}, "停止党籍2名，恢复党籍1名。"),
    (say.in_transit, {"transfers__leaving": 0}, ""),
    (say.in_transit, {"transfers__leaving": 1}, "截至6月底，组织关系正在转接的，转出1名。"),
    (say.in_transit, {"transfers__leaving": 3, "transfers__arriving": 2}, "截至6月底，组织关系正在转接的，转出3名、转入2名。"),
    (say.away, {}, ""),
    (say.away, {"members__lost": 1}, "截至6月底，登记失去联系的党员1名。"),
    (say.away, {"members__floating": 4, "members__lost": 1}, "截至6月底，登记流动党员4名、失去联系的党员1名。"),
    (say.theme_forms, {}, ""),
    (say.theme_forms, {"theme__film": 1}, "上半年，主题党日以观影形式开展1次。"),
    (say.theme_forms, {"theme__study": 8, "theme__film": 9, "theme__red_site": 2},
     "上半年，主题党日以多种形式开展，其中学习8次、观影9次、红色教育基地参观2次。"),
    (say.volunteers, {}, ""),
    (say.volunteers, {"meetings__volunteer_people": 80}, "志愿服务类主题党日共有80人次参加。"),
]


@pytest.mark.parametrize(("tell", "values", "text"), TABLE, ids=lambda each: getattr(each, "__name__", ""))
def test_sentence(tell, values, text):
    assert told(tell, **values) == text


def test_every_sentence_of_the_definition_is_in_the_table():
    from reports.definitions.half_year import HALF_YEAR
    from tests.reports.test_sentences_people import TABLE as PEOPLE

    told_by = {tell for part in HALF_YEAR.parts for section in part.sections for tell in section.tells}
    assert told_by == {tell for tell, _, _ in [*TABLE, *PEOPLE]}


@pytest.mark.parametrize(("tell", "values", "text"), [
    (say.lessons, LESSONS, "上半年，本支部召开党员大会23次、支委会69次、党小组会125次。"),
    (say.work_reports, {"meetings__work_report": 1}, "支部委员会向党员大会报告工作1次。"),
    (say.branch_study, {"meetings__study": 1}, "本支部开展集中学习1次。"),
    (say.comings_and_goings, {"members__moved_in": 2}, "上半年，从本单位其他支部调入党员2人次。"),
])
def test_one_branch_speaks_of_itself(tell, values, text):
    assert told(tell, single=True, **values) == text


def test_the_second_half_speaks_of_itself():
    assert told(say.lessons, period=H2, meetings__congress=2) == "下半年，各党支部召开党员大会2次。"
    assert (Facts({}, False, H1).coming, Facts({}, False, H2).coming) == ("下半年", "下一年")


def test_a_period_still_running_is_told_up_to_today():
    facts = Facts({"members.end": 5, "members.end_full": 5}, False, H2, "机关党委", date(2026, 11, 24))
    assert text_of(say.roster(facts)) == "截至11月24日，共有党员5名，均为正式党员。"
    assert text_of(opening_of(facts)) == "截至2026年11月24日，机关党委共有党员5名。现将下半年党建工作情况报告如下。"
    alone = Facts({"members.end": 5}, True, H1, "一支部", date(2026, 11, 24))
    assert text_of(opening_of(alone)) == "截至2026年6月30日，本支部共有党员5名。现将上半年党建工作情况报告如下。"


def test_numbers_stay_marked():
    facts = Facts({"meetings.congress": 23, "attendance.rate": 91.0}, False, H1)
    assert marked("大会[meetings.congress]次", facts) == ["大会", Number("meetings.congress", "23"), "次"]
    assert marked("[attendance.rate]", facts) == [Number("attendance.rate", "91%")]
    assert marked("[meetings.congress]次，[meetings.lecture]次", facts) == []


def test_pieces_join():
    assert joined([["甲"], [], ["乙", Number("a.b", "1")]]) == ["甲、乙", Number("a.b", "1")]
    assert sentence("共", [[], []]) == []
    assert tidy(["甲", "", "乙", Number("a.b", "1"), "丙"]) == ["甲乙", Number("a.b", "1"), "丙"]


def test_numerals():
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 35, 99)] == ["一", "九", "十", "十一", "二十", "三十五", "九十九"]
