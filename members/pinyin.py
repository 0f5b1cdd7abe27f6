"""Names in pinyin, for search and order. Surnames are read as surnames: 曾 is zeng, 单 is shan."""

from __future__ import annotations

import os

SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "朴": "piao",
    "盖": "ge",
    "华": "hua",
    "尹": "yin",
    "乐": "yue",
    "召": "shao",
    "种": "chong",
    "缪": "miao",
    "冼": "xian",
    "洗": "xian",
    "员": "yun",
    "黑": "he",
    "秘": "bi",
    "折": "she",
    "瞿": "qu",
    "逄": "pang",
    "隗": "kui",
    "宓": "mi",
    "万": "wan",
    "翟": "zhai",
    "覃": "qin",
    "佴": "nai",
    "祭": "zhai",
    "那": "na",
    "哈": "ha",
    "尉": "wei",
    "令": "ling",
    "繁": "po",
    "撒": "sa",
    "繆": "miao",
    "晟": "cheng",
    "牟": "mu",
    "纪": "ji",
    "柏": "bai",
    "贾": "jia",
    "沈": "shen",
    "石": "shi",
    "宁": "ning",
    "卜": "bu",
    "燕": "yan",
    "应": "ying",
    "俞": "yu",
    "谌": "chen",
    "郗": "xi",
    "洪": "hong",
    "車": "che",
    "车": "che",
    "长孙": "zhang sun",
    "尉迟": "yu chi",
    "令狐": "ling hu",
    "万俟": "mo qi",
    "欧阳": "ou yang",
    "上官": "shang guan",
    "司马": "si ma",
    "诸葛": "zhu ge",
    "夏侯": "xia hou",
    "皇甫": "huang fu",
    "澹台": "tan tai",
    "公孙": "gong sun",
    "慕容": "mu rong",
    "司徒": "si tu",
    "司空": "si kong",
    "宇文": "yu wen",
    "东方": "dong fang",
    "南宫": "nan gong",
    "西门": "xi men",
    "轩辕": "xuan yuan",
    "端木": "duan mu",
    "单于": "chan yu",
    "赫连": "he lian",
    "申屠": "shen tu",
    "太史": "tai shi",
    "淳于": "chun yu",
    "独孤": "du gu",
    "百里": "bai li",
    "呼延": "hu yan",
    "钟离": "zhong li",
}


def spell(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a person's name: ("zeng xiaohong", "zxh"). The space after the surname keeps people of
    one surname together in every list; search ignores it."""
    family, given = _split(name.strip())
    syllables = SURNAMES[family].split() if family in SURNAMES else _read(family)
    rest = _read(given)
    joined = " ".join(part for part in ("".join(syllables), "".join(rest)) if part)
    return joined[:120], "".join(each[0] for each in [*syllables, *rest])[:30]


def _split(name: str) -> tuple[str, str]:
    """Surname and given name; two characters are a surname only when something follows them."""
    length = 2 if name[:2] in SURNAMES and len(name) > 2 else 1
    return name[:length], name[length:]


def _read(text: str) -> list[str]:
    """One syllable a character, without tones; letters and digits stay, signs such as · fall away."""
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
    from pypinyin import lazy_pinyin  # its tables take a while to load and most processes never need them

    return [clean for each in lazy_pinyin(text) if (clean := "".join(filter(str.isalnum, each)).lower())]
