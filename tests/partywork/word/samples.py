"""Reports to render: a long realistic one and its variations."""

import datetime

BRANCHES = [
    "机关第一党支部",
    "机关第二党支部",
    "森林防火党支部",
    "国有林场党支部",
    "种苗站党支部",
    "离退休党支部",
]

OPENING = (
    "今年以来，局机关党委在县委和县直机关工委的坚强领导下，坚持以习近平新时代中国特色社会主义思想为指导，认真落实"
    "新时代党的建设总要求，把党的建设与造林绿化、资源管护、防火防虫同研究、同安排、同考核，党员干部的精神面貌和工作"
    "作风有了新的变化。现将上半年党建工作情况报告如下。"
)

LEADS = [
    ("中心组学习做到经常", "制定年度学习计划，上半年开展集体学习6次、专题研讨3次，班子成员结合分管工作交流发言18人次。"
     "一是学在前面。每次学习前一周发出通知，列出重点篇目，由分管负责同志领学。二是学以致用。围绕“林长制怎样由有名到有实”"
     "等题目开展调研，形成调研报告4篇，其中2篇被县委办公室采用。三是学有记录。学习笔记每月检查一次，检查结果在支部大会上"
     "通报。"),
    ("支部学习形式多样", "各支部依托“三会一课”、主题党日组织集中学习42次，班子成员和支部书记讲党课11次，覆盖党员86名。"
     "组织青年党员到国有林场开展现场教学，请退休老党员张瞭、李堃、王玥讲述三代务林人植树造林的经历——讲得实在，听得入心，"
     "使学习教育既有理论深度，又有情感温度。"),
    ("意识形态责任层层压实", "坚持每季度分析研判一次意识形态工作，对局门户网站、微信公众号和工作群进行清理，"
     "关停长期不更新的账号2个，健全信息发布三审制度，上半年没有发生意识形态领域的问题。"),
]  # fmt: skip

HEADINGS = [
    "一、抓学习，思想根基进一步筑牢", "二、强组织，支部战斗力进一步提升", "三、促融合，服务中心工作成效进一步显现",
    "四、严纪律，风清气正的氛围进一步形成", "五、存在的主要问题", "六、下半年工作打算",
]  # fmt: skip

TABLE = {
    "widths_mm": [34, 17, 30, 36, 16, 23],
    "rows": [
        ["党支部", "党员数", "支部党员大会", "支部委员会会议", "党课", "主题党日"],
        *([branch, 18, 3, 7, 2, 6] for branch in BRANCHES),
    ],
}

SOURCES = [
    ["序号", "指标", "数值", "单位", "口径"],
    *(
        [
            number,
            f"主题党日（{branch}）",
            6,
            "次",
            "本期内已召开的主题党日次数，按召开日期计，不含草稿和作废。",
        ]
        for number, branch in enumerate(BRANCHES * 3, 1)
    ),
]

LONG_TITLE = "中共云溪县自然资源和规划局机关委员会2026年上半年党建工作报告"


def sections(part: int) -> list[dict]:
    made = []
    for number, (lead, words) in zip("一二三", LEADS, strict=True):
        made.append({"lead": f"（{number}）{lead}。", "paragraphs": [words], "table": None})
    if part == 1:
        made[1]["paragraphs"].append("各支部党员和组织生活情况见下表。")
        made[1]["table"] = TABLE
    return made


def report(**changes) -> dict:
    """A report of about nine pages with every part; changes replace single entries."""
    whole = {
        "title": "云溪县林业局2026年上半年党建工作报告",
        "organ": "中共云溪县林业局机关委员会",
        "date": datetime.date(2026, 7, 5),
        "addressee": "县直机关工委：",
        "opening": [OPENING],
        "parts": [{"heading": words, "sections": sections(number)} for number, words in enumerate(HEADINGS)],
        "attachments": ["党员突击队名单", "数据来源表"],
        "signature": True,
        "sources": SOURCES,
    }
    return {**whole, **changes}


def short(**changes) -> dict:
    """A report of one page."""
    parts = [{"heading": words, "sections": sections(0)[:1]} for words in HEADINGS[:2]]
    return report(**{"parts": parts, "attachments": [], "sources": None, **changes})


VARIATIONS = {
    "everything": report(),
    "no addressee": short(addressee=""),
    "no date": short(date=None),
    "no signature": short(signature=False),
    "single attachment": short(attachments=["数据来源表"], sources=SOURCES[:3]),
    "sources not announced": short(sources=SOURCES),
    "long title": short(title=LONG_TITLE),
    "rare characters": short(organ="中共堃城县瞭望局党组", opening=["张瞭、李堃、王玥、朱镕基和〇号林场。"]),
    "marks": short(opening=["“引号”、‘单引号’，破折号——省略号……间隔号·，式子a<1&b>2。"]),
    "line breaks": short(opening=["第一段在这里。\n第二段在这里。\r\n\n第三段在这里。"]),
    "lead alone": short(parts=[
        {"heading": HEADINGS[0], "sections": [{"lead": "（一）只有标题的一节。", "paragraphs": [], "table": None}]},
        {"heading": HEADINGS[1], "sections": [{"lead": "", "paragraphs": [LEADS[0][1]], "table": TABLE}]},
    ]),
    "long date, short organ": short(organ="局党组", date="2026-12-31"),
}  # fmt: skip
