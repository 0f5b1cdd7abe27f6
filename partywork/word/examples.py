"""Made-up reports for trying a template, and the placeholders explained for the people who write them."""

from typing import NamedTuple

EXAMPLE = {
    "title": "中共云溪县自然资源和规划局机关委员会2026年上半年党建工作报告",
    "organ": "中共云溪县林业局机关委员会",
    "date": "2026年7月5日",
    "addressee": "县直机关工委：",
    "opening": ["今年以来，局机关党委认真落实县委部署。现将上半年党建工作情况报告如下。"],
    "parts": [
        {
            "heading": "一、抓学习，思想根基进一步筑牢",
            "sections": [
                {
                    "lead": "（一）中心组学习做到经常。",
                    "paragraphs": ["上半年开展集体学习6次，交流发言18人次。", "学习笔记每月检查一次。"],
                    "table": {
                        "widths_mm": [60, 40],
                        "rows": [["党支部", "党员大会（次）"], ["机关第一党支部", "3"]],
                    },
                },
                {"lead": "", "paragraphs": ["各支部按期召开党员大会。"], "table": None},
            ],
        },
        {
            "heading": "二、存在的主要问题",
            "sections": [{"lead": "（一）组织生活质量不高。", "paragraphs": [], "table": None}],
        },
    ],
    "attachments": ["党员突击队名单", "数据来源表"],
    "signature": True,
    "sources": [["序号", "指标", "数值", "单位", "口径"], ["1", "党员大会", "18", "次", "按召开日期计"]],
}

SMALLEST = {
    "title": "云溪县林业局2026年上半年党建工作报告",
    "organ": "中共云溪县林业局党组",
    "date": None,
    "addressee": "",
    "opening": [],
    "parts": [],
    "attachments": [],
    "signature": False,
    "sources": None,
}


class Placeholder(NamedTuple):
    """name: the path; write: what to type in Word; then its meaning and an example, in Chinese."""

    name: str
    write: str
    explanation: str
    example: str


_ROWS = (
    ("title", "{{ title }}", "报告的标题，不分行", "云溪县林业局2026年上半年党建工作报告"),
    (
        "title_lines",
        "{%p for line in title_lines %} {{ line }} {%p endfor %}",
        "标题按词意分成的各行，每行不超过20个字；三段文字各占一段",
        "中共云溪县自然资源和规划局／机关委员会2026年上半年党建工作报告",
    ),
    ("organ", "{{ organ }}", "发文机关署名", "中共云溪县林业局机关委员会"),
    ("date", "{{ date }}", "成文日期，未定时为空", "2026年7月5日"),
    ("addressee", "{{ addressee }}", "主送机关，含全角冒号，没有时为空", "县直机关工委："),
    ("opening", "{%p for text in opening %} {{ text }} {%p endfor %}", "开头的各段", "今年以来……"),
    ("parts", "{%p for part in parts %} …… {%p endfor %}", "各个部分，以下各项写在这个循环里", ""),
    ("parts[].heading", "{{ part.heading }}", "一级标题，含序号", "一、抓学习，思想根基进一步筑牢"),
    (
        "parts[].sections",
        "{%p for section in part.sections %} …… {%p endfor %}",
        "这一部分的各节，以下各项写在这个循环里",
        "",
    ),
    (
        "parts[].sections[].lead",
        "{{ section.lead }}",
        "二级标题，接排在段首，没有时为空",
        "（一）中心组学习做到经常。",
    ),
    (
        "parts[].sections[].paragraphs",
        "{%p for text in section.paragraphs %} {{ text }} {%p endfor %}",
        "这一节的各段",
        "上半年开展集体学习6次。",
    ),
    (
        "parts[].sections[].table",
        "{%p if section.table %} {{ section.table }} {%p endif %}",
        "这一节的表格，按公文格式排好；占位符单独成段",
        "（表格）",
    ),
    (
        "attachments",
        "{%p for name in attachments %} {{ name }} {%p endfor %}",
        "附件的名称",
        "数据来源表",
    ),
    (
        "attachment_lines",
        "{%p for line in attachment_lines %} {{ line }} {%p endfor %}",
        "附件说明的各行，含“附件：”和序号",
        "附件：1.党员突击队名单",
    ),
    ("signature", "{%p if signature %} …… {%p endif %}", "是否落款，用作条件", ""),
    ("sources", "{%p if sources %} …… {%p endif %}", "是否附数据来源表，用作条件", ""),
    ("sources.label", "{{ sources.label }}", "附件标识", "附件2"),
    ("sources.title", "{{ sources.title }}", "附件标题", "数据来源表"),
    ("sources.table", "{{ sources.table }}", "数据来源表本身；占位符单独成段", "（表格）"),
)

PLACEHOLDERS = [Placeholder(*row) for row in _ROWS]
