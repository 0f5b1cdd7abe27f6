"""The 25 steps of joining the Party as data, by the regulation of 2026 and by that of 2014. Texts are our own words.

Local practice stands in the figures named by `settings`; the organisation sets them on the page of the rule. The list of
25 is the training chart of the text of 2014 (no official chart of 2026 was found); of the text of 2014 the articles'
numbers were not verified.
"""

from __future__ import annotations

from branches.meetings.vote_rules import ADMISSION_2014, ADMISSION_2026
from members.development.shape import PROBATION_END, Bound, RuleSet, Stage, Step, Unit, changed
from partywork.rules import Param

COMMITTEE = "支部委员会（不设支委会的由党员大会）"
UPPER = "上级党委"

APPLICANT = (
    Step(
        1, "application", "递交入党申请书", Stage.APPLICANT, "申请人", articles=(5, 6),
        says="年满18周岁的人向工作、学习所在单位的党组织书面申请；单位没有党组织的，向单位所在地或者主管部门党组织申请；"
        "没有单位的，向居住地党组织申请。",
        earliest=(Bound("born_on", "years", Unit.YEARS),), figures={"years": 18}, documents=("入党申请书",),
    ),
    Step(
        2, "talk", "派人谈话", Stage.APPLICANT, "党支部书记、副书记或者组织委员", articles=(7,),
        says="党组织收到申请书后1个月内派人同申请人谈话，了解经历、对党的认识、入党动机等情况，并做好记录。",
        earliest=(Bound("application"),), latest=(Bound("application", "limit_months"),), figures={"limit_months": 1},
        documents=("谈话记录",),
    ),
)  # fmt: skip
ACTIVIST = (
    Step(
        3, "activist", "推荐和确定入党积极分子", Stage.ACTIVIST, COMMITTEE, articles=(8,),
        says="经党员推荐、群团组织推优等方式产生人选，由支部委员会研究决定。申请后须隔多久，条文没有规定，可由本单位设置。",
        earliest=(Bound("talk"), Bound("application", "wait_months", blocks=False, needed=False)),
        figures={"wait_months": 0}, settings=(Param("wait_months", "申请后至少隔几个月（0为不要求）", low=0, high=12),),
        documents=("党员推荐或者群团推优材料", "支委会会议记录"), meeting="committee",
    ),
    Step(
        4, "activist_record", "上级党委备案", Stage.ACTIVIST, UPPER, articles=(8,),
        says="确定入党积极分子后，报上级党委备案。", earliest=(Bound("activist"),), documents=("备案报告",),
    ),
    Step(
        5, "contacts", "指定培养联系人", Stage.ACTIVIST, "党支部", articles=(9,),
        says="指定1至2名正式党员作培养联系人；培养联系人应有工作经验，不能继续担任的及时更换。",
        earliest=(Bound("activist"),), needs=("contacts",),
    ),
    Step(
        6, "cultivation", "培养教育考察", Stage.ACTIVIST, "党支部", articles=(10, 11),
        says="对入党积极分子经常培养教育，每半年考察1次并记入登记表。思想汇报间隔多久，条文没有规定，可由本单位设置。",
        earliest=(Bound("activist"),), latest=(Bound("cultivation", "check_months", instead="activist"),),
        figures={"check_months": 6, "report_months": 3},
        settings=(Param("report_months", "思想汇报至少几个月一次（0为不要求）", low=0, high=12),),
        documents=("入党积极分子培养考察登记表", "思想汇报"), until="admission",
    ),
)  # fmt: skip
CANDIDATE = (
    Step(
        7, "candidate", "确定发展对象", Stage.CANDIDATE, COMMITTEE, articles=(12, 13),
        says="入党积极分子经过1年以上培养教育考察，听取党小组、培养联系人、党员和群众意见后，由支部委员会研究。"
        "中途转移单位的，培养教育时间连续计算。一年从哪一步起算，由本单位设置。",
        earliest=(Bound("counted_from", "months", chosen=True),), after=("activist_record", "contacts"),
        figures={"months": 12, "counted_from": "activist"},
        settings=(Param("counted_from", "一年从哪一天起算", "choice", choices=(
            ("activist", "支委会确定为入党积极分子之日"), ("activist_record", "上级党委备案之日"))),),
        documents=("听取意见的记录", "支委会会议记录"), meeting="committee",
    ),
    Step(
        8, "candidate_consent", "上级党委同意和公示", Stage.CANDIDATE, UPPER, articles=(13,),
        says="报上级党委同意，并在工作学习单位或者居住地公示不少于5个工作日（首尾两天都算），期满后列为发展对象；"
        "流动人员在两地公示。",
        earliest=(Bound("candidate"), Bound("publicity_from", "publicity_days", Unit.PUBLICITY, instead="candidate")),
        figures={"publicity_days": 5}, documents=("上级党委同意的批复", "公示文本", "公示结果"), needs=("publicity",),
    ),
    Step(
        9, "introducers", "确定入党介绍人", Stage.CANDIDATE, "党支部", articles=(14, 15),
        says="发展对象应有2名正式党员作入党介绍人；受留党察看处分、尚未恢复党员权利的不能担任，受警告、严重警告、撤销党内职务处分"
        "在影响期内的不宜担任。",
        earliest=(Bound("candidate_consent"),), needs=("introducers",),
    ),
    Step(
        10, "political_review", "政治审查", Stage.CANDIDATE, "党支部、上级党委", articles=(16,),
        says="通过谈话、查阅档案、函调外调等方式进行政治审查，形成结论性材料；未经审查或者审查不合格的不能发展入党。",
        earliest=(Bound("candidate_consent"),), latest=(Bound("branch_review", needed=False),),
        documents=("政治审查结论性材料",),
    ),
    Step(
        11, "training", "集中培训", Stage.CANDIDATE, "基层党委或者县级党委组织部门", articles=(17,),
        says="对发展对象集中培训，一般不少于3天或者24学时；未经培训的，除个别特殊情况外不能发展入党。",
        earliest=(Bound("candidate_consent"),), latest=(Bound("branch_review", needed=False),),
        documents=("培训合格证明",), needs=("training",),
    ),
)  # fmt: skip
ADMISSION = (
    Step(
        12, "branch_review", "支部委员会审查", Stage.ADMISSION, COMMITTEE, articles=(18,),
        says="支部委员会对发展对象严格审查，集体讨论合格后报上级党委预审；未来3个月内将离开本单位的，一般不办理接收手续。",
        earliest=(Bound("political_review"), Bound("training")), figures={"leaving_months": 3},
        documents=("支委会会议记录",), meeting="committee",
    ),
    Step(
        13, "pre_review", "上级党委预审", Stage.ADMISSION, "有审批权限的基层党委", articles=(18,),
        says="基层党委审查发展对象的条件、培养教育和政治审查情况，结果书面通知支部，合格的发给入党志愿书。"
        "预审用多久，条文没有规定，可由本单位设置。",
        earliest=(Bound("branch_review"),), latest=(Bound("branch_review", "limit_months"),),
        figures={"limit_months": 1}, settings=(Param("limit_months", "预审最长几个月（0为不限）", low=0, high=12),),
        documents=("预审意见", "入党志愿书（空白）"),
    ),
    Step(
        14, "pledge_form", "填写入党志愿书", Stage.ADMISSION, "发展对象、入党介绍人", articles=(15, 18),
        says="发展对象在介绍人指导下如实填写入党志愿书，两名介绍人填写意见。",
        earliest=(Bound("pre_review"),), latest=(Bound("pre_review", "limit_months"),), after=("introducers",),
        figures={"limit_months": 1}, documents=("入党志愿书",),
    ),
    Step(
        15, "admission", "支部大会讨论接收", Stage.ADMISSION, "支部党员大会", articles=(19, 20, 21),
        says="预审合格后1个月内召开支部大会讨论，采取无记名投票，逐个表决；通过的决议写入入党志愿书。预备期从这一天算起。"
        "政治审查结论有效多久，条文没有规定，可由本单位设置。",
        earliest=(Bound("pre_review"),), after=("pledge_form",),
        latest=(Bound("pre_review", "limit_months"), Bound("political_review", "review_months", needed=False)),
        figures={"limit_months": 1, "review_months": 12},
        settings=(Param("review_months", "政治审查结论有效几个月（0为不限）", low=0, high=36),),
        documents=("支部大会会议记录", "入党志愿书中的支部大会决议"), meeting="congress", vote="VOTE-2",
    ),
    Step(
        16, "committee_talk", "上级党委派人谈话", Stage.ADMISSION, "党委委员或者组织员", articles=(23,),
        says="审批以前，上级党委派党委委员或者组织员同发展对象谈话，谈话情况和意见写入入党志愿书。",
        earliest=(Bound("admission"),), figures={"limit_months": 3}, documents=("入党志愿书中的谈话意见",),
        latest=(Bound("admission_reported_on", "limit_months", instead="admission"), Bound("approval", needed=False)),
    ),
    Step(
        17, "approval", "上级党委审批", Stage.ADMISSION, "有审批权限的基层党委（集体讨论，逐个表决）", articles=(22, 24, 25),
        says="党委对上报的接收决议在3个月内审批，特殊情况可以延长，最长不超过6个月；党总支、党组、临时党组织不能审批。",
        earliest=(Bound("committee_talk"),), figures={"limit_months": 3, "special_months": 6},
        latest=(Bound("admission_reported_on", "limit_months", instead="admission"),),
        last=(Bound("admission_reported_on", "special_months", instead="admission"),),
        documents=("党委会议记录", "审批意见", "通知支部的批复"),
    ),
    Step(
        18, "report_up", "报上级党委组织部门备案", Stage.ADMISSION, UPPER, articles=(25,),
        says="审批以后，报上级党委组织部门备案。", earliest=(Bound("approval"),), documents=("备案报告",),
    ),
)  # fmt: skip
PROBATION = (
    Step(
        19, "placement", "编入党支部和党小组", Stage.PROBATION, "党支部", articles=(28,),
        says="预备党员批准后，及时编入党支部和党小组，参加组织生活。", earliest=(Bound("approval"),),
    ),
    Step(
        20, "oath", "入党宣誓", Stage.PROBATION, "党支部、党总支或者上级党委", articles=(29,),
        says="预备党员面向党旗宣誓，一般在批准后1个月内进行。",
        earliest=(Bound("approval"),), latest=(Bound("approval", "limit_months"),), figures={"limit_months": 1},
        documents=("宣誓记录",),
    ),
    Step(
        21, "probation", "继续教育考察", Stage.PROBATION, "党支部、入党介绍人", articles=(30, 31),
        says="预备期自支部大会通过之日起为1年，其间继续教育考察并记入登记表。多久考察一次，条文没有规定，可由本单位设置。",
        earliest=(Bound("admission"),), latest=(Bound("probation", "check_months", instead="admission"),),
        figures={"probation_months": 12, "check_months": 6},
        settings=(Param("check_months", "至少几个月考察一次（0为不要求）", low=0, high=12),),
        documents=("预备党员教育考察登记表",), until="full_meeting",
    ),
    Step(
        22, "full_application", "提出转正申请", Stage.PROBATION, "预备党员", articles=(32,),
        says="预备期满前后由本人书面提出转正申请。可以提前多少周，条文没有规定，可由本单位设置。",
        earliest=(Bound("admission"), Bound(PROBATION_END, "weeks_before", Unit.WEEKS_BEFORE, blocks=False)),
        latest=(Bound(PROBATION_END),), after=("approval",), figures={"weeks_before": 4},
        settings=(Param("weeks_before", "最早提前几周提出（0为不限）", low=0, high=12),), documents=("转正申请书",),
    ),
    Step(
        23, "full_meeting", "支部大会讨论转正", Stage.PROBATION, "支部党员大会", articles=(31, 32),
        says="预备期满后及时召开支部大会讨论，决定按期转正、延长预备期或者取消预备党员资格，逐个表决；不能提前讨论。"
        "期满后多久以内讨论，条文没有规定，可由本单位设置。",
        earliest=(Bound(PROBATION_END),), after=("approval", "full_application"), latest=(Bound(PROBATION_END, "limit_months"),),
        last=(Bound(PROBATION_END, "last_months"),), figures={"limit_months": 1, "last_months": 3},
        settings=(Param("limit_months", "期满后几个月内讨论（0为不限）", low=0, high=12),
                  Param("last_months", "最长不超过几个月（0为不限）", low=0, high=12)),
        documents=("听取意见的记录", "支委会审查记录", "支部大会会议记录"), meeting="congress", vote="VOTE-3",
    ),
    Step(
        24, "full_approval", "上级党委审批转正", Stage.PROBATION, "有审批权限的基层党委", articles=(33,),
        says="党委对上报的转正决议在3个月内审批，结果通知支部，支部书记同本人谈话并在党员大会上宣布。",
        earliest=(Bound("full_meeting"),), figures={"limit_months": 3},
        latest=(Bound("full_reported_on", "limit_months", instead="full_meeting"),), documents=("审批意见", "谈话记录"),
    ),
    Step(
        25, "archive", "材料归档", Stage.PROBATION, "党支部、上级党委", articles=(36,),
        says="转正后及时把入党材料整理归档。", earliest=(Bound("full_approval"),),
        documents=("入党志愿书", "入党申请书", "入党积极分子培养考察登记表", "预备党员教育考察登记表", "政治审查材料", "转正申请书"),
    ),
)  # fmt: skip

STEPS_2026 = (*APPLICANT, *ACTIVIST, *CANDIDATE, *ADMISSION, *PROBATION)
# What the text of 2014 had otherwise: record instead of consent and publicity, no month for meeting and oath, nothing of
# the lighter punishments of introducers.
STEPS_2014 = changed(
    changed(STEPS_2026, **{step.key: {"articles": ()} for step in STEPS_2026}),
    contacts={"says": "指定1至2名正式党员作培养联系人。"},
    candidate_consent={
        "name": "上级党委备案", "says": "支部委员会讨论同意后，报上级党委备案，列为发展对象。", "earliest": (Bound("candidate"),),
        "figures": {}, "documents": ("备案报告",), "needs": (),
    },
    introducers={"says": "发展对象应有2名正式党员作入党介绍人；受留党察看处分、尚未恢复党员权利的不能担任。"},
    pledge_form={"latest": (), "figures": {}},
    admission={
        "says": "预审合格后召开支部大会讨论，逐个表决；通过的决议写入入党志愿书。预备期从这一天算起。"
        "政治审查结论有效多久，条文没有规定，可由本单位设置。",
        "latest": (Bound("political_review", "review_months", needed=False),), "figures": {"review_months": 12},
    },
    oath={"says": "预备党员面向党旗宣誓，批准后及时进行。", "latest": (), "figures": {}},
    cultivation={"documents": ("培养教育考察材料", "思想汇报")},
    probation={"documents": ("教育考察材料",)},
    archive={"documents": ("入党志愿书", "入党申请书", "政治审查材料", "转正申请书", "培养教育考察材料")},
)  # fmt: skip

SET_2014 = RuleSet("2014", "发展党员工作细则（2014）", ADMISSION_2014, ADMISSION_2026, "M", STEPS_2014)
SET_2026 = RuleSet("2026.05", "发展党员工作细则（2026）", ADMISSION_2026, None, "V", STEPS_2026)
SETS = (SET_2014, SET_2026)
KEYS = tuple(step.key for step in STEPS_2026)
