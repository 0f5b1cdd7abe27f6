"""Code lists of the personal file (党员基本信息采集表 and the columns an office keeps beside it). Codes are stored, labels shown."""

from __future__ import annotations

from django.db.models import TextChoices

_PEOPLES = (  # noqa: SIM905 a table of words
    "汉族 蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 佤族 畲族 "
    "高山族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 "
    "塔吉克族 怒族 乌孜别克族 俄罗斯族 鄂温克族 德昂族 保安族 裕固族 京族 塔塔尔族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族"
).split()
# The numbers of GB/T 3304; 97 and 98 stand after its 56 peoples.
NATIONALITIES = [(f"{number:02d}", name) for number, name in enumerate(_PEOPLES, 1)]
NATIONALITIES += [("97", "其他"), ("98", "外国血统中国籍人士")]
HAN = "01"


class Education(TextChoices):
    """学历, the twenty values of the national form."""

    DOCTOR = "doctor", "博士研究生"
    MASTER = "master", "硕士研究生"
    MASTER_CLASS = "master_class", "硕士生班"
    CENTRAL_POSTGRADUATE = "central_postgraduate", "中央党校研究生"
    PROVINCE_POSTGRADUATE = "province_postgraduate", "省（区、市）委党校研究生"
    UNIVERSITY = "university", "大学"
    COLLEGE = "college", "大专"
    UNIVERSITY_GENERAL = "university_general", "大学普通班"
    SECOND_BACHELOR = "second_bachelor", "第二学士学位班"
    CENTRAL_UNIVERSITY = "central_university", "中央党校大学"
    PROVINCE_UNIVERSITY = "province_university", "省（区、市）委党校大学"
    CENTRAL_COLLEGE = "central_college", "中央党校大专"
    PROVINCE_COLLEGE = "province_college", "省（区、市）委党校大专"
    SECONDARY = "secondary", "中等专科"
    VOCATIONAL = "vocational", "职业高中"
    TECHNICIAN = "technician", "技工学校"
    HIGH_SCHOOL = "high_school", "普通高中"
    MIDDLE_SCHOOL = "middle_school", "初中"
    PRIMARY = "primary", "小学"
    OTHER = "other", "其他"


class EducationBand(TextChoices):
    """What the yearly statistics and the structure table put together."""

    POSTGRADUATE = "postgraduate", "研究生"
    UNIVERSITY = "university", "大学本科"
    COLLEGE = "college", "大学专科"
    SECONDARY = "secondary", "中专、高中、技校"
    MIDDLE = "middle", "初中及以下"
    UNKNOWN = "", "未登记"


_E, _B = Education, EducationBand
EDUCATION_BANDS: dict[str, EducationBand] = {
    **dict.fromkeys((_E.DOCTOR, _E.MASTER, _E.MASTER_CLASS, _E.CENTRAL_POSTGRADUATE, _E.PROVINCE_POSTGRADUATE), _B.POSTGRADUATE),
    **dict.fromkeys((_E.UNIVERSITY, _E.SECOND_BACHELOR, _E.CENTRAL_UNIVERSITY, _E.PROVINCE_UNIVERSITY), _B.UNIVERSITY),
    **dict.fromkeys((_E.COLLEGE, _E.UNIVERSITY_GENERAL, _E.CENTRAL_COLLEGE, _E.PROVINCE_COLLEGE), _B.COLLEGE),
    **dict.fromkeys((_E.SECONDARY, _E.VOCATIONAL, _E.TECHNICIAN, _E.HIGH_SCHOOL), _B.SECONDARY),
    **dict.fromkeys((_E.MIDDLE_SCHOOL, _E.PRIMARY, _E.OTHER), _B.MIDDLE),
    "": _B.UNKNOWN,
}  # fmt: skip


class Degree(TextChoices):
    DOCTOR = "doctor", "博士"
    MASTER = "master", "硕士"
    BACHELOR = "bachelor", "学士"
    NONE = "none", "无学位"


class Work(TextChoices):
    """工作岗位 as a bureau says it; the four-digit national codes group in the same order."""

    CIVIL_SERVANT = "civil_servant", "公务员"
    MANAGED_ALIKE = "managed_alike", "参照公务员法管理的工作人员"
    INSTITUTION_MANAGER = "institution_manager", "事业单位管理岗位"
    INSTITUTION_EXPERT = "institution_expert", "事业单位专业技术岗位"
    BUREAU_WORKER = "bureau_worker", "机关单位工勤岗位"
    INSTITUTION_WORKER = "institution_worker", "事业单位工勤岗位"
    COMPANY_MANAGER = "company_manager", "企业管理岗位"
    COMPANY_EXPERT = "company_expert", "企业专业技术岗位"
    COMPANY_WORKER = "company_worker", "企业工勤技能岗位"
    FARMER = "farmer", "农牧渔民"
    SOLDIER = "soldier", "军人、武警"
    STUDENT = "student", "学生"
    VETERAN_CADRE = "veteran_cadre", "离休干部"
    RETIRED = "retired", "退休人员"
    RESIGNED = "resigned", "退职人员"
    RETIRED_INSIDE = "retired_inside", "内部退养职工"
    OTHER = "other", "其他从业人员"


RETIRED_WORK = (Work.VETERAN_CADRE, Work.RETIRED, Work.RESIGNED, Work.RETIRED_INSIDE)


class Stratum(TextChoices):
    """新社会阶层类型."""

    TECH_COMPANY = "1", "民营科技企业创业人员和技术人员"
    FOREIGN_COMPANY = "2", "外商投资企业管理技术人员"
    SELF_EMPLOYED = "3", "个体工商户"
    OWNER = "4", "私营企业主"
    INTERMEDIARY = "5", "中介组织从业人员"
    FREELANCE = "6", "自由职业人员"


class Marriage(TextChoices):
    SINGLE = "single", "未婚"
    MARRIED = "married", "已婚"
    WIDOWED = "widowed", "丧偶"
    DIVORCED = "divorced", "离婚"


class JoinedAs(TextChoices):
    """入党类型."""

    NORMAL = "normal", "发展入党"
    RESTORED = "restored", "恢复党籍"
    READMITTED = "readmitted", "重新入党"
    POSTHUMOUS = "posthumous", "追认党员"
