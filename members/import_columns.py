"""The columns of a roster sheet: the official names (党员基本信息采集表), what offices call them, and how each cell is read."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

from members import codes
from members.forms import clean_name, clean_phone
from members.id_numbers import tidy_id_number
from members.models import Kind, Member, Profile, Sex
from members.personal import masked
from partywork.imports.cells import NOTHING, day_of, one_of, text_of, yes_or_no
from partywork.imports.registry import Column

PEOPLES = {label.removesuffix("族"): code for code, label in codes.NATIONALITIES if len(label) > 2 and label.endswith("族")}
PEOPLES |= {"汉": "01", "满": "11", "回": "03", "藏": "04", "苗": "06", "彝": "07", "壮": "08", "侗": "12", "瑶": "13", "白": "14"}
DEGREES_OF_STUDY = {
    "博士": "doctor", "研究生": "master", "硕士": "master", "大学本科": "university", "本科": "university", "大本": "university",
    "全日制本科": "university", "大学专科": "college", "专科": "college", "中专": "secondary", "中等专业学校": "secondary",
    "技校": "technician", "职高": "vocational", "高中": "high_school", "中学": "middle_school", "中央党校本科": "central_university",
    "省委党校本科": "province_university", "省委党校研究生": "province_postgraduate", "党校研究生": "province_postgraduate",
}  # fmt: skip
KINDS = {"正式": "full", "预备": "probationary", "中共正式党员": "full", "中共预备党员": "probationary", "中共党员": "full",
       "党员": "full"}
STATES = (("normal", "正常"), ("stopped", "停止党籍"))


def length_of(name: str, model: type = Profile) -> int:
    return model._meta.get_field(name).max_length or 200


def words(name: str):
    """The reader of a column of plain text of the personal file."""
    return text_of(length_of(name))


def choice(name: str, others: dict | None = None):
    return one_of(Profile._meta.get_field(name).choices, others)


def labels(name: str) -> tuple[str, ...]:
    return tuple(str(label) for _, label in Profile._meta.get_field(name).choices)


def name_of(text: str) -> str:
    """Two Chinese characters are often spaced out to the width of three."""
    plain = text_of(length_of("name", Member), "姓名")(text)
    try:
        return clean_name(plain if plain.isascii() else plain.replace(" ", ""))
    except ValidationError as error:
        raise ValueError(error.messages[0]) from None


def phone_of(text: str) -> str:
    if text.strip() in NOTHING:
        return ""
    try:
        return clean_phone(unicodedata.normalize("NFKC", text))
    except ValidationError as error:
        raise ValueError(error.messages[0]) from None


def sealed(name: str):
    return lambda text: masked(name, text)


DAY = "写作 2026-06-03 或 2026年6月3日。"
COLUMNS: tuple[Column, ...] = (
    Column("name", "姓名", ("党员姓名", "名字", "姓名党员"), True, name_of, example="林小雨", width=12),
    Column("sex", "性别", ("男女",), False, one_of(Sex.choices, {"男性": "m", "女性": "f"}), tuple(Sex.labels),
           help="有身份证号的可以不填。", example="女", width=8),
    Column("nationality", "民族", ("族别", "民族名称"), False, choice("nationality", PEOPLES), labels("nationality"), example="汉族",
           width=10),
    Column("id_number", "公民身份号码", ("公民身份证号", "身份证号", "身份证号码", "身份证", "公民身份证号码", "居民身份证号",
           "证件号码", "身份号码"),
           False, tidy_id_number, (), sealed("id_number"), "整列设为文本格式，否则 Excel 会改掉后几位。", "11010519900501002X", 24),
    Column("born_on", "出生日期", ("出生年月", "出生年月日", "生日", "出生时间"), False, day_of, (), None,
           f"有身份证号的可以不填。{DAY}", "1990-05-01"),
    Column("education", "学历", ("文化程度", "学历情况", "最高学历"), False, choice("education", DEGREES_OF_STUDY), labels("education"),
           example="大学", width=16),
    Column("kind", "人员类别", ("党员类别", "党员类型", "人员类型", "党员性质"), False, one_of(Kind.choices, KINDS), tuple(Kind.labels),
           help="不填的，有转正日期的为正式党员，没有的为预备党员。", example="正式党员"),
    Column("branch", "所在党支部", ("党支部", "支部", "所在支部", "支部名称", "所属支部", "所属党支部", "党支部名称", "所在党组织",
           "党组织名称",
                               "组织关系所在党支部", "组织关系所在单位"),
           False, text_of(100), help="写支部的全称、简称或编号；导入到一个支部的可以不填。", example="一支部", width=24),
    Column("group", "党小组", ("所在党小组", "小组", "党小组名称"), False, text_of(30), example="第一党小组", width=14),
    Column("joined_on", "加入党组织日期", ("入党日期", "入党时间", "加入党组织时间", "入党年月", "加入中共组织日期",
           "加入中国共产党日期", "吸收为预备党员日期"),
           False, day_of, (), None, f"新登记的必填。支部大会通过为预备党员的日期。{DAY}", "2012-06-01", 16),
    Column("full_on", "转为正式党员日期", ("转正日期", "转正时间", "转正年月", "预备期转正日期"), False, day_of, (), None,
           f"预备党员不填。{DAY}", "2013-06-01", 16),
    Column("start_on", "进入本支部日期", ("进入支部日期", "转入日期", "编入支部日期", "进入当前党支部日期", "加入当前党组织日期"),
           False, day_of, (), None,
           "从这一天起列入名册；不填的，用上传时选的建档日期。", "2020-01-01", 16),
    Column("work", "工作岗位", ("岗位", "岗位类别", "个人身份"), False, choice("work"), labels("work"), example="公务员", width=24),
    Column("phone", "联系电话", ("手机", "手机号", "手机号码", "电话", "移动电话", "联系方式", "联系电话手机"), False, phone_of, (),
           sealed("phone"),
           "11位手机号码或带区号的座机。", "13800001234", 16),
    Column("landline", "固定电话", ("座机", "办公电话"), False, phone_of, (), sealed("landline"), "区号和号码。", "0370-3112345", 16),
    Column("home_address", "家庭住址", ("家庭地址", "住址", "户籍地址"), False, text_of(200), (), sealed("home_address"), "写到门牌号。",
           "云溪县林业路1号", 24),
    Column("residence", "现居住地", ("居住地", "现住址", "现居住地址"), False, text_of(200), (), sealed("residence"), "",
           "云溪县林业路1号", 24),
    Column("state", "党籍状态", (), False, one_of(STATES), ("正常", "停止党籍"), help="只导入“正常”的。", example="正常", width=10),
    Column("degree", "学位", ("最高学位",), False, choice("degree", {"无": "none", "工学学士": "bachelor", "硕士学位": "master"}),
           labels("degree"),
           width=10),
    Column("school", "毕业院校及专业", ("毕业院校", "毕业学校", "毕业院校系及专业"), False, words("school"), width=24),
    Column("position", "行政职务", ("职务", "单位职务", "现任职务", "工作单位及职务"), False, words("position"), width=18),
    Column("skill_title", "专业技术职务", ("职称", "技术职称", "从事专业技术职务"), False, words("skill_title")),
    Column("worked_from", "参加工作日期", ("参加工作时间", "工作时间", "参加工作年月"), False, day_of, help=DAY),
    Column("native_place", "籍贯", ("祖籍",), False, words("native_place")),
    Column("household", "户籍所在地派出所", ("户籍所在地", "户口所在地", "户籍地"), False, words("household"), width=20),
    Column("archive_unit", "人事档案所在单位", ("档案所在单位", "人事档案"), False, words("archive_unit"), width=20),
    Column("marriage", "婚姻状况", ("婚否", "婚姻"), False, choice("marriage"), labels("marriage"), width=10),
    Column("stratum", "新社会阶层类型", ("新社会阶层",), False, choice("stratum"), labels("stratum"), width=24),
    Column("front_line", "一线情况", (), False, words("front_line")),
    Column("is_migrant_worker", "农民工", ("是否农民工",), False, yes_or_no, ("是", "否"), width=10),
    Column("is_taiwanese", "台湾省籍", ("是否台湾省籍", "台籍"), False, yes_or_no, ("是", "否"), width=10),
    Column("joined_as", "入党类型", (), False, choice("joined_as", {"正常": "normal", "发展": "normal", "新发展": "normal"}),
           labels("joined_as")),
    Column("joined_at", "入党时所在支部", ("入党时支部", "入党所在支部"), False, words("joined_at"), width=24),
    Column("applied_on", "申请入党日期", ("申请入党时间", "递交入党申请书日期", "申请时间"), False, day_of, help=DAY),
    Column("activist_on", "确定积极分子日期", ("列为积极分子日期", "确定为入党积极分子日期", "列为入党积极分子时间"), False, day_of,
           help=DAY),
    Column("candidate_on", "确定发展对象日期", ("列为发展对象日期", "确定为发展对象日期", "列为发展对象时间"), False, day_of, help=DAY),
)  # fmt: skip
KNOWN: dict[str, Column] = {column.name: column for column in COLUMNS}
PROFILE_FACTS = tuple(
    column.name for column in COLUMNS if any(field.name == column.name for field in Profile._meta.concrete_fields)
)


def label(name: str) -> str:
    return KNOWN[name].label

